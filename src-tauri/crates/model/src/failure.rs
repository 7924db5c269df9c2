use crate::text::named_enum;

named_enum! {
    /// Why a MigrationUser failed. A code exists only if someone acts on it: the wizard has a cause
    /// and a remedy for each, in both languages.
    FailureCode {
        /// Directory synchronisation to the tenant is not running.
        DirectorySyncOff,
        /// The tenant has no mail user with this address.
        MailUserMissing,
        /// The directory has no mailbox with this address.
        SourceMailboxMissing,
        /// The recipient is of a kind that a staged migration does not move.
        RecipientKindUnsupported,
        /// The source refused the sign-in.
        SourceSignInRefused,
        /// The source let us in but not into this mailbox.
        SourceRightsMissing,
        /// The source did not answer.
        SourceUnreachable,
        /// The target refused the sign-in.
        TargetSignInRefused,
        /// The target did not answer.
        TargetUnreachable,
        /// The target mailbox is full.
        TargetFull,
        /// No licence with a mailbox is free.
        LicenceMissing,
        /// The tenant did not make a mailbox of the mail user in time.
        ProvisioningTimedOut,
        /// The tenant refused to make a mailbox of the mail user.
        ProvisioningRefused,
        /// The synced msExchMailboxGuid keeps the tenant from making a mailbox.
        MailboxGuidSynced,
        /// The directory refused to write TargetAddress.
        ForwardingRefused,
        /// TargetAddress did not read back as written, or someone else's value stands there.
        ForwardingDiffers,
        /// Mail sent on to the cloud mailbox would come back.
        ForwardingLoops,
        /// The certificate of a server is not trusted.
        CertificateUntrusted,
        /// A server said something we do not understand.
        ProtocolViolation,
        /// The migration service dropped this mailbox's row of the list.
        RowRefused,
        /// Another migration holds this mailbox in the tenant.
        AlreadyMigrating,
        /// More items are too large for the target than the migration service puts up with.
        TooManyLargeItems,
        /// The migration service gave up after trying again and again.
        ServiceGaveUp,
        /// The migration service lost its own record.
        ServiceRecordLost,
        /// The migration service failed, and its words name no cause that is known here.
        ServiceFailed,
        /// The counts do not reconcile.
        LedgerDiffers,
        /// The program itself failed on this mailbox.
        Panicked,
        /// The journal could not be written.
        JournalFailed,
    }
}

named_enum! {
    /// What a retry needs.
    RetryClass {
        /// Nothing: the cause may have passed.
        Now,
        /// The named remedy first.
        AfterFix,
        /// A retry cannot help.
        Never,
    }
}

impl FailureCode {
    /// What a retry needs after this failure.
    #[must_use]
    pub const fn retry(self) -> RetryClass {
        match self {
            Self::SourceUnreachable
            | Self::TargetUnreachable
            | Self::ProvisioningTimedOut
            | Self::ProtocolViolation
            | Self::ServiceGaveUp
            | Self::ServiceFailed
            | Self::Panicked => RetryClass::Now,
            Self::DirectorySyncOff
            | Self::MailUserMissing
            | Self::SourceMailboxMissing
            | Self::SourceSignInRefused
            | Self::SourceRightsMissing
            | Self::TargetSignInRefused
            | Self::TargetFull
            | Self::LicenceMissing
            | Self::ProvisioningRefused
            | Self::MailboxGuidSynced
            | Self::ForwardingRefused
            | Self::ForwardingDiffers
            | Self::ForwardingLoops
            | Self::CertificateUntrusted
            | Self::RowRefused
            | Self::AlreadyMigrating
            | Self::TooManyLargeItems
            | Self::ServiceRecordLost
            | Self::LedgerDiffers
            | Self::JournalFailed => RetryClass::AfterFix,
            Self::RecipientKindUnsupported => RetryClass::Never,
        }
    }
}
