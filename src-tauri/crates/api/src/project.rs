//! An open project: its journal, its endpoints, what moves now.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use stegvis_connect::clock::SystemClock;
use stegvis_engine::ports::Clock as _;
use stegvis_engine::recover::recover;
use stegvis_engine::report::{Report, report};
use stegvis_journal::{Journal, JournalError, Tx};
use stegvis_model::{
    Answers, MigrationUserStatus, RecipientKind, Severity, SmtpAddress, StatusSummary, StoredName,
};

use crate::cloud::{TenantRead, take_over_sizes};
use crate::connections::{Connections, Keys};
use crate::convert::Converting;
use crate::dns::DnsWatch;
use crate::dto::{
    AnswersDto, AppEvent, LedgerView, PreflightTally, ProjectFacts, ProjectView, VerdictView,
    VerificationView,
};
use crate::endpoint::EndpointTests;
use crate::licences::Licensing;
use crate::list::OpenList;
use crate::live::Live;
use crate::person;
use crate::places::{Places, keep_secrets};
use crate::practice::PracticeDetails;
use crate::prepare::of_before;
use crate::real::Waits;
use crate::secrets::{SecretName, Secrets};
use crate::sign_in::kept::Remembered;
use crate::user_letters::Posting;
use crate::{Error, ErrorCode};

/// Where the core's events go.
pub type Events = Arc<dyn Fn(AppEvent) + Send + Sync>;

/// A mailbox that the administrator chose, as kept in the journal until it is in a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chosen {
    pub(crate) address: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) pilot: bool,
    /// The batch it was put into; nothing where the number decides.
    #[serde(default)]
    pub(crate) batch: Option<String>,
}

/// Keys of what a project keeps besides its tables.
pub(crate) mod key {
    pub(crate) const NAME: &str = "project.name";
    pub(crate) const KIND: &str = "project.kind";
    pub(crate) const MAILBOXES: &str = "practice.mailboxes";
    pub(crate) const ANSWERS: &str = "answers";
    pub(crate) const CHOSEN: &str = "mailboxes.chosen";
    /// The mailboxes of the old directory as last read.
    pub(crate) const LISTED: &str = "mailboxes.listed";
    /// Those of whom somebody said that they stay behind.
    pub(crate) const STAY: &str = "mailboxes.stay";
    pub(crate) const CONCURRENCY: &str = "endpoint.max_concurrent_migrations";
    pub(crate) const ENGINE: &str = "engine";
    pub(crate) const CLOUD_ENDPOINT: &str = "cloud.endpoint";
    /// The endpoint that this program made.
    pub(crate) const CLOUD_ENDPOINT_MADE: &str = "cloud.endpoint_made";
    pub(crate) const CLOUD_TESTED: &str = "cloud.tested";
    pub(crate) const ENDPOINT_SAVED: &str = "endpoint.saved_at";
    pub(crate) const PREFLIGHT_AT: &str = "preflight.ran_at";
    /// The checks whose last findings are of before a connection changed.
    pub(crate) const PREFLIGHT_BEFORE: &str = "preflight.of_before";
    pub(crate) const PREFLIGHT_MS: &str = "preflight.took_ms";
    pub(crate) const VERIFICATION: &str = "verification";
    pub(crate) const LANGUAGE: &str = "letters.language";
    pub(crate) const RETENTION: &str = "directory.mailbox_retention";

    /// That the secret which was typed last was kept in memory alone.
    pub(crate) fn secret_here(name: crate::secrets::SecretName) -> String {
        format!("secret.here.{}", name.text())
    }
}

/// An open project.
pub(crate) struct Project {
    pub(crate) dir: PathBuf,
    pub(crate) journal: Arc<Journal>,
    /// Where everything is, and the ports that were built from it: both change when a person says so.
    standing: RwLock<(Arc<Places>, Arc<Connections>)>,
    /// Held while they change.
    pub(crate) changing: tokio::sync::Mutex<()>,
    /// Where a real project's sign-in is remembered.
    pub(crate) remembered: Remembered,
    /// What waits for a person.
    pub(crate) waits: Waits,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) clock: Arc<SystemClock>,
    pub(crate) events: Events,
    pub(crate) live: Mutex<Live>,
    pub(crate) converting: Mutex<Converting>,
    pub(crate) checking: Mutex<bool>,
    /// Whether what this program left is being taken back.
    pub(crate) cleaning: AtomicBool,
    pub(crate) licensing: Mutex<Licensing>,
    pub(crate) posting: Mutex<Posting>,
    /// The watch of DNS.
    pub(crate) dns: Mutex<DnsWatch>,
    pub(crate) endpoint_tests: Mutex<EndpointTests>,
    /// What the tenant told of its migration service.
    pub(crate) tenant_read: Mutex<TenantRead>,
    /// The list that is worked on. It may hold passwords, so it is nowhere else.
    pub(crate) list: Mutex<Option<OpenList>>,
}

impl Project {
    /// Opens the journal of `dir`; what a crash left in flight becomes Stopped. Without a practice organisation it is a
    /// real migration's, which knows itself where everything is.
    pub(crate) async fn open(
        dir: &Path,
        journal: Journal,
        practice: Option<PracticeDetails>,
        secrets: Arc<Secrets>,
        events: Events,
    ) -> Result<Self, Error> {
        let clock = Arc::new(SystemClock);
        if let Some(who) = person::at_this_computer() {
            journal.acts_as(&who);
        }
        recover(&journal, clock.now())?;
        take_over_sizes(&journal)?;
        let name = dir.display().to_string();
        let journal = Arc::new(journal);
        let remembered =
            Remembered::in_project(Arc::clone(&journal), name.clone(), secrets.keychain());
        let places = match practice {
            Some(details) => {
                keep_secrets(&details, &secrets, &name).await;
                Places::practice(&details)?
            }
            None => {
                disown_older(&journal, &secrets, &name).await?;
                Places::kept(&journal, &remembered)?
            }
        };
        let keys = Keys {
            secrets: &secrets,
            project: &name,
            remembered: &remembered,
        };
        let connections = places.connect(&keys).await?;
        Ok(Self {
            dir: dir.to_owned(),
            journal,
            standing: RwLock::new((Arc::new(places), Arc::new(connections))),
            changing: tokio::sync::Mutex::default(),
            remembered,
            waits: Waits::default(),
            secrets,
            clock,
            events,
            live: Mutex::default(),
            converting: Mutex::default(),
            checking: Mutex::new(false),
            cleaning: AtomicBool::new(false),
            licensing: Mutex::default(),
            posting: Mutex::default(),
            dns: Mutex::default(),
            endpoint_tests: Mutex::default(),
            tenant_read: Mutex::default(),
            list: Mutex::default(),
        })
    }

    /// The name under which its secrets are kept.
    pub(crate) fn secrets_name(&self) -> String {
        self.dir.display().to_string()
    }

    /// Where everything is, and the ports that were built from it.
    pub(crate) fn standing(&self) -> (Arc<Places>, Arc<Connections>) {
        let standing = self.standing.read().unwrap_or_else(PoisonError::into_inner);
        (Arc::clone(&standing.0), Arc::clone(&standing.1))
    }

    /// Keeps other places, with what must change when they do, and goes by them from now on. What runs keeps those it
    /// began with.
    pub(crate) async fn go_by(
        &self,
        places: Places,
        also: impl FnOnce(&Tx<'_>) -> Result<(), JournalError>,
    ) -> Result<(), Error> {
        let name = self.secrets_name();
        let keys = Keys {
            secrets: &self.secrets,
            project: &name,
            remembered: &self.remembered,
        };
        let connections = places.connect(&keys).await?;
        // Kept only when it can be gone by: a project must always open again.
        places.keep(&self.journal, also)?;
        let mut standing = self
            .standing
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *standing = (Arc::new(places), Arc::new(connections));
        Ok(())
    }

    /// Where everything is.
    pub(crate) fn places(&self) -> Arc<Places> {
        self.standing().0
    }

    /// The ports, as they are now. What runs keeps those it began with.
    pub(crate) fn connections(&self) -> Arc<Connections> {
        self.standing().1
    }

    pub(crate) fn live(&self) -> std::sync::MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn converting(&self) -> std::sync::MutexGuard<'_, Converting> {
        self.converting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes in the log what the person at this computer did.
    pub(crate) fn act(&self, what: &str, detail: &str) -> Result<(), Error> {
        self.setting(|tx| tx.log(self.clock.now(), None, what, detail))
    }

    pub(crate) fn setting<T>(
        &self,
        read: impl FnOnce(&Tx<'_>) -> Result<T, stegvis_journal::JournalError>,
    ) -> Result<T, Error> {
        Ok(self.journal.transaction(read)?)
    }

    pub(crate) fn chosen(&self) -> Result<Vec<Chosen>, Error> {
        match self.setting(|tx| tx.setting(key::CHOSEN))? {
            Some(text) => serde_json::from_str(&text).map_err(|error| damaged(key::CHOSEN, &error)),
            None => Ok(Vec::new()),
        }
    }

    pub(crate) fn chosen_addresses(&self) -> Result<Vec<SmtpAddress>, Error> {
        Ok(self
            .chosen()?
            .iter()
            .filter_map(|chosen| chosen.address.parse().ok())
            .collect())
    }

    pub(crate) fn verification(&self) -> Result<Option<VerificationView>, Error> {
        match self.setting(|tx| tx.setting(key::VERIFICATION))? {
            Some(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|error| damaged(key::VERIFICATION, &error)),
            None => Ok(None),
        }
    }

    pub(crate) fn concurrency(&self) -> Result<u32, Error> {
        let kept = self.setting(|tx| tx.setting(key::CONCURRENCY))?;
        Ok(kept
            .and_then(|text| text.parse().ok())
            .unwrap_or(stegvis_model::MigrationEndpoint::DEFAULT_CONCURRENCY))
    }

    pub(crate) fn report(&self) -> Result<Report, Error> {
        Ok(report(&self.journal)?)
    }

    /// Everything the wizard derives its position from.
    pub(crate) fn view(&self) -> Result<ProjectView, Error> {
        let answers = self.answers()?;
        let verdict = answers.verdict();
        let places = self.places();
        Ok(ProjectView {
            name: places.company.clone(),
            kind: places.kind,
            path: self.dir.display().to_string(),
            answers: answers_view(answers),
            verdict: VerdictView {
                route: verdict.route.name().to_owned(),
                reasons: verdict
                    .reasons
                    .iter()
                    .map(|reason| reason.name().to_owned())
                    .collect(),
            },
            facts: self.facts(answers)?,
        })
    }

    fn facts(&self, answers: Answers) -> Result<ProjectFacts, Error> {
        let report = self.report()?;
        let (findings, before) = self.setting(|tx| Ok((tx.findings()?, of_before(tx)?)))?;
        let tally = |severity| {
            let of_now = findings
                .iter()
                .filter(|finding| !before.contains(finding.check.name()));
            count(
                of_now
                    .filter(|finding| finding.severity == severity)
                    .count(),
            )
        };
        let preflight = (!findings.is_empty()).then(|| PreflightTally {
            pass: tally(Severity::Pass),
            warn: tally(Severity::Warn),
            fail: tally(Severity::Fail),
            waiting: tally(Severity::Waiting),
            not_run: tally(Severity::NotRun),
            of_before: count(before.len()),
        });
        let chosen = self.chosen()?;
        let summary = |wanted| {
            count(
                report
                    .users
                    .iter()
                    .filter(|user| user.user.status.summary() == wanted)
                    .count(),
            )
        };
        let total = report.total();
        Ok(ProjectFacts {
            answered: u32::from(answers.answered()),
            preflight,
            mailboxes_chosen: count(chosen.len()),
            pilot_chosen: count(chosen.iter().filter(|chosen| chosen.pilot).count()),
            endpoint_saved: self
                .setting(|tx| tx.setting(key::ENDPOINT_SAVED))?
                .is_some(),
            running: self.live().running(),
            in_batches: count(report.users.len()),
            active: summary(StatusSummary::Active),
            stopped: summary(StatusSummary::Stopped),
            failed: summary(StatusSummary::Failed),
            synced: summary(StatusSummary::Synced),
            completed: summary(StatusSummary::Completed),
            forwarding: count(
                report
                    .users
                    .iter()
                    .filter(|user| user.target_address.is_some())
                    .count(),
            ),
            ledger: (total.source.items > 0).then(|| ledger_view(total)),
            verified: self.verification()?.map(|verification| verification.agrees),
            conversion: self.conversion_facts()?,
        })
    }

    pub(crate) fn tell_project(&self) {
        match self.view() {
            Ok(view) => (self.events)(AppEvent::Project { view }),
            Err(error) => tracing::warn!(%error, "the project could not be read"),
        }
    }

    pub(crate) fn answers(&self) -> Result<Answers, Error> {
        let kept = self.setting(|tx| tx.setting(key::ANSWERS))?;
        match kept {
            Some(text) => {
                let answers: AnswersDto =
                    serde_json::from_str(&text).map_err(|error| damaged(key::ANSWERS, &error))?;
                read_answers(&answers)
            }
            None => Ok(Answers::default()),
        }
    }

    /// Keeps the five answers.
    pub(crate) fn answer(&self, answers: &AnswersDto) -> Result<ProjectView, Error> {
        read_answers(answers)?;
        let text = serde_json::to_string(answers).map_err(|error| damaged(key::ANSWERS, &error))?;
        self.setting(|tx| tx.set_setting(key::ANSWERS, &text))?;
        self.view()
    }
}

pub(crate) fn read_answers(answers: &AnswersDto) -> Result<Answers, Error> {
    fn one<T: StoredName>(answer: Option<&String>) -> Result<Option<T>, Error> {
        answer
            .map(|name| T::from_name(name))
            .transpose()
            .map_err(|error| {
                Error::invalid(error.to_string(), "Choose one of the answers offered.")
            })
    }
    Ok(Answers {
        exchange: one(answers.exchange.as_ref())?,
        count: one(answers.count.as_ref())?,
        directory_sync: one(answers.directory_sync.as_ref())?,
        single_sign_on: one(answers.single_sign_on.as_ref())?,
        pace: one(answers.pace.as_ref())?,
    })
}

fn answers_view(answers: Answers) -> AnswersDto {
    fn name<T: StoredName>(answer: Option<T>) -> Option<String> {
        answer.map(|answer| answer.name().to_owned())
    }
    AnswersDto {
        exchange: name(answers.exchange),
        count: name(answers.count),
        directory_sync: name(answers.directory_sync),
        single_sign_on: name(answers.single_sign_on),
        pace: name(answers.pace),
    }
}

/// What the keychain holds under the name of a secret that ended with the program is an older one, for another server. The
/// secret is typed again, and until then there is none.
async fn disown_older(journal: &Journal, secrets: &Secrets, project: &str) -> Result<(), Error> {
    for name in SecretName::ALL {
        let ended = journal.transaction(|tx| tx.setting(&key::secret_here(name)))?;
        if ended.is_some() && !secrets.holds(project, name).await {
            secrets.disown(project, name).await;
        }
    }
    Ok(())
}

pub(crate) fn ledger_view(ledger: stegvis_model::Ledger) -> LedgerView {
    LedgerView {
        source: small(ledger.source.items),
        copied: small(ledger.copied.items),
        skipped: small(ledger.skipped.items),
        excluded: small(ledger.excluded.items),
        bytes: ledger.copied.bytes,
        reconciles: ledger.reconciles(),
    }
}

pub(crate) fn damaged(what: &str, error: &impl std::fmt::Display) -> Error {
    Error::new(
        ErrorCode::ProjectUnreadable,
        format!("the project holds a damaged value in {what}: {error}"),
        "Open it with the version that last wrote it. Nothing in it was changed.",
    )
}

/// A count for the wizard, whose numbers are 32 bits wide.
pub(crate) fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(crate) fn kind(name: &str) -> RecipientKind {
    RecipientKind::from_name(name).unwrap_or(RecipientKind::UserMailbox)
}

/// Whether a batch has nothing left to do for it. What is being converted is copied.
pub(crate) fn is_over(status: MigrationUserStatus) -> bool {
    status == MigrationUserStatus::Converting
        || matches!(
            status.summary(),
            StatusSummary::Synced | StatusSummary::Completed
        )
}
