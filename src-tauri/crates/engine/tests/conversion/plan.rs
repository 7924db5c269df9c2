//! What becomes of each attribute, by version; and what is refused.

use std::fmt::Write as _;

use insta::assert_snapshot;
use stegvis_engine::conversion::{ConversionPlan, ConversionRefused, plan_conversion};
use stegvis_engine::directory::{
    ForwardingVerdict, Loop, MxFacts, plan_forwarding, predict_loop, shown_value,
};
use stegvis_engine::ports::{AcceptedDomain, CloudMailbox, Directory as _, DirectoryEntry};
use stegvis_model::ExchangeVersion;

use crate::forest::{Forest, cloud, dn, mailbox, text};

const V2007: ExchangeVersion = ExchangeVersion::Exchange2007;
const V2003: ExchangeVersion = ExchangeVersion::Exchange2003;

fn shown(plan: &ConversionPlan) -> String {
    let mut out = String::new();
    for change in plan.changes() {
        for (sign, values) in [("-", &change.delete), ("+", &change.add)] {
            for value in values {
                writeln!(out, "{sign} {}: {}", change.name, shown_value(value)).unwrap();
            }
        }
    }
    out
}

fn with(changes: &[(&str, &[&str])]) -> DirectoryEntry {
    let mut entry = mailbox("anna");
    for (name, values) in changes {
        entry.attributes.insert((*name).to_owned(), text(values));
    }
    entry.attributes.retain(|_, values| !values.is_empty());
    entry
}

fn refused(changes: &[(&str, &[&str])]) -> String {
    plan_conversion(&with(changes), &cloud("anna"), V2007)
        .unwrap_err()
        .to_string()
}

#[test]
fn on_exchange_2007_the_type_and_the_cloud_guid_are_written() {
    let plan = plan_conversion(&with(&[]), &cloud("anna"), V2007).unwrap();
    assert_snapshot!(shown(&plan), @"
    - homeMDB: CN=Store,CN=SRV,DC=nordvik,DC=example
    - homeMTA: CN=MTA,CN=SRV,DC=nordvik,DC=example
    - mDBUseDefaults: TRUE
    - msExchHomeServerName: /o=Nordvik/ou=First/cn=Configuration/cn=Servers/cn=SRV
    - msExchMailboxGuid: 0x00ff03c810000102
    + msExchMailboxGuid: 0x07070707070707070707070707070707
    - msExchMailboxSecurityDescriptor: 0x010004800000ff
    + msExchPoliciesExcluded: {26491CFC-9E50-4857-861B-0CB8DF22B5D7}
    - msExchRecipientDisplayType: 1073741824
    + msExchRecipientDisplayType: 6
    - msExchRecipientTypeDetails: 1
    + msExchRecipientTypeDetails: 128
    - msExchUserAccountControl: 0
    - msExchUserCulture: sv-SE
    + proxyAddresses: x500:/o=ExchangeLabs/ou=Group/cn=Recipients/cn=0f-anna
    + proxyAddresses: x500:/o=Nordvik/ou=First/cn=Recipients/cn=anna
    ");
    assert!(!plan.before.contains_key("msExchVersion"));
}

#[test]
fn on_exchange_2003_the_types_stay_absent_and_the_guid_stays() {
    let entry = with(&[
        ("msExchUserCulture", &[]),
        ("msExchRecipientTypeDetails", &[]),
        ("msExchRecipientDisplayType", &[]),
        ("msExchVersion", &[]),
        ("targetAddress", &[]),
        ("altRecipient", &["CN=Copy,DC=nordvik,DC=example"]),
        ("deliverAndRedirect", &["TRUE"]),
    ]);
    let without_guid = CloudMailbox {
        exchange_guid: None,
        ..cloud("anna")
    };
    let plan = plan_conversion(&entry, &without_guid, V2003).unwrap();
    assert_snapshot!(shown(&plan), @"
    - altRecipient: CN=Copy,DC=nordvik,DC=example
    - deliverAndRedirect: TRUE
    - homeMDB: CN=Store,CN=SRV,DC=nordvik,DC=example
    - homeMTA: CN=MTA,CN=SRV,DC=nordvik,DC=example
    - mDBUseDefaults: TRUE
    - msExchHomeServerName: /o=Nordvik/ou=First/cn=Configuration/cn=Servers/cn=SRV
    - msExchMailboxSecurityDescriptor: 0x010004800000ff
    + msExchPoliciesExcluded: {26491CFC-9E50-4857-861B-0CB8DF22B5D7}
    - msExchUserAccountControl: 0
    + proxyAddresses: x500:/o=ExchangeLabs/ou=Group/cn=Recipients/cn=0f-anna
    + proxyAddresses: x500:/o=Nordvik/ou=First/cn=Recipients/cn=anna
    + targetAddress: SMTP:anna@nordvik.onmicrosoft.example
    ");
    assert_eq!(
        plan.before["msExchMailboxGuid"],
        plan.after["msExchMailboxGuid"]
    );
}

#[test]
fn x500_addresses_and_the_policy_are_added_once_whatever_their_casing() {
    let own = format!("X500:{}", mailbox("anna").text("legacyExchangeDN").unwrap());
    let entry = with(&[
        (
            "proxyAddresses",
            &["SMTP:anna@nordvik.example", &own.to_uppercase()],
        ),
        (
            "msExchPoliciesExcluded",
            &["{26491cfc-9e50-4857-861b-0cb8df22b5d7}"],
        ),
    ]);
    let plan = plan_conversion(&entry, &cloud("anna"), V2007).unwrap();
    let shown = shown(&plan);
    assert_eq!(shown.matches("x500:").count(), 1, "{shown}");
    assert!(!shown.contains("msExchPoliciesExcluded"), "{shown}");
}

#[test]
fn each_object_that_cannot_be_converted_is_refused_with_the_reason() {
    let gone: [(&str, &[&str]); 2] = [("homeMDB", &[]), ("msExchHomeServerName", &[])];
    let refusals = [
        refused(&gone),
        refused(&[gone[0], gone[1], ("targetAddress", &[])]),
        refused(&[("proxyAddresses", &["smtp:anna@nordvik.example"])]),
        refused(&[(
            "proxyAddresses",
            &["SMTP:anna@nordvik.example", "SMTP:a@nordvik.example"],
        )]),
        refused(&[("mail", &["a@nordvik.example"])]),
        refused(&[("mail", &[])]),
        refused(&[("targetAddress", &["SMTP:boss@other.example"])]),
        refused(&[("legacyExchangeDN", &[])]),
        refused(&[
            ("mail", &["bo@nordvik.example"]),
            ("proxyAddresses", &["SMTP:bo@nordvik.example"]),
        ]),
    ];
    assert_snapshot!(refusals.join("\n"), @"
    it is a mail-enabled user already, with targetAddress SMTP:anna@nordvik.onmicrosoft.example
    it has no mailbox: neither homeMDB nor msExchHomeServerName is set
    proxyAddresses has no SMTP: value, so no address is the primary one
    proxyAddresses has several SMTP: values: anna@nordvik.example, a@nordvik.example
    mail is a@nordvik.example, but the primary address is anna@nordvik.example
    mail is , but the primary address is anna@nordvik.example
    targetAddress is SMTP:boss@other.example, not SMTP:anna@nordvik.onmicrosoft.example: somebody else's forwarding is not written over
    it has no legacyExchangeDN
    the cloud mailbox anna@nordvik.example has none of the addresses of this object
    ");
    let nameless = CloudMailbox {
        legacy_exchange_dn: String::new(),
        ..cloud("anna")
    };
    assert_eq!(
        plan_conversion(&mailbox("anna"), &nameless, V2007),
        Err(ConversionRefused::NoCloudLegacyExchangeDn)
    );
    let without_guid = CloudMailbox {
        exchange_guid: None,
        ..cloud("anna")
    };
    assert_eq!(
        plan_conversion(&mailbox("anna"), &without_guid, V2007),
        Err(ConversionRefused::NoCloudGuid)
    );
    assert_eq!(
        plan_conversion(
            &mailbox("anna"),
            &cloud("anna"),
            ExchangeVersion::Exchange2010OrLater
        ),
        Err(ConversionRefused::VersionUnsupported)
    );
}

#[tokio::test]
async fn a_forwarding_is_written_only_where_none_stands_and_no_mail_would_come_back() {
    let forest = Forest::of(&["anna".to_owned()]);
    let mut anna = forest
        .find(&"anna@nordvik.example".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    let routing = cloud("anna").routing_address;
    let plan = |anna: &_, accepted: &[AcceptedDomain]| {
        plan_forwarding(anna, &routing, accepted, &MxFacts::default())
    };
    assert_eq!(plan(&anna, &[]).verdict, ForwardingVerdict::AlreadyThere);
    anna.target_address = Some("SMTP:x@y.example".into());
    assert_eq!(
        plan(&anna, &[]).verdict,
        ForwardingVerdict::Elsewhere("SMTP:x@y.example".into())
    );
    anna.target_address = None;
    let write = plan(&anna, &[]);
    let (before, after) = write.values().unwrap();
    assert!(before.is_empty());
    assert_eq!(
        after["targetAddress"],
        text(&["SMTP:anna@nordvik.onmicrosoft.example"])
    );
    let accepted = AcceptedDomain {
        name: routing.domain().clone(),
        authoritative: true,
    };
    let looped = plan(&anna, std::slice::from_ref(&accepted));
    assert_eq!(
        looped.verdict,
        ForwardingVerdict::Loops(Loop::Authoritative(routing.domain().clone()))
    );
    assert_eq!(looped.values(), None);
    let relay = AcceptedDomain {
        authoritative: false,
        ..accepted
    };
    assert_eq!(plan(&anna, &[relay]).verdict, ForwardingVerdict::Write);
    anna.alternate_recipient = Some(dn("bo"));
    assert_eq!(
        plan(&anna, &[]).verdict,
        ForwardingVerdict::AlternateRecipient(dn("bo"))
    );
}

#[test]
fn a_loop_is_seen_in_the_mx_too() {
    let domain = "nordvik.onmicrosoft.example".parse().unwrap();
    let mx = |routing: &str| MxFacts {
        routing: vec![routing.to_owned()],
        own: vec!["mail.nordvik.example".to_owned()],
    };
    assert_eq!(
        predict_loop(&domain, &[], &mx("nordvik.mail.protection.example.")),
        None
    );
    assert_eq!(
        predict_loop(&domain, &[], &mx("Mail.Nordvik.example.")),
        Some(Loop::MxPointsBack {
            domain,
            host: "Mail.Nordvik.example.".into()
        })
    );
}
