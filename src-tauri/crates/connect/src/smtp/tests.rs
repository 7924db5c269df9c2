#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};

use stegvis_engine::ports::Attachment;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::testing::Authority;

/// A mail server that takes mail from `stegvis`, password `lösen`, and from nobody else.
struct Server {
    port: u16,
    authority: Authority,
    mail: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Implicit,
    StartTls,
    StartTlsWithWordsSlippedIn,
    Plain,
}

async fn server(kind: Kind) -> Server {
    let authority = Authority::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mail = Arc::new(Mutex::new(Vec::new()));
    let (acceptor, sink) = (authority.acceptor.clone(), mail.clone());
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (acceptor, sink) = (acceptor.clone(), sink.clone());
            tokio::spawn(async move { serve(kind, tcp, acceptor, sink).await });
        }
    });
    Server {
        port,
        authority,
        mail,
    }
}

async fn serve(
    kind: Kind,
    mut tcp: tokio::net::TcpStream,
    acceptor: TlsAcceptor,
    sink: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    match kind {
        Kind::Plain => talk(&mut tcp, true, false, &sink).await,
        Kind::Implicit => talk(&mut acceptor.accept(tcp).await.ok()?, true, false, &sink).await,
        Kind::StartTls | Kind::StartTlsWithWordsSlippedIn => {
            let slip = kind == Kind::StartTlsWithWordsSlippedIn;
            talk(&mut tcp, true, true, &sink).await?;
            let extra = if slip { "250 trust me\r\n" } else { "" };
            tcp.write_all(format!("220 go\r\n{extra}").as_bytes())
                .await
                .ok()?;
            talk(&mut acceptor.accept(tcp).await.ok()?, false, false, &sink).await
        }
    }
}

/// Talks until QUIT, or until STARTTLS where that is offered.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    greet: bool,
    starttls: bool,
    sink: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    if greet {
        stream
            .write_all(b"220-mail.nordvik.example\r\n220 ready\r\n")
            .await
            .ok()?;
    }
    loop {
        let line = line(&mut stream).await?;
        let answer = match line
            .split_whitespace()
            .next()?
            .to_ascii_uppercase()
            .as_str()
        {
            "EHLO" if starttls => "250-hello\r\n250 STARTTLS\r\n",
            "EHLO" => "250-hello\r\n250 AUTH PLAIN LOGIN\r\n",
            "STARTTLS" => return Some(()),
            // "\0stegvis\0lösen"
            "AUTH" if line.ends_with("AHN0ZWd2aXMAbMO2c2Vu") => "235 welcome\r\n",
            "AUTH" => "535 5.7.8 no\r\n",
            "RCPT" if line.contains("nobody@") => "550 5.1.1 no such mailbox\r\n",
            "MAIL" | "RCPT" => "250 ok\r\n",
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                loop {
                    let line = self::line(&mut stream).await?;
                    if line == "." {
                        break;
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
                sink.lock().unwrap().push(text);
                "250 queued\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await.ok()?;
                return None;
            }
            _ => "500 what\r\n",
        };
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

async fn line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

fn mailer(server: &Server, security: Security, password: &str) -> SmtpMailer {
    SmtpMailer::new(SmtpSettings {
        host: "localhost".into(),
        port: server.port,
        security,
        account: Some(("stegvis".into(), password.to_owned().into())),
        from: "stegvis@nordvik.example".parse().unwrap(),
        trust: Trust::SystemAnd(server.authority.ca_pem.clone()),
    })
}

fn mail(to: &str) -> Mail {
    Mail {
        to: to.parse().unwrap(),
        subject: "Omgång 1: två brevlådor är klara".into(),
        text: "Två klara, ingen misslyckades.\n.\nEn punkt för sig själv.".into(),
        attachments: vec![Attachment {
            name: "brevlådor.csv".into(),
            media_type: "text/csv; charset=utf-8".into(),
            bytes: "EmailAddress\r\nåsa@nordvik.example\r\n".into(),
        }],
    }
}

#[tokio::test]
async fn a_mail_arrives_whole_however_the_connection_is_protected() {
    for (kind, security) in [
        (Kind::Implicit, Security::ImplicitTls),
        (Kind::StartTls, Security::StartTls),
        (Kind::Plain, Security::Plaintext),
    ] {
        let server = server(kind).await;
        mailer(&server, security, "lösen")
            .send(&mail("it@nordvik.example"))
            .await
            .unwrap();
        let sunk = server.mail.lock().unwrap().pop().unwrap();
        for expected in [
            "To: it@nordvik.example",
            "From: Stegvis <stegvis@nordvik.example>",
            "Subject: =?utf-8?",
            "Content-Type: multipart/mixed",
            "Content-Type: text/csv",
            "Content-Disposition: attachment",
        ] {
            assert!(sunk.contains(expected), "{expected} in\n{sunk}");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_a_refused_sign_in_and_an_unknown_mailbox_a_refusal() {
    let server = server(Kind::StartTls).await;
    let error = mailer(&server, Security::StartTls, "fel")
        .check()
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::SignInRefused, "{error}");
    let mailer = mailer(&server, Security::StartTls, "lösen");
    mailer.check().await.unwrap();
    let error = mailer
        .send(&mail("nobody@nordvik.example"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Refused, "{error}");
    assert!(error.detail.contains("no such mailbox"), "{error}");
}

#[tokio::test]
async fn an_untrusted_certificate_is_reported_with_its_fingerprint() {
    let server = server(Kind::StartTls).await;
    let mut mailer = mailer(&server, Security::StartTls, "lösen");
    mailer.settings.trust = Trust::Pinned("0".repeat(64));
    assert_eq!(
        mailer.check().await.unwrap_err().kind,
        EndpointErrorKind::Certificate {
            fingerprint: Some(server.authority.fingerprint.clone())
        }
    );
}

#[tokio::test]
async fn no_words_are_taken_from_before_tls_and_none_is_said_without_it() {
    let slipped = server(Kind::StartTlsWithWordsSlippedIn).await;
    let error = mailer(&slipped, Security::StartTls, "lösen")
        .check()
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Protocol, "{error}");
    let plain = server(Kind::Plain).await;
    let error = mailer(&plain, Security::StartTls, "lösen")
        .check()
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Refused, "{error}");
}
