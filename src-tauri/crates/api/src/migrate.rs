//! Migrate: plan, start, watch, stop, resume.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use stegvis_engine::plan::{BatchStep, plan_batch};
use stegvis_engine::ports::{Clock as _, MailboxRef};
use stegvis_engine::preflight::mailbox_ref;
use stegvis_engine::runner::{Route, Run, Staged};
use stegvis_engine::sync::SyncPorts;
use stegvis_engine::verify::{Verification, verify};
use stegvis_journal::NewUser;
use stegvis_model::{
    BatchId, Engine, MigrationUser, MigrationUserId, MigrationUserStatus, SmtpAddress,
    StoredName as _,
};
use tokio_util::sync::CancellationToken;

use crate::connections::notify;
use crate::dto::{PlanStep, PlanStepKind, PlanView, VerificationView};
use crate::letters::OurLetters;
use crate::project::{Chosen, Project, count, damaged, is_over, key, kind};
use crate::report::words::Language;
use crate::{Error, ErrorCode};

/// How long a mail user of the practice tenant may take to become a mailbox.
const PROVISIONING_PATIENCE: Duration = Duration::from_secs(120);

/// The name of the first batch of a project with a pilot.
const PILOT: &str = "Pilot";

impl Project {
    /// Chosen mailboxes that are in no batch: the pilot first, where there is one, then batch by batch.
    fn next_batch(&self) -> Result<(String, Vec<Chosen>), Error> {
        let report = self.report()?;
        let batched = |chosen: &Chosen| {
            report.users.iter().any(|user| {
                user.user
                    .address
                    .to_string()
                    .eq_ignore_ascii_case(&chosen.address)
            })
        };
        let waiting: Vec<Chosen> = self
            .chosen()?
            .into_iter()
            .filter(|chosen| !batched(chosen))
            .collect();
        let names: Vec<&str> = report
            .batches
            .iter()
            .map(|batch| batch.name.as_str())
            .collect();
        Ok(next(waiting, &names))
    }

    /// What *Start migration* will do.
    pub(crate) fn plan(&self) -> Result<PlanView, Error> {
        let report = self.report()?;
        let (name, waiting) = self.next_batch()?;
        let new = waiting.iter().enumerate().filter_map(|(index, chosen)| {
            Some(MigrationUser {
                id: MigrationUserId(-1 - i64::try_from(index).ok()?),
                batch: BatchId(0),
                address: chosen.address.parse().ok()?,
                display_name: chosen.name.clone(),
                kind: kind(&chosen.kind),
                status: MigrationUserStatus::Queued,
                detail: String::new(),
            })
        });
        // What already waits in a batch comes first; only then the next batch.
        let open: Vec<MigrationUser> = report
            .users
            .iter()
            .map(|user| user.user.clone())
            .filter(|user| !is_over(user.status))
            .collect();
        let (name, users) = match open.first() {
            Some(first) => {
                let batch = report.batches.iter().find(|batch| batch.id == first.batch);
                (batch.map_or(name, |batch| batch.name.clone()), open)
            }
            None => (name, new.collect()),
        };
        let to = notify(&self.places.details)?;
        let plan = plan_batch(&users, self.concurrency()?, Some(&to));
        let known = self.connections_known();
        Ok(PlanView {
            batch: name,
            mailboxes: plan.users.iter().map(ToString::to_string).collect(),
            items: None,
            bytes: None,
            steps: plan.steps.iter().map(step).collect(),
            untouched: known.saturating_sub(count(plan.users.len())),
            notify: Some(to.to_string()),
            engine: Engine::Direct.name().to_owned(),
            commands: Vec::new(),
            startable: !plan.users.is_empty()
                && self
                    .setting(|tx| tx.setting(key::ENDPOINT_SAVED))?
                    .is_some(),
        })
    }

    /// Mailboxes of the company, as far as the practice organisation was asked to make them.
    fn connections_known(&self) -> u32 {
        let kept = self.setting(|tx| tx.setting(key::MAILBOXES)).ok().flatten();
        kept.and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Starts what waits: an open batch goes on, else the next one is made.
    pub(crate) fn start(self: &Arc<Self>, include_failed: bool) -> Result<(), Error> {
        if self.live().running() {
            return Err(Error {
                retry: true,
                ..Error::new(ErrorCode::Running, "a batch is running", "Stop it first.")
            });
        }
        if self.converting().running() {
            return Err(Error {
                retry: true,
                ..Error::new(
                    ErrorCode::Running,
                    "a conversion is running",
                    "Stop it first.",
                )
            });
        }
        if self
            .setting(|tx| tx.setting(key::ENDPOINT_SAVED))?
            .is_none()
        {
            return Err(Error::new(
                ErrorCode::EndpointMissing,
                "the endpoint is not saved",
                "Test and save it under Connect.",
            ));
        }
        let open = self
            .report()?
            .users
            .iter()
            .any(|user| !is_over(user.user.status));
        // When every mailbox is over, what may be left is the read-back that a crash kept from its end.
        let only_read_back =
            !open && self.next_batch()?.1.is_empty() && self.verification()?.is_none();
        if !open && !only_read_back {
            self.make_batch()?;
        }
        let stop = CancellationToken::new();
        self.live().begin(stop.clone());
        self.setting(|tx| tx.clear_setting(key::VERIFICATION))?;
        let project = Arc::clone(self);
        tokio::spawn(async move { project.run(include_failed, stop).await });
        Ok(())
    }

    fn make_batch(&self) -> Result<(), Error> {
        let (name, waiting) = self.next_batch()?;
        if waiting.is_empty() {
            return Err(Error::new(
                ErrorCode::NothingChosen,
                "no mailbox waits for a batch",
                "Choose more mailboxes under Mailboxes.",
            ));
        }
        let to = notify(&self.places.details)?;
        let mut users = Vec::with_capacity(waiting.len());
        for chosen in &waiting {
            let address: SmtpAddress = chosen.address.parse().map_err(|error| {
                Error::invalid(format!("{}: {error}", chosen.address), "Choose it again.")
            })?;
            users.push(NewUser {
                address,
                display_name: chosen.name.clone(),
                kind: kind(&chosen.kind),
            });
        }
        self.setting(|tx| {
            let batch = tx.insert_batch(&name, Some(&to))?;
            for user in &users {
                tx.insert_user(batch, user)?;
            }
            tx.log(self.clock.now(), None, "BatchCreated", &name)
        })
    }

    async fn run(self: Arc<Self>, include_failed: bool, stop: CancellationToken) {
        let ticking = tokio::spawn(Arc::clone(&self).tick(stop.clone()));
        let ran = self.run_to_its_end(include_failed, &stop).await;
        ticking.abort();
        if let Err(error) = ran {
            tracing::error!(%error, "a run ended early");
        }
        self.live().end(self.clock.now());
        self.tell_run();
        self.tell_project();
    }

    async fn run_to_its_end(
        self: &Arc<Self>,
        include_failed: bool,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let mailboxes: BTreeMap<String, MailboxRef> = self
            .connections
            .directory
            .mailboxes()
            .await?
            .iter()
            .map(|mailbox| (mailbox.address.key(), mailbox_ref(mailbox)))
            .collect();
        let run = self.parts(&mailboxes)?;
        run.resume(include_failed)?;
        run.run(stop).await?;
        let report = self.report()?;
        let all_over =
            !report.users.is_empty() && report.users.iter().all(|user| is_over(user.user.status));
        if all_over && !stop.is_cancelled() {
            self.read_back(&mailboxes).await?;
        }
        Ok(())
    }

    fn parts(self: &Arc<Self>, mailboxes: &BTreeMap<String, MailboxRef>) -> Result<Run, Error> {
        let language = self.setting(|tx| tx.setting(key::LANGUAGE))?;
        let letters = OurLetters {
            company: self.places.details.company.clone(),
            language: Language::of(language.as_deref()),
        };
        let aliases: BTreeMap<String, String> = mailboxes
            .iter()
            .filter_map(|(address, mailbox)| Some((address.clone(), mailbox.sign_in.clone()?)))
            .collect();
        let watched = Arc::clone(self);
        Ok(Run {
            journal: Arc::clone(&self.journal),
            sync: SyncPorts {
                journal: Arc::clone(&self.journal),
                source: self.connections.source.clone(),
                target: self.connections.target.clone(),
                clock: self.clock.clone(),
                progress: Arc::new(|_| {}),
                first_pause: Duration::from_millis(500),
            },
            route: Route::Staged(Staged {
                directory: self.connections.directory.clone(),
                tenant: self.connections.tenant.clone(),
                mail: Some((self.connections.mailer.clone(), Arc::new(letters))),
                provisioning_patience: PROVISIONING_PATIENCE,
            }),
            concurrency: self.concurrency()?,
            incremental: false,
            events: Arc::new(move |event| watched.heard(event)),
            clock: self.clock.clone(),
            sign_in: Arc::new(move |address| aliases.get(&address.key()).cloned()),
        })
    }

    /// Reads source and target again and keeps what the comparison found.
    async fn read_back(&self, mailboxes: &BTreeMap<String, MailboxRef>) -> Result<(), Error> {
        let users: Vec<(MigrationUser, MailboxRef)> = self
            .report()?
            .users
            .into_iter()
            .filter_map(|user| {
                let mailbox = mailboxes.get(&user.user.address.key())?.clone();
                Some((user.user, mailbox))
            })
            .collect();
        let source = self.connections.source.clone();
        let target = self.connections.target_reader.clone();
        let found = verify(&self.journal, &source, &target, &users, 4)
            .await
            .map_err(|error| Error {
                retry: true,
                ..Error::new(
                    ErrorCode::Endpoint,
                    error.to_string(),
                    "Start the batch again to repeat the comparison.",
                )
            })?;
        self.keep_verification(found)
    }

    fn keep_verification(&self, found: Verification) -> Result<(), Error> {
        let view = VerificationView {
            at: self.clock.now().to_string(),
            compared: crate::project::small(found.compared),
            missing: crate::project::small(found.missing),
            extra: crate::project::small(found.extra),
            differing: crate::project::small(found.differing),
            agrees: found.agrees(),
        };
        let text =
            serde_json::to_string(&view).map_err(|error| damaged(key::VERIFICATION, &error))?;
        self.setting(|tx| tx.set_setting(key::VERIFICATION, &text))
    }
}

/// What of the waiting mailboxes goes next, and what that batch is called among those that there are.
fn next(mut waiting: Vec<Chosen>, batches: &[&str]) -> (String, Vec<Chosen>) {
    if waiting.iter().any(|chosen| chosen.pilot) && !batches.contains(&PILOT) {
        waiting.retain(|chosen| chosen.pilot);
        return (PILOT.to_owned(), waiting);
    }
    let batch = waiting.first().and_then(|chosen| chosen.batch.clone());
    waiting.retain(|chosen| chosen.batch == batch);
    let free = |name: &String| !batches.contains(&name.as_str());
    let numbered = |word: &str, from: usize| {
        let mut names = (from..).map(|number| format!("{word} {number}"));
        names.find(free).unwrap_or_default()
    };
    let name = match batch {
        Some(name) if free(&name) => name,
        Some(name) => numbered(&name, 2),
        None => numbered("Batch", batches.len() + 1),
    };
    (name, waiting)
}

fn step(step: &BatchStep) -> PlanStep {
    let (kind, count_, value) = match step {
        BatchStep::BackUpDirectory(users) => (PlanStepKind::BackUpDirectory, *users, String::new()),
        BatchStep::Provision(users) => (PlanStepKind::Provision, *users, String::new()),
        BatchStep::Forward(users) => (PlanStepKind::Forward, *users, String::new()),
        BatchStep::Copy(users, at_once) => (PlanStepKind::Copy, *users, at_once.to_string()),
        BatchStep::StatusMail(to) => (PlanStepKind::StatusMail, 1, to.to_string()),
        BatchStep::ReportMail(to) => (PlanStepKind::ReportMail, 1, to.to_string()),
        BatchStep::Verify(users) => (PlanStepKind::Verify, *users, String::new()),
    };
    PlanStep {
        kind,
        count: count(count_),
        value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(address: &str, pilot: bool, batch: Option<&str>) -> Chosen {
        Chosen {
            address: address.to_owned(),
            name: address.to_owned(),
            kind: "UserMailbox".to_owned(),
            pilot,
            batch: batch.map(str::to_owned),
        }
    }

    fn named(waiting: &[Chosen], batches: &[&str]) -> (String, Vec<String>) {
        let (name, users) = next(waiting.to_vec(), batches);
        (name, users.into_iter().map(|user| user.address).collect())
    }

    #[test]
    fn the_batches_of_a_list_go_one_after_the_other_and_the_pilot_first() {
        let waiting = [
            chosen("a", false, Some("Stockholm")),
            chosen("b", true, None),
            chosen("c", false, Some("Malmö")),
            chosen("d", false, Some("Stockholm")),
        ];
        let expect = |name: &str, users: &[&str]| {
            let users = users.iter().map(|user| (*user).to_owned()).collect();
            (name.to_owned(), users)
        };
        assert_eq!(named(&waiting, &[]), expect("Pilot", &["b"]));
        assert_eq!(
            named(&waiting, &["Pilot"]),
            expect("Stockholm", &["a", "d"])
        );
        let left = [chosen("c", false, Some("Malmö")), chosen("e", false, None)];
        let done = ["Pilot", "Stockholm"];
        assert_eq!(named(&left, &done), expect("Malmö", &["c"]));
        // A name that is taken gets a number, and what has no batch is counted.
        let done = ["Pilot", "Malmö", "Batch 3"];
        assert_eq!(named(&left, &done), expect("Malmö 2", &["c"]));
        let last = [chosen("e", false, None)];
        assert_eq!(named(&last, &done), expect("Batch 4", &["e"]));
    }
}
