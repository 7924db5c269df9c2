//! What will bite: judged from what was read, asking nobody.

use std::collections::BTreeMap;

use stegvis_model::{DomainName, ExchangeVersion, Fixer, RecipientKind, Severity, SmtpAddress};

use crate::ports::{DirectoryOrganization, DirectoryRecipient, OtherRecipient, TenantDomain};

/// How long a store must keep a mailbox that nobody owns, so that a conversion can be taken back.
pub const RETENTION_DAYS: u64 = 30;
const DAY: u64 = 86_400;

/// Names that no public name server answers for (RFC 6761, RFC 6762, RFC 8375) or that were never delegated.
const NOT_ROUTABLE: [&str; 9] = [
    "local",
    "lan",
    "internal",
    "corp",
    "home",
    "localdomain",
    "localhost",
    "intranet",
    "private",
];

/// Something that will bite, and whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryFinding {
    /// How badly.
    pub severity: Severity,
    /// What, as a code: each has words and a remedy.
    pub code: DirectoryFindingCode,
    /// Whom or what it concerns: addresses, names of servers or stores.
    pub subjects: Vec<String>,
    /// What was read: label and value.
    pub evidence: Vec<(String, String)>,
    /// Who can mend it.
    pub fixer: Fixer,
}

/// What will bite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DirectoryFindingCode {
    /// A proxy address lies in a domain that the tenant has not verified: directory synchronisation drops or breaks it.
    UnverifiedDomain,
    /// The primary address lies in a domain that the world cannot reach.
    PrimaryNotRoutable,
    /// The user principal name does: people cannot sign in to the cloud by it.
    UserPrincipalNameNotRoutable,
    /// Two objects have one address: mail goes to either, synchronisation to neither.
    AddressTwice,
    /// AdminSDHolder takes delegated rights away every hour.
    Protected,
    /// It will be hidden in the cloud too.
    Hidden,
    /// Mail goes elsewhere already.
    ForwardsAlready,
    /// A copy goes, or all of it, to another recipient.
    HasAlternateRecipient,
    /// A person's account that nobody can sign in with.
    DisabledUser,
    /// Its account lives in another forest.
    Linked,
    /// Its server is newer than a staged migration takes.
    ServerTooNew,
    /// Nothing says what its server is.
    ServerUnknown,
    /// A store keeps a converted mailbox for too short a time to take the conversion back.
    RetentionShort,
    /// Directory synchronisation does not carry a group whose members a filter names.
    DynamicGroup,
}

impl DirectoryFindingCode {
    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnverifiedDomain => "unverifiedDomain",
            Self::PrimaryNotRoutable => "primaryNotRoutable",
            Self::UserPrincipalNameNotRoutable => "userPrincipalNameNotRoutable",
            Self::AddressTwice => "addressTwice",
            Self::Protected => "protected",
            Self::Hidden => "hidden",
            Self::ForwardsAlready => "forwardsAlready",
            Self::HasAlternateRecipient => "hasAlternateRecipient",
            Self::DisabledUser => "disabledUser",
            Self::Linked => "linked",
            Self::ServerTooNew => "serverTooNew",
            Self::ServerUnknown => "serverUnknown",
            Self::RetentionShort => "retentionShort",
            Self::DynamicGroup => "dynamicGroup",
        }
    }

    const fn judged(self) -> (Severity, Fixer) {
        match self {
            Self::PrimaryNotRoutable | Self::AddressTwice | Self::ServerTooNew => {
                (Severity::Fail, Fixer::ServerAdmin)
            }
            Self::UnverifiedDomain => (Severity::Fail, Fixer::DnsHost),
            Self::UserPrincipalNameNotRoutable
            | Self::Protected
            | Self::RetentionShort
            | Self::ServerUnknown => (Severity::Warn, Fixer::ServerAdmin),
            Self::Hidden
            | Self::ForwardsAlready
            | Self::HasAlternateRecipient
            | Self::DisabledUser
            | Self::Linked
            | Self::DynamicGroup => (Severity::Warn, Fixer::You),
        }
    }
}

/// What was read of the directory, and of the tenant where it is known.
#[derive(Debug, Clone, Copy)]
pub struct DirectoryFacts<'a> {
    /// The mailboxes.
    pub mailboxes: &'a [DirectoryRecipient],
    /// Groups, contacts and mail users.
    pub others: &'a [OtherRecipient],
    /// The organisation.
    pub organization: &'a DirectoryOrganization,
    /// The tenant's domains; without them nothing is said about verification.
    pub tenant_domains: Option<&'a [TenantDomain]>,
}

/// Everything that will bite, one finding a kind, the worst first.
#[must_use]
pub fn directory_findings(facts: &DirectoryFacts<'_>) -> Vec<DirectoryFinding> {
    let mut found = Found::default();
    let held_by = holders(facts);
    for mailbox in facts.mailboxes {
        judge(mailbox, facts, &mut found);
    }
    for (address, names) in held_by {
        if names.len() > 1 {
            found.add(
                DirectoryFindingCode::AddressTwice,
                address,
                &names.join("; "),
            );
        }
    }
    for (store, seconds) in &facts.organization.mailbox_retention {
        if *seconds < RETENTION_DAYS * DAY {
            found.add(
                DirectoryFindingCode::RetentionShort,
                store,
                &format!("{} days", seconds / DAY),
            );
        }
    }
    for other in facts.others {
        if other.kind == crate::ports::OtherRecipientKind::DynamicGroup {
            found.add(
                DirectoryFindingCode::DynamicGroup,
                &other.display_name,
                &other.dn,
            );
        }
    }
    found.findings()
}

fn judge(mailbox: &DirectoryRecipient, facts: &DirectoryFacts<'_>, found: &mut Found) {
    use DirectoryFindingCode as Code;
    let mut add = |code, evidence: &str| found.add(code, mailbox.address.to_string(), evidence);
    if let Some(domains) = facts.tenant_domains {
        let verified = |address: &&SmtpAddress| {
            domains
                .iter()
                .any(|domain| domain.verified && domain.name == *address.domain())
        };
        for address in mailbox.proxy_addresses.iter().filter(|own| !verified(own)) {
            add(Code::UnverifiedDomain, &address.to_string());
        }
    }
    if !routable(&mailbox.address.domain().to_string()) {
        add(Code::PrimaryNotRoutable, mailbox.address.domain().as_str());
    }
    if let Some(name) = &mailbox.user_principal_name
        && !name
            .rsplit_once('@')
            .is_some_and(|(_, suffix)| routable(suffix))
    {
        add(Code::UserPrincipalNameNotRoutable, name);
    }
    if mailbox.protected {
        add(Code::Protected, "adminCount: 1");
    }
    if mailbox.hidden {
        add(Code::Hidden, "msExchHideFromAddressLists: TRUE");
    }
    if let Some(target) = &mailbox.target_address {
        add(Code::ForwardsAlready, &format!("targetAddress: {target}"));
    }
    if let Some(other) = &mailbox.alternate_recipient {
        add(
            Code::HasAlternateRecipient,
            &format!("altRecipient: {other}"),
        );
    }
    if mailbox.disabled && mailbox.kind == RecipientKind::UserMailbox {
        add(Code::DisabledUser, "userAccountControl: disabled");
    }
    if mailbox.kind == RecipientKind::LinkedMailbox {
        add(Code::Linked, "msExchMasterAccountSid");
    }
    match server(mailbox, facts.organization) {
        Some((name, Some(ExchangeVersion::Exchange2010OrLater))) => add(Code::ServerTooNew, name),
        Some((_, Some(_))) => {}
        Some((name, None)) => add(Code::ServerUnknown, name),
        None => add(Code::ServerUnknown, "msExchHomeServerName"),
    }
}

fn server<'a>(
    mailbox: &'a DirectoryRecipient,
    organization: &DirectoryOrganization,
) -> Option<(&'a str, Option<ExchangeVersion>)> {
    let name = mailbox.server.as_deref()?;
    let version = organization
        .servers
        .iter()
        .find(|server| server.name.eq_ignore_ascii_case(name))
        .and_then(|server| server.version);
    Some((name, version))
}

/// Who has each address, by every mailbox and by the primary addresses of everything else.
fn holders<'a>(facts: &DirectoryFacts<'a>) -> BTreeMap<String, Vec<&'a str>> {
    let mut held: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for mailbox in facts.mailboxes {
        let mut own: Vec<String> = mailbox
            .proxy_addresses
            .iter()
            .map(SmtpAddress::key)
            .collect();
        own.sort();
        own.dedup();
        for address in own {
            held.entry(address).or_default().push(&mailbox.dn);
        }
    }
    for other in facts.others {
        if let Some(address) = &other.address {
            held.entry(address.key()).or_default().push(&other.dn);
        }
    }
    held
}

/// Whether a name can be anybody's in the world: it has a dot, and its end is not one of those that nobody answers for.
fn routable(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    domain.parse::<DomainName>().is_ok()
        && domain
            .rsplit('.')
            .next()
            .is_some_and(|top| !NOT_ROUTABLE.contains(&top))
}

/// Findings under way, one a code.
#[derive(Default)]
struct Found(BTreeMap<DirectoryFindingCode, Vec<(String, String)>>);

impl Found {
    fn add(&mut self, code: DirectoryFindingCode, subject: impl Into<String>, evidence: &str) {
        self.0
            .entry(code)
            .or_default()
            .push((subject.into(), evidence.to_owned()));
    }

    fn findings(self) -> Vec<DirectoryFinding> {
        let mut findings: Vec<DirectoryFinding> = self
            .0
            .into_iter()
            .map(|(code, evidence)| {
                let (severity, fixer) = code.judged();
                let mut subjects: Vec<String> = evidence
                    .iter()
                    .map(|(subject, _)| subject.clone())
                    .collect();
                subjects.dedup();
                DirectoryFinding {
                    severity,
                    code,
                    subjects,
                    evidence,
                    fixer,
                }
            })
            .collect();
        findings.sort_by_key(|finding| finding.severity != Severity::Fail);
        findings
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::ports::{ExchangeServer, OtherRecipientKind};

    fn mailbox(name: &str) -> DirectoryRecipient {
        DirectoryRecipient {
            dn: format!("CN={name}"),
            display_name: name.to_owned(),
            address: format!("{name}@nordvik.example").parse().unwrap(),
            proxy_addresses: vec![format!("{name}@nordvik.example").parse().unwrap()],
            kind: RecipientKind::UserMailbox,
            alias: name.to_owned(),
            user_principal_name: Some(format!("{name}@nordvik.example")),
            target_address: None,
            alternate_recipient: None,
            server: Some("EX1".into()),
            store: None,
            hidden: false,
            disabled: false,
            protected: false,
        }
    }

    fn organization() -> DirectoryOrganization {
        let server = |name: &str, version| ExchangeServer {
            name: name.into(),
            serial_number: String::new(),
            version,
            roles: None,
        };
        DirectoryOrganization {
            domain: "nordvik.local".into(),
            domain_controller: "dc1".into(),
            domain_level: None,
            forest_level: None,
            schema_version: None,
            exchange_organization: None,
            servers: vec![
                server("EX1", Some(ExchangeVersion::Exchange2007)),
                server("EX2", Some(ExchangeVersion::Exchange2010OrLater)),
                server("EX3", None),
            ],
            accepted_domains: Vec::new(),
            upn_suffixes: Vec::new(),
            mailbox_retention: BTreeMap::from([
                ("CN=Long".to_owned(), 30 * DAY),
                ("CN=Short".to_owned(), 7 * DAY),
            ]),
        }
    }

    fn shown(findings: &[DirectoryFinding]) -> String {
        findings
            .iter()
            .map(|finding| {
                format!(
                    "{} {}: {:?}\n",
                    finding.severity,
                    finding.code.name(),
                    finding.evidence
                )
            })
            .collect()
    }

    #[test]
    fn a_directory_in_order_has_no_findings() {
        let organization = DirectoryOrganization {
            mailbox_retention: BTreeMap::new(),
            ..organization()
        };
        let facts = DirectoryFacts {
            mailboxes: &[mailbox("anna"), mailbox("bo")],
            others: &[],
            organization: &organization,
            tenant_domains: None,
        };
        assert_eq!(directory_findings(&facts), []);
    }

    #[test]
    fn each_thing_that_will_bite_is_found_by_name() {
        let mut all: Vec<_> = [
            "local", "upn", "one", "two", "admin", "hid", "fwd", "alt", "off",
        ]
        .map(mailbox)
        .into();
        all[0].address = "local@nordvik.local".parse().unwrap();
        all[1].user_principal_name = Some("upn@nordvik.lan".into());
        all[2]
            .proxy_addresses
            .push("order@nordvik.example".parse().unwrap());
        all[3]
            .proxy_addresses
            .push("Order@nordvik.example".parse().unwrap());
        all[4].protected = true;
        all[5].hidden = true;
        all[6].target_address = Some("SMTP:x@else.example".into());
        all[7].alternate_recipient = Some("CN=boss".into());
        all[8].disabled = true;
        let [mut room, mut linked, mut new, mut unknown, mut old] =
            ["room", "linked", "new", "unknown", "old"].map(mailbox);
        room.kind = RecipientKind::RoomMailbox;
        room.disabled = true;
        linked.kind = RecipientKind::LinkedMailbox;
        new.server = Some("ex2".into());
        unknown.server = Some("EX3".into());
        old.proxy_addresses
            .push("old@oldbrand.example".parse().unwrap());
        all.extend([room, linked, new, unknown, old]);
        let domain = |name: &str, verified| TenantDomain {
            name: name.parse().unwrap(),
            verified,
            federated: false,
            initial: false,
        };
        let group = OtherRecipient {
            dn: "CN=Everyone".into(),
            display_name: "Everyone".into(),
            address: None,
            kind: OtherRecipientKind::DynamicGroup,
        };
        let findings = directory_findings(&DirectoryFacts {
            mailboxes: &all,
            others: &[group],
            organization: &organization(),
            tenant_domains: Some(&[
                domain("nordvik.example", true),
                domain("oldbrand.example", false),
            ]),
        });
        assert_snapshot!(shown(&findings), @r#"
        Fail unverifiedDomain: [("old@nordvik.example", "old@oldbrand.example")]
        Fail primaryNotRoutable: [("local@nordvik.local", "nordvik.local")]
        Fail addressTwice: [("order@nordvik.example", "CN=one; CN=two")]
        Fail serverTooNew: [("new@nordvik.example", "ex2")]
        Warn userPrincipalNameNotRoutable: [("upn@nordvik.example", "upn@nordvik.lan")]
        Warn protected: [("admin@nordvik.example", "adminCount: 1")]
        Warn hidden: [("hid@nordvik.example", "msExchHideFromAddressLists: TRUE")]
        Warn forwardsAlready: [("fwd@nordvik.example", "targetAddress: SMTP:x@else.example")]
        Warn hasAlternateRecipient: [("alt@nordvik.example", "altRecipient: CN=boss")]
        Warn disabledUser: [("off@nordvik.example", "userAccountControl: disabled")]
        Warn linked: [("linked@nordvik.example", "msExchMasterAccountSid")]
        Warn serverUnknown: [("unknown@nordvik.example", "EX3")]
        Warn retentionShort: [("CN=Short", "7 days")]
        Warn dynamicGroup: [("Everyone", "CN=Everyone")]
        "#);
    }
}
