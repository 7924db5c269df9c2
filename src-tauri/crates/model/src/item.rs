use std::fmt;

use crate::text::named_enum;

/// An item's identity in its source folder, opaque to everyone but the source. IMAP: `uidvalidity.uid`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey(pub String);

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a source folder has been listed, opaque to everyone but the source. IMAP: `uidvalidity.uidnext`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState(pub String);

/// What identifies a message across servers: the first 16 bytes of a SHA-256 over the header fields
/// that no server rewrites (Message-ID, Date, From, Subject), raw. It is used together with the
/// internal date, never alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

/// When a message arrived: seconds since 1970 in UTC, and the offset that the server wrote it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InternalDate {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Minutes east of UTC.
    pub offset_minutes: i16,
}

/// A message's flags: the system flags of RFC 3501 section 2.3.2 that can be stored, and keywords.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageFlags {
    /// Read.
    pub seen: bool,
    /// Answered.
    pub answered: bool,
    /// Flagged.
    pub flagged: bool,
    /// Marked for deletion.
    pub deleted: bool,
    /// A draft.
    pub draft: bool,
    /// Keywords such as `$Forwarded`, sorted.
    pub keywords: Vec<String>,
}

named_enum! {
    /// Where an item's copy is.
    ItemState {
        /// Listed in the source, not read yet.
        Pending,
        /// About to be written: after a crash the target is asked whether it was.
        Intended,
        /// Acknowledged by the target.
        Copied,
        /// Could not be copied; the reason stands beside it.
        Skipped,
        /// Listed under an identity that the source has since given up.
        Superseded,
    }
}

named_enum! {
    /// Why an item was not copied.
    SkipReason {
        /// Larger than the target accepts.
        TooLarge,
        /// The source could not hand it out.
        UnreadableInSource,
        /// The target refused it.
        RefusedByTarget,
        /// It was deleted from the source between listing and reading.
        GoneFromSource,
        /// The migration service is done and did not bring it over; it can be copied from here.
        LeftByService,
    }
}
