use serde::{Deserialize, Serialize};

/// Rights and habits: what people could do with each other's mailboxes before, and what they can after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct HabitsView {
    /// When the old side was read. It is read once and kept as it was.
    pub before_at: Option<String>,
    /// When the tenant was read last.
    pub after_at: Option<String>,
    /// Why the old side could not be read, in its own words.
    pub before_words: Option<String>,
    /// Why the tenant could not be read, in its own words.
    pub after_words: Option<String>,
    /// Mailbox by mailbox; those about which nothing is to be said are left out.
    pub mailboxes: Vec<MailboxHabitsView>,
    /// What a person has to do.
    pub tasks: Vec<HabitTaskView>,
}

/// One mailbox's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MailboxHabitsView {
    /// Its address.
    pub address: String,
    /// What was or is so.
    pub habits: Vec<HabitView>,
    /// What could not be read of the old mailbox: its owner is asked.
    pub unreadable: Vec<HabitKindView>,
}

/// One right or habit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct HabitView {
    /// Which.
    pub kind: HabitKindView,
    /// Who has it, or where mail goes: an address where one is known, else a name or a SID.
    pub who: String,
    /// More of it: a rule's name, whether a copy stays.
    pub detail: Option<String>,
    /// Whether it was so before.
    pub before: bool,
    /// Whether it is so now; nothing before the tenant was read.
    pub after: Option<bool>,
    /// Whether it is this program's own, and goes with the clean-up.
    pub footprint: bool,
}

/// Rights and habits by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum HabitKindView {
    /// Opens the whole mailbox.
    FullAccess,
    /// Sends as its owner.
    SendAs,
    /// Sends on behalf of its owner.
    SendOnBehalf,
    /// Its mail goes to someone else as well, or instead.
    Forwarding,
    /// A rule in the mailbox.
    InboxRule,
    /// An automatic reply.
    AutomaticReply,
}

/// Something a person has to do, because it does not move by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct HabitTaskView {
    /// Its number.
    pub id: u32,
    /// Whose mailbox.
    pub address: String,
    /// What about.
    pub kind: HabitKindView,
    /// Who gets the right; nothing where the owner is to be asked.
    pub who: Option<String>,
    /// More of it.
    pub detail: Option<String>,
    /// PowerShell that does it; nothing where only the owner can.
    pub command: Option<String>,
    /// Whether whoever gets it is outside what is migrated, so that the tenant may not know them.
    pub outside: bool,
    /// Whether a person called it done.
    pub done: bool,
    /// When.
    pub done_at: Option<String>,
}
