//! Our own mail over SMTP: the status mail and the final report.

mod draft;
mod message;
mod transport;

pub use draft::draft;

use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind, Mail, Mailer};
use stegvis_model::{Security, SmtpAddress};

use crate::fault;
use crate::tls::Trust;

/// A whole mail, attachments and all, is sent within this time.
const LIMIT: Duration = Duration::from_secs(180);

/// Where mail is handed in, and as whom.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected. Without TLS on this computer only.
    pub security: Security,
    /// Who hands it in; nobody in particular, if the server lets everyone.
    pub account: Option<(String, SecretString)>,
    /// Who it is from.
    pub from: SmtpAddress,
    /// What the server's certificate must show.
    pub trust: Trust,
}

/// Hands mail in, a connection for each: there are few.
#[derive(Debug, Clone)]
pub struct SmtpMailer {
    settings: SmtpSettings,
}

impl SmtpMailer {
    /// Nothing is sent yet.
    #[must_use]
    pub const fn new(settings: SmtpSettings) -> Self {
        Self { settings }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, EndpointError> {
        let stream = transport::open(&self.settings).await?;
        let hello = ClientId::from(stream.local_address());
        let mut connection = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)
            .await
            .map_err(|error| said(&error))?;
        if let Some((account, password)) = &self.settings.account {
            let credentials =
                Credentials::new(account.clone(), password.expose_secret().to_owned());
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await
                .map_err(|error| signing_in(&error))?;
        }
        Ok(connection)
    }

    /// Connects and signs in, without sending anything: the Connect step's test.
    ///
    /// # Errors
    /// What the server says.
    pub async fn check(&self) -> Result<(), EndpointError> {
        tokio::time::timeout(LIMIT, async {
            let mut connection = self.connect().await?;
            connection.quit().await.map_err(|error| said(&error))?;
            Ok(())
        })
        .await
        .map_err(|_| fault::timed_out(&self.settings.host))?
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), EndpointError> {
        let message = message::compose(&self.settings.from, mail)?;
        tokio::time::timeout(LIMIT, async {
            let mut connection = self.connect().await?;
            connection
                .send(message.envelope(), &message.formatted())
                .await
                .map_err(|error| said(&error))?;
            // The mail is accepted: how the server says good-bye changes nothing.
            let _ = connection.quit().await;
            Ok(())
        })
        .await
        .map_err(|_| fault::timed_out(&self.settings.host))?
    }
}

fn signing_in(error: &lettre::transport::smtp::Error) -> EndpointError {
    // A client error here is that the server offers no mechanism we speak.
    if error.is_permanent() || error.is_client() {
        return EndpointError::new(EndpointErrorKind::SignInRefused, words(error));
    }
    said(error)
}

fn said(error: &lettre::transport::smtp::Error) -> EndpointError {
    let Some(code) = error.status() else {
        if error.is_response() || error.is_client() {
            return EndpointError::new(EndpointErrorKind::Protocol, words(error));
        }
        return fault::endpoint_error(error);
    };
    let kind = match u16::from(code) {
        530 | 534 | 535 => EndpointErrorKind::SignInRefused,
        552 => EndpointErrorKind::Full,
        400..=499 => EndpointErrorKind::Unreachable,
        _ => EndpointErrorKind::Refused,
    };
    EndpointError::new(kind, words(error))
}

fn words(error: &lettre::transport::smtp::Error) -> String {
    fault::endpoint_error(error).detail
}

#[cfg(test)]
mod tests;
