//! Questions in, answers out: over UDP in one packet, over TCP in as many as it takes.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hickory_proto::op::{Edns, Message, MessageType, OpCode, ResponseCode};
use hickory_proto::rr::DNSClass;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answer::{Answer, of_zone};
use super::cache::Cache;
use super::zone::Zone;

/// What a client that says nothing of it can take in one packet (RFC 1035 section 2.3.4).
const SMALL: usize = 512;
/// What fits through every network in one piece.
const LARGE: u16 = 1232;
/// A connection on which nobody asks is closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who answers.
pub(super) enum Server {
    /// The server that decides for the zone.
    Authoritative,
    /// The one that repeats what it heard.
    Resolver(Arc<Cache>),
}

/// A packed answer.
pub(super) struct Packed {
    message: Message,
    largest: usize,
}

impl Server {
    /// The answer to a packet; nothing for one that is no question.
    pub(super) fn answer(&self, zone: &Zone, packet: &[u8]) -> Option<Packed> {
        let request = Message::from_vec(packet).ok()?;
        let asked = &request.metadata;
        if asked.message_type != MessageType::Query {
            return None;
        }
        let mut message = Message::response(asked.id, asked.op_code);
        message.metadata.recursion_desired = asked.recursion_desired;
        message.metadata.recursion_available = matches!(self, Self::Resolver(_));
        if request.edns.is_some() {
            let mut edns = Edns::new();
            edns.set_max_payload(LARGE).set_version(0);
            message.set_edns(edns);
        }
        let answer = match request.queries.as_slice() {
            _ if asked.op_code != OpCode::Query => Answer::only(ResponseCode::NotImp),
            [query] => {
                message.add_query(query.clone());
                let (name, kind) = (query.name(), query.query_type());
                match self {
                    _ if query.query_class() != DNSClass::IN => Answer::only(ResponseCode::Refused),
                    Self::Authoritative => of_zone(zone, name, kind)
                        .inspect(|_| message.metadata.authoritative = true)
                        .unwrap_or_else(|| Answer::only(ResponseCode::Refused)),
                    Self::Resolver(cache) => cache.ask(zone, name, kind, Instant::now()),
                }
            }
            _ => Answer::only(ResponseCode::FormErr),
        };
        message.metadata.response_code = answer.code;
        message.add_answers(answer.records);
        message.add_authorities(answer.nothing);
        let largest = request.edns.as_ref().map_or(SMALL, |edns| {
            usize::from(edns.max_payload().clamp(512, LARGE))
        });
        Some(Packed { message, largest })
    }
}

impl Packed {
    /// For one packet: what does not fit is left out, and the client is told to come again over TCP.
    pub(super) fn in_one(&self) -> Option<Vec<u8>> {
        let bytes = self.message.to_vec().ok()?;
        if bytes.len() <= self.largest {
            return Some(bytes);
        }
        let mut short = self.message.clone();
        short.metadata.truncation = true;
        short.answers.clear();
        short.authorities.clear();
        short.to_vec().ok()
    }
}

/// Answers packets until told to stop.
pub(super) fn udp<F>(
    tasks: &TaskTracker,
    stop: &CancellationToken,
    socket: UdpSocket,
    answer: Arc<F>,
) where
    F: Fn(&[u8]) -> Option<Packed> + Send + Sync + 'static,
{
    let stop = stop.clone();
    tasks.spawn(async move {
        let mut packet = vec![0; 4096];
        loop {
            let received = tokio::select! {
                () = stop.cancelled() => return,
                received = socket.recv_from(&mut packet) => received,
            };
            // A client that went away before its answer came is told of here, on some systems; it is nothing to us.
            let Ok((length, from)) = received else {
                continue;
            };
            let asked = packet.get(..length).unwrap_or_default();
            if let Some(bytes) = answer(asked).and_then(|packed| packed.in_one())
                && let Err(error) = socket.send_to(&bytes, from).await
            {
                tracing::debug!(%error, "an answer of DNS was not sent");
            }
        }
    });
}

/// Answers one connection.
pub(super) async fn tcp<F>(answer: Arc<F>, socket: TcpStream)
where
    F: Fn(&[u8]) -> Option<Packed> + Send + Sync + 'static,
{
    if let Err(error) = talk(&*answer, socket).await {
        tracing::debug!(%error, "a connection of DNS ended early");
    }
}

async fn talk<F>(answer: &F, mut socket: TcpStream) -> io::Result<()>
where
    F: Fn(&[u8]) -> Option<Packed> + Sync,
{
    loop {
        let mut length = [0; 2];
        let read = tokio::time::timeout(PATIENCE, socket.read_exact(&mut length));
        match read.await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => return Ok(()),
        }
        let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
        socket.read_exact(&mut packet).await?;
        let Some(packed) = answer(&packet) else {
            return Ok(());
        };
        let bytes = packed.message.to_vec().map_err(io::Error::other)?;
        let length = u16::try_from(bytes.len()).map_err(io::Error::other)?;
        socket
            .write_all(&[&length.to_be_bytes(), bytes.as_slice()].concat())
            .await?;
    }
}
