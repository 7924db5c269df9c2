//! Mailboxes: what the directory holds, and what of it is to move.

use stegvis_engine::ports::{DirectoryRecipient, TenantDomain, TenantRecipient};
use stegvis_model::{StatusSummary, StoredName as _, TenantRecipientKind};

use crate::dto::{MailboxChoice, MailboxNote, MailboxRow, MailboxesView};
use crate::project::{Chosen, Project, damaged, key};
use crate::unchosen::chosen_after_all;
use crate::{Error, ErrorCode};

impl Project {
    /// Every mailbox of the directory, with what is known of it.
    pub(crate) async fn mailboxes_view(&self) -> Result<MailboxesView, Error> {
        let ports = self.connections();
        let (mailboxes, recipients, domains) = tokio::join!(
            ports.directory.mailboxes(),
            ports.tenant.recipients(),
            ports.tenant.domains(),
        );
        self.remember_mailboxes(&mailboxes)?;
        let mailboxes = mailboxes?;
        // The tenant's side only adds notes: without it the list can still be made.
        let (recipients, domains) = (recipients.unwrap_or_default(), domains.unwrap_or_default());
        let chosen = self.chosen()?;
        let report = self.report()?;
        let rows = mailboxes.into_iter().map(|mailbox| {
            let address = mailbox.address.to_string();
            let choice = chosen.iter().find(|chosen| chosen.address == address);
            let user = report
                .users
                .iter()
                .find(|user| user.user.address == mailbox.address);
            let batch = user.and_then(|user| {
                report
                    .batches
                    .iter()
                    .find(|batch| batch.id == user.user.batch)
            });
            MailboxRow {
                name: mailbox.display_name.clone(),
                kind: mailbox.kind.name().to_owned(),
                chosen: choice.is_some() || user.is_some(),
                pilot: choice.is_some_and(|choice| choice.pilot),
                batch: batch.map(|batch| batch.name.clone()),
                note: note(&mailbox, &recipients, &domains, user.is_some()),
                address,
            }
        });
        let mut rows: Vec<MailboxRow> = rows.collect();
        // A mailbox that was converted is none to the directory any more, and still part of the story.
        for user in &report.users {
            let address = user.user.address.to_string();
            let listed = |row: &MailboxRow| row.address.eq_ignore_ascii_case(&address);
            if user.user.status.summary() != StatusSummary::Completed || rows.iter().any(listed) {
                continue;
            }
            let mut batches = report.batches.iter();
            let batch = batches.find(|batch| batch.id == user.user.batch);
            rows.push(MailboxRow {
                name: user.user.display_name.clone(),
                kind: user.user.kind.name().to_owned(),
                chosen: true,
                pilot: chosen
                    .iter()
                    .any(|chosen| chosen.address == address && chosen.pilot),
                batch: batch.map(|batch| batch.name.clone()),
                note: None,
                address,
            });
        }
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(MailboxesView { rows })
    }

    /// Keeps what is to move. A mailbox that is in a batch already stays there.
    pub(crate) async fn choose(&self, choices: &[MailboxChoice]) -> Result<MailboxesView, Error> {
        let view = self.mailboxes_view().await?;
        let before = self.chosen()?;
        let mut chosen = Vec::new();
        for choice in choices.iter().filter(|choice| choice.chosen) {
            let row = view
                .rows
                .iter()
                .find(|row| row.address == choice.address)
                .ok_or_else(|| {
                    Error::invalid(
                        format!("{} is no mailbox of the directory", choice.address),
                        "Choose from the list, or check the address.",
                    )
                })?;
            chosen.push(Chosen {
                address: row.address.clone(),
                name: row.name.clone(),
                kind: row.kind.clone(),
                pilot: choice.pilot,
                // A list may have put it into a batch.
                batch: before
                    .iter()
                    .find(|before| before.address == row.address)
                    .and_then(|before| before.batch.clone()),
            });
        }
        // Batches keep the order in which the list had them; what no list knew comes last.
        chosen.sort_by_key(|chosen| {
            let mut batches = before.iter().map(|before| &before.batch);
            let place = batches.position(|batch| *batch == chosen.batch);
            place
                .filter(|_| chosen.batch.is_some())
                .unwrap_or(usize::MAX)
        });
        self.keep_chosen(&chosen)?;
        self.mailboxes_view().await
    }

    pub(crate) fn keep_chosen(&self, chosen: &[Chosen]) -> Result<(), Error> {
        if chosen.is_empty() {
            return Err(Error::new(
                ErrorCode::NothingChosen,
                "no mailbox is chosen",
                "Choose at least one.",
            ));
        }
        let text = serde_json::to_string(chosen).map_err(|error| damaged(key::CHOSEN, &error))?;
        let addresses: Vec<&str> = chosen.iter().map(|one| &*one.address).collect();
        self.journal.transaction(|tx| {
            chosen_after_all(tx, &addresses)?;
            Ok::<_, Error>(tx.set_setting(key::CHOSEN, &text)?)
        })?;
        self.tell_project();
        // What waits, and whom nobody chose, decides where mail may go.
        self.tell_dns();
        Ok(())
    }
}

fn note(
    mailbox: &DirectoryRecipient,
    recipients: &[TenantRecipient],
    domains: &[TenantDomain],
    ours: bool,
) -> Option<MailboxNote> {
    let known = |recipient: &&TenantRecipient| {
        recipient.kind != TenantRecipientKind::Other && recipient.address == mailbox.address
    };
    if !recipients.is_empty() && !recipients.iter().any(|recipient| known(&recipient)) {
        return Some(MailboxNote::MailUserMissing);
    }
    let verified =
        |domain: &&TenantDomain| domain.verified && domain.name == *mailbox.address.domain();
    if !domains.is_empty() && !domains.iter().any(|domain| verified(&domain)) {
        return Some(MailboxNote::DomainUnverified);
    }
    if mailbox.protected {
        return Some(MailboxNote::Protected);
    }
    if mailbox.target_address.is_some() && !ours {
        return Some(MailboxNote::Forwards);
    }
    mailbox.hidden.then_some(MailboxNote::Hidden)
}
