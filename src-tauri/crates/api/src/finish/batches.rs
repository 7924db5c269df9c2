//! Batches, and what keeps them in the migration service.

use std::sync::Arc;

use jiff::Timestamp;
use stegvis_engine::dns::Standing;
use stegvis_engine::finish::{BatchHold, holds, removal_facts, standing_everywhere};
use stegvis_engine::ports::Clock as _;
use stegvis_engine::powershell::quoted;
use stegvis_engine::service::{RemovalGuard, cleanup};

use crate::cloud::{BatchGuard, MailFacts};
use crate::dto::{FinishBatch, RemovalGuardId, RemovalGuardView};
use crate::project::{Project, count, key};
use crate::report::words::Language;
use crate::unchosen::Outside;
use crate::{Error, ErrorCode};

impl Project {
    /// Where the migration and its mail stand, over every domain.
    pub(super) fn standing_of_mail(&self) -> Result<Option<Standing>, Error> {
        let now = self.clock.now();
        self.journal.transaction(|tx| {
            let outside = Outside::read(tx)?;
            let everywhere = standing_everywhere(tx, &outside.waiting, now)?;
            Ok(everywhere.map(|standing| Standing {
                not_chosen: count(outside.unchosen.len()),
                ..standing
            }))
        })
    }

    /// Every batch that stands or stood in the service, oldest first.
    pub(super) fn finish_batches(&self) -> Result<Vec<FinishBatch>, Error> {
        let now = self.clock.now();
        let (batches, rows, users) =
            self.setting(|tx| Ok((tx.batches()?, tx.cloud_batches()?, tx.users()?)))?;
        let standing = self.standing_of_mail()?;
        let views = rows.into_iter().filter_map(|row| {
            let batch = batches.iter().find(|batch| batch.id == row.new.batch)?;
            let mine: Vec<_> = users
                .iter()
                .filter(|user| user.batch == batch.id)
                .cloned()
                .collect();
            let stands = row.removed_at.is_none();
            let guards: Vec<RemovalGuardView> = match &standing {
                Some(standing) if stands => holds(&row, &mine, standing)
                    .into_iter()
                    .map(guard)
                    .collect(),
                _ => Vec::new(),
            };
            let tidied = cleanup(&row, now);
            Some(FinishBatch {
                name: batch.name.clone(),
                cloud_name: row.new.name.clone(),
                mailboxes: count(mine.len()),
                removable: stands && standing.is_some() && guards.is_empty(),
                guards,
                removed_at: row.removed_at.map(|at| at.to_string()),
                cleanup_at: tidied.map(|tidied| tidied.at.to_string()),
                cleanup_in_days: tidied.map(|tidied| days(tidied.at, now)),
                cleanup_near: tidied.is_some(),
                command: format!(
                    "Remove-MigrationBatch -Identity {} -Confirm:$false",
                    quoted(&row.new.name)
                ),
            })
        });
        Ok(views.collect())
    }

    /// Removes a batch that nothing keeps in the service. Its numbers are saved first: the service's go with it.
    pub(super) async fn remove_batch_checked(self: &Arc<Self>, name: &str) -> Result<(), Error> {
        let known = self.finish_batches()?;
        let batch = known
            .iter()
            .find(|batch| batch.name == name && batch.removed_at.is_none())
            .ok_or_else(|| no_batch(name))?;
        // How far the service is, it is asked itself when the batch goes; what is known here may be of yesterday.
        let of_mail: Vec<RemovalGuardView> = batch
            .guards
            .iter()
            .filter(|guard| {
                !matches!(
                    guard.guard,
                    RemovalGuardId::NotAtRest | RemovalGuardId::NotSynced
                )
            })
            .cloned()
            .collect();
        if !of_mail.is_empty() {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                format!("{name} stays in the service: {}", words(&batch.guards)),
                "Wait until none of this is so any more.",
            ));
        }
        let standing = self
            .standing_of_mail()?
            .ok_or_else(|| Error::invalid("no mailbox is in a batch", "Start a batch first."))?;
        let facts = removal_facts(&standing);
        self.save_and_remove(
            name,
            &MailFacts {
                mx_moved_at: facts.mx_moved_at.map(|at| at.to_string()),
                delivery_proved: facts.delivery_proved,
            },
        )
        .await
    }

    /// Removes a batch on a person's word of where mail goes. The service's own guards hold as ever.
    pub(super) async fn remove_batch_on_word(
        self: &Arc<Self>,
        name: &str,
        word: &MailFacts,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let said = format!(
            "{name}: MX moved at {}, delivery {}",
            word.mx_moved_at.as_deref().unwrap_or("-"),
            if word.delivery_proved {
                "proved"
            } else {
                "not proved"
            }
        );
        self.setting(|tx| tx.log(now, None, "BatchRemovalOnWord", &said))?;
        self.save_and_remove(name, word).await
    }

    async fn save_and_remove(self: &Arc<Self>, name: &str, facts: &MailFacts) -> Result<(), Error> {
        let language = self.setting(|tx| tx.setting(key::LANGUAGE))?;
        self.save_report(Language::of(language.as_deref()), false)?;
        let now = self.clock.now();
        self.setting(|tx| tx.log(now, None, "ReportsSavedBeforeRemoval", name))?;
        self.remove_batch(name, facts).await
    }

    /// What keeps this batch, in words for a terminal.
    pub(super) fn known_guards(&self, name: &str) -> Result<Vec<BatchGuard>, Error> {
        let known = self.finish_batches()?;
        let batch = known
            .iter()
            .find(|batch| batch.name == name && batch.removed_at.is_none())
            .ok_or_else(|| no_batch(name))?;
        Ok(batch
            .guards
            .iter()
            .map(|guard| BatchGuard {
                guard: guard_name(guard.guard),
                words: words_of(guard),
            })
            .collect())
    }
}

fn no_batch(name: &str) -> Error {
    Error::invalid(
        format!("the service has no batch of ours called {name}"),
        "Name one that `stegvis batch list` shows.",
    )
}

const fn guard_name(guard: RemovalGuardId) -> &'static str {
    match guard {
        RemovalGuardId::NotAtRest => "NotAtRest",
        RemovalGuardId::NotSynced => "NotSynced",
        RemovalGuardId::OthersNotSynced => "OthersNotSynced",
        RemovalGuardId::MxNotMoved => "MxNotMoved",
        RemovalGuardId::MxMovedLately => "MxMovedLately",
        RemovalGuardId::DeliveryUnproved => "DeliveryUnproved",
        RemovalGuardId::ProofTooOld => "ProofTooOld",
    }
}

fn days(at: Timestamp, now: Timestamp) -> u32 {
    let hours = at.duration_since(now).as_hours().max(0);
    u32::try_from(hours / 24).unwrap_or(u32::MAX)
}

fn guard(hold: BatchHold) -> RemovalGuardView {
    let simple = |guard| RemovalGuardView {
        guard,
        mailboxes: None,
        until: None,
    };
    match hold {
        BatchHold::Guard(RemovalGuard::NotAtRest) => simple(RemovalGuardId::NotAtRest),
        BatchHold::Guard(RemovalGuard::NotSynced(left)) => RemovalGuardView {
            mailboxes: Some(count(left)),
            ..simple(RemovalGuardId::NotSynced)
        },
        BatchHold::Guard(RemovalGuard::MxNotMoved) => simple(RemovalGuardId::MxNotMoved),
        BatchHold::Guard(RemovalGuard::MxMovedLately(until)) => RemovalGuardView {
            until: Some(until.to_string()),
            ..simple(RemovalGuardId::MxMovedLately)
        },
        BatchHold::Guard(RemovalGuard::DeliveryUnproved) => {
            simple(RemovalGuardId::DeliveryUnproved)
        }
        BatchHold::OthersNotSynced(left) => RemovalGuardView {
            mailboxes: Some(left),
            ..simple(RemovalGuardId::OthersNotSynced)
        },
        BatchHold::ProofTooOld => simple(RemovalGuardId::ProofTooOld),
    }
}

/// What keeps a batch, for a terminal.
fn words(guards: &[RemovalGuardView]) -> String {
    let words: Vec<String> = guards.iter().map(words_of).collect();
    words.join("; ")
}

fn words_of(guard: &RemovalGuardView) -> String {
    let mailboxes = guard.mailboxes.unwrap_or(0);
    match guard.guard {
        RemovalGuardId::NotAtRest => "the service is still at work on it".to_owned(),
        RemovalGuardId::NotSynced => {
            format!("{mailboxes} of its mailboxes are neither synced nor completed")
        }
        RemovalGuardId::OthersNotSynced => {
            format!("{mailboxes} mailboxes of other batches are not synced")
        }
        RemovalGuardId::MxNotMoved => {
            "mail from outside still goes to the old server, or nobody has looked".to_owned()
        }
        RemovalGuardId::MxMovedLately => format!(
            "mail may come the old way until {}",
            guard.until.as_deref().unwrap_or("later")
        ),
        RemovalGuardId::DeliveryUnproved => {
            "no mail from outside has proved that it arrives".to_owned()
        }
        RemovalGuardId::ProofTooOld => {
            "the test mail is from before mail changed its way".to_owned()
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
pub(super) mod tests {
    use std::path::Path;

    use jiff::SignedDuration;
    use stegvis_journal::{CloudBatchSeen, Journal, JournalError, NewCloudBatchRow, NewUser};
    use stegvis_model::{CloudStage, MigrationEvent, RecipientKind};

    use super::*;
    use crate::Secrets;

    /// A real project whose one mailbox is synced by a batch of the service, and nobody is signed in.
    pub(in crate::finish) async fn project(dir: &Path) -> Arc<Project> {
        let journal = Journal::open(&dir.join("p.stegvis")).unwrap();
        let now = Timestamp::now();
        journal
            .transaction(|tx| {
                tx.set_setting(key::NAME, "Nordvik")?;
                let batch = tx.insert_batch("Pilot", None)?;
                let user = tx.insert_user(
                    batch,
                    &NewUser {
                        address: "anna@nordvik.example".parse().unwrap(),
                        display_name: "Anna".to_owned(),
                        kind: RecipientKind::UserMailbox,
                    },
                )?;
                for event in [
                    MigrationEvent::Started,
                    MigrationEvent::Validated,
                    MigrationEvent::Provisioned,
                    MigrationEvent::Forwarded,
                    MigrationEvent::InitialSyncCompleted,
                ] {
                    tx.apply_event(user, event, "", now)?;
                }
                let new = NewCloudBatchRow {
                    batch,
                    name: "Pilot (Stegvis 0a1b)".to_owned(),
                    endpoint: "Old server".to_owned(),
                    notify: Vec::new(),
                    start_after: None,
                };
                tx.intend_cloud_batch(&new, now)?;
                tx.cloud_batch_made(batch, now)?;
                let seen = CloudBatchSeen {
                    stage: CloudStage::Synced,
                    status: "Synced".to_owned(),
                    created: Some(now),
                    started: Some(now),
                    last_synced: Some(now),
                };
                tx.cloud_batch_seen(batch, &seen, now)
            })
            .unwrap();
        let opened = Project::open(
            dir,
            journal,
            None,
            Arc::new(Secrets::in_memory()),
            Arc::new(|_| ()),
        );
        Arc::new(opened.await.unwrap())
    }

    /// MX is seen to have moved so many hours ago, and a mail came directly so many hours ago.
    fn mail(project: &Project, moved: i64, delivered: Option<i64>) {
        let ago = |hours| (Timestamp::now() - SignedDuration::from_hours(hours)).to_string();
        let domain = "nordvik.example";
        project
            .journal
            .transaction(|tx| {
                tx.set_setting(&format!("dns.mxMovedAt.{domain}"), &ago(moved))?;
                if let Some(delivered) = delivered {
                    tx.set_setting(&format!("dns.deliveredAt.{domain}"), &ago(delivered))?;
                }
                Ok::<_, JournalError>(())
            })
            .unwrap();
    }

    fn guards(project: &Project) -> Vec<RemovalGuardId> {
        let batches = project.finish_batches().unwrap();
        assert_eq!(batches[0].removable, batches[0].guards.is_empty());
        batches[0].guards.iter().map(|guard| guard.guard).collect()
    }

    #[tokio::test]
    async fn a_batch_goes_seventy_two_hours_after_mx_with_proof_and_its_reports_are_saved_first() {
        let dir = tempfile::tempdir().unwrap();
        let project = project(dir.path()).await;
        assert_eq!(
            guards(&project),
            [RemovalGuardId::MxNotMoved, RemovalGuardId::DeliveryUnproved]
        );
        mail(&project, 71, None);
        assert_eq!(
            guards(&project),
            [
                RemovalGuardId::MxMovedLately,
                RemovalGuardId::DeliveryUnproved
            ]
        );
        mail(&project, 73, Some(80));
        assert_eq!(guards(&project), [RemovalGuardId::ProofTooOld]);
        let refused = project.remove_batch_checked("Pilot").await.unwrap_err();
        assert!(refused.message.contains("before mail changed its way"));
        let reports = || project.setting(|tx| tx.log_entries()).unwrap();
        let saved = |what: &str| reports().iter().any(|entry| entry.what == what);
        assert!(!saved("ReportsSavedBeforeRemoval"));
        mail(&project, 73, Some(70));
        assert_eq!(guards(&project), []);
        // Nobody is signed in, so the service cannot be told; the reports are there by then.
        let unreached = project.remove_batch_checked("Pilot").await.unwrap_err();
        assert_eq!(unreached.code, ErrorCode::NotConnected);
        assert!(saved("ReportsSavedBeforeRemoval") && !saved("BatchRemoved"));
    }
}
