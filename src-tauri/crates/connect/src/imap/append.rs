//! Writing messages: commands go out one after another while their acknowledgements come in.

use std::collections::BTreeMap;

use stegvis_engine::ports::{
    Ack, Body, Chunk, EndpointError, EndpointErrorKind, Gate, Outgoing, Written,
};
use stegvis_model::{ItemRowId, SkipReason};
use stegvis_wire::imap::{Response, State, StatusLine, format_internal_date};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{Semaphore, mpsc};

use super::folders::Layout;
use super::line::{Incoming, Incomings};
use super::read::flags_to_wire;
use super::session::{Session, Writer, bye, command_error, lost};

/// A MULTIAPPEND is one transaction at the server: large enough to spare it commits, small enough that
/// a crash leaves little to look up and that its messages fit in memory together.
const GROUP_ITEMS: usize = 100;
const GROUP_BYTES: u64 = 2 * 1024 * 1024;

/// Messages written and not acknowledged yet.
const UNACKNOWLEDGED: usize = 1000;

/// Whether and how the server lets us go on without asking.
#[derive(Clone, Copy)]
struct Manners {
    /// LITERAL+ (RFC 7888): never wait for the server's leave.
    literal_plus: bool,
    /// MULTIAPPEND (RFC 3502): several messages in one command.
    multi: bool,
}

/// A command on its way: its tag and the rows it writes.
struct UnderWay {
    tag: String,
    rows: Vec<ItemRowId>,
}

/// What the reading half tells a writer that waits for leave to send a literal.
enum Leave {
    GoOn,
    Refused,
}

pub(super) async fn write(
    session: &mut Session,
    layout: &Layout,
    mut items: mpsc::Receiver<Outgoing>,
    acks: mpsc::UnboundedSender<Ack>,
) -> Result<(), EndpointError> {
    let manners = Manners {
        literal_plus: session.can("LITERAL+"),
        multi: session.can("MULTIAPPEND") && session.can("LITERAL+"),
    };
    let room = Semaphore::new(UNACKNOWLEDGED);
    let (announce, announced) = mpsc::unbounded_channel();
    let (leave, leaves) = mpsc::channel(1);
    let gate = session.gate.clone();
    let mut tags = Tags { next: 0 };
    let mut sending = Sending {
        writer: &mut session.writer,
        layout,
        manners,
        announce,
        leaves,
        tags: &mut tags,
        room: &room,
        gate: &gate,
    };
    let reading = acknowledge(&mut session.incoming, announced, leave, &acks, &room, &gate);
    let writing = async move {
        loop {
            let first = match items.try_recv() {
                Ok(first) => first,
                Err(_) => {
                    // Nothing more to say for now: what was said must reach the server.
                    sending.flush().await?;
                    let Some(first) = items.recv().await else {
                        return Ok(());
                    };
                    first
                }
            };
            sending.send(group(first, &mut items, manners)).await?;
        }
        // `sending` ends here, and with it the announcements: the reading half then knows the last one.
    };
    tokio::try_join!(writing, reading).map(|_| ())
}

/// Tags of APPEND commands, apart from the session's own.
struct Tags {
    next: u64,
}

impl Tags {
    fn next(&mut self) -> String {
        self.next += 1;
        format!("w{}", self.next)
    }
}

/// The messages that go into one command with `first`: what is there already, up to the limits of a group.
fn group(first: Outgoing, items: &mut mpsc::Receiver<Outgoing>, manners: Manners) -> Group {
    let whole = |item: &Outgoing| matches!(item.body, Body::Whole(_)) && !item.alone;
    let mut group = Group {
        rest: None,
        items: Vec::new(),
    };
    let (folder, mut bytes) = (first.folder.clone(), first.body.size());
    let in_company = manners.multi && whole(&first);
    group.items.push(first);
    while in_company && group.items.len() < GROUP_ITEMS && bytes < GROUP_BYTES {
        let Ok(item) = items.try_recv() else { break };
        if item.folder != folder || !whole(&item) {
            group.rest = Some(item);
            break;
        }
        bytes += item.body.size();
        group.items.push(item);
    }
    group
}

/// Messages for one command, and one that came behind them and starts the next.
struct Group {
    items: Vec<Outgoing>,
    rest: Option<Outgoing>,
}

struct Sending<'a> {
    writer: &'a mut Writer,
    layout: &'a Layout,
    manners: Manners,
    announce: mpsc::UnboundedSender<UnderWay>,
    leaves: mpsc::Receiver<Leave>,
    tags: &'a mut Tags,
    room: &'a Semaphore,
    gate: &'a Gate,
}

impl Sending<'_> {
    async fn send(&mut self, group: Group) -> Result<(), EndpointError> {
        self.command(group.items).await?;
        if let Some(rest) = group.rest {
            self.command(vec![rest]).await?;
        }
        Ok(())
    }

    async fn command(&mut self, items: Vec<Outgoing>) -> Result<(), EndpointError> {
        self.gate.pass().await;
        let Some(first) = items.first() else {
            return Ok(());
        };
        let rows: Vec<ItemRowId> = items.iter().map(|item| item.row).collect();
        // The reading half gives the room back as acknowledgements come in.
        let wanted = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        if self.room.available_permits() < rows.len() {
            self.flush().await?;
        }
        if let Ok(room) = self.room.acquire_many(wanted).await {
            room.forget();
        }
        let tag = self.tags.next();
        let folder = self.layout.wire_name(&first.folder);
        // Announced before it is written: its answer cannot come earlier.
        if self
            .announce
            .send(UnderWay {
                tag: tag.clone(),
                rows,
            })
            .is_err()
        {
            return Err(EndpointError::new(
                EndpointErrorKind::Disconnected,
                "the connection has ended",
            ));
        }
        self.put(format!("{tag} APPEND {folder}").as_bytes())
            .await?;
        for item in items {
            let size = item.body.size();
            let date = format_internal_date(item.date.seconds, item.date.offset_minutes);
            let plus = if self.manners.literal_plus { "+" } else { "" };
            self.put(
                format!(
                    " ({}) \"{date}\" {{{size}{plus}}}\r\n",
                    flags_to_wire(&item.flags)
                )
                .as_bytes(),
            )
            .await?;
            if !self.manners.literal_plus {
                self.flush().await?;
                match self.leaves.recv().await {
                    Some(Leave::GoOn) => {}
                    Some(Leave::Refused) => return Ok(()),
                    None => {
                        return Err(EndpointError::new(
                            EndpointErrorKind::Disconnected,
                            "the connection has ended",
                        ));
                    }
                }
            }
            self.body(item.body).await?;
        }
        self.put(b"\r\n").await
    }

    async fn body(&mut self, body: Body) -> Result<(), EndpointError> {
        match body {
            Body::Whole(chunk) => self.chunk(chunk).await,
            Body::Stream(mut stream) => {
                let mut sent = stream.head.bytes.len() as u64;
                self.chunk(stream.head).await?;
                while let Some(piece) = stream.rest.recv().await {
                    // The source broke off inside a message. The literal cannot be taken back, so the
                    // connection must go: the server throws an incomplete APPEND away.
                    let piece = piece?;
                    sent += piece.bytes.len() as u64;
                    self.chunk(piece).await?;
                }
                if sent == stream.size {
                    Ok(())
                } else {
                    Err(EndpointError::new(
                        EndpointErrorKind::Disconnected,
                        "the source broke off inside a message",
                    ))
                }
            }
        }
    }

    async fn chunk(&mut self, chunk: Chunk) -> Result<(), EndpointError> {
        self.put(&chunk.bytes).await
        // The chunk's share of the budget is given back here: its bytes are in the socket's buffer.
    }

    async fn put(&mut self, bytes: &[u8]) -> Result<(), EndpointError> {
        self.writer
            .write_all(bytes)
            .await
            .map_err(|error| lost(&error))
    }

    async fn flush(&mut self) -> Result<(), EndpointError> {
        self.writer.flush().await.map_err(|error| lost(&error))
    }
}

async fn acknowledge(
    incoming: &mut Incomings,
    mut announced: mpsc::UnboundedReceiver<UnderWay>,
    leave: mpsc::Sender<Leave>,
    acks: &mpsc::UnboundedSender<Ack>,
    room: &Semaphore,
    gate: &Gate,
) -> Result<(), EndpointError> {
    let mut under_way: BTreeMap<String, Vec<ItemRowId>> = BTreeMap::new();
    loop {
        while let Ok(command) = announced.try_recv() {
            under_way.insert(command.tag, command.rows);
        }
        if under_way.is_empty() {
            match announced.recv().await {
                Some(command) => {
                    under_way.insert(command.tag, command.rows);
                }
                None => return Ok(()),
            }
        }
        let answer = match incoming.next().await? {
            Incoming::Answer(answer) => answer,
            Incoming::Body { .. } => {
                return Err(EndpointError::new(
                    EndpointErrorKind::Protocol,
                    "a message body came that nobody asked for",
                ));
            }
        };
        match answer {
            Response::Continue(_) => {
                let _ = leave.try_send(Leave::GoOn);
            }
            Response::Untagged(line) if line.state == State::Bye => return Err(bye(&line)),
            Response::Tagged(tag, status) => {
                while let Ok(command) = announced.try_recv() {
                    under_way.insert(command.tag, command.rows);
                }
                let Some(rows) = under_way.remove(&tag) else {
                    continue;
                };
                room.add_permits(rows.len());
                settle(&rows, &status, acks, gate)?;
                if status.state != State::Ok {
                    let _ = leave.try_send(Leave::Refused);
                }
            }
            _ => {}
        }
    }
}

/// Turns a command's end into acknowledgements, or into the error that ends the writing.
fn settle(
    rows: &[ItemRowId],
    status: &StatusLine,
    acks: &mpsc::UnboundedSender<Ack>,
    gate: &Gate,
) -> Result<(), EndpointError> {
    // Whoever listens to acknowledgements outlives the writing; were it gone, nothing would be lost.
    let tell = |ack| drop(acks.send(ack));
    if status.state == State::Ok {
        let places = status.append_uids();
        for (index, row) in rows.iter().enumerate() {
            // Fewer or more places than messages: they cannot be told apart, so none is believed.
            let place = places.get(index).filter(|_| places.len() == rows.len());
            tell(Ack::Copied {
                row: *row,
                at: place.map(|place| Written {
                    validity: place.validity,
                    uid: place.uid,
                }),
            });
        }
        return Ok(());
    }
    if status.has_code("TRYCREATE") {
        return Err(EndpointError::new(
            EndpointErrorKind::Disconnected,
            format!("the folder is gone: {}", status.text),
        ));
    }
    let error = command_error(status, gate);
    if error.kind != EndpointErrorKind::Refused {
        return Err(error);
    }
    match rows {
        [row] => {
            let lower = status.text.to_ascii_lowercase();
            let too_large = status.has_code("TOOBIG")
                || status.has_code("LIMIT")
                || lower.contains("maximum size")
                || lower.contains("too large")
                || lower.contains("too big");
            let reason = if too_large {
                SkipReason::TooLarge
            } else {
                SkipReason::RefusedByTarget
            };
            tell(Ack::Refused {
                row: *row,
                reason,
                detail: status.text.clone(),
            });
        }
        several => several
            .iter()
            .for_each(|row| tell(Ack::Unsettled { row: *row })),
    }
    Ok(())
}
