use crate::text::named_enum;

named_enum! {
    /// A right to somebody's mailbox, or a habit of it.
    HabitKind {
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
}

named_enum! {
    /// On which side of a migration something was read.
    HabitSide {
        /// In the old organisation.
        Before,
        /// In the tenant.
        After,
    }
}
