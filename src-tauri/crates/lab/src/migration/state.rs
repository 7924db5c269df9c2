//! What the service remembers.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::org::{ACCOUNT, DOMAIN, NETBIOS};

/// One thing that happened to the service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "e", rename_all = "camelCase")]
pub(crate) enum Event {
    /// An endpoint was made or changed.
    EndpointKept { endpoint: Endpoint },
    /// An endpoint was removed.
    EndpointGone { name: String },
    /// A batch was made of these users; passwords are not kept.
    BatchMade {
        name: String,
        guid: String,
        endpoint: String,
        notify: Vec<String>,
        at: i64,
        start_after: Option<i64>,
        users: Vec<String>,
        dropped: Vec<RowError>,
    },
    /// A batch was changed: whom to tell, or users added.
    BatchChanged {
        name: String,
        notify: Option<Vec<String>>,
        users: Vec<String>,
        dropped: Vec<RowError>,
        #[serde(default)]
        at: i64,
    },
    /// A batch was started, or started again.
    BatchStarted { name: String, at: i64 },
    /// A batch was told to stop.
    BatchStopped {
        name: String,
        #[serde(default)]
        at: i64,
    },
    /// A batch was removed.
    BatchGone { name: String },
    /// A user got somewhere.
    Step {
        user: String,
        status: UserStatus,
        error: Option<String>,
        at: i64,
    },
    /// A user's mailbox is made and its old one forwards.
    Prepared { user: String },
    /// An item of a user was left out.
    Skipped { user: String, item: Skipped },
    /// A user is held up until then.
    Held { user: String, from: i64, until: i64 },
    /// A user was taken out.
    UserGone { user: String },
    /// A mail about a batch was sent.
    Told { name: String, last: bool },
}

/// A way to the old server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Endpoint {
    pub(crate) name: String,
    pub(crate) exchange_server: String,
    pub(crate) rpc_proxy_server: String,
    pub(crate) authentication: String,
    pub(crate) mailbox_permission: String,
    pub(crate) user_name: String,
    pub(crate) max_concurrent_migrations: u32,
    pub(crate) max_concurrent_incremental_syncs: u32,
}

impl Endpoint {
    /// The company's own old server.
    pub(crate) fn of_the_company(name: &str, at_once: u32) -> Self {
        Self {
            name: name.to_owned(),
            exchange_server: format!("ex07.{DOMAIN}"),
            rpc_proxy_server: format!("mail.{DOMAIN}"),
            authentication: "Basic".to_owned(),
            mailbox_permission: "FullAccess".to_owned(),
            user_name: format!("{NETBIOS}\\{ACCOUNT}"),
            max_concurrent_migrations: at_once,
            max_concurrent_incremental_syncs: at_once.min(20),
        }
    }
}

/// A row of a list that was dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowError {
    pub(crate) row: usize,
    pub(crate) email_address: String,
    pub(crate) message: String,
}

/// An item that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Skipped {
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) folder: String,
    pub(crate) sent: i64,
    pub(crate) size: u64,
}

/// How far a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum UserStatus {
    Queued,
    Validating,
    Provisioning,
    Syncing,
    Synced,
    Failed,
    Stopped,
}

impl UserStatus {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Validating => "Validating",
            Self::Provisioning => "Provisioning",
            Self::Syncing => "Syncing",
            Self::Synced => "Synced",
            Self::Failed => "Failed",
            Self::Stopped => "Stopped",
        }
    }

    pub(crate) const fn is_at_rest(self) -> bool {
        matches!(self, Self::Synced | Self::Failed | Self::Stopped)
    }
}

/// A batch.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub(crate) name: String,
    pub(crate) guid: String,
    pub(crate) endpoint: String,
    pub(crate) notify: Vec<String>,
    pub(crate) made_at: i64,
    pub(crate) start_after: Option<i64>,
    pub(crate) started_at: Option<i64>,
    /// When it was made, started, changed or stopped last.
    touched_at: i64,
    pub(crate) stopped: bool,
    pub(crate) dropped: Vec<RowError>,
    /// Whether the mail about the preparations was sent, and the one about the end.
    pub(crate) told: (bool, bool),
    /// When it was made in this process's life.
    pub(crate) made: Option<Instant>,
}

/// A user of a batch.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) address: String,
    /// By name in lower case.
    pub(crate) batch: String,
    pub(crate) place: usize,
    pub(crate) status: UserStatus,
    pub(crate) error: Option<String>,
    pub(crate) prepared: bool,
    /// How often its copying was begun.
    pub(crate) attempts: u32,
    pub(crate) synced: u64,
    pub(crate) bytes: u64,
    pub(crate) skipped: Vec<Skipped>,
    /// Since when it has this status.
    pub(crate) since: i64,
    pub(crate) began_at: Option<i64>,
    pub(crate) last_sync: Option<i64>,
    pub(crate) held: Option<Held>,
    pub(crate) stalled_ms: i64,
}

/// What holds a user up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// In which attempt.
    pub(crate) attempt: u32,
    pub(crate) until: i64,
}

/// Everything the service remembers.
#[derive(Debug, Default)]
pub(crate) struct Migration {
    /// By name in lower case; so with the others.
    pub(crate) endpoints: BTreeMap<String, Endpoint>,
    pub(crate) batches: BTreeMap<String, Batch>,
    /// By address in lower case.
    pub(crate) users: BTreeMap<String, User>,
}

/// What a batch's users come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) total: u64,
    pub(crate) waiting: u64,
    pub(crate) active: u64,
    pub(crate) prepared: u64,
    pub(crate) synced: u64,
    pub(crate) failed: u64,
    pub(crate) stopped: u64,
    pub(crate) skipped: u64,
}

impl Migration {
    /// Takes in an event.
    pub(crate) fn apply(&mut self, event: Event, live: bool) {
        match event {
            Event::EndpointKept { endpoint } => {
                self.endpoints
                    .insert(endpoint.name.to_lowercase(), endpoint);
            }
            Event::EndpointGone { name } => {
                self.endpoints.remove(&name.to_lowercase());
            }
            Event::BatchMade {
                name,
                guid,
                endpoint,
                notify,
                at,
                start_after,
                users,
                dropped,
            } => {
                let batch = Batch {
                    name: name.clone(),
                    guid,
                    endpoint,
                    notify,
                    made_at: at,
                    start_after,
                    started_at: None,
                    touched_at: at,
                    stopped: false,
                    dropped,
                    told: (false, false),
                    made: live.then(Instant::now),
                };
                self.batches.insert(name.to_lowercase(), batch);
                self.add(&name, users, at);
            }
            Event::BatchChanged {
                name,
                notify,
                users,
                dropped,
                at,
            } => {
                if let Some(batch) = self.batches.get_mut(&name.to_lowercase()) {
                    batch.touched_at = batch.touched_at.max(at);
                    if let Some(notify) = notify {
                        batch.notify = notify;
                    }
                    batch.dropped.extend(dropped);
                    let at = batch.made_at.max(at);
                    self.add(&name, users, at);
                }
            }
            Event::BatchStarted { name, at } => self.start(&name, at),
            Event::BatchStopped { name, at } => {
                if let Some(batch) = self.batches.get_mut(&name.to_lowercase()) {
                    batch.touched_at = batch.touched_at.max(at);
                    batch.stopped = true;
                }
            }
            Event::BatchGone { name } => {
                let name = name.to_lowercase();
                self.batches.remove(&name);
                self.users.retain(|_, user| user.batch != name);
            }
            Event::Step {
                user,
                status,
                error,
                at,
            } => self.with(&user, |user| user.step(status, error, at)),
            Event::Prepared { user } => self.with(&user, |user| user.prepared = true),
            Event::Skipped { user, item } => self.with(&user, |user| user.skipped.push(item)),
            Event::Held { user, from, until } => self.with(&user, |user| {
                user.held = Some(Held {
                    attempt: user.attempts,
                    until,
                });
                user.stalled_ms += until - from;
            }),
            Event::UserGone { user } => {
                self.users.remove(&user.to_lowercase());
            }
            Event::Told { name, last } => {
                if let Some(batch) = self.batches.get_mut(&name.to_lowercase()) {
                    let (first, end) = batch.told;
                    batch.told = (first || !last, end || last);
                }
            }
        }
    }

    /// An item of a user was copied.
    pub(crate) fn copied(&mut self, user: &str, size: u64) {
        self.with(user, |user| {
            user.synced += 1;
            user.bytes += size;
        });
    }

    fn with(&mut self, user: &str, change: impl FnOnce(&mut User)) {
        if let Some(user) = self.users.get_mut(&user.to_lowercase()) {
            change(user);
        }
    }

    fn add(&mut self, batch: &str, users: Vec<String>, at: i64) {
        for address in users {
            let place = self.users.len();
            let user = User {
                batch: batch.to_lowercase(),
                place,
                status: UserStatus::Queued,
                error: None,
                prepared: false,
                attempts: 0,
                synced: 0,
                bytes: 0,
                skipped: Vec::new(),
                since: at,
                began_at: None,
                last_sync: None,
                held: None,
                stalled_ms: 0,
                address: address.clone(),
            };
            self.users.entry(address.to_lowercase()).or_insert(user);
        }
    }

    /// Starting again tries those that failed and goes on with those that were stopped.
    fn start(&mut self, name: &str, at: i64) {
        let name = name.to_lowercase();
        let Some(batch) = self.batches.get_mut(&name) else {
            return;
        };
        batch.started_at.get_or_insert(at);
        batch.touched_at = batch.touched_at.max(at);
        batch.stopped = false;
        let again = [UserStatus::Failed, UserStatus::Stopped];
        for user in self.users.values_mut().filter(|user| user.batch == name) {
            if again.contains(&user.status) {
                user.step(UserStatus::Queued, None, at);
                batch.told.1 = false;
            }
        }
    }

    /// The users of a batch, in the list's order.
    pub(crate) fn users_of(&self, batch: &Batch) -> Vec<&User> {
        let name = batch.name.to_lowercase();
        let mut users: Vec<&User> = self
            .users
            .values()
            .filter(|user| user.batch == name)
            .collect();
        users.sort_by_key(|user| user.place);
        users
    }

    /// When an administrator, or its own work, did anything to a batch last.
    pub(crate) fn touched_at(&self, batch: &Batch) -> i64 {
        let users = self.users_of(batch);
        let steps = users.iter().map(|user| user.since);
        steps.fold(batch.touched_at, i64::max)
    }

    /// What a batch's users come to.
    pub(crate) fn counts(&self, batch: &Batch) -> Counts {
        let mut counts = Counts::default();
        for user in self.users_of(batch) {
            counts.total += 1;
            counts.prepared += u64::from(user.prepared);
            counts.skipped += user.skipped.len() as u64;
            *match user.status {
                UserStatus::Queued => &mut counts.waiting,
                UserStatus::Validating | UserStatus::Provisioning | UserStatus::Syncing => {
                    &mut counts.active
                }
                UserStatus::Synced => &mut counts.synced,
                UserStatus::Failed => &mut counts.failed,
                UserStatus::Stopped => &mut counts.stopped,
            } += 1;
        }
        counts
    }

    /// A batch's status, which is what its users are.
    pub(crate) fn status(&self, batch: &Batch) -> &'static str {
        let counts = self.counts(batch);
        if batch.stopped {
            return if counts.active > 0 {
                "Stopping"
            } else {
                "Stopped"
            };
        }
        if batch.started_at.is_none() {
            return "Created";
        }
        if counts.active + counts.waiting > 0 {
            return "Syncing";
        }
        if counts.stopped > 0 {
            return "Stopped";
        }
        if counts.synced == 0 {
            return "Failed";
        }
        if counts.failed + counts.skipped > 0 || !batch.dropped.is_empty() {
            return "SyncedWithErrors";
        }
        "Synced"
    }
}

impl User {
    fn step(&mut self, status: UserStatus, error: Option<String>, at: i64) {
        if status == UserStatus::Syncing {
            self.attempts += 1;
            self.began_at.get_or_insert(at);
        }
        if status == UserStatus::Synced {
            self.last_sync = Some(at);
        }
        self.status = status;
        self.error = error;
        self.since = at;
    }
}
