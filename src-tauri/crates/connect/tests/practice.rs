//! The tenant, the directory and the mail server of the practice organisation, over real sockets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;

use stegvis_connect::http::Application;
use stegvis_connect::imap::{ImapAuth, ImapEndpoint, ImapTarget};
use stegvis_connect::ldap::{ActiveDirectory, DirectorySettings, DirectorySignIn};
use stegvis_connect::smtp::{SmtpMailer, SmtpSettings};
use stegvis_connect::tenant::{CloudTenant, TenantSettings, TenantSignIn};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::{
    Attachment, ByteBudget, Directory, EndpointError, EndpointErrorKind, Gate, Mail, MailboxRef,
    Mailer, TargetConnector, Tenant, TenantRecipient,
};
use stegvis_lab::{Company, FaultScript, Hurdle, Lab, LabOptions, MailboxKind};
use stegvis_model::{RecipientKind, Security, SmtpAddress, TenantRecipientKind};

struct Practice {
    lab: Lab,
    _dir: tempfile::TempDir,
}

async fn practice(change: impl FnOnce(&mut LabOptions)) -> Practice {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    change(&mut options);
    Practice {
        lab: Lab::start(options).await.unwrap(),
        _dir: dir,
    }
}

impl Practice {
    fn trust(&self) -> Trust {
        Trust::SystemAnd(self.lab.details().ca_pem.clone())
    }

    fn tenant_with(&self, client_secret: &str) -> CloudTenant {
        let details = self.lab.details();
        CloudTenant::new(TenantSettings {
            tenant_id: details.tenant_id.clone(),
            sign_in: TenantSignIn::Secret(Application {
                token_url: details.tenant.token_url.parse().unwrap(),
                client_id: details.tenant.client_id.clone(),
                client_secret: client_secret.to_owned().into(),
            }),
            graph: details.tenant.graph.parse().unwrap(),
            admin_api: details.tenant.admin_api.parse().unwrap(),
            trust: self.trust(),
            usage_location: None,
        })
        .unwrap()
    }

    fn tenant(&self) -> CloudTenant {
        self.tenant_with(&self.lab.details().tenant.client_secret)
    }

    fn directory_settings(&self) -> DirectorySettings {
        let directory = &self.lab.details().directory;
        DirectorySettings {
            hosts: vec![directory.host.clone()],
            port: directory.port,
            security: Security::ImplicitTls,
            sign_in: DirectorySignIn::Password {
                account: directory.account.clone(),
                password: directory.password.clone().into(),
            },
            base_dn: None,
            trust: self.trust(),
        }
    }

    fn directory(&self) -> ActiveDirectory {
        ActiveDirectory::new(self.directory_settings()).unwrap()
    }

    fn smtp_settings(&self) -> SmtpSettings {
        let smtp = &self.lab.details().smtp;
        SmtpSettings {
            host: smtp.host.clone(),
            port: smtp.port,
            security: Security::StartTls,
            account: Some((smtp.account.clone(), smtp.password.clone().into())),
            from: self.lab.details().notify.parse().unwrap(),
            trust: self.trust(),
        }
    }

    fn first(&self) -> SmtpAddress {
        self.lab
            .details()
            .mailboxes
            .first()
            .unwrap()
            .address
            .parse()
            .unwrap()
    }

    fn hurdle(&self, hurdle: Hurdle) -> SmtpAddress {
        let mailboxes = &self.lab.details().mailboxes;
        let found = mailboxes
            .iter()
            .find(|mailbox| mailbox.hurdle == Some(hurdle));
        found.unwrap().address.parse().unwrap()
    }
}

fn by_address(recipients: Vec<TenantRecipient>) -> BTreeMap<SmtpAddress, TenantRecipient> {
    recipients
        .into_iter()
        .map(|recipient| (recipient.address.clone(), recipient))
        .collect()
}

#[tokio::test]
async fn a_tenant_shows_its_sync_its_domains_and_a_mail_user_for_every_mailbox() {
    let practice = practice(|_| {}).await;
    let (tenant, details) = (practice.tenant(), practice.lab.details());
    let organization = tenant.organization().await.unwrap();
    assert_eq!(organization.display_name, details.company);
    assert!(organization.directory_sync);
    assert!(organization.last_directory_sync.is_some());
    assert_eq!(organization.free_mailbox_licences, 12);

    let domains = tenant.domains().await.unwrap();
    let facts: Vec<_> = domains
        .iter()
        .map(|domain| (domain.name.as_str(), domain.verified, domain.initial))
        .collect();
    assert_eq!(
        facts,
        [
            (&*details.domain, true, false),
            ("nordvikbygg.example", true, false),
            (&*details.tenant_domain, true, true)
        ]
    );

    let all = by_address(tenant.recipients().await.unwrap());
    for mailbox in &details.mailboxes {
        let address: SmtpAddress = mailbox.address.parse().unwrap();
        let recipient = all.get(&address).unwrap();
        assert_eq!(recipient.kind, TenantRecipientKind::MailUser);
        assert!(!recipient.licensed && !recipient.mailbox_guid_synced);
        let routing = recipient.routing_address.as_ref().unwrap();
        assert_eq!(routing.domain().as_str(), details.tenant_domain);
        assert_eq!(
            tenant.recipient(&address).await.unwrap().as_ref(),
            Some(recipient)
        );
    }
    let kinds: Vec<_> = all.values().map(|recipient| recipient.kind).collect();
    assert!(kinds.contains(&TenantRecipientKind::Other));
    assert!(kinds.contains(&TenantRecipientKind::Mailbox));
    let nobody = "nobody@nordvik.example".parse().unwrap();
    assert_eq!(tenant.recipient(&nobody).await.unwrap(), None);
}

#[tokio::test]
async fn a_licence_makes_a_mailbox_and_the_mailbox_is_opened_to_us_however_often_it_is_asked() {
    let practice = practice(|_| {}).await;
    let (tenant, address) = (practice.tenant(), practice.first());
    let early = tenant.grant_access(&address).await.unwrap_err();
    assert_eq!(early.kind, EndpointErrorKind::NotFound, "{early}");
    assert_eq!(tenant.mailbox(&address).await.unwrap(), None);

    for _ in 0..2 {
        tenant.license(&address).await.unwrap();
    }
    let organization = tenant.organization().await.unwrap();
    assert_eq!(organization.free_mailbox_licences, 11);
    let recipient = loop {
        let recipient = tenant.recipient(&address).await.unwrap().unwrap();
        assert!(recipient.licensed);
        if recipient.kind == TenantRecipientKind::Mailbox {
            break recipient;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert!(recipient.routing_address.is_some());
    let mailbox = tenant.mailbox(&address).await.unwrap().unwrap();
    assert_eq!(mailbox.address, address);
    assert_eq!(
        Some(&mailbox.routing_address),
        recipient.routing_address.as_ref()
    );
    assert!(mailbox.legacy_exchange_dn.starts_with("/o=ExchangeLabs/"));
    // Another mailbox than the old one.
    let directory = practice.directory();
    let dn = directory.find(&address).await.unwrap().unwrap().dn;
    let entry = directory.entry(&dn).await.unwrap();
    let guid = mailbox.exchange_guid.unwrap();
    assert_ne!(entry.values("msExchMailboxGuid"), [guid.to_vec()]);
    for _ in 0..2 {
        tenant.grant_access(&address).await.unwrap();
    }

    let nobody = "nobody@nordvik.example".parse().unwrap();
    assert_eq!(tenant.mailbox(&nobody).await.unwrap(), None);
    let error = tenant.license(&nobody).await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::NotFound, "{error}");
}

#[tokio::test]
async fn the_largest_message_that_a_mailbox_takes_is_raised_and_put_back() {
    const RAISED: u64 = 150 << 20;
    let practice = practice(|options| options.tenant.max_receive_size = 36 << 20).await;
    let (tenant, address) = (practice.tenant(), practice.first());
    assert_eq!(tenant.receive_size(&address).await.unwrap(), None);
    let early = tenant.set_receive_size(&address, RAISED).await;
    assert_eq!(early.unwrap_err().kind, EndpointErrorKind::NotFound);

    tenant.license(&address).await.unwrap();
    let before = loop {
        if let Some(size) = tenant.receive_size(&address).await.unwrap() {
            break size;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert_eq!(before, 36 << 20);
    for _ in 0..2 {
        // More than the tenant allows is the most that it does.
        tenant.set_receive_size(&address, u64::MAX).await.unwrap();
    }
    assert_eq!(tenant.receive_size(&address).await.unwrap(), Some(RAISED));
    tenant.set_receive_size(&address, before).await.unwrap();
    assert_eq!(tenant.receive_size(&address).await.unwrap(), Some(before));
}

#[tokio::test]
async fn access_that_is_taken_back_is_gone_and_nobody_minds_taking_it_twice() {
    let practice = practice(|_| {}).await;
    let (tenant, address) = (practice.tenant(), practice.first());
    // There is no mailbox yet, and so nothing to take back.
    tenant.revoke_access(&address).await.unwrap();
    tenant.license(&address).await.unwrap();
    while tenant.mailbox(&address).await.unwrap().is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let opened = async || -> Result<(), EndpointError> {
        let details = practice.lab.details();
        let target = ImapTarget(ImapEndpoint {
            host: details.tenant.imap_host.clone(),
            port: details.tenant.imap_port,
            security: Security::ImplicitTls,
            trust: practice.trust(),
            auth: ImapAuth::OAuth(tenant.mailbox_tokens().clone()),
            allow_plaintext: false,
            gate: Gate::default(),
            budget: ByteBudget::new(1 << 20),
        });
        let mailbox = MailboxRef {
            address: address.clone(),
            sign_in: None,
        };
        target.open(&mailbox).await?.folders().await.map(drop)
    };
    opened().await.unwrap_err();
    tenant.grant_access(&address).await.unwrap();
    opened().await.unwrap();
    // Another program, which granted nothing, takes it back all the same.
    let other = practice.tenant();
    for _ in 0..2 {
        other.revoke_access(&address).await.unwrap();
        opened().await.unwrap_err();
    }
    tenant.grant_access(&address).await.unwrap();
    opened().await.unwrap();
}

#[tokio::test]
async fn a_new_mailbox_may_be_opened_by_imap_and_nothing_stands_in_its_way() {
    let practice = practice(|_| {}).await;
    let (tenant, address) = (practice.tenant(), practice.first());
    assert!(tenant.deleted_mailboxes().await.unwrap().is_empty());
    assert!(tenant.provisioning_errors().await.unwrap().is_empty());
    let access = tenant.imap_access().await.unwrap();
    assert!(access.mailboxes.is_empty());
    assert!(!access.plans.is_empty() && access.plans.iter().all(|plan| plan.enabled));
    tenant.license(&address).await.unwrap();
    while tenant.mailbox(&address).await.unwrap().is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let access = tenant.imap_access().await.unwrap();
    assert_eq!(access.mailboxes, [(address, true)]);
}

#[tokio::test]
async fn a_synced_guid_a_mailbox_already_there_and_a_removed_twin_are_told() {
    let practice = practice(|options| options.company = Company::Provisioning).await;
    let tenant = practice.tenant();
    let all = by_address(tenant.recipients().await.unwrap());
    let of = |hurdle| all.get(&practice.hurdle(hurdle)).unwrap();
    let stuck = of(Hurdle::StuckMailboxGuid);
    assert_eq!(stuck.kind, TenantRecipientKind::MailUser);
    assert!(stuck.mailbox_guid_synced);
    // What was synced is the old mailbox's own.
    let directory = practice.directory();
    let dn = directory.find(&stuck.address).await.unwrap().unwrap().dn;
    let entry = directory.entry(&dn).await.unwrap();
    let guid = stuck.exchange_guid.unwrap();
    assert_eq!(entry.values("msExchMailboxGuid"), [guid.to_vec()]);

    let both = of(Hurdle::MailboxOnBothSides);
    assert_eq!(both.kind, TenantRecipientKind::Mailbox);
    assert!(both.exchange_guid.is_some() && !both.mailbox_guid_synced);

    let twins = tenant.deleted_mailboxes().await.unwrap();
    let [twin] = &twins[..] else {
        panic!("one twin: {twins:?}")
    };
    assert_eq!(twin.addresses, [practice.hurdle(Hurdle::SoftDeletedTwin)]);
    assert!(twin.deleted_at.is_some() && !twin.inactive);
    let live = of(Hurdle::SoftDeletedTwin);
    assert_ne!(twin.exchange_guid, live.exchange_guid);
}

#[tokio::test]
async fn a_missing_mail_user_is_not_there_and_a_wrong_secret_does_not_sign_in() {
    let practice = practice(|options| options.hurdles = true).await;
    let missing = practice.hurdle(Hurdle::MailUserMissing);
    assert_eq!(practice.tenant().recipient(&missing).await.unwrap(), None);
    let error = practice
        .tenant_with("wrong")
        .organization()
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::SignInRefused, "{error}");
}

#[tokio::test]
async fn a_tenant_that_asks_to_wait_is_waited_for() {
    let practice = practice(|options| options.faults = FaultScript::Throttled).await;
    let tenant = practice.tenant();
    for _ in 0..4 {
        assert!(tenant.recipients().await.unwrap().len() > 10);
    }
}

#[tokio::test]
async fn a_directory_lists_every_mailbox_with_its_kind() {
    let practice = practice(|_| {}).await;
    let directory = practice.directory();
    assert_eq!(
        directory.base_dn().await.unwrap(),
        practice.lab.details().directory.base_dn
    );
    let found: BTreeMap<_, _> = directory
        .mailboxes()
        .await
        .unwrap()
        .into_iter()
        .map(|recipient| (recipient.address.to_string(), recipient))
        .collect();
    let mailboxes = &practice.lab.details().mailboxes;
    assert_eq!(found.len(), mailboxes.len());
    for mailbox in mailboxes {
        let recipient = found.get(&mailbox.address).unwrap();
        let kind = match mailbox.kind {
            MailboxKind::UserMailbox => RecipientKind::UserMailbox,
            MailboxKind::SharedMailbox => RecipientKind::SharedMailbox,
            MailboxKind::RoomMailbox => RecipientKind::RoomMailbox,
            MailboxKind::EquipmentMailbox => RecipientKind::EquipmentMailbox,
            MailboxKind::LinkedMailbox => RecipientKind::LinkedMailbox,
        };
        assert_eq!(recipient.kind, kind);
        assert_eq!(recipient.display_name, mailbox.display_name);
        assert_eq!(recipient.alias, mailbox.alias);
        assert_eq!(recipient.target_address, None);
        let one = directory.find(&recipient.address).await.unwrap();
        assert_eq!(one.as_ref(), Some(recipient));
    }
    let nobody = "nobody@nordvik.example".parse().unwrap();
    assert_eq!(directory.find(&nobody).await.unwrap(), None);
}

#[tokio::test]
async fn a_target_address_is_written_read_back_and_removed_twice_over() {
    let practice = practice(|_| {}).await;
    let (directory, address) = (practice.directory(), practice.first());
    let dn = directory.find(&address).await.unwrap().unwrap().dn;
    // What the controller counts up at every write is not part of the object.
    let export = async || -> String {
        let ldif = directory.export(&dn).await.unwrap();
        let counted =
            |line: &&str| line.starts_with("uSNChanged:") || line.starts_with("whenChanged:");
        ldif.lines()
            .filter(|line| !counted(line))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let before = export().await;
    assert!(before.contains(&format!("mail: {address}\n")), "{before}");
    directory.may_write_target_address(&dn).await.unwrap();

    let value = "SMTP:asa@nordvik.onmicrosoft.example";
    for target in [Some(value), None] {
        for _ in 0..2 {
            directory.write_target_address(&dn, target).await.unwrap();
            directory.may_write_target_address(&dn).await.unwrap();
            let now = directory.find(&address).await.unwrap().unwrap();
            assert_eq!(now.target_address.as_deref(), target);
        }
    }
    assert_eq!(export().await, before);
}

#[tokio::test]
async fn a_protected_account_is_seen_and_its_write_refused() {
    let practice = practice(|options| options.hurdles = true).await;
    let directory = practice.directory();
    let address = practice.hurdle(Hurdle::ProtectedAccount);
    let found = directory.find(&address).await.unwrap().unwrap();
    assert!(found.protected);
    for outcome in [
        directory.may_write_target_address(&found.dn).await,
        directory
            .write_target_address(&found.dn, Some("SMTP:x@y.example"))
            .await,
    ] {
        assert_eq!(outcome.unwrap_err().kind, EndpointErrorKind::RightsMissing);
    }
    let gone = format!("CN=Ingen,{}", practice.lab.details().directory.base_dn);
    for kind in [
        directory.export(&gone).await.unwrap_err().kind,
        directory
            .write_target_address(&gone, None)
            .await
            .unwrap_err()
            .kind,
    ] {
        assert_eq!(kind, EndpointErrorKind::NotFound);
    }
}

#[tokio::test]
async fn a_directory_that_is_not_trusted_or_does_not_trust_us_says_which() {
    let practice = practice(|_| {}).await;
    let settings = practice.directory_settings();
    let refused = ActiveDirectory::new(DirectorySettings {
        sign_in: DirectorySignIn::Password {
            account: practice.lab.details().directory.account.clone(),
            password: "wrong".to_owned().into(),
        },
        ..settings.clone()
    });
    let error = refused.unwrap().check().await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::SignInRefused, "{error}");
    assert!(error.detail.contains("wrong password"), "{error}");

    let pinned = |pin: String| {
        ActiveDirectory::new(DirectorySettings {
            trust: Trust::Pinned(pin),
            ..settings.clone()
        })
        .unwrap()
    };
    let error = pinned("0".repeat(64)).check().await.unwrap_err();
    let EndpointErrorKind::Certificate {
        fingerprint: Some(shown),
    } = error.kind
    else {
        panic!("{error:?}");
    };
    pinned(shown).check().await.unwrap();
}

#[tokio::test]
async fn mail_reaches_the_sink_by_both_kinds_of_tls() {
    let practice = practice(|_| {}).await;
    let settings = practice.smtp_settings();
    let implicit = SmtpSettings {
        port: practice.lab.details().smtp.implicit_tls_port,
        security: Security::ImplicitTls,
        ..settings.clone()
    };
    for settings in [settings.clone(), implicit] {
        let mail = Mail {
            to: practice.lab.details().notify.parse().unwrap(),
            subject: "Omgång 1 är klar".into(),
            text: "Tio brevlådor, inga fel.".into(),
            attachments: vec![Attachment {
                name: "report.csv".into(),
                media_type: "text/csv".into(),
                bytes: b"EmailAddress\r\n".to_vec(),
            }],
        };
        SmtpMailer::new(settings).send(&mail).await.unwrap();
    }
    let sunk = practice.lab.judge().await.unwrap().mails;
    let subjects: Vec<_> = sunk.iter().map(|mail| &*mail.subject).collect();
    assert_eq!(subjects, ["Omgång 1 är klar"; 2]);
    assert_eq!(sunk.first().unwrap().to, [&*practice.lab.details().notify]);

    let wrong = SmtpSettings {
        account: Some((
            "migrering@nordvik.example".into(),
            "wrong".to_owned().into(),
        )),
        ..settings
    };
    let error = SmtpMailer::new(wrong).check().await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::SignInRefused, "{error}");
}
