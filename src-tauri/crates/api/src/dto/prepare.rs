use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The preflight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PreflightView {
    /// Whether checks are running now.
    pub running: bool,
    /// When the last run ended.
    pub ran_at: Option<String>,
    /// How long it took.
    pub took_ms: u32,
    /// Whether something that was found is of before a connection changed: nothing of that is known of now.
    pub of_before: bool,
    /// Microsoft 365.
    pub tenant: ConnectionView,
    /// Active Directory.
    pub directory: ConnectionView,
    /// Every check, in the order of what missing it costs.
    pub findings: Vec<FindingView>,
}

/// A connection that the checks need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// Whether it stands.
    pub connected: bool,
    /// As whom.
    pub account: String,
    /// To what.
    pub endpoint: String,
    /// Why not, in the server's own words.
    pub server_words: Option<String>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    /// CheckId name.
    pub check: String,
    /// `Pass`, `Warn`, `Fail`, `Waiting`, `NotRun`.
    pub severity: String,
    /// What was found, as a code of this check's the wizard has words for.
    pub code: String,
    /// Values for the words, by name.
    pub values: BTreeMap<String, String>,
    /// What was read, where and when.
    pub evidence: Vec<EvidenceLine>,
    /// `You`, `ServerAdmin`, `DnsHost`, `Microsoft`.
    pub fixer: String,
    /// A command that mends it, ready to copy.
    pub command: Option<String>,
    /// When it ran.
    pub checked_at: Option<String>,
    /// Whether what it asked is connected otherwise since.
    pub of_before: bool,
}

/// A line of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct EvidenceLine {
    /// What was read: an attribute, an address, a field.
    pub label: String,
    /// What stood there.
    pub value: String,
}

/// How many checks ended how. What was found before a connection changed counts as nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PreflightTally {
    /// Passed.
    pub pass: u32,
    /// Warned.
    pub warn: u32,
    /// Failed.
    pub fail: u32,
    /// Wait.
    pub waiting: u32,
    /// Did not run.
    pub not_run: u32,
    /// Ran before what they ask was connected otherwise.
    pub of_before: u32,
}
