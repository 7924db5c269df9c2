//! What a client can ask for.

use crate::item::{Flags, InternalDate};

/// What a client asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Capability,
    Noop,
    Logout,
    StartTls,
    Login {
        user: String,
        password: Vec<u8>,
    },
    Authenticate {
        mechanism: String,
        initial: Option<String>,
    },
    Id,
    Namespace,
    List {
        subscribed: bool,
        pattern: String,
    },
    Status {
        path: String,
        items: Vec<StatusItem>,
    },
    Select {
        path: String,
        read_only: bool,
    },
    Create {
        path: String,
    },
    /// The literal follows; see [`append`].
    Append,
    Fetch {
        uid: bool,
        set: Set,
        items: Vec<Item>,
    },
    Search {
        uid: bool,
        keys: Vec<Key>,
    },
    /// UNSELECT and CLOSE: the same, where nothing is ever expunged.
    Unselect {
        name: &'static str,
    },
    Idle,
    /// A command that would change a mailbox in a way that no copy needs.
    Other {
        name: String,
    },
}

/// Why it was not understood, as Exchange puts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bad(pub(super) &'static str);

/// Numbers and ranges; `*` is `u32::MAX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set(pub(super) Vec<(u32, u32)>);

impl Set {
    /// Whether `number` is in the set, where `last` is what `*` stands for.
    pub(super) fn has(&self, number: u32, last: u32) -> bool {
        self.0.iter().any(|(a, b)| {
            let (a, b) = (
                (*a).min(last.max(1)),
                if *b == u32::MAX { last } else { *b },
            );
            (a.min(b)..=a.max(b)).contains(&number)
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatusItem {
    Messages,
    Recent,
    UidNext,
    UidValidity,
    Unseen,
}

/// A part of a message to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Uid,
    Flags,
    InternalDate,
    Size,
    Body {
        /// Without it the message becomes read.
        peek: bool,
        section: Section,
        partial: Option<(u64, u64)>,
        /// As the answer names it.
        name: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Section {
    Full,
    Header,
    Text,
    Fields { names: Vec<String>, not: bool },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    All,
    Uid(Set),
    Sequence(Set),
    Header(String, String),
    Flag(Flags, bool),
    Not(Box<Self>),
}

/// What stands before an APPEND's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AppendHead {
    pub(super) path: String,
    pub(super) flags: Flags,
    pub(super) date: Option<InternalDate>,
}
