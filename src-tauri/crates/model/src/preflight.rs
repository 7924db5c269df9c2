use crate::text::named_enum;

named_enum! {
    /// What a check found.
    Severity {
        /// As it should be.
        Pass,
        /// It will work, but know this.
        Warn,
        /// It stops the migration.
        Fail,
        /// It settles by itself; we look again.
        Waiting,
        /// It did not run. Never green.
        NotRun,
    }
}

named_enum! {
    /// A named check of the preflight.
    CheckId {
        /// Directory synchronisation to the tenant is on and recent.
        DirectorySync,
        /// Every address domain is verified in the tenant.
        DomainVerified,
        /// Every mailbox has a mail user in the tenant.
        MailUserExists,
        /// Every source mailbox is in the directory with a kind that moves.
        DirectoryReadable,
        /// Every source mailbox opens.
        SourceOpens,
        /// The account may write TargetAddress.
        TargetAddressWritable,
        /// The source endpoint answers.
        SourceEndpoint,
        /// The target endpoint answers.
        TargetEndpoint,
        /// Enough licences with a mailbox are free.
        Licences,
        /// No synced msExchMailboxGuid keeps a licence from making a mailbox.
        MailboxGuidNotSynced,
        /// Nobody has a mailbox on both sides before the migration begins.
        MailboxOnOneSide,
        /// No mailbox that was removed holds an address of one that moves.
        NoDeletedTwin,
        /// The tenant keeps no error with a user that moves.
        NoProvisioningErrors,
        /// Every mailbox of the tenant may be opened by IMAP.
        ImapEnabled,
    }
}

named_enum! {
    /// Who can mend a finding.
    Fixer {
        /// The administrator in front of the wizard.
        You,
        /// Whoever runs the old server.
        ServerAdmin,
        /// Whoever hosts the DNS zone.
        DnsHost,
        /// Microsoft, by waiting or by a support case.
        Microsoft,
    }
}
