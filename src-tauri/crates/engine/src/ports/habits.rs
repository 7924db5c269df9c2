use async_trait::async_trait;
use stegvis_model::{HabitKind, SmtpAddress};

use super::EndpointError;

/// A right to a mailbox, or a habit of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Habit {
    /// Which.
    pub kind: HabitKind,
    /// Who has it, or where mail goes: the primary address in lower case where one is known, else a name or a SID.
    /// Empty for an automatic reply.
    pub who: String,
    /// More of it: a rule's name, whether a copy stays.
    pub detail: String,
    /// Whether it is this program's own, or its account's.
    pub own: bool,
}

/// A mailbox's rights and habits, as one side tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxHabits {
    /// Whose.
    pub address: SmtpAddress,
    /// What is so.
    pub habits: Vec<Habit>,
    /// What this side does not tell over this connection.
    pub unreadable: Vec<HabitKind>,
}

/// One side of a migration, asked for rights and habits. Nothing is ever written by it.
#[async_trait]
pub trait Habits: Send + Sync {
    /// Those of these mailboxes that are there. What the system gives everywhere, and what is inherited, is left out.
    async fn habits(&self, mailboxes: &[SmtpAddress]) -> Result<Vec<MailboxHabits>, EndpointError>;
}

/// The tenant, asked what of this program is left in it.
#[async_trait]
pub trait Footprint: Send + Sync {
    /// Whether this program may open the mailbox.
    async fn may_open(&self, mailbox: &SmtpAddress) -> Result<bool, EndpointError>;

    /// Whether Exchange Online knows this program's application.
    async fn is_known(&self) -> Result<bool, EndpointError>;

    /// Removes the migration service's endpoint of this name; that it is gone already is no error.
    async fn remove_endpoint(&self, name: &str) -> Result<(), EndpointError>;
}
