//! How a rehearsal ended, for people and as JSON.

use serde::Serialize;
use stegvis_api::dto::{
    FindingView, GapView, LedgerView, MailSent, ReportFile, ReportView, VerificationView,
};
use stegvis_api::remedy;
use stegvis_lab::Verdict;

use super::convert;
use super::service::ServiceOutcome;

/// The outcome of a rehearsal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    reconciled: bool,
    ledger: LedgerView,
    users: Vec<OutcomeUser>,
    converted: u32,
    verification: Option<VerificationView>,
    judge: Verdict,
    findings: Vec<FindingView>,
    mails: Vec<MailSent>,
    files: Vec<ReportFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<ServiceOutcome>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeUser {
    email_address: String,
    status: String,
    cause: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
    synced: u32,
    skipped: u32,
    bytes: u64,
}

impl Outcome {
    /// Whether everything is as it must be: all of it copied from here, or what the service must bring to its end.
    pub fn agrees(&self) -> bool {
        let verified = self.verification.as_ref().is_some_and(|found| found.agrees);
        let Some(service) = &self.service else {
            return self.reconciled
                && verified
                && self.judge.agrees()
                && usize::try_from(self.converted) == Ok(self.users.len())
                && self.judge.converted == u64::from(self.converted);
        };
        let failed = self
            .users
            .iter()
            .filter(|user| user.status == "Failed")
            .map(|user| {
                (
                    user.email_address.clone(),
                    user.cause.clone().unwrap_or_default(),
                )
            })
            .collect();
        self.reconciled
            && verified
            && service.holds(&failed)
            && self
                .judge
                .agrees_on(|address| !service.expected.contains_key(address))
    }
}

/// What the report, the judge and the run make together.
pub fn outcome(
    report: ReportView,
    findings: Vec<FindingView>,
    judge: Verdict,
    files: Vec<ReportFile>,
    service: Option<ServiceOutcome>,
    language: &str,
) -> Outcome {
    let converted = |status: &str| matches!(status, "Completed" | "CompletedWithWarnings");
    let must_fail = |address: &str| {
        service
            .as_ref()
            .is_some_and(|service| service.expected.contains_key(address))
    };
    let all_synced = report
        .users
        .iter()
        .all(|user| user.status == "Synced" || converted(&user.status) || must_fail(&user.address));
    Outcome {
        reconciled: report.reconciled
            && report.total.reconciles
            && all_synced
            && !report.users.is_empty(),
        ledger: report.total,
        users: report
            .users
            .iter()
            .map(|user| OutcomeUser {
                email_address: user.address.clone(),
                status: user.status.clone(),
                cause: user.cause.clone(),
                remedy: user
                    .cause
                    .as_deref()
                    .and_then(|cause| remedy(cause, language)),
                synced: user.ledger.copied,
                skipped: user.ledger.skipped,
                bytes: user.ledger.bytes,
            })
            .collect(),
        converted: convert::count(report.users.iter().filter(|user| converted(&user.status))),
        verification: report.verification,
        judge,
        findings,
        mails: report.mails,
        files,
        service,
    }
}

/// The same for people.
pub fn print(outcome: &Outcome, agrees: bool) {
    println!();
    for user in &outcome.users {
        let cause = user
            .cause
            .as_ref()
            .map(|cause| format!(" ({cause})"))
            .unwrap_or_default();
        println!(
            "  {:<34} {}{cause}: {} items",
            user.email_address, user.status, user.synced
        );
        if let Some(remedy) = user.remedy {
            println!("      {remedy}");
        }
    }
    let ledger = &outcome.ledger;
    println!(
        "\nsource {} = copied {} + skipped {} + excluded {}",
        ledger.source, ledger.copied, ledger.skipped, ledger.excluded
    );
    if let Some(found) = &outcome.verification {
        println!(
            "read back: {} compared, {} missing, {} twice, {} differing",
            found.compared, found.missing, found.extra, found.differing
        );
    }
    match &outcome.service {
        None => println!(
            "converted: {} of {}, the first alone and proved",
            outcome.converted,
            outcome.users.len()
        ),
        Some(service) => {
            let missing = |gap: &Option<GapView>| {
                gap.as_ref()
                    .map_or_else(|| "not known".to_owned(), |gap| gap.missing.to_string())
            };
            println!(
                "the service: {} of {} mailboxes, {} expected to fail, {} retried, {} in a new batch; left in the source {}, after the gap was filled {}",
                outcome
                    .users
                    .iter()
                    .filter(|user| user.status != "Failed")
                    .count(),
                outcome.users.len(),
                service.expected.len(),
                service.retried.len(),
                service.anew.len(),
                missing(&service.gap_before),
                missing(&service.gap_after)
            );
        }
    }
    let judge = &outcome.judge;
    println!(
        "the judge: {} compared, {} missing, {} extra, {} differing, {} mailboxes forwarding, {} converted, {} half converted, {} mails in the sink",
        judge.compared,
        judge.missing,
        judge.extra,
        judge.differing,
        judge.forwarding,
        judge.converted,
        judge.half_converted,
        judge.mails.len()
    );
    for file in &outcome.files {
        println!("{}: {}", file.format, file.path);
    }
    println!(
        "{}",
        if agrees {
            "Every count reconciles."
        } else {
            "NOT RECONCILED: see above."
        }
    );
}
