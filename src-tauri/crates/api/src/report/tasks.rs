//! What is still to do when a project is handed over, as far as the project can know.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use stegvis_engine::licences::Owed;
use stegvis_engine::report::Report;
use stegvis_journal::{FolderPlan, HabitTask, LetterRow, LetterStage, Signature};
use stegvis_model::{MigrationUserId, MigrationUserStatus};

use super::view::is_over;
use crate::dto::{
    CloudBatchAccount, ConvertedMailbox, DnsAccount, MailboxName, ReportTask, ReportTaskKind,
    VerificationView,
};
use crate::project::count;

/// Where a project stands.
pub(super) struct Standing<'a> {
    pub(super) report: &'a Report,
    pub(super) differing: &'a [String],
    pub(super) verification: Option<&'a VerificationView>,
    pub(super) converted: &'a [ConvertedMailbox],
    pub(super) signatures: &'a BTreeMap<MigrationUserId, Signature>,
    pub(super) dns: &'a [DnsAccount],
    pub(super) cloud_batches: &'a [CloudBatchAccount],
    pub(super) letters: &'a [LetterRow],
    pub(super) habits: &'a [HabitTask],
    /// Whether the old side's rights and habits were ever read.
    pub(super) habits_read: bool,
    /// Who is owed a licence.
    pub(super) licences: &'a [Owed],
    /// Whether what the program was given was ever taken back.
    pub(super) cleaned: bool,
    /// Mailboxes of the old server that nobody chose.
    pub(super) unchosen: &'a [MailboxName],
}

/// The list, the most pressing first. What is done is not on it.
pub(super) fn to_do(standing: &Standing<'_>) -> Vec<ReportTask> {
    let report = standing.report;
    let mut tasks = Vec::new();
    let mut add = |task, about: Vec<String>| {
        if !about.is_empty() {
            let count = count(about.len());
            tasks.push(ReportTask { task, count, about });
        }
    };
    let addresses = |keep: &dyn Fn(&stegvis_engine::report::UserReport) -> bool| {
        let users = report.users.iter().filter(|user| keep(user));
        users
            .map(|user| user.user.address.to_string())
            .collect::<Vec<_>>()
    };
    add(ReportTaskKind::Reconcile, standing.differing.to_vec());
    add(
        ReportTaskKind::FinishMailboxes,
        addresses(&|user| !is_over(user.user.status)),
    );
    let unchosen = standing.unchosen.iter();
    add(
        ReportTaskKind::DecideMailboxes,
        unchosen.map(|one| one.address.clone()).collect(),
    );
    add(
        ReportTaskKind::SignSkipped,
        addresses(&|user| {
            let signed = standing.signatures.get(&user.user.id);
            user.ledger.skipped.items > signed.map_or(0, |signature| signature.items)
        }),
    );
    add(
        ReportTaskKind::Convert,
        addresses(&|user| user.user.status == MigrationUserStatus::Synced),
    );
    add(
        ReportTaskKind::CarryExcluded,
        addresses(&|user| {
            let mut folders = user.folders.iter();
            folders.any(|folder| {
                matches!(folder.plan, FolderPlan::Excluded(_)) && folder.ledger.excluded.items > 0
            })
        }),
    );
    let open = standing.habits.iter().filter(|task| task.done_at.is_none());
    let people: BTreeSet<String> = open.map(|task| task.task.address.to_string()).collect();
    add(ReportTaskKind::Habits, people.into_iter().collect());
    let nothing = |task| ReportTask {
        task,
        count: count(report.users.len()),
        about: Vec::new(),
    };
    let owed = standing.licences.iter();
    add(
        ReportTaskKind::Licences,
        owed.map(|owed| format!("{} ({})", owed.address, owed.until.strftime("%Y-%m-%d")))
            .collect(),
    );
    let lost = standing
        .letters
        .iter()
        .filter(|row| row.stage != LetterStage::Sent);
    let people: BTreeSet<String> = lost.map(|row| row.address.clone()).collect();
    add(ReportTaskKind::SendLetters, people.into_iter().collect());
    let standing_batches = standing
        .cloud_batches
        .iter()
        .filter(|batch| batch.made_at.is_some() && batch.removed_at.is_none());
    add(
        ReportTaskKind::RemoveBatches,
        standing_batches.map(|batch| batch.batch.clone()).collect(),
    );
    let until = standing
        .converted
        .iter()
        .filter_map(|one| one.undo_until.clone());
    add(
        ReportTaskKind::KeepOldServer,
        until.max().into_iter().collect(),
    );
    if standing.verification.is_none_or(|found| !found.agrees) {
        tasks.push(nothing(ReportTaskKind::ReadBack));
    }
    if !report.users.is_empty() {
        if !standing.habits_read {
            tasks.push(nothing(ReportTaskKind::ReadHabits));
        }
        if !standing.cleaned {
            tasks.push(nothing(ReportTaskKind::CleanUp));
        }
    }
    tasks.extend(dns(standing));
    tasks
}

/// Mail that still goes to the old server, and mail of which nobody knows that it does not: of every domain that the
/// mailboxes have, whether or not anybody ever looked at it.
fn dns(standing: &Standing<'_>) -> Vec<ReportTask> {
    let users = standing.report.users.iter();
    let mut domains: BTreeSet<String> = users
        .map(|user| user.user.address.domain().to_string().to_lowercase())
        .collect();
    if domains.is_empty() {
        domains.extend(standing.dns.iter().map(|one| one.domain.to_lowercase()));
    }
    let (mut unmoved, mut unproved) = (Vec::new(), Vec::new());
    let anybody = !domains.is_empty();
    for domain in domains {
        let mut known = standing.dns.iter();
        let known = known.find(|one| one.domain.eq_ignore_ascii_case(&domain));
        let time = |at: Option<&String>| at.and_then(|at| at.parse::<Timestamp>().ok());
        let moved = time(known.and_then(|one| one.mx_moved_at.as_ref()));
        let proved = time(known.and_then(|one| one.delivered_at.as_ref()));
        match (moved, proved) {
            (None, _) => unmoved.push(domain),
            // A mail that came before the change proves nothing of it.
            (Some(moved), proved) if proved.is_none_or(|proved| proved < moved) => {
                unproved.push(domain);
            }
            _ => {}
        }
    }
    let task = |task, about: Vec<String>| ReportTask {
        task,
        count: count(about.len()),
        about,
    };
    let mut tasks = Vec::new();
    if !anybody || !unmoved.is_empty() {
        tasks.push(task(ReportTaskKind::MoveMx, unmoved));
    }
    if !unproved.is_empty() {
        tasks.push(task(ReportTaskKind::ProveDelivery, unproved));
    }
    tasks
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_journal::{Journal, JournalError, NewUser};
    use stegvis_model::RecipientKind;

    use super::*;

    fn kinds(report: &Report, dns: &[DnsAccount], done: bool, licences: &[Owed]) -> Vec<String> {
        let unchosen = [MailboxName {
            address: "eva@nordvik.example".to_owned(),
            name: "Eva".to_owned(),
        }];
        let tasks = to_do(&Standing {
            report,
            differing: &[],
            verification: None,
            converted: &[],
            signatures: &BTreeMap::new(),
            dns,
            cloud_batches: &[],
            letters: &[],
            habits: &[],
            habits_read: done,
            licences,
            cleaned: done,
            unchosen: &unchosen,
        });
        tasks
            .iter()
            .map(|task| format!("{:?} {}", task.task, task.about.join(", ")))
            .collect()
    }

    #[test]
    fn what_nobody_looked_at_is_still_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("practice.stegvis")).unwrap();
        journal
            .transaction(|tx| {
                let batch = tx.insert_batch("Pilot", None)?;
                for address in ["anna@nordvik.example", "bo@bygg.example"] {
                    let user = NewUser {
                        address: address.parse().unwrap(),
                        display_name: String::new(),
                        kind: RecipientKind::UserMailbox,
                    };
                    tx.insert_user(batch, &user)?;
                }
                Ok::<_, JournalError>(())
            })
            .unwrap();
        let report = stegvis_engine::report::report(&journal).unwrap();
        let looked = |moved: &str, proved: &str| DnsAccount {
            domain: "nordvik.example".to_owned(),
            before: Vec::new(),
            now: Vec::new(),
            seen_at: None,
            mx_moved_at: Some(moved.to_owned()),
            delivered_at: Some(proved.to_owned()),
        };
        let owed = [Owed {
            address: "anna@nordvik.example".parse().unwrap(),
            until: "2026-12-24T08:00:00Z".parse().unwrap(),
        }];
        // The proof is older than the change, and nobody ever looked at the other domain.
        let dns = [looked("2026-11-20T12:00:00Z", "2026-11-19T12:00:00Z")];
        let all = kinds(&report, &dns, false, &owed);
        for task in [
            "Licences anna@nordvik.example (2026-12-24)",
            "ReadHabits ",
            "CleanUp ",
            "DecideMailboxes eva@nordvik.example",
            "MoveMx bygg.example",
            "ProveDelivery nordvik.example",
        ] {
            assert!(all.iter().any(|one| one == task), "{task}: {all:?}");
        }
        let dns = [looked("2026-11-20T12:00:00Z", "2026-11-20T12:05:00Z")];
        let all = kinds(&report, &dns, true, &[]);
        for task in ["Licences", "ReadHabits", "CleanUp", "ProveDelivery"] {
            assert!(!all.iter().any(|one| one.starts_with(task)), "{all:?}");
        }
    }
}
