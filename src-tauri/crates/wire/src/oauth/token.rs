//! A token in an answer.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::refusal::{self, TokenError};
use crate::{Unreadable, json};

/// A token. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What goes into `Authorization: Bearer`.
    pub access_token: String,
    /// How long it is good for, from now.
    pub expires_in: Duration,
    /// What the next token is got with, if a person signed in.
    pub refresh_token: Option<String>,
    /// Who signed in, as a web token.
    pub id_token: Option<String>,
    /// What was granted, which may be less than what was asked for.
    pub scopes: Vec<String>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires_in", &self.expires_in)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
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
        #[serde(default)]
        refresh_token: Option<String>,
        #[serde(default)]
        id_token: Option<String>,
        #[serde(default, deserialize_with = "json::null_is_default")]
        scope: String,
    }
    if !(200..300).contains(&status) {
        return Err(refusal::parse(bytes));
    }
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
        refresh_token: granted.refresh_token.filter(|token| !token.is_empty()),
        id_token: granted.id_token.filter(|token| !token.is_empty()),
        scopes: granted
            .scope
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect(),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_whether_its_life_comes_as_number_or_text_and_is_not_shown() {
        for life in ["3599", "\"3599\""] {
            let json = format!(
                r#"{{"token_type":"Bearer","expires_in":{life},"ext_expires_in":3599,"access_token":"eyJ0","refresh_token":"0.AX","scope":"a b"}}"#
            );
            let token = parse(200, json.as_bytes()).unwrap();
            assert_eq!(token.access_token, "eyJ0");
            assert_eq!(token.expires_in, Duration::from_secs(3599));
            assert_eq!(token.refresh_token.as_deref(), Some("0.AX"));
            assert_eq!(token.scopes, ["a", "b"]);
            let shown = format!("{token:?}");
            assert!(!shown.contains("eyJ0") && !shown.contains("0.AX"));
        }
    }

    #[test]
    fn what_is_neither_is_unreadable_and_a_broken_grant_is_not_repeated() {
        let html = parse(503, b"<html>busy</html>").unwrap_err();
        assert!(html.to_string().contains("busy"));
        let broken = parse(200, br#"{"access_token":"eyJ0","#).unwrap_err();
        assert!(!broken.to_string().contains("eyJ0"));
    }
}
