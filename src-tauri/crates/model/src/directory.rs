use crate::text::named_enum;

named_enum! {
    /// What is changed on an object of the old directory.
    DirectoryChangeKind {
        /// TargetAddress: mail goes to the cloud mailbox.
        Forwarding,
        /// The mailbox-enabled user becomes a mail-enabled user.
        Conversion,
    }
}

named_enum! {
    /// Where a change of a directory object is. What the object itself holds always has the last word:
    /// after a crash it is read, and the state follows.
    DirectoryChangeState {
        /// What it was and what it becomes is known; nothing is written.
        Planned,
        /// The whole entry is on disk, read back.
        BackedUp,
        /// The modification was sent, or is about to be.
        Writing,
        /// The object reads as planned.
        Written,
        /// Everything that must hold of a changed object was seen to hold.
        Proved,
        /// The modification that takes it back was sent, or is about to be.
        Undoing,
        /// The object reads as it did before, attribute by attribute.
        Undone,
        /// It ended by a cause that has a name; the object stands as it did before or as planned, never between.
        Failed,
    }
}

named_enum! {
    /// Why a change of a directory object failed. A code exists only if someone acts on it.
    DirectoryChangeCause {
        /// No mailbox has the address, or the object is gone.
        ObjectMissing,
        /// The object is not one that can be changed so: the detail tells why.
        NotSuitable,
        /// Forwarding would send the mail round in a circle.
        LoopPredicted,
        /// The cloud mailbox that the object must point at was not found.
        CloudMailboxMissing,
        /// Something that must hold before the write does not, or nobody knows.
        GateClosed,
        /// The backup could not be written, or did not read back.
        BackupFailed,
        /// The account may not write these attributes of this object.
        RightsMissing,
        /// The directory refused the modification.
        Refused,
        /// Someone else changed the object since.
        ChangedMeanwhile,
        /// The object did not read back as written.
        ReadBackDiffers,
        /// The object reads as planned, but something else that must hold of it does not.
        ProofFailed,
        /// The directory did not answer.
        Unreachable,
    }
}

impl DirectoryChangeState {
    /// Whether a crash can leave the object either way.
    #[must_use]
    pub const fn in_flight(self) -> bool {
        matches!(self, Self::Writing | Self::Undoing)
    }
}

named_enum! {
    /// What must hold before a mailbox is converted.
    ConversionGate {
        /// Everything that was in the source at the last pass is accounted for.
        Synced,
        /// Somebody signed for the items that were not copied.
        SkippedSigned,
        /// The cloud mailbox exists and opens.
        CloudMailboxReadable,
        /// TargetAddress sends new mail to the cloud mailbox, and it cannot come back.
        ForwardingVerified,
        /// The whole entry is on disk, read back.
        BackupReadBack,
        /// The cloud mailbox has a licence.
        Licensed,
    }
}

named_enum! {
    /// Whether it holds. What was not found out is never taken for held.
    GateState {
        /// It does.
        Pass,
        /// It does not.
        Fail,
        /// Nobody knows.
        NotKnown,
    }
}
