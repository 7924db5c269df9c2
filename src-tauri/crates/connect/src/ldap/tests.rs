#![expect(clippy::unwrap_used, reason = "tests")]

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

use stegvis_model::Security;

use super::*;
use crate::testing::Authority;
use crate::tls::Trust;

/// Says these bytes after each bind, as the answer to whatever is asked first, then hangs up.
async fn server(answer: impl Fn(u8) -> Vec<u8> + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move { serve(&mut stream, answer).await });
        }
    });
    port
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    answer: impl Fn(u8) -> Vec<u8>,
) -> Option<()> {
    let id = message_id(stream).await?;
    stream.write_all(&message(id, 0x61, &OK)).await.ok()?;
    let id = message_id(stream).await?;
    stream.write_all(&answer(id)).await.ok()?;
    stream.flush().await.ok()
}

/// The same after StartTLS.
async fn start_tls_server(authority: &Authority) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = authority.acceptor.clone();
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let id = message_id(&mut tcp).await?;
                tcp.write_all(&message(id, 0x78, &OK)).await.ok()?;
                serve(&mut acceptor.accept(tcp).await.ok()?, one_entry).await
            });
        }
    });
    port
}

/// The id of the next request: `30 len 02 01 id …`, all of ours being short.
async fn message_id<S: AsyncRead + Unpin>(stream: &mut S) -> Option<u8> {
    let mut buffer = [0; 1024];
    let read = stream.read(&mut buffer).await.ok()?;
    let start = buffer
        .get(..read)?
        .windows(2)
        .position(|pair| pair == [2, 1])?;
    buffer.get(start + 2).copied()
}

/// Result code 0, no matched DN, no words.
const OK: [u8; 7] = [10, 1, 0, 4, 0, 4, 0];

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag, u8::try_from(content.len()).unwrap()];
    out.extend_from_slice(content);
    out
}

fn message(id: u8, operation: u8, content: &[u8]) -> Vec<u8> {
    let mut inside = vec![2, 1, id];
    inside.extend(tagged(operation, content));
    tagged(0x30, &inside)
}

/// An entry with a display name, and the end of the search.
fn one_entry(id: u8) -> Vec<u8> {
    let values = tagged(0x31, &tagged(4, "Åsa".as_bytes()));
    let attribute = tagged(0x30, &[tagged(4, b"displayName"), values].concat());
    let entry = [tagged(4, b"CN=a"), tagged(0x30, &attribute)].concat();
    [message(id, 0x64, &entry), message(id, 0x65, &OK)].concat()
}

fn directory(port: u16, password: &str) -> Result<ActiveDirectory, EndpointError> {
    ActiveDirectory::new(DirectorySettings {
        hosts: vec!["127.0.0.1".into()],
        port,
        security: Security::Plaintext,
        sign_in: DirectorySignIn::Password {
            account: "migrering@nordvik.example".into(),
            password: password.to_owned().into(),
        },
        base_dn: None,
        trust: Trust::Pinned("0".repeat(64)),
    })
}

#[tokio::test]
async fn a_connection_that_dropped_is_made_anew() {
    let directory = directory(server(one_entry).await, "lösen").unwrap();
    for _ in 0..3 {
        assert_eq!(
            directory.export("CN=a").await.unwrap(),
            "version: 1\ndn: CN=a\ndisplayName:: w4VzYQ==\n"
        );
    }
}

#[tokio::test]
async fn start_tls_protects_the_password_and_an_untrusted_certificate_is_reported() {
    let authority = Authority::new();
    let port = start_tls_server(&authority).await;
    let directory = |trust: Trust| {
        ActiveDirectory::new(DirectorySettings {
            hosts: vec!["localhost".into()],
            security: Security::StartTls,
            trust,
            ..directory(port, "lösen")
                .unwrap()
                .connection
                .settings()
                .clone()
        })
        .unwrap()
    };
    let ldif = directory(Trust::SystemAnd(authority.ca_pem.clone()))
        .export("CN=a")
        .await
        .unwrap();
    assert!(ldif.contains("displayName"));
    let error = directory(Trust::Pinned("0".repeat(64)))
        .check()
        .await
        .unwrap_err();
    assert_eq!(
        error.kind,
        EndpointErrorKind::Certificate {
            fingerprint: Some(authority.fingerprint.clone())
        }
    );
}

#[tokio::test]
async fn an_answer_that_is_not_ldap_ends_the_question_and_nothing_else() {
    for answer in [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        message(2, 0x64, &[]),
        message(2, 0x64, &tagged(0x30, &[])),
        message(2, 0x65, &[]),
        message(2, 0x65, &tagged(4, b"no code")),
        vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        Vec::new(),
    ] {
        let shown = format!("{answer:?}");
        let directory = directory(server(move |_| answer.clone()).await, "lösen").unwrap();
        let error = directory.export("CN=a").await.unwrap_err();
        assert!(
            matches!(
                error.kind,
                EndpointErrorKind::Protocol
                    | EndpointErrorKind::Disconnected
                    | EndpointErrorKind::Refused
                    | EndpointErrorKind::NotFound
            ),
            "{shown}: {error:?}"
        );
    }
}

#[tokio::test]
async fn without_a_password_nothing_is_sent_and_without_tls_nothing_leaves_this_computer() {
    assert_eq!(
        directory(1, "").unwrap_err().kind,
        EndpointErrorKind::SignInRefused
    );
    let settings = DirectorySettings {
        hosts: vec!["dc01.nordvik.example".into()],
        ..directory(1, "lösen").unwrap().connection.settings().clone()
    };
    assert_eq!(
        ActiveDirectory::new(settings).unwrap_err().kind,
        EndpointErrorKind::Refused
    );
}

/// TLS as Windows Server 2003 answers it: a ServerHello of TLS 1.0, or the alert of a server that refuses.
#[tokio::test]
async fn a_controller_with_old_tls_only_is_told_from_one_without_tls() {
    let mut hello = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    // No session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    hello.extend([0, 0, 0x2f, 0]);
    let alert = vec![0x15, 3, 1, 0, 2, 2, 70];
    for answer in [hello, alert] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = answer.clone();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            let hello = stream.read(&mut buffer).await.unwrap();
            assert_ne!(hello, 0);
            stream.write_all(&served).await.unwrap();
            // Kept open until the client has had enough.
            while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
        });
        let settings = DirectorySettings {
            security: Security::ImplicitTls,
            ..directory(port, "lösen")
                .unwrap()
                .connection
                .settings()
                .clone()
        };
        let error = ActiveDirectory::new(settings)
            .unwrap()
            .check()
            .await
            .unwrap_err();
        assert_eq!(error.kind, EndpointErrorKind::Protocol, "{error}");
        assert!(error.detail.contains("TLS 1.2"), "{answer:?}: {error}");
    }
}
