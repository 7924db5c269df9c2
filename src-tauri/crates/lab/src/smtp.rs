//! A mail sink: STARTTLS or implicit TLS, AUTH PLAIN and LOGIN. What it takes it keeps.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::net::Security;
use crate::net::{self, Meter};
use crate::org::{ACCOUNT, DOMAIN};
use crate::store::Record;
use crate::wire::{Ended, Wire};
use crate::world::World;

const LONGEST_LINE: usize = 16 * 1024;
const LARGEST_MAIL: usize = 25 * 1024 * 1024;
const MOST_RECIPIENTS: usize = 100;

/// The account that may send.
pub(crate) fn account() -> String {
    format!("{ACCOUNT}@{DOMAIN}")
}

struct Session {
    world: Arc<World>,
    wire: Wire,
    acceptor: Option<TlsAcceptor>,
    signed_in: bool,
    from: Option<String>,
    to: Vec<String>,
}

enum Next {
    Command,
    StartTls,
    Hangup,
}

/// Serves one connection.
pub(crate) async fn serve(
    world: Arc<World>,
    security: Security,
    acceptor: TlsAcceptor,
    socket: TcpStream,
) {
    let (wire, acceptor) = match security {
        Security::Implicit => match net::handshake(&acceptor, socket).await {
            Ok(stream) => (Wire::new(Box::new(stream), Meter::new()), None),
            Err(error) => {
                tracing::debug!(%error, "a TLS handshake failed");
                return;
            }
        },
        Security::StartTls => (Wire::new(Box::new(socket), Meter::new()), Some(acceptor)),
    };
    let mut session = Session {
        world,
        wire,
        acceptor,
        signed_in: false,
        from: None,
        to: Vec::new(),
    };
    if session
        .reply("220 srv-mail01.nordvik.example Microsoft ESMTP MAIL Service ready")
        .await
        .is_err()
    {
        return;
    }
    loop {
        match session.turn().await {
            Ok(Next::Command) => {}
            Ok(Next::Hangup) => return session.wire.close().await,
            Ok(Next::StartTls) => {
                let Some(acceptor) = session.acceptor.take() else {
                    return;
                };
                let stream = session.wire.into_stream();
                let Ok(stream) = net::handshake(&acceptor, stream).await else {
                    return;
                };
                session = Session {
                    world: session.world,
                    wire: Wire::new(Box::new(stream), Meter::new()),
                    acceptor: None,
                    signed_in: false,
                    from: None,
                    to: Vec::new(),
                };
            }
            Err(Ended::LineTooLong) => {
                // Nobody may be left to hear it.
                let _ = session.reply("500 5.5.2 Line too long").await;
                return session.wire.close().await;
            }
            Err(Ended::Gone) => return,
        }
    }
}

impl Session {
    async fn reply(&mut self, text: &str) -> Result<Next, Ended> {
        self.wire.say(format!("{text}\r\n")).await?;
        Ok(Next::Command)
    }

    async fn text_line(&mut self) -> Result<String, Ended> {
        let line = self.wire.line(LONGEST_LINE).await?;
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    async fn turn(&mut self) -> Result<Next, Ended> {
        let line = self.text_line().await?;
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "HELO" => self.reply("250 srv-mail01.nordvik.example Hello").await,
            "EHLO" => {
                let offer = if self.acceptor.is_some() {
                    "250 STARTTLS"
                } else {
                    "250 AUTH LOGIN PLAIN"
                };
                let text = format!(
                    "250-srv-mail01.nordvik.example Hello\r\n250-SIZE {LARGEST_MAIL}\r\n250-PIPELINING\r\n250-8BITMIME\r\n{offer}"
                );
                self.reply(&text).await
            }
            "STARTTLS" if self.acceptor.is_some() => {
                self.reply("220 2.0.0 SMTP server ready").await?;
                self.wire.flush().await?;
                Ok(Next::StartTls)
            }
            "AUTH" if self.acceptor.is_none() => self.auth(rest).await,
            "AUTH" => {
                self.reply("530 5.7.0 Must issue a STARTTLS command first")
                    .await
            }
            "MAIL" => self.mail(rest).await,
            "RCPT" => self.rcpt(rest).await,
            "DATA" => self.data().await,
            "RSET" => {
                self.forget();
                self.reply("250 2.0.0 Resetting").await
            }
            "NOOP" => self.reply("250 2.0.0 OK").await,
            "QUIT" => {
                self.reply("221 2.0.0 Service closing transmission channel")
                    .await?;
                Ok(Next::Hangup)
            }
            _ => self.reply("500 5.3.3 Unrecognized command").await,
        }
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    async fn auth(&mut self, rest: &str) -> Result<Next, Ended> {
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let (user, password) = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let response = if initial.is_empty() {
                    self.ask("").await?
                } else {
                    BASE64.decode(initial).unwrap_or_default()
                };
                let mut parts = response.split(|byte| *byte == 0).skip(1);
                let user = parts.next().unwrap_or_default().to_vec();
                (user, parts.next().unwrap_or_default().to_vec())
            }
            "LOGIN" => {
                let user = if initial.is_empty() {
                    self.ask("Username:").await?
                } else {
                    BASE64.decode(initial).unwrap_or_default()
                };
                (user, self.ask("Password:").await?)
            }
            _ => {
                return self
                    .reply("504 5.7.4 Unrecognized authentication type")
                    .await;
            }
        };
        let known = String::from_utf8_lossy(&user).eq_ignore_ascii_case(&account());
        self.signed_in = known && password == self.world.smtp_password.as_bytes();
        if self.signed_in {
            self.reply("235 2.7.0 Authentication successful").await
        } else {
            self.reply("535 5.7.3 Authentication unsuccessful").await
        }
    }

    async fn ask(&mut self, prompt: &str) -> Result<Vec<u8>, Ended> {
        self.reply(&format!("334 {}", BASE64.encode(prompt)))
            .await?;
        let line = self.text_line().await?;
        Ok(BASE64.decode(line.trim()).unwrap_or_default())
    }

    async fn mail(&mut self, rest: &str) -> Result<Next, Ended> {
        if !self.signed_in {
            return self
                .reply("530 5.7.57 Client not authenticated to send mail")
                .await;
        }
        match path(rest, "FROM:") {
            Some(from) => {
                self.forget();
                self.from = Some(from);
                self.reply("250 2.1.0 Sender OK").await
            }
            None => self.reply("501 5.5.4 Invalid arguments").await,
        }
    }

    async fn rcpt(&mut self, rest: &str) -> Result<Next, Ended> {
        if self.from.is_none() {
            return self.reply("503 5.5.2 Need mail command").await;
        }
        if self.to.len() >= MOST_RECIPIENTS {
            return self.reply("452 4.5.3 Too many recipients").await;
        }
        match path(rest, "TO:").filter(|to| to.contains('@')) {
            Some(to) => {
                self.to.push(to);
                self.reply("250 2.1.5 Recipient OK").await
            }
            None => self.reply("501 5.1.3 Invalid address").await,
        }
    }

    async fn data(&mut self) -> Result<Next, Ended> {
        let Some(from) = self.from.clone().filter(|_| !self.to.is_empty()) else {
            return self.reply("503 5.5.2 Need rcpt command").await;
        };
        self.reply("354 Start mail input; end with <CRLF>.<CRLF>")
            .await?;
        let (mut mail, mut too_large) = (Vec::new(), false);
        loop {
            let line = self.wire.line(LONGEST_LINE).await?;
            if line.as_ref() == b"." {
                break;
            }
            let line = line.strip_prefix(b".").unwrap_or(&line);
            too_large |= mail.len() + line.len() > LARGEST_MAIL;
            if !too_large {
                mail.extend_from_slice(line);
                mail.extend_from_slice(b"\r\n");
            }
        }
        let to = std::mem::take(&mut self.to);
        self.forget();
        if too_large {
            return self
                .reply("552 5.3.4 Message size exceeds fixed maximum message size")
                .await;
        }
        let size = mail.len() as u64;
        self.world
            .store
            .write(&mail, |_| (Some(Record::MailSunk { from, to, size }), ()))?;
        self.reply("250 2.6.0 Queued mail for delivery").await
    }
}

/// The address in `FROM:<…>` or `TO:<…>`; what follows it is left alone.
fn path(text: &str, word: &str) -> Option<String> {
    let (start, rest) = text.split_at_checked(word.len())?;
    if !start.eq_ignore_ascii_case(word) {
        return None;
    }
    let (address, _) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    address
        .bytes()
        .all(|b| b > b' ')
        .then(|| address.to_owned())
}
