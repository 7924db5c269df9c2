//! Mail of our own: the status mail and the final report.

use async_trait::async_trait;
use stegvis_model::SmtpAddress;

use super::EndpointError;

/// A file sent along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A mail to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// To whom.
    pub to: SmtpAddress,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// Files sent along.
    pub attachments: Vec<Attachment>,
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends it, or says why not.
    async fn send(&self, mail: &Mail) -> Result<(), EndpointError>;
}
