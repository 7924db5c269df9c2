//! `Set-Mailbox`: the size of messages that a mailbox takes, raised for the run and put back.

use super::{Cmdlet, Identity, encode};

const NAME: &str = "Set-Mailbox";

/// The most that Exchange Online allows: 150 MB.
pub const LARGEST_MESSAGE: u64 = 150 * 1024 * 1024;

/// The largest message that the mailbox receives, in bytes: what is copied into it counts as received. What it may send
/// stays as it is.
#[must_use]
pub fn receive_size(mailbox: &Identity, bytes: u64) -> Cmdlet {
    Cmdlet::new(NAME)
        .with("Identity", mailbox)
        .with("MaxReceiveSize", encode::size(bytes.min(LARGEST_MESSAGE)))
}

/// Addresses added and taken away, each with its prefix. For mailboxes that the directory on the premises does not
/// master: of the others Exchange Online refuses it.
#[must_use]
pub fn email_addresses(mailbox: &Identity, add: &[&str], remove: &[&str]) -> Cmdlet {
    Cmdlet::new(NAME)
        .with("Identity", mailbox)
        .with("EmailAddresses", encode::change(add, remove))
}
