use std::path::PathBuf;

use serde::Serialize;

use crate::ca::Certificates;
use crate::org::{self, MailboxKind};
use crate::world::World;
use crate::{dns, ldap, smtp};

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
    /// The company's DNS.
    pub dns: DnsDetails,
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

/// The company's DNS, over UDP and TCP.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DnsDetails {
    /// The server that decides for the company's domain, `127.0.0.1:PORT`.
    pub authoritative: String,
    /// A resolver that asks it and remembers for a minute at most.
    pub resolver: String,
    /// The old server, as the world knows it.
    pub old_server: String,
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

/// Where each server listens.
pub(crate) struct Ports {
    pub(crate) control: Option<u16>,
    pub(crate) source: u16,
    pub(crate) source_start_tls: u16,
    pub(crate) target: u16,
    pub(crate) directory: u16,
    pub(crate) directory_start_tls: u16,
    pub(crate) tenant: u16,
    pub(crate) smtp: u16,
    pub(crate) smtp_implicit: u16,
    pub(crate) dns_authoritative: u16,
    pub(crate) dns_resolver: u16,
}

/// Everything an outside client needs to know of this world.
pub(crate) fn details(world: &World, certificates: &Certificates, ports: &Ports) -> LabDetails {
    let host = || "localhost".to_owned();
    let base = format!("https://localhost:{}", ports.tenant);
    let id = &world.tenant_id;
    LabDetails {
        company: org::COMPANY.to_owned(),
        domain: org::DOMAIN.to_owned(),
        tenant_domain: org::TENANT_DOMAIN.to_owned(),
        tenant_id: id.clone(),
        ca_path: certificates.ca_path.clone(),
        ca_pem: certificates.ca_pem.clone(),
        source: SourceDetails {
            host: host(),
            port: ports.source,
            security: "ImplicitTls".to_owned(),
            start_tls_port: ports.source_start_tls,
            account: format!("{}/{}", org::NETBIOS, org::ACCOUNT),
            password: world.password.clone(),
        },
        directory: DirectoryDetails {
            // By its number: OpenLDAP's tools look for the machine's own name in the certificate of `localhost`.
            host: "127.0.0.1".to_owned(),
            port: ports.directory,
            start_tls_port: ports.directory_start_tls,
            account: ldap::account(),
            password: world.password.clone(),
            base_dn: org::BASE_DN.to_owned(),
        },
        tenant: TenantDetails {
            organization: org::COMPANY.to_owned(),
            authority: format!("{base}/{id}"),
            token_url: format!("{base}/{id}/oauth2/v2.0/token"),
            authorize_url: format!("{base}/{id}/oauth2/v2.0/authorize"),
            device_code_url: format!("{base}/{id}/oauth2/v2.0/devicecode"),
            administrator: format!("admin@{}", org::TENANT_DOMAIN),
            administrator_password: world.administrator_password.clone(),
            graph: format!("{base}/graph/v1.0"),
            admin_api: format!("{base}/adminapi/beta/{id}"),
            client_id: world.client_id.clone(),
            client_secret: world.client_secret.clone(),
            service_principal_id: world.service_principal.clone(),
            imap_host: host(),
            imap_port: ports.target,
        },
        smtp: SmtpDetails {
            host: host(),
            port: ports.smtp,
            security: "StartTls".to_owned(),
            implicit_tls_port: ports.smtp_implicit,
            account: smtp::account(),
            password: world.smtp_password.clone(),
        },
        dns: DnsDetails {
            authoritative: format!("127.0.0.1:{}", ports.dns_authoritative),
            resolver: format!("127.0.0.1:{}", ports.dns_resolver),
            old_server: dns::OLD_SERVER.to_owned(),
        },
        notify: org::NOTIFY.to_owned(),
        control: ports
            .control
            .map(|port| format!("http://127.0.0.1:{port}/")),
        mailboxes: world
            .personas
            .iter()
            .map(|persona| MailboxDetails {
                address: persona.address(),
                alias: persona.alias.clone(),
                display_name: persona.display_name.clone(),
                kind: persona.kind,
                hurdle: persona.hurdle,
            })
            .collect(),
    }
}
