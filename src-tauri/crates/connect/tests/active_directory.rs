//! The directory port against a real Active Directory: Samba, prepared as Exchange prepares a forest.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;

use stegvis_connect::ldap::{ActiveDirectory, DirectorySettings, DirectorySignIn};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::{
    AttributeChange, Directory, DirectoryRecipient, EndpointErrorKind, OtherRecipientKind,
};
use stegvis_journeys::{ADMINISTRATOR, Exchange, Forest, MIGRATION, Samba, What};
use stegvis_model::{ExchangeVersion, RecipientKind, Security};

fn forest(exchange: Exchange) -> Samba {
    Samba::start(Forest {
        exchange,
        ..Forest::default()
    })
}

fn settings(samba: &Samba, account: &str) -> DirectorySettings {
    DirectorySettings {
        hosts: vec![samba.host.clone()],
        port: 636,
        security: Security::ImplicitTls,
        sign_in: DirectorySignIn::Password {
            account: Samba::account(account),
            password: Samba::password().to_owned().into(),
        },
        base_dn: None,
        trust: Trust::SystemAnd(fs::read_to_string(samba.authority()).unwrap()),
    }
}

fn directory(samba: &Samba) -> ActiveDirectory {
    ActiveDirectory::new(settings(samba, MIGRATION)).unwrap()
}

fn change(name: &str, delete: &[&str], add: &[&str]) -> AttributeChange {
    let bytes = |values: &[&str]| {
        values
            .iter()
            .map(|value| value.as_bytes().to_vec())
            .collect()
    };
    AttributeChange {
        name: name.into(),
        delete: bytes(delete),
        add: bytes(add),
    }
}

fn of<'a>(found: &'a [DirectoryRecipient], samba: &Samba, what: What) -> &'a DirectoryRecipient {
    let person = samba.person(what);
    found
        .iter()
        .find(|recipient| recipient.dn == person.dn)
        .unwrap()
}

#[tokio::test]
async fn every_mailbox_is_found_as_what_it_is_in_either_version() {
    for exchange in [Exchange::V2007, Exchange::V2003] {
        let samba = forest(exchange);
        let found = directory(&samba).mailboxes().await.unwrap();
        let mut expected: Vec<_> = samba.people().into_iter().map(|person| person.dn).collect();
        let mut dns: Vec<_> = found.iter().map(|found| found.dn.clone()).collect();
        expected.sort();
        dns.sort();
        assert_eq!(dns, expected, "{exchange:?}");
        let kind = |what| of(&found, &samba, what).kind;
        assert_eq!(kind(What::Ordinary), RecipientKind::UserMailbox);
        assert_eq!(kind(What::Room), RecipientKind::RoomMailbox, "{exchange:?}");
        assert_eq!(kind(What::Equipment), RecipientKind::EquipmentMailbox);
        assert_eq!(kind(What::Shared), RecipientKind::SharedMailbox);
        assert_eq!(kind(What::Linked), RecipientKind::LinkedMailbox);
        assert_eq!(kind(What::Disabled), RecipientKind::UserMailbox);
        assert!(of(&found, &samba, What::Disabled).disabled);
        assert!(of(&found, &samba, What::Hidden).hidden);
        assert!(of(&found, &samba, What::Protected).protected);
        assert!(
            of(&found, &samba, What::Redirected)
                .alternate_recipient
                .is_some()
        );
        assert_eq!(
            of(&found, &samba, What::Forwarded)
                .target_address
                .as_deref(),
            Some("SMTP:frans@elsewhere.example")
        );
        let local = of(&found, &samba, What::Local);
        assert_eq!(local.address.to_string(), "local@nordvik.local");
        let ordinary = of(&found, &samba, What::Ordinary);
        let (server, store) = match exchange {
            Exchange::V2003 => ("EX2003", "Mailbox Store (EX2003)"),
            Exchange::V2007 => ("EX2007", "Mailbox Database"),
        };
        assert_eq!(ordinary.server.as_deref(), Some(server));
        assert_eq!(ordinary.store.as_deref(), Some(store));
        assert!(!ordinary.hidden && !ordinary.disabled && !ordinary.protected);
    }
}

#[tokio::test]
async fn the_organisation_says_its_servers_levels_domains_and_suffixes() {
    let samba = forest(Exchange::V2007);
    let organization = directory(&samba).organization().await.unwrap();
    assert_eq!(organization.domain, "nordvik.local");
    assert_eq!(organization.domain_controller, "dc1.nordvik.local");
    assert_eq!(organization.domain_level, Some(2));
    assert_eq!(organization.schema_version, Some(14625));
    assert_eq!(
        organization.exchange_organization.as_deref(),
        Some("Nordvik")
    );
    let [server] = &*organization.servers else {
        panic!("one server")
    };
    assert_eq!(server.version, Some(ExchangeVersion::Exchange2007));
    assert_eq!(server.roles, Some(38));
    assert_eq!(
        organization.upn_suffixes,
        ["nordvik.example", "nordvik.local"]
    );
    assert_eq!(
        organization.mailbox_retention.values().collect::<Vec<_>>(),
        [&2_592_000]
    );
    let samba = forest(Exchange::V2003);
    let old = directory(&samba).organization().await.unwrap();
    assert_eq!(old.schema_version, Some(6870));
    let [server] = &*old.servers else {
        panic!("one server")
    };
    assert_eq!(server.version, Some(ExchangeVersion::Exchange2003));
    assert_eq!(server.roles, None);
    for organization in [organization, old] {
        let domains: Vec<_> = organization
            .accepted_domains
            .iter()
            .map(|domain| (domain.name.to_string(), domain.authoritative))
            .collect();
        assert_eq!(
            domains,
            [
                ("nordvik.example".into(), true),
                ("nordvik.local".into(), true),
                ("partner.example".into(), false)
            ]
        );
    }
}

#[tokio::test]
async fn groups_contacts_and_mail_users_come_by_themselves() {
    let samba = forest(Exchange::V2007);
    let others = directory(&samba).others().await.unwrap();
    let count = |kind| others.iter().filter(|other| other.kind == kind).count();
    assert_eq!(count(OtherRecipientKind::Group), 2);
    assert_eq!(count(OtherRecipientKind::DynamicGroup), 1);
    assert_eq!(count(OtherRecipientKind::MailContact), 2);
    assert_eq!(count(OtherRecipientKind::MailUser), 1);
}

#[tokio::test]
async fn an_address_used_twice_shows_both_holders_and_is_nobodys() {
    let samba = forest(Exchange::V2007);
    let directory = directory(&samba);
    let holders = directory
        .holders("smtp:order@nordvik.example")
        .await
        .unwrap();
    assert_eq!(holders.len(), 2, "{holders:?}");
    assert_eq!(
        directory
            .holders("smtp:a*(b)@nordvik.example")
            .await
            .unwrap(),
        [""; 0]
    );
    let error = directory
        .find(&"order@nordvik.example".parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Refused);
    let person = samba.person(What::Ordinary);
    let found = directory
        .find(&person.address.parse().unwrap())
        .await
        .unwrap();
    assert_eq!(found.unwrap().dn, person.dn);
}

#[tokio::test]
async fn a_conversion_and_its_undoing_leave_every_byte_as_it_was() {
    let samba = forest(Exchange::V2007);
    let before = samba.dump();
    let directory = directory(&samba);
    let person = samba.person(What::Ordinary);
    let entry = directory.entry(&person.dn).await.unwrap();
    let removed = |name: &str| AttributeChange {
        name: name.into(),
        delete: entry.values(name).to_vec(),
        add: Vec::new(),
    };
    let mut changes: Vec<_> = [
        "homeMDB",
        "homeMTA",
        "mDBUseDefaults",
        "msExchHomeServerName",
        "msExchMailboxSecurityDescriptor",
        "msExchUserAccountControl",
        "msExchUserCulture",
    ]
    .map(removed)
    .into();
    assert!(changes.iter().all(|change| !change.delete.is_empty()));
    changes.push(AttributeChange {
        add: vec![vec![7; 16]],
        ..removed("msExchMailboxGuid")
    });
    changes.push(change("msExchRecipientTypeDetails", &["1"], &["128"]));
    changes.push(change(
        "msExchRecipientDisplayType",
        &["1073741824"],
        &["6"],
    ));
    changes.push(change(
        "proxyAddresses",
        &[],
        &["x500:/o=ExchangeLabs/cn=åsa", "x500:/o=a"],
    ));
    changes.push(change(
        "targetAddress",
        &[],
        &["SMTP:a@nordvik.onmicrosoft.com"],
    ));
    let names: Vec<&str> = changes.iter().map(|change| &*change.name).collect();
    assert_eq!(
        directory.unwritable(&person.dn, &names).await.unwrap(),
        [""; 0]
    );
    directory.modify(&person.dn, &changes).await.unwrap();
    // A call whose answer was lost is made again.
    directory.modify(&person.dn, &changes).await.unwrap();
    let after = directory.entry(&person.dn).await.unwrap();
    assert_eq!(after.text("homeMDB"), None);
    assert_eq!(after.values("msExchMailboxGuid"), [vec![7; 16]]);
    assert_eq!(after.values("proxyAddresses").len(), 5);
    assert_ne!(samba.dump(), before);
    let undone: Vec<_> = changes.iter().map(AttributeChange::inverse).collect();
    directory.modify(&person.dn, &undone).await.unwrap();
    assert_eq!(samba.dump(), before);
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_not_written_over_and_nothing_is_half_done() {
    let samba = forest(Exchange::V2007);
    let directory = directory(&samba);
    let person = samba.person(What::Forwarded);
    let before = samba.dump_of(&person.dn);
    let error = directory
        .modify(
            &person.dn,
            &[
                change("homeMTA", &[], &[]),
                change("mDBUseDefaults", &["TRUE"], &[]),
                change(
                    "targetAddress",
                    &["SMTP:other@elsewhere.example"],
                    &["SMTP:b@x.example"],
                ),
            ],
        )
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Refused, "{error}");
    assert_eq!(samba.dump_of(&person.dn), before);
}

#[tokio::test]
async fn rights_are_told_before_anything_is_written_and_a_protected_account_refuses() {
    let samba = forest(Exchange::V2007);
    let before = samba.dump();
    let directory = directory(&samba);
    let protected = samba.person(What::Protected).dn;
    let ordinary = samba.person(What::Ordinary).dn;
    let forwarded = samba.person(What::Forwarded).dn;
    directory.may_write_target_address(&ordinary).await.unwrap();
    directory
        .may_write_target_address(&forwarded)
        .await
        .unwrap();
    let error = directory
        .may_write_target_address(&protected)
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::RightsMissing, "{error}");
    assert_eq!(
        directory
            .unwritable(&ordinary, &["TargetAddress", "displayName", "homeMDB"])
            .await
            .unwrap(),
        ["displayName"]
    );
    assert_eq!(
        directory
            .unwritable(&protected, &["targetAddress", "homeMDB"])
            .await
            .unwrap(),
        ["targetAddress", "homeMDB"]
    );
    let error = directory
        .modify(
            &protected,
            &[change("targetAddress", &[], &["SMTP:a@x.example"])],
        )
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::RightsMissing, "{error}");
    assert_eq!(samba.dump(), before);
    let administrator = ActiveDirectory::new(settings(&samba, ADMINISTRATOR)).unwrap();
    administrator
        .modify(
            &protected,
            &[change("targetAddress", &[], &["SMTP:a@x.example"])],
        )
        .await
        .unwrap();
}
