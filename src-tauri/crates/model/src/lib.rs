//! The nouns of a staged migration and the law they live by.
//!
//! Lives here: newtypes that cannot hold a bad value, the states of a [`MigrationUser`] and the one
//! [`transition`] function, the derived status of a batch, counts that must reconcile.
//! May import: `thiserror`, `jiff`. Nothing of ours.
//! Deliberately absent: input and output, async, clocks, serialisation. What crosses a process
//! boundary is `stegvis-api`'s business; what is stored is `stegvis-journal`'s.

mod address;
mod answers;
mod batch;
mod cloud;
mod counts;
mod directory;
mod dns;
mod endpoint;
mod failure;
mod folder;
mod habit;
mod ids;
mod item;
mod preflight;
mod recipient;
mod status;
mod text;
mod user;

pub use address::{AddressError, DomainName, SmtpAddress};
pub use answers::{
    Answers, ExchangeVersion, MailboxCount, Pace, Route, Verdict, VerdictReason, YesNo,
};
pub use batch::{BatchStatus, MigrationBatch, batch_status};
pub use cloud::CloudStage;
pub use counts::{Counts, Ledger};
pub use directory::{
    ConversionGate, DirectoryChangeCause, DirectoryChangeKind, DirectoryChangeState, GateState,
};
pub use dns::{DnsName, DnsNameError, DnsRecord, DnsRecordKind, DnsValue};
pub use endpoint::{Engine, MigrationEndpoint, Protocol, Security};
pub use failure::{FailureCode, RetryClass};
pub use folder::{FolderPath, WellKnownFolder};
pub use habit::{HabitKind, HabitSide};
pub use ids::{BatchId, EndpointId, FolderId, ItemRowId, MigrationUserId};
pub use item::{
    Fingerprint, InternalDate, ItemKey, ItemState, MessageFlags, SkipReason, SyncState,
};
pub use preflight::{CheckId, Fixer, Severity};
pub use recipient::{RecipientKind, TenantRecipientKind};
pub use status::{
    IllegalTransition, MigrationEvent, MigrationUserStatus, StatusSummary, StoppedBy, transition,
};
pub use text::{StoredName, UnknownName};
pub use user::MigrationUser;
