//! What one person must do again in the new mailbox, because it did not move.

use jiff::Timestamp;
use stegvis_engine::habits::renew_tasks;
use stegvis_engine::ports::Clock as _;
use stegvis_journal::{HabitTask, Journal};
use stegvis_model::{HabitKind, SmtpAddress};

use super::{LeftBehind, address, left_behind};
use crate::dto::{RedoItem, RedoKind};
use crate::project::Project;
use crate::report::words::Language;
use crate::{App, Error};

impl App {
    /// What this person must do again: first what everybody must, then what this mailbox had, then what was left behind.
    ///
    /// # Errors
    /// When no project is open, or it has no such mailbox.
    pub async fn redo_list(&self, address: &str) -> Result<Vec<RedoItem>, Error> {
        self.project().await?.redo_list(address)
    }
}

impl Project {
    fn redo_list(&self, of: &str) -> Result<Vec<RedoItem>, Error> {
        redo_list(&self.journal, of, self.clock.now())
    }
}

/// What the person of this address must do again.
pub(super) fn redo_list(
    journal: &Journal,
    of: &str,
    now: Timestamp,
) -> Result<Vec<RedoItem>, Error> {
    let of = address(of)?;
    let user = journal.transaction(|tx| tx.user_of(&of))?.ok_or_else(|| {
        Error::invalid(
            format!("the project has no mailbox {of}"),
            "Name one of its mailboxes.",
        )
    })?;
    let tasks = journal.transaction(|tx| {
        renew_tasks(tx, now)?;
        tx.habit_tasks()
    })?;
    let had = had(&tasks, &of);
    let mut items = vec![
        item(RedoKind::OutlookProfile, None),
        item(RedoKind::Phone, None),
        item(RedoKind::Signature, None),
    ];
    // What could not be read may be there all the same.
    for kind in [RedoKind::AutomaticReply, RedoKind::Rule] {
        if !had.iter().any(|(had, _)| *had == kind) {
            items.push(item(kind, None));
        }
    }
    // The wizard and the terminal have words of their own for codes.
    items.extend(had.into_iter().map(|(kind, values)| {
        let value = (!values.is_empty()).then(|| values.join(", "));
        item(kind, value)
    }));
    let left: Vec<LeftBehind> = journal.transaction(|tx| left_behind(tx, user.id))?;
    items.extend(left.into_iter().map(|left| RedoItem {
        folder: Some(left.folder),
        date: Some(left.date),
        megabytes: left.megabytes.parse().ok(),
        ..item(RedoKind::LeftBehind, None)
    }));
    Ok(items)
}

const fn item(kind: RedoKind, value: Option<String>) -> RedoItem {
    RedoItem {
        kind,
        folder: None,
        date: None,
        megabytes: None,
        value,
    }
}

/// What this mailbox had and the new one has not yet.
fn had<'a>(tasks: &'a [HabitTask], of: &SmtpAddress) -> Vec<(RedoKind, Vec<&'a str>)> {
    tasks
        .iter()
        .filter(|task| task.done_at.is_none() && task.task.address == *of)
        .filter_map(|task| {
            let kind = match task.task.kind {
                HabitKind::FullAccess | HabitKind::SendAs | HabitKind::SendOnBehalf => {
                    RedoKind::Delegate
                }
                HabitKind::Forwarding => RedoKind::Forwarding,
                HabitKind::InboxRule => RedoKind::Rule,
                HabitKind::AutomaticReply => RedoKind::AutomaticReply,
            };
            let known = [&*task.task.who, &*task.task.detail];
            // Where nobody knows more, it is what everybody must do; and a number that only a directory can read, in the
            // place of somebody who is gone, tells a person nothing.
            let words = known
                .into_iter()
                .filter(|text| !text.is_empty() && !is_for_directories(text));
            let words: Vec<&str> = words.collect();
            (!words.is_empty()).then_some((kind, words))
        })
        .collect()
}

/// Whether it is the number of an account, or the name of an object in a directory.
fn is_for_directories(text: &str) -> bool {
    let begins = |with: &str| {
        let start = text.get(..with.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    begins("S-1-") || begins("CN=")
}

/// The same in words, one line each, for the letter.
pub(super) fn redo_words(tasks: &[HabitTask], of: &SmtpAddress, language: Language) -> Vec<String> {
    had(tasks, of)
        .into_iter()
        .map(|(kind, values)| {
            let what = match kind {
                RedoKind::Delegate => language.pick("May act for you", "Får agera åt dig"),
                RedoKind::Forwarding => language.pick("Forwarding to", "Vidarebefordran till"),
                RedoKind::Rule => language.pick("Rule", "Regel"),
                _ => language.pick("Automatic reply", "Automatiskt svar"),
            };
            let values: Vec<&str> = values
                .into_iter()
                .map(|value| detail_words(value, language))
                .collect();
            format!("{what}: {}", values.join(", "))
        })
        .collect()
}

/// What a person must do again, in `en` or `sv`: one line for whoever reads it out of a terminal. The wizard has its own words.
#[must_use]
pub fn redo_line(item: &RedoItem, language: &str) -> String {
    let language = Language::of(Some(language));
    let value = item.value.as_deref().map(|value| {
        let words = value.split(", ").map(|part| detail_words(part, language));
        words.collect::<Vec<_>>().join(", ")
    });
    let of = |english, swedish, alone: &'static str| match &value {
        Some(value) => format!("{}: {value}", language.pick(english, swedish)),
        None => alone.to_owned(),
    };
    match item.kind {
        RedoKind::OutlookProfile => language
            .pick("Give Outlook a new profile", "Ge Outlook en ny profil")
            .to_owned(),
        RedoKind::Phone => language
            .pick(
                "Add the account to the phone again",
                "Lägg till kontot i telefonen igen",
            )
            .to_owned(),
        RedoKind::Signature => language
            .pick("Write the signature again", "Skriv signaturen igen")
            .to_owned(),
        RedoKind::AutomaticReply => of(
            "Write the automatic reply again",
            "Skriv frånvaromeddelandet igen",
            language.pick(
                "Write the automatic reply again, if there was one",
                "Skriv frånvaromeddelandet igen, om det fanns ett",
            ),
        ),
        RedoKind::Rule => of(
            "Make the rule again",
            "Gör regeln igen",
            language.pick(
                "Make the rules again, if there were any",
                "Gör reglerna igen, om det fanns några",
            ),
        ),
        RedoKind::Delegate => of(
            "Share again with",
            "Dela igen med",
            language.pick(
                "Share calendar and folders again",
                "Dela kalender och mappar igen",
            ),
        ),
        RedoKind::Forwarding => of(
            "Forward again to",
            "Vidarebefordra igen till",
            language.pick("Set the forwarding again", "Ställ in vidarebefordran igen"),
        ),
        RedoKind::LeftBehind => {
            let size = item.megabytes.map(|megabytes| format!("{megabytes} MB"));
            let known = [&item.folder, &item.date, &size];
            let words: Vec<&str> = known.into_iter().flatten().map(String::as_str).collect();
            let left = language.pick("Left in the old mailbox", "Kvar i den gamla postlådan");
            format!("{left}: {}", words.join(", "))
        }
    }
}

/// What a code of a habit says; anything else is what somebody wrote.
fn detail_words(detail: &str, language: Language) -> &str {
    match detail {
        "keepsCopy" => language.pick(
            "with a copy kept in your mailbox",
            "med en kopia kvar i din postlåda",
        ),
        "forwards" => language.pick("sends mail on", "skickar e‑post vidare"),
        other => other,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_journal::NewHabitTask;

    use super::*;

    #[test]
    fn what_is_to_be_done_again_is_told_in_words_and_no_code_is_among_them() {
        let of = |kind, value: Option<&str>| item(kind, value.map(str::to_owned));
        let forwarding = of(RedoKind::Forwarding, Some("bo@nordvik.example, keepsCopy"));
        assert_eq!(
            redo_line(&forwarding, "en"),
            "Forward again to: bo@nordvik.example, with a copy kept in your mailbox"
        );
        let rule = of(RedoKind::Rule, Some("Fakturor, forwards"));
        assert_eq!(
            redo_line(&rule, "sv"),
            "Gör regeln igen: Fakturor, skickar e‑post vidare"
        );
        assert_eq!(
            redo_line(&of(RedoKind::Phone, None), "en"),
            "Add the account to the phone again"
        );
        let left = RedoItem {
            folder: Some("Inkorg/Ritningar".to_owned()),
            date: Some("2009-03-04".to_owned()),
            megabytes: Some(31),
            ..of(RedoKind::LeftBehind, None)
        };
        assert_eq!(
            redo_line(&left, "sv"),
            "Kvar i den gamla postlådan: Inkorg/Ritningar, 2009-03-04, 31 MB"
        );
    }

    #[test]
    fn a_letter_has_words_for_codes_and_names_nobody_by_a_number() {
        let task = |kind, who: &str, detail: &str| HabitTask {
            id: 1,
            task: NewHabitTask {
                address: "anna@nordvik.example".parse().unwrap(),
                kind,
                who: who.to_owned(),
                detail: detail.to_owned(),
                command: None,
                outside: false,
            },
            done_at: None,
        };
        let tasks = [
            task(HabitKind::Forwarding, "bo@nordvik.example", "keepsCopy"),
            task(HabitKind::InboxRule, "Fakturor", "forwards"),
            task(HabitKind::FullAccess, "S-1-5-21-1-2-3-1104", ""),
            task(HabitKind::AutomaticReply, "", ""),
        ];
        let of = "Anna@nordvik.example".parse().unwrap();
        assert_eq!(
            redo_words(&tasks, &of, Language::Swedish),
            [
                "Vidarebefordran till: bo@nordvik.example, med en kopia kvar i din postlåda",
                "Regel: Fakturor, skickar e‑post vidare",
            ]
        );
    }
}
