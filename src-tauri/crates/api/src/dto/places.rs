//! Where a real project's servers are and as whom we go there. Passwords travel one way alone, from the page to the
//! keychain: nothing here has a place for one.

use serde::{Deserialize, Serialize};

use super::{ProjectKind, TenantStepView};

/// What a project is connected to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PlacesView {
    /// The company's name.
    pub company: String,
    /// Of a practice company nothing here can be set: it is what it is.
    pub kind: ProjectKind,
    /// Who gets the status mail.
    pub notify: Option<String>,
    /// The old server, once it was set.
    pub source: Option<SourceDto>,
    /// Whether its password is kept.
    pub source_password_kept: bool,
    /// The old directory.
    pub directory: Option<DirectoryDto>,
    /// Whether its password is kept.
    pub directory_password_kept: bool,
    /// The way of our own mail.
    pub mail: Option<MailDto>,
    /// Whether its password is kept.
    pub mail_password_kept: bool,
    /// Who is signed in to the tenant.
    pub signed_in: Option<SignedInDto>,
    /// What a sign-in waits for now.
    pub sign_in: SignInState,
    /// The application's certificate, once it was made.
    pub certificate: Option<AppCertificateView>,
    /// Why this computer would not copy as things stand, as a code: `personOpensNoMailbox` when a person is signed in, who
    /// opens no mailbox but their own: the application must be signed in with its certificate, or the migration service copy.
    pub copy_trouble: Option<String>,
}

/// Which certificates of a server are good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "trust")]
pub enum TrustDto {
    /// Those that this computer trusts.
    System,
    /// This one alone, by its SHA-256 in hexadecimal.
    Pinned {
        /// The fingerprint.
        fingerprint: String,
    },
    /// Those that this computer trusts, and those below this certificate authority.
    Authority {
        /// Its certificate, in PEM.
        pem: String,
    },
}

/// The old server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SourceDto {
    /// Its name or address.
    pub host: String,
    /// Its IMAP port: 993, or 143 with STARTTLS.
    pub port: u16,
    /// `ImplicitTls`, `StartTls`, `Plaintext`.
    pub security: String,
    /// The account that opens the mailboxes, as `DOMAIN/account`.
    pub account: String,
    /// Which certificates are good.
    pub trust: TrustDto,
}

/// The old directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DirectoryDto {
    /// Domain controllers, in the order in which they are tried.
    pub hosts: Vec<String>,
    /// Their port: 636, or 389 with STARTTLS.
    pub port: u16,
    /// `ImplicitTls`, `StartTls`, `Plaintext`.
    pub security: String,
    /// The account, as `DOMAIN\account` or `account@domain`.
    pub account: String,
    /// Where to look; without it, all of the domain.
    pub base_dn: Option<String>,
    /// Which certificates are good.
    pub trust: TrustDto,
}

/// The way of our own mail: status mails, letters, the final report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "way", rename_all_fields = "camelCase")]
pub enum MailDto {
    /// Through Microsoft Graph, from a mailbox of the tenant.
    Graph {
        /// The mailbox.
        from: String,
    },
    /// Through a mail server.
    Smtp {
        /// Its name or address.
        host: String,
        /// Its port: 587, 25 or 465.
        port: u16,
        /// `ImplicitTls`, `StartTls`, `Plaintext`.
        security: String,
        /// Who hands it in; nobody in particular, where the server lets everyone.
        account: Option<String>,
        /// Who it is from.
        from: String,
        /// Which certificates are good.
        trust: TrustDto,
    },
}

/// A server's certificate, for a person to judge before it is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ServerCertificateView {
    /// Who it is made out to.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The names it is good for.
    pub names: Vec<String>,
    /// Valid from.
    pub not_before: String,
    /// Valid until.
    pub not_after: String,
    /// SHA-256, in hexadecimal: what may be pinned.
    pub fingerprint: String,
    /// `TLS 1.2` or `TLS 1.3`.
    pub tls_version: String,
    /// Whether it is good by what was asked for; else why not, in the verifier's words.
    pub trusted: bool,
    /// Why it is not.
    pub server_words: Option<String>,
}

/// Whose certificate to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct CertificateQuestion {
    /// `Imap`, `Ldap`, `Smtp`.
    pub protocol: String,
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `ImplicitTls` or `StartTls`.
    pub security: String,
    /// Which certificates are good.
    pub trust: TrustDto,
}

/// Who is signed in to the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SignedInDto {
    /// `person`, `certificate`; `secret` in a practice company.
    pub way: String,
    /// The person's user principal name.
    pub name: Option<String>,
    /// The tenant's id.
    pub tenant_id: String,
    /// The application's.
    pub client_id: String,
}

/// What a sign-in waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "state")]
pub enum SignInState {
    /// Nobody signs in.
    Idle,
    /// For a person in the browser.
    Browser {
        /// Where the browser was sent, for one that did not open.
        address: String,
    },
    /// For a person on another device.
    Device {
        /// Where to go there.
        address: String,
        /// What to type there.
        code: String,
        /// How long the code is good for.
        seconds: u32,
    },
    /// For the tenant's answer.
    Tenant,
}

/// The application's certificate, to be uploaded at its registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AppCertificateView {
    /// SHA-1 in hexadecimal, as the registration shows it.
    pub thumbprint: String,
    /// The moment after which the tenant no longer takes it.
    pub ends: Option<String>,
    /// The file to upload, in the project's folder.
    pub file: String,
}

/// How the application is registered, before anybody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AppGuideView {
    /// How it is registered.
    pub steps: Vec<TenantStepView>,
    /// What is removed in the end.
    pub removal: Vec<TenantStepView>,
}

/// An endpoint of the migration service that is to be made. The old server's account and its password are the source's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct NewEndpointDto {
    /// `PowerShell`: Microsoft's module makes it. `AdminCentre`: a person does, and it is waited for.
    pub route: String,
    /// What it is called.
    pub name: String,
    /// The public name of the old server's RPC proxy.
    pub host: String,
    /// The old server's own name, where it is another than the proxy's.
    pub exchange_server: Option<String>,
    /// A mailbox to try it with.
    pub email_address: Option<String>,
    /// Mailboxes at the same time.
    pub max_concurrent_migrations: u32,
}
