//! Microsoft's migration service, simulated: it takes a list, makes mailboxes of mail users, lets their old mailboxes
//! forward, copies what they hold, so many at a time, and writes mails about it. What it did is in the log: after a
//! restart it goes on.
//!
//! Mail alone is copied. Calendars and contacts, which the real service copies too, are not compared here.

mod cleanup;
mod copy;
mod list;
mod mail;
mod run;
mod state;
mod words;

pub(crate) use copy::estimate;
pub(crate) use list::{Rows, rows};
pub(crate) use mail::{link, report};
pub(crate) use run::serve;
pub(crate) use state::{Batch, Endpoint, Event, Migration, RowError, Skipped, User, UserStatus};
pub(crate) use words::{NO_PROGRESS, POISONED, TIMEOUT, words};
