//! Graph's error shape (Microsoft Graph error responses and resource types).

use serde::Deserialize;
use thiserror::Error;

use crate::json;

/// What Graph says when it refuses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{code}: {message} (HTTP {status}{})", request_id.as_ref().map(|id| format!(", request {id}")).unwrap_or_default())]
pub struct GraphError {
    /// The HTTP status.
    pub status: u16,
    /// `Request_ResourceNotFound`, `Authorization_RequestDenied`, …; empty if the body was not Graph's.
    pub code: String,
    /// For people.
    pub message: String,
    /// What Microsoft's support asks for.
    pub request_id: Option<String>,
}

/// The error in an answer. Gateways in between answer in HTML or not at all; that too is an error value.
#[must_use]
pub fn parse(status: u16, bytes: &[u8]) -> GraphError {
    #[derive(Deserialize)]
    struct Body {
        error: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        #[serde(default, deserialize_with = "json::null_is_default")]
        code: String,
        #[serde(default, deserialize_with = "json::null_is_default")]
        message: String,
        #[serde(
            default,
            rename = "innerError",
            deserialize_with = "json::null_is_default"
        )]
        inner_error: InnerError,
    }
    #[derive(Deserialize, Default)]
    struct InnerError {
        #[serde(default, rename = "request-id")]
        request_id: Option<String>,
    }
    match json::read::<Body>(bytes) {
        Ok(Body { error }) => GraphError {
            status,
            code: error.code,
            message: error.message,
            request_id: error.inner_error.request_id,
        },
        Err(unreadable) => GraphError {
            status,
            code: String::new(),
            message: unreadable.start,
            request_id: None,
        },
    }
}

impl GraphError {
    /// Whether what was asked for does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status == 404
    }

    /// Whether a licence was asked for that nobody has left.
    #[must_use]
    pub fn is_out_of_licences(&self) -> bool {
        self.status == 400 && self.message.contains("available licenses")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_code_message_and_request() {
        let error = parse(
            404,
            br#"{"error":{"code":"Request_ResourceNotFound","message":"Resource 'x' does not exist.",
                "innerError":{"date":"2026-01-01T10:00:00","request-id":"r-1","client-request-id":"c-1"}}}"#,
        );
        assert!(error.is_not_found());
        assert_eq!(
            error.to_string(),
            "Request_ResourceNotFound: Resource 'x' does not exist. (HTTP 404, request r-1)"
        );
    }

    #[test]
    fn a_gateways_html_is_an_error_too() {
        let error = parse(502, b"<html>Bad gateway</html>");
        assert_eq!(error.code, "");
        assert!(error.message.contains("Bad gateway"));
    }
}
