//! Signing in with a Kerberos ticket, signed and sealed without TLS, against a real controller.
//!
//! The test starts itself again with the ticket's whereabouts in its environment; what that run finds, its exit
//! status tells.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::env;
use std::process::Command;

use stegvis_connect::ldap::{ActiveDirectory, DirectorySettings, DirectorySignIn};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::{Directory, EndpointErrorKind};
use stegvis_journeys::{Forest, MIGRATION, Samba};
use stegvis_model::Security;

const PART: &str = "STEGVIS_KERBEROS_PART";
const HOST: &str = "STEGVIS_KERBEROS_HOST";
const MAILBOXES: usize = 700;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    match env::var(PART).ok().as_deref() {
        Some("ticket") => runtime.block_on(ticket()),
        Some("none") => runtime.block_on(none()),
        Some(other) => panic!("no part is called {other}"),
        None => parts(),
    }
}

fn parts() {
    let samba = Samba::start(Forest {
        mailboxes: MAILBOXES,
        ..Forest::default()
    });
    let ticket = samba.kerberos_ticket(MIGRATION);
    run(&samba, "ticket", &ticket);
    let no_ticket: Vec<_> = ticket
        .into_iter()
        .map(|(name, value)| match name {
            "KRB5CCNAME" => (name, format!("{value}.none")),
            _ => (name, value),
        })
        .collect();
    run(&samba, "none", &no_ticket);
    println!(
        "with a ticket {MAILBOXES} mailboxes are read and one is written, sealed; without one that is said"
    );
}

fn run(samba: &Samba, part: &str, environment: &[(&'static str, String)]) {
    let status = Command::new(env::current_exe().unwrap())
        .env(PART, part)
        .env(HOST, &samba.host)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .status()
        .unwrap();
    assert!(status.success(), "the part {part:?} failed: {status}");
}

fn directory() -> ActiveDirectory {
    ActiveDirectory::new(DirectorySettings {
        hosts: vec![env::var(HOST).unwrap()],
        port: 389,
        security: Security::Plaintext,
        sign_in: DirectorySignIn::Kerberos,
        base_dn: None,
        trust: Trust::System,
    })
    .unwrap()
}

async fn ticket() {
    let directory = directory();
    let found = directory.mailboxes().await.unwrap();
    assert_eq!(found.len(), MAILBOXES);
    assert_eq!(
        directory
            .holders("smtp:order@nordvik.example")
            .await
            .unwrap()
            .len(),
        2,
        "the global catalogue takes the ticket too"
    );
    let ordinary = found
        .iter()
        .find(|found| found.alias.starts_with("user"))
        .unwrap();
    let value = "SMTP:a@nordvik.onmicrosoft.example";
    directory
        .write_target_address(&ordinary.dn, Some(value))
        .await
        .unwrap();
    let entry = directory.entry(&ordinary.dn).await.unwrap();
    assert_eq!(entry.text("targetAddress"), Some(value));
    let protected = found.iter().find(|found| found.protected).unwrap();
    let error = directory
        .write_target_address(&protected.dn, Some(value))
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::RightsMissing, "{error}");
}

async fn none() {
    let error = directory().check().await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::SignInRefused, "{error}");
    assert!(error.detail.contains("kinit"), "{error}");
}
