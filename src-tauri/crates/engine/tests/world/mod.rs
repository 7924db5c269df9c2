//! Mailboxes in memory behind the engine's ports, whose connections break where a test says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use stegvis_engine::ports::{
    Ack, Body, ByteBudget, Candidate, CandidatesRequest, Changes, ChangesRequest, Chunk, Clock,
    EndpointError, EndpointErrorKind, FetchRequest, Fetched, FetchedBody, ItemMeta, MailboxRef,
    Outgoing, SourceConnector, SourceFolder, SourceMailbox, TargetConnector, TargetFolder,
    TargetMailbox, Written, fingerprint,
};
use stegvis_model::{FolderPath, InternalDate, ItemKey, MessageFlags, SkipReason, SyncState};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
}

/// A message: its date and its bytes.
pub type Message = (i64, Vec<u8>);

/// Where connections break: the number of messages read, and of messages written, before each break.
/// After the last break they hold.
#[derive(Debug, Default)]
pub struct Breaks {
    pub reads: Vec<u32>,
    pub writes: Vec<u32>,
}

/// A message in the target: seconds of its date, flags, octets.
type Arrived = (i64, MessageFlags, Vec<u8>);

#[derive(Debug)]
pub struct World {
    pub source: BTreeMap<String, Vec<Message>>,
    pub target: Mutex<BTreeMap<String, Vec<Arrived>>>,
    pub breaks: Mutex<Breaks>,
    /// Messages whose writing the target refuses, by their bytes.
    pub refused: Vec<Vec<u8>>,
    /// Whether the target refuses a whole group for one message in it.
    pub in_groups: bool,
    /// How large a message the target takes.
    pub largest: Option<u64>,
}

fn path(name: &str) -> FolderPath {
    name.parse().unwrap()
}

fn broken() -> EndpointError {
    EndpointError::new(EndpointErrorKind::Disconnected, "cut")
}

pub struct Source(pub Arc<World>);
pub struct Target(pub Arc<World>);

#[async_trait]
impl SourceConnector for Source {
    async fn open(&self, _: &MailboxRef) -> Result<Box<dyn SourceMailbox>, EndpointError> {
        let left = self.0.breaks.lock().unwrap().reads.pop();
        Ok(Box::new(OpenSource {
            world: self.0.clone(),
            left,
        }))
    }
}

#[async_trait]
impl TargetConnector for Target {
    async fn open(&self, _: &MailboxRef) -> Result<Box<dyn TargetMailbox>, EndpointError> {
        let left = self.0.breaks.lock().unwrap().writes.pop();
        Ok(Box::new(OpenTarget {
            world: self.0.clone(),
            left,
        }))
    }
}

struct OpenSource {
    world: Arc<World>,
    left: Option<u32>,
}

#[async_trait]
impl SourceMailbox for OpenSource {
    async fn folders(&mut self) -> Result<Vec<SourceFolder>, EndpointError> {
        Ok(self
            .world
            .source
            .iter()
            .map(|(name, messages)| SourceFolder {
                path: path(name),
                well_known: None,
                selectable: true,
                items: Some(messages.len() as u64),
                state: Some(SyncState(messages.len().to_string())),
            })
            .collect())
    }

    async fn changes(
        &mut self,
        requests: &[ChangesRequest],
    ) -> Result<Vec<Changes>, EndpointError> {
        Ok(requests
            .iter()
            .map(|request| {
                let messages = &self.world.source[&request.folder.to_string()];
                let since: usize = request
                    .since
                    .as_ref()
                    .map_or(0, |state| state.0.parse().unwrap());
                let item = |(index, (date, bytes)): (usize, &Message)| ItemMeta {
                    key: ItemKey(index.to_string()),
                    size: bytes.len() as u64,
                    date: InternalDate {
                        seconds: *date,
                        offset_minutes: 0,
                    },
                    flags: MessageFlags {
                        seen: index % 2 == 0,
                        ..MessageFlags::default()
                    },
                };
                Changes {
                    items: messages.iter().enumerate().skip(since).map(item).collect(),
                    state: SyncState(messages.len().to_string()),
                    reset: false,
                    total: messages.len() as u64,
                }
            })
            .collect())
    }

    async fn fetch(
        &mut self,
        requests: Vec<FetchRequest>,
        into: mpsc::Sender<Fetched>,
        stop: CancellationToken,
    ) -> Result<(), EndpointError> {
        let budget = ByteBudget::new(1 << 20);
        for (index, request) in requests.into_iter().enumerate() {
            for (key, _) in request.items {
                if stop.is_cancelled() {
                    return Err(EndpointError::new(EndpointErrorKind::Cancelled, "stopped"));
                }
                if let Some(left) = &mut self.left {
                    *left = left.checked_sub(1).ok_or_else(broken)?;
                }
                let message = &self.world.source[&request.folder.to_string()]
                    [key.0.parse::<usize>().unwrap()];
                let held = budget.hold(message.1.len() as u64).await;
                let body = Body::Whole(Chunk {
                    bytes: Bytes::from(message.1.clone()),
                    held,
                });
                let item = Fetched {
                    request: index,
                    key,
                    body: FetchedBody::Message(body),
                };
                into.send(item)
                    .await
                    .map_err(|_| EndpointError::new(EndpointErrorKind::Cancelled, "gone"))?;
            }
        }
        Ok(())
    }

    async fn close(&mut self) {}
}

struct OpenTarget {
    world: Arc<World>,
    left: Option<u32>,
}

#[async_trait]
impl TargetMailbox for OpenTarget {
    async fn folders(&mut self) -> Result<Vec<TargetFolder>, EndpointError> {
        let target = self.world.target.lock().unwrap();
        Ok(target
            .iter()
            .map(|(name, messages)| TargetFolder {
                path: path(name),
                well_known: None,
                selectable: true,
                items: messages.len() as u64,
                next: Written {
                    validity: 1,
                    uid: u32::try_from(messages.len()).unwrap() + 1,
                },
            })
            .collect())
    }

    async fn create(&mut self, folders: &[FolderPath]) -> Result<(), EndpointError> {
        let mut target = self.world.target.lock().unwrap();
        for folder in folders {
            target.entry(folder.to_string()).or_default();
        }
        Ok(())
    }

    async fn candidates(
        &mut self,
        requests: &[CandidatesRequest],
    ) -> Result<Vec<Vec<Candidate>>, EndpointError> {
        let target = self.world.target.lock().unwrap();
        Ok(requests
            .iter()
            .map(|request| {
                let messages = target[&request.folder.to_string()].iter().zip(1_u32..);
                messages
                    .filter(|(_, uid)| *uid >= request.from_uid)
                    .map(|((date, _, bytes), uid)| Candidate {
                        at: Written { validity: 1, uid },
                        fingerprint: fingerprint(bytes),
                        date: InternalDate {
                            seconds: *date,
                            offset_minutes: 0,
                        },
                        size: bytes.len() as u64,
                    })
                    .collect()
            })
            .collect())
    }

    fn largest_item(&self) -> Option<u64> {
        self.world.largest
    }

    fn delimiter(&self) -> Option<char> {
        Some('/')
    }

    async fn write(
        &mut self,
        mut items: mpsc::Receiver<Outgoing>,
        acks: mpsc::UnboundedSender<Ack>,
    ) -> Result<(), EndpointError> {
        while let Some(item) = items.recv().await {
            let Body::Whole(chunk) = item.body else {
                panic!("only whole messages here")
            };
            if self.world.refused.iter().any(|bytes| *bytes == chunk.bytes) {
                let ack = if self.world.in_groups && !item.alone {
                    Ack::Unsettled { row: item.row }
                } else {
                    Ack::Refused {
                        row: item.row,
                        reason: SkipReason::RefusedByTarget,
                        detail: "no".into(),
                    }
                };
                acks.send(ack).unwrap();
                continue;
            }
            let uid = {
                let mut target = self.world.target.lock().unwrap();
                let folder = target
                    .get_mut(&item.folder.to_string())
                    .expect("the folder was made");
                folder.push((item.date.seconds, item.flags, chunk.bytes.to_vec()));
                u32::try_from(folder.len()).unwrap()
            };
            // The cruellest cut: it stands there, and nobody was told.
            if let Some(left) = &mut self.left {
                *left = left.checked_sub(1).ok_or_else(broken)?;
            }
            let at = Some(Written { validity: 1, uid });
            let _ = acks.send(Ack::Copied { row: item.row, at });
            tokio::time::sleep(Duration::ZERO).await;
        }
        Ok(())
    }

    async fn close(&mut self) {}
}
