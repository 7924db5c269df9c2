//! The mailboxes that nobody chose: in the old directory as it was last read, in no batch, waiting for none, and nobody said
//! that they stay behind. Once MX leads to the tenant, mail no longer reaches them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use stegvis_engine::ports::{Clock as _, DirectoryRecipient, EndpointError};
use stegvis_journal::{JournalError, Tx};
use stegvis_model::SmtpAddress;

use crate::dns::waiting;
use crate::dto::{DnsPageView, MailboxName, MailboxesLeft};
use crate::project::{Project, damaged, key};
use crate::{App, Error};

/// A directory that answers more slowly than this keeps nobody from looking at DNS: what was read last counts.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is in no batch.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    /// Chosen, and to be in a batch.
    pub(crate) waiting: Vec<SmtpAddress>,
    /// Whom nobody chose.
    pub(crate) unchosen: Vec<MailboxName>,
    /// Of whom somebody said that they stay behind.
    pub(crate) staying: Vec<MailboxName>,
}

impl Outside {
    pub(crate) fn read(tx: &Tx<'_>) -> Result<Self, Error> {
        let waiting = waiting(tx)?;
        let listed: Vec<MailboxName> = match tx.setting(key::LISTED)? {
            Some(text) => {
                serde_json::from_str(&text).map_err(|error| damaged(key::LISTED, &error))?
            }
            None => Vec::new(),
        };
        let moving = moving(tx, &waiting)?;
        let stay = stay(tx)?;
        let left = listed.into_iter().filter(|one| {
            let key = key_of(&one.address);
            !moving.contains_key(&key)
        });
        let (staying, unchosen) = left.partition(|one| stay.contains(&key_of(&one.address)));
        Ok(Self {
            waiting,
            unchosen,
            staying,
        })
    }

    /// Those whom mail would not reach if MX were moved now, and of whom that is not meant.
    pub(crate) fn unreached(&self) -> Vec<SmtpAddress> {
        let unchosen = self.unchosen.iter();
        let unchosen = unchosen.filter_map(|one| one.address.parse().ok());
        self.waiting.iter().cloned().chain(unchosen).collect()
    }
}

/// The address as it is compared.
fn key_of(address: &str) -> String {
    match address.parse::<SmtpAddress>() {
        Ok(address) => address.key(),
        Err(_) => address.to_lowercase(),
    }
}

/// All that move, by their keys.
fn moving(
    tx: &Tx<'_>,
    waiting: &[SmtpAddress],
) -> Result<BTreeMap<String, SmtpAddress>, JournalError> {
    let users = tx.users()?.into_iter().map(|user| user.address);
    let all = users.chain(waiting.iter().cloned());
    Ok(all.map(|address| (address.key(), address)).collect())
}

/// The keys of those that stay behind.
fn stay(tx: &Tx<'_>) -> Result<BTreeSet<String>, Error> {
    match tx.setting(key::STAY)? {
        Some(text) => serde_json::from_str(&text).map_err(|error| damaged(key::STAY, &error)),
        None => Ok(BTreeSet::new()),
    }
}

fn keep_stay(tx: &Tx<'_>, stay: &BTreeSet<String>) -> Result<(), Error> {
    let text = serde_json::to_string(stay).map_err(|error| damaged(key::STAY, &error))?;
    Ok(tx.set_setting(key::STAY, &text)?)
}

/// Who is chosen does not stay behind, whatever was said before.
pub(crate) fn chosen_after_all(tx: &Tx<'_>, chosen: &[&str]) -> Result<(), Error> {
    let before = stay(tx)?;
    let mut after = before.clone();
    for address in chosen {
        after.remove(&key_of(address));
    }
    if after == before {
        return Ok(());
    }
    keep_stay(tx, &after)
}

/// Remembers the mailboxes of the directory. What is none of a person's, of several people's or of a thing, such as the
/// system's own, the directory does not tell of in the first place.
fn remember(tx: &Tx<'_>, mailboxes: &[DirectoryRecipient]) -> Result<(), Error> {
    let moving = moving(tx, &waiting(tx)?)?;
    let listed: Vec<MailboxName> = mailboxes
        .iter()
        .map(|mailbox| {
            // One that got another address since it was chosen is known by the old one.
            let mut addresses =
                std::iter::once(&mailbox.address).chain(mailbox.proxy_addresses.iter());
            let known = addresses.find_map(|address| moving.get(&address.key()));
            MailboxName {
                address: known.unwrap_or(&mailbox.address).to_string(),
                name: mailbox.display_name.clone(),
            }
        })
        .collect();
    let text = serde_json::to_string(&listed).map_err(|error| damaged(key::LISTED, &error))?;
    if tx.setting(key::LISTED)?.as_ref() == Some(&text) {
        return Ok(());
    }
    Ok(tx.set_setting(key::LISTED, &text)?)
}

/// Keeps that these stay behind, or that they count again, and tells those of whom it is new.
fn keep_staying(tx: &Tx<'_>, addresses: &[String], stays: bool) -> Result<Vec<String>, Error> {
    let outside = Outside::read(tx)?;
    let mut stay = stay(tx)?;
    let asked: BTreeSet<String> = addresses.iter().map(|address| key_of(address)).collect();
    let of = if stays {
        outside.unchosen
    } else {
        outside.staying
    };
    let mut new = Vec::new();
    for one in of {
        let key = key_of(&one.address);
        if !asked.contains(&key) {
            continue;
        }
        let changed = if stays {
            stay.insert(key)
        } else {
            stay.remove(&key)
        };
        if changed {
            new.push(one.address);
        }
    }
    keep_stay(tx, &stay)?;
    Ok(new)
}

impl Project {
    /// The mailboxes of the directory; what it tells is remembered.
    pub(crate) async fn read_mailboxes(&self) -> Result<Vec<DirectoryRecipient>, Error> {
        let read = self.connections().directory.mailboxes().await;
        self.remember_mailboxes(&read)?;
        Ok(read?)
    }

    /// Remembers what the directory told, if it told anything.
    pub(crate) fn remember_mailboxes(
        &self,
        read: &Result<Vec<DirectoryRecipient>, EndpointError>,
    ) -> Result<(), Error> {
        match read {
            Ok(mailboxes) => self.journal.transaction(|tx| remember(tx, mailboxes)),
            Err(_) => Ok(()),
        }
    }

    /// Reads them once more before mail is moved: somebody may have got a mailbox since. A directory that does not answer
    /// hinders nothing.
    pub(crate) async fn read_mailboxes_again(&self) {
        match tokio::time::timeout(PATIENCE, self.read_mailboxes()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::info!(%error, "the directory is not read again"),
            Err(_) => tracing::info!("the directory did not answer in time"),
        }
    }

    /// What is in no batch.
    pub(crate) fn outside(&self) -> Result<Outside, Error> {
        self.journal.transaction(Outside::read)
    }

    /// Rows that a person left out of a list stay behind, where they are mailboxes that nothing else moves.
    pub(crate) fn left_out_of_list(&self, rows: &[SmtpAddress]) -> Result<(), Error> {
        let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
        self.journal.transaction(|tx| {
            let new = keep_staying(tx, &rows, true)?;
            if new.is_empty() {
                return Ok(());
            }
            let now = self.clock.now();
            Ok(tx.log(now, None, "MailboxesStay", &new.join(", "))?)
        })
    }

    fn stay_behind(&self, addresses: &[String], stays: bool) -> Result<(), Error> {
        let now = self.clock.now();
        self.journal.transaction(|tx| {
            let outside = Outside::read(tx)?;
            for address in addresses {
                let known = outside.unchosen.iter().chain(&outside.staying);
                if !known.map(|one| key_of(&one.address)).any(|known| known == key_of(address)) {
                    return Err(Error::invalid(
                        format!("{address} is no mailbox of the old server that is in no batch and not chosen"),
                        "Name one that `stegvis mailboxes list` shows as nobody's choice or as staying behind.",
                    ));
                }
            }
            let done = keep_staying(tx, addresses, stays)?;
            let what = if stays {
                "MailboxesStay"
            } else {
                "MailboxesCountAgain"
            };
            if done.is_empty() {
                return Ok(());
            }
            Ok(tx.log(now, None, what, &done.join(", "))?)
        })
    }
}

impl App {
    /// The mailboxes of the old directory, as it was last read, that nobody chose, and those that stay behind.
    ///
    /// # Errors
    /// When no project is open or it cannot be read.
    pub async fn mailboxes_left(&self) -> Result<MailboxesLeft, Error> {
        let outside = self.project().await?.outside()?;
        Ok(MailboxesLeft {
            unchosen: outside.unchosen,
            staying: outside.staying,
        })
    }

    /// Reads the old directory, and tells the same.
    ///
    /// # Errors
    /// Endpoint when it does not answer.
    pub async fn read_mailboxes_left(&self) -> Result<MailboxesLeft, Error> {
        self.project().await?.read_mailboxes().await?;
        self.mailboxes_left().await
    }

    /// Keeps that these mailboxes stay behind, or that they count again.
    ///
    /// # Errors
    /// InvalidInput where one of them is in a batch, is chosen, or is no mailbox of the old directory.
    pub async fn stay_behind(
        &self,
        addresses: &[String],
        stays: bool,
    ) -> Result<DnsPageView, Error> {
        self.project().await?.stay_behind(addresses, stays)?;
        self.dns_view().await
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_journal::{Journal, NewUser};
    use stegvis_model::RecipientKind;

    use super::*;
    use crate::old_directory::fixture::mailbox;

    fn names(all: &[MailboxName]) -> Vec<&str> {
        all.iter().map(|one| &*one.address).collect()
    }

    /// A journal of a project that moves Anna, whose directory has three mailboxes.
    fn begun(dir: &std::path::Path) -> Journal {
        let journal = Journal::open(&dir.join("p.stegvis")).unwrap();
        journal
            .transaction(|tx| {
                let batch = tx.insert_batch("Pilot", None)?;
                let anna = NewUser {
                    address: "anna@nordvik.example".parse().unwrap(),
                    display_name: "Anna".to_owned(),
                    kind: RecipientKind::UserMailbox,
                };
                tx.insert_user(batch, &anna)?;
                let read = [
                    mailbox("anna.berg@nordvik.example", &["Anna@nordvik.example"]),
                    mailbox("bo@nordvik.example", &[]),
                    mailbox("cia@nordvik.example", &[]),
                ];
                remember(tx, &read)
            })
            .unwrap();
        journal
    }

    #[test]
    fn who_is_in_no_batch_and_on_no_list_is_nobodys_choice_until_somebody_decides() {
        let dir = tempfile::tempdir().unwrap();
        let journal = begun(dir.path());
        let read = || journal.transaction(Outside::read).unwrap();
        // Anna got another address since, and is known all the same.
        assert_eq!(
            names(&read().unchosen),
            ["bo@nordvik.example", "cia@nordvik.example"]
        );
        let stay = ["BO@nordvik.example".to_owned()];
        let new = journal
            .transaction(|tx| keep_staying(tx, &stay, true))
            .unwrap();
        assert_eq!(new, ["bo@nordvik.example"]);
        assert!(
            journal
                .transaction(|tx| keep_staying(tx, &stay, true))
                .unwrap()
                .is_empty()
        );
        assert_eq!(names(&read().unchosen), ["cia@nordvik.example"]);
        assert_eq!(names(&read().staying), ["bo@nordvik.example"]);
        // Mail that somebody knows will not arrive is none that would be lost.
        assert_eq!(read().unreached().len(), 1);
        journal
            .transaction(|tx| keep_staying(tx, &stay, false))
            .unwrap();
        assert_eq!(read().unchosen.len(), 2);
    }

    #[test]
    fn who_is_chosen_after_all_does_not_stay_and_who_is_dropped_again_is_nobodys_choice() {
        let dir = tempfile::tempdir().unwrap();
        let journal = begun(dir.path());
        let choose = |list: &str| {
            journal
                .transaction(|tx| {
                    chosen_after_all(tx, &["Bo@nordvik.example"])?;
                    Ok::<_, Error>(tx.set_setting(key::CHOSEN, list)?)
                })
                .unwrap();
        };
        let bo = ["bo@nordvik.example".to_owned()];
        journal
            .transaction(|tx| keep_staying(tx, &bo, true))
            .unwrap();
        let list = r#"[{"address":"bo@nordvik.example","name":"Bo","kind":"UserMailbox","pilot":false,"batch":null}]"#;
        choose(list);
        let read = || journal.transaction(Outside::read).unwrap();
        assert_eq!((read().waiting.len(), read().staying.len()), (1, 0));
        assert_eq!(names(&read().unchosen), ["cia@nordvik.example"]);
        choose("[]");
        assert_eq!(read().unchosen.len(), 2);
    }

    #[test]
    fn a_mailbox_that_is_gone_from_the_directory_is_asked_of_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let journal = begun(dir.path());
        journal
            .transaction(|tx| remember(tx, &[mailbox("cia@nordvik.example", &[])]))
            .unwrap();
        let outside = journal.transaction(Outside::read).unwrap();
        assert_eq!(names(&outside.unchosen), ["cia@nordvik.example"]);
    }
}
