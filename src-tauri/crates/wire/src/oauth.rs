//! Tokens by client credentials (RFC 6749 section 4.4; Microsoft identity platform, OAuth 2.0 client
//! credentials flow).

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;
use url::{Url, form_urlencoded};

use crate::Unreadable;
use crate::http::{Method, Request};
use crate::json;

/// What an application asks the authority for.
#[derive(Clone, Copy)]
pub struct ClientCredentials<'a> {
    /// The authority's token endpoint: `https://login.microsoftonline.com/TENANT/oauth2/v2.0/token`.
    pub token_url: &'a Url,
    /// The application's id.
    pub client_id: &'a str,
    /// Its secret.
    pub client_secret: &'a str,
    /// One resource and `/.default`: `https://graph.microsoft.com/.default`.
    pub scope: &'a str,
}

impl ClientCredentials<'_> {
    /// The request. Its body holds the secret.
    #[must_use]
    pub fn request(&self) -> Request {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", self.client_id)
            .append_pair("client_secret", self.client_secret)
            .append_pair("scope", self.scope)
            .finish();
        Request {
            method: Method::Post,
            url: self.token_url.clone(),
            headers: vec![
                ("Accept", "application/json".to_owned()),
                (
                    "Content-Type",
                    "application/x-www-form-urlencoded".to_owned(),
                ),
            ],
            body: body.into_bytes(),
        }
    }
}

/// A token. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What goes into `Authorization: Bearer`.
    pub access_token: String,
    /// How long it is good for, from now.
    pub expires_in: Duration,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TokenError {
    /// The authority refused (RFC 6749 section 5.2).
    #[error("{error}: {description}")]
    Refused {
        /// `invalid_client`, `unauthorized_client`, …
        error: String,
        /// For people, with Microsoft's AADSTS number.
        description: String,
        /// The AADSTS numbers. For help texts, not for logic.
        codes: Vec<u64>,
    },
    /// The answer is not one.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// The token in an answer, or the refusal.
///
/// # Errors
/// If the authority refused or the answer cannot be read.
pub fn parse(status: u16, bytes: &[u8]) -> Result<Token, TokenError> {
    #[derive(Deserialize)]
    struct Granted {
        access_token: String,
        #[serde(default)]
        expires_in: Value,
    }
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
        #[serde(default, deserialize_with = "json::null_is_default")]
        error_description: String,
        #[serde(default, deserialize_with = "json::null_is_default")]
        error_codes: Vec<u64>,
    }
    if (200..300).contains(&status) {
        let granted: Granted = json::read(bytes)
            // The bytes may hold a token: they are not repeated.
            .map_err(|error| Unreadable::new(error.problem, b""))?;
        // Version 1 of the endpoint sends the number as text.
        let seconds = granted
            .expires_in
            .as_u64()
            .or_else(|| granted.expires_in.as_str()?.parse().ok())
            .unwrap_or(0);
        Ok(Token {
            access_token: granted.access_token,
            expires_in: Duration::from_secs(seconds),
        })
    } else {
        let refusal: Refusal = json::read(bytes)?;
        Err(TokenError::Refused {
            error: refusal.error,
            description: refusal.error_description,
            codes: refusal.error_codes,
        })
    }
}

/// The `oid` claim of an access token, if it is a JSON Web Token that has one: for an application, the object
/// id of its enterprise application. The signature is not looked at, so it is a hint, never a proof.
#[must_use]
pub fn object_id(access_token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claims {
        oid: String,
    }
    let payload = access_token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    json::read::<Claims>(&bytes).ok().map(|claims| claims.oid)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_form_whose_debug_form_hides_the_secret() {
        let token_url = "https://login.example/t/oauth2/v2.0/token".parse().unwrap();
        let request = ClientCredentials {
            token_url: &token_url,
            client_id: "11111111-2222",
            client_secret: "s3cr&t ö",
            scope: "https://graph.microsoft.com/.default",
        }
        .request();
        assert_eq!(
            String::from_utf8(request.body.clone()).unwrap(),
            "grant_type=client_credentials&client_id=11111111-2222&client_secret=s3cr%26t+%C3%B6\
             &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        );
        assert!(!format!("{request:?}").contains("s3cr"));
    }

    #[test]
    fn a_token_is_read_whether_its_life_comes_as_number_or_text_and_is_not_shown() {
        for life in ["3599", "\"3599\""] {
            let json = format!(
                r#"{{"token_type":"Bearer","expires_in":{life},"ext_expires_in":3599,"access_token":"eyJ0"}}"#
            );
            let token = parse(200, json.as_bytes()).unwrap();
            assert_eq!(token.access_token, "eyJ0");
            assert_eq!(token.expires_in, Duration::from_secs(3599));
            assert!(!format!("{token:?}").contains("eyJ0"));
        }
    }

    #[test]
    fn a_refusal_keeps_the_authoritys_words_and_numbers() {
        let json = br#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.",
            "error_codes":[7000215],"timestamp":"2026-01-01 10:00:00Z","trace_id":"x","correlation_id":"y"}"#;
        assert_eq!(
            parse(401, json).unwrap_err(),
            TokenError::Refused {
                error: "invalid_client".into(),
                description: "AADSTS7000215: Invalid client secret provided.".into(),
                codes: vec![7_000_215],
            }
        );
    }

    #[test]
    fn what_is_neither_is_unreadable_and_a_broken_grant_is_not_repeated() {
        let html = parse(503, b"<html>busy</html>").unwrap_err();
        assert!(html.to_string().contains("busy"));
        let broken = parse(200, br#"{"access_token":"eyJ0","#).unwrap_err();
        assert!(!broken.to_string().contains("eyJ0"));
    }

    #[test]
    fn an_object_id_is_read_from_a_web_token_and_from_nothing_else() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"aud":"x","oid":"o-1"}"#);
        assert_eq!(
            object_id(&format!("e30.{payload}.sig")).as_deref(),
            Some("o-1")
        );
        for other in ["opaque", "a.b.c", "", "e30.e30."] {
            assert_eq!(object_id(other), None);
        }
    }
}
