//! Migrate: plan, start, watch, stop, resume.

mod run;

pub(crate) use run::{PROVISIONING_PATIENCE, Task};

use std::sync::Arc;

use jiff::Timestamp;
use stegvis_engine::plan::{BatchStep, plan_batch};
use stegvis_engine::ports::Clock as _;
use stegvis_engine::service::MOST_USERS;
use stegvis_journal::NewUser;
use stegvis_model::{
    BatchId, Engine, MigrationUser, MigrationUserId, MigrationUserStatus, SmtpAddress,
    StoredName as _,
};
use tokio_util::sync::CancellationToken;

use crate::dto::{PlanStep, PlanStepKind, PlanView, SignInState};
use crate::project::{Chosen, Project, count, is_over, key, kind};
use crate::{Error, ErrorCode};

/// The name of the first batch of a project with a pilot.
const PILOT: &str = "Pilot";
/// What stands between the name of a batch and the how manieth try of what the service dropped of it.
const TRY: &str = ", try ";

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
        let (name, mut waiting) = next(waiting, &names);
        if self.engine()? == Engine::Service {
            waiting.truncate(MOST_USERS);
        }
        Ok((name, waiting))
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
        // What already waits in a batch comes first; then the next batch; what failed waits for a retry of its own.
        let (failed, mut open): (Vec<MigrationUser>, Vec<MigrationUser>) = report
            .users
            .iter()
            .map(|user| user.user.clone())
            .filter(|user| !is_over(user.status))
            .partition(|user| has_failed(user.status));
        if open.is_empty() && waiting.is_empty() {
            open = failed;
        }
        let (name, users) = match open.first() {
            Some(first) => {
                let batch = report.batches.iter().find(|batch| batch.id == first.batch);
                (batch.map_or(name, |batch| batch.name.clone()), open)
            }
            None => (name, new.collect()),
        };
        let to = self.places().notify.clone();
        let plan = plan_batch(&users, self.concurrency()?, to.as_ref());
        let known = self.connections_known();
        let plan = PlanView {
            batch: name,
            mailboxes: plan.users.iter().map(ToString::to_string).collect(),
            items: None,
            bytes: None,
            steps: plan.steps.iter().map(step).collect(),
            untouched: known.saturating_sub(count(plan.users.len())),
            notify: to.as_ref().map(ToString::to_string),
            engine: Engine::Direct.name().to_owned(),
            commands: Vec::new(),
            startable: !plan.users.is_empty()
                && self
                    .setting(|tx| tx.setting(key::ENDPOINT_SAVED))?
                    .is_some(),
        };
        // What the service has begun is the service's, whatever is chosen since.
        let hosted = self.cloud_batch_named(&plan.batch)?.is_some();
        let here = self.begun_here()?;
        let mut batches = report.batches.iter();
        let here = batches.any(|batch| batch.name == plan.batch && here.contains(&batch.id));
        if hosted || (self.engine()? == Engine::Service && !here) {
            return self.cloud_plan(plan, to.as_ref());
        }
        Ok(plan)
    }

    /// Mailboxes of the company, as far as the practice organisation was asked to make them.
    fn connections_known(&self) -> u32 {
        let kept = self.setting(|tx| tx.setting(key::MAILBOXES)).ok().flatten();
        kept.and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Nothing else may move while something begins.
    pub(crate) fn nothing_runs(&self, help: &str) -> Result<(), Error> {
        let what = if self.live().running() {
            "a batch is running"
        } else if self.converting().running() {
            "a conversion is running"
        } else if self.cleaning.load(std::sync::atomic::Ordering::SeqCst) {
            "what this program left is being taken back"
        } else {
            return Ok(());
        };
        Err(Error {
            retry: true,
            ..Error::new(ErrorCode::Running, what, help)
        })
    }

    /// Held while something begins: nothing begins while the connections change.
    pub(crate) fn begins(&self) -> Result<tokio::sync::MutexGuard<'_, ()>, Error> {
        let changes = |_| Error {
            retry: true,
            ..Error::new(
                ErrorCode::Running,
                "the connections are being changed",
                "Wait a moment, and try again.",
            )
        };
        self.changing.try_lock().map_err(changes)
    }

    /// Starts what waits: an open batch goes on, else the next one is made. `at` is when the service starts it.
    pub(crate) fn start(
        self: &Arc<Self>,
        failed: bool,
        at: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.nothing_runs("Stop it first.")?;
        self.no_licence_is_under_way()?;
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
        let users = self.setting(|tx| tx.users())?;
        let open = |failed: bool| {
            let mut users = users.iter().filter(|user| !is_over(user.status));
            users.any(|user| failed || !has_failed(user.status))
        };
        // A mailbox that failed keeps nobody from the next batch. When every mailbox is over, what may be left is the
        // read-back that a crash kept from its end.
        let left = open(true) || self.verification()?.is_none();
        let goes_on = open(failed) || (left && self.next_batch()?.1.is_empty());
        if goes_on && at.is_some() {
            self.may_set_time()?;
        }
        if !goes_on {
            self.make_batch()?;
        }
        self.begin(Task::Go { failed, at })
    }

    /// Begins a task; the rest is told by events.
    pub(crate) fn begin(self: &Arc<Self>, task: Task) -> Result<(), Error> {
        let stop = CancellationToken::new();
        {
            let _still = self.begins()?;
            if task != Task::Watch && self.waits.sign_in() != SignInState::Idle {
                return Err(Error::new(
                    ErrorCode::Running,
                    "somebody is signing in to the tenant",
                    "Finish the sign-in, or cancel it, and start then.",
                ));
            }
            let mut live = self.live();
            if live.running() {
                return Err(Error {
                    retry: true,
                    ..Error::new(ErrorCode::Running, "a batch is running", "Stop it first.")
                });
            }
            live.begin(stop.clone());
            live.watches = task == Task::Watch;
        }
        if task != Task::Watch {
            self.setting(|tx| tx.clear_setting(key::VERIFICATION))?;
        }
        match task {
            Task::Go { failed: true, .. } => self.act("BatchRetried", "")?,
            Task::Go { failed: false, .. } => self.act("BatchStarted", "")?,
            Task::Fill => self.act("GapFilled", "")?,
            Task::Watch => {}
        }
        let project = Arc::clone(self);
        tokio::spawn(async move { project.run(task, stop).await });
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
        let to = self.places().notify.clone();
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
            let batch = tx.insert_batch(&name, to.as_ref())?;
            for user in &users {
                tx.insert_user(batch, user)?;
            }
            // What its people have to do is known from now on, whether or not anybody looks at it.
            stegvis_engine::habits::renew_tasks(tx, self.clock.now())?;
            tx.log(self.clock.now(), None, "BatchCreated", &name)
        })
    }
}

fn has_failed(status: MigrationUserStatus) -> bool {
    matches!(status, MigrationUserStatus::Failed { .. })
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
    let name = match batch {
        Some(name) if free(&name) => name,
        Some(name) => numbered(&name, 2, batches),
        None => numbered("Batch", batches.len() + 1, batches),
    };
    (name, waiting)
}

/// A name with the first number, from `from` on, that is not taken.
fn numbered(word: &str, from: usize, taken: &[impl AsRef<str>]) -> String {
    let mut names = (from..).map(|number| format!("{word} {number}"));
    let free = |name: &String| !taken.iter().any(|taken| taken.as_ref() == name);
    names.find(free).unwrap_or_default()
}

/// What a batch is called that takes up what the service dropped of another: the other's name, and the how manieth try it is.
/// A number alone would read like the name of a batch of its own.
pub(crate) fn next_try(of: &str, taken: &[impl AsRef<str>]) -> String {
    let first = of
        .rsplit_once(TRY)
        .filter(|(_, number)| number.parse::<u32>().is_ok())
        .map_or(of, |(first, _)| first);
    numbered(&format!("{first}{}", TRY.trim_end()), 2, taken)
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

    #[test]
    fn a_batch_of_what_was_dropped_says_whose_try_it_is() {
        assert_eq!(next_try("Batch 2", &["Batch 2"]), "Batch 2, try 2");
        let taken = ["Batch 2", "Batch 2, try 2"];
        assert_eq!(next_try("Batch 2", &taken), "Batch 2, try 3");
        assert_eq!(next_try("Batch 2, try 2", &taken), "Batch 2, try 3");
        // What a project calls such a batch since before stays its name.
        assert_eq!(next_try("Batch 2 2", &["Batch 2 2"]), "Batch 2 2, try 2");
        assert_eq!(next_try("Lund, try it", &["a"]), "Lund, try it, try 2");
    }
}
