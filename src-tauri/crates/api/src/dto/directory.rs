use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::EvidenceLine;

/// The old directory: what it is, what is in it, and what will bite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DirectoryView {
    /// When it was read.
    pub read_at: String,
    /// How it is reached.
    pub connection: DirectoryConnection,
    /// The name of the Exchange organisation.
    pub organization: Option<String>,
    /// The DNS name of the domain.
    pub domain: String,
    /// The functional level of the domain, as a number.
    pub domain_level: Option<u32>,
    /// That of the forest.
    pub forest_level: Option<u32>,
    /// The number of the Exchange schema.
    pub schema_version: Option<u32>,
    /// Its Exchange servers.
    pub servers: Vec<DirectoryServer>,
    /// What it takes mail for.
    pub accepted_domains: Vec<DirectoryDomain>,
    /// Suffixes of user principal names.
    pub upn_suffixes: Vec<String>,
    /// How many mailboxes of each kind, by RecipientKind name.
    pub mailboxes: BTreeMap<String, u32>,
    /// What comes by directory synchronisation.
    pub others: Vec<DirectoryOther>,
    /// What will bite, the worst first.
    pub findings: Vec<DirectoryFindingView>,
}

/// How the directory is reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DirectoryConnection {
    /// The controller that answers.
    pub domain_controller: String,
    /// Its address.
    pub endpoint: String,
    /// As whom.
    pub account: String,
    /// `TLS 1.2` or `TLS 1.3`.
    pub tls: Option<String>,
    /// Who issued its certificate.
    pub issuer: Option<String>,
    /// Until when the certificate holds.
    pub valid_until: Option<String>,
    /// SHA-256 of the certificate, in hexadecimal.
    pub fingerprint: Option<String>,
}

/// An Exchange server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DirectoryServer {
    /// Its name.
    pub name: String,
    /// What it says of its version.
    pub serial_number: String,
    /// ExchangeVersion name, where the number tells one.
    pub version: Option<String>,
    /// Its roles as a sum: 2 mailbox, 4 client access, 16 unified messaging, 32 hub transport, 64 edge transport.
    pub roles: Option<u32>,
}

/// A domain that mail is taken for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DirectoryDomain {
    /// Its name.
    pub name: String,
    /// Whether an unknown address in it is refused rather than sent on.
    pub authoritative: bool,
    /// Whether the tenant has verified it; null where the tenant did not answer.
    pub verified: Option<bool>,
}

/// Something that comes by directory synchronisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DirectoryOther {
    /// `Group`, `DynamicGroup`, `MailContact`, `MailUser`.
    pub kind: String,
    /// The name people know it by.
    pub name: String,
    /// Its primary address, where it has one.
    pub address: Option<String>,
}

/// Something that will bite, and whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DirectoryFindingView {
    /// What, as a code the wizard has words for.
    pub code: String,
    /// `Fail` or `Warn`.
    pub severity: String,
    /// Whom it concerns, and what was read.
    pub evidence: Vec<EvidenceLine>,
    /// `You`, `ServerAdmin`, `DnsHost`, `Microsoft`.
    pub fixer: String,
    /// A command that mends the first of them, ready to copy, where there is one.
    pub command: Option<String>,
}
