//! Taking back what this program left in the world: each item looked at, taken, and told as it stands afterwards.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use stegvis_connect::tenant::CloudTenant;
use stegvis_engine::access::remove_access;
use stegvis_engine::ports::{Clock as _, EndpointError, Footprint as _};
use stegvis_model::{MigrationUserStatus, SmtpAddress};
use tokio::sync::MutexGuard;
use tokio_util::sync::CancellationToken;

use super::footprint::{Cleaned, KeptSecrets};
use crate::dns::waiting;
use crate::dto::{CleanupItem, CleanupKept, CleanupView, FootprintKind, FootprintState};
use crate::project::{Project, count};
use crate::secrets::SecretName;
use crate::sign_in::{forget_certificate, sign_out};
use crate::{Error, ErrorCode};

/// While it lives, nothing else begins.
pub(super) struct Cleaning<'a> {
    project: &'a Project,
    _still: MutexGuard<'a, ()>,
}

impl Drop for Cleaning<'_> {
    fn drop(&mut self) {
        self.project.cleaning.store(false, Ordering::SeqCst);
    }
}

fn running() -> Error {
    Error {
        retry: true,
        ..Error::new(
            ErrorCode::Running,
            "something is running",
            "Clean up when it has ended or is stopped.",
        )
    }
}

/// How the clean-up goes.
struct Pass<'a> {
    dry_run: bool,
    stop: &'a CancellationToken,
    cleaned: Cleaned,
    items: Vec<CleanupItem>,
}

impl Pass<'_> {
    /// Notes an item, for this view and for the next.
    fn note(&mut self, item: CleanupItem) {
        let words = item
            .kept
            .iter()
            .map(|kept| kept.server_words.clone())
            .find(|words| !words.is_empty());
        if !self.dry_run {
            self.cleaned.note(item.kind, item.after, words);
        }
        self.items.push(item);
    }

    /// How so many stand that were taken, or would be, and those that were not.
    fn taken(&mut self, kind: FootprintKind, taken: u32, kept: Vec<CleanupKept>) {
        let there = taken > 0 || !kept.is_empty();
        self.note(CleanupItem {
            kind,
            before: if there {
                FootprintState::Present
            } else {
                FootprintState::Gone
            },
            after: if kept.is_empty() {
                FootprintState::Gone
            } else {
                FootprintState::Kept
            },
            taken,
            kept,
        });
    }

    /// Something that a person takes back: how it stands.
    fn seen(&mut self, kind: FootprintKind, state: FootprintState) {
        self.note(CleanupItem {
            kind,
            before: state,
            after: state,
            taken: 0,
            kept: Vec::new(),
        });
    }
}

fn kept(what: impl ToString, error: &EndpointError) -> CleanupKept {
    CleanupKept {
        what: what.to_string(),
        server_words: error.detail.clone(),
    }
}

impl Project {
    /// Takes back what was left, or says what it would.
    pub(super) async fn clean_up(
        self: &Arc<Self>,
        dry_run: bool,
        stop: &CancellationToken,
    ) -> Result<CleanupView, Error> {
        // A run opens the mailboxes, and asks for the very access that is taken here: none runs, and none begins.
        let _cleaning = self.begin_cleaning()?;
        let at = self.clock.now().to_string();
        let mut pass = Pass {
            dry_run,
            stop,
            cleaned: self.cleaned()?,
            items: Vec::new(),
        };
        let tenant = match &self.connections().cloud_tenant {
            Ok(tenant) => Ok(Arc::clone(tenant)),
            Err(absent) => Err(absent.error()),
        };
        // While the program may still open them: sizes first, then the mailboxes, then what the batches stand on.
        self.take_sizes(&mut pass).await?;
        self.take_access(&mut pass, tenant.as_deref()).await?;
        self.tell_batches(&mut pass)?;
        self.take_endpoint(&mut pass, tenant.as_deref()).await?;
        let known = match &tenant {
            Ok(tenant) => tenant.is_known().await.ok(),
            Err(_) => None,
        };
        pass.seen(FootprintKind::ServicePrincipal, standing(known));
        pass.seen(FootprintKind::Application, FootprintState::Unknown);
        pass.seen(FootprintKind::SourceAccount, FootprintState::Unknown);
        let writes = self.account_writes().await?;
        pass.seen(FootprintKind::DirectoryAccount, standing(writes));
        self.take_secrets(&mut pass).await?;
        let Pass {
            mut cleaned, items, ..
        } = pass;
        let clean = is_clean(&items);
        if !dry_run {
            cleaned.at = Some(at.clone());
            self.keep_cleaned(&cleaned)?;
            let taken: u32 = items.iter().map(|item| item.taken).sum();
            let left: usize = items.iter().map(|item| item.kept.len()).sum();
            let now = self.clock.now();
            self.setting(|tx| {
                tx.log(
                    now,
                    None,
                    "CleanedUp",
                    &format!("{taken} taken back, {left} kept"),
                )
            })?;
        }
        Ok(CleanupView {
            dry_run,
            at,
            items,
            clean,
            finish: self.finish_view().await?,
        })
    }

    pub(super) fn begin_cleaning(&self) -> Result<Cleaning<'_>, Error> {
        let still = self.changing.try_lock().map_err(|_| running())?;
        self.nothing_runs("Clean up when it has ended or is stopped.")?;
        if self.busy() {
            return Err(running());
        }
        self.cleaning.store(true, Ordering::SeqCst);
        Ok(Cleaning {
            project: self,
            _still: still,
        })
    }

    async fn take_sizes(&self, pass: &mut Pass<'_>) -> Result<(), Error> {
        let raised = self.raised_sizes()?;
        let left = if pass.dry_run || raised.is_empty() {
            Vec::new()
        } else {
            self.put_back_sizes().await?
        };
        let taken = count(raised.len().saturating_sub(left.len()));
        let left = left
            .into_iter()
            .map(|one| CleanupKept {
                what: one.address,
                server_words: one.server_words,
            })
            .collect();
        pass.taken(FootprintKind::ReceiveSize, taken, left);
        Ok(())
    }

    /// The access to the mailboxes: asked for one by one, taken from those that still open, and asked for again.
    async fn take_access(
        &self,
        pass: &mut Pass<'_>,
        tenant: Result<&CloudTenant, &EndpointError>,
    ) -> Result<(), Error> {
        let candidates = self.opened(&pass.cleaned)?;
        let tenant = match tenant {
            Ok(tenant) => tenant,
            Err(error) => {
                let left = candidates.iter().map(|address| kept(address, error));
                pass.taken(FootprintKind::MailboxAccess, 0, left.collect());
                return Ok(());
            }
        };
        let (mut open, mut left) = (Vec::new(), Vec::new());
        let mut trouble: Option<EndpointError> = None;
        for address in candidates {
            if pass.stop.is_cancelled() {
                left.push(CleanupKept {
                    what: address.to_string(),
                    server_words: String::new(),
                });
                continue;
            }
            // A tenant that is not there says the same of the next.
            if let Some(error) = trouble.as_ref().filter(|error| error.is_transient()) {
                left.push(kept(address, error));
                continue;
            }
            match tenant.may_open(&address).await {
                Ok(true) => open.push(address),
                Ok(false) => self.closed(pass, &address)?,
                Err(error) => {
                    left.push(kept(address, &error));
                    trouble = Some(error);
                }
            }
        }
        let mut taken = count(open.len());
        if !pass.dry_run {
            let outcome = remove_access(tenant, &open, pass.stop).await;
            taken = 0;
            for address in &outcome.removed {
                match tenant.may_open(address).await {
                    Ok(false) => {
                        taken += 1;
                        self.closed(pass, address)?;
                    }
                    Ok(true) => left.push(CleanupKept {
                        what: address.to_string(),
                        server_words: String::new(),
                    }),
                    Err(error) => left.push(kept(address, &error)),
                }
            }
            let failed = outcome.failed.iter();
            left.extend(failed.map(|(address, error)| kept(address, error)));
            left.extend(outcome.left.iter().map(|address| CleanupKept {
                what: address.to_string(),
                server_words: String::new(),
            }));
        }
        pass.taken(FootprintKind::MailboxAccess, taken, left);
        Ok(())
    }

    /// Notes that a mailbox opens for this program no more: nobody needs to be asked again until it is let in anew.
    fn closed(&self, pass: &mut Pass<'_>, address: &SmtpAddress) -> Result<(), Error> {
        if pass.dry_run {
            return Ok(());
        }
        let at = self.clock.now().to_string();
        pass.cleaned.closed.insert(address.key(), at);
        // Kept at once: a clean-up that ends in the middle goes on where it was.
        self.keep_cleaned(&pass.cleaned)?;
        self.setting(|tx| match tx.user_of(address)? {
            Some(user) => tx.cloud_access_taken(user.id),
            None => Ok(()),
        })
    }

    /// Batches go by their own way, behind their own guards.
    fn tell_batches(&self, pass: &mut Pass<'_>) -> Result<(), Error> {
        let standing = self.hosted()?;
        pass.seen(
            FootprintKind::Batches,
            if standing.is_empty() {
                FootprintState::Gone
            } else {
                FootprintState::Present
            },
        );
        Ok(())
    }

    async fn take_endpoint(
        &self,
        pass: &mut Pass<'_>,
        tenant: Result<&CloudTenant, &EndpointError>,
    ) -> Result<(), Error> {
        let (names, ours) = self.own_endpoints()?;
        if names.is_empty() {
            pass.seen(FootprintKind::MigrationEndpoint, FootprintState::Gone);
            return Ok(());
        }
        if !ours {
            pass.seen(FootprintKind::MigrationEndpoint, FootprintState::Unknown);
            return Ok(());
        }
        // A batch stands on its endpoint.
        let stands = !self.hosted()?.is_empty();
        let (mut taken, mut left) = (0, Vec::new());
        for name in names {
            let removed = match (tenant, pass.dry_run) {
                _ if stands => {
                    left.push(CleanupKept {
                        what: name,
                        server_words: String::new(),
                    });
                    continue;
                }
                (_, true) => Ok(()),
                (Ok(tenant), false) => tenant.remove_endpoint(&name).await,
                (Err(error), false) => Err(error.clone()),
            };
            match removed {
                Ok(()) => {
                    if !pass.dry_run {
                        self.forget_endpoint(&name)?;
                    }
                    taken += 1;
                }
                Err(error) => left.push(kept(&name, &error)),
            }
        }
        pass.taken(FootprintKind::MigrationEndpoint, taken, left);
        Ok(())
    }

    /// Whether the directory's account may still write what this program wrote; nothing where nobody tells.
    async fn account_writes(&self) -> Result<Option<bool>, Error> {
        let Some(dn) = self.written_object()? else {
            return Ok(None);
        };
        let asked = self
            .connections()
            .directory
            .unwritable(&dn, &["targetAddress"])
            .await;
        Ok(asked.ok().map(|unwritable| unwritable.is_empty()))
    }

    /// The secrets last: without them nothing else can be taken back.
    async fn take_secrets(&self, pass: &mut Pass<'_>) -> Result<(), Error> {
        let KeptSecrets { there, unknown } = self.kept_secrets().await?;
        let waits = !is_clean(&pass.items) || self.is_needed()?;
        if pass.dry_run && !waits && unknown.is_none() {
            pass.taken(FootprintKind::Secrets, count(there.len()), Vec::new());
            return Ok(());
        }
        if waits || pass.dry_run {
            let mut left: Vec<CleanupKept> = there
                .iter()
                .map(|what| CleanupKept {
                    what: (*what).to_owned(),
                    server_words: String::new(),
                })
                .collect();
            left.extend(unknown.map(unlooked));
            pass.taken(FootprintKind::Secrets, 0, left);
            return Ok(());
        }
        let project = self.secrets_name();
        let mut left = Vec::new();
        for name in SecretName::ALL {
            if let Err(error) = self.secrets.forget(&project, name).await {
                left.push(CleanupKept {
                    what: format!("{name:?}"),
                    server_words: error.to_string(),
                });
            }
        }
        let signed_out = sign_out(&self.remembered).await.map(drop);
        let forgotten = forget_certificate(&self.remembered).await.map(drop);
        for outcome in [signed_out, forgotten] {
            if let Err(error) = outcome {
                left.push(CleanupKept {
                    what: "signIn".to_owned(),
                    server_words: error.message,
                });
            }
        }
        // What could not be looked at is not said to be gone.
        if left.is_empty() {
            left.extend(unknown.map(unlooked));
        }
        let taken = count(there.len().saturating_sub(left.len()));
        pass.taken(FootprintKind::Secrets, taken, left);
        Ok(())
    }

    /// Whether a mailbox still has to be moved or converted, which nobody can do without the secrets.
    fn is_needed(&self) -> Result<bool, Error> {
        self.journal.transaction(|tx| {
            let over = |status| {
                matches!(
                    status,
                    MigrationUserStatus::Completed | MigrationUserStatus::CompletedWithWarnings
                )
            };
            let mut users = tx.users()?.into_iter();
            Ok(users.any(|user| !over(user.status)) || !waiting(tx)?.is_empty())
        })
    }
}

/// Secrets that may be there: the keychain could not be asked.
fn unlooked(words: String) -> CleanupKept {
    CleanupKept {
        what: "keychain".to_owned(),
        server_words: words,
    }
}

/// Whether nothing was left, and no batch waits for its own removal.
fn is_clean(items: &[CleanupItem]) -> bool {
    items.iter().all(|item| {
        let batches = item.kind == FootprintKind::Batches;
        item.kept.is_empty() && (!batches || item.after == FootprintState::Gone)
    })
}

const fn standing(there: Option<bool>) -> FootprintState {
    match there {
        Some(true) => FootprintState::Present,
        Some(false) => FootprintState::Gone,
        None => FootprintState::Unknown,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_model::{Engine, StoredName as _};

    use super::super::batches::tests::project;
    use super::*;

    #[tokio::test]
    async fn while_it_is_cleaned_up_nothing_begins() {
        let dir = tempfile::tempdir().unwrap();
        let project = project(dir.path()).await;
        let cleaning = project.begin_cleaning().unwrap();
        assert!(project.busy());
        let refused = project.nothing_runs("Wait.").unwrap_err();
        assert_eq!(refused.code, ErrorCode::Running);
        assert!(project.begin_cleaning().is_err());
        drop(cleaning);
        assert!(!project.busy());
        project.nothing_runs("Wait.").unwrap();
    }

    #[tokio::test]
    async fn every_endpoint_of_ours_waits_for_the_batches_and_somebodys_own_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let project = project(dir.path()).await;
        let set = |key: &str, value: &str| project.setting(|tx| tx.set_setting(key, value));
        set(crate::project::key::ENGINE, Engine::Service.name()).unwrap();
        set(crate::project::key::CLOUD_ENDPOINT, "Theirs").unwrap();
        let theirs = vec!["Theirs".to_owned()];
        assert_eq!(project.own_endpoints().unwrap(), (theirs, false));
        for name in ["One", "Two", "One"] {
            project.made_endpoint(name).unwrap();
        }
        let ours = vec!["One".to_owned(), "Two".to_owned()];
        assert_eq!(project.own_endpoints().unwrap(), (ours, true));
        // The batch of this project still stands.
        let stop = CancellationToken::new();
        let cleaned = project.clean_up(false, &stop).await.unwrap();
        let endpoint = cleaned
            .items
            .iter()
            .find(|item| item.kind == FootprintKind::MigrationEndpoint)
            .unwrap();
        let left = endpoint.kept.iter().map(|kept| kept.what.as_str());
        assert_eq!(left.collect::<Vec<_>>(), ["One", "Two"]);
        project.forget_endpoint("One").unwrap();
        assert_eq!(project.made_endpoints().unwrap(), ["Two"]);
        assert!(project.cloud_endpoint().unwrap().is_some());
    }

    #[tokio::test]
    async fn secrets_are_needed_until_the_last_mailbox_is_converted() {
        let dir = tempfile::tempdir().unwrap();
        let project = project(dir.path()).await;
        assert!(project.is_needed().unwrap());
        let now = project.clock.now();
        project
            .setting(|tx| {
                for user in tx.users()? {
                    for event in [
                        stegvis_model::MigrationEvent::ConversionStarted,
                        stegvis_model::MigrationEvent::Converted,
                    ] {
                        tx.apply_event(user.id, event, "", now)?;
                    }
                }
                Ok(())
            })
            .unwrap();
        assert!(!project.is_needed().unwrap());
        let chosen =
            r#"[{"address":"bo@nordvik.example","name":"Bo","kind":"UserMailbox","pilot":false}]"#;
        project
            .setting(|tx| tx.set_setting(crate::project::key::CHOSEN, chosen))
            .unwrap();
        assert!(project.is_needed().unwrap());
    }
}
