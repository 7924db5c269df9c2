//! A signed-in connection.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::{ExposeSecret as _, SecretString};
use stegvis_engine::ports::{ByteBudget, EndpointError, EndpointErrorKind, Gate, MailboxRef};
use stegvis_model::Security;
use stegvis_wire::imap::{Response, State, StatusLine, astring};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, BufWriter};
use tokio::net::TcpStream;

use super::endpoint::{ImapAuth, ImapEndpoint};
use super::line::{Incoming, Incomings};
use crate::tls;

const PATIENCE: Duration = Duration::from_secs(30);

pub(super) type Writer = BufWriter<Box<dyn AsyncWrite + Send + Unpin>>;

/// A connection that is signed in, and what was learned on the way.
pub(super) struct Session {
    pub(super) incoming: Incomings,
    pub(super) writer: Writer,
    pub(super) capabilities: Vec<String>,
    pub(super) greeting: String,
    pub(super) gate: Gate,
    pub(super) budget: ByteBudget,
    next_tag: u64,
}

/// What a command led to: the answers before its end, and its end.
pub(super) struct Completed {
    pub(super) answers: Vec<Response>,
    pub(super) status: StatusLine,
}

pub(super) fn lost(error: &std::io::Error) -> EndpointError {
    EndpointError::new(EndpointErrorKind::Disconnected, error.to_string())
}

impl Session {
    /// Connects, protects the connection, signs in.
    pub(super) async fn open(
        endpoint: &ImapEndpoint,
        mailbox: &MailboxRef,
    ) -> Result<Self, EndpointError> {
        let mut session = Self::connect(endpoint).await?;
        session.sign_in(endpoint, mailbox).await?;
        Ok(session)
    }

    /// Connects and protects the connection.
    pub(super) async fn connect(endpoint: &ImapEndpoint) -> Result<Self, EndpointError> {
        if endpoint.security == Security::Plaintext
            && !endpoint.is_loopback()
            && !endpoint.allow_plaintext
        {
            return Err(EndpointError::new(
                EndpointErrorKind::Refused,
                format!(
                    "{} would be spoken to without TLS; choose TLS, or allow the exception",
                    endpoint.host
                ),
            ));
        }
        let stream = tls::dial(&endpoint.host, endpoint.port, PATIENCE).await?;
        match endpoint.security {
            Security::ImplicitTls => {
                let config = tls::client_config(&endpoint.trust)?;
                let stream = tls::handshake(stream, &endpoint.host, &config, PATIENCE).await?;
                Self::greeted(stream, endpoint).await
            }
            Security::Plaintext => Self::greeted(stream, endpoint).await,
            Security::StartTls => Self::start_tls(stream, endpoint).await,
        }
    }

    async fn start_tls(stream: TcpStream, endpoint: &ImapEndpoint) -> Result<Self, EndpointError> {
        // The plain part of the conversation happens on a borrowed stream, so that nothing read before
        // TLS can survive into it.
        let mut stream = stream;
        let greeting = {
            let (read, write) = stream.split();
            let mut plain = PlainTalk { read, write };
            let greeting = plain.line().await?;
            plain.say("s0 STARTTLS\r\n").await?;
            loop {
                let line = plain.line().await?;
                if let Some(status) = line.strip_prefix("s0 ") {
                    if status.to_ascii_uppercase().starts_with("OK") {
                        break;
                    }
                    return Err(EndpointError::new(
                        EndpointErrorKind::Refused,
                        format!("the server does not start TLS: {status}"),
                    ));
                }
            }
            greeting
        };
        let config = tls::client_config(&endpoint.trust)?;
        let stream = tls::handshake(stream, &endpoint.host, &config, PATIENCE).await?;
        let mut session = Self::over(stream, endpoint);
        session.greeting = greeting
            .strip_prefix("* OK")
            .unwrap_or(&greeting)
            .trim()
            .to_owned();
        Ok(session)
    }

    fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        endpoint: &ImapEndpoint,
    ) -> Self {
        let (read, write) = tokio::io::split(stream);
        Self {
            incoming: Incomings::new(Box::new(read)),
            writer: BufWriter::with_capacity(64 * 1024, Box::new(write)),
            capabilities: Vec::new(),
            greeting: String::new(),
            gate: endpoint.gate.clone(),
            budget: endpoint.budget.clone(),
            next_tag: 1,
        }
    }

    async fn greeted(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        endpoint: &ImapEndpoint,
    ) -> Result<Self, EndpointError> {
        let mut session = Self::over(stream, endpoint);
        match session.next_answer().await? {
            Response::Untagged(line) if matches!(line.state, State::Ok | State::PreAuth) => {
                session.capabilities = line.capabilities().unwrap_or_default();
                session.greeting = line.text;
                Ok(session)
            }
            Response::Untagged(line) => Err(EndpointError::new(
                EndpointErrorKind::Unreachable,
                line.text,
            )),
            _ => Err(EndpointError::new(
                EndpointErrorKind::Protocol,
                "what answers there does not greet as IMAP does",
            )),
        }
    }

    /// Signs in to a mailbox and learns what the server can do.
    pub(super) async fn sign_in(
        &mut self,
        endpoint: &ImapEndpoint,
        mailbox: &MailboxRef,
    ) -> Result<(), EndpointError> {
        let refused = |words: &str| EndpointError::new(EndpointErrorKind::SignInRefused, words);
        let done = match &endpoint.auth {
            ImapAuth::Own { user, password } => self.login(user, password).await?,
            ImapAuth::Each(look_up) => {
                let (user, password) = look_up(&mailbox.address).ok_or_else(|| {
                    refused(&format!("no sign-in is known for {}", mailbox.address))
                })?;
                self.login(&user, &password).await?
            }
            ImapAuth::Delegate { account, password } => {
                let alias = mailbox
                    .sign_in
                    .as_deref()
                    .unwrap_or_else(|| mailbox.address.local());
                self.login(&format!("{account}/{alias}"), password).await?
            }
            ImapAuth::OAuth(tokens) => {
                let user = mailbox.address.to_string();
                let token = tokens.token().await?;
                let done = self.xoauth2(&user, &token).await?;
                if done.status.state == State::Ok
                    || sign_in_error(&done.status, &self.gate).kind
                        != EndpointErrorKind::SignInRefused
                {
                    done
                } else {
                    // The token may have been taken back before its time: once more, with another one.
                    match tokens.renewed(&token).await? {
                        Some(token) => self.xoauth2(&user, &token).await?,
                        None => done,
                    }
                }
            }
        };
        if done.status.state != State::Ok {
            return Err(sign_in_error(&done.status, &self.gate));
        }
        self.capabilities = match done.status.capabilities() {
            Some(told) => told,
            None => self.ask_capabilities(done.answers).await?,
        };
        Ok(())
    }

    pub(super) async fn ask_capabilities(
        &mut self,
        answers: Vec<Response>,
    ) -> Result<Vec<String>, EndpointError> {
        let told = |answers: Vec<Response>| {
            answers.into_iter().find_map(|answer| match answer {
                Response::Capability(words) => Some(words),
                _ => None,
            })
        };
        match told(answers) {
            Some(words) => Ok(words),
            None => Ok(told(self.command("CAPABILITY").await?.answers).unwrap_or_default()),
        }
    }

    async fn login(
        &mut self,
        user: &str,
        password: &SecretString,
    ) -> Result<Completed, EndpointError> {
        self.command(&format!(
            "LOGIN {} {}",
            astring(user),
            astring(password.expose_secret())
        ))
        .await
    }

    async fn xoauth2(
        &mut self,
        user: &str,
        token: &SecretString,
    ) -> Result<Completed, EndpointError> {
        let response = BASE64.encode(format!(
            "user={user}\x01auth=Bearer {}\x01\x01",
            token.expose_secret()
        ));
        if self.capabilities.is_empty() {
            self.capabilities = self.ask_capabilities(Vec::new()).await?;
        }
        let direct = self.can("SASL-IR");
        let command = if direct {
            format!("AUTHENTICATE XOAUTH2 {response}")
        } else {
            "AUTHENTICATE XOAUTH2".to_owned()
        };
        let tag = self.send(&command).await?;
        self.flush().await?;
        let mut owed = (!direct).then_some(response);
        let mut answers = Vec::new();
        loop {
            match self.next_answer().await? {
                Response::Continue(_) => {
                    // The second time it is the server's reason in base64: an empty line asks for its verdict.
                    let line = owed.take().unwrap_or_default();
                    self.write(format!("{line}\r\n").as_bytes()).await?;
                    self.flush().await?;
                }
                Response::Tagged(answered, status) if answered == tag => {
                    return Ok(Completed { answers, status });
                }
                Response::Untagged(line) if line.state == State::Bye => return Err(bye(&line)),
                other => answers.push(other),
            }
        }
    }

    /// Whether the server announced a capability.
    pub(super) fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|word| word == capability)
    }

    /// Whether this is Exchange on the old side of 2010, which wants small batches (facts `onprem.md` section 3).
    pub(super) fn is_exchange(&self) -> bool {
        self.greeting.contains("Exchange")
    }

    /// A fresh tag.
    pub(super) fn tag(&mut self) -> String {
        let tag = format!("s{}", self.next_tag);
        self.next_tag += 1;
        tag
    }

    /// Writes a command without waiting for anything; returns its tag.
    pub(super) async fn send(&mut self, command: &str) -> Result<String, EndpointError> {
        let tag = self.tag();
        self.write(format!("{tag} {command}\r\n").as_bytes())
            .await?;
        Ok(tag)
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), EndpointError> {
        self.writer
            .write_all(bytes)
            .await
            .map_err(|error| lost(&error))
    }

    pub(super) async fn flush(&mut self) -> Result<(), EndpointError> {
        self.writer.flush().await.map_err(|error| lost(&error))
    }

    /// The next answer, where no message body is expected: one that comes all the same is a violation.
    pub(super) async fn next_answer(&mut self) -> Result<Response, EndpointError> {
        match self.incoming.next().await? {
            Incoming::Answer(response) => Ok(response),
            Incoming::Body { .. } => Err(EndpointError::new(
                EndpointErrorKind::Protocol,
                "a message body came that nobody asked for",
            )),
        }
    }

    /// Does one command.
    pub(super) async fn command(&mut self, command: &str) -> Result<Completed, EndpointError> {
        let mut done = self.commands(std::slice::from_ref(&command)).await?;
        done.pop()
            .ok_or_else(|| EndpointError::new(EndpointErrorKind::Protocol, "a command had no end"))
    }

    /// Does commands in one pipeline, at most a window of them under way.
    pub(super) async fn commands(
        &mut self,
        commands: &[impl AsRef<str>],
    ) -> Result<Vec<Completed>, EndpointError> {
        const WINDOW: usize = 32;
        let mut done: Vec<Completed> = Vec::with_capacity(commands.len());
        for window in commands.chunks(WINDOW) {
            let mut tags = Vec::with_capacity(window.len());
            for command in window {
                tags.push(self.send(command.as_ref()).await?);
            }
            self.flush().await?;
            for tag in tags {
                done.push(self.completed(&tag).await?);
            }
        }
        Ok(done)
    }

    async fn completed(&mut self, tag: &str) -> Result<Completed, EndpointError> {
        let mut answers = Vec::new();
        loop {
            match self.next_answer().await? {
                Response::Tagged(answered, status) if answered == tag => {
                    return Ok(Completed { answers, status });
                }
                Response::Untagged(line) if line.state == State::Bye => return Err(bye(&line)),
                other => answers.push(other),
            }
        }
    }

    /// Says goodbye, without insisting on an answer.
    pub(super) async fn log_out(&mut self) {
        if self.send("LOGOUT").await.is_ok() && self.flush().await.is_ok() {
            let _ = tokio::time::timeout(Duration::from_secs(2), self.writer.shutdown()).await;
        }
    }
}

/// The error of a command that was not done.
pub(super) fn command_error(status: &StatusLine, gate: &Gate) -> EndpointError {
    let words = status.text.clone();
    if let Some(milliseconds) = status.suggested_backoff() {
        let wait = Duration::from_millis(milliseconds);
        gate.shut_for(wait);
        return EndpointError::new(EndpointErrorKind::Throttled { wait }, words);
    }
    let lower = words.to_ascii_lowercase();
    let kind = if status.has_code("OVERQUOTA") || lower.contains("quota") {
        EndpointErrorKind::Full
    } else if lower.contains("authenticated but not connected") {
        EndpointErrorKind::RightsMissing
    } else if status.has_code("UNAVAILABLE") || status.has_code("INUSE") {
        EndpointErrorKind::Disconnected
    } else {
        EndpointErrorKind::Refused
    };
    EndpointError::new(kind, words)
}

fn sign_in_error(status: &StatusLine, gate: &Gate) -> EndpointError {
    let lower = status.text.to_ascii_lowercase();
    let kind = if status.has_code("UNAVAILABLE") {
        EndpointErrorKind::Unreachable
    } else if status.suggested_backoff().is_some() {
        return command_error(status, gate);
    } else if lower.contains("not connected") {
        EndpointErrorKind::RightsMissing
    } else {
        EndpointErrorKind::SignInRefused
    };
    EndpointError::new(kind, status.text.clone())
}

pub(super) fn bye(line: &StatusLine) -> EndpointError {
    EndpointError::new(
        EndpointErrorKind::Disconnected,
        format!("the server ended the connection: {}", line.text),
    )
}

/// The few lines spoken before STARTTLS, byte by byte so that nothing is read ahead.
struct PlainTalk<'a> {
    read: tokio::net::tcp::ReadHalf<'a>,
    write: tokio::net::tcp::WriteHalf<'a>,
}

impl PlainTalk<'_> {
    async fn line(&mut self) -> Result<String, EndpointError> {
        use tokio::io::AsyncReadExt as _;
        let mut line = Vec::new();
        let read = async {
            loop {
                match self.read.read_u8().await {
                    Ok(b'\n') => return Ok(()),
                    Ok(byte) if line.len() < 4096 => line.push(byte),
                    Ok(_) => {
                        return Err(EndpointError::new(
                            EndpointErrorKind::Protocol,
                            "a greeting without end",
                        ));
                    }
                    Err(error) => return Err(lost(&error)),
                }
            }
        };
        tokio::time::timeout(PATIENCE, read).await.map_err(|_| {
            EndpointError::new(
                EndpointErrorKind::Unreachable,
                "no greeting within 30 seconds",
            )
        })??;
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    async fn say(&mut self, words: &str) -> Result<(), EndpointError> {
        self.write
            .write_all(words.as_bytes())
            .await
            .map_err(|error| lost(&error))
    }
}
