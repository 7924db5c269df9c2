use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The migration endpoint and its tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    /// `Direct` or `Service`.
    pub engine: String,
    /// Whether Microsoft's migration service can be chosen in this version.
    pub service_available: bool,
    /// What is or would be saved.
    pub settings: EndpointSettings,
    /// Whether the password is in the keychain (or, without one, in memory).
    pub password_kept: bool,
    /// Whether tests are running now.
    pub testing: bool,
    /// The tests, in the order they run; `NotRun` until they have.
    pub tests: Vec<EndpointTest>,
    /// Whether it is saved.
    pub saved: bool,
}

/// What the administrator can set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct EndpointSettings {
    /// The old server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `ImplicitTls`, `StartTls`, `Plaintext`.
    pub security: String,
    /// The account that opens the mailboxes.
    pub account: String,
    /// Mailboxes at the same time.
    pub max_concurrent_migrations: u32,
}

/// A test of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum EndpointTestId {
    /// The name resolves.
    Name,
    /// The port is open.
    Port,
    /// TLS is spoken.
    Tls,
    /// The certificate is trusted.
    Certificate,
    /// The protocol is understood.
    Protocol,
    /// The chosen mailboxes open.
    OpensMailboxes,
    /// How fast a mailbox is read.
    Speed,
}

/// The outcome of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct EndpointTest {
    /// Which.
    pub test: EndpointTestId,
    /// `Pass`, `Warn`, `Fail`, `NotRun`.
    pub severity: String,
    /// What was found, as a code the wizard has words for.
    pub code: String,
    /// Values for the words.
    pub values: BTreeMap<String, String>,
    /// The server's own words.
    pub server_words: Option<String>,
}
