//! A person signs in on another device, with a short code (RFC 8628). Many tenants forbid it: a way out, not the way.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::refusal::{self, Cause, TokenError};
use super::token::{self, Token};
use super::{form, scope};
use crate::http::Request;
use crate::{Unreadable, json};

/// What polls are this much further apart after the authority asked for it (RFC 8628 section 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// The request for a code: `…/oauth2/v2.0/devicecode`.
#[must_use]
pub fn request(device_code_url: &Url, client_id: &str, scopes: &[&str]) -> Request {
    form(
        device_code_url,
        &[("client_id", client_id), ("scope", &scope(scopes))],
    )
}

/// A code. Its `Debug` form shows what the person sees and not the device's half.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceCode {
    /// What this program polls with.
    pub device_code: String,
    /// What the person types.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// How long it is good for.
    pub expires_in: Duration,
    /// How long between two polls, at least.
    pub interval: Duration,
    /// The whole in a sentence, in the authority's words.
    pub message: String,
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCode")
            .field("user_code", &self.user_code)
            .field("verification_uri", &self.verification_uri)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// The code in an answer.
///
/// # Errors
/// If the authority refused or the answer cannot be read.
pub fn parse(status: u16, bytes: &[u8]) -> Result<DeviceCode, TokenError> {
    #[derive(Deserialize)]
    struct Body {
        device_code: String,
        user_code: String,
        #[serde(alias = "verification_url")]
        verification_uri: String,
        #[serde(default)]
        expires_in: Value,
        #[serde(default)]
        interval: Value,
        #[serde(default, deserialize_with = "json::null_is_default")]
        message: String,
    }
    if !(200..300).contains(&status) {
        return Err(refusal::parse(bytes));
    }
    let body: Body = json::read(bytes).map_err(|error| Unreadable::new(error.problem, b""))?;
    let seconds = |value: &Value, fallback: u64| {
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        Duration::from_secs(number.filter(|&number| number > 0).unwrap_or(fallback))
    };
    Ok(DeviceCode {
        device_code: body.device_code,
        user_code: body.user_code,
        verification_uri: body.verification_uri,
        expires_in: seconds(&body.expires_in, 900),
        interval: seconds(&body.interval, 5),
        message: body.message,
    })
}

impl DeviceCode {
    /// The request that asks whether the person has signed in.
    #[must_use]
    pub fn poll(&self, token_url: &Url, client_id: &str) -> Request {
        form(
            token_url,
            &[
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("client_id", client_id),
                ("device_code", &self.device_code),
            ],
        )
    }
}

/// What a poll came to.
#[derive(Debug)]
pub enum Polled {
    /// The person has signed in.
    Granted(Token),
    /// Not yet: ask again after this long.
    Wait(Duration),
    /// It will not be.
    Ended(TokenError),
}

/// Reads the answer to a poll; `interval` is how long was waited before it.
#[must_use]
pub fn polled(status: u16, bytes: &[u8], interval: Duration) -> Polled {
    match token::parse(status, bytes) {
        Ok(token) => Polled::Granted(token),
        Err(error) => match error.cause() {
            Cause::Pending => Polled::Wait(interval),
            Cause::SlowDown => Polled::Wait(interval.saturating_add(SLOWER)),
            _ => Polled::Ended(error),
        },
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_read_and_polled_with() {
        let code = parse(
            200,
            br#"{"device_code":"D-1","user_code":"ABCD-EFGH","verification_uri":"https://microsoft.com/devicelogin",
                "expires_in":900,"interval":"5","message":"To sign in, use a browser"}"#,
        )
        .unwrap();
        assert_eq!(code.interval, Duration::from_secs(5));
        assert!(!format!("{code:?}").contains("D-1"));
        let url = "https://login.example/t/oauth2/v2.0/token".parse().unwrap();
        assert_eq!(
            String::from_utf8(code.poll(&url, "a-1").body).unwrap(),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=a-1&device_code=D-1"
        );
    }

    #[test]
    fn polls_wait_slow_down_and_end() {
        let five = Duration::from_secs(5);
        let after = |error: &str| polled(400, format!(r#"{{"error":"{error}"}}"#).as_bytes(), five);
        assert!(matches!(after("authorization_pending"), Polled::Wait(wait) if wait == five));
        assert!(matches!(after("slow_down"), Polled::Wait(wait) if wait == five * 2));
        let ended = |error: &str| match after(error) {
            Polled::Ended(error) => error.cause(),
            _ => Cause::Other,
        };
        assert_eq!(ended("authorization_declined"), Cause::Declined);
        assert_eq!(ended("expired_token"), Cause::DeviceCodeExpired);
        assert_eq!(ended("bad_verification_code"), Cause::GrantExpired);
        let granted = polled(200, br#"{"access_token":"e","expires_in":1}"#, five);
        assert!(matches!(granted, Polled::Granted(_)));
    }

    proptest! {
        #[test]
        fn no_answer_makes_a_panic(status in 0_u16..600, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(status, &bytes);
            let _ = polled(status, &bytes, Duration::MAX);
        }
    }
}
