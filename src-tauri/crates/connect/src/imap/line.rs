//! Whole answers out of a byte stream, message bodies passed by in chunks.

use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::imap::{Response, parse_response};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// An answer without its bodies is never longer than this: beyond it, a server is broken or hostile.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// How long a server may stay silent in mid-conversation. Exchange converts large items on the fly.
const SILENCE: Duration = Duration::from_secs(300);

/// What was read.
pub(super) enum Incoming {
    /// A whole answer. If it carried a body, that has been read.
    Answer(Response),
    /// A message body follows: read exactly `size` bytes with [`Incomings::body`], then ask for the next
    /// thing. `uid` is known where the server told it before the body.
    Body { uid: Option<u32>, size: u64 },
}

/// The reading half of a connection.
pub(super) struct Incomings {
    io: Box<dyn AsyncRead + Send + Unpin>,
    buffer: BytesMut,
    /// The answer so far, body literals replaced by empty ones.
    answer: Vec<u8>,
    /// Bytes of a body that are still to be read.
    owed: u64,
}

fn protocol(words: &str) -> EndpointError {
    EndpointError::new(EndpointErrorKind::Protocol, words)
}

impl Incomings {
    pub(super) fn new(io: Box<dyn AsyncRead + Send + Unpin>) -> Self {
        Self {
            io,
            buffer: BytesMut::with_capacity(64 * 1024),
            answer: Vec::new(),
            owed: 0,
        }
    }

    async fn fill(&mut self) -> Result<(), EndpointError> {
        self.buffer.reserve(64 * 1024);
        let read = tokio::time::timeout(SILENCE, self.io.read_buf(&mut self.buffer))
            .await
            .map_err(|_| {
                EndpointError::new(
                    EndpointErrorKind::Disconnected,
                    "the server has been silent for five minutes",
                )
            })?
            .map_err(|error| {
                let trouble = crate::fault::endpoint_error(&error);
                // The conversation was under way: whatever cut it, it was cut.
                EndpointError::new(EndpointErrorKind::Disconnected, trouble.detail)
            })?;
        if read == 0 {
            return Err(EndpointError::new(
                EndpointErrorKind::Disconnected,
                "the server closed the connection",
            ));
        }
        Ok(())
    }

    /// The next answer or body.
    pub(super) async fn next(&mut self) -> Result<Incoming, EndpointError> {
        if self.owed > 0 {
            return Err(protocol("a message body was left unread"));
        }
        let mut searched = 0;
        loop {
            let unread = self.buffer.get(searched..).unwrap_or_default();
            let Some(found) = unread.iter().position(|&byte| byte == b'\n') else {
                if self.answer.len() + self.buffer.len() > LONGEST_ANSWER {
                    return Err(protocol("an answer of more than four megabytes"));
                }
                searched = self.buffer.len();
                self.fill().await?;
                continue;
            };
            let line = self.buffer.split_to(searched + found + 1);
            searched = 0;
            match announced_literal(&line) {
                None => {
                    self.answer.extend_from_slice(&line);
                    let answer = std::mem::take(&mut self.answer);
                    let response = parse_response(&answer)
                        .map_err(|error| protocol(&format!("{error}: {}", excerpt(&answer))))?;
                    return Ok(Incoming::Answer(response));
                }
                Some((size, before)) if is_body(line.get(..before).unwrap_or_default()) => {
                    self.answer
                        .extend_from_slice(line.get(..before).unwrap_or_default());
                    self.answer.extend_from_slice(b"{0}\r\n");
                    self.owed = size;
                    return Ok(Incoming::Body {
                        uid: uid_so_far(&self.answer),
                        size,
                    });
                }
                Some((size, _)) => {
                    let size = usize::try_from(size).unwrap_or(usize::MAX);
                    if self
                        .answer
                        .len()
                        .saturating_add(line.len())
                        .saturating_add(size)
                        > LONGEST_ANSWER
                    {
                        return Err(protocol("an answer of more than four megabytes"));
                    }
                    self.answer.extend_from_slice(&line);
                    while self.buffer.len() < size {
                        self.fill().await?;
                    }
                    self.answer.extend_from_slice(&self.buffer.split_to(size));
                }
            }
        }
    }

    /// At most `most` bytes of the body that was announced; empty when it is all read.
    pub(super) async fn body(&mut self, most: usize) -> Result<Bytes, EndpointError> {
        let most = usize::try_from(self.owed).unwrap_or(usize::MAX).min(most);
        if most == 0 {
            return Ok(Bytes::new());
        }
        // A body is gathered in its own allocation, so that keeping it does not keep the read buffer.
        let mut body = BytesMut::with_capacity(most);
        let ready = self.buffer.len().min(most);
        body.extend_from_slice(self.buffer.get(..ready).unwrap_or_default());
        self.buffer.advance(ready);
        while body.len() < most {
            let missing = most - body.len();
            if missing < 16 * 1024 {
                self.fill().await?;
                let ready = self.buffer.len().min(missing);
                body.extend_from_slice(self.buffer.get(..ready).unwrap_or_default());
                self.buffer.advance(ready);
            } else {
                let mut limited = (&mut self.io).take(missing as u64);
                let read = tokio::time::timeout(SILENCE, limited.read_buf(&mut body))
                    .await
                    .map_err(|_| {
                        EndpointError::new(
                            EndpointErrorKind::Disconnected,
                            "the server fell silent inside a message",
                        )
                    })?
                    .map_err(|error| {
                        EndpointError::new(EndpointErrorKind::Disconnected, error.to_string())
                    })?;
                if read == 0 {
                    return Err(EndpointError::new(
                        EndpointErrorKind::Disconnected,
                        "the server closed the connection inside a message",
                    ));
                }
            }
        }
        self.owed -= body.len() as u64;
        Ok(body.freeze())
    }
}

/// The size of a literal announced at the end of a line, and where its announcement begins.
fn announced_literal(line: &[u8]) -> Option<(u64, usize)> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let inner = line.strip_suffix(b"}")?;
    let open = inner.iter().rposition(|&byte| byte == b'{')?;
    let digits = std::str::from_utf8(inner.get(open + 1..)?).ok()?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((digits.parse().ok()?, open))
}

/// Whether the literal that follows is a whole message.
fn is_body(before: &[u8]) -> bool {
    let end = before.trim_ascii_end();
    end.len() >= 6
        && end
            .get(end.len() - 6..)
            .is_some_and(|tail| tail.eq_ignore_ascii_case(b"BODY[]"))
}

/// The UID told in a FETCH answer that is not complete yet.
fn uid_so_far(answer: &[u8]) -> Option<u32> {
    let text = String::from_utf8_lossy(answer).to_ascii_uppercase();
    let mut words = text.split(|c: char| c.is_ascii_whitespace() || c == '(' || c == ')');
    words.find(|word| *word == "UID")?;
    words.next()?.parse().ok()
}

fn excerpt(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes))
        .trim_end()
        .to_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    fn incomings(bytes: &'static [u8]) -> Incomings {
        Incomings::new(Box::new(bytes))
    }

    #[tokio::test]
    async fn a_body_is_handed_out_in_chunks_and_the_answer_around_it_is_kept() {
        let mut incomings = incomings(
            b"* 1 FETCH (UID 7 BODY[] {10}\r\n0123456789 FLAGS (\\Seen))\r\na1 OK done\r\n",
        );
        let Incoming::Body { uid, size } = incomings.next().await.unwrap() else {
            panic!("no body")
        };
        assert_eq!((uid, size), (Some(7), 10));
        assert_eq!(incomings.body(4).await.unwrap(), "0123");
        assert_eq!(incomings.body(100).await.unwrap(), "456789");
        assert_eq!(incomings.body(100).await.unwrap(), "");
        let Incoming::Answer(Response::Fetch(fetch)) = incomings.next().await.unwrap() else {
            panic!("no FETCH")
        };
        assert_eq!(fetch.uid, Some(7));
        assert_eq!(fetch.flags.unwrap(), ["\\Seen"]);
        assert!(matches!(
            incomings.next().await.unwrap(),
            Incoming::Answer(Response::Tagged(..))
        ));
    }

    #[tokio::test]
    async fn a_literal_that_is_no_body_stays_in_the_answer() {
        let mut incomings = incomings(b"* LIST () \"/\" {4}\r\na\"bc\r\n");
        let Incoming::Answer(Response::List(listed)) = incomings.next().await.unwrap() else {
            panic!("no LIST")
        };
        assert_eq!(listed.name, b"a\"bc");
    }

    #[tokio::test]
    async fn a_connection_that_ends_inside_a_body_is_a_disconnection() {
        let mut incomings = incomings(b"* 1 FETCH (UID 7 BODY[] {10}\r\n0123");
        assert!(matches!(
            incomings.next().await.unwrap(),
            Incoming::Body { .. }
        ));
        assert_eq!(
            incomings.body(100).await.unwrap_err().kind,
            EndpointErrorKind::Disconnected
        );
    }

    #[tokio::test]
    async fn an_endless_answer_is_refused_before_it_fills_the_memory() {
        struct Endless;
        impl AsyncRead for Endless {
            fn poll_read(
                self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
                buffer: &mut tokio::io::ReadBuf<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                let room = buffer.remaining();
                buffer.put_slice(&vec![b'a'; room]);
                std::task::Poll::Ready(Ok(()))
            }
        }
        let mut incomings = Incomings::new(Box::new(Endless));
        assert_eq!(
            incomings.next().await.err().unwrap().kind,
            EndpointErrorKind::Protocol
        );
    }
}
