//! A run from its start to its end: who moves what, then the comparison and the read-back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use stegvis_engine::ports::{Clock as _, MailboxRef};
use stegvis_engine::preflight::mailbox_ref;
use stegvis_engine::report::UserReport;
use stegvis_engine::runner::{Route, Run, Staged};
use stegvis_engine::sync::SyncPorts;
use stegvis_engine::verify::{Verification, verify};
use stegvis_model::{Engine, MigrationUser, MigrationUserStatus, SmtpAddress};
use tokio_util::sync::CancellationToken;

use crate::dto::VerificationView;
use crate::letters::OurLetters;
use crate::project::{Project, damaged, is_over, key};
use crate::report::words::Language;
use crate::{Error, ErrorCode};

/// How long a mail user of the practice tenant may take to become a mailbox, and a mailbox to let us in.
pub(crate) const PROVISIONING_PATIENCE: Duration = Duration::from_secs(120);

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// What waits goes on; with `failed` what failed is tried again. The service starts new batches `at` a time.
    Go { failed: bool, at: Option<Timestamp> },
    /// What the service is at is watched; nothing is asked of it.
    Watch,
    /// What the service left is copied from here.
    Fill,
}

impl Project {
    pub(super) async fn run(self: Arc<Self>, task: Task, stop: CancellationToken) {
        let ticking = tokio::spawn(Arc::clone(&self).tick(stop.clone()));
        let ran = self.run_to_its_end(task, &stop).await;
        ticking.abort();
        match ran {
            Ok(()) => self.live().trouble = None,
            Err(error) => {
                tracing::error!(%error, "a run ended early");
                self.live().trouble = Some(error.message);
            }
        }
        self.live().end(self.clock.now());
        self.tell_run();
        self.tell_project();
    }

    async fn run_to_its_end(
        self: &Arc<Self>,
        task: Task,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let listed = self.read_mailboxes().await?;
        let mailboxes: BTreeMap<String, MailboxRef> = listed
            .iter()
            .map(|mailbox| (mailbox.address.key(), mailbox_ref(mailbox)))
            .collect();
        // What an interrupted run raised is put back before anything else.
        self.put_back_sizes().await?;
        match task {
            Task::Fill => self.fill(&mailboxes, stop).await?,
            Task::Watch | Task::Go { .. } => {
                let moved = self.run_cloud(task, stop).await;
                if let Task::Go { failed, .. } = task
                    && !self.asked_to_stop()
                {
                    self.copy_from_here(failed, &mailboxes, stop).await?;
                }
                if !self.asked_to_stop() {
                    self.compare_cloud(&mailboxes, stop).await?;
                }
                // What one batch came to grief by keeps nobody from comparing the others.
                moved?;
            }
        }
        let report = self.report()?;
        let hosted = self.hosted()?;
        // What the service failed with keeps nobody from reading back the rest.
        let settled = |user: &MigrationUser| {
            is_over(user.status)
                || (hosted.contains(&user.batch)
                    && matches!(user.status, MigrationUserStatus::Failed { .. }))
        };
        let all_over = report.users.iter().any(|user| is_over(user.user.status))
            && report.users.iter().all(|user| settled(&user.user));
        if all_over && !self.asked_to_stop() {
            self.read_back(&mailboxes).await?;
        }
        Ok(())
    }

    /// Copies what is this computer's to copy: all that the service does not have; and where the service is chosen for
    /// the batches to come, what was begun here before.
    async fn copy_from_here(
        self: &Arc<Self>,
        failed: bool,
        mailboxes: &BTreeMap<String, MailboxRef>,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let mut run = self.parts(mailboxes)?;
        if self.engine()? == Engine::Service {
            let begun = self.begun_here()?;
            if begun.is_empty() {
                return Ok(());
            }
            run.only = Some(begun);
        }
        self.live().here = true;
        run.resume(failed)?;
        let ran = run.run(stop).await;
        self.live().here = false;
        self.put_back_sizes().await?;
        Ok(ran?)
    }

    /// Whether a person asked for a stop, or the program ends.
    fn asked_to_stop(&self) -> bool {
        let live = self.live();
        live.stopping() || live.stop_asked
    }

    /// Our mail, in the administrator's language.
    pub(crate) fn letters(&self) -> Result<OurLetters, Error> {
        let language = self.setting(|tx| tx.setting(key::LANGUAGE))?;
        Ok(OurLetters {
            company: self.places().company.clone(),
            language: Language::of(language.as_deref()),
        })
    }

    pub(crate) fn parts(
        self: &Arc<Self>,
        mailboxes: &BTreeMap<String, MailboxRef>,
    ) -> Result<Run, Error> {
        let ports = self.connections();
        let letters = self.letters()?;
        let aliases: BTreeMap<String, String> = mailboxes
            .iter()
            .filter_map(|(address, mailbox)| Some((address.clone(), mailbox.sign_in.clone()?)))
            .collect();
        let (watched, raised) = (Arc::clone(self), Arc::clone(self));
        Ok(Run {
            journal: Arc::clone(&self.journal),
            sync: SyncPorts {
                journal: Arc::clone(&self.journal),
                source: ports.source.clone(),
                target: ports.target.clone(),
                clock: self.clock.clone(),
                progress: Arc::new(|_| {}),
                first_pause: Duration::from_millis(500),
            },
            route: Route::Staged(Staged {
                directory: ports.directory.clone(),
                tenant: ports.tenant.clone(),
                mail: Some((ports.mailer.clone(), Arc::new(letters))),
                provisioning_patience: PROVISIONING_PATIENCE,
                opened: Arc::new(move |address| {
                    let project = Arc::clone(&raised);
                    Box::pin(async move {
                        // What stays too large for it is told item by item.
                        if let Err(error) = project.raise_size(&address).await {
                            tracing::warn!(%address, %error, "the largest message is not raised");
                        }
                    })
                }),
            }),
            concurrency: self.concurrency()?,
            incremental: false,
            only: None,
            events: Arc::new(move |event| watched.heard(event)),
            clock: self.clock.clone(),
            sign_in: Arc::new(move |address| aliases.get(&address.key()).cloned()),
        })
    }

    /// Reads source and target again and keeps what the comparison found.
    async fn read_back(&self, mailboxes: &BTreeMap<String, MailboxRef>) -> Result<(), Error> {
        let (users, gone) = readable(self.report()?.users, mailboxes);
        let ports = self.connections();
        let found = verify(
            &self.journal,
            &ports.source,
            &ports.target_reader,
            &users,
            4,
        )
        .await
        .map_err(|error| Error {
            retry: true,
            ..Error::new(
                ErrorCode::Endpoint,
                error.to_string(),
                "Start the batch again to repeat the comparison.",
            )
        })?;
        self.keep_verification(found, gone.is_empty())?;
        if gone.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = gone.iter().map(ToString::to_string).collect();
        Err(Error::new(
            ErrorCode::Endpoint,
            format!(
                "not read back, because the old directory has them no more: {}",
                names.join(", ")
            ),
            "Where a mailbox was removed on purpose there is nothing to do; put one back that was not, and start the batch again.",
        ))
    }

    /// What was read agrees only where all was read.
    fn keep_verification(&self, found: Verification, whole: bool) -> Result<(), Error> {
        let view = VerificationView {
            at: self.clock.now().to_string(),
            compared: crate::project::small(found.compared),
            missing: crate::project::small(found.missing),
            extra: crate::project::small(found.extra),
            differing: crate::project::small(found.differing),
            agrees: whole && found.agrees(),
        };
        let text =
            serde_json::to_string(&view).map_err(|error| damaged(key::VERIFICATION, &error))?;
        self.setting(|tx| tx.set_setting(key::VERIFICATION, &text))
    }
}

/// What can be read on both sides, and what should be and is not in the directory. A converted mailbox has left it.
fn readable(
    users: Vec<UserReport>,
    mailboxes: &BTreeMap<String, MailboxRef>,
) -> (Vec<(MigrationUser, MailboxRef)>, Vec<SmtpAddress>) {
    let (mut readable, mut gone) = (Vec::new(), Vec::new());
    for user in users.into_iter().map(|user| user.user) {
        if !is_over(user.status) {
            continue;
        }
        match mailboxes.get(&user.address.key()) {
            Some(mailbox) => readable.push((user, mailbox.clone())),
            None if user.status == MigrationUserStatus::Synced => gone.push(user.address),
            None => {}
        }
    }
    (readable, gone)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_model::{BatchId, Ledger, MigrationUserId, RecipientKind};

    use super::*;

    #[test]
    fn a_synced_mailbox_that_left_the_directory_is_told_and_a_converted_one_is_not_missed() {
        let user = |id, name: &str, status| UserReport {
            user: MigrationUser {
                id: MigrationUserId(id),
                batch: BatchId(1),
                address: format!("{name}@nordvik.example").parse().unwrap(),
                display_name: name.to_owned(),
                kind: RecipientKind::UserMailbox,
                status,
                detail: String::new(),
            },
            target_address: None,
            ledger: Ledger::default(),
            folders: Vec::new(),
        };
        use MigrationUserStatus as S;
        let users = vec![
            user(1, "anna", S::Synced),
            user(2, "bo", S::Synced),
            user(3, "cia", S::Completed),
            user(4, "dan", S::Queued),
        ];
        let anna = MailboxRef {
            address: "anna@nordvik.example".parse().unwrap(),
            sign_in: None,
        };
        let there = BTreeMap::from([(anna.address.key(), anna)]);
        let (read, gone) = readable(users, &there);
        let read: Vec<i64> = read.iter().map(|(user, _)| user.id.0).collect();
        assert_eq!(read, [1]);
        assert_eq!(gone, ["bo@nordvik.example".parse::<SmtpAddress>().unwrap()]);
    }
}
