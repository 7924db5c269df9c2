//! What the journeys share, written without one line of Stegvis' own code.
//!
//! Lives here: launchers for Debian's Dovecot, its DNS servers and for Samba as a domain controller, a seeded corpus, a plain IMAP client, a person in front of a browser, a comparer of
//! two servers, a relay that makes a line slow, and measured child processes.
//! May import: nothing of ours. The judge shares no brain with the accused.
//! Deliberately absent: error handling. A harness that cannot do its work fails the test at once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test harness fails by panicking"
)]

mod browser;
mod chance;
mod compare;
mod corpus;
mod dns;
mod dovecot;
mod fetch;
mod folder_names;
mod imap;
mod keyring;
mod ports;
mod process;
mod relay;
mod samba;
mod secrets;

pub use browser::fill_in;
pub use chance::Chance;
pub use compare::{Comparison, compare};
pub use corpus::{Corpus, Mail};
pub use dns::{Dns, ZONE};
pub use dovecot::{Dovecot, PASSWORD, Store};
pub use fetch::{Contents, Item, read_all};
pub use folder_names::{decode, encode};
pub use imap::{Append, Imap};
pub use keyring::Keyring;
pub use ports::free_ports;
pub use process::{Measured, Running, stegvis, stegvis_copy, stegvis_copy_urls};
pub use relay::Relay;
pub use samba::{
    ADMINISTRATOR, BASE, CONTROLLER, Exchange, Forest, MIGRATION, Person, Samba, What,
};
pub use secrets::{der, files_hold_none};
