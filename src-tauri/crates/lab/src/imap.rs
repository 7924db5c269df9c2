//! One IMAP4rev1 server, two characters: the old server (Exchange 2007, read only; as one of 2003 it greets
//! otherwise and is the same) and the tenant (Exchange Online).

mod append;
mod auth;
mod command;
mod cursor;
mod fetch;
mod folders;
mod parse;
mod search;
mod selected;
mod utf7;

use std::sync::Arc;

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::faults::{ConnectionFaults, Cut, Side};
use crate::net::{self, Meter, Security};
use crate::org::SourceVersion;
use crate::store::Record;
use crate::wire::{Ended, Wire};
use crate::world::World;

use command::Command;
use selected::Selected;

const LONGEST_LINE: usize = 64 * 1024;
/// Literals inside a command, the message of an APPEND excepted: names and passwords.
const LARGEST_ARGUMENT: u64 = 8 * 1024;
const LONGEST_COMMAND: usize = 256 * 1024;
/// After so many lines that make no sense the server hangs up, as Exchange does.
const PATIENCE: u32 = 10;

/// Who a connection speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum View {
    /// Nobody yet.
    Stranger,
    /// Signed in, but to no mailbox: a wrong alias, no right, no mailbox.
    Disconnected,
    /// The mailbox of this alias.
    Mailbox(String),
}

struct Session {
    world: Arc<World>,
    side: Side,
    wire: Wire,
    /// How to start TLS, until it has been.
    acceptor: Option<TlsAcceptor>,
    view: View,
    selected: Option<Selected>,
    faults: ConnectionFaults,
    errors: u32,
}

/// What to do after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Command,
    StartTls,
    Hangup,
}

/// Serves one connection.
pub(crate) async fn serve(
    world: Arc<World>,
    side: Side,
    security: Security,
    acceptor: TlsAcceptor,
    socket: TcpStream,
) {
    let meter = Meter::new();
    let (wire, acceptor) = match security {
        Security::Implicit => match net::handshake(&acceptor, socket).await {
            Ok(stream) => (Wire::new(Box::new(stream), meter), None),
            Err(error) => {
                tracing::debug!(%error, "a TLS handshake failed");
                return;
            }
        },
        Security::StartTls => (Wire::new(Box::new(socket), meter), Some(acceptor)),
    };
    let mut session = Session {
        world,
        side,
        wire,
        acceptor,
        view: View::Stranger,
        selected: None,
        faults: ConnectionFaults::none(),
        errors: 0,
    };
    let greeting = match (side, session.world.source) {
        (Side::Source, SourceVersion::Exchange2003) => {
            "* OK Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5.7638.1 (srv-mail01.nordvik.example) ready.\r\n"
        }
        _ => "* OK The Microsoft Exchange IMAP4 service is ready.\r\n",
    };
    if session.wire.say(greeting).await.is_err() {
        return;
    }
    loop {
        match session.turn().await {
            Ok(Next::Command) => {}
            Ok(Next::Hangup) => return session.wire.close().await,
            Ok(Next::StartTls) => match session.start_tls().await {
                Some(upgraded) => session = upgraded,
                None => return,
            },
            Err(Ended::LineTooLong) => {
                // Where the line ends is not known, so nothing that follows can be understood.
                let _ = session.wire.say("* BYE Command line too long.\r\n").await;
                return session.wire.close().await;
            }
            Err(Ended::Gone) => return,
        }
    }
}

impl Session {
    async fn start_tls(self) -> Option<Self> {
        let Self {
            world,
            side,
            wire,
            acceptor,
            faults,
            errors,
            ..
        } = self;
        let meter = wire.meter().clone();
        let stream = net::handshake(&acceptor?, wire.into_stream()).await.ok()?;
        Some(Self {
            world,
            side,
            wire: Wire::new(Box::new(stream), meter),
            acceptor: None,
            view: View::Stranger,
            selected: None,
            faults,
            errors,
        })
    }

    /// Reads a command, answers it.
    async fn turn(&mut self) -> Result<Next, Ended> {
        let mut command: Vec<u8> = Vec::new();
        loop {
            let line = self.wire.line(LONGEST_LINE).await?;
            command.extend_from_slice(&line);
            if command.len() > LONGEST_COMMAND {
                return Err(Ended::LineTooLong);
            }
            let Some((length, waits)) = parse::literal(&line) else {
                break;
            };
            let Some((tag, rest)) = parse::tag(&command) else {
                break;
            };
            let opened = rest.iter().rposition(|b| *b == b'{').unwrap_or(0);
            if let Some(head) = parse::append(rest.get(..opened).unwrap_or_default()) {
                return self.append(&tag, head, length, waits).await;
            }
            if length > LARGEST_ARGUMENT {
                // Without leave the client sends nothing, and the connection stays in step.
                self.bad(&tag, "Command Argument Error. 11").await?;
                return Ok(if waits { Next::Command } else { Next::Hangup });
            }
            if waits {
                self.wire
                    .say("+ Ready for additional command text.\r\n")
                    .await?;
            }
            let length = usize::try_from(length).unwrap_or(0);
            command.extend_from_slice(b"\r\n");
            command.extend_from_slice(&self.wire.exactly(length).await?);
        }
        let Some((tag, rest)) = parse::tag(&command) else {
            return self.bad("*", "Command Error. 12").await;
        };
        match parse::command(rest) {
            Ok(command) => self.run(&tag, command).await,
            Err(error) => self.bad(&tag, error.0).await,
        }
    }

    async fn run(&mut self, tag: &str, command: Command) -> Result<Next, Ended> {
        if self.view != View::Stranger
            && !matches!(command, Command::Logout)
            && let Some(wait) = self.faults.throttled()
        {
            return self.throttled(tag, wait).await;
        }
        self.disconnect_converted();
        match command {
            Command::Capability => {
                let capability = self.capability();
                self.wire
                    .say(format!("* CAPABILITY {capability}\r\n"))
                    .await?;
                self.ok(tag, "CAPABILITY completed.").await
            }
            Command::Noop => {
                self.news().await?;
                self.ok(tag, "NOOP completed.").await
            }
            Command::Logout => {
                self.wire
                    .say("* BYE Microsoft Exchange Server IMAP4 server signing off.\r\n")
                    .await?;
                self.ok(tag, "LOGOUT completed.").await?;
                Ok(Next::Hangup)
            }
            Command::Id => {
                self.wire
                    .say("* ID (\"name\" \"Microsoft.Exchange.Imap4.Imap4Server\" \"version\" \"15.20\")\r\n")
                    .await?;
                self.ok(tag, "ID completed").await
            }
            Command::StartTls if self.acceptor.is_some() => {
                self.ok(tag, "Begin TLS negotiation now.").await?;
                self.wire.flush().await?;
                Ok(Next::StartTls)
            }
            Command::Login { user, password } => self.login(tag, &user, &password).await,
            Command::Authenticate { mechanism, initial } => {
                self.authenticate(tag, &mechanism, initial).await
            }
            Command::StartTls => self.bad(tag, "Command received in Invalid state.").await,
            command => match &self.view {
                View::Stranger => self.bad(tag, "Command received in Invalid state.").await,
                View::Disconnected => {
                    self.bad(tag, "User is authenticated but not connected.")
                        .await
                }
                View::Mailbox(alias) => {
                    let alias = alias.clone();
                    self.signed_in(tag, command, &alias).await
                }
            },
        }
    }

    /// Whoever is in a mailbox when its user is converted is in none from then on.
    fn disconnect_converted(&mut self) {
        let View::Mailbox(alias) = &self.view else {
            return;
        };
        let gone = self.side == Side::Source
            && self
                .world
                .by_alias(alias)
                .is_some_and(|persona| !self.world.connected(persona));
        if gone {
            self.view = View::Disconnected;
            self.selected = None;
        }
    }

    async fn signed_in(&mut self, tag: &str, command: Command, alias: &str) -> Result<Next, Ended> {
        match command {
            Command::Namespace => {
                self.wire
                    .say("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n")
                    .await?;
                self.ok(tag, "NAMESPACE completed.").await
            }
            Command::List {
                subscribed,
                pattern,
            } => self.list(tag, alias, subscribed, &pattern).await,
            Command::Status { path, items } => self.status(tag, alias, &path, &items).await,
            Command::Select { path, read_only } => self.select(tag, alias, &path, read_only).await,
            Command::Create { path } => self.create(tag, alias, &path).await,
            Command::Unselect { name } => {
                if self.selected.take().is_none() {
                    return self.bad(tag, "Command received in Invalid state.").await;
                }
                self.ok(tag, &format!("{name} completed.")).await
            }
            Command::Fetch { uid, set, items } => self.fetch(tag, alias, uid, &set, &items).await,
            Command::Search { uid, keys } => self.search(tag, uid, &keys).await,
            Command::Idle => self.idle(tag).await,
            Command::Other { name } => self.refuse(tag, alias, &name).await,
            // The rest was answered before: none of it needs a mailbox. APPEND never comes without its literal.
            _ => self.bad(tag, "Command Argument Error. 12").await,
        }
    }

    /// On the source: a write, which nobody may, and which the judge will mention. On the target: a command
    /// this tenant does not have.
    async fn refuse(&mut self, tag: &str, alias: &str, name: &str) -> Result<Next, Ended> {
        if self.side == Side::Target {
            return self.bad(tag, "Command Error. 12").await;
        }
        self.source_write(alias, name)?;
        self.no(tag, &format!("{name} failed: this mailbox is read-only."))
            .await
    }

    fn source_write(&self, alias: &str, name: &str) -> Result<(), Ended> {
        self.world.store.note(Record::SourceWrite {
            mailbox: alias.to_owned(),
            command: name.to_owned(),
        })?;
        Ok(())
    }

    async fn idle(&mut self, tag: &str) -> Result<Next, Ended> {
        self.wire
            .say("+ IDLE accepted, awaiting DONE command.\r\n")
            .await?;
        let done: Bytes = self.wire.line(LONGEST_LINE).await?;
        self.news().await?;
        if done.eq_ignore_ascii_case(b"DONE") {
            self.ok(tag, "IDLE completed.").await
        } else {
            self.bad(tag, "Command Argument Error. 12").await
        }
    }

    fn capability(&self) -> String {
        let signed_in = self.view != View::Stranger;
        match (self.side, signed_in, self.acceptor.is_some()) {
            (Side::Source, false, true) => {
                "IMAP4 IMAP4rev1 LOGINDISABLED STARTTLS UIDPLUS CHILDREN IDLE NAMESPACE LITERAL+"
            }
            (Side::Source, false, false) => {
                "IMAP4 IMAP4rev1 AUTH=PLAIN UIDPLUS CHILDREN IDLE NAMESPACE LITERAL+"
            }
            (Side::Source, true, _) => "IMAP4 IMAP4rev1 UIDPLUS CHILDREN IDLE NAMESPACE LITERAL+",
            (Side::Target, false, _) => {
                "IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
            }
            (Side::Target, true, _) => {
                "IMAP4 IMAP4rev1 AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+"
            }
        }
        .to_owned()
    }

    async fn ok(&mut self, tag: &str, text: &str) -> Result<Next, Ended> {
        self.wire.say(format!("{tag} OK {text}\r\n")).await?;
        Ok(Next::Command)
    }

    async fn no(&mut self, tag: &str, text: &str) -> Result<Next, Ended> {
        self.wire.say(format!("{tag} NO {text}\r\n")).await?;
        Ok(Next::Command)
    }

    async fn bad(&mut self, tag: &str, text: &str) -> Result<Next, Ended> {
        self.errors += 1;
        self.wire.say(format!("{tag} BAD {text}\r\n")).await?;
        if self.errors > PATIENCE {
            self.wire.say("* BYE Connection is closed. 14\r\n").await?;
            return Ok(Next::Hangup);
        }
        Ok(Next::Command)
    }

    async fn throttled(&mut self, tag: &str, wait: std::time::Duration) -> Result<Next, Ended> {
        let text = format!(
            "{tag} BAD Request is throttled. Suggested Backoff Time: {} milliseconds\r\n",
            wait.as_millis()
        );
        self.wire.say(text).await?;
        Ok(Next::Command)
    }

    /// From here on this connection speaks for a mailbox, and the fault script knows it.
    fn signed_into(&mut self, alias: &str) {
        self.faults = self.world.faults.connection(self.side, alias);
        match self.faults.cut {
            Some(Cut::After(bytes)) => self.wire.meter().cut_after(bytes),
            Some(Cut::BeforeAcknowledging(bytes)) => {
                // Should no message ever come that far, the connection is cut all the same.
                self.faults.cut = Some(Cut::BeforeAcknowledging(self.wire.meter().seen() + bytes));
                self.wire.meter().cut_after(bytes + 1_000_000);
            }
            None => {}
        }
        self.view = View::Mailbox(alias.to_owned());
    }

    /// Whether the fault script wants the message just stored to stay unacknowledged.
    fn cut_before_acknowledging(&self) -> bool {
        matches!(self.faults.cut, Some(Cut::BeforeAcknowledging(bytes)) if self.wire.meter().seen() >= bytes)
    }
}
