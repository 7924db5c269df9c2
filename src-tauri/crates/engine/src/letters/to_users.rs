//! Letters to the people whose mailboxes move: each once, noted before it is sent and after.

use jiff::{SignedDuration, Timestamp};
use stegvis_journal::{Journal, JournalError, LetterStage};
use stegvis_model::MigrationUserId;
use tokio_util::sync::CancellationToken;

use crate::ports::{Clock, EndpointError, EndpointErrorKind, Mail, Mailer};

/// Whoever waited so long for an answer may have been heard all the same.
const LONG: SignedDuration = SignedDuration::from_secs(15);

/// One person's letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserMail {
    /// Whose.
    pub user: MigrationUserId,
    /// The letter's name.
    pub letter: String,
    /// The mail.
    pub mail: Mail,
}

/// Through what a run of letters goes, and how fast it takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Its name in the journal.
    pub way: &'static str,
    /// How many it takes in a minute, where it says.
    pub a_minute: Option<usize>,
}

/// Sends these, one after the other, each to the end. `progress` hears of every one. Stopped between two, and by trouble
/// that the next one would meet as well: it is what comes back. The intention is on disk before a letter goes, so that
/// one that the program did not live to note is known for what it is, and never sent again by itself.
///
/// # Errors
/// The journal's.
pub async fn send(
    mailer: &dyn Mailer,
    journal: &Journal,
    clock: &dyn Clock,
    pace: Pace,
    letters: &[UserMail],
    stop: &CancellationToken,
    progress: &(dyn Fn(usize) + Send + Sync),
) -> Result<Option<EndpointError>, JournalError> {
    for (place, letter) in letters.iter().enumerate() {
        if let Some(most) = pace.a_minute
            && wait(journal, clock, pace.way, most, stop).await?
        {
            break;
        }
        if stop.is_cancelled() {
            break;
        }
        let begun = clock.now();
        let address = letter.mail.to.to_string();
        journal.durably(|tx| {
            tx.letter_intended(letter.user, &letter.letter, &address, pace.way, begun)
        })?;
        let sent = mailer.send(&letter.mail).await;
        let (stage, words) = match &sent {
            Ok(()) => (LetterStage::Sent, ""),
            Err(error) => (
                stage(error, clock.now().duration_since(begun)),
                &*error.detail,
            ),
        };
        journal.transaction(|tx| {
            tx.letter_ended(letter.user, &letter.letter, stage, words, clock.now())
        })?;
        progress(place + 1);
        if let Err(error) = sent
            && concerns_everyone(&error)
        {
            return Ok(Some(error));
        }
    }
    Ok(None)
}

/// Waits until this way takes another; the journal knows what an earlier run sent. Whether it was stopped meanwhile.
async fn wait(
    journal: &Journal,
    clock: &dyn Clock,
    way: &str,
    most: usize,
    stop: &CancellationToken,
) -> Result<bool, JournalError> {
    loop {
        let now = clock.now();
        let letters = journal.transaction(|tx| tx.letters())?;
        let mut last: Vec<Timestamp> = letters
            .into_iter()
            .filter(|row| row.way == way)
            .filter_map(|row| row.at)
            .filter(|at| now.duration_since(*at) < SignedDuration::from_mins(1))
            .collect();
        last.sort_unstable();
        let Some(oldest) = last.len().checked_sub(most).and_then(|at| last.get(at)) else {
            return Ok(false);
        };
        let left = SignedDuration::from_mins(1) - now.duration_since(*oldest);
        let left = std::time::Duration::try_from(left).unwrap_or_default();
        tokio::select! {
            () = stop.cancelled() => return Ok(true),
            () = tokio::time::sleep(left.max(std::time::Duration::from_millis(50))) => {}
        }
    }
}

/// Whether a letter that met this did not go, or may have gone.
fn stage(error: &EndpointError, waited: SignedDuration) -> LetterStage {
    match error.kind {
        EndpointErrorKind::Disconnected
        | EndpointErrorKind::Protocol
        | EndpointErrorKind::Cancelled => LetterStage::Unknown,
        EndpointErrorKind::Unreachable if waited >= LONG => LetterStage::Unknown,
        _ => LetterStage::Failed,
    }
}

/// Whether the next letter would meet the same.
fn concerns_everyone(error: &EndpointError) -> bool {
    !matches!(
        error.kind,
        EndpointErrorKind::Refused | EndpointErrorKind::Full | EndpointErrorKind::Protocol
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use stegvis_journal::NewUser;
    use stegvis_model::RecipientKind;

    use super::*;

    struct Now;

    impl Clock for Now {
        fn now(&self) -> Timestamp {
            "2026-11-25T12:00:00Z".parse().unwrap()
        }
    }

    /// Sees what the journal holds while it sends, and answers in turn.
    struct Post<'a> {
        journal: &'a Journal,
        seen: Mutex<Vec<Vec<LetterStage>>>,
        answers: Mutex<Vec<Result<(), EndpointErrorKind>>>,
    }

    #[async_trait]
    impl Mailer for Post<'_> {
        async fn send(&self, _: &Mail) -> Result<(), EndpointError> {
            let rows = self.journal.transaction(|tx| tx.letters()).unwrap();
            let stages = rows.into_iter().map(|row| row.stage).collect();
            self.seen.lock().unwrap().push(stages);
            let answer = self.answers.lock().unwrap().remove(0);
            answer.map_err(|kind| EndpointError::new(kind, "no"))
        }
    }

    async fn sending(
        answers: Vec<Result<(), EndpointErrorKind>>,
    ) -> (Vec<Vec<LetterStage>>, Vec<LetterStage>, bool) {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(&dir.path().join("practice.stegvis")).unwrap();
        let letters: Vec<UserMail> = ["anna", "bo", "eva"]
            .iter()
            .map(|name| {
                let address: stegvis_model::SmtpAddress =
                    format!("{name}@nordvik.example").parse().unwrap();
                let user = journal
                    .transaction(|tx| {
                        let batch = tx.insert_batch(name, None)?;
                        let new = NewUser {
                            address: address.clone(),
                            display_name: String::new(),
                            kind: RecipientKind::UserMailbox,
                        };
                        tx.insert_user(batch, &new)
                    })
                    .unwrap();
                UserMail {
                    user,
                    letter: "notice".to_owned(),
                    mail: Mail {
                        to: address,
                        subject: String::new(),
                        text: String::new(),
                        attachments: Vec::new(),
                    },
                }
            })
            .collect();
        let post = Post {
            journal: &journal,
            seen: Mutex::default(),
            answers: Mutex::new(answers),
        };
        let pace = Pace {
            way: "Smtp",
            a_minute: None,
        };
        let stop = CancellationToken::new();
        let ended = send(&post, &journal, &Now, pace, &letters, &stop, &|_| ())
            .await
            .unwrap();
        let rows = journal.transaction(|tx| tx.letters()).unwrap();
        let stages = rows.into_iter().map(|row| row.stage).collect();
        (post.seen.into_inner().unwrap(), stages, ended.is_some())
    }

    #[tokio::test]
    async fn a_letter_is_on_disk_as_intended_while_it_is_sent() {
        use LetterStage::{Intended, Sent};
        let (seen, ended, trouble) = sending(vec![Ok(()), Ok(()), Ok(())]).await;
        assert_eq!(
            seen,
            [
                vec![Intended],
                vec![Sent, Intended],
                vec![Sent, Sent, Intended]
            ]
        );
        assert_eq!((ended, trouble), (vec![Sent, Sent, Sent], false));
    }

    #[tokio::test]
    async fn one_refused_letter_stops_nobody_elses_and_a_lost_answer_stops_all() {
        use LetterStage::{Failed, Sent, Unknown};
        let refused = Err(EndpointErrorKind::Refused);
        let (_, ended, trouble) = sending(vec![refused, Ok(()), Ok(())]).await;
        assert_eq!((ended, trouble), (vec![Failed, Sent, Sent], false));
        let lost = Err(EndpointErrorKind::Disconnected);
        let (_, ended, trouble) = sending(vec![Ok(()), lost, Ok(())]).await;
        assert_eq!((ended, trouble), (vec![Sent, Unknown], true));
        let shut = Err(EndpointErrorKind::SignInRefused);
        let (_, ended, trouble) = sending(vec![shut, Ok(()), Ok(())]).await;
        assert_eq!((ended, trouble), (vec![Failed], true));
    }
}
