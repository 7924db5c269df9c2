//! Rights and habits: of a real Active Directory, whose descriptors Samba packed; of the practice company's directory, and
//! of its tenant.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::fs;
use std::sync::Arc;

use stegvis_connect::http::Application;
use stegvis_connect::ldap::{ActiveDirectory, DirectoryHabits, DirectorySettings, DirectorySignIn};
use stegvis_connect::tenant::{CloudTenant, TenantSettings, TenantSignIn};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::{Footprint, Habits, MailboxHabits, Tenant};
use stegvis_journeys::{Forest, MIGRATION, Samba, What};
use stegvis_lab::{Lab, LabOptions};
use stegvis_model::{HabitKind, Security, SmtpAddress};

fn addresses(texts: &[String]) -> Vec<SmtpAddress> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// `FullAccess anna@nordvik.example`, with what else there is to say.
fn told(habits: &MailboxHabits) -> Vec<String> {
    habits
        .habits
        .iter()
        .map(|habit| {
            let own = if habit.own { " (ours)" } else { "" };
            let text = format!("{} {} {}{own}", habit.kind, habit.who, habit.detail);
            text.trim_end().to_owned()
        })
        .collect()
}

/// The SID of an object, as Samba prints it.
fn sid(samba: &Samba, dn: &str) -> String {
    let dump = samba.dump_of(dn);
    let line = dump
        .lines()
        .find_map(|line| line.strip_prefix("objectSid: "));
    line.unwrap().to_owned()
}

#[tokio::test]
async fn what_samba_packed_is_read_as_whom_it_names() {
    let samba = Samba::start(Forest::default());
    let shared = samba.person(What::Shared);
    let redirected = samba.person(What::Redirected);
    let ordinary: Vec<_> = samba
        .people()
        .into_iter()
        .filter(|person| person.what == What::Ordinary)
        .collect();
    let [opens, sends, inherits, denied, speaks] = &ordinary[..5] else {
        panic!("five people");
    };
    let sids = [opens, sends, inherits, denied].map(|person| sid(&samba, &person.dn));
    let [opens_sid, sends_sid, inherits_sid, denied_sid] = &sids;
    samba.apply(&format!(
        "dn: {dn}\nchangetype: modify\n\
         replace: msExchMailboxSecurityDescriptor\n\
         msExchMailboxSecurityDescriptor: O:PSG:PSD:(D;;0x1;;;{denied_sid})(A;;0x20001;;;PS)(A;;0x20001;;;DA)(A;;0x20001;;;{opens_sid})(A;;0x20001;;;{denied_sid})(A;ID;0x20001;;;{inherits_sid})\n-\n\
         add: publicDelegates\npublicDelegates: {speaks}\n-\n\
         replace: nTSecurityDescriptor\n\
         nTSecurityDescriptor: O:DAG:DAD:AI(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;{sends_sid})(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;{opens_sid})(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;PS)(A;;RPLCRC;;;AU)\n",
        dn = shared.dn,
        speaks = speaks.dn,
    ));
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
    let habits = DirectoryHabits {
        directory: Arc::new(directory),
        own: vec![Samba::account(MIGRATION)],
    };
    let asked = addresses(&[shared.address.clone(), redirected.address.clone()]);
    let found = habits.habits(&asked).await.unwrap();
    let of = |address: &str| {
        let found = found.iter().find(|found| found.address.key() == address);
        found.unwrap()
    };
    assert_eq!(
        told(of(&shared.address)),
        [
            format!("FullAccess {}", opens.address),
            format!("SendAs {}", sends.address),
            format!("SendOnBehalf {}", speaks.address),
        ]
    );
    assert_eq!(
        told(of(&redirected.address)),
        ["Forwarding pia@nordvik.example keepsCopy"]
    );
    for found in &found {
        assert_eq!(
            found.unreadable,
            [HabitKind::InboxRule, HabitKind::AutomaticReply],
            "{found:?}"
        );
    }
}

struct Practice {
    lab: Lab,
    _dir: tempfile::TempDir,
}

async fn practice() -> Practice {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 10;
    Practice {
        lab: Lab::start(options).await.unwrap(),
        _dir: dir,
    }
}

impl Practice {
    fn addresses(&self) -> Vec<SmtpAddress> {
        let mailboxes = &self.lab.details().mailboxes;
        mailboxes
            .iter()
            .map(|mailbox| mailbox.address.parse().unwrap())
            .collect()
    }

    fn directory(&self) -> DirectoryHabits {
        let details = self.lab.details();
        let directory = &details.directory;
        let settings = DirectorySettings {
            hosts: vec![directory.host.clone()],
            port: directory.port,
            security: Security::ImplicitTls,
            sign_in: DirectorySignIn::Password {
                account: directory.account.clone(),
                password: directory.password.clone().into(),
            },
            base_dn: None,
            trust: Trust::SystemAnd(details.ca_pem.clone()),
        };
        DirectoryHabits {
            directory: Arc::new(ActiveDirectory::new(settings).unwrap()),
            own: vec![details.source.account.clone()],
        }
    }

    fn tenant(&self) -> CloudTenant {
        let details = self.lab.details();
        CloudTenant::new(TenantSettings {
            tenant_id: details.tenant_id.clone(),
            sign_in: TenantSignIn::Secret(Application {
                token_url: details.tenant.token_url.parse().unwrap(),
                client_id: details.tenant.client_id.clone(),
                client_secret: details.tenant.client_secret.clone().into(),
            }),
            graph: details.tenant.graph.parse().unwrap(),
            admin_api: details.tenant.admin_api.parse().unwrap(),
            trust: Trust::SystemAnd(details.ca_pem.clone()),
            usage_location: None,
        })
        .unwrap()
    }
}

#[tokio::test]
async fn the_practice_companys_rights_are_its_neighbours_and_our_accounts_own() {
    let practice = practice().await;
    let addresses = practice.addresses();
    let found = practice.directory().habits(&addresses).await.unwrap();
    assert_eq!(found.len(), 10);
    let own = |found: &MailboxHabits| {
        let ours = found.habits.iter().filter(|habit| habit.own).count();
        assert_eq!(ours, 1, "{found:?}");
        told(found)
            .into_iter()
            .filter(|text| !text.ends_with("(ours)"))
            .collect::<Vec<_>>()
    };
    for (at, address) in addresses.iter().enumerate() {
        let found = found
            .iter()
            .find(|found| found.address == *address)
            .unwrap();
        let expected: Vec<String> = if at % 5 == 4 {
            let neighbour = addresses[at - 1].key();
            ["FullAccess", "SendAs", "SendOnBehalf"]
                .map(|kind| format!("{kind} {neighbour}"))
                .to_vec()
        } else {
            Vec::new()
        };
        assert_eq!(own(found), expected, "{address}");
    }
}

#[tokio::test]
async fn the_tenant_tells_what_moved_and_what_of_ours_is_in_it() {
    let practice = practice().await;
    let (addresses, tenant) = (practice.addresses(), practice.tenant());
    let (fourth, last) = (&addresses[4], &addresses[9]);
    assert_eq!(
        tenant.habits(&addresses).await.unwrap(),
        [],
        "nobody has a mailbox yet"
    );
    for address in [fourth, last] {
        tenant.license(address).await.unwrap();
        while tenant
            .recipient(address)
            .await
            .unwrap()
            .is_none_or(|found| found.kind != stegvis_model::TenantRecipientKind::Mailbox)
        {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
    tenant.grant_access(fourth).await.unwrap();
    let found = tenant.habits(&addresses).await.unwrap();
    assert_eq!(found.len(), 2);
    let mine = told(&found[0]);
    assert!(
        mine[0].starts_with("FullAccess ") && mine[0].ends_with("(ours)"),
        "{mine:?}"
    );
    assert_eq!(mine[1..], [format!("SendOnBehalf {}", addresses[3].key())]);
    assert_eq!(
        told(&found[1]),
        [
            format!("SendAs {}", addresses[8].key()),
            format!("SendOnBehalf {}", addresses[8].key())
        ]
    );
    assert!(found.iter().all(|found| found.unreadable.is_empty()));
    assert!(tenant.may_open(fourth).await.unwrap());
    tenant.revoke_access(fourth).await.unwrap();
    assert!(!tenant.may_open(fourth).await.unwrap());
    assert!(!tenant.may_open(&addresses[0]).await.unwrap());
    tenant.remove_endpoint("nobody's").await.unwrap();
}
