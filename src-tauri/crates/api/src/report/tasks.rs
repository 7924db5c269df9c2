//! What is still to do when a project is handed over, as far as the project can know.

use std::collections::{BTreeMap, BTreeSet};

use stegvis_engine::report::Report;
use stegvis_journal::{FolderPlan, HabitTask, LetterRow, LetterStage, Signature};
use stegvis_model::{MigrationUserId, MigrationUserStatus};

use super::view::is_over;
use crate::dto::{
    CloudBatchAccount, ConvertedMailbox, DnsAccount, ReportTask, ReportTaskKind, VerificationView,
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
        tasks.push(ReportTask {
            task: ReportTaskKind::ReadBack,
            count: count(report.users.len()),
            about: Vec::new(),
        });
    }
    tasks.extend(dns(standing));
    tasks
}

/// Mail that still goes to the old server, and mail of which nobody knows that it does not.
fn dns(standing: &Standing<'_>) -> Option<ReportTask> {
    let domains = |keep: fn(&DnsAccount) -> bool| -> Vec<String> {
        let domains = standing.dns.iter().filter(|domain| keep(domain));
        domains.map(|domain| domain.domain.clone()).collect()
    };
    let unmoved = domains(|domain| domain.mx_moved_at.is_none());
    let unproved = domains(|domain| domain.delivered_at.is_none());
    let task = |task, about: Vec<String>| {
        Some(ReportTask {
            task,
            count: count(about.len()),
            about,
        })
    };
    if standing.dns.is_empty() || !unmoved.is_empty() {
        task(ReportTaskKind::MoveMx, unmoved)
    } else if !unproved.is_empty() {
        task(ReportTaskKind::ProveDelivery, unproved)
    } else {
        None
    }
}
