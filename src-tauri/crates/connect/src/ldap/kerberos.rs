//! Kerberos without TLS: the sign-in of RFC 4752, then every byte signed and sealed (RFC 4422 section 3.7).
//!
//! The LDAP library has this too, but its version loses what has arrived when an answer of several parts and the
//! next one come together. Here the library speaks plainly into one end of a local socket, and what comes out of the
//! other is sealed.

use std::io;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use cross_krb5::{ClientCtx, InitiateFlags, K5Ctx, PendingClientCtx, Step};
use ldap3::LdapResult;
use ldap3::asn1::{PL, StructureTag, TagClass, parse_tag};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use super::results::done;
use crate::fault;

/// saslBindInProgress (RFC 4511 appendix A.2).
const IN_PROGRESS: u32 = 14;
/// The security layer with confidentiality (RFC 4752 section 3.3).
const SEALED: u8 = 4;
/// What we say we take at once, and no packet may be longer.
const LARGEST: u32 = 0x00a0_0000;
/// What we seal at once. Every server takes more.
const PIECE: usize = 16 * 1024;
/// No answer to a sign-in is longer.
const LONGEST_ANSWER: usize = 128 * 1024;

type Context = Arc<Mutex<ClientCtx>>;

/// Signs in as the holder of this computer's ticket to the controller of this name, and gives the end of a socket
/// into which LDAP is spoken plainly.
pub(super) async fn seal(
    mut stream: TcpStream,
    name: &str,
) -> Result<StdUnixStream, EndpointError> {
    let target = format!("ldap/{name}");
    let (pending, token) = blocking(move || {
        let (pending, token) = ClientCtx::new(InitiateFlags::empty(), None, &target, None)?;
        Ok((pending, token.to_vec()))
    })
    .await?;
    let challenge = ask(&mut stream, 1, Some(&token)).await?;
    let mut context = blocking(move || established(pending, &challenge)).await?;
    let offer = ask(&mut stream, 2, None).await?;
    let offer = context.unwrap(&offer).map_err(|error| refused(&error))?;
    if offer.first().is_none_or(|layers| layers & SEALED == 0) {
        return Err(protocol("the controller does not seal the connection"));
    }
    let [_, size @ ..] = LARGEST.to_be_bytes();
    let mut choice = vec![SEALED];
    choice.extend(size);
    let choice = context
        .wrap(true, &choice)
        .map_err(|error| refused(&error))?;
    let (code, _, result) = exchange(&mut stream, 3, Some(&choice)).await?;
    if code != 0 {
        done(result)?;
    }
    let (library, ours) = StdUnixStream::pair().map_err(|error| fault::endpoint_error(&error))?;
    ours.set_nonblocking(true)
        .map_err(|error| fault::endpoint_error(&error))?;
    let ours = UnixStream::from_std(ours).map_err(|error| fault::endpoint_error(&error))?;
    tokio::spawn(carry(ours, stream, Arc::new(Mutex::new(context))));
    Ok(library)
}

/// Kerberos reads files and asks its servers while it blocks.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Box<dyn std::error::Error + Send + Sync>> + Send + 'static,
) -> Result<T, EndpointError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| protocol("Kerberos ended without an answer"))?
        .map_err(|error| refused(&error))
}

fn established(
    pending: PendingClientCtx,
    challenge: &[u8],
) -> Result<ClientCtx, Box<dyn std::error::Error + Send + Sync>> {
    match pending.step(challenge)? {
        Step::Finished((context, None)) => Ok(context),
        _ => Err("the controller wants more than one exchange".into()),
    }
}

fn refused(error: &(impl std::fmt::Display + ?Sized)) -> EndpointError {
    EndpointError::new(
        EndpointErrorKind::SignInRefused,
        format!("Kerberos: {error:#} (is there a ticket? `klist` shows it, `kinit` gets one)"),
    )
}

fn protocol(words: &str) -> EndpointError {
    EndpointError::new(EndpointErrorKind::Protocol, words)
}

/// A step of the sign-in that is not the last, and the server's part of it.
async fn ask(
    stream: &mut TcpStream,
    id: u8,
    token: Option<&[u8]>,
) -> Result<Vec<u8>, EndpointError> {
    let (code, token, result) = exchange(stream, id, token).await?;
    if code != IN_PROGRESS {
        done(result)?;
        return Err(protocol("the controller signed in too early"));
    }
    token.ok_or_else(|| protocol("the controller sent no token"))
}

/// A bind request and its answer: the result code, the server's token, and all of it for a refusal.
async fn exchange(
    stream: &mut TcpStream,
    id: u8,
    token: Option<&[u8]>,
) -> Result<(u32, Option<Vec<u8>>, LdapResult), EndpointError> {
    let io = |error: io::Error| fault::endpoint_error(&error);
    stream.write_all(&bind(id, token)).await.map_err(io)?;
    let answer = message(stream).await.map_err(io)?;
    read_answer(&answer).ok_or_else(|| protocol("the answer to the sign-in is not LDAP"))
}

/// A BindRequest with the mechanism GSSAPI (RFC 4511 section 4.2).
fn bind(id: u8, token: Option<&[u8]>) -> Vec<u8> {
    let token = token
        .map(|token| tagged(0x04, &[token]))
        .unwrap_or_default();
    let sasl = tagged(0xa3, &[&tagged(0x04, &[b"GSSAPI"]), &token]);
    let request = tagged(0x60, &[&[2, 1, 3], &[4, 0], &sasl]);
    tagged(0x30, &[&[2, 1, id], &request])
}

fn tagged(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let mut out = vec![tag];
    if content.len() < 0x80 {
        out.extend(length.last());
    } else {
        let used: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
        // Eight bytes at most.
        out.push(0x80 | u8::try_from(used.len()).unwrap_or(8));
        out.extend(used);
    }
    out.extend(content);
    out
}

/// One message, whole.
async fn message(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let tag = stream.read_u8().await?;
    let first = stream.read_u8().await?;
    let mut bytes = vec![tag, first];
    let mut length = usize::from(first);
    if first & 0x80 != 0 {
        length = 0;
        for _ in 0..first & 0x7f {
            let byte = stream.read_u8().await?;
            bytes.push(byte);
            length = length << 8 | usize::from(byte);
            if length > LONGEST_ANSWER {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
    }
    let mut content = vec![0; length];
    stream.read_exact(&mut content).await?;
    bytes.append(&mut content);
    Ok(bytes)
}

fn read_answer(bytes: &[u8]) -> Option<(u32, Option<Vec<u8>>, LdapResult)> {
    let (_, message) = parse_tag(bytes).ok()?;
    let response = constructed(message)?
        .into_iter()
        .find(|part| part.class == TagClass::Application && part.id == 1)?;
    let parts = constructed(response)?;
    let code = primitive(parts.first()?)?
        .iter()
        .fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
    let text = |index: usize| -> Option<String> {
        let bytes = primitive(parts.get(index)?)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    let result = LdapResult {
        rc: code,
        matched: text(1)?,
        text: text(2)?,
        refs: Vec::new(),
        ctrls: Vec::new(),
    };
    let token = parts
        .iter()
        .find(|part| part.class == TagClass::Context && part.id == 7)
        .and_then(primitive)
        .map(<[u8]>::to_vec);
    Some((code, token, result))
}

fn constructed(tag: StructureTag) -> Option<Vec<StructureTag>> {
    match tag.payload {
        PL::C(parts) => Some(parts),
        PL::P(_) => None,
    }
}

fn primitive(tag: &StructureTag) -> Option<&[u8]> {
    match &tag.payload {
        PL::P(bytes) => Some(bytes),
        PL::C(_) => None,
    }
}

/// Both ways until either side ends.
async fn carry(plain: UnixStream, sealed: TcpStream, context: Context) {
    let (mut plain_in, mut plain_out) = plain.into_split();
    let (mut sealed_in, mut sealed_out) = sealed.into_split();
    let outcome = tokio::select! {
        out = outward(&mut plain_in, &mut sealed_out, &context) => out,
        back = inward(&mut sealed_in, &mut plain_out, &context) => back,
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "the sealed connection to the directory ended");
    }
}

async fn outward(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    context: &Context,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let read = from.read(&mut piece).await?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(());
        };
        let packet = with(context, |context| {
            context.wrap(true, bytes).map(|out| out.to_vec())
        })?;
        let length = u32::try_from(packet.len()).map_err(io::Error::other)?;
        to.write_u32(length).await?;
        to.write_all(&packet).await?;
        to.flush().await?;
    }
}

async fn inward(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    context: &Context,
) -> io::Result<()> {
    loop {
        let length = from.read_u32().await?;
        if length > LARGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut packet = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        from.read_exact(&mut packet).await?;
        let bytes = with(context, |context| {
            context.unwrap(&packet).map(|out| out.to_vec())
        })?;
        to.write_all(&bytes).await?;
    }
}

fn with<T, E: std::fmt::Display>(
    context: &Context,
    work: impl FnOnce(&mut ClientCtx) -> Result<T, E>,
) -> io::Result<T> {
    let mut context = context.lock().unwrap_or_else(PoisonError::into_inner);
    work(&mut context).map_err(|error| io::Error::other(format!("{error:#}")))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_the_mechanism_and_carries_the_token_whatever_its_length() {
        assert_eq!(
            bind(2, None),
            b"\x30\x14\x02\x01\x02\x60\x0f\x02\x01\x03\x04\x00\xa3\x08\x04\x06GSSAPI"
        );
        let long = vec![7; 300];
        let request = bind(1, Some(&long));
        let (rest, tag) = parse_tag(&request).unwrap();
        assert!(rest.is_empty());
        assert_eq!(constructed(tag).unwrap().len(), 2);
    }

    #[tokio::test]
    async fn an_answer_is_read_whole_and_nonsense_is_not_believed() {
        let token = tagged(0x87, &[&[9; 200]]);
        let response = tagged(0x61, &[&[10, 1, 14], &[4, 0], &[4, 2, b'h', b'i'], &token]);
        let bytes = tagged(0x30, &[&[2, 1, 1], &response]);
        let read = message(&mut &*bytes).await.unwrap();
        let (code, token, result) = read_answer(&read).unwrap();
        assert_eq!((code, token, &*result.text), (14, Some(vec![9; 200]), "hi"));
        for nonsense in [
            &b"HTTP/1.1 400"[..],
            b"\x30\x84\xff\xff\xff\xff",
            b"\x30\x00",
            b"",
        ] {
            let answer = message(&mut &*nonsense).await;
            assert!(answer.is_err() || read_answer(&answer.unwrap()).is_none());
        }
    }
}
