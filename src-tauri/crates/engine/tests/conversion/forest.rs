//! A directory in memory that answers as a domain controller does, and can stop answering for ever at any call:
//! that is what a killed process looks like from its journal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use stegvis_engine::directory::{Values, applied, touched};
use stegvis_engine::ports::{
    AcceptedDomain, AttributeChange, Backup, Backups, CloudMailbox, CloudMailboxes, Directory,
    DirectoryEntry, DirectoryOrganization, DirectoryRecipient, EndpointError, EndpointErrorKind,
    ExchangeServer, OtherRecipient,
};
use stegvis_model::{ExchangeVersion, RecipientKind, SmtpAddress};
use tokio::sync::Notify;

/// At which call the world ends, and whether that call still had its effect.
#[derive(Debug, Clone, Copy)]
pub struct Fuse {
    pub call: u32,
    pub after: bool,
}

#[derive(Debug, Default)]
pub struct Forest {
    pub entries: Mutex<BTreeMap<String, DirectoryEntry>>,
    /// Objects of which this account may not write anything.
    pub denied: Mutex<BTreeSet<String>>,
    /// Objects on which the account believes it may write, and is refused all the same.
    pub refused: Mutex<BTreeSet<String>>,
    /// Addresses by which nothing is found although it stands there.
    pub unfindable: Mutex<BTreeSet<String>>,
    pub backups: Mutex<BTreeMap<String, Backup>>,
    pub disk_full: Mutex<bool>,
    /// The cloud mailboxes that do not open.
    pub closed: Mutex<BTreeSet<String>>,
    /// The next modification is made, and its answer never arrives.
    pub answer_lost: Mutex<bool>,
    /// After the first modification nobody answers any more.
    pub gone: Mutex<bool>,
    /// The next call is made, and answered only when this is told.
    pub late: Mutex<Option<Arc<Notify>>>,
    pub fuse: Mutex<Option<Fuse>>,
    pub calls: Mutex<u32>,
    pub ended: Notify,
    pub modifications: Mutex<u32>,
}

pub fn text(values: &[&str]) -> Vec<Vec<u8>> {
    values
        .iter()
        .map(|value| value.as_bytes().to_vec())
        .collect()
}

pub fn dn(name: &str) -> String {
    format!("CN={name},OU=Staff,DC=nordvik,DC=example")
}

/// A mailbox-enabled user of Exchange 2007 whose mail goes to the cloud already.
pub fn mailbox(name: &str) -> DirectoryEntry {
    let legacy = format!("/o=Nordvik/ou=First/cn=Recipients/cn={name}");
    let attributes: [(&str, Vec<Vec<u8>>); 22] = [
        ("cn", text(&[name])),
        ("displayName", text(&[name])),
        ("mailNickname", text(&[name])),
        ("mail", text(&[&format!("{name}@nordvik.example")])),
        (
            "proxyAddresses",
            text(&[
                &format!("SMTP:{name}@nordvik.example"),
                &format!("smtp:{name}.old@nordvik.example"),
                &format!("X400:c=SE;a= ;p=Nordvik;o=Exchange;s={name};"),
            ]),
        ),
        ("legacyExchangeDN", text(&[&legacy])),
        (
            "targetAddress",
            text(&[&format!("SMTP:{name}@nordvik.onmicrosoft.example")]),
        ),
        ("homeMDB", text(&["CN=Store,CN=SRV,DC=nordvik,DC=example"])),
        ("homeMTA", text(&["CN=MTA,CN=SRV,DC=nordvik,DC=example"])),
        (
            "msExchHomeServerName",
            text(&["/o=Nordvik/ou=First/cn=Configuration/cn=Servers/cn=SRV"]),
        ),
        ("msExchMailboxGuid", vec![vec![0, 255, 3, 200, 16, 0, 1, 2]]),
        (
            "msExchMailboxSecurityDescriptor",
            vec![vec![1, 0, 4, 128, 0, 0, 255]],
        ),
        ("mDBUseDefaults", text(&["TRUE"])),
        ("msExchUserAccountControl", text(&["0"])),
        ("msExchUserCulture", text(&["sv-SE"])),
        ("msExchRecipientTypeDetails", text(&["1"])),
        ("msExchRecipientDisplayType", text(&["1073741824"])),
        ("msExchVersion", text(&["4535486012416"])),
        (
            "msExchPoliciesIncluded",
            text(&["{AAAA},{26491CFC-9E50-4857-861B-0CB8DF22B5D7}"]),
        ),
        ("telephoneNumber", text(&["+46 8 123"])),
        ("objectClass", text(&["top", "person", "user"])),
        ("description", text(&[""])),
    ];
    DirectoryEntry {
        dn: dn(name),
        attributes: attributes
            .into_iter()
            .map(|(name, values)| (name.to_owned(), values))
            .collect(),
    }
}

pub fn cloud(name: &str) -> CloudMailbox {
    CloudMailbox {
        address: format!("{name}@nordvik.example").parse().unwrap(),
        routing_address: format!("{name}@nordvik.onmicrosoft.example")
            .parse()
            .unwrap(),
        legacy_exchange_dn: format!("/o=ExchangeLabs/ou=Group/cn=Recipients/cn=0f-{name}"),
        exchange_guid: Some([7; 16]),
    }
}

pub fn organization() -> DirectoryOrganization {
    DirectoryOrganization {
        domain: "nordvik.example".into(),
        domain_controller: "dc01.nordvik.example".into(),
        domain_level: Some(2),
        forest_level: Some(2),
        schema_version: Some(14625),
        exchange_organization: Some("Nordvik".into()),
        servers: vec![ExchangeServer {
            name: "SRV".into(),
            serial_number: "Version 8.3 (Build 30083.6)".into(),
            version: Some(ExchangeVersion::Exchange2007),
            roles: Some(54),
        }],
        accepted_domains: vec![AcceptedDomain {
            name: "nordvik.example".parse().unwrap(),
            authoritative: true,
        }],
        upn_suffixes: vec!["nordvik.example".into()],
        mailbox_retention: BTreeMap::new(),
    }
}

impl Forest {
    pub fn of(names: &[String]) -> Arc<Self> {
        let entries = names.iter().map(|name| (dn(name), mailbox(name))).collect();
        Arc::new(Self {
            entries: Mutex::new(entries),
            ..Self::default()
        })
    }

    pub fn snapshot(&self) -> BTreeMap<String, DirectoryEntry> {
        self.entries.lock().unwrap().clone()
    }

    /// What somebody else does to an attribute.
    pub fn set(&self, name: &str, attribute: &str, values: &[&str]) {
        let mut entries = self.entries.lock().unwrap();
        let entry = entries.get_mut(&dn(name)).unwrap();
        entry.attributes.insert(attribute.to_owned(), text(values));
    }

    /// One call to the outside world.
    async fn call<T>(&self, act: impl FnOnce() -> T) -> T {
        let number = {
            let mut calls = self.calls.lock().unwrap();
            *calls += 1;
            *calls
        };
        let fuse = self.fuse.lock().unwrap().filter(|fuse| fuse.call == number);
        if fuse.is_some_and(|fuse| !fuse.after) {
            self.ended.notify_one();
            std::future::pending::<()>().await;
        }
        let done = act();
        let late = self.late.lock().unwrap().take();
        if let Some(late) = late {
            self.ended.notify_one();
            late.notified().await;
        }
        if fuse.is_some() {
            self.ended.notify_one();
            std::future::pending::<()>().await;
        }
        done
    }

    fn modify_entry(&self, dn: &str, changes: &[AttributeChange]) -> Result<(), EndpointError> {
        let error = |kind, words: &str| Err(EndpointError::new(kind, words));
        if self.denied.lock().unwrap().contains(dn) || self.refused.lock().unwrap().contains(dn) {
            return error(EndpointErrorKind::RightsMissing, "insufficientAccessRights");
        }
        let mut entries = self.entries.lock().unwrap();
        let Some(entry) = entries.get_mut(dn) else {
            return error(EndpointErrorKind::NotFound, "noSuchObject");
        };
        let names: Vec<String> = changes.iter().map(|change| change.name.clone()).collect();
        let before: Values = touched(entry, &names);
        let Some(after) = applied(&before, changes) else {
            return error(EndpointErrorKind::Refused, "noSuchAttribute");
        };
        for name in names {
            entry.attributes.remove(&name);
        }
        entry.attributes.extend(after);
        *self.modifications.lock().unwrap() += 1;
        if std::mem::take(&mut *self.answer_lost.lock().unwrap()) {
            return error(EndpointErrorKind::Disconnected, "connection reset");
        }
        Ok(())
    }
}

fn recipient(entry: &DirectoryEntry) -> Option<DirectoryRecipient> {
    if entry.values("homeMDB").is_empty() && entry.values("msExchHomeServerName").is_empty() {
        return None;
    }
    let smtp = |value: &str| {
        let (kind, rest) = value.split_once(':')?;
        kind.eq_ignore_ascii_case("smtp")
            .then(|| rest.parse().ok())?
    };
    Some(DirectoryRecipient {
        dn: entry.dn.clone(),
        display_name: entry.text("displayName")?.to_owned(),
        address: entry.text("mail")?.parse().ok()?,
        proxy_addresses: entry
            .texts("proxyAddresses")
            .into_iter()
            .filter_map(smtp)
            .collect(),
        kind: RecipientKind::UserMailbox,
        alias: entry.text("mailNickname")?.to_owned(),
        user_principal_name: None,
        target_address: entry.text("targetAddress").map(str::to_owned),
        alternate_recipient: entry.text("altRecipient").map(str::to_owned),
        server: entry
            .text("msExchHomeServerName")
            .and_then(|name| name.rsplit_once('='))
            .map(|(_, name)| name.to_owned()),
        store: None,
        hidden: false,
        disabled: false,
        protected: false,
    })
}

#[async_trait]
impl Directory for Forest {
    async fn mailboxes(&self) -> Result<Vec<DirectoryRecipient>, EndpointError> {
        let entries = self.snapshot();
        Ok(self
            .call(|| entries.values().filter_map(recipient).collect())
            .await)
    }

    async fn find(
        &self,
        address: &SmtpAddress,
    ) -> Result<Option<DirectoryRecipient>, EndpointError> {
        self.call(|| {
            Ok(self
                .snapshot()
                .values()
                .filter_map(recipient)
                .find(|found| found.proxy_addresses.contains(address)))
        })
        .await
    }

    async fn others(&self) -> Result<Vec<OtherRecipient>, EndpointError> {
        Ok(Vec::new())
    }

    async fn organization(&self) -> Result<DirectoryOrganization, EndpointError> {
        Ok(organization())
    }

    async fn entry(&self, dn: &str) -> Result<DirectoryEntry, EndpointError> {
        self.call(|| {
            if *self.gone.lock().unwrap() && *self.modifications.lock().unwrap() > 0 {
                return Err(EndpointError::new(EndpointErrorKind::Unreachable, "gone"));
            }
            self.entries
                .lock()
                .unwrap()
                .get(dn)
                .cloned()
                .ok_or_else(|| EndpointError::new(EndpointErrorKind::NotFound, "noSuchObject"))
        })
        .await
    }

    async fn holders(&self, proxy_address: &str) -> Result<Vec<String>, EndpointError> {
        self.call(|| {
            if self.unfindable.lock().unwrap().contains(proxy_address) {
                return Ok(Vec::new());
            }
            let holds = |entry: &&DirectoryEntry| {
                entry
                    .texts("proxyAddresses")
                    .iter()
                    .any(|value| value.eq_ignore_ascii_case(proxy_address))
            };
            Ok(self
                .snapshot()
                .values()
                .filter(holds)
                .map(|entry| entry.dn.clone())
                .collect())
        })
        .await
    }

    async fn export(&self, dn: &str) -> Result<String, EndpointError> {
        self.call(|| Ok(format!("version: 1\ndn: {dn}\n"))).await
    }

    async fn modify(&self, dn: &str, changes: &[AttributeChange]) -> Result<(), EndpointError> {
        self.call(|| self.modify_entry(dn, changes)).await
    }

    async fn unwritable(
        &self,
        dn: &str,
        attributes: &[&str],
    ) -> Result<Vec<String>, EndpointError> {
        self.call(|| {
            let denied = self.denied.lock().unwrap().contains(dn);
            Ok(attributes
                .iter()
                .filter(|_| denied)
                .map(|&name| name.to_owned())
                .collect())
        })
        .await
    }

    async fn write_target_address(&self, _: &str, _: Option<&str>) -> Result<(), EndpointError> {
        panic!("a change is told by values here")
    }

    async fn may_write_target_address(&self, dn: &str) -> Result<(), EndpointError> {
        match self.denied.lock().unwrap().contains(dn) {
            false => Ok(()),
            true => Err(EndpointError::new(EndpointErrorKind::RightsMissing, "no")),
        }
    }
}

#[async_trait]
impl Backups for Forest {
    async fn keep(&self, backup: &Backup) -> Result<String, String> {
        self.call(|| {
            if *self.disk_full.lock().unwrap() {
                return Err("no space left on device".to_owned());
            }
            let mut backups = self.backups.lock().unwrap();
            let name = format!("{}", backups.len());
            backups.insert(name.clone(), backup.clone());
            Ok(name)
        })
        .await
    }

    async fn read(&self, name: &str) -> Result<Option<Backup>, String> {
        self.call(|| Ok(self.backups.lock().unwrap().get(name).cloned()))
            .await
    }
}

#[async_trait]
impl CloudMailboxes for Forest {
    async fn mailbox(&self, address: &SmtpAddress) -> Result<Option<CloudMailbox>, EndpointError> {
        Ok(Some(cloud(address.local())))
    }

    async fn opens(&self, address: &SmtpAddress) -> Option<Result<(), EndpointError>> {
        let closed = self.closed.lock().unwrap().contains(address.local());
        Some(match closed {
            false => Ok(()),
            true => Err(EndpointError::new(
                EndpointErrorKind::RightsMissing,
                "closed",
            )),
        })
    }

    async fn licensed(&self, _: &SmtpAddress) -> Option<bool> {
        None
    }
}
