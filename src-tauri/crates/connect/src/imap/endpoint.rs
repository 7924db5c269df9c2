use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use stegvis_engine::ports::{
    ByteBudget, EndpointError, Gate, MailboxRef, SourceConnector, SourceMailbox, TargetConnector,
    TargetMailbox,
};
use stegvis_model::{Security, SmtpAddress};

use super::session::Session;
use super::source::ImapSourceMailbox;
use super::target::ImapTargetMailbox;
use crate::tls::Trust;

/// Where tokens for XOAUTH2 come from; renewed by itself in long runs.
#[async_trait]
pub trait AccessTokens: Send + Sync {
    /// A token that is valid now.
    async fn token(&self) -> Result<SecretString, EndpointError>;

    /// Another one than `refused`, which the server did not take; nothing where that one is so young that another would
    /// be refused too, as while a permission settles.
    async fn renewed(&self, refused: &SecretString) -> Result<Option<SecretString>, EndpointError>;
}

/// Names and passwords by mailbox address.
pub type SignInBook = Arc<dyn Fn(&SmtpAddress) -> Option<(String, SecretString)> + Send + Sync>;

/// How to sign in to a mailbox.
#[derive(Clone)]
pub enum ImapAuth {
    /// One account with its own mailbox: LOGIN.
    Own {
        /// The name.
        user: String,
        /// The password.
        password: SecretString,
    },
    /// Each mailbox by its own name and password, looked up by the mailbox's address.
    Each(SignInBook),
    /// The migration account opens each mailbox, Exchange's way (facts `onprem.md` section 3): LOGIN with
    /// `account/alias`, the alias being the mailbox's sign-in name.
    Delegate {
        /// The account, e.g. `NORDVIK/migrering`.
        account: String,
        /// Its password.
        password: SecretString,
    },
    /// An application's token opens each mailbox by its address (XOAUTH2, facts `microsoft365.md` section 4).
    OAuth(Arc<dyn AccessTokens>),
}

/// An IMAP server.
#[derive(Clone)]
pub struct ImapEndpoint {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// What certificates are trusted.
    pub trust: Trust,
    /// How to sign in.
    pub auth: ImapAuth,
    /// Plaintext beyond loopback, by the administrator's explicit exception.
    pub allow_plaintext: bool,
    /// The endpoint's throttle.
    pub gate: Gate,
    /// The process's memory for mail.
    pub budget: ByteBudget,
}

impl ImapEndpoint {
    /// Whether the host is this computer, so that nothing crosses a network.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        bare.eq_ignore_ascii_case("localhost")
            || bare
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

/// Source mailboxes behind an IMAP endpoint. Opens every folder read-only (EXAMINE, BODY.PEEK).
pub struct ImapSource(pub ImapEndpoint);

#[async_trait]
impl SourceConnector for ImapSource {
    async fn open(&self, mailbox: &MailboxRef) -> Result<Box<dyn SourceMailbox>, EndpointError> {
        self.0.gate.pass().await;
        Ok(Box::new(ImapSourceMailbox::new(
            Session::open(&self.0, mailbox).await?,
        )))
    }
}

/// Target mailboxes behind an IMAP endpoint.
pub struct ImapTarget(pub ImapEndpoint);

#[async_trait]
impl TargetConnector for ImapTarget {
    async fn open(&self, mailbox: &MailboxRef) -> Result<Box<dyn TargetMailbox>, EndpointError> {
        self.0.gate.pass().await;
        Ok(Box::new(ImapTargetMailbox::new(
            Session::open(&self.0, mailbox).await?,
        )))
    }
}
