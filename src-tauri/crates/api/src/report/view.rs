//! The report as the wizard shows it and the files hold it: read from the journal alone, so that it can be written
//! where no server answers any more.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use stegvis_connect::clock::SystemClock;
use stegvis_engine::habits::renew_tasks;
use stegvis_engine::licences::{ASSIGNED, Owed, owed};
use stegvis_engine::ports::Clock as _;
use stegvis_engine::report::{Report, over_time, report};
use stegvis_journal::{FolderPlan, Journal, LetterRow, LetterStage, LogEntry, Tx};
use stegvis_model::{
    HabitSide, MigrationUserId, MigrationUserStatus, StatusSummary, StoredName as _,
};

use super::tasks::{Standing, to_do};
use crate::Error;
use crate::convert::converted;
use crate::dto::{
    AnswersDto, BatchLedger, CloudBatchAccount, DnsAccount, DnsView, FolderLedger, ItemsOfKind,
    LettersOfKind, LicencesOfProduct, MailSent, MailSentKind, MailboxesInState, MovedPoint,
    ReportAction, ReportThroughput, ReportView, SkippedItemView, SkippedReason, UserLedger,
    VerificationView,
};
use crate::project::{count, damaged, key, ledger_view, read_answers, small};
use crate::unchosen::Outside;

/// Points of the throughput at most: what a chart as wide as a page can show.
const POINTS: usize = 48;

/// Reads the report of a project, without the files.
///
/// # Errors
/// When the project cannot be read.
pub(crate) fn report_view(journal: &Journal) -> Result<ReportView, Error> {
    let account = report(journal)?;
    let kept = journal.transaction(Kept::read)?;
    let outside = journal.transaction(Outside::read)?;
    let verification: Option<VerificationView> = kept
        .verification
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(|error| damaged(key::VERIFICATION, &error))?;
    let source = match &kept.answers {
        Some(text) => {
            let answers: AnswersDto =
                serde_json::from_str(text).map_err(|error| damaged(key::ANSWERS, &error))?;
            read_answers(&answers)?.exchange
        }
        None => None,
    };
    let differing: Vec<String> = account
        .differing()
        .iter()
        .map(|user| user.user.address.to_string())
        .collect();
    let converted = converted(journal)?;
    let dns = dns(&kept.dns)?;
    let cloud_batches = cloud_batches(&account, &kept);
    let to_do = to_do(&Standing {
        report: &account,
        differing: &differing,
        verification: verification.as_ref(),
        converted: &converted,
        signatures: &kept.signatures,
        dns: &dns,
        cloud_batches: &cloud_batches,
        letters: &kept.letters,
        habits: &kept.habits,
        habits_read: kept.habits_read,
        licences: &kept.owed,
        cleaned: kept.log.iter().any(|line| line.what == "CleanedUp"),
        unchosen: &outside.unchosen,
    });
    Ok(ReportView {
        project: kept.name.clone().unwrap_or_default(),
        source: source.map_or("", |version| version.name()).to_owned(),
        from: account
            .batches
            .iter()
            .filter_map(|batch| batch.started_at)
            .min()
            .map(|at| at.to_string()),
        to: last_change(&kept.log).map(|at| at.to_string()),
        reconciled: differing.is_empty(),
        differing,
        batches: account
            .batches
            .iter()
            .map(|batch| BatchLedger {
                batch: batch.name.clone(),
                mailboxes: count(
                    account
                        .users
                        .iter()
                        .filter(|user| user.user.batch == batch.id)
                        .count(),
                ),
                ledger: ledger_view(account.batch(batch.id)),
            })
            .collect(),
        total: ledger_view(account.total()),
        users: users(&account, &kept.log),
        skipped_reasons: account
            .skipped_by_reason()
            .into_iter()
            .map(|(reason, items)| SkippedReason {
                reason: reason.name().to_owned(),
                items: small(items),
            })
            .collect(),
        skipped: skipped(&account, &kept.signatures),
        verification,
        mails: mails(&account),
        forwarded: account
            .users
            .iter()
            .filter(|user| user.target_address.is_some())
            .map(|user| user.user.address.to_string())
            .collect(),
        converted,
        redacted: false,
        throughput: throughput(&kept.moved),
        states: account
            .by_state()
            .into_iter()
            .map(|(status, mailboxes)| MailboxesInState {
                status: status.to_owned(),
                mailboxes: small(mailboxes),
            })
            .collect(),
        kinds: account
            .by_kind()
            .into_iter()
            .map(|(kind, ledger)| ItemsOfKind {
                kind,
                ledger: ledger_view(ledger),
            })
            .collect(),
        actions: actions(&account, &kept.log),
        dns,
        licences: licences(&kept.log),
        letters: letters(&kept.letters),
        cloud_batches,
        to_do,
        staying: outside.staying,
        files: Vec::new(),
    })
}

/// When anything happened last: saving a report is nothing that happens to a migration.
fn last_change(log: &[LogEntry]) -> Option<Timestamp> {
    let mut lines = log.iter().rev();
    lines
        .find(|line| !line.what.starts_with("ReportSaved"))
        .and_then(|line| line.at)
}

/// What the report needs of the journal besides the account.
struct Kept {
    name: Option<String>,
    answers: Option<String>,
    verification: Option<String>,
    dns: Vec<(String, String)>,
    log: Vec<LogEntry>,
    moved: Vec<stegvis_journal::Moved>,
    cloud: Vec<stegvis_journal::CloudBatchRow>,
    letters: Vec<stegvis_journal::LetterRow>,
    habits: Vec<stegvis_journal::HabitTask>,
    habits_read: bool,
    owed: Vec<Owed>,
    signatures: BTreeMap<MigrationUserId, stegvis_journal::Signature>,
}

impl Kept {
    fn read(tx: &Tx<'_>) -> Result<Self, stegvis_journal::JournalError> {
        // What follows from what was read, whether or not anybody has looked at it yet.
        renew_tasks(tx, SystemClock.now())?;
        let mut signatures = BTreeMap::new();
        for user in tx.users()? {
            if let Some(signature) = tx.skipped_signature(user.id)? {
                signatures.insert(user.id, signature);
            }
        }
        Ok(Self {
            name: tx.setting(key::NAME)?,
            answers: tx.setting(key::ANSWERS)?,
            verification: tx.setting(key::VERIFICATION)?,
            dns: tx.settings_under("dns.")?,
            log: tx.log_entries()?,
            moved: tx.all_moved()?,
            cloud: tx.cloud_batches()?,
            letters: tx.letters()?,
            habits: tx.habit_tasks()?,
            habits_read: tx.habits_read_at(HabitSide::Before)?.is_some(),
            owed: owed(tx)?,
            signatures,
        })
    }
}

/// Mailbox by mailbox; the times are those of the log.
pub(crate) fn users(report: &Report, log: &[LogEntry]) -> Vec<UserLedger> {
    let lines = |user, status: &'static str| {
        log.iter()
            .filter(move |line| line.user == Some(user) && line.what == status)
    };
    let begun = MigrationUserStatus::Validating.name();
    let synced = MigrationUserStatus::Synced.name();
    report
        .users
        .iter()
        .map(|user| UserLedger {
            address: user.user.address.to_string(),
            name: user.user.display_name.clone(),
            batch: report
                .batches
                .iter()
                .find(|batch| batch.id == user.user.batch)
                .map(|batch| batch.name.clone())
                .unwrap_or_default(),
            status: user.user.status.name().to_owned(),
            cause: user.user.status.cause().map(str::to_owned),
            started_at: lines(user.user.id, begun)
                .find_map(|line| line.at)
                .map(|at| at.to_string()),
            synced_at: lines(user.user.id, synced)
                .filter_map(|line| line.at)
                .next_back()
                .map(|at| at.to_string()),
            retries: count(lines(user.user.id, begun).count().saturating_sub(1)),
            ledger: ledger_view(user.ledger),
            folders: user
                .folders
                .iter()
                .map(|folder| {
                    let (target, excluded_by) = match &folder.plan {
                        FolderPlan::CopyTo(path) => (Some(path.to_string()), None),
                        FolderPlan::Excluded(rule) => (None, Some(rule.clone())),
                    };
                    FolderLedger {
                        source: folder.source.to_string(),
                        target,
                        excluded_by,
                        ledger: ledger_view(folder.ledger),
                    }
                })
                .collect(),
        })
        .collect()
}

/// What was skipped, item by item.
pub(crate) fn skipped(
    report: &Report,
    signatures: &BTreeMap<MigrationUserId, stegvis_journal::Signature>,
) -> Vec<SkippedItemView> {
    let of = |user| {
        let skipped = report.skipped.iter();
        skipped.filter(|skipped| skipped.user.id == user).count() as u64
    };
    report
        .skipped
        .iter()
        .map(|skipped| SkippedItemView {
            address: skipped.user.address.to_string(),
            folder: skipped.folder.to_string(),
            subject: skipped.item.subject.clone(),
            date: Timestamp::from_second(skipped.item.item.date.seconds)
                .map(|at| at.to_string())
                .unwrap_or_default(),
            size: skipped.item.item.size,
            reason: skipped.item.reason.name().to_owned(),
            server_words: skipped.item.detail.clone(),
            // A signature counts for as many as were shown when it was given.
            signed_by: signatures
                .get(&skipped.user.id)
                .filter(|signature| signature.items >= of(skipped.user.id))
                .map(|signature| signature.by.clone()),
        })
        .collect()
}

fn mails(report: &Report) -> Vec<MailSent> {
    let mails = report.batches.iter().flat_map(|batch| {
        let sent = |kind, at: Option<Timestamp>| {
            Some(MailSent {
                kind,
                to: batch.notify.as_ref()?.to_string(),
                at: at?.to_string(),
            })
        };
        [
            sent(MailSentKind::Status, batch.status_mail_at),
            sent(MailSentKind::FinalReport, batch.report_mail_at),
        ]
    });
    mails.flatten().collect()
}

fn throughput(moved: &[stegvis_journal::Moved]) -> ReportThroughput {
    let (length, spans) = over_time(moved, POINTS);
    ReportThroughput {
        seconds_per_point: u32::try_from(length).unwrap_or(u32::MAX),
        points: spans
            .into_iter()
            .map(|span| MovedPoint {
                at: span.at.to_string(),
                items: small(span.direct.items),
                service_items: small(span.service.items),
                bytes: span.direct.bytes + span.service.bytes,
            })
            .collect(),
    }
}

/// The steps of a change in the directory on its way: what counts is that it was written, proved, undone, or failed.
const ON_THE_WAY: [&str; 4] = ["Planned", "BackedUp", "Writing", "Undoing"];

/// What was done: everything of the log but the states that mailboxes went through by themselves.
fn actions(report: &Report, log: &[LogEntry]) -> Vec<ReportAction> {
    let by_itself = |line: &LogEntry| {
        let cause = (!line.detail.is_empty()).then_some(line.detail.as_str());
        let of_a_change = ["Forwarding", "Conversion"]
            .iter()
            .find_map(|kind| line.what.strip_prefix(kind));
        MigrationUserStatus::from_stored(&line.what, cause).is_ok()
            || of_a_change.is_some_and(|state| ON_THE_WAY.contains(&state))
    };
    log.iter()
        .filter(|line| !by_itself(line))
        .filter_map(|line| {
            let user = line.user.and_then(|id| {
                let mut users = report.users.iter();
                users.find(|user| user.user.id == id)
            });
            Some(ReportAction {
                at: line.at?.to_string(),
                who: line.who.clone(),
                what: line.what.clone(),
                mailbox: user.map(|user| user.user.address.to_string()),
                detail: line.detail.clone(),
            })
        })
        .collect()
}

/// What is kept of the last look at a domain; more is kept than is read here.
#[derive(Deserialize)]
struct LastLook {
    view: DnsView,
}

fn dns(settings: &[(String, String)]) -> Result<Vec<DnsAccount>, Error> {
    let mut domains: BTreeMap<&str, DnsAccount> = BTreeMap::new();
    for (key, value) in settings {
        for what in ["before", "seen", "mxMovedAt", "deliveredAt"] {
            let Some(domain) = key
                .strip_prefix("dns.")
                .and_then(|rest| rest.strip_prefix(what))
                .and_then(|rest| rest.strip_prefix('.'))
            else {
                continue;
            };
            let account = domains.entry(domain).or_insert_with(|| DnsAccount {
                domain: domain.to_owned(),
                before: Vec::new(),
                now: Vec::new(),
                seen_at: None,
                mx_moved_at: None,
                delivered_at: None,
            });
            match what {
                "before" => account.before = value.lines().map(str::to_owned).collect(),
                "seen" => {
                    let look: LastLook =
                        serde_json::from_str(value).map_err(|error| damaged(key, &error))?;
                    account.now = records(&look.view);
                    account.seen_at = Some(look.view.at);
                }
                "mxMovedAt" => account.mx_moved_at = Some(value.clone()),
                _ => account.delivered_at = Some(value.clone()),
            }
        }
    }
    // Of a domain whose values nobody kept or saw there is nothing to tell.
    let told = |one: &DnsAccount| !one.before.is_empty() || !one.now.is_empty();
    Ok(domains.into_values().filter(told).collect())
}

/// The records as the first server that decides has them.
fn records(view: &DnsView) -> Vec<String> {
    let mut lines = Vec::new();
    for subject in &view.subjects {
        let mut deciding = subject.servers.iter().filter(|server| server.authoritative);
        let Some(server) = deciding.find(|server| server.trouble.is_none()) else {
            continue;
        };
        for record in &server.records {
            lines.push(format!(
                "{}. {} IN {} {}",
                subject.name, record.ttl, record.kind, record.value
            ));
        }
    }
    lines
}

/// Who got which licence, as the log has it.
fn licences(log: &[LogEntry]) -> Vec<LicencesOfProduct> {
    let mut products: BTreeMap<&str, u32> = BTreeMap::new();
    for line in log.iter().filter(|line| line.what == ASSIGNED) {
        *products.entry(&line.detail).or_insert(0) += 1;
    }
    products
        .into_iter()
        .map(|(product, people)| LicencesOfProduct {
            product: product.to_owned(),
            people,
        })
        .collect()
}

fn letters(rows: &[LetterRow]) -> Vec<LettersOfKind> {
    let mut kinds: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for row in rows {
        let (sent, not) = kinds.entry(&row.letter).or_default();
        match row.stage {
            LetterStage::Sent => *sent += 1,
            LetterStage::Intended | LetterStage::Failed | LetterStage::Unknown => *not += 1,
        }
    }
    kinds
        .into_iter()
        .map(|(letter, (sent, not_sent))| LettersOfKind {
            letter: letter.to_owned(),
            sent,
            not_sent,
        })
        .collect()
}

fn cloud_batches(report: &Report, kept: &Kept) -> Vec<CloudBatchAccount> {
    let name = |id| {
        let mut batches = report.batches.iter();
        batches
            .find(|batch| batch.id == id)
            .map(|batch| batch.name.clone())
    };
    let rows = kept.cloud.iter();
    rows.map(|row| CloudBatchAccount {
        batch: name(row.new.batch).unwrap_or_else(|| row.new.name.clone()),
        cloud_name: row.new.name.clone(),
        made_at: row.made_at.map(|at| at.to_string()),
        removed_at: row.removed_at.map(|at| at.to_string()),
    })
    .collect()
}

/// Whether a mailbox needs nothing more of a migration.
pub(super) fn is_over(status: MigrationUserStatus) -> bool {
    matches!(
        status.summary(),
        StatusSummary::Synced | StatusSummary::Completed
    )
}
