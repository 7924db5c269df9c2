//! A rehearsal of Microsoft's migration service: its endpoint, the batches, a retry of what failed, and the gap filled
//! from here. What must fail is known beforehand from the company itself; any other failure is one of the rehearsal's.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use stegvis_api::dto::{FindingView, GapView, RunView};
use stegvis_api::{App, Error, ErrorCode};
use tokio_util::sync::CancellationToken;

use super::ROUNDS;
use super::batches::{announce, choose, ended};
use super::stage::StageMailbox;
use crate::terminal::Rehearsal;

/// What a rehearsal of the service has besides the ledger.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceOutcome {
    /// Who must fail, and for which cause, by what the company itself says stands in the way.
    pub expected: BTreeMap<String, &'static str>,
    /// Who had failed before anything was tried again.
    pub failed_before: BTreeSet<String>,
    /// Whether things were made to go wrong: then others than expected may fail on the way.
    #[serde(skip)]
    pub faults: bool,
    /// Whom the service tried again, as far as it could be watched.
    pub retried: BTreeSet<String>,
    /// Whose rows it had dropped, and got in a new batch.
    pub anew: BTreeSet<String>,
    /// What the service left in the source, before this computer filled the gap.
    pub gap_before: Option<GapView>,
    /// And after.
    pub gap_after: Option<GapView>,
}

impl ServiceOutcome {
    /// Whether exactly those failed that must, each for its cause; and the retry was theirs that had failed, and nobody
    /// else's.
    pub fn holds(&self, failed: &BTreeMap<String, String>) -> bool {
        let as_expected = failed.len() == self.expected.len()
            && self
                .expected
                .iter()
                .all(|(address, cause)| failed.get(address).is_some_and(|found| found == cause));
        let tried: BTreeSet<&String> = self.retried.union(&self.anew).collect();
        let theirs = tried.is_empty() == self.failed_before.is_empty()
            && tried.iter().all(|one| self.failed_before.contains(*one));
        let foretold = |address: &String| self.faults || self.expected.contains_key(address);
        let theirs = theirs && self.failed_before.iter().all(foretold);
        as_expected && theirs && self.is_filled()
    }

    /// Whether nothing is left in the source of what the service left there.
    pub fn is_filled(&self) -> bool {
        self.gap_after.as_ref().is_some_and(|gap| gap.missing == 0)
    }
}

/// The cause of a mailbox whose row the service dropped: starting its batch again does not take the row in.
const ROW_REFUSED: &str = "RowRefused";

/// The cause that what stands in a mailbox's way must lead to.
fn cause_of(hurdle: &str) -> Option<&'static str> {
    Some(match hurdle {
        "unverifiedDomain" | "localAddress" => ROW_REFUSED,
        "mailUserMissing" => "MailUserMissing",
        "protectedAccount" => "ForwardingRefused",
        _ => return None,
    })
}

/// Who must fail, and why.
pub fn expected(mailboxes: &[StageMailbox]) -> BTreeMap<String, &'static str> {
    mailboxes
        .iter()
        .filter_map(|mailbox| {
            let cause = cause_of(mailbox.hurdle.as_deref()?)?;
            Some((mailbox.address.clone(), cause))
        })
        .collect()
}

/// Whether a check found nothing but what stands in the way of those who must fail.
pub fn foretold(finding: &FindingView, expected: &BTreeMap<String, &'static str>) -> bool {
    let named = |name: &str| {
        let values = finding.values.get(name).map(String::as_str);
        values.into_iter().flat_map(|values| values.split(", "))
    };
    let (mut addresses, mut domains) = (named("addresses"), named("domains"));
    let of = |domain: &str| {
        let mut known = expected.keys();
        known.any(|address| address.rsplit('@').next() == Some(domain))
    };
    let names_any =
        finding.values.contains_key("addresses") || finding.values.contains_key("domains");
    names_any && addresses.all(|address| expected.contains_key(address)) && domains.all(of)
}

/// The list, and the endpoint that the tenant's administrator has made, tried by the service itself.
pub async fn prepare(app: &App, shown: &Rehearsal) -> Result<(), Error> {
    choose(app).await?;
    app.choose_engine("Service".to_owned()).await?;
    let mut view = app.read_service().await?;
    for _ in 0..ROUNDS {
        if view.service.trouble.is_some() {
            view = app.read_service().await?;
        }
    }
    let refused = |words: String| {
        Error::new(
            ErrorCode::Endpoint,
            words,
            "Mend what it names and run the command again with the same --project.",
        )
    };
    if let Some(words) = view.service.trouble {
        return Err(refused(words));
    }
    let first =
        view.service.endpoints.first().ok_or_else(|| {
            refused("the tenant has no endpoint of the migration service".to_owned())
        })?;
    app.choose_cloud_endpoint(first.name.clone()).await?;
    let view = app.test_cloud_endpoint().await?;
    let tested = view.service.tested.ok_or_else(|| {
        refused("the service does not say whether it reached the old server".to_owned())
    })?;
    if !tested.works {
        return Err(refused(tested.words.unwrap_or_else(|| {
            "the service did not reach the old server".to_owned()
        })));
    }
    app.save_endpoint(view.settings).await?;
    shown.say("  Pass     the service reaches the old server");
    Ok(())
}

/// Batch after batch; then what failed once more, by itself; then the gap.
pub async fn migrate(
    app: &App,
    mailboxes: &[StageMailbox],
    faults: bool,
    shown: &Rehearsal,
    stop: &CancellationToken,
) -> Result<ServiceOutcome, Error> {
    let mut rounds = 0;
    loop {
        let run = watched(app, stop).await?;
        let failed = failed(&run);
        let plan = app.plan().await?;
        let waits = plan
            .mailboxes
            .iter()
            .any(|address| !failed.contains_key(address));
        let verified = app.report_view().await?.verification.is_some();
        if !waits && verified {
            break;
        }
        // A comparison that did not come to its end is begun again, but not for ever.
        if !waits {
            rounds += 1;
            if rounds > ROUNDS {
                break;
            }
        } else {
            announce(&plan, shown);
        }
        app.start().await?;
        watched(app, stop).await?;
    }

    let expected = expected(mailboxes);
    let mut before = failed(&app.run_view().await?);
    let failed_before: BTreeSet<String> = before.keys().cloned().collect();
    let (mut retried, mut anew) = (BTreeSet::new(), BTreeSet::new());
    // Once; and where things were made to go wrong, until only those fail that must, but not for ever.
    for _ in 0..ROUNDS {
        if before.is_empty() {
            break;
        }
        shown.say(&format!("retrying {} mailboxes", before.len()));
        shown.touched();
        app.retry_failed().await?;
        watched(app, stop).await?;
        for address in shown.touched() {
            match before.get(&address).map(String::as_str) {
                Some(ROW_REFUSED) => anew.insert(address),
                _ => retried.insert(address),
            };
        }
        before = failed(&app.run_view().await?);
        if !faults || before.keys().all(|address| expected.contains_key(address)) {
            break;
        }
    }

    let gap_before = app.run_view().await?.gap;
    let missing = gap_before.as_ref().map_or(0, |gap| gap.missing);
    if missing > 0 {
        shown.say(&format!("filling the gap: {missing} items"));
        app.fill_gap().await?;
        watched(app, stop).await?;
    }
    Ok(ServiceOutcome {
        expected,
        failed_before,
        faults,
        retried,
        anew,
        gap_before,
        gap_after: app.run_view().await?.gap,
    })
}

/// Who failed, and why.
fn failed(run: &RunView) -> BTreeMap<String, String> {
    run.users
        .iter()
        .filter(|user| user.status == "Failed")
        .map(|user| (user.address.clone(), user.cause.clone().unwrap_or_default()))
        .collect()
}

/// Waits until nothing runs; a run that ended early is an error.
pub async fn watched(app: &App, stop: &CancellationToken) -> Result<RunView, Error> {
    let run = ended(app, stop).await?;
    match &run.watch_trouble {
        None => Ok(run),
        Some(words) => Err(Error {
            retry: true,
            ..Error::new(
                ErrorCode::Endpoint,
                words.clone(),
                "The service goes on without us. Where the application's consent or its role in the tenant was taken back, give it again; mend what else this names; and run the command again with the same --project.",
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(retried: &[&str], missing: u32) -> ServiceOutcome {
        ServiceOutcome {
            expected: [("a@x.example".to_owned(), "RowRefused")].into(),
            failed_before: ["a@x.example".to_owned()].into(),
            faults: false,
            anew: BTreeSet::new(),
            retried: retried.iter().map(|one| (*one).to_owned()).collect(),
            gap_before: None,
            gap_after: Some(GapView {
                there: 1,
                missing,
                mailboxes: 0,
                bytes: 0,
            }),
        }
    }

    #[test]
    fn a_failure_that_was_not_expected_fails_the_rehearsal() {
        let failed = |list: &[(&str, &str)]| {
            list.iter()
                .map(|(address, cause)| ((*address).to_owned(), (*cause).to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let fine = outcome(&["a@x.example"], 0);
        assert!(fine.holds(&failed(&[("a@x.example", "RowRefused")])));
        assert!(!fine.holds(&failed(&[])));
        assert!(!fine.holds(&failed(&[("a@x.example", "ServiceFailed")])));
        assert!(!fine.holds(&failed(&[
            ("a@x.example", "RowRefused"),
            ("b@x.example", "RowRefused")
        ])));
        let a = failed(&[("a@x.example", "RowRefused")]);
        assert!(!outcome(&["a@x.example", "b@x.example"], 0).holds(&a));
        assert!(!outcome(&["a@x.example"], 1).holds(&a));
        // Who failed and was not tried again is missed.
        assert!(!outcome(&[], 0).holds(&a));
        let anew = ServiceOutcome {
            anew: ["a@x.example".to_owned()].into(),
            ..outcome(&[], 0)
        };
        assert!(anew.holds(&a));
        // Others fail on the way only where things were made to go wrong.
        let stumbled = |faults| ServiceOutcome {
            failed_before: ["a@x.example", "b@x.example"].map(str::to_owned).into(),
            faults,
            ..outcome(&["a@x.example", "b@x.example"], 0)
        };
        assert!(stumbled(true).holds(&a));
        assert!(!stumbled(false).holds(&a));
    }
}
