//! A look at the certificate of a server that begins TLS when it is asked to: just enough of each protocol to ask.

use std::time::Duration;

use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{CertificateSeen, Trust, dial, probe_stream};
use crate::fault;

/// No line that comes before TLS is longer.
const LONGEST: usize = 8 * 1024;
/// No greeting has more lines.
const MOST: usize = 64;
/// The extended request for StartTLS, 1.3.6.1.4.1.1466.20037 (RFC 4511, section 4.14.1), as the first message.
const LDAP: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
/// The longest answer to it that is read.
const LDAP_ANSWER: usize = 4 * 1024;

/// What a server speaks before it begins TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartTls {
    /// IMAP: `STARTTLS`.
    Imap,
    /// SMTP: `STARTTLS` after `EHLO`.
    Smtp,
    /// LDAP: the extended request of that name.
    Ldap,
}

/// As [`super::probe`], with a server that is asked to begin TLS.
///
/// # Errors
/// If there is no connection, the server does not begin TLS, or no TLS 1.2. An untrusted certificate is an answer.
pub async fn probe_after_start(
    protocol: StartTls,
    host: &str,
    port: u16,
    trust: &Trust,
    timeout: Duration,
) -> Result<CertificateSeen, EndpointError> {
    let mut stream = dial(host, port, timeout).await?;
    tokio::time::timeout(timeout, start(protocol, &mut stream))
        .await
        .map_err(|_| fault::timed_out(&format!("{host}:{port}")))??;
    probe_stream(stream, host, trust, timeout).await
}

async fn start<S: AsyncRead + AsyncWrite + Unpin>(
    protocol: StartTls,
    stream: &mut S,
) -> Result<(), EndpointError> {
    match protocol {
        StartTls::Imap => {
            line(stream).await?;
            say(stream, b"a STARTTLS\r\n").await?;
            for _ in 0..MOST {
                let answer = line(stream).await?;
                if let Some(said) = answer.strip_prefix("a ") {
                    let ok = said
                        .get(..2)
                        .is_some_and(|word| word.eq_ignore_ascii_case("OK"));
                    return if ok { Ok(()) } else { Err(refused(&answer)) };
                }
            }
            Err(refused("no answer to STARTTLS"))
        }
        StartTls::Smtp => {
            reply(stream, '2').await?;
            say(stream, b"EHLO localhost\r\n").await?;
            reply(stream, '2').await?;
            say(stream, b"STARTTLS\r\n").await?;
            reply(stream, '2').await
        }
        StartTls::Ldap => {
            say(stream, LDAP).await?;
            let answer = ldap_message(stream).await?;
            // The result code is the first enumeration of the response: 0 is success.
            let code = answer
                .windows(3)
                .find(|window| window.starts_with(&[0x0a, 0x01]))
                .and_then(|window| window.last());
            match code {
                Some(0) => Ok(()),
                Some(code) => Err(refused(&format!("LDAP result {code} to StartTLS"))),
                None => Err(refused("no result of StartTLS")),
            }
        }
    }
}

/// The lines of one answer of SMTP, of which the last has a space after its number.
async fn reply<S: AsyncRead + Unpin>(stream: &mut S, good: char) -> Result<(), EndpointError> {
    for _ in 0..MOST {
        let answer = line(stream).await?;
        if answer.as_bytes().get(3) == Some(&b'-') {
            continue;
        }
        return if answer.starts_with(good) {
            Ok(())
        } else {
            Err(refused(&answer))
        };
    }
    Err(refused("an answer without an end"))
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, what: &[u8]) -> Result<(), EndpointError> {
    let sent = stream.write_all(what).await;
    sent.map_err(|error| fault::endpoint_error(&error))
}

/// Byte by byte: what comes after the line is TLS.
async fn line<S: AsyncRead + Unpin>(stream: &mut S) -> Result<String, EndpointError> {
    let mut line = Vec::new();
    loop {
        let byte = stream.read_u8().await;
        match byte.map_err(|error| fault::endpoint_error(&error))? {
            b'\n' => break,
            byte => line.push(byte),
        }
        if line.len() > LONGEST {
            return Err(refused("a line without an end"));
        }
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// The content of one message of LDAP.
async fn ldap_message<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Vec<u8>, EndpointError> {
    let mut head = [0_u8; 2];
    let read = async {
        stream.read_exact(&mut head).await?;
        let [_, short] = head;
        let mut length = usize::from(short);
        if short >= 0x80 {
            length = 0;
            for _ in 0..(short & 0x7f).min(4) {
                length = (length << 8) | usize::from(stream.read_u8().await?);
            }
        }
        let mut content = vec![0; length.min(LDAP_ANSWER)];
        stream.read_exact(&mut content).await?;
        Ok(content)
    };
    read.await
        .map_err(|error: std::io::Error| fault::endpoint_error(&error))
}

fn refused(words: &str) -> EndpointError {
    EndpointError::new(EndpointErrorKind::Refused, words)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    async fn asked(protocol: StartTls, answer: &[u8]) -> Result<(), EndpointError> {
        let (mut here, mut there) = tokio::io::duplex(4096);
        there.write_all(answer).await.unwrap();
        let outcome = start(protocol, &mut here).await;
        // What came after the answer is still there for TLS.
        if outcome.is_ok() {
            let mut rest = [0; 3];
            here.read_exact(&mut rest).await.unwrap();
            assert_eq!(&rest, b"TLS");
        }
        outcome
    }

    #[tokio::test]
    async fn each_protocol_is_asked_to_begin_and_nothing_of_what_follows_is_taken() {
        let imap = b"* OK ready\r\n* CAPABILITY IMAP4rev1\r\na OK begin\r\nTLS";
        assert!(asked(StartTls::Imap, imap).await.is_ok());
        let smtp = b"220 hello\r\n250-mail\r\n250 STARTTLS\r\n220 go\r\nTLS";
        assert!(asked(StartTls::Smtp, smtp).await.is_ok());
        let ldap = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00TLS";
        assert!(asked(StartTls::Ldap, ldap).await.is_ok());
    }

    #[tokio::test]
    async fn a_server_that_does_not_begin_says_so() {
        let imap = b"* OK ready\r\na BAD unknown\r\n";
        let error = asked(StartTls::Imap, imap).await.unwrap_err();
        assert_eq!(error.detail, "a BAD unknown");
        let smtp = b"220 hello\r\n250 mail\r\n502 no\r\n";
        assert!(asked(StartTls::Smtp, smtp).await.is_err());
        let ldap = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00";
        assert!(asked(StartTls::Ldap, ldap).await.is_err());
        let endless = [b'x'; 3000];
        let (mut here, mut there) = tokio::io::duplex(64);
        let feed = async move { while there.write_all(&endless).await.is_ok() {} };
        let (outcome, ()) = tokio::join!(
            async move {
                let outcome = start(StartTls::Imap, &mut here).await;
                drop(here);
                outcome
            },
            feed
        );
        assert!(outcome.is_err());
    }
}
