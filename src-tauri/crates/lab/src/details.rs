use std::path::PathBuf;

use serde::Serialize;

use crate::org::MailboxKind;

/// Everything an outside client needs to know; the ready-file of `stegvis lab serve`. The passwords and the
/// secret open nothing but this practice organisation.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LabDetails {
    /// The company's name.
    pub company: String,
    /// Its domain.
    pub domain: String,
    /// The tenant's first domain, which mail is forwarded to.
    pub tenant_domain: String,
    /// The tenant's id.
    pub tenant_id: String,
    /// Where the certificate authority's certificate lies.
    pub ca_path: PathBuf,
    /// The same certificate, PEM.
    pub ca_pem: String,
    /// The old server's IMAP.
    pub source: SourceDetails,
    /// The company's Active Directory.
    pub directory: DirectoryDetails,
    /// The tenant.
    pub tenant: TenantDetails,
    /// The mail sink.
    pub smtp: SmtpDetails,
    /// Who wants to hear how it goes.
    pub notify: String,
    /// Where a test posts what is to go wrong, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// Every mailbox of the company.
    pub mailboxes: Vec<MailboxDetails>,
}

/// The old server's IMAP.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceDetails {
    /// Its host.
    pub host: String,
    /// TLS from the first byte.
    pub port: u16,
    /// `ImplicitTls`, the security of `port`.
    pub security: String,
    /// STARTTLS.
    pub start_tls_port: u16,
    /// The account that opens every mailbox: it signs in as `ACCOUNT/ALIAS`.
    pub account: String,
    /// Its password.
    pub password: String,
}

/// The company's Active Directory.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryDetails {
    /// Its host.
    pub host: String,
    /// LDAPS.
    pub port: u16,
    /// LDAP in the clear, where nobody signs in before StartTLS.
    pub start_tls_port: u16,
    /// The account's user principal name, which a simple bind takes.
    pub account: String,
    /// Its password.
    pub password: String,
    /// The domain's distinguished name.
    pub base_dn: String,
}

/// The tenant.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantDetails {
    /// The organisation's name.
    pub organization: String,
    /// Where tokens come from: the authority.
    pub authority: String,
    /// The token endpoint.
    pub token_url: String,
    /// Where a browser signs in.
    pub authorize_url: String,
    /// Where a sign-in on another device begins.
    pub device_code_url: String,
    /// Who signs in there: the tenant's administrator.
    pub administrator: String,
    /// With what password.
    pub administrator_password: String,
    /// Microsoft Graph.
    pub graph: String,
    /// The Exchange admin interface; `/InvokeCommand` is below it.
    pub admin_api: String,
    /// The program's registration.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The object id of the program's enterprise application: whom Full Access is given to.
    pub service_principal_id: String,
    /// The tenant's IMAP.
    pub imap_host: String,
    /// TLS from the first byte, XOAUTH2.
    pub imap_port: u16,
}

/// The mail sink.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SmtpDetails {
    /// Its host.
    pub host: String,
    /// STARTTLS.
    pub port: u16,
    /// `StartTls`, the security of `port`.
    pub security: String,
    /// TLS from the first byte.
    pub implicit_tls_port: u16,
    /// Who may send.
    pub account: String,
    /// The password.
    pub password: String,
}

/// A mailbox of the company.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MailboxDetails {
    /// Its address.
    pub address: String,
    /// Its alias.
    pub alias: String,
    /// The name people know it by.
    pub display_name: String,
    /// What it is.
    pub kind: MailboxKind,
    /// What stands in the way of its migration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hurdle: Option<crate::Hurdle>,
}
