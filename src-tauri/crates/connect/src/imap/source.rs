use std::collections::VecDeque;

use async_trait::async_trait;
use stegvis_engine::ports::{
    Body, BodyStream, ByteBudget, Changes, ChangesRequest, Chunk, EndpointError, EndpointErrorKind,
    FetchRequest, Fetched, FetchedBody, ItemMeta, SourceFolder, SourceMailbox,
};
use stegvis_model::{ItemKey, SkipReason, SyncState};
use stegvis_wire::imap::{Response, State, number_set};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::folders::{self, Layout};
use super::line::Incoming;
use super::read::{date_from_wire, flags_from_wire, list_items};
use super::session::{Session, bye, command_error};

/// How much of a large message is passed on at once; its header fits in the first piece.
const PIECE: usize = 256 * 1024;

/// An open source mailbox.
pub(super) struct ImapSourceMailbox {
    session: Session,
    layout: Layout,
}

impl ImapSourceMailbox {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            layout: Layout::default(),
        }
    }
}

/// `uidvalidity.uid`, `uidvalidity.uidnext`: the form of keys and states here.
fn key(validity: u32, uid: u32) -> String {
    format!("{validity}.{uid}")
}

fn parts(text: &str) -> Option<(u32, u32)> {
    let (validity, uid) = text.split_once('.')?;
    Some((validity.parse().ok()?, uid.parse().ok()?))
}

#[async_trait]
impl SourceMailbox for ImapSourceMailbox {
    async fn folders(&mut self) -> Result<Vec<SourceFolder>, EndpointError> {
        let (layout, found) = folders::list(&mut self.session).await?;
        self.layout = layout;
        // Exchange gives no sign of what a folder is but its name at the top of the mailbox.
        let by_name = self.session.is_exchange();
        Ok(found
            .into_iter()
            .map(|folder| SourceFolder {
                well_known: folder.kind(by_name),
                selectable: folder.selectable,
                items: folder.status.as_ref().and_then(|status| status.messages),
                state: folder
                    .status
                    .and_then(|status| status.uid_validity.zip(status.uid_next))
                    .map(|(validity, next)| SyncState(key(validity, next))),
                path: folder.path,
            })
            .collect())
    }

    async fn changes(
        &mut self,
        requests: &[ChangesRequest],
    ) -> Result<Vec<Changes>, EndpointError> {
        let since: Vec<Option<(u32, u32)>> = requests
            .iter()
            .map(|request| request.since.as_ref().and_then(|state| parts(&state.0)))
            .collect();
        let asked: Vec<_> = requests
            .iter()
            .zip(&since)
            .map(|(request, since)| (request.folder.clone(), since.map_or(1, |(_, next)| next)))
            .collect();
        const WHAT: &str = "UID FLAGS INTERNALDATE RFC822.SIZE";
        let mut listings = list_items(&mut self.session, &self.layout, &asked, WHAT).await?;
        let mut changes = Vec::with_capacity(requests.len());
        for ((request, since), mut listing) in requests.iter().zip(&since).zip(listings.drain(..)) {
            let reset = since.is_some_and(|(validity, _)| validity != listing.validity);
            if reset {
                let again = [(request.folder.clone(), 1)];
                listing = list_items(&mut self.session, &self.layout, &again, WHAT)
                    .await?
                    .pop()
                    .ok_or_else(|| {
                        EndpointError::new(EndpointErrorKind::Protocol, "a folder was not listed")
                    })?;
            }
            let items = listing.items.iter().filter_map(|item| {
                Some(ItemMeta {
                    key: ItemKey(key(listing.validity, item.uid?)),
                    size: item.size.unwrap_or(0),
                    date: date_from_wire(item.date),
                    flags: flags_from_wire(item.flags.as_deref().unwrap_or_default()),
                })
            });
            changes.push(Changes {
                items: items.collect(),
                state: SyncState(key(listing.validity, listing.next)),
                reset,
                total: listing.exists,
            });
        }
        Ok(changes)
    }

    async fn fetch(
        &mut self,
        requests: Vec<FetchRequest>,
        into: mpsc::Sender<Fetched>,
        stop: CancellationToken,
    ) -> Result<(), EndpointError> {
        let limits = if self.session.is_exchange() {
            Limits::EXCHANGE
        } else {
            Limits::OTHERS
        };
        let plan = plan(&requests, limits);
        Reading {
            session: &mut self.session,
            layout: &self.layout,
            requests: &requests,
            into,
            stop,
        }
        .run(plan)
        .await
    }

    async fn close(&mut self) {
        self.session.log_out().await;
    }
}

/// How large a batch may be, and how many may be under way.
#[derive(Clone, Copy)]
struct Limits {
    items: usize,
    bytes: u64,
    under_way: usize,
}

impl Limits {
    /// Small batches: a message that Exchange cannot convert takes its whole batch along (facts
    /// `onprem.md` section 3).
    const EXCHANGE: Self = Self {
        items: 20,
        bytes: 4 * 1024 * 1024,
        under_way: 3,
    };
    const OTHERS: Self = Self {
        items: 250,
        bytes: 8 * 1024 * 1024,
        under_way: 3,
    };
}

/// One command: open a folder, or read some of its messages.
enum Step {
    Open {
        request: usize,
    },
    Read {
        request: usize,
        uids: Vec<u32>,
        last_chance: bool,
    },
}

/// Cuts the requests into commands.
fn plan(requests: &[FetchRequest], limits: Limits) -> VecDeque<Step> {
    let mut steps = VecDeque::new();
    for (index, request) in requests.iter().enumerate() {
        steps.push_back(Step::Open { request: index });
        let mut items: Vec<(u32, u64)> = request
            .items
            .iter()
            .filter_map(|(key, size)| Some((parts(&key.0)?.1, *size)))
            .collect();
        items.sort_unstable();
        let (mut uids, mut bytes) = (Vec::new(), 0_u64);
        for (uid, size) in items {
            // A large message goes alone: its UID is then known before its body.
            let full = uids.len() >= limits.items || bytes.saturating_add(size) > limits.bytes;
            if full && !uids.is_empty() {
                steps.push_back(Step::Read {
                    request: index,
                    uids: std::mem::take(&mut uids),
                    last_chance: false,
                });
                bytes = 0;
            }
            uids.push(uid);
            bytes = bytes.saturating_add(size);
        }
        if !uids.is_empty() {
            steps.push_back(Step::Read {
                request: index,
                uids,
                last_chance: false,
            });
        }
    }
    steps
}

type UnderWay = VecDeque<(String, Step, Vec<u32>)>;

/// Which request a body that arrives answers, and its UID; notes it as received. Servers may work on
/// several FETCH commands of one folder at once (Dovecot does), but opening the next folder waits for
/// all of them: so whatever was sent up to the next EXAMINE may be meant.
fn owner(under_way: &mut UnderWay, uid: Option<u32>) -> Option<(usize, u32)> {
    let mut started = under_way.iter_mut().map_while(|(_, step, got)| match step {
        Step::Open { .. } => None,
        Step::Read { request, uids, .. } => Some((*request, uids, got)),
    });
    let (request, uid, got) = match uid {
        Some(uid) => started
            .find(|(_, uids, got)| uids.contains(&uid) && !got.contains(&uid))
            .map(|(request, _, got)| (request, uid, got))?,
        // Without a UID it can only be meant by a command that asked for a single message.
        None => started.find_map(|(request, uids, got)| match uids.as_slice() {
            [only] if got.is_empty() => Some((request, *only, got)),
            _ => None,
        })?,
    };
    got.push(uid);
    Some((request, uid))
}

struct Reading<'a> {
    session: &'a mut Session,
    layout: &'a Layout,
    requests: &'a [FetchRequest],
    into: mpsc::Sender<Fetched>,
    stop: CancellationToken,
}

fn cancelled() -> EndpointError {
    EndpointError::new(EndpointErrorKind::Cancelled, "stopped")
}

impl Reading<'_> {
    async fn run(mut self, mut steps: VecDeque<Step>) -> Result<(), EndpointError> {
        let under_way_at_most = if self.session.is_exchange() {
            Limits::EXCHANGE
        } else {
            Limits::OTHERS
        }
        .under_way;
        let mut under_way = UnderWay::new();
        let mut validity = 0;
        loop {
            let reads = under_way
                .iter()
                .filter(|(_, step, _)| matches!(step, Step::Read { .. }))
                .count();
            if reads < under_way_at_most
                && !self.stop.is_cancelled()
                && let Some(step) = steps.pop_front()
            {
                self.session.gate.pass().await;
                let tag = self.session.send(&self.command(&step)).await?;
                under_way.push_back((tag, step, Vec::new()));
                continue;
            }
            if under_way.is_empty() {
                return if self.stop.is_cancelled() {
                    Err(cancelled())
                } else {
                    Ok(())
                };
            }
            self.session.flush().await?;
            match self.session.incoming.next().await? {
                Incoming::Body { uid, size } => {
                    let asked = owner(&mut under_way, uid)
                        .map(|(request, uid)| (request, ItemKey(key(validity, uid))));
                    self.pass_on(asked, size).await?;
                }
                Incoming::Answer(Response::Fetch(fetch)) => {
                    // A message sent as a string rather than a literal: an empty one, as a rule.
                    if let (Some(uid), Some(body)) = (fetch.uid, fetch.body)
                        && let Some((request, uid)) = owner(&mut under_way, Some(uid))
                    {
                        let held = self.session.budget.hold(body.len() as u64).await;
                        let body = FetchedBody::Message(Body::Whole(Chunk {
                            bytes: body.into(),
                            held,
                        }));
                        let item = Fetched {
                            request,
                            key: ItemKey(key(validity, uid)),
                            body,
                        };
                        self.into.send(item).await.map_err(|_| cancelled())?;
                    }
                }
                Incoming::Answer(Response::Untagged(line)) if line.state == State::Bye => {
                    return Err(bye(&line));
                }
                Incoming::Answer(Response::Untagged(line)) => {
                    validity = line.code_number("UIDVALIDITY").unwrap_or(validity);
                }
                Incoming::Answer(Response::Tagged(tag, status)) => {
                    let Some(index) = under_way.iter().position(|(sent, ..)| *sent == tag) else {
                        continue;
                    };
                    let Some((_, step, got)) = under_way.remove(index) else {
                        continue;
                    };
                    let refused = status.state != State::Ok;
                    match step {
                        Step::Open { .. } if refused => {
                            return Err(command_error(&status, &self.session.gate));
                        }
                        Step::Open { request } => self.same_era(request, validity)?,
                        Step::Read {
                            request,
                            uids,
                            last_chance,
                        } => {
                            let missing: Vec<u32> =
                                uids.into_iter().filter(|uid| !got.contains(uid)).collect();
                            if refused && status.suggested_backoff().is_some() {
                                return Err(command_error(&status, &self.session.gate));
                            }
                            if missing.is_empty() {
                                continue;
                            }
                            if last_chance || !refused {
                                let reason = if refused {
                                    SkipReason::UnreadableInSource
                                } else {
                                    SkipReason::GoneFromSource
                                };
                                give_up(
                                    &self.into,
                                    (request, validity),
                                    &missing,
                                    reason,
                                    &status.text,
                                )
                                .await?;
                            } else {
                                // One message spoils the batch: read the others one by one, and it last.
                                self.again_one_by_one(&mut steps, &under_way, request, missing);
                            }
                        }
                    }
                }
                Incoming::Answer(_) => {}
            }
        }
    }

    fn command(&self, step: &Step) -> String {
        match step {
            Step::Open { request } => {
                let folder = self
                    .requests
                    .get(*request)
                    .map(|request| self.layout.wire_name(&request.folder));
                format!("EXAMINE {}", folder.unwrap_or_default())
            }
            Step::Read { uids, .. } => format!("UID FETCH {} (UID BODY.PEEK[])", number_set(uids)),
        }
    }

    /// A folder whose numbering began anew since it was listed must be listed again first.
    fn same_era(&self, request: usize, validity: u32) -> Result<(), EndpointError> {
        let listed = self
            .requests
            .get(request)
            .and_then(|request| request.items.first());
        match listed.and_then(|(key, _)| parts(&key.0)) {
            Some((era, _)) if era != validity => Err(EndpointError::new(
                EndpointErrorKind::Protocol,
                "the folder's numbering began anew (UIDVALIDITY)",
            )),
            _ => Ok(()),
        }
    }

    fn again_one_by_one(
        &self,
        steps: &mut VecDeque<Step>,
        under_way: &UnderWay,
        request: usize,
        missing: Vec<u32>,
    ) {
        for uid in missing.into_iter().rev() {
            steps.push_front(Step::Read {
                request,
                uids: vec![uid],
                last_chance: true,
            });
        }
        // Commands under way may already have opened the next folder.
        if under_way
            .iter()
            .any(|(_, step, _)| matches!(step, Step::Open { .. }))
        {
            let back_to = under_way.iter().rev().find_map(|(_, step, _)| match step {
                Step::Open { request } => Some(*request),
                Step::Read { .. } => None,
            });
            let retries = steps
                .iter()
                .take_while(|step| {
                    matches!(
                        step,
                        Step::Read {
                            last_chance: true,
                            ..
                        }
                    )
                })
                .count();
            steps.push_front(Step::Open { request });
            if let Some(request) = back_to {
                steps.insert(retries + 1, Step::Open { request });
            }
        }
    }

    /// Reads a body off the connection and passes it on, whole or in pieces; without a key, throws it away.
    async fn pass_on(
        &mut self,
        asked: Option<(usize, ItemKey)>,
        size: u64,
    ) -> Result<(), EndpointError> {
        let budget = self.session.budget.clone();
        let Some((request, key)) = asked else {
            while !self.session.incoming.body(PIECE).await?.is_empty() {}
            return Ok(());
        };
        if size <= ByteBudget::LARGEST_WHOLE {
            let held = budget.hold(size).await;
            let bytes = self
                .session
                .incoming
                .body(usize::try_from(size).unwrap_or(usize::MAX))
                .await?;
            let body = FetchedBody::Message(Body::Whole(Chunk { bytes, held }));
            return self
                .into
                .send(Fetched { request, key, body })
                .await
                .map_err(|_| cancelled());
        }
        let held = budget.hold(PIECE as u64).await;
        let head = Chunk {
            bytes: self.session.incoming.body(PIECE).await?,
            held,
        };
        let (pieces, rest) = mpsc::channel(2);
        let body = FetchedBody::Message(Body::Stream(BodyStream { size, head, rest }));
        self.into
            .send(Fetched { request, key, body })
            .await
            .map_err(|_| cancelled())?;
        loop {
            let held = budget.hold(PIECE as u64).await;
            match self.session.incoming.body(PIECE).await {
                Ok(bytes) if bytes.is_empty() => return Ok(()),
                Ok(bytes) => {
                    // Whoever stopped listening has failed by itself; the rest is read past.
                    let _ = pieces.send(Ok(Chunk { bytes, held })).await;
                }
                Err(error) => {
                    let _ = pieces.send(Err(error.clone())).await;
                    return Err(error);
                }
            }
        }
    }
}

/// Tells that these messages cannot be had.
async fn give_up(
    into: &mpsc::Sender<Fetched>,
    (request, validity): (usize, u32),
    uids: &[u32],
    reason: SkipReason,
    words: &str,
) -> Result<(), EndpointError> {
    for uid in uids {
        let body = FetchedBody::Unavailable(reason, words.to_owned());
        let item = Fetched {
            request,
            key: ItemKey(key(validity, *uid)),
            body,
        };
        into.send(item).await.map_err(|_| cancelled())?;
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_model::FolderPath;

    use super::*;

    fn request(sizes: &[(u32, u64)]) -> FetchRequest {
        FetchRequest {
            folder: FolderPath::new(vec!["INBOX".into()]).unwrap(),
            items: sizes
                .iter()
                .map(|(uid, size)| (ItemKey(key(9, *uid)), *size))
                .collect(),
        }
    }

    #[test]
    fn batches_are_bounded_in_number_and_in_bytes() {
        let limits = Limits {
            items: 3,
            bytes: 100,
            under_way: 1,
        };
        let steps = plan(
            &[request(&[
                (1, 10),
                (2, 10),
                (3, 10),
                (4, 10),
                (5, 95),
                (6, 500),
                (7, 1),
            ])],
            limits,
        );
        let batches: Vec<Vec<u32>> = steps
            .into_iter()
            .filter_map(|step| match step {
                Step::Read { uids, .. } => Some(uids),
                Step::Open { .. } => None,
            })
            .collect();
        assert_eq!(batches, [vec![1, 2, 3], vec![4], vec![5], vec![6], vec![7]]);
    }
}
