//! The moving part: reading, writing and acknowledging, all three at once.

use std::collections::BTreeMap;

use stegvis_journal::{
    Acknowledged, CopiedPlace, Intent, JournalError, OpenItem, Skip, TargetPlace,
};
use stegvis_model::{Counts, Engine, FolderId, FolderPath, ItemKey, ItemRowId, SkipReason};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::progress::Progress;
use super::{Missing, SyncPorts, Trouble, on, subject};
use crate::plan::{CandidatePool, ItemsPlan};
use crate::ports::{
    Ack, EndpointErrorKind, Fetched, FetchedBody, Outgoing, Side, SourceMailbox, TargetMailbox,
    fingerprint,
};

/// What a copy reached.
pub(super) struct Copied {
    /// Whether something must be written again, alone.
    pub(super) unsettled: bool,
    /// Up to where each target folder is accounted for.
    pub(super) reached: BTreeMap<FolderId, TargetPlace>,
}

/// Messages between reading and writing; the byte budget bounds what they weigh.
const QUEUE: usize = 256;

/// Messages whose intents go into one transaction.
const PAGE: usize = 128;

#[expect(
    clippy::too_many_arguments,
    reason = "one call, and every argument is a different thing"
)]
pub(super) async fn copy(
    ports: &SyncPorts,
    source: &mut dyn SourceMailbox,
    target: &mut dyn TargetMailbox,
    plan: ItemsPlan,
    pool: CandidatePool,
    missing: Missing,
    stop: &CancellationToken,
    alone: bool,
    progress: &mut Progress,
) -> Result<Copied, Trouble> {
    let ItemsPlan {
        fetch,
        folders,
        skip: _,
    } = plan;
    let (fetched_in, fetched) = mpsc::channel(QUEUE);
    let (outgoing, outgoing_out) = mpsc::channel(QUEUE);
    let (acks_in, acks) = mpsc::unbounded_channel();
    // Reading also ends when writing has: there is nobody left to read for.
    let stop_reading = stop.child_token();
    let mut conductor = Conductor {
        ports,
        rows: folders
            .iter()
            .flat_map(|(id, _, items)| items.values().map(|item| (item.row, (*id, item.item.size))))
            .collect(),
        folders,
        pool,
        missing,
        alone,
        subjects: BTreeMap::new(),
        progress,
        copied: Copied {
            unsettled: false,
            reached: BTreeMap::new(),
        },
    };
    let reading = source.fetch(fetch, fetched_in, stop_reading.clone());
    let writing = async {
        match missing {
            Missing::Copy => target.write(outgoing_out, acks_in).await,
            Missing::Note => {
                // Nothing comes; the end of reading is the end of this.
                let (mut nothing, _acks) = (outgoing_out, acks_in);
                while nothing.recv().await.is_some() {}
                Ok(())
            }
        }
    };
    let conducting = conductor.conduct(fetched, outgoing, acks, stop_reading);
    let (read, written, conducted) = tokio::join!(reading, writing, conducting);
    conducted?;
    match (written, read) {
        // When the source breaks off inside a message, the target's connection has to go with it.
        (Err(error), _) if error.kind != EndpointErrorKind::Cancelled => {
            Err(Trouble::Endpoint(Side::Target, error))
        }
        (_, Err(error)) => Err(on(Side::Source)(error)),
        (Err(_), Ok(())) => Err(Trouble::Stopped),
        (Ok(()), Ok(())) => Ok(conductor.copied),
    }
}

struct Conductor<'a> {
    ports: &'a SyncPorts,
    rows: BTreeMap<ItemRowId, (FolderId, u64)>,
    folders: Vec<(FolderId, FolderPath, BTreeMap<ItemKey, OpenItem>)>,
    pool: CandidatePool,
    missing: Missing,
    alone: bool,
    /// What the messages on their way are about, should one be refused.
    subjects: BTreeMap<ItemRowId, Vec<u8>>,
    progress: &'a mut Progress,
    copied: Copied,
}

impl Conductor<'_> {
    async fn conduct(
        &mut self,
        mut fetched: mpsc::Receiver<Fetched>,
        outgoing: mpsc::Sender<Outgoing>,
        mut acks: mpsc::UnboundedReceiver<Ack>,
        stop_reading: CancellationToken,
    ) -> Result<(), Trouble> {
        let mut outgoing = Some(outgoing);
        let (mut page, mut settled) = (Vec::with_capacity(PAGE), Vec::with_capacity(PAGE));
        let result = loop {
            tokio::select! {
                biased;
                count = acks.recv_many(&mut settled, PAGE) => {
                    if count == 0 {
                        break Ok(());
                    }
                    if let Err(error) = self.settle(&mut settled) {
                        break Err(error.into());
                    }
                }
                count = fetched.recv_many(&mut page, PAGE), if outgoing.is_some() => {
                    if count == 0 {
                        // The last message was read; writing ends when it has written it.
                        outgoing = None;
                        continue;
                    }
                    match self.intend(&mut page) {
                        Ok(ready) => {
                            if let Some(channel) = &outgoing
                                && !pass_on(channel, ready).await
                            {
                                // Writing ended early; its error tells why.
                                outgoing = None;
                                stop_reading.cancel();
                                fetched.close();
                            }
                        }
                        Err(error) => break Err(error.into()),
                    }
                }
            }
        };
        stop_reading.cancel();
        // Dropping both ends lets reading and writing end.
        drop(outgoing);
        fetched.close();
        while fetched.try_recv().is_ok() {}
        result
    }

    /// Journals what is about to be written, what stands there already and what cannot be had, in one
    /// transaction; returns what is to be written.
    fn intend(&mut self, page: &mut Vec<Fetched>) -> Result<Vec<Outgoing>, JournalError> {
        let (mut intents, mut found, mut skips, mut ready) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut subjects = Vec::new();
        for fetched in page.drain(..) {
            let Some((folder, path, items)) = self.folders.get(fetched.request) else {
                continue;
            };
            let Some(open) = items.get(&fetched.key) else {
                continue;
            };
            let body = match fetched.body {
                FetchedBody::Message(body) => body,
                FetchedBody::Unavailable(reason, detail) => {
                    skips.push(Skip {
                        row: open.row,
                        reason,
                        detail,
                    });
                    continue;
                }
            };
            let (print, size) = (fingerprint(body.head()), body.size());
            let adopted = if self.pool.is_empty() {
                None
            } else {
                self.pool.take(
                    *folder,
                    print,
                    open.item.date,
                    size,
                    has_message_id(body.head()),
                )
            };
            if let Some(adoption) = adopted {
                found.push(Acknowledged {
                    row: open.row,
                    at: Some(adoption.at),
                });
                continue;
            }
            let field = subject::field(body.head());
            if self.missing == Missing::Note {
                if let Some(subject) = field.and_then(subject::decoded) {
                    subjects.push((open.row, subject));
                }
                skips.push(Skip {
                    row: open.row,
                    reason: SkipReason::LeftByService,
                    detail: String::new(),
                });
                continue;
            }
            if let Some(field) = field {
                self.subjects.insert(open.row, field);
            }
            intents.push(Intent {
                row: open.row,
                fingerprint: print,
                size,
            });
            if let Some(entry) = self.rows.get_mut(&open.row) {
                entry.1 = size;
            }
            ready.push(Outgoing {
                row: open.row,
                folder: path.clone(),
                flags: open.item.flags.clone(),
                date: open.item.date,
                body,
                alone: self.alone,
            });
        }
        self.ports.journal.transaction(|tx| {
            tx.intend(&intents)?;
            tx.acknowledge(&found)?;
            // What another engine moved is not ours to count; what a broken line left standing is.
            if self.missing == Missing::Copy {
                tx.moved(Engine::Direct, self.weight(&found), self.ports.clock.now())?;
            }
            tx.skip(&skips)?;
            tx.note_subjects(&subjects)
        })?;
        for item in found {
            self.count_copied(item.row, item.at);
        }
        self.progress.items_skipped += skips.len() as u64;
        self.progress.tell(self.ports, false);
        Ok(ready)
    }

    /// Journals what the target acknowledged.
    fn settle(&mut self, settled: &mut Vec<Ack>) -> Result<(), JournalError> {
        let (mut copied, mut skips, mut subjects) = (Vec::new(), Vec::new(), Vec::new());
        for ack in settled.drain(..) {
            match ack {
                Ack::Copied { row, at } => {
                    self.subjects.remove(&row);
                    let at = at.map(|at| CopiedPlace {
                        validity: at.validity,
                        uid: at.uid,
                    });
                    copied.push(Acknowledged { row, at });
                }
                Ack::Refused {
                    row,
                    reason,
                    detail,
                } => {
                    let field = self.subjects.remove(&row);
                    if let Some(subject) = field.and_then(subject::decoded) {
                        subjects.push((row, subject));
                    }
                    skips.push(Skip {
                        row,
                        reason,
                        detail,
                    });
                }
                Ack::Unsettled { .. } => self.copied.unsettled = true,
            }
        }
        self.ports.journal.transaction(|tx| {
            tx.acknowledge(&copied)?;
            tx.moved(Engine::Direct, self.weight(&copied), self.ports.clock.now())?;
            tx.skip(&skips)?;
            tx.note_subjects(&subjects)
        })?;
        for item in copied {
            self.count_copied(item.row, item.at);
        }
        self.progress.items_skipped += skips.len() as u64;
        self.progress.tell(self.ports, false);
        Ok(())
    }

    /// How many these are, and how heavy.
    fn weight(&self, items: &[Acknowledged]) -> Counts {
        let known = items.iter().filter_map(|item| self.rows.get(&item.row));
        known.fold(Counts::default(), |sum, (_, size)| {
            sum.plus(Counts {
                items: 1,
                bytes: *size,
            })
        })
    }

    fn count_copied(&mut self, row: ItemRowId, at: Option<CopiedPlace>) {
        let Some((folder, size)) = self.rows.get(&row) else {
            return;
        };
        self.progress.items_copied += 1;
        self.progress.bytes_copied += size;
        if let Some(at) = at {
            let next = at.uid.saturating_add(1);
            let place = self.copied.reached.entry(*folder).or_insert(TargetPlace {
                validity: at.validity,
                next,
            });
            if place.validity != at.validity || place.next < next {
                *place = TargetPlace {
                    validity: at.validity,
                    next,
                };
            }
        }
    }
}

/// Hands messages to the writing side; false when it is gone.
async fn pass_on(channel: &mpsc::Sender<Outgoing>, ready: Vec<Outgoing>) -> bool {
    for item in ready {
        if channel.send(item).await.is_err() {
            return false;
        }
    }
    true
}

fn has_message_id(head: &[u8]) -> bool {
    const NAME: &[u8] = b"message-id:";
    head.split(|&byte| byte == b'\n')
        .take_while(|line| !line.trim_ascii().is_empty())
        .any(|line| {
            line.get(..NAME.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(NAME))
        })
}
