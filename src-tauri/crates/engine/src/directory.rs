//! The old directory: what will bite, and the changes that are made to its objects.
//!
//! A change is data first: the touched attributes as they stand, and as they will. It is journaled, backed up,
//! written in one modification that names every old value, read back, and taken back the same way. Forwarding and
//! conversion are two such changes and share everything but their plans.

mod change;
mod findings;
pub(crate) mod follow;
mod forward;
mod forwarding;
pub(crate) mod many;
mod touched;
pub(crate) mod trouble;

pub use change::{DirectoryChanges, Standing, standing};
pub use findings::{
    DirectoryFacts, DirectoryFinding, DirectoryFindingCode, RETENTION_DAYS, directory_findings,
};
pub use forward::Forwardings;
pub use forwarding::{
    ForwardingPlan, ForwardingVerdict, Loop, MxFacts, plan_forwarding, predict_loop,
};
pub use many::{ChangeEvent, ChangeOutcome, Changed, Tell};
pub use stegvis_journal::Values;
pub use touched::{Difference, applied, changes, differences, same, touched};
pub use trouble::{Trouble, shown_value, shown_values};
