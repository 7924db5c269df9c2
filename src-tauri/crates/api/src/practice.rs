//! The practice organisation as this crate meets it: addresses and sign-ins, like any other.

use std::path::Path;

use async_trait::async_trait;
use serde::Deserialize;

/// Starts the practice organisation. The shells implement it: this crate knows no servers.
#[async_trait]
pub trait Practice: Send + Sync {
    /// Starts it, or the same one again, with its state in `dir`.
    ///
    /// # Errors
    /// The words that tell why it did not start.
    async fn start(&self, dir: &Path, mailboxes: u32) -> Result<PracticeDetails, String>;

    /// Ends it, if it runs.
    async fn stop(&self);

    /// Has the company's DNS host make a change.
    ///
    /// # Errors
    /// The words that tell why it did not.
    async fn change_dns(&self, step: &str) -> Result<(), String>;

    /// A test mail that somebody outside sends to a mailbox of the company, as it came there.
    ///
    /// # Errors
    /// The words that tell why there is none.
    async fn test_mail(&self, to: &str) -> Result<String, String>;
}

/// What the practice organisation tells of itself (the object of `stegvis lab serve --ready-file`).
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PracticeDetails {
    /// The company's name.
    pub company: String,
    /// The tenant's GUID.
    pub tenant_id: String,
    /// Its certificate authority, PEM.
    pub ca_pem: String,
    /// The old server's IMAP.
    pub source: PracticeSource,
    /// Its directory.
    pub directory: PracticeDirectory,
    /// Its tenant.
    pub tenant: PracticeTenant,
    /// Its mail sink.
    pub smtp: PracticeSmtp,
    /// Who gets the status mail.
    pub notify: String,
    /// Its DNS.
    pub dns: PracticeDns,
}

/// The company's DNS.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PracticeDns {
    /// The server that decides for its domain.
    pub authoritative: String,
    /// A resolver that asks it and remembers.
    pub resolver: String,
    /// The old server, as the world knows it.
    pub old_server: String,
}

/// The old server's IMAP.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PracticeSource {
    /// Its host.
    pub host: String,
    /// TLS from the first byte.
    pub port: u16,
    /// The migration account.
    pub account: String,
    /// Its password.
    pub password: String,
}

/// The directory.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PracticeDirectory {
    /// Its host.
    pub host: String,
    /// LDAPS.
    pub port: u16,
    /// The account.
    pub account: String,
    /// Its password.
    pub password: String,
    /// Where to look.
    pub base_dn: String,
}

/// The tenant.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PracticeTenant {
    /// The organisation's name.
    pub organization: String,
    /// Where tokens come from.
    pub token_url: String,
    /// Microsoft Graph.
    pub graph: String,
    /// The Exchange admin interface.
    pub admin_api: String,
    /// The application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// IMAP of the tenant.
    pub imap_host: String,
    /// Its port.
    pub imap_port: u16,
}

/// The mail sink.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PracticeSmtp {
    /// Its host.
    pub host: String,
    /// STARTTLS.
    pub port: u16,
    /// Who may send.
    pub account: String,
    /// The password.
    pub password: String,
}
