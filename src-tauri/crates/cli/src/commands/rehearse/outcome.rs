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
    /// Whether the counts of every mailbox add up that was not left.
    reconciled: bool,
    ledger: LedgerView,
    /// Who is not there and should be.
    left: Vec<String>,
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

/// How a rehearsal ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything is as it must be.
    Agrees,
    /// Every item is accounted for, but mailboxes were left that should be there.
    Left,
    /// Every item is accounted for and nobody was left, but something went otherwise than it must.
    Otherwise,
    /// Counts do not add up.
    NotReconciled,
}

impl Outcome {
    /// Whether everything is as it must be: all of it copied from here, or what the service must bring to its end.
    pub fn agrees(&self) -> bool {
        self.ending() == Ending::Agrees
    }

    /// How it ended. Who is left failed is named as that: it is no difference of the counts.
    pub fn ending(&self) -> Ending {
        if !self.adds_up() {
            Ending::NotReconciled
        } else if !self.left.is_empty() {
            Ending::Left
        } else if self.went_as_it_must() {
            Ending::Agrees
        } else {
            Ending::Otherwise
        }
    }

    /// Whether every count adds up: the ledger's, the read-back's, and the judge's of the mailboxes that are there.
    fn adds_up(&self) -> bool {
        let filled = self.service.as_ref().is_none_or(ServiceOutcome::is_filled);
        let there = |address: &str| !self.must_fail(address) && !self.is_left(address);
        self.reconciled
            && self.verification.as_ref().is_some_and(|found| found.agrees)
            && filled
            // Where nobody is there, there is nothing of which the judge could say anything.
            && (self.judge.agrees_on(there)
                || !self.users.iter().any(|user| there(&user.email_address)))
    }

    fn went_as_it_must(&self) -> bool {
        let Some(service) = &self.service else {
            return usize::try_from(self.converted) == Ok(self.users.len())
                && self.judge.converted == u64::from(self.converted);
        };
        let failed = self.users.iter().filter(|user| user.status == "Failed");
        let causes = failed.map(|user| {
            let cause = user.cause.clone().unwrap_or_default();
            (user.email_address.clone(), cause)
        });
        service.holds(&causes.collect())
    }

    fn must_fail(&self, address: &str) -> bool {
        let expected = self.service.as_ref().map(|service| &service.expected);
        expected.is_some_and(|expected| expected.contains_key(address))
    }

    fn is_left(&self, address: &str) -> bool {
        self.left.iter().any(|left| left == address)
    }

    /// How many of the items that the judge misses are missed in mailboxes that failed, in words.
    fn missing_of_failed(&self) -> String {
        let failed = |address: &str| self.must_fail(address) || self.is_left(address);
        let mailboxes = self.judge.mailboxes.iter();
        let missing: u64 = mailboxes
            .filter(|mailbox| failed(&mailbox.address))
            .map(|mailbox| mailbox.missing)
            .sum();
        match missing {
            0 => String::new(),
            all if all == self.judge.missing => " (all in mailboxes that failed)".to_owned(),
            missing => format!(" ({missing} of them in mailboxes that failed)"),
        }
    }

    /// The last line.
    fn last_words(&self) -> String {
        match self.ending() {
            Ending::Agrees => "Every count reconciles.".to_owned(),
            Ending::Left => format!(
                "Every count of those that are there reconciles; {} of {} mailboxes were left: {}. What each needs stands above; run the command again with the same --project to try them again.",
                self.left.len(),
                self.users.len(),
                self.left.join(", ")
            ),
            Ending::Otherwise => match &self.service {
                None => "Every count reconciles, but not every mailbox is converted and proved: run the command again with the same --project to go on.".to_owned(),
                Some(_) => "Every count reconciles, but others failed, or were tried again, than the company's hurdles foretell: see above.".to_owned(),
            },
            Ending::NotReconciled => "NOT RECONCILED: see above.".to_owned(),
        }
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
    let there = |status: &str| status == "Synced" || converted(status);
    let left = report
        .users
        .iter()
        .filter(|user| !there(&user.status) && !must_fail(&user.address));
    let left: Vec<String> = left.map(|user| user.address.clone()).collect();
    // What failed half way is left, and no difference.
    let half_way = |address: &String| left.contains(address);
    let reconciled = match report.differing.as_slice() {
        [] => report.reconciled && report.total.reconciles,
        differing => differing.iter().all(half_way),
    };
    Outcome {
        reconciled: reconciled && !report.users.is_empty(),
        left,
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
pub fn print(outcome: &Outcome) {
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
        "\nsource {} {} copied {} + skipped {} + excluded {}",
        ledger.source,
        if ledger.reconciles { "=" } else { "is not" },
        ledger.copied,
        ledger.skipped,
        ledger.excluded
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
        "the judge: {} compared, {} missing{}, {} extra, {} differing, {} mailboxes forwarding, {} converted, {} half converted, {} mails in the sink",
        judge.compared,
        judge.missing,
        outcome.missing_of_failed(),
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
    println!("{}", outcome.last_words());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(failed: Option<&str>, missing: u32, agrees: bool) -> Outcome {
        let user = |address: &str, cause: Option<&str>| OutcomeUser {
            email_address: address.to_owned(),
            status: if cause.is_some() { "Failed" } else { "Synced" }.to_owned(),
            cause: cause.map(str::to_owned),
            remedy: None,
            synced: 10,
            skipped: 0,
            bytes: 1000,
        };
        let users: Vec<OutcomeUser> = [
            Some(user("a@x.example", Some("RowRefused"))),
            failed.map(|address| user(address, Some("ServiceGaveUp"))),
        ]
        .into_iter()
        .flatten()
        .collect();
        Outcome {
            reconciled: true,
            ledger: LedgerView {
                source: 10,
                copied: 10,
                skipped: 0,
                excluded: 0,
                bytes: 1000,
                reconciles: true,
            },
            left: failed.map(str::to_owned).into_iter().collect(),
            users,
            converted: 0,
            verification: Some(VerificationView {
                at: "2026-03-01T00:00:00Z".to_owned(),
                compared: 10,
                missing: 0,
                extra: 0,
                differing: 0,
                agrees,
            }),
            judge: Verdict::default(),
            findings: Vec::new(),
            mails: Vec::new(),
            files: Vec::new(),
            service: Some(ServiceOutcome {
                expected: [("a@x.example".to_owned(), "RowRefused")].into(),
                failed_before: ["a@x.example".to_owned()].into(),
                faults: true,
                retried: ["a@x.example".to_owned()].into(),
                anew: std::collections::BTreeSet::new(),
                gap_before: None,
                gap_after: Some(GapView {
                    there: 10,
                    missing,
                    mailboxes: 0,
                    bytes: 0,
                }),
            }),
        }
    }

    #[test]
    fn only_counts_that_do_not_add_up_are_not_reconciled() {
        assert_eq!(ended(None, 0, true).ending(), Ending::Agrees);
        assert_eq!(ended(None, 1, true).ending(), Ending::NotReconciled);
        assert_eq!(ended(None, 0, false).ending(), Ending::NotReconciled);
        let left = ended(Some("b@x.example"), 0, true);
        assert_eq!(left.ending(), Ending::Left);
        let words = left.last_words();
        assert!(
            words.contains("1 of 2 mailboxes were left: b@x.example."),
            "{words}"
        );
        // Who is left hides no count that is wrong.
        let hidden = ended(Some("b@x.example"), 1, true);
        assert_eq!(hidden.ending(), Ending::NotReconciled);
        // Others were tried again than had failed.
        let mut other = ended(None, 0, true);
        if let Some(service) = &mut other.service {
            service.retried.insert("c@x.example".to_owned());
        }
        assert_eq!(other.ending(), Ending::Otherwise);
    }
}
