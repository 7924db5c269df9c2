//! Microsoft's migration service in memory, by a script; and a process that may end at any call to it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;
use stegvis_engine::ports::{
    Clock, CloudBatch, CloudEndpoint, CloudMigration, CloudStage, CloudUser, CloudUserDetail,
    EndpointError, EndpointErrorKind, LeftOut, NewCloudBatch, Reached, RefusedRow,
};
use tokio::sync::Notify;
use tokio::time::Instant;

type Asked<T> = Result<T, EndpointError>;

/// A stage, Microsoft's word for it, and what it says with it.
pub type Step = (CloudStage, &'static str, Option<&'static str>);

pub const WAY: [Step; 6] = [
    (CloudStage::Waiting, "Queued", None),
    (CloudStage::Waiting, "Validating", None),
    (CloudStage::Provisioning, "Provisioning", None),
    (CloudStage::Copying, "Syncing", None),
    (CloudStage::Copying, "Syncing", None),
    (CloudStage::Synced, "Synced", None),
];

/// The way to a failure with these words.
pub fn failing(words: &'static str) -> Vec<Step> {
    let mut way = WAY[..2].to_vec();
    way.push((CloudStage::Failed, "Failed", Some(words)));
    way
}

/// A user of a batch: one way for each start, the last one for every later start.
#[derive(Debug, Clone)]
pub struct Scripted {
    ways: Vec<Vec<Step>>,
    start: usize,
    at: usize,
    stopped: bool,
    pub skipped: u64,
    pub stalled_seconds: u64,
}

impl Scripted {
    fn step(&self) -> Step {
        if self.stopped {
            return (CloudStage::Stopped, "Stopped", None);
        }
        let way = &self.ways[self.start.min(self.ways.len() - 1)];
        way[self.at.min(way.len() - 1)]
    }
}

#[derive(Debug)]
pub struct Batch {
    pub users: BTreeMap<String, Scripted>,
    pub refused: Vec<RefusedRow>,
    pub starts: u32,
    pub created: Timestamp,
}

impl Batch {
    fn stage(&self) -> (CloudStage, &'static str) {
        if self.starts == 0 {
            return (CloudStage::Created, "Created");
        }
        let steps: Vec<CloudStage> = self.users.values().map(|user| user.step().0).collect();
        if steps.iter().any(|stage| !stage.is_at_rest()) {
            (CloudStage::Copying, "Syncing")
        } else if steps.contains(&CloudStage::Corrupted) {
            (CloudStage::Corrupted, "Corrupted")
        } else if steps.contains(&CloudStage::Stopped) {
            (CloudStage::Stopped, "Stopped")
        } else if !steps.contains(&CloudStage::Synced) {
            (CloudStage::Failed, "Failed")
        } else if steps.contains(&CloudStage::Failed) {
            (CloudStage::Synced, "SyncedWithErrors")
        } else {
            (CloudStage::Synced, "Synced")
        }
    }
}

#[derive(Default)]
pub struct State {
    pub batches: BTreeMap<String, Batch>,
    /// How many were ever made.
    pub made: usize,
    /// What each user of a list does, where it is not the whole way.
    pub ways: BTreeMap<String, Vec<Vec<Step>>>,
    /// Rows that are dropped, by address.
    pub refuse: BTreeMap<String, &'static str>,
    /// Every call, by name.
    pub calls: Vec<&'static str>,
    /// What the next calls answer instead.
    pub trouble: Vec<EndpointErrorKind>,
    /// For how many looks a change is not shown.
    pub lag: u32,
    lagging: u32,
    shown: Option<(CloudStage, &'static str)>,
    shown_users: Vec<CloudUser>,
    /// How many items of a user are left out, by address.
    pub skips: BTreeMap<String, u64>,
    /// Half calls until the process ends.
    pub fuse: Option<u32>,
}

pub struct Service {
    pub state: Mutex<State>,
    pub ended: Notify,
    from: Instant,
}

/// A clock that runs with the runtime's.
impl Clock for Service {
    fn now(&self) -> Timestamp {
        let elapsed = i64::try_from(self.from.elapsed().as_millis()).unwrap();
        Timestamp::from_millisecond(1_790_000_000_000 + elapsed).unwrap()
    }
}

impl Service {
    pub fn new() -> Self {
        Self {
            state: Mutex::default(),
            ended: Notify::new(),
            from: Instant::now(),
        }
    }

    /// The moment before a call is heard, and the moment after: the process may end at either.
    async fn moment(&self) {
        let over = match &mut self.state.lock().unwrap().fuse {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        };
        if over {
            self.ended.notify_one();
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
    }

    async fn call<T>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut State) -> Asked<T>,
    ) -> Asked<T> {
        self.moment().await;
        let answer = {
            let mut state = self.state.lock().unwrap();
            state.calls.push(name);
            if state.trouble.is_empty() {
                work(&mut state)
            } else {
                let kind = state.trouble.remove(0);
                Err(EndpointError::new(kind, "as a test says"))
            }
        };
        self.moment().await;
        answer
    }

    /// The addresses of a list, as the service reads it.
    fn rows(list: &[u8]) -> Vec<String> {
        let text = std::str::from_utf8(list).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("EmailAddress"));
        lines.map(|line| line.to_ascii_lowercase()).collect()
    }

    /// Puts a batch there that nobody of us made.
    pub fn stranger(&self, name: &str, users: &[&str]) {
        let scripted = |address: &&str| ((*address).to_owned(), script(vec![WAY.to_vec()]));
        let batch = Batch {
            users: users.iter().map(scripted).collect(),
            refused: Vec::new(),
            starts: 0,
            created: self.now(),
        };
        self.state
            .lock()
            .unwrap()
            .batches
            .insert(name.to_owned(), batch);
    }
}

pub fn script(ways: Vec<Vec<Step>>) -> Scripted {
    Scripted {
        ways,
        start: 0,
        at: 0,
        stopped: false,
        skipped: 0,
        stalled_seconds: 0,
    }
}

fn none() -> EndpointError {
    EndpointError::new(EndpointErrorKind::NotFound, "no such batch")
}

fn told(name: &str, batch: &Batch, shown: Option<(CloudStage, &'static str)>) -> CloudBatch {
    let (stage, status) = shown.unwrap_or_else(|| batch.stage());
    CloudBatch {
        name: name.to_owned(),
        stage,
        status: status.to_owned(),
        refused: batch.refused.clone(),
        created: Some(batch.created),
        started: None,
        last_synced: None,
    }
}

#[async_trait]
impl CloudMigration for Service {
    async fn endpoints(&self) -> Asked<Vec<CloudEndpoint>> {
        self.call("endpoints", |_| Ok(Vec::new())).await
    }

    async fn test(&self, _: &str) -> Asked<Reached> {
        let reached = Reached {
            works: true,
            words: None,
        };
        self.call("test", |_| Ok(reached)).await
    }

    async fn set_at_once(&self, _: &str, _: u32) -> Asked<()> {
        self.call("set_at_once", |_| Ok(())).await
    }

    async fn make(&self, new: &NewCloudBatch) -> Asked<CloudBatch> {
        let created = self.now();
        self.call("make", |state| {
            if !state.batches.contains_key(&new.name) {
                state.made += 1;
                let (mut users, mut refused) = (BTreeMap::new(), Vec::new());
                for address in Self::rows(&new.list) {
                    if let Some(words) = state.refuse.get(&address) {
                        refused.push(RefusedRow {
                            address: Some(address),
                            words: (*words).to_owned(),
                        });
                        continue;
                    }
                    let ways = state.ways.get(&address).cloned();
                    let mut scripted = script(ways.unwrap_or(vec![WAY.to_vec()]));
                    scripted.skipped = state.skips.get(&address).copied().unwrap_or(0);
                    users.insert(address, scripted);
                }
                let batch = Batch {
                    users,
                    refused,
                    starts: 0,
                    created,
                };
                state.batches.insert(new.name.clone(), batch);
            }
            Ok(told(&new.name, &state.batches[&new.name], None))
        })
        .await
    }

    async fn batch(&self, name: &str) -> Asked<Option<CloudBatch>> {
        self.call("batch", |state| {
            state.lagging = state.lagging.saturating_sub(1);
            let shown = state.shown.filter(|_| state.lagging > 0);
            Ok(state
                .batches
                .get(name)
                .map(|batch| told(name, batch, shown)))
        })
        .await
    }

    async fn start(&self, name: &str) -> Asked<()> {
        self.call("start", |state| {
            let batch = state.batches.get_mut(name).ok_or_else(none)?;
            let before = batch.stage();
            if !before.0.is_at_rest() {
                return Err(EndpointError::new(
                    EndpointErrorKind::Refused,
                    "it runs already",
                ));
            }
            let before_users = batch
                .users
                .iter()
                .map(|(address, user)| cloud_user(address, user));
            let before_users: Vec<CloudUser> = before_users.collect();
            if batch.starts > 0 {
                for user in batch.users.values_mut() {
                    if user.stopped {
                        user.stopped = false;
                    } else if user.step().0 == CloudStage::Failed {
                        user.start += 1;
                        user.at = 0;
                    }
                }
            }
            batch.starts += 1;
            state.shown_users = before_users;
            (state.lagging, state.shown) = (state.lag, Some(before));
            Ok(())
        })
        .await
    }

    async fn stop(&self, name: &str) -> Asked<()> {
        self.call("stop", |state| {
            let batch = state.batches.get_mut(name).ok_or_else(none)?;
            for user in batch.users.values_mut() {
                user.stopped = !user.step().0.is_at_rest();
            }
            Ok(())
        })
        .await
    }

    async fn remove(&self, name: &str) -> Asked<()> {
        self.call("remove", |state| {
            state.batches.remove(name).map(drop).ok_or_else(none)
        })
        .await
    }

    async fn users(&self, name: &str) -> Asked<Vec<CloudUser>> {
        self.call("users", |state| {
            if state.lagging > 0 {
                return Ok(state.shown_users.clone());
            }
            let batch = state.batches.get_mut(name).ok_or_else(none)?;
            let mut users = Vec::new();
            for (address, user) in &mut batch.users {
                users.push(cloud_user(address, user));
                if batch.starts > 0 && !user.step().0.is_at_rest() {
                    user.at += 1;
                }
            }
            Ok(users)
        })
        .await
    }

    async fn user(&self, address: &str) -> Asked<CloudUserDetail> {
        self.call("user", |state| {
            let found = state
                .batches
                .values()
                .find_map(|batch| batch.users.get(&address.to_ascii_lowercase()));
            let user = found.ok_or_else(none)?;
            Ok(CloudUserDetail {
                user: cloud_user(address, user),
                bytes: Some(1000),
                bytes_total: Some(2000),
                items_total: Some(20),
                bytes_per_minute: None,
                stalled: Some(std::time::Duration::from_secs(user.stalled_seconds)),
                left_out: (0..user.skipped)
                    .map(|number| LeftOut {
                        kind: Some("LargeItem".to_owned()),
                        subject: Some(format!("Ritning {number}")),
                        ..LeftOut::default()
                    })
                    .collect(),
            })
        })
        .await
    }
}

fn cloud_user(address: &str, user: &Scripted) -> CloudUser {
    let (stage, status, error) = user.step();
    CloudUser {
        address: address.to_owned(),
        stage,
        status: status.to_owned(),
        synced: Some(user.at as u64),
        skipped: (stage == CloudStage::Synced).then_some(user.skipped),
        error: error.map(str::to_owned),
    }
}
