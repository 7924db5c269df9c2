//! `POST /users/ID/sendMail` (Microsoft Graph: user: sendMail). It is answered with 202 and nothing more, before the mail
//! is on its way.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use url::Url;

use crate::http::{Method, Request, below};

/// A request holds about four megabytes; an attachment grows by a third on the way.
pub const LARGEST_ATTACHMENTS: usize = 3 * 1000 * 1000;

/// A file sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileAttachment<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its media type.
    pub content_type: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// A mail of plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// To whom.
    pub to: &'a str,
    /// The subject.
    pub subject: &'a str,
    /// The text.
    pub text: &'a str,
    /// Files sent along: at most [`LARGEST_ATTACHMENTS`] together.
    pub attachments: &'a [FileAttachment<'a>],
}

/// Sends it from a user's mailbox, where it is kept among what was sent.
#[must_use]
pub fn request(base: &Url, sender: &str, message: &Message<'_>) -> Request {
    let attachments: Vec<Value> = message
        .attachments
        .iter()
        .map(|file| {
            json!({
                "@odata.type": "#microsoft.graph.fileAttachment",
                "name": file.name,
                "contentType": file.content_type,
                "contentBytes": BASE64.encode(file.bytes),
            })
        })
        .collect();
    let mut mail = json!({
        "subject": message.subject,
        "body": { "contentType": "Text", "content": message.text },
        "toRecipients": [{ "emailAddress": { "address": message.to } }],
    });
    if let Some(mail) = mail.as_object_mut()
        && !attachments.is_empty()
    {
        mail.insert("attachments".to_owned(), attachments.into());
    }
    Request::json(
        Method::Post,
        below(base, &["users", sender, "sendMail"]),
        &json!({ "message": mail, "saveToSentItems": true }),
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn sent(message: &Message<'_>) -> String {
        let base = "https://graph.example/v1.0".parse().unwrap();
        let request = request(&base, "wizard@contoso.example", message);
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        format!(
            "{:?} {}\n{}",
            request.method,
            request.url,
            serde_json::to_string_pretty(&body).unwrap()
        )
    }

    #[test]
    fn a_mail_goes_with_its_files_and_without_any() {
        let mut message = Message {
            to: "anna@contoso.example",
            subject: "Omgång 1 är klar",
            text: "Tio brevlådor, inga fel.",
            attachments: &[FileAttachment {
                name: "report.csv",
                content_type: "text/csv",
                bytes: b"EmailAddress\r\n",
            }],
        };
        let with = sent(&message);
        message.attachments = &[];
        insta::assert_snapshot!(format!("{with}\n\n{}", sent(&message)));
    }

    #[test]
    fn a_senders_name_stays_one_part_of_the_address() {
        let message = Message {
            to: "a@b.example",
            subject: "",
            text: "",
            attachments: &[],
        };
        let base = "https://graph.example/v1.0".parse().unwrap();
        let request = request(&base, "../me/a?b", &message);
        assert_eq!(
            request.url.as_str(),
            "https://graph.example/v1.0/users/..%2Fme%2Fa%3Fb/sendMail"
        );
    }
}
