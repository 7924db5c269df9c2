use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The migration endpoint and its tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    /// `Direct` or `Service`.
    pub engine: String,
    /// What Microsoft's migration service needs: the part of the page that shows when it is chosen.
    pub service: ServiceView,
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

/// Microsoft's migration service as far as it is set up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ServiceView {
    /// The tenant's endpoints over Outlook Anywhere; empty until they were asked for.
    pub endpoints: Vec<CloudEndpointView>,
    /// The one that is used, by name.
    pub chosen: Option<String>,
    /// How the service's own test of it ended.
    pub tested: Option<ServiceTest>,
    /// The ways to make an endpoint, best first.
    pub routes: Vec<EndpointRouteView>,
    /// What can be pasted: Test-MigrationServerAvailability, New-MigrationEndpoint.
    pub commands: Vec<super::CommandLine>,
    /// Why the tenant could not be asked, in its own words.
    pub trouble: Option<String>,
}

/// A migration endpoint of the tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct CloudEndpointView {
    /// Its name.
    pub name: String,
    /// The public name of the RPC proxy.
    pub proxy: Option<String>,
    /// How many mailboxes it copies at once.
    pub at_once: Option<u32>,
}

/// How the service's own test of an endpoint ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ServiceTest {
    /// Whether it reached the old server.
    pub works: bool,
    /// Its own words.
    pub words: Option<String>,
    /// When.
    pub at: String,
}

/// A way to make an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct EndpointRouteView {
    /// `AdminCentre`, `PowerShell` or `DirectRest`.
    pub route: String,
    /// `Open`, `Closed` or `Unproved`.
    pub state: String,
    /// What is worth knowing of it: a version, or why it is closed.
    pub detail: String,
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
