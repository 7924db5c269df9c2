//! Decides and drives: plans, applies, recovers, verifies and reports.
//!
//! Lives here: the ports (what is asked of the world), pure planning, the sync of one mailbox, the
//! runner of many, Microsoft's migration service as an engine of its own, the preflight, the
//! read-back, the reconciling report, what DNS should say and says.
//! May import: `stegvis-model`, `stegvis-journal`.
//! Deliberately absent: sockets, files, the terminal, the environment and the system clock.

pub mod access;
pub mod conversion;
pub mod decommission;
pub mod directory;
pub mod dns;
pub mod finish;
pub mod habits;
pub mod letters;
pub mod licences;
pub mod plan;
pub mod ports;
pub mod powershell;
pub mod preflight;
pub mod receive_size;
pub mod recover;
pub mod report;
pub mod runner;
pub mod service;
pub mod sync;
pub mod verify;
