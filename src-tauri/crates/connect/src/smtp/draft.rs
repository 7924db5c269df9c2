//! A mail as a file, for somebody else to send.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::Message;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind, Mail};
use stegvis_model::SmtpAddress;

/// `X-Unsent: 1` makes Outlook open the file as a draft that can be sent.
#[derive(Debug, Clone)]
struct Unsent;

impl Header for Unsent {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Unsent")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "1".to_owned())
    }
}

/// The bytes of an `.eml` file. It has no Message-ID: whoever sends it gives it one.
///
/// # Errors
/// If an address is not one that mail can have.
pub fn draft(
    from: &SmtpAddress,
    to_name: &str,
    mail: &Mail,
    at: Timestamp,
) -> Result<Vec<u8>, EndpointError> {
    let unfit = |error: &dyn std::error::Error| {
        EndpointError::new(EndpointErrorKind::Refused, error.to_string())
    };
    let address = |address: &SmtpAddress| {
        lettre::Address::new(address.local(), address.domain().as_str())
            .map_err(|error| unfit(&error))
    };
    let name = Some(to_name.to_owned()).filter(|name| !name.is_empty());
    let seconds = u64::try_from(at.as_second()).unwrap_or_default();
    let message = Message::builder()
        .from(Mailbox::new(None, address(from)?))
        .to(Mailbox::new(name, address(&mail.to)?))
        .subject(mail.subject.clone())
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .header(Unsent);
    // The last line's end is added when it is written.
    let text = SinglePart::plain(mail.text.trim_end_matches('\n').to_owned());
    let whole = if mail.attachments.is_empty() {
        message.singlepart(text)
    } else {
        let mut parts = MultiPart::mixed().singlepart(text);
        for attachment in &mail.attachments {
            let media_type =
                ContentType::parse(&attachment.media_type).map_err(|error| unfit(&error))?;
            parts = parts.singlepart(
                Attachment::new(attachment.name.clone()).body(attachment.bytes.clone(), media_type),
            );
        }
        message.multipart(parts)
    };
    Ok(whole.map_err(|error| unfit(&error))?.formatted())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_one_mail_whatever_its_subject_holds() {
        let bytes = draft(
            &"it@nordvik.example".parse().unwrap(),
            "Märta \"M\" Ågren",
            &Mail {
                to: "marta@nordvik.example".parse().unwrap(),
                subject: "Din postlåda\r\nBcc: evil@evil.example".to_owned(),
                text: "Hej Märta!\n\n.\nSlut\n".to_owned(),
                attachments: Vec::new(),
            },
            "2026-11-23T10:00:00Z".parse().unwrap(),
        )
        .unwrap();
        // Another's parser, so that what we wrote is not only what we meant.
        let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let to = mail.to().unwrap().first().unwrap();
        assert_eq!(to.name(), Some("Märta \"M\" Ågren"));
        assert_eq!(to.address(), Some("marta@nordvik.example"));
        assert_eq!(mail.bcc(), None);
        assert!(mail.subject().unwrap().starts_with("Din postlåda"));
        assert_eq!(mail.header_raw("X-Unsent").unwrap().trim(), "1");
        assert_eq!(mail.message_id(), None);
        assert_eq!(mail.date().unwrap().to_rfc3339(), "2026-11-23T10:00:00Z");
        let text = mail.body_text(0).unwrap().replace("\r\n", "\n");
        assert_eq!(text, "Hej Märta!\n\n.\nSlut\n");
    }
}
