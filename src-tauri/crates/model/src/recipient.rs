use crate::text::named_enum;

named_enum! {
    /// What a directory object with a mailbox is (Exchange's RecipientTypeDetails, facts `onprem.md` section 5.2).
    RecipientKind {
        /// A person's mailbox.
        UserMailbox,
        /// A mailbox whose account lives in another forest.
        LinkedMailbox,
        /// A mailbox many people share.
        SharedMailbox,
        /// A room.
        RoomMailbox,
        /// A thing that can be booked.
        EquipmentMailbox,
    }
}

named_enum! {
    /// What the tenant holds under an address.
    TenantRecipientKind {
        /// Mail is sent on; there is no mailbox yet.
        MailUser,
        /// A mailbox of any kind.
        Mailbox,
        /// Something that cannot become a mailbox: a group, a contact.
        Other,
    }
}
