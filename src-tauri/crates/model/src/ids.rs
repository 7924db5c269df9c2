/// Declares a journal row's identity: a positive number that cannot be mistaken for another kind's.
macro_rules! row_id {
    ($($(#[$outer:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    )+};
}

row_id! {
    /// A [`crate::MigrationBatch`].
    BatchId,
    /// A [`crate::MigrationEndpoint`].
    EndpointId,
    /// A [`crate::MigrationUser`].
    MigrationUserId,
    /// A folder of one MigrationUser's source mailbox.
    FolderId,
    /// An item's row in the ledger.
    ItemRowId,
}
