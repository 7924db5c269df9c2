//! `sendMail`: a mail written as JSON, sunk as the mail sink sinks one.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::graph::{error, guard};
use super::users::{administrator_name, find, missing};
use super::{Audience, Tenant};
use crate::item::InternalDate;
use crate::store::Record;
use crate::world::Recipient;

/// What a token must hold.
const PERMISSION: &str = "Mail.Send";
const MOST_RECIPIENTS: usize = 500;
/// The largest request that Graph reads.
pub(super) const LARGEST: usize = 4 << 20;

/// What was asked for, read and found good.
struct Mail {
    to: Vec<String>,
    subject: String,
    kind: &'static str,
    content: String,
    attachments: Vec<Attachment>,
}

struct Attachment {
    name: String,
    kind: String,
    bytes: Vec<u8>,
}

/// `POST /users/{id}/sendMail`.
pub(super) async fn of_user(
    State(tenant): State<Tenant>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    send(&tenant, &headers, Some(id), &body)
}

/// `POST /me/sendMail`.
pub(super) async fn of_me(
    State(tenant): State<Tenant>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    send(&tenant, &headers, None, &body)
}

fn send(tenant: &Tenant, headers: &HeaderMap, id: Option<String>, body: &[u8]) -> Response {
    if let Err(refusal) = guard(tenant, headers) {
        return *refusal;
    }
    let bearer = super::bearer(tenant, headers, Audience::Graph);
    let Some(bearer) = bearer.filter(|bearer| bearer.may(PERMISSION)) else {
        return error(
            StatusCode::FORBIDDEN,
            "ErrorAccessDenied",
            "Access is denied. Check credentials and try again.",
        );
    };
    let Some(id) = id.or_else(|| bearer.upn.clone()) else {
        return error(
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        );
    };
    let from = match sender(tenant, &id) {
        Ok(from) => from,
        Err(refusal) => return *refusal,
    };
    // A person sends as that person.
    if bearer
        .upn
        .is_some_and(|upn| !upn.eq_ignore_ascii_case(&from))
    {
        return error(
            StatusCode::FORBIDDEN,
            "ErrorAccessDenied",
            "Access is denied. Check credentials and try again.",
        );
    }
    let mail = match serde_json::from_slice(body)
        .map_err(|_| "Unable to read JSON request payload.".to_owned())
        .and_then(|request: Value| read(&request))
    {
        Ok(mail) => mail,
        Err(text) => return error(StatusCode::BAD_REQUEST, "ErrorInvalidRequest", &text),
    };
    let bytes = written(&from, &mail);
    let record = Record::MailSunk {
        from,
        to: mail.to,
        size: bytes.len() as u64,
    };
    match tenant.world.store.write(&bytes, |_| (Some(record), ())) {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(cause) => error(
            StatusCode::INTERNAL_SERVER_ERROR,
            "ErrorInternalServerError",
            &cause.to_string(),
        ),
    }
}

/// The sender's address; only who has a mailbox in the tenant sends from there.
fn sender(tenant: &Tenant, id: &str) -> Result<String, Box<Response>> {
    let world = &tenant.world;
    let administrator = administrator_name();
    let own = crate::seed::guid_text(super::users::administrator_id(world));
    if id.eq_ignore_ascii_case(&administrator) || id == own {
        return Ok(administrator);
    }
    let persona = find(world, id).ok_or_else(|| Box::new(missing(id)))?;
    if world.store.read(|state| world.recipient(persona, state)) != Recipient::Mailbox {
        return Err(Box::new(error(
            StatusCode::NOT_FOUND,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        )));
    }
    Ok(persona.address())
}

fn read(request: &Value) -> Result<Mail, String> {
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
    let message = request
        .get("message")
        .or_else(|| request.get("Message"))
        .filter(|message| message.is_object())
        .ok_or("The property 'message' is required.")?;
    let mut to = Vec::new();
    for list in ["toRecipients", "ccRecipients", "bccRecipients"] {
        for recipient in message
            .get(list)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let address = recipient
                .pointer("/emailAddress/address")
                .and_then(Value::as_str)
                .filter(|address| {
                    let plain = address.bytes().all(|byte| byte.is_ascii_graphic());
                    plain
                        && address
                            .split_once('@')
                            .is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
                })
                .ok_or("At least one recipient is not valid.")?;
            to.push(address.to_owned());
        }
    }
    if to.is_empty() || to.len() > MOST_RECIPIENTS {
        return Err("At least one recipient is required, and at most 500.".to_owned());
    }
    let body = message.get("body").unwrap_or(&Value::Null);
    let kind = match text(body, "contentType") {
        Some(kind) if kind.eq_ignore_ascii_case("html") => "text/html",
        Some(kind) if kind.eq_ignore_ascii_case("text") => "text/plain",
        None => "text/plain",
        Some(kind) => return Err(format!("Requested value '{kind}' was not found.")),
    };
    let mut attachments = Vec::new();
    for attachment in message
        .get("attachments")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if text(attachment, "@odata.type").as_deref() != Some("#microsoft.graph.fileAttachment") {
            return Err("The attachment is of a kind that is not known here.".to_owned());
        }
        let clean = |text: String| text.replace(['\r', '\n', '"'], " ");
        attachments.push(Attachment {
            name: clean(text(attachment, "name").ok_or("An attachment needs a name.")?),
            kind: text(attachment, "contentType")
                .map_or_else(|| "application/octet-stream".to_owned(), clean),
            bytes: text(attachment, "contentBytes")
                .and_then(|bytes| BASE64.decode(bytes).ok())
                .ok_or("An attachment's contentBytes are not base64.")?,
        });
    }
    Ok(Mail {
        to,
        subject: text(message, "subject").unwrap_or_default(),
        kind,
        content: text(body, "content").unwrap_or_default(),
        attachments,
    })
}

/// As it would be delivered.
fn written(from: &str, mail: &Mail) -> Vec<u8> {
    let head = format!(
        "From: <{from}>\r\nTo: {}\r\nSubject: =?utf-8?B?{}?=\r\nDate: {}\r\nMIME-Version: 1.0\r\n",
        mail.to.join(", "),
        BASE64.encode(&mail.subject),
        InternalDate::now().rfc5322(),
    );
    let body = format!(
        "Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        mail.kind,
        lines(mail.content.as_bytes())
    );
    if mail.attachments.is_empty() {
        return format!("{head}{body}").into_bytes();
    }
    let mut text =
        format!("{head}Content-Type: multipart/mixed; boundary=\"graph\"\r\n\r\n--graph\r\n{body}");
    for attachment in &mail.attachments {
        text.push_str(&format!(
            "--graph\r\nContent-Type: {}\r\nContent-Disposition: attachment; filename=\"{}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
            attachment.kind,
            attachment.name,
            lines(&attachment.bytes)
        ));
    }
    text.push_str("--graph--\r\n");
    text.into_bytes()
}

/// Base64 in lines, each ended.
fn lines(bytes: &[u8]) -> String {
    let text = BASE64.encode(bytes);
    let mut rest = text.as_str();
    let mut out = String::new();
    while !rest.is_empty() {
        let (line, more) = rest.split_at_checked(76).unwrap_or((rest, ""));
        out.push_str(line);
        out.push_str("\r\n");
        rest = more;
    }
    out
}
