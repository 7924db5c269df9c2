//! An IMAP server that no longer takes a token which should have been good for a while yet.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::{ExposeSecret as _, SecretString};
use stegvis_connect::imap::{AccessTokens, ImapAuth, ImapEndpoint, ImapTarget};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::{
    ByteBudget, EndpointError, EndpointErrorKind, Gate, MailboxRef, TargetConnector as _,
};
use stegvis_model::Security;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

type Heard = Arc<Mutex<Vec<String>>>;

/// Takes the token `fresh` and no other, as Exchange Online says it: a challenge, and then no.
async fn serve(stream: TcpStream, heard: Heard) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready\r\n";
    write.write_all(greeting.as_bytes()).await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut words = line.split(' ');
        let tag = words.next().unwrap().to_owned();
        let answer = match (words.next(), line.rsplit(' ').next()) {
            (Some("AUTHENTICATE"), Some(response)) => {
                let said = String::from_utf8(BASE64.decode(response).unwrap()).unwrap();
                heard.lock().unwrap().push(said.replace('\x01', " "));
                if said.contains("auth=Bearer fresh\x01") {
                    format!("{tag} OK [CAPABILITY IMAP4rev1] AUTHENTICATE completed.\r\n")
                } else {
                    write
                        .write_all(b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n")
                        .await
                        .unwrap();
                    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some(""));
                    format!("{tag} NO AUTHENTICATE failed.\r\n")
                }
            }
            _ => format!("{tag} OK done\r\n"),
        };
        write.write_all(answer.as_bytes()).await.unwrap();
    }
}

/// Gives `stale`, and another one where it has one.
struct Tokens(Option<&'static str>);

#[async_trait]
impl AccessTokens for Tokens {
    async fn token(&self) -> Result<SecretString, EndpointError> {
        Ok("stale".into())
    }

    async fn renewed(&self, refused: &SecretString) -> Result<Option<SecretString>, EndpointError> {
        assert_eq!(refused.expose_secret(), "stale");
        Ok(self.0.map(Into::into))
    }
}

async fn opened(other: Option<&'static str>) -> (Result<(), EndpointError>, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let notes = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, notes.clone()));
        }
    });
    let target = ImapTarget(ImapEndpoint {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::Plaintext,
        trust: Trust::Pinned("0".repeat(64)),
        auth: ImapAuth::OAuth(Arc::new(Tokens(other))),
        allow_plaintext: false,
        gate: Gate::default(),
        budget: ByteBudget::new(1 << 20),
    });
    let mailbox = MailboxRef {
        address: "anna@nordvik.example".parse().unwrap(),
        sign_in: None,
    };
    let opened = target.open(&mailbox).await.map(drop);
    let heard = heard.lock().unwrap().clone();
    (opened, heard)
}

#[tokio::test]
async fn a_refused_token_is_tried_once_more_with_another_one_and_no_oftener() {
    let (opened_, heard) = opened(Some("fresh")).await;
    opened_.unwrap();
    let said = |token: &str| format!("user=anna@nordvik.example auth=Bearer {token}  ");
    assert_eq!(heard, [said("stale"), said("fresh")]);
    for (other, times) in [(Some("as stale"), 2), (None, 1)] {
        let (refused, heard) = opened(other).await;
        assert_eq!(refused.unwrap_err().kind, EndpointErrorKind::SignInRefused);
        assert_eq!(heard.len(), times);
    }
}
