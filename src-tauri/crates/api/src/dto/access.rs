use serde::{Deserialize, Serialize};

/// This program's access to the new mailboxes, taken back at the end of a migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AccessRemovalView {
    /// Whether nothing was changed, and only said.
    pub dry_run: bool,
    /// The mailboxes that this program may not open any more, or with a dry run, those it would ask for.
    pub removed: Vec<String>,
    /// Those of which the tenant would not take it, and why.
    pub failed: Vec<AccessKept>,
    /// Those not asked for any more, because the tenant did not answer.
    pub left: Vec<String>,
    /// The mailboxes that still take larger messages than before the migration, and why.
    pub sizes_raised: Vec<AccessKept>,
    /// Those whose move is not over: a later pass asks for access again.
    pub unfinished: Vec<String>,
    /// The same by hand, and what is left for a person to do once every mailbox is done.
    pub commands: Vec<String>,
}

/// A mailbox that is not as it was: this program may still open it, or it takes larger messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AccessKept {
    /// Its address.
    pub address: String,
    /// Why, in the tenant's own words.
    pub server_words: String,
}
