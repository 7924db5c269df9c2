#![expect(clippy::unwrap_used, reason = "tests")]

use tokio::net::TcpListener;

use super::*;
use crate::testing::Authority;

const TIME: Duration = Duration::from_secs(5);

struct Server {
    port: u16,
    ca_pem: String,
    fingerprint: String,
}

/// A TLS server for `localhost` that shakes hands with whoever comes, below its own authority.
async fn server() -> Server {
    let authority = Authority::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = authority.acceptor;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
                }
            });
        }
    });
    Server {
        port,
        ca_pem: authority.ca_pem,
        fingerprint: authority.fingerprint,
    }
}

async fn connect(server: &Server, host: &str, trust: &Trust) -> Result<(), EndpointError> {
    let stream = dial("127.0.0.1", server.port, TIME).await?;
    handshake(stream, host, &client_config(trust)?, TIME)
        .await
        .map(drop)
}

fn refused_with(fingerprint: &str) -> EndpointErrorKind {
    EndpointErrorKind::Certificate {
        fingerprint: Some(fingerprint.to_owned()),
    }
}

#[tokio::test]
async fn an_authority_that_is_given_is_trusted_for_its_own_names_only() {
    let server = server().await;
    let trust = Trust::SystemAnd(server.ca_pem.clone());
    connect(&server, "localhost", &trust).await.unwrap();
    let error = connect(&server, "exchange.nordvik.example", &trust)
        .await
        .unwrap_err();
    assert_eq!(error.kind, refused_with(&server.fingerprint));
    assert!(error.detail.contains("exchange.nordvik.example"), "{error}");
}

#[tokio::test]
async fn a_stranger_is_refused_with_the_fingerprint_that_may_then_be_pinned() {
    let server = server().await;
    let other = self::server().await;
    let error = connect(
        &server,
        "localhost",
        &Trust::SystemAnd(other.ca_pem.clone()),
    )
    .await
    .unwrap_err();
    let EndpointErrorKind::Certificate {
        fingerprint: Some(shown),
    } = error.kind
    else {
        unreachable!("{error:?}");
    };
    assert_eq!(shown, server.fingerprint);
    let pin = Trust::Pinned(shown.to_uppercase());
    connect(&server, "not.its.name.example", &pin)
        .await
        .unwrap();
    let error = connect(&other, "localhost", &pin).await.unwrap_err();
    assert_eq!(error.kind, refused_with(&other.fingerprint));
}

#[tokio::test]
async fn a_probe_describes_a_certificate_whether_trusted_or_not() {
    let server = server().await;
    let trusted = probe(
        "localhost",
        server.port,
        &Trust::SystemAnd(server.ca_pem.clone()),
        TIME,
    )
    .await
    .unwrap();
    assert_eq!(trusted.names, ["localhost"]);
    assert_eq!(trusted.tls_version, "TLS 1.3");
    assert_eq!(trusted.fingerprint, server.fingerprint);
    assert!(trusted.not_before < trusted.not_after);
    assert_eq!(trusted.trusted, Ok(()));

    let stranger = probe(
        "localhost",
        server.port,
        &Trust::Pinned("0".repeat(64)),
        TIME,
    )
    .await
    .unwrap();
    assert_eq!(
        stranger.trusted.unwrap_err().fingerprint,
        server.fingerprint
    );
}

#[tokio::test]
async fn a_server_without_tls_is_a_protocol_error_and_a_closed_port_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let trust = Trust::Pinned("0".repeat(64));
    let greeting = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"* OK The old server is ready.\r\n")
            .await
            .unwrap();
    });
    let error = probe("localhost", port, &trust, TIME).await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Protocol, "{error}");
    greeting.await.unwrap();
    let error = probe("localhost", port, &trust, TIME).await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Unreachable, "{error}");
}

#[test]
fn what_cannot_be_trusted_at_all_is_said_before_connecting() {
    assert!(client_config(&Trust::SystemAnd("no certificate".into())).is_err());
    assert!(client_config(&Trust::Pinned("abc".into())).is_err());
}
