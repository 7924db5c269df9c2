//! A person signs in in the system's browser, which comes back to this computer with a code (RFC 6749 section 4.1,
//! RFC 8252 section 7.3).

use thiserror::Error;
use url::Url;

use super::pkce::Verifier;
use super::refusal::{self, TokenError};
use super::{form, scope};
use crate::http::Request;

/// Whether the person is asked for something although a session is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Which account.
    SelectAccount,
    /// The password again.
    Login,
    /// Consent again.
    Consent,
}

/// What the browser is sent to.
#[derive(Debug, Clone, Copy)]
pub struct Authorization<'a> {
    /// The authority's authorization endpoint: `https://login.microsoftonline.com/TENANT/oauth2/v2.0/authorize`.
    pub authorize_url: &'a Url,
    /// The application's id.
    pub client_id: &'a str,
    /// Where the browser comes back to: `http://localhost:53127`. The port is not compared.
    pub redirect_uri: &'a str,
    /// Scopes of one resource.
    pub scopes: &'a [&'a str],
    /// Random: what comes back without it is not an answer to this.
    pub state: &'a str,
    /// Proves that the code is ours.
    pub verifier: &'a Verifier,
    /// What the person is asked.
    pub prompt: Option<Prompt>,
    /// The account to offer.
    pub login_hint: Option<&'a str>,
    /// What a claims challenge asked for.
    pub claims: Option<&'a str>,
}

impl Authorization<'_> {
    /// The address to open.
    #[must_use]
    pub fn url(&self) -> Url {
        let mut url = self.authorize_url.clone();
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("client_id", self.client_id)
                .append_pair("response_type", "code")
                .append_pair("redirect_uri", self.redirect_uri)
                .append_pair("response_mode", "query")
                .append_pair("scope", &scope(self.scopes))
                .append_pair("state", self.state)
                .append_pair("code_challenge", &self.verifier.challenge())
                .append_pair("code_challenge_method", "S256");
            if let Some(prompt) = self.prompt {
                let word = match prompt {
                    Prompt::SelectAccount => "select_account",
                    Prompt::Login => "login",
                    Prompt::Consent => "consent",
                };
                query.append_pair("prompt", word);
            }
            if let Some(hint) = self.login_hint {
                query.append_pair("login_hint", hint);
            }
            if let Some(claims) = self.claims {
                query.append_pair("claims", claims);
            }
        }
        url
    }

    /// The request that redeems the code that came back. Its body holds code and verifier.
    #[must_use]
    pub fn redeem(&self, token_url: &Url, code: &str) -> Request {
        form(
            token_url,
            &[
                ("grant_type", "authorization_code"),
                ("client_id", self.client_id),
                ("code", code),
                ("redirect_uri", self.redirect_uri),
                ("code_verifier", self.verifier.as_str()),
                ("scope", &scope(self.scopes)),
            ],
        )
    }

    /// The code in what the browser came back with: the path and query of its request.
    ///
    /// # Errors
    /// If it is not an answer to this, or the authority or the person refused.
    pub fn code(&self, target: &str) -> Result<String, RedirectError> {
        let base = Url::parse("http://localhost/").map_err(|_| RedirectError::NotOurs)?;
        let url = base.join(target).map_err(|_| RedirectError::NotOurs)?;
        let value = |name: &str| {
            url.query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        // A page of another site may call this address too: it does not know the state.
        if value("state").as_deref() != Some(self.state) {
            return Err(RedirectError::NotOurs);
        }
        if let Some(error) = value("error") {
            let description = value("error_description").unwrap_or_default();
            return Err(RedirectError::Refused(refusal::refused(
                error,
                description,
                Vec::new(),
                None,
            )));
        }
        value("code")
            .filter(|code| !code.is_empty())
            .ok_or(RedirectError::NotOurs)
    }
}

/// Why there is no code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RedirectError {
    /// Something else called this address. Go on waiting.
    #[error("this is not an answer to our sign-in")]
    NotOurs,
    /// The authority or the person refused.
    #[error(transparent)]
    Refused(TokenError),
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::super::Cause;
    use super::*;

    fn with<T>(check: impl FnOnce(&Authorization<'_>) -> T) -> T {
        let url: Url = "https://login.example/t/oauth2/v2.0/authorize"
            .parse()
            .unwrap();
        check(&Authorization {
            authorize_url: &url,
            client_id: "a-1",
            redirect_uri: "http://localhost:53127",
            scopes: &["https://outlook.office365.com/.default"],
            state: "s-1",
            verifier: &Verifier::new([7; 32]),
            prompt: Some(Prompt::SelectAccount),
            login_hint: Some("admin@contoso.example"),
            claims: None,
        })
    }

    #[test]
    fn the_browser_is_sent_with_a_challenge_and_the_code_is_redeemed_with_its_verifier() {
        with(|ask| {
            let url = ask.url();
            let value = |name: &str| {
                let found = url.query_pairs().find(|(key, _)| key == name);
                found
                    .map(|(_, value)| value.into_owned())
                    .unwrap_or_default()
            };
            assert_eq!(value("code_challenge"), ask.verifier.challenge());
            assert_eq!(value("code_challenge_method"), "S256");
            assert_eq!(
                value("scope"),
                "https://outlook.office365.com/.default openid profile offline_access"
            );
            assert_eq!(value("prompt"), "select_account");
            let token_url = "https://login.example/t/oauth2/v2.0/token".parse().unwrap();
            let body = String::from_utf8(ask.redeem(&token_url, "0.AB").body).unwrap();
            assert!(body.starts_with(
                "grant_type=authorization_code&client_id=a-1&code=0.AB&redirect_uri=http%3A%2F%2Flocalhost%3A53127&code_verifier="
            ));
            assert!(body.contains(ask.verifier.as_str()));
        });
    }

    #[test]
    fn only_an_answer_with_our_state_counts() {
        with(|ask| {
            assert_eq!(ask.code("/?code=0.AB&state=s-1").as_deref(), Ok("0.AB"));
            for strange in [
                "/?code=0.AB",
                "/?code=0.AB&state=s-2",
                "/favicon.ico",
                "/?state=s-1",
                "//evil.example/?code=1",
            ] {
                assert_eq!(ask.code(strange), Err(RedirectError::NotOurs), "{strange}");
            }
            let denied = ask
                .code("/?error=access_denied&error_description=AADSTS65004%3a+User+declined&state=s-1")
                .unwrap_err();
            assert!(
                matches!(denied, RedirectError::Refused(error) if error.cause() == Cause::Declined)
            );
        });
    }

    proptest! {
        #[test]
        fn no_request_makes_a_panic(target in "\\PC{0,80}") {
            with(|ask| { let _ = ask.code(&target); });
        }
    }
}
