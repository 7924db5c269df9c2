//! What the directory holds.

use serde::Serialize;
use stegvis_engine::directory::DirectoryFinding;
use stegvis_engine::ports::{
    DirectoryOrganization, DirectoryRecipient, OtherRecipient, OtherRecipientKind,
};
use stegvis_model::StoredName as _;

use super::{OldDirectory, words};
use crate::Error;

/// What a directory holds.
#[derive(Debug, Clone, Serialize)]
pub struct DirectoryList {
    /// The organisation.
    pub organization: ListedOrganization,
    /// Its mailboxes.
    pub mailboxes: Vec<ListedMailbox>,
    /// What comes to the cloud by directory synchronisation.
    pub others: Vec<ListedOther>,
    /// What will bite.
    pub findings: Vec<DirectoryFindingView>,
}

/// The organisation.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedOrganization {
    /// The domain whose controller answers.
    pub domain: String,
    /// The controller that answers.
    pub domain_controller: String,
    /// The functional level of the domain.
    pub domain_level: Option<u32>,
    /// The functional level of the forest.
    pub forest_level: Option<u32>,
    /// The version of the Exchange schema.
    pub schema_version: Option<u32>,
    /// The name of the Exchange organisation.
    pub exchange_organization: Option<String>,
    /// Its servers.
    pub servers: Vec<ListedServer>,
    /// What it takes mail for.
    pub accepted_domains: Vec<ListedDomain>,
    /// Suffixes of user principal names.
    pub upn_suffixes: Vec<String>,
    /// Other domains that the controller referred to. They were not searched: each has controllers of its own.
    pub not_searched: Vec<String>,
}

/// A domain that mail is taken for.
#[derive(Debug, Clone, Serialize)]
pub struct ListedDomain {
    /// Its name.
    pub name: String,
    /// Whether an unknown address in it is refused rather than sent on.
    pub authoritative: bool,
}

/// An Exchange server.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedServer {
    /// Its name.
    pub name: String,
    /// What it says of its version.
    pub serial_number: String,
    /// ExchangeVersion name, where it is one that is known.
    pub version: Option<String>,
}

/// A mailbox.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedMailbox {
    /// Its primary address.
    pub email_address: String,
    /// The name people know it by.
    pub display_name: String,
    /// RecipientKind name.
    pub kind: String,
    /// Its other addresses.
    pub proxy_addresses: Vec<String>,
    /// Its user principal name.
    pub user_principal_name: Option<String>,
    /// Its server.
    pub server: Option<String>,
    /// Its store.
    pub store: Option<String>,
    /// Where its mail goes, where it is sent on.
    pub target_address: Option<String>,
    /// Who gets a copy, or all.
    pub alternate_recipient: Option<String>,
    /// Not in address lists.
    pub hidden: bool,
    /// Nobody can sign in.
    pub disabled: bool,
    /// Its rights are taken away every hour.
    pub protected: bool,
    /// The object.
    pub dn: String,
}

/// What comes by directory synchronisation.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedOther {
    /// The name people know it by.
    pub display_name: String,
    /// Its primary address.
    pub email_address: Option<String>,
    /// `group`, `dynamicGroup`, `mailContact` or `mailUser`.
    pub kind: &'static str,
    /// The object.
    pub dn: String,
}

/// Something that will bite.
#[derive(Debug, Clone, Serialize)]
pub struct DirectoryFindingView {
    /// Severity name.
    pub severity: String,
    /// What, as a code.
    pub code: &'static str,
    /// What it means, in a sentence.
    pub meaning: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// Fixer name.
    pub fixer: String,
    /// Whom or what it concerns, and what was read.
    pub evidence: Vec<[String; 2]>,
}

impl OldDirectory {
    /// Everything with a mailbox or an address, the organisation, and what will bite.
    ///
    /// # Errors
    /// The directory's.
    pub async fn list(&self) -> Result<DirectoryList, Error> {
        let read = self.read().await?;
        let findings = read.findings(None);
        Ok(DirectoryList {
            organization: listed(read.organization, self.directory.other_domains().await),
            mailboxes: read.mailboxes.into_iter().map(mailbox).collect(),
            others: read.others.into_iter().map(other).collect(),
            findings: findings.into_iter().map(finding).collect(),
        })
    }
}

pub(super) fn finding(finding: DirectoryFinding) -> DirectoryFindingView {
    let (meaning, remedy) = words::finding(finding.code);
    DirectoryFindingView {
        severity: finding.severity.name().to_owned(),
        code: finding.code.name(),
        meaning,
        remedy,
        fixer: finding.fixer.name().to_owned(),
        evidence: finding
            .evidence
            .into_iter()
            .map(|(subject, evidence)| [subject, evidence])
            .collect(),
    }
}

fn listed(organization: DirectoryOrganization, not_searched: Vec<String>) -> ListedOrganization {
    ListedOrganization {
        domain: organization.domain,
        domain_controller: organization.domain_controller,
        domain_level: organization.domain_level,
        forest_level: organization.forest_level,
        schema_version: organization.schema_version,
        exchange_organization: organization.exchange_organization,
        servers: organization
            .servers
            .into_iter()
            .map(|server| ListedServer {
                name: server.name,
                serial_number: server.serial_number,
                version: server.version.map(|version| version.name().to_owned()),
            })
            .collect(),
        accepted_domains: organization
            .accepted_domains
            .into_iter()
            .map(|domain| ListedDomain {
                name: domain.name.to_string(),
                authoritative: domain.authoritative,
            })
            .collect(),
        upn_suffixes: organization.upn_suffixes,
        not_searched,
    }
}

fn mailbox(mailbox: DirectoryRecipient) -> ListedMailbox {
    ListedMailbox {
        proxy_addresses: mailbox
            .proxy_addresses
            .iter()
            .filter(|address| **address != mailbox.address)
            .map(ToString::to_string)
            .collect(),
        email_address: mailbox.address.to_string(),
        display_name: mailbox.display_name,
        kind: mailbox.kind.name().to_owned(),
        user_principal_name: mailbox.user_principal_name,
        server: mailbox.server,
        store: mailbox.store,
        target_address: mailbox.target_address,
        alternate_recipient: mailbox.alternate_recipient,
        hidden: mailbox.hidden,
        disabled: mailbox.disabled,
        protected: mailbox.protected,
        dn: mailbox.dn,
    }
}

fn other(other: OtherRecipient) -> ListedOther {
    ListedOther {
        display_name: other.display_name,
        email_address: other.address.map(|address| address.to_string()),
        kind: match other.kind {
            OtherRecipientKind::Group => "group",
            OtherRecipientKind::DynamicGroup => "dynamicGroup",
            OtherRecipientKind::MailContact => "mailContact",
            OtherRecipientKind::MailUser => "mailUser",
        },
        dn: other.dn,
    }
}
