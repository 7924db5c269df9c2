//! The selected folder: a listing of either side, and how to come by a message's bytes.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;

use super::Session;
use crate::faults::Side;
use crate::item::{Flags, InternalDate};
use crate::store::{Place, TargetMessage};
use crate::wire::Ended;
use crate::world::World;

/// A folder as this connection sees it. Messages are only ever added, so sequence numbers stand.
pub(super) struct Selected {
    pub(super) path: String,
    pub(super) read_only: bool,
    pub(super) uid_validity: u32,
    pub(super) uid_next: u32,
    pub(super) rows: Vec<Row>,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) uid: u32,
    pub(super) flags: Flags,
    pub(super) date: InternalDate,
    pub(super) size: u64,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    /// The source's message at this place of its folder's listing.
    Source(usize),
    /// Bytes on disk.
    Target(Place),
}

/// A message's bytes, whole in memory or on disk.
pub(super) enum Content {
    Memory(Bytes),
    Disk { place: Place, size: u64 },
}

impl Selected {
    pub(super) fn open(world: &World, side: Side, alias: &str, path: &str) -> Option<Self> {
        match side {
            Side::Source => {
                let folder = world.corpus.mailbox(alias)?.folder(path)?;
                let rows: Vec<Row> = folder
                    .messages()
                    .iter()
                    .enumerate()
                    .map(|(at, message)| Row {
                        uid: message.uid,
                        flags: message.flags,
                        date: message.date,
                        size: message.size,
                        body: Body::Source(at),
                    })
                    .collect();
                Some(Self {
                    path: folder.path.clone(),
                    read_only: false,
                    uid_validity: folder.uid_validity,
                    uid_next: rows.last().map_or(1, |row| row.uid + 1),
                    rows,
                })
            }
            Side::Target => world.store.read(|state| {
                let mailbox = state.mailbox(alias)?;
                let path = mailbox.written(path)?;
                let folder = mailbox.folder(path)?;
                Some(Self {
                    path: path.to_owned(),
                    read_only: false,
                    uid_validity: folder.uid_validity,
                    uid_next: folder.uid_next,
                    rows: folder.messages.iter().map(Row::target).collect(),
                })
            }),
        }
    }

    /// The UID that `*` stands for.
    pub(super) fn last_uid(&self) -> u32 {
        self.rows.last().map_or(0, |row| row.uid)
    }
}

impl Row {
    fn target(message: &TargetMessage) -> Self {
        Self {
            uid: message.uid,
            flags: message.flags,
            date: message.date,
            size: message.size,
            body: Body::Target(message.place.clone()),
        }
    }

    /// The message's bytes, or the way to them.
    pub(super) fn content(&self, world: &World, alias: &str, path: &str) -> Option<Content> {
        match &self.body {
            Body::Source(at) => {
                let folder = world.corpus.mailbox(alias)?.folder(path)?;
                let message = folder.messages().get(*at)?;
                Some(Content::Memory(folder.bytes(message)))
            }
            Body::Target(place) => Some(Content::Disk {
                place: place.clone(),
                size: self.size,
            }),
        }
    }
}

impl Content {
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Disk { size, .. } => *size,
        }
    }

    /// The bytes from `from` on, at most `most` of them. The caller bounds `most`.
    pub(super) fn part(&self, world: &World, from: u64, most: u64) -> io::Result<Bytes> {
        let to = from.saturating_add(most).min(self.size());
        match self {
            Self::Memory(bytes) => {
                let range = usize::try_from(from).unwrap_or(usize::MAX)
                    ..usize::try_from(to).unwrap_or(usize::MAX);
                Ok(if range.start < range.end {
                    bytes.slice(range)
                } else {
                    Bytes::new()
                })
            }
            Self::Disk { place, .. } => {
                let mut bytes = Vec::new();
                world
                    .store
                    .reader(place, from, to.saturating_sub(from))?
                    .read_to_end(&mut bytes)?;
                Ok(Bytes::from(bytes))
            }
        }
    }
}

impl Session {
    /// Tells of messages that have arrived in the selected folder.
    pub(super) async fn news(&mut self) -> Result<(), Ended> {
        let super::View::Mailbox(alias) = &self.view else {
            return Ok(());
        };
        let world = Arc::clone(&self.world);
        let Some(selected) = self.selected.as_mut().filter(|_| self.side == Side::Target) else {
            return Ok(());
        };
        let known = selected.rows.len();
        world.store.read(|state| {
            let folder = state.mailbox(alias).and_then(|m| m.folder(&selected.path));
            if let Some(folder) = folder {
                let new = folder.messages.iter().skip(known);
                selected.rows.extend(new.map(Row::target));
                selected.uid_next = folder.uid_next;
            }
        });
        if selected.rows.len() > known {
            let count = selected.rows.len();
            self.wire.say(format!("* {count} EXISTS\r\n")).await?;
        }
        Ok(())
    }
}
