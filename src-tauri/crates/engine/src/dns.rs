//! What DNS should say of the domain, what it says, and when it may be changed.
//!
//! Pure but for [`observe`] and [`watch`], which ask through the port. What the tenant needs is given by
//! the tenant and never computed; what is there is asked of the servers that decide and of resolvers that
//! others use, and both are shown.

mod check;
mod compare;
mod delivery;
mod dmarc;
mod expected;
mod kept;
mod lines;
mod loops;
mod observe;
mod order;
mod predict;
mod spf;
mod ttl;
mod watch;

pub use check::{
    Change, DnsCheck, DnsFinding, Severity, SubjectCheck, SubjectState, ViewCheck, Viewer, changes,
};
pub use compare::compare;
pub use delivery::{Delivery, NotDirect, delivery};
pub use dmarc::{Dmarc, DmarcFault};
pub use expected::{Expected, Subject};
pub use kept::{Kept, keep_delivery, keep_seen, kept, standing};
pub use lines::{Fields, fields, windows_line, zone_line};
pub use loops::{Accepted, Domains, End, Holder, Place, Routes, Walk, walk};
pub use observe::{Observation, View, observe};
pub use order::{Refusal, Standing, Step, refusal};
pub use predict::{Prediction, mx_place, predict};
pub use spf::{Spf, SpfFault, merged as merged_spf};
pub use ttl::{CHANGE_TTL, TtlAdvice, ttl_advice};
pub use watch::{Pace, WatchEnd, WatchEvent, watch};

#[cfg(test)]
mod tests;
