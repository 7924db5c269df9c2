//! Convert: the old mailboxes become mail-enabled users, one first, then the rest; and back.

mod cloud;
mod commands;
mod diff;
mod drive;
mod live;
mod view;

pub(crate) use live::Converting;
pub(crate) use view::converted;

use std::sync::Arc;

use stegvis_engine::ports::Clock as _;
use stegvis_model::{MigrationUserId, SmtpAddress};

use crate::dto::{ConvertRunKind, ConvertView, SkippedItemView};
use crate::project::{Project, count};
use crate::{Error, ErrorCode};

impl Project {
    /// The conversion, with the dry run of one mailbox.
    pub(crate) async fn convert_view(&self, selected: Option<u32>) -> Result<ConvertView, Error> {
        let mut view = self.convert_snapshot()?;
        if let Some(id) = selected {
            view.dry_run = Some(self.dry_run(id).await?);
        }
        Ok(view)
    }

    /// Examines every gate of every mailbox that is not converted. Nothing is written.
    pub(crate) async fn check_gates(self: &Arc<Self>) -> Result<ConvertView, Error> {
        let open = self.not_converted()?;
        self.work(ConvertRunKind::Checking, open).await
    }

    /// Keeps the objects of these mailboxes and reads them back.
    pub(crate) async fn back_up(self: &Arc<Self>, users: &[u32]) -> Result<ConvertView, Error> {
        let addresses = self.addresses(users)?;
        self.work(ConvertRunKind::BackingUp, addresses).await
    }

    /// Converts these mailboxes, one after the other.
    pub(crate) async fn convert(self: &Arc<Self>, users: &[u32]) -> Result<ConvertView, Error> {
        let addresses = self.addresses(users)?;
        self.work(ConvertRunKind::Converting, addresses).await
    }

    /// Tests these converted mailboxes again.
    pub(crate) async fn prove(self: &Arc<Self>, users: &[u32]) -> Result<ConvertView, Error> {
        let addresses = self.addresses(users)?;
        self.work(ConvertRunKind::Proving, addresses).await
    }

    /// Takes these conversions back.
    pub(crate) async fn undo_conversion(
        self: &Arc<Self>,
        users: &[u32],
    ) -> Result<ConvertView, Error> {
        let addresses = self.addresses(users)?;
        self.work(ConvertRunKind::Undoing, addresses).await
    }

    /// Asks what runs to stop between two mailboxes.
    pub(crate) fn stop_converting(&self) -> Result<ConvertView, Error> {
        self.converting().stop();
        self.convert_snapshot()
    }

    /// What was skipped of a mailbox, one by one.
    pub(crate) fn skipped_items(&self, user: u32) -> Result<Vec<SkippedItemView>, Error> {
        let address = self.address(user)?.to_string();
        let all = crate::report::view::report_view(&self.journal)?.skipped;
        Ok(all
            .into_iter()
            .filter(|item| item.address == address)
            .collect())
    }

    /// Signs for what was skipped of a mailbox; `seen` is how many items were shown.
    pub(crate) fn sign_skipped(&self, user: u32, seen: u32) -> Result<ConvertView, Error> {
        let items = count(self.skipped_items(user)?.len());
        if items != seen {
            return Err(Error::invalid(
                format!("{seen} items were shown, but {items} were skipped"),
                "Read the list again.",
            ));
        }
        let by = self.places().actor()?;
        self.setting(|tx| {
            tx.sign_skipped(
                MigrationUserId(i64::from(user)),
                &by,
                u64::from(items),
                self.clock.now(),
            )
        })?;
        self.tell_project();
        self.convert_snapshot()
    }

    fn address(&self, user: u32) -> Result<SmtpAddress, Error> {
        Ok(self
            .setting(|tx| tx.user(MigrationUserId(i64::from(user))))?
            .address)
    }

    fn addresses(&self, users: &[u32]) -> Result<Vec<SmtpAddress>, Error> {
        if users.is_empty() {
            return Err(Error::new(
                ErrorCode::NothingChosen,
                "no mailbox was named",
                "Name at least one mailbox.",
            ));
        }
        users.iter().map(|user| self.address(*user)).collect()
    }
}
