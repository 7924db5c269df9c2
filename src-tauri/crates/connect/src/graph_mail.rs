//! Mail of our own through Graph, from a mailbox of the tenant: where no server takes mail from this computer.

use async_trait::async_trait;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind, Mail, Mailer};
use stegvis_model::SmtpAddress;
use stegvis_wire::graph::send_mail::{FileAttachment, LARGEST_ATTACHMENTS, Message};

use crate::graph::Graph;

/// Sends from one mailbox.
#[derive(Debug, Clone)]
pub struct GraphMailer {
    graph: Graph,
    from: SmtpAddress,
}

impl GraphMailer {
    /// Sends from this mailbox. A person's sign-in sends from that person's own.
    #[must_use]
    pub const fn new(graph: Graph, from: SmtpAddress) -> Self {
        Self { graph, from }
    }
}

#[async_trait]
impl Mailer for GraphMailer {
    async fn send(&self, mail: &Mail) -> Result<(), EndpointError> {
        let size = mail
            .attachments
            .iter()
            .fold(0_usize, |sum, file| sum.saturating_add(file.bytes.len()));
        if size > LARGEST_ATTACHMENTS {
            return Err(EndpointError::new(
                EndpointErrorKind::Refused,
                format!("Microsoft Graph sends no mail with {size} bytes of attachments"),
            ));
        }
        let files: Vec<FileAttachment<'_>> = mail
            .attachments
            .iter()
            .map(|file| FileAttachment {
                name: &file.name,
                content_type: &file.media_type,
                bytes: &file.bytes,
            })
            .collect();
        let to = mail.to.to_string();
        let message = Message {
            to: &to,
            subject: &mail.subject,
            text: &mail.text,
            attachments: &files,
        };
        self.graph.send_mail(&self.from.to_string(), &message).await
    }
}
