//! The directory part of Prepare: what the old directory is, what is in it, and what will bite.

use std::collections::{BTreeMap, BTreeSet};

use stegvis_engine::directory::{DirectoryFinding, DirectoryFindingCode as Code};
use stegvis_engine::ports::{
    Clock as _, DirectoryOrganization, OtherRecipient, OtherRecipientKind, TenantDomain,
};
use stegvis_engine::powershell::quoted;
use stegvis_model::{Security, StoredName as _};

use crate::Error;
use crate::absent::Absent;
use crate::certificate::server_certificate;
use crate::directory::read::DirectoryRead;
use crate::dto::{
    CertificateQuestion, DirectoryConnection, DirectoryDomain, DirectoryFindingView,
    DirectoryOther, DirectoryServer, DirectoryView, EvidenceLine,
};
use crate::places::security;
use crate::project::Project;

impl Project {
    /// Reads the old directory. Nothing is written.
    pub(crate) async fn directory_view(&self) -> Result<DirectoryView, Error> {
        let read = DirectoryRead::of(&*self.connections().directory).await?;
        let tenant_domains = self.connections().tenant.domains().await.ok();
        let findings = read.findings(tenant_domains.as_deref());
        let DirectoryRead {
            mailboxes,
            others,
            organization,
        } = read;
        let ours = self.setting(|tx| {
            let mut ours = BTreeSet::new();
            for user in tx.users()? {
                if tx.target_address(user.id)?.is_some() {
                    ours.insert(user.address.key());
                }
            }
            Ok(ours)
        })?;
        let mut kinds = BTreeMap::new();
        for mailbox in &mailboxes {
            *kinds.entry(mailbox.kind.name().to_owned()).or_insert(0) += 1;
        }
        Ok(DirectoryView {
            read_at: self.clock.now().to_string(),
            connection: self.directory_connection(&organization).await?,
            accepted_domains: domains(&organization, tenant_domains.as_deref()),
            organization: organization.exchange_organization,
            domain: organization.domain,
            domain_level: organization.domain_level,
            forest_level: organization.forest_level,
            schema_version: organization.schema_version,
            servers: organization
                .servers
                .into_iter()
                .map(|server| DirectoryServer {
                    name: server.name,
                    serial_number: server.serial_number,
                    version: server.version.map(|version| version.name().to_owned()),
                    roles: server.roles,
                })
                .collect(),
            upn_suffixes: organization.upn_suffixes,
            mailboxes: kinds,
            others: others.into_iter().map(other).collect(),
            findings: findings
                .into_iter()
                .filter_map(|found| without_ours(found, &ours))
                .map(finding)
                .collect(),
        })
    }

    async fn directory_connection(
        &self,
        organization: &DirectoryOrganization,
    ) -> Result<DirectoryConnection, Error> {
        let places = self.places();
        let Some(place) = &places.directory else {
            return Err(Absent::directory().error().into());
        };
        let host = place.hosts.first().map_or("", String::as_str);
        let question = CertificateQuestion {
            protocol: "Ldap".to_owned(),
            host: host.to_owned(),
            port: place.port,
            security: place.security.clone(),
            trust: place.trust.clone(),
        };
        // What shows no certificate is read all the same.
        let seen = server_certificate(&question).await.ok();
        let scheme = match security(&place.security)? {
            Security::ImplicitTls => "ldaps",
            Security::StartTls | Security::Plaintext => "ldap",
        };
        let (tls, issuer, valid_until, fingerprint) = match seen {
            Some(seen) => (
                Some(seen.tls_version),
                Some(seen.issuer),
                Some(seen.not_after),
                Some(seen.fingerprint),
            ),
            None => (None, None, None, None),
        };
        Ok(DirectoryConnection {
            domain_controller: organization.domain_controller.clone(),
            endpoint: format!("{scheme}://{host}:{}", place.port),
            account: place.account.clone(),
            tls,
            issuer,
            valid_until,
            fingerprint,
        })
    }
}

fn domains(
    organization: &DirectoryOrganization,
    tenant: Option<&[TenantDomain]>,
) -> Vec<DirectoryDomain> {
    let accepted = organization.accepted_domains.iter();
    accepted
        .map(|domain| DirectoryDomain {
            name: domain.name.to_string(),
            authoritative: domain.authoritative,
            verified: tenant.map(|domains| {
                let mut own = domains.iter();
                own.any(|own| own.name == domain.name && own.verified)
            }),
        })
        .collect()
}

fn other(other: OtherRecipient) -> DirectoryOther {
    DirectoryOther {
        kind: match other.kind {
            OtherRecipientKind::Group => "Group",
            OtherRecipientKind::DynamicGroup => "DynamicGroup",
            OtherRecipientKind::MailContact => "MailContact",
            OtherRecipientKind::MailUser => "MailUser",
        }
        .to_owned(),
        name: other.display_name,
        address: other.address.map(|address| address.to_string()),
    }
}

/// That we forward, we need not be told.
fn without_ours(
    mut finding: DirectoryFinding,
    ours: &BTreeSet<String>,
) -> Option<DirectoryFinding> {
    if finding.code == Code::ForwardsAlready {
        let is_ours = |address: &str| ours.contains(&address.to_lowercase());
        finding.subjects.retain(|subject| !is_ours(subject));
        finding.evidence.retain(|(subject, _)| !is_ours(subject));
    }
    (!finding.evidence.is_empty()).then_some(finding)
}

fn finding(finding: DirectoryFinding) -> DirectoryFindingView {
    DirectoryFindingView {
        code: finding.code.name().to_owned(),
        severity: finding.severity.name().to_owned(),
        command: finding
            .subjects
            .first()
            .and_then(|subject| command(finding.code, subject)),
        evidence: finding
            .evidence
            .into_iter()
            .map(|(label, value)| EvidenceLine { label, value })
            .collect(),
        fixer: finding.fixer.name().to_owned(),
    }
}

/// What would mend one subject, or show it, where one line can.
fn command(code: Code, subject: &str) -> Option<String> {
    let address = quoted(&format!("smtp:{subject}"));
    let subject = quoted(subject);
    Some(match code {
        Code::UnverifiedDomain => {
            format!("Get-Mailbox -Identity {subject} | Format-List EmailAddresses")
        }
        Code::PrimaryNotRoutable => format!(
            "Set-Mailbox -Identity {subject} -EmailAddressPolicyEnabled $false -PrimarySmtpAddress NEW@ADDRESS"
        ),
        Code::UserPrincipalNameNotRoutable => {
            format!("Set-User -Identity {subject} -UserPrincipalName NEW@SUFFIX")
        }
        Code::AddressTwice => format!(
            "Get-Recipient -Filter {}",
            quoted(&format!("EmailAddresses -eq {address}"))
        ),
        Code::Protected => {
            format!("Get-ADPermission -Identity {subject} | Where-Object {{ $_.Deny }}")
        }
        Code::Hidden => {
            format!("Set-Mailbox -Identity {subject} -HiddenFromAddressListsEnabled $false")
        }
        Code::ForwardsAlready | Code::HasAlternateRecipient => format!(
            "Get-Mailbox -Identity {subject} | Format-List ForwardingAddress,DeliverToMailboxAndForward"
        ),
        Code::DisabledUser => format!("Set-Mailbox -Identity {subject} -Type Shared"),
        Code::RetentionShort => {
            format!("Set-MailboxDatabase -Identity {subject} -MailboxRetention 30.00:00:00")
        }
        Code::DynamicGroup => {
            format!(
                "Get-DynamicDistributionGroup -Identity {subject} | Format-List RecipientFilter"
            )
        }
        Code::Linked | Code::ServerTooNew | Code::ServerUnknown => return None,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
pub(crate) mod fixture {
    use stegvis_engine::ports::DirectoryRecipient;
    use stegvis_model::RecipientKind;

    /// A room with this address and these others.
    pub(crate) fn mailbox(address: &str, aliases: &[&str]) -> DirectoryRecipient {
        DirectoryRecipient {
            dn: format!("CN={address}"),
            display_name: address.to_uppercase(),
            address: address.parse().unwrap(),
            proxy_addresses: [&[address], aliases]
                .concat()
                .iter()
                .map(|alias| alias.parse().unwrap())
                .collect(),
            kind: RecipientKind::RoomMailbox,
            alias: address.to_owned(),
            user_principal_name: None,
            target_address: None,
            alternate_recipient: None,
            server: None,
            store: None,
            hidden: false,
            disabled: false,
            protected: false,
        }
    }
}
