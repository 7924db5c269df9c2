//! `New-MigrationBatch`: makes a staged batch out of a list. Never sent twice: a batch whose making got no answer is
//! looked for by its name first. Its output is a [`super::get_migration_batch::MigrationBatch`].

use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

use super::encode::{self, ByteForm};
use super::{Cmdlet, Identity};

/// The most rows of a staged batch.
pub const MOST_ROWS: usize = 2000;
/// The longest name.
pub const LONGEST_NAME: usize = 64;

/// A name that the service would refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a batch's name has at most {LONGEST_NAME} characters; this one has {0}")]
pub struct NameTooLong(pub usize);

/// What to make.
#[derive(Clone, Copy)]
pub struct NewMigrationBatch<'a> {
    name: &'a Identity,
    source_endpoint: &'a Identity,
    csv: &'a [u8],
    /// How the list's bytes travel.
    pub form: ByteForm,
    /// Whether it starts at once.
    pub auto_start: bool,
    /// Who gets the status mails. Without any, none is sent.
    pub notification_emails: &'a [&'a str],
    /// When it starts, if not at once.
    pub start_after: Option<Timestamp>,
    /// How often a status mail comes: a day if it is not said, never if zero.
    pub report_interval: Option<Duration>,
}

impl<'a> NewMigrationBatch<'a> {
    /// A batch of the users that the list names, not started.
    ///
    /// # Errors
    /// If the name is too long.
    pub fn new(
        name: &'a Identity,
        source_endpoint: &'a Identity,
        csv: &'a [u8],
    ) -> Result<Self, NameTooLong> {
        let length = name.as_str().chars().count();
        if length > LONGEST_NAME {
            return Err(NameTooLong(length));
        }
        Ok(Self {
            name,
            source_endpoint,
            csv,
            form: ByteForm::default(),
            auto_start: false,
            notification_emails: &[],
            start_after: None,
            report_interval: None,
        })
    }

    /// Its name, by which it is found again.
    #[must_use]
    pub const fn name(&self) -> &'a Identity {
        self.name
    }

    /// The cmdlet. `AllowUnknownColumnsInCsv` is never sent: it would hide a misspelt column.
    #[must_use]
    pub fn cmdlet(&self) -> Cmdlet {
        let emails =
            (!self.notification_emails.is_empty()).then(|| self.notification_emails.to_vec());
        Cmdlet::once("New-MigrationBatch")
            .with("Name", self.name)
            .with("SourceEndpoint", self.source_endpoint)
            .with("CSVData", encode::bytes(self.csv, self.form))
            .with_some("AutoStart", self.auto_start.then_some(true))
            .with_some("NotificationEmails", emails)
            .with_some("StartAfter", self.start_after.map(encode::date_time))
            .with_some(
                "ReportInterval",
                self.report_interval.map(encode::time_span),
            )
    }
}
