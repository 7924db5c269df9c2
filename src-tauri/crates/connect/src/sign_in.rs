//! Signing in to the tenant: a person in the system's browser, or on another device; and the application's certificate.
//! What a sign-in leaves is a [`Session`], whose one refresh token is redeemed for each resource in turn.

mod certificate;
mod kept;
mod loopback;
mod session;

use std::time::Duration;

use secrecy::SecretString;
use stegvis_engine::ports::EndpointError;
use stegvis_wire::oauth::authorize::{Authorization, Prompt, RedirectError};
use stegvis_wire::oauth::device_code::{self, DeviceCode, Polled};
use stegvis_wire::oauth::pkce::Verifier;
use stegvis_wire::oauth::{self, Cause, Token, TokenError};
use thiserror::Error;
use url::Url;

use crate::http::HttpClient;
use loopback::Loopback;

pub use certificate::{Certificate, CertificateError, Made};
pub use kept::KeptInKeychain;
pub use loopback::Farewell;
pub use session::{Keep, Session};

const LIMIT: Duration = Duration::from_secs(60);

/// Where a tenant's people sign in, and as users of which application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// `https://login.microsoftonline.com/TENANT/oauth2/v2.0/authorize`.
    pub authorize_url: Url,
    /// `…/token`.
    pub token_url: Url,
    /// `…/devicecode`.
    pub device_code_url: Url,
    /// The application's id.
    pub client_id: String,
}

impl Authority {
    /// The application's sign-ins at `base` (`https://login.microsoftonline.com`), to a tenant by its id or one of its domains;
    /// `organizations` leaves the tenant to whoever signs in.
    #[must_use]
    pub fn at(base: &Url, tenant: &str, client_id: &str) -> Self {
        let below = |last: &str| {
            let mut url = base.clone();
            url.set_query(None);
            url.set_fragment(None);
            if let Ok(mut path) = url.path_segments_mut() {
                path.pop_if_empty().extend([tenant, "oauth2", "v2.0", last]);
            }
            url
        };
        Self {
            authorize_url: below("authorize"),
            token_url: below("token"),
            device_code_url: below("devicecode"),
            client_id: client_id.to_owned(),
        }
    }
}

/// Why nobody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignInError {
    /// The authority or the person refused.
    #[error(transparent)]
    Refused(#[from] TokenError),
    /// The authority could not be asked.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// This computer has no port for the browser to come back to.
    #[error("the browser cannot come back to this program: {0}")]
    NoPort(String),
    /// Nobody signed in in time.
    #[error("nobody signed in in time")]
    TimedOut,
    /// The authority gave no refresh token, without which a session ends within the hour.
    #[error("the authority gave no refresh token")]
    NoRefreshToken,
}

impl SignInError {
    /// The cause, as somebody can act on it.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match self {
            Self::Refused(error) => error.cause(),
            Self::TimedOut => Cause::Pending,
            Self::Endpoint(_) | Self::NoPort(_) => Cause::Unavailable,
            Self::NoRefreshToken => Cause::Other,
        }
    }
}

/// What a person is asked in the browser.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Scopes of the first resource.
    pub scopes: &'a [&'a str],
    /// What is asked although a session of the browser's own is there.
    pub prompt: Option<Prompt>,
    /// The account to offer.
    pub login_hint: Option<&'a str>,
    /// What a claims challenge asked for.
    pub claims: Option<&'a str>,
    /// What the browser shows in the end.
    pub farewell: &'a Farewell,
    /// How long the person may take.
    pub limit: Duration,
}

/// Signs people in.
#[derive(Debug, Clone)]
pub struct SignIn {
    http: HttpClient,
    authority: Authority,
}

impl SignIn {
    /// Sign-ins at this authority, asked through `http`.
    #[must_use]
    pub const fn new(http: HttpClient, authority: Authority) -> Self {
        Self { http, authority }
    }

    /// A person signs in in the browser, which `open` opens at the address it is given. It comes back to a port of this
    /// computer that is open as long as this lasts.
    ///
    /// # Errors
    /// If the person or the authority refuses, or time runs out.
    pub async fn in_browser(
        &self,
        ask: &Ask<'_>,
        open: impl FnOnce(&Url),
    ) -> Result<Session, SignInError> {
        let loopback = Loopback::bind()
            .await
            .map_err(|error| SignInError::NoPort(error.to_string()))?;
        let redirect_uri = loopback.redirect_uri();
        let state = format!("{:032x}", rand::random::<u128>());
        let verifier = Verifier::new(rand::random());
        let authorization = Authorization {
            authorize_url: &self.authority.authorize_url,
            client_id: &self.authority.client_id,
            redirect_uri: &redirect_uri,
            scopes: ask.scopes,
            state: &state,
            verifier: &verifier,
            prompt: ask.prompt,
            login_hint: ask.login_hint,
            claims: ask.claims,
        };
        open(&authorization.url());
        let waiting = loopback.wait(ask.farewell, |target| match authorization.code(target) {
            Err(RedirectError::NotOurs) => None,
            Err(RedirectError::Refused(error)) => Some(Err(error)),
            Ok(code) => Some(Ok(code)),
        });
        let code = tokio::time::timeout(ask.limit, waiting)
            .await
            .map_err(|_| SignInError::TimedOut)??;
        let request = authorization.redeem(&self.authority.token_url, &code);
        // A code is good once: an answer that was lost is lost with its code.
        let answer = self.http.send_once(&request, None, LIMIT).await?;
        self.session(oauth::parse(answer.status, &answer.body)?)
    }

    /// Begins a sign-in on another device: what to show to the person.
    ///
    /// # Errors
    /// If the authority refuses, as many tenants do.
    pub async fn on_device(&self, scopes: &[&str]) -> Result<DeviceCode, SignInError> {
        let request = device_code::request(
            &self.authority.device_code_url,
            &self.authority.client_id,
            scopes,
        );
        let answer = self.http.send(&request, None, LIMIT).await?;
        Ok(device_code::parse(answer.status, &answer.body)?)
    }

    /// Waits until the person has signed in there.
    ///
    /// # Errors
    /// If the person declines, the code expires, or the authority refuses.
    pub async fn finish(&self, code: &DeviceCode) -> Result<Session, SignInError> {
        let polling = async {
            let mut interval = code.interval;
            loop {
                tokio::time::sleep(interval).await;
                let request = code.poll(&self.authority.token_url, &self.authority.client_id);
                let answer = self.http.send(&request, None, LIMIT).await?;
                match device_code::polled(answer.status, &answer.body, interval) {
                    Polled::Granted(token) => return self.session(token),
                    Polled::Wait(wait) => interval = wait,
                    Polled::Ended(error) => return Err(error.into()),
                }
            }
        };
        tokio::time::timeout(code.expires_in, polling)
            .await
            .map_err(|_| SignInError::TimedOut)?
    }

    /// The session of an earlier sign-in, by the refresh token that was kept.
    #[must_use]
    pub fn resume(&self, refresh_token: SecretString) -> Session {
        Session::new(
            self.http.clone(),
            self.authority.clone(),
            refresh_token,
            None,
        )
    }

    fn session(&self, token: Token) -> Result<Session, SignInError> {
        let who = token.id_token.as_deref().and_then(oauth::hints);
        let refresh_token = token.refresh_token.ok_or(SignInError::NoRefreshToken)?;
        Ok(Session::new(
            self.http.clone(),
            self.authority.clone(),
            refresh_token.into(),
            who,
        ))
    }
}
