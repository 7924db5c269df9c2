//! Who is owed a licence, as far as the journal alone can tell: for the report, which asks nobody.

use std::collections::BTreeMap;

use jiff::Timestamp;
use stegvis_journal::{JournalError, Tx};
use stegvis_model::{RecipientKind, SmtpAddress};

use super::run::{Given, mailboxes_since};
use super::{LicencePlan, Licensed, Person, closes};

/// What was seen last, a line for each person: the address, and when the mailbox is closed or a dash. The first line is
/// when it was seen.
const SEEN: &str = "licences.seen";

/// Somebody who is owed a licence, or of whom nobody knows that they have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The mailbox.
    pub address: SmtpAddress,
    /// When Microsoft closes it.
    pub until: Timestamp,
}

/// Keeps what was seen. Whose mailbox is still to be made is not kept: of them it is not known what they will need.
///
/// # Errors
/// The journal's.
pub fn keep_seen(
    tx: &Tx<'_>,
    people: &[Person],
    plan: &LicencePlan,
    now: Timestamp,
) -> Result<(), JournalError> {
    let mut lines = vec![now.to_string()];
    for need in &plan.needs {
        if let Some(until) = need.until {
            lines.push(format!("{} {until}", need.address));
        }
    }
    for person in people {
        let has = matches!(
            person.licensed,
            Licensed::Own { .. } | Licensed::Group { .. }
        );
        if person.exempt || has {
            lines.push(format!("{} -", person.address));
        }
    }
    tx.set_setting(SEEN, &lines.join("\n"))
}

/// Who is owed one, the most urgent first: who was seen without, and whoever got a mailbox that nobody has looked at.
///
/// # Errors
/// The journal's.
pub fn owed(tx: &Tx<'_>) -> Result<Vec<Owed>, JournalError> {
    let kept = tx.setting(SEEN)?.unwrap_or_default();
    let damaged = |value: &str| JournalError::Damaged {
        column: SEEN,
        value: value.to_owned(),
    };
    let mut lines = kept.lines();
    let seen_at = match lines.next() {
        Some(line) => Some(line.parse::<Timestamp>().map_err(|_| damaged(line))?),
        None => None,
    };
    let mut seen: BTreeMap<&str, Option<Timestamp>> = BTreeMap::new();
    for line in lines {
        let (address, until) = line.rsplit_once(' ').ok_or_else(|| damaged(line))?;
        let until = match until {
            "-" => None,
            until => Some(until.parse().map_err(|_| damaged(line))?),
        };
        seen.insert(address, until);
    }
    let given: BTreeMap<String, Timestamp> = Given::all(tx)?
        .into_iter()
        .map(|given| (given.address.key(), given.at))
        .collect();
    let (since, _) = mailboxes_since(tx)?;
    let mut owed = Vec::new();
    for user in tx.users()? {
        let known = seen.get(&*user.address.to_string());
        let given = given.get(&user.address.key());
        let since_seen = given.is_some_and(|given| seen_at.is_none_or(|seen| *given >= seen));
        let until = match known {
            Some(until) => *until,
            // Rooms and what many share need none.
            None if !needs_one(user.kind) => None,
            None => since.get(&user.id.0).copied().map(closes),
        };
        let has = since_seen || (known.is_none() && given.is_some());
        if let Some(until) = until.filter(|_| !has) {
            owed.push(Owed {
                address: user.address,
                until,
            });
        }
    }
    owed.sort_by_key(|owed| (owed.until, owed.address.key()));
    Ok(owed)
}

const fn needs_one(kind: RecipientKind) -> bool {
    !matches!(
        kind,
        RecipientKind::RoomMailbox | RecipientKind::EquipmentMailbox | RecipientKind::SharedMailbox
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_journal::{Journal, NewUser};

    use super::super::{ASSIGNED, Wishes, plan};
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Two people and a room, whose mailboxes were made on the first of November as far as the log tells; nobody knows of
    /// the last one's.
    fn company() -> (tempfile::TempDir, Journal) {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("practice.stegvis")).unwrap();
        journal
            .transaction(|tx| {
                let batch = tx.insert_batch("Pilot", None)?;
                for (name, kind) in [
                    ("anna", RecipientKind::UserMailbox),
                    ("bo", RecipientKind::UserMailbox),
                    ("room", RecipientKind::RoomMailbox),
                    ("later", RecipientKind::UserMailbox),
                ] {
                    let address: SmtpAddress = format!("{name}@nordvik.example").parse().unwrap();
                    let user = NewUser {
                        address,
                        display_name: name.to_owned(),
                        kind,
                    };
                    tx.insert_user(batch, &user)?;
                }
                Ok::<_, JournalError>(())
            })
            .unwrap();
        (folder, journal)
    }

    fn person(name: &str, licensed: Licensed, since: Option<Timestamp>) -> Person {
        Person {
            address: format!("{name}@nordvik.example").parse().unwrap(),
            display_name: name.to_owned(),
            usage_location: None,
            licensed,
            mailbox_since: since,
            bytes: 0,
            exempt: false,
            convert: false,
        }
    }

    fn told(journal: &Journal) -> Vec<String> {
        let owed = journal.transaction(owed).unwrap();
        owed.iter()
            .map(|owed| format!("{} {}", owed.address, owed.until))
            .collect()
    }

    #[test]
    fn who_was_seen_without_is_owed_one_until_it_is_given() {
        let (_folder, journal) = company();
        assert_eq!(told(&journal), Vec::<String>::new());
        let now = time("2026-11-20T12:00:00Z");
        let group = Licensed::Group {
            sku: "business".to_owned(),
            group: "g-1".to_owned(),
        };
        let people = [
            person("anna", Licensed::No, Some(time("2026-11-01T08:00:00Z"))),
            person("bo", group, Some(time("2026-11-01T08:00:00Z"))),
            person("later", Licensed::No, None),
        ];
        let planned = plan(&people, &[], &Wishes::default(), now);
        journal
            .transaction(|tx| keep_seen(tx, &people, &planned, now))
            .unwrap();
        assert_eq!(
            told(&journal),
            ["anna@nordvik.example 2026-12-01T08:00:00Z"]
        );
        journal
            .transaction(|tx| {
                let anna = tx
                    .user_of(&"anna@nordvik.example".parse().unwrap())?
                    .unwrap();
                tx.log(now, Some(anna.id), ASSIGNED, "BUSINESS")
            })
            .unwrap();
        assert_eq!(told(&journal), Vec::<String>::new());
    }
}
