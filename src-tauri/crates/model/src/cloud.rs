use crate::text::named_enum;

named_enum! {
    /// What a status of Microsoft's migration service comes to, for a staged migration. The word itself is kept beside it.
    CloudStage {
        /// There, and not started.
        Created,
        /// Being checked or set up, or waiting for a free place.
        Waiting,
        /// The MailUser is becoming a mailbox, and the old one starts to forward.
        Provisioning,
        /// The first copy.
        Copying,
        /// The copy is done: a staged migration's good end.
        Synced,
        /// It did not work; it can be tried again.
        Failed,
        /// An administrator is stopping it.
        Stopping,
        /// Stopped, by an administrator or after sixty days without one.
        Stopped,
        /// Being deleted.
        Removing,
        /// The service lost its own record: remove and make anew.
        Corrupted,
        /// In progress, in a word not known here.
        Unknown,
    }
}

impl CloudStage {
    /// Whether nothing more will happen by itself.
    #[must_use]
    pub const fn is_at_rest(self) -> bool {
        matches!(
            self,
            Self::Created | Self::Synced | Self::Failed | Self::Stopped | Self::Corrupted
        )
    }
}
