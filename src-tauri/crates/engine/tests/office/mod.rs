//! An office in memory: a directory and a tenant that answer what a test says, and count the questions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use stegvis_engine::ports::{
    Answer, AttributeChange, Clock, CloudMailbox, DeletedMailbox, Directory, DirectoryEntry,
    DirectoryOrganization, DirectoryRecipient, EndpointError, EndpointErrorKind, ImapAccess,
    MailboxRef, Organization, OtherRecipient, Probe, ProvisioningError, SourceConnector,
    SourceMailbox, Tenant, TenantDomain, TenantRecipient,
};
use stegvis_engine::preflight::{Facts, Finding, PreflightPorts, Subjects, preflight};
use stegvis_model::{CheckId, Engine, RecipientKind, SmtpAddress, TenantRecipientKind};

/// What the tenant makes of a larger wish.
pub const LARGEST_MESSAGE: u64 = 150 << 20;

type Asked<T> = Result<T, EndpointError>;

/// What the directory and the tenant say, and what the checks are about.
#[derive(Debug, Clone)]
pub struct Office {
    pub mailboxes: Vec<DirectoryRecipient>,
    pub recipients: Vec<TenantRecipient>,
    pub deleted: Vec<DeletedMailbox>,
    pub errors: Vec<ProvisioningError>,
    pub imap: ImapAccess,
    pub free_licences: u32,
    pub begun: BTreeSet<SmtpAddress>,
    pub engine: Engine,
    /// Whether the tenant refuses everything.
    pub broken: bool,
    /// Mailboxes whose permissions the tenant will not touch, and what it says.
    pub refuses: BTreeMap<SmtpAddress, EndpointErrorKind>,
    /// How large a message each mailbox of the tenant takes.
    pub sizes: Arc<Mutex<BTreeMap<SmtpAddress, u64>>>,
    asked: Arc<AtomicUsize>,
}

pub fn address(local: &str) -> SmtpAddress {
    format!("{local}@nordvik.example").parse().unwrap()
}

pub fn recipient(local: &str, kind: TenantRecipientKind) -> TenantRecipient {
    TenantRecipient {
        kind,
        address: address(local),
        routing_address: None,
        mailbox_guid_synced: false,
        exchange_guid: None,
        licensed: false,
    }
}

fn mailbox(local: &str) -> DirectoryRecipient {
    DirectoryRecipient {
        dn: format!("CN={local},DC=nordvik"),
        display_name: local.to_owned(),
        address: address(local),
        proxy_addresses: vec![address(local)],
        kind: RecipientKind::UserMailbox,
        alias: local.to_owned(),
        user_principal_name: None,
        target_address: None,
        alternate_recipient: None,
        server: Some("SRV01".to_owned()),
        store: Some("Store 1".to_owned()),
        hidden: false,
        disabled: false,
        protected: false,
    }
}

impl Office {
    /// As many people, `u0` first, each with a mail user in the tenant.
    pub fn of(people: usize) -> Self {
        let names: Vec<String> = (0..people).map(|number| format!("u{number}")).collect();
        Self {
            mailboxes: names.iter().map(|name| mailbox(name)).collect(),
            recipients: names
                .iter()
                .map(|name| recipient(name, TenantRecipientKind::MailUser))
                .collect(),
            deleted: Vec::new(),
            errors: Vec::new(),
            imap: ImapAccess::default(),
            free_licences: 5,
            begun: BTreeSet::new(),
            engine: Engine::Direct,
            broken: false,
            refuses: BTreeMap::new(),
            sizes: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// How often anything was asked.
    pub fn calls(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    pub async fn check(&self, checks: &[CheckId]) -> Vec<Finding> {
        let office = Arc::new(self.clone());
        let ports = PreflightPorts {
            directory: office.clone(),
            tenant: office.clone(),
            source: office.clone(),
            source_probe: office.clone(),
            target_probe: office.clone(),
            clock: office,
        };
        let about = Subjects {
            chosen: self
                .mailboxes
                .iter()
                .map(|one| one.address.clone())
                .collect(),
            begun: self.begun.clone(),
            engine: self.engine,
        };
        let facts = Facts::gather(&ports).await;
        preflight(&facts, &ports, &about, checks, &|_| ()).await
    }

    pub async fn check_one(&self, check: CheckId) -> Finding {
        self.check(&[check]).await.remove(0)
    }

    fn told<T>(&self, value: T) -> Asked<T> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.broken {
            Err(EndpointError::new(
                EndpointErrorKind::Unreachable,
                "no route",
            ))
        } else {
            Ok(value)
        }
    }
}

/// Nobody asks this of the office.
fn never<T>() -> Asked<T> {
    panic!("the checks do not ask this")
}

impl Clock for Office {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
}

#[async_trait]
impl Probe for Office {
    fn endpoint(&self) -> String {
        "srv01:993".to_owned()
    }

    async fn probe(&self) -> Asked<Answer> {
        never()
    }
}

#[async_trait]
impl SourceConnector for Office {
    async fn open(&self, _: &MailboxRef) -> Asked<Box<dyn SourceMailbox>> {
        never()
    }
}

#[async_trait]
impl Tenant for Office {
    async fn organization(&self) -> Asked<Organization> {
        self.told(Organization {
            display_name: "Nordvik Bygg AB".to_owned(),
            directory_sync: true,
            last_directory_sync: None,
            free_mailbox_licences: self.free_licences,
        })
    }

    async fn domains(&self) -> Asked<Vec<TenantDomain>> {
        self.told(Vec::new())
    }

    async fn recipient(&self, _: &SmtpAddress) -> Asked<Option<TenantRecipient>> {
        never()
    }

    async fn recipients(&self) -> Asked<Vec<TenantRecipient>> {
        self.told(self.recipients.clone())
    }

    async fn mailbox(&self, _: &SmtpAddress) -> Asked<Option<CloudMailbox>> {
        never()
    }

    async fn license(&self, _: &SmtpAddress) -> Asked<Option<String>> {
        never()
    }

    async fn grant_access(&self, _: &SmtpAddress) -> Asked<()> {
        self.told(())
    }

    async fn revoke_access(&self, address: &SmtpAddress) -> Asked<()> {
        match self.refuses.get(address) {
            Some(kind) => Err(EndpointError::new(kind.clone(), "refused")),
            None => self.told(()),
        }
    }

    async fn receive_size(&self, address: &SmtpAddress) -> Asked<Option<u64>> {
        self.told(self.sizes.lock().unwrap().get(address).copied())
    }

    async fn set_receive_size(&self, address: &SmtpAddress, bytes: u64) -> Asked<()> {
        if let Some(kind) = self.refuses.get(address) {
            return Err(EndpointError::new(kind.clone(), "refused"));
        }
        let mut sizes = self.sizes.lock().unwrap();
        sizes.insert(address.clone(), bytes.min(LARGEST_MESSAGE));
        self.told(())
    }

    async fn deleted_mailboxes(&self) -> Asked<Vec<DeletedMailbox>> {
        self.told(self.deleted.clone())
    }

    async fn provisioning_errors(&self) -> Asked<Vec<ProvisioningError>> {
        self.told(self.errors.clone())
    }

    async fn imap_access(&self) -> Asked<ImapAccess> {
        self.told(self.imap.clone())
    }
}

#[async_trait]
impl Directory for Office {
    async fn mailboxes(&self) -> Asked<Vec<DirectoryRecipient>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(self.mailboxes.clone())
    }

    async fn find(&self, address: &SmtpAddress) -> Asked<Option<DirectoryRecipient>> {
        let mut mailboxes = self.mailboxes.iter();
        self.told(mailboxes.find(|one| one.address == *address).cloned())
    }

    async fn others(&self) -> Asked<Vec<OtherRecipient>> {
        never()
    }

    async fn organization(&self) -> Asked<DirectoryOrganization> {
        never()
    }

    async fn entry(&self, _: &str) -> Asked<DirectoryEntry> {
        never()
    }

    async fn holders(&self, _: &str) -> Asked<Vec<String>> {
        never()
    }

    async fn export(&self, _: &str) -> Asked<String> {
        never()
    }

    async fn modify(&self, _: &str, _: &[AttributeChange]) -> Asked<()> {
        never()
    }

    async fn unwritable(&self, _: &str, _: &[&str]) -> Asked<Vec<String>> {
        never()
    }

    async fn write_target_address(&self, _: &str, _: Option<&str>) -> Asked<()> {
        never()
    }

    async fn may_write_target_address(&self, _: &str) -> Asked<()> {
        never()
    }
}
