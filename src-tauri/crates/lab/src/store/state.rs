//! The mutable half of the world: what the records add up to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::record::Record;
use crate::company;
use crate::dns::DnsStep;
use crate::item::{Flags, InternalDate};
use crate::ldap::normal;
use crate::migration::Migration;
use crate::seed;

/// Everything that can change.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// What the tenant holds under an alias, beside what it was born with.
    pub(crate) users: BTreeMap<String, TenantUser>,
    /// The largest message that a mailbox receives where nothing else was set for it; none: Exchange Online's default.
    pub(crate) max_receive: Option<u64>,
    /// The directory's modified objects, by their names in the form for comparing.
    pub(crate) directory: BTreeMap<String, ChangedObject>,
    /// How many times an object was modified.
    pub(crate) directory_writes: u64,
    /// Mails in the sink.
    pub(crate) mails: Vec<SunkMail>,
    /// Microsoft's migration service.
    pub(crate) migration: Migration,
    /// Whom directory synchronisation brought later.
    pub(crate) brought: BTreeSet<String>,
    /// How many days its clock was put forward.
    pub(crate) days_passed: u32,
    /// What the application may do.
    pub(crate) consent: Consent,
    /// The certificates of its registration: DER, base64.
    pub(crate) certificates: Vec<String>,
    /// What the company's DNS host changed, in order.
    pub(crate) dns: Vec<DnsStep>,
    /// Attempts to write to a source mailbox.
    pub(crate) source_writes: Vec<String>,
}

/// Whether the application may do anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Consent {
    pub(crate) given: bool,
    /// How often it was taken back: what was granted before is then worth nothing.
    pub(crate) generation: u32,
}

impl Default for Consent {
    /// The practice tenant's administrator has registered the program already.
    fn default() -> Self {
        Self {
            given: true,
            generation: 0,
        }
    }
}

/// What became of an object of the directory.
#[derive(Debug, Default)]
pub(crate) struct ChangedObject {
    /// The attributes that were modified, by name in lower case.
    pub(crate) attributes: BTreeMap<String, Vec<Vec<u8>>>,
    /// Which of all modifications was its last one.
    pub(crate) write: u64,
    /// When that was, in seconds of Unix time.
    pub(crate) at: i64,
}

/// A user of the tenant.
#[derive(Debug, Default)]
pub(crate) struct TenantUser {
    pub(crate) usage_location: Option<String>,
    pub(crate) licences: BTreeSet<String>,
    /// When the licence was given in this process's life; `None` after a restart: long enough ago.
    pub(crate) licensed_at: Option<Instant>,
    /// Who has Full Access.
    pub(crate) full_access: BTreeSet<String>,
    /// How many of its items the migration service is done with.
    pub(crate) moved: u64,
    /// The largest message that it receives, and sends, where that was set.
    pub(crate) max_receive: Option<u64>,
    pub(crate) max_send: Option<u64>,
    /// The mailbox, made by the first licence or by the migration service.
    pub(crate) mailbox: Option<TargetMailbox>,
}

/// A mailbox of the tenant: its folders by path.
#[derive(Debug, Default)]
pub(crate) struct TargetMailbox {
    pub(crate) folders: BTreeMap<String, TargetFolder>,
}

#[derive(Debug)]
pub(crate) struct TargetFolder {
    pub(crate) uid_validity: u32,
    pub(crate) uid_next: u32,
    pub(crate) messages: Vec<TargetMessage>,
}

#[derive(Debug, Clone)]
pub(crate) struct TargetMessage {
    pub(crate) uid: u32,
    pub(crate) flags: Flags,
    pub(crate) date: InternalDate,
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    pub(crate) place: Place,
}

/// Where a message's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the log, from this byte on.
    Log(u64),
    /// In a file of its own.
    File(String),
}

#[derive(Debug, Clone)]
pub(crate) struct SunkMail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) size: u64,
    /// Where in the log it starts.
    pub(crate) at: u64,
}

/// The folders that a new mailbox of the tenant has.
const BORN_WITH: [&str; 12] = [
    "INBOX",
    "Archive",
    "Calendar",
    "Contacts",
    "Deleted Items",
    "Drafts",
    "Journal",
    "Junk Email",
    "Notes",
    "Outbox",
    "Sent Items",
    "Tasks",
];

impl TargetMailbox {
    fn new(alias: &str) -> Self {
        let mut mailbox = Self::default();
        for folder in BORN_WITH {
            mailbox.make(alias, folder);
        }
        mailbox
    }

    fn make(&mut self, alias: &str, path: &str) {
        let [a, b, ..] = seed::guid(0, &["uidvalidity", alias, path]);
        self.folders
            .entry(path.to_owned())
            .or_insert_with(|| TargetFolder {
                uid_validity: 14 + u32::from(a) * 256 + u32::from(b),
                uid_next: 1,
                messages: Vec::new(),
            });
    }

    /// The path as it is written, whatever the case of letters asked with: Exchange's folders have one case only.
    pub(crate) fn written(&self, path: &str) -> Option<&str> {
        if let Some((written, _)) = self.folders.get_key_value(path) {
            return Some(written);
        }
        let path = path.to_lowercase();
        self.folders
            .keys()
            .find(|known| known.to_lowercase() == path)
            .map(String::as_str)
    }

    pub(crate) fn folder(&self, path: &str) -> Option<&TargetFolder> {
        self.folders.get(self.written(path)?)
    }
}

impl State {
    /// Takes in a record. `blob` is where in the log its blob starts. Of a record read back from the log,
    /// `live` is false.
    pub(super) fn apply(&mut self, record: Record, blob: u64, live: bool) {
        match record {
            Record::Located { mailbox, country } => {
                self.users.entry(mailbox).or_default().usage_location = Some(country);
            }
            Record::Licensed {
                mailbox,
                sku,
                mailbox_plan,
            } => {
                let user = self.users.entry(mailbox.clone()).or_default();
                user.licences.insert(sku);
                if mailbox_plan && user.mailbox.is_none() {
                    user.licensed_at = live.then(Instant::now);
                    user.mailbox = Some(TargetMailbox::new(&mailbox));
                }
            }
            Record::Granted { mailbox, user } => {
                let entry = self.users.entry(mailbox).or_default();
                entry.full_access.insert(user);
            }
            Record::Revoked { mailbox, user } => {
                let entry = self.users.entry(mailbox).or_default();
                entry.full_access.remove(&user);
            }
            Record::FolderMade { mailbox, folder } => {
                if let Some(made) = self.mailbox_mut(&mailbox) {
                    made.make(&mailbox, &folder);
                }
            }
            Record::Appended {
                mailbox,
                folder,
                uid,
                flags,
                date,
                size,
                sha256,
                file,
                service,
            } => {
                if let Some(user) = service {
                    self.users.entry(mailbox.clone()).or_default().moved += 1;
                    self.migration.copied(&user, size);
                }
                let place = file.map_or(Place::Log(blob), Place::File);
                if let Some(folder) = self
                    .mailbox_mut(&mailbox)
                    .and_then(|mailbox| mailbox.folders.get_mut(&folder))
                {
                    folder.uid_next = uid + 1;
                    folder.messages.push(TargetMessage {
                        uid,
                        flags,
                        date,
                        size,
                        sha256,
                        place,
                    });
                }
            }
            Record::DirectoryModified { dn, attributes, at } => {
                self.directory_writes += 1;
                let name = normal(&dn).unwrap_or(dn);
                let object = self.directory.entry(name).or_default();
                object.write = self.directory_writes;
                object.at = at;
                for (name, values) in attributes {
                    let values = values.iter().filter_map(|v| BASE64.decode(v).ok());
                    object
                        .attributes
                        .insert(name.to_lowercase(), values.collect());
                }
            }
            Record::MailSunk { from, to, size } => self.mails.push(SunkMail {
                from,
                to,
                size,
                at: blob,
            }),
            Record::Provisioned { mailbox } => {
                let user = self.users.entry(mailbox.clone()).or_default();
                if user.mailbox.is_none() {
                    user.mailbox = Some(TargetMailbox::new(&mailbox));
                }
            }
            Record::Brought { mailbox } => {
                self.brought.insert(mailbox);
            }
            Record::DaysPassed { days } => {
                self.days_passed = self.days_passed.saturating_add(days);
            }
            Record::Receives { size } => self.max_receive = Some(size),
            Record::Sized {
                mailbox,
                receive,
                send,
            } => {
                let user = self.users.entry(mailbox).or_default();
                user.max_receive = receive.or(user.max_receive);
                user.max_send = send.or(user.max_send);
            }
            Record::Migration { moved, event } => {
                if let Some(alias) = moved {
                    self.users.entry(alias).or_default().moved += 1;
                }
                self.migration.apply(event, live);
            }
            Record::Consented { given } => {
                self.consent.given = given;
                self.consent.generation += u32::from(!given);
            }
            Record::CertificateRegistered { certificate } => {
                if !self.certificates.contains(&certificate) {
                    self.certificates.push(certificate);
                }
            }
            Record::DnsChanged { step } => self.dns.push(step),
            Record::SourceWrite { mailbox, command } => {
                self.source_writes.push(format!("{mailbox}: {command}"));
            }
        }
    }

    fn mailbox_mut(&mut self, alias: &str) -> Option<&mut TargetMailbox> {
        self.users.get_mut(alias)?.mailbox.as_mut()
    }

    /// The largest message that a mailbox of this alias receives.
    pub(crate) fn receives(&self, alias: &str) -> u64 {
        let own = self.users.get(alias).and_then(|user| user.max_receive);
        own.or(self.max_receive).unwrap_or(company::DEFAULT)
    }

    /// The tenant's mailbox of this alias, if it was made.
    pub(crate) fn mailbox(&self, alias: &str) -> Option<&TargetMailbox> {
        self.users.get(alias)?.mailbox.as_ref()
    }
}
