//! Tokens of the Microsoft identity platform (RFC 6749, 7636, 8252, 8628): by a person in the browser, by a person on
//! another device, by the application itself with a secret or a certificate; renewed, and refused.
//!
//! One resource for each token: a person signs in once, and the refresh token is redeemed for each resource in turn.

pub mod assertion;
pub mod authorize;
pub mod challenge;
pub mod device_code;
pub mod pkce;
mod refusal;
mod token;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use url::{Url, form_urlencoded};

use crate::http::{Method, Request};
use crate::json;

pub use refusal::{Cause, TokenError, cause_in};
pub use token::{Token, parse};

/// Scopes that a person's sign-in always asks for: who it is, and a refresh token.
pub const ALWAYS: [&str; 3] = ["openid", "profile", "offline_access"];

/// What an application asks the authority for, with a secret.
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
        form(
            self.token_url,
            &[
                ("grant_type", "client_credentials"),
                ("client_id", self.client_id),
                ("client_secret", self.client_secret),
                ("scope", self.scope),
            ],
        )
    }
}

/// A refresh token for a new token of one resource. The answer may hold another refresh token, which is then the one
/// to keep.
#[derive(Clone, Copy)]
pub struct RefreshToken<'a> {
    /// The authority's token endpoint.
    pub token_url: &'a Url,
    /// The application's id.
    pub client_id: &'a str,
    /// The refresh token.
    pub refresh_token: &'a str,
    /// The resource's scopes.
    pub scopes: &'a [&'a str],
    /// What a claims challenge asked for.
    pub claims: Option<&'a str>,
}

impl RefreshToken<'_> {
    /// The request. Its body holds the refresh token.
    #[must_use]
    pub fn request(&self) -> Request {
        let scope = scope(self.scopes);
        let mut pairs = vec![
            ("grant_type", "refresh_token"),
            ("client_id", self.client_id),
            ("refresh_token", self.refresh_token),
            ("scope", scope.as_str()),
        ];
        pairs.extend(self.claims.map(|claims| ("claims", claims)));
        form(self.token_url, &pairs)
    }
}

fn scope(scopes: &[&str]) -> String {
    let mut all: Vec<&str> = scopes.to_vec();
    all.extend(ALWAYS.iter().filter(|always| !scopes.contains(always)));
    all.join(" ")
}

fn form(url: &Url, pairs: &[(&str, &str)]) -> Request {
    Request {
        method: Method::Post,
        url: url.clone(),
        headers: vec![
            ("Accept", "application/json".to_owned()),
            (
                "Content-Type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
        ],
        body: form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
            .into_bytes(),
    }
}

/// The `oid` claim of an access token, if it is a JSON Web Token that has one: for an application, the object
/// id of its enterprise application. The signature is not looked at, so it is a hint, never a proof.
#[must_use]
pub fn object_id(access_token: &str) -> Option<String> {
    hints(access_token)?.oid
}

/// What a JSON Web Token says of itself. The signature is not looked at, so all of it is hints, never proof.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Hints {
    /// The tenant's id.
    pub tid: Option<String>,
    /// Whose object id.
    pub oid: Option<String>,
    /// The user principal name, in access tokens.
    pub upn: Option<String>,
    /// The same, in id tokens.
    pub preferred_username: Option<String>,
    /// What a person consented to, separated by blanks.
    pub scp: Option<String>,
    /// What the application itself may do.
    pub roles: Vec<String>,
}

/// The hints in a token.
#[must_use]
pub fn hints(token: &str) -> Option<Hints> {
    let payload = token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    json::read(&bytes).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn token_url() -> Url {
        "https://login.example/t/oauth2/v2.0/token".parse().unwrap()
    }

    #[test]
    fn a_request_is_a_form_whose_debug_form_hides_the_secret() {
        let request = ClientCredentials {
            token_url: &token_url(),
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
    fn a_refresh_token_is_redeemed_for_one_resource_with_the_claims_that_were_asked_for() {
        let request = RefreshToken {
            token_url: &token_url(),
            client_id: "a-1",
            refresh_token: "0.AX",
            scopes: &["https://outlook.office365.com/.default"],
            claims: Some(r#"{"access_token":{}}"#),
        }
        .request();
        assert_eq!(
            String::from_utf8(request.body).unwrap(),
            "grant_type=refresh_token&client_id=a-1&refresh_token=0.AX\
             &scope=https%3A%2F%2Foutlook.office365.com%2F.default+openid+profile+offline_access\
             &claims=%7B%22access_token%22%3A%7B%7D%7D"
        );
    }

    #[test]
    fn hints_are_read_from_a_web_token_and_from_nothing_else() {
        let payload =
            URL_SAFE_NO_PAD.encode(r#"{"aud":"x","oid":"o-1","tid":"t-1","scp":"Mail.Send"}"#);
        let token = format!("e30.{payload}.sig");
        assert_eq!(object_id(&token).as_deref(), Some("o-1"));
        assert_eq!(hints(&token).unwrap().tid.as_deref(), Some("t-1"));
        for other in ["opaque", "a.b.c", "", "e30.e30."] {
            assert_eq!(object_id(other), None);
        }
    }
}
