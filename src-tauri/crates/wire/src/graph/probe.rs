//! Requests that show whether a permission is there and change nothing: reads of one object, and writes to an object that
//! no tenant has. Graph looks at the permission first, so that its refusal tells which of the two is missing.

use serde_json::json;
use url::Url;

use super::{GraphError, assign_license, users};
use crate::http::{Method, Request, below};

/// No object has this id.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// Reads one user.
#[must_use]
pub fn reads_users(base: &Url) -> Request {
    let mut url = below(base, &["users"]);
    url.set_query(Some("$top=1&$select=id"));
    Request::get(url)
}

/// Reads enterprise applications: none has this id.
#[must_use]
pub fn reads_applications(base: &Url) -> Request {
    super::service_principals::by_app_id(base, NOBODY)
}

/// Says where nobody is.
#[must_use]
pub fn changes_users(base: &Url) -> Request {
    users::set_usage_location(base, NOBODY, "SE")
}

/// Gives nobody a licence for a product that does not exist.
#[must_use]
pub fn gives_licences(base: &Url) -> Request {
    assign_license::request(base, NOBODY, NOBODY)
}

/// Sends a mail without recipients: as the person who is signed in, or for the application as nobody.
#[must_use]
pub fn sends_mail(base: &Url, person: bool) -> Request {
    let url = if person {
        below(base, &["me", "sendMail"])
    } else {
        below(base, &["users", NOBODY, "sendMail"])
    };
    let mail = json!({ "message": { "toRecipients": [] }, "saveToSentItems": false });
    Request::json(Method::Post, url, &mail)
}

/// What a probe shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The permission is there.
    Granted,
    /// It is not.
    Missing,
    /// Neither.
    Nothing,
}

/// What a refusal of a probe shows. That nobody was found, or that the request is not complete, is said only to those who
/// may ask.
#[must_use]
pub fn shown(refusal: &GraphError) -> Shown {
    // There is no such address at all: nobody looked at permissions.
    if refusal.code == "ResourceNotFound" {
        return Shown::Nothing;
    }
    match refusal.status {
        403 => Shown::Missing,
        400 | 404 => Shown::Granted,
        _ => Shown::Nothing,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_probe_names_an_object_that_no_tenant_has() {
        let base: Url = "https://graph.example/v1.0".parse().unwrap();
        for request in [
            changes_users(&base),
            gives_licences(&base),
            sends_mail(&base, false),
        ] {
            assert!(request.url.path().contains(NOBODY), "{request:?}");
        }
        assert_eq!(
            sends_mail(&base, true).url.as_str(),
            "https://graph.example/v1.0/me/sendMail"
        );
        assert_eq!(
            reads_users(&base).url.as_str(),
            "https://graph.example/v1.0/users?$top=1&$select=id"
        );
    }

    #[test]
    fn only_who_may_ask_is_told_that_nobody_was_found() {
        let refusal = |status, code: &str| {
            shown(&GraphError {
                status,
                code: code.to_owned(),
                message: String::new(),
                request_id: None,
            })
        };
        assert_eq!(refusal(403, "Authorization_RequestDenied"), Shown::Missing);
        assert_eq!(refusal(404, "Request_ResourceNotFound"), Shown::Granted);
        assert_eq!(refusal(400, "ErrorInvalidRecipients"), Shown::Granted);
        assert_eq!(refusal(404, "ResourceNotFound"), Shown::Nothing);
        assert_eq!(refusal(500, ""), Shown::Nothing);
    }
}
