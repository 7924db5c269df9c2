//! Five thousand mailboxes, listed from a real Active Directory. The numbers are printed, not demanded: they are
//! the machine's as well.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::time::Instant;

use stegvis_connect::ldap::{ActiveDirectory, DirectorySettings, DirectorySignIn};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::Directory;
use stegvis_journeys::{Forest, MIGRATION, Samba};
use stegvis_model::Security;

const MANY: usize = 5_000;

/// The most memory this process has held, in MiB.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kib: u64 = line.split_whitespace().next().unwrap().parse().unwrap();
    kib / 1024
}

#[tokio::test]
async fn five_thousand_mailboxes_are_listed_completely() {
    let samba = Samba::start(Forest {
        mailboxes: MANY,
        ..Forest::default()
    });
    let directory = ActiveDirectory::new(DirectorySettings {
        hosts: vec![samba.host.clone()],
        port: 636,
        security: Security::ImplicitTls,
        sign_in: DirectorySignIn::Password {
            account: Samba::account(MIGRATION),
            password: Samba::password().to_owned().into(),
        },
        base_dn: None,
        trust: Trust::SystemAnd(fs::read_to_string(samba.authority()).unwrap()),
    })
    .unwrap();
    let before = peak_mib();
    let begun = Instant::now();
    let found = directory.mailboxes().await.unwrap();
    let took = begun.elapsed();
    println!(
        "{} mailboxes in {:.2} s; peak memory {} MiB, {before} MiB before",
        found.len(),
        took.as_secs_f64(),
        peak_mib()
    );
    assert_eq!(found.len(), MANY);
    assert!(found.is_sorted_by(|one, other| one.address < other.address));
}
