//! Rights and habits: what was so before the migration and is not so in the tenant becomes a task, with the command that
//! does it. Nothing is claimed to have moved that was not seen there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use stegvis_journal::{HabitReading, HabitRow, JournalError, NewHabitTask, Tx};
use stegvis_model::{HabitKind, HabitSide, SmtpAddress};

use crate::ports::{EndpointError, Habits, MailboxHabits};
use crate::powershell::quoted;

/// Reads one side, and keeps what it told. What was before is kept once; a mailbox that was read then is not asked for
/// again.
///
/// # Errors
/// Why the side could not be read. What is known of it stays.
pub async fn read_habits(
    habits: &dyn Habits,
    mailboxes: &[SmtpAddress],
) -> Result<Vec<HabitReading>, EndpointError> {
    let told = habits.habits(mailboxes).await?;
    Ok(told.into_iter().map(reading).collect())
}

fn reading(told: MailboxHabits) -> HabitReading {
    HabitReading {
        address: told.address,
        habits: told
            .habits
            .into_iter()
            .map(|habit| HabitRow {
                kind: habit.kind,
                who: habit.who,
                detail: habit.detail,
                own: habit.own,
            })
            .collect(),
        unreadable: told.unreadable,
        read_at: None,
    }
}

/// Keeps what a side told, and makes the tasks that follow from both.
///
/// # Errors
/// The journal's.
pub fn keep_habits(
    tx: &Tx<'_>,
    side: HabitSide,
    readings: &[HabitReading],
    at: Timestamp,
) -> Result<(), JournalError> {
    let mut kept = 0_usize;
    for reading in readings {
        kept += usize::from(tx.keep_habits(side, reading, at)?);
    }
    if kept > 0 {
        tx.log(at, None, "HabitsRead", &format!("{side} {kept}"))?;
    }
    renew_tasks(tx, at)
}

/// Makes the tasks that follow from what both sides told, for the mailboxes that are migrated.
///
/// # Errors
/// The journal's.
pub fn renew_tasks(tx: &Tx<'_>, at: Timestamp) -> Result<(), JournalError> {
    let moved: BTreeSet<String> = tx
        .users()?
        .into_iter()
        .map(|user| user.address.key())
        .collect();
    let before = tx.habits(HabitSide::Before)?;
    let after = tx.habits(HabitSide::After)?;
    let tasks = tasks(&before, &after, &moved);
    tx.keep_habit_tasks(&tasks, at)
}

/// What a person has to do. `moved` are the migrated mailboxes, by address in lower case: a right of somebody else is a
/// right of someone whom the tenant may not know.
#[must_use]
pub fn tasks(
    before: &[HabitReading],
    after: &[HabitReading],
    moved: &BTreeSet<String>,
) -> Vec<NewHabitTask> {
    let now: BTreeMap<String, &HabitReading> = after
        .iter()
        .map(|reading| (reading.address.key(), reading))
        .collect();
    let mut tasks = Vec::new();
    for reading in before
        .iter()
        .filter(|reading| moved.contains(&reading.address.key()))
    {
        let there = now.get(&reading.address.key());
        let owed = reading.habits.iter().filter(|habit| {
            let moved =
                there.is_some_and(|there| there.habits.iter().any(|now| is_same(habit, now)));
            !habit.own && !moved
        });
        tasks.extend(owed.map(|habit| NewHabitTask {
            address: reading.address.clone(),
            kind: habit.kind,
            who: habit.who.clone(),
            detail: habit.detail.clone(),
            command: command(&reading.address, habit),
            outside: !habit.who.is_empty() && !moved.contains(&habit.who),
        }));
        // What nobody could read, its owner is asked for.
        tasks.extend(reading.unreadable.iter().map(|kind| NewHabitTask {
            address: reading.address.clone(),
            kind: *kind,
            who: String::new(),
            detail: String::new(),
            command: None,
            outside: false,
        }));
    }
    tasks
}

/// Whether the tenant has what the old side had. Whether a copy stays is part of a forwarding.
#[must_use]
pub fn is_same(before: &HabitRow, after: &HabitRow) -> bool {
    before.kind == after.kind
        && before.who.eq_ignore_ascii_case(&after.who)
        && (before.kind != HabitKind::Forwarding || before.detail == after.detail)
}

/// PowerShell that gives it in the tenant; nothing for what only the owner can make.
fn command(mailbox: &SmtpAddress, habit: &HabitRow) -> Option<String> {
    let (mailbox, who) = (quoted(&mailbox.to_string()), quoted(&habit.who));
    match habit.kind {
        HabitKind::FullAccess => Some(format!(
            "Add-MailboxPermission -Identity {mailbox} -User {who} -AccessRights FullAccess -InheritanceType All"
        )),
        HabitKind::SendAs => Some(format!(
            "Add-RecipientPermission -Identity {mailbox} -Trustee {who} -AccessRights SendAs -Confirm:$false"
        )),
        HabitKind::SendOnBehalf => Some(format!(
            "Set-Mailbox -Identity {mailbox} -GrantSendOnBehalfTo @{{Add={who}}}"
        )),
        HabitKind::Forwarding => {
            let copy = if habit.detail == "keepsCopy" {
                "$true"
            } else {
                "$false"
            };
            Some(format!(
                "Set-Mailbox -Identity {mailbox} -ForwardingAddress {who} -DeliverToMailboxAndForward {copy}"
            ))
        }
        HabitKind::InboxRule | HabitKind::AutomaticReply => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn row(kind: HabitKind, who: &str) -> HabitRow {
        HabitRow {
            kind,
            who: who.to_owned(),
            detail: String::new(),
            own: false,
        }
    }

    fn of(address: &str, habits: Vec<HabitRow>) -> HabitReading {
        HabitReading {
            address: address.parse().unwrap(),
            habits,
            unreadable: Vec::new(),
            read_at: None,
        }
    }

    fn told(before: &[HabitReading], after: &[HabitReading]) -> String {
        let moved = ["anna@nordvik.example", "bo@nordvik.example"].map(str::to_owned);
        let tasks = tasks(before, after, &BTreeSet::from(moved));
        tasks
            .iter()
            .map(|task| {
                format!(
                    "{} {} {}{}",
                    task.address,
                    task.kind,
                    if task.outside { "outside " } else { "" },
                    task.command.as_deref().unwrap_or("ask the owner")
                )
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn what_the_tenant_does_not_have_is_a_task_with_its_command() {
        let before = [HabitReading {
            unreadable: vec![HabitKind::InboxRule, HabitKind::AutomaticReply],
            ..of(
                "anna@nordvik.example",
                vec![
                    row(HabitKind::FullAccess, "bo@nordvik.example"),
                    row(HabitKind::SendAs, "o'brien@nordvik.example"),
                    row(HabitKind::SendOnBehalf, "bo@nordvik.example"),
                    HabitRow {
                        detail: "keepsCopy".to_owned(),
                        ..row(HabitKind::Forwarding, "pia@partner.example")
                    },
                ],
            )
        }];
        insta::assert_snapshot!(told(&before, &[]), @r"
        anna@nordvik.example FullAccess Add-MailboxPermission -Identity 'anna@nordvik.example' -User 'bo@nordvik.example' -AccessRights FullAccess -InheritanceType All
        anna@nordvik.example SendAs outside Add-RecipientPermission -Identity 'anna@nordvik.example' -Trustee 'o''brien@nordvik.example' -AccessRights SendAs -Confirm:$false
        anna@nordvik.example SendOnBehalf Set-Mailbox -Identity 'anna@nordvik.example' -GrantSendOnBehalfTo @{Add='bo@nordvik.example'}
        anna@nordvik.example Forwarding outside Set-Mailbox -Identity 'anna@nordvik.example' -ForwardingAddress 'pia@partner.example' -DeliverToMailboxAndForward $true
        anna@nordvik.example InboxRule ask the owner
        anna@nordvik.example AutomaticReply ask the owner
        ");
    }

    #[test]
    fn what_was_seen_in_the_tenant_and_what_is_ours_is_no_task() {
        let before = [of(
            "anna@nordvik.example",
            vec![
                row(HabitKind::FullAccess, "bo@nordvik.example"),
                HabitRow {
                    own: true,
                    ..row(HabitKind::FullAccess, "migrering")
                },
            ],
        )];
        let after = [of(
            "Anna@nordvik.example",
            vec![row(HabitKind::FullAccess, "Bo@nordvik.example")],
        )];
        assert_eq!(told(&before, &after), "");
    }

    #[test]
    fn a_forwarding_that_keeps_no_copy_any_more_is_not_the_same() {
        let keeps = HabitRow {
            detail: "keepsCopy".to_owned(),
            ..row(HabitKind::Forwarding, "bo@nordvik.example")
        };
        let before = [of("anna@nordvik.example", vec![keeps])];
        let after = [of(
            "anna@nordvik.example",
            vec![row(HabitKind::Forwarding, "bo@nordvik.example")],
        )];
        assert_eq!(told(&before, &after).lines().count(), 1);
    }

    #[test]
    fn a_mailbox_that_does_not_move_keeps_what_it_has() {
        let before = [of(
            "carl@nordvik.example",
            vec![row(HabitKind::SendAs, "bo@nordvik.example")],
        )];
        assert_eq!(told(&before, &[]), "");
    }
}
