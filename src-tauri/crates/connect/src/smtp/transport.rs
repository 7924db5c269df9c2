//! The connection below SMTP, protected by our own trust: the mail library knows fewer kinds of it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncTokioStream;
use lettre::transport::smtp::extension::ClientId;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_model::Security;
use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, ReadBuf,
};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::SmtpSettings;
use crate::fault;
use crate::tls::{client_config, dial, handshake};

const CONNECT: Duration = Duration::from_secs(20);
/// No reply of several lines is longer.
const LONGEST_REPLY: u64 = 16 << 10;

/// A connection as the mail library takes it.
#[derive(Debug)]
pub(super) struct Transport {
    stream: Stream,
    local: SocketAddr,
    peer: SocketAddr,
    /// What is still to be read before the stream itself: after STARTTLS a server greets nobody a second
    /// time, but the library waits for a greeting.
    greeting: &'static [u8],
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection that is ready for a greeting.
pub(super) async fn open(settings: &SmtpSettings) -> Result<Transport, EndpointError> {
    let tcp = dial(&settings.host, settings.port, CONNECT).await?;
    let at =
        |address: io::Result<SocketAddr>| address.map_err(|error| fault::endpoint_error(&error));
    let (local, peer) = (at(tcp.local_addr())?, at(tcp.peer_addr())?);
    let (stream, greeting) = match settings.security {
        Security::Plaintext if !peer.ip().is_loopback() => {
            return Err(EndpointError::new(
                EndpointErrorKind::Refused,
                "mail is handed in without TLS on this computer only",
            ));
        }
        Security::Plaintext => (Stream::Plain(tcp), &b""[..]),
        Security::ImplicitTls => (tls(tcp, settings).await?, &b""[..]),
        Security::StartTls => {
            let tcp = tokio::time::timeout(CONNECT, start_tls(tcp, local.ip()))
                .await
                .map_err(|_| fault::timed_out(&settings.host))??;
            (tls(tcp, settings).await?, &b"220 TLS is on\r\n"[..])
        }
    };
    Ok(Transport {
        stream,
        local,
        peer,
        greeting,
    })
}

async fn tls(tcp: TcpStream, settings: &SmtpSettings) -> Result<Stream, EndpointError> {
    let config = client_config(&settings.trust)?;
    let tls = handshake(tcp, &settings.host, &config, CONNECT).await?;
    Ok(Stream::Tls(Box::new(tls)))
}

/// The few words before TLS (RFC 3207).
async fn start_tls(tcp: TcpStream, local: IpAddr) -> Result<TcpStream, EndpointError> {
    let mut plain = BufReader::new(tcp);
    expect(&mut plain, 220).await?;
    let hello = format!("EHLO {}\r\n", ClientId::from(Literal(local)));
    say(&mut plain, &hello).await?;
    let offered = expect(&mut plain, 250).await?;
    if !offered
        .iter()
        .any(|word| word.eq_ignore_ascii_case("STARTTLS"))
    {
        return Err(EndpointError::new(
            EndpointErrorKind::Refused,
            "the mail server does not offer STARTTLS",
        ));
    }
    say(&mut plain, "STARTTLS\r\n").await?;
    expect(&mut plain, 220).await?;
    if !plain.buffer().is_empty() {
        // Words slipped in before TLS must not be taken for the server's.
        return Err(EndpointError::new(
            EndpointErrorKind::Protocol,
            "the mail server speaks on after agreeing to STARTTLS",
        ));
    }
    Ok(plain.into_inner())
}

async fn say(plain: &mut BufReader<TcpStream>, words: &str) -> Result<(), EndpointError> {
    plain
        .write_all(words.as_bytes())
        .await
        .map_err(|error| fault::endpoint_error(&error))
}

/// The texts of a reply with this code.
async fn expect(plain: &mut BufReader<TcpStream>, code: u16) -> Result<Vec<String>, EndpointError> {
    let mut texts = Vec::new();
    let mut left = LONGEST_REPLY;
    loop {
        let mut line = Vec::new();
        let read = (&mut *plain)
            .take(left)
            .read_until(b'\n', &mut line)
            .await
            .map_err(|error| fault::endpoint_error(&error))?;
        left = left.saturating_sub(read as u64);
        let line = String::from_utf8_lossy(&line).into_owned();
        if !line.ends_with('\n') {
            let kind = if left == 0 {
                EndpointErrorKind::Protocol
            } else {
                EndpointErrorKind::Disconnected
            };
            return Err(EndpointError::new(
                kind,
                "the mail server's reply does not end",
            ));
        }
        let line = line.trim_end();
        let (said, more, text) = match (line.get(..3), line.get(3..4), line.get(4..)) {
            (Some(said), more, text) => (said, more == Some("-"), text.unwrap_or_default()),
            _ => ("", false, line),
        };
        if said.parse() != Ok(code) {
            let kind = match said.as_bytes().first() {
                Some(b'4') => EndpointErrorKind::Unreachable,
                Some(b'5') => EndpointErrorKind::Refused,
                _ => EndpointErrorKind::Protocol,
            };
            return Err(EndpointError::new(kind, line));
        }
        texts.push(text.to_owned());
        if !more {
            return Ok(texts);
        }
    }
}

/// Who we are in EHLO: an address literal, as a desktop computer has no public name (RFC 5321 section 4.1.3).
pub(super) struct Literal(IpAddr);

impl From<Literal> for ClientId {
    fn from(literal: Literal) -> Self {
        match literal.0 {
            IpAddr::V4(address) => Self::Ipv4(address),
            IpAddr::V6(address) => Self::Ipv6(address),
        }
    }
}

impl Transport {
    pub(super) const fn local_address(&self) -> Literal {
        Literal(self.local.ip())
    }
}

impl AsyncTokioStream for Transport {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.greeting.is_empty() {
            let length = self.greeting.len().min(buffer.remaining());
            let (now, later) = self.greeting.split_at(length);
            buffer.put_slice(now);
            self.greeting = later;
            return Poll::Ready(Ok(()));
        }
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Transport {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
