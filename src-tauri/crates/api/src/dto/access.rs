use serde::{Deserialize, Serialize};

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
