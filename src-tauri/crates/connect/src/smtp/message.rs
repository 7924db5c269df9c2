//! A mail as RFC 5322 and MIME want it.

use lettre::Message;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::message::{Mailbox, header};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind, Mail};
use stegvis_model::SmtpAddress;

/// The message, with its envelope.
pub(super) fn compose(from: &SmtpAddress, mail: &Mail) -> Result<Message, EndpointError> {
    let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(mail.text.clone()));
    for attachment in &mail.attachments {
        let media_type = ContentType::parse(&attachment.media_type).unwrap_or(
            ContentType::parse("application/octet-stream").map_err(|error| unfit(&error))?,
        );
        parts = parts.singlepart(
            Attachment::new(attachment.name.clone()).body(attachment.bytes.clone(), media_type),
        );
    }
    Message::builder()
        .from(Mailbox::new(Some("Stegvis".to_owned()), address(from)?))
        .to(Mailbox::new(None, address(&mail.to)?))
        .subject(mail.subject.clone())
        .message_id(Some(format!(
            "<{:032x}@{}>",
            rand::random::<u128>(),
            from.domain()
        )))
        .header(header::MIME_VERSION_1_0)
        .multipart(parts)
        .map_err(|error| unfit(&error))
}

fn address(address: &SmtpAddress) -> Result<lettre::Address, EndpointError> {
    lettre::Address::new(address.local(), address.domain().as_str()).map_err(|error| unfit(&error))
}

fn unfit(error: &dyn std::error::Error) -> EndpointError {
    EndpointError::new(EndpointErrorKind::Refused, error.to_string())
}
