//! Access tokens by client credentials, one per resource, kept until shortly before they end.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::oauth::{self, ClientCredentials, TokenError};
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use super::HttpClient;

const LIMIT: Duration = Duration::from_secs(60);
/// A token is renewed so long before its end, or after nine tenths of its life if it is short.
const EARLY: Duration = Duration::from_secs(300);

/// The application as which we sign in.
#[derive(Debug, Clone)]
pub struct Application {
    /// The authority's token endpoint.
    pub token_url: Url,
    /// The application's id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
}

/// Tokens for one resource.
#[derive(Debug)]
pub struct TokenSource {
    http: HttpClient,
    application: Application,
    scope: String,
    // Held while a token is fetched, so that many askers make one request.
    cached: Mutex<Option<Cached>>,
}

#[derive(Debug)]
struct Cached {
    token: SecretString,
    renew_at: Instant,
}

impl TokenSource {
    /// Tokens for `scope` (`https://outlook.office365.com/.default`), asked for through `http`.
    pub fn new(http: HttpClient, application: Application, scope: impl Into<String>) -> Self {
        Self {
            http,
            application,
            scope: scope.into(),
            cached: Mutex::new(None),
        }
    }

    /// A token that is good for a while.
    ///
    /// # Errors
    /// If the authority refuses or does not answer.
    pub async fn token(&self) -> Result<SecretString, EndpointError> {
        let mut cached = self.cached.lock().await;
        match &*cached {
            Some(held) if held.renew_at > Instant::now() => Ok(held.token.clone()),
            _ => self.fetch(&mut cached).await,
        }
    }

    /// Another token than `refused`, which the resource did not accept. If someone else has fetched one in
    /// the meantime, that one.
    ///
    /// # Errors
    /// As for [`Self::token`].
    pub async fn token_after(&self, refused: &SecretString) -> Result<SecretString, EndpointError> {
        let mut cached = self.cached.lock().await;
        match &*cached {
            Some(held) if held.token.expose_secret() != refused.expose_secret() => {
                Ok(held.token.clone())
            }
            _ => self.fetch(&mut cached).await,
        }
    }

    async fn fetch(&self, cached: &mut Option<Cached>) -> Result<SecretString, EndpointError> {
        let request = ClientCredentials {
            token_url: &self.application.token_url,
            client_id: &self.application.client_id,
            client_secret: self.application.client_secret.expose_secret(),
            scope: &self.scope,
        }
        .request();
        let asked = Instant::now();
        let answer = self.http.send(&request, None, LIMIT).await?;
        let granted = oauth::parse(answer.status, &answer.body).map_err(|error| refused(&error))?;
        let early = EARLY.min(granted.expires_in / 10);
        let token = SecretString::from(granted.access_token);
        *cached = Some(Cached {
            token: token.clone(),
            renew_at: asked + granted.expires_in.saturating_sub(early),
        });
        Ok(token)
    }
}

fn refused(error: &TokenError) -> EndpointError {
    let kind = match error {
        TokenError::Refused { error, .. }
            if error == "temporarily_unavailable" || error == "server_error" =>
        {
            EndpointErrorKind::Unreachable
        }
        TokenError::Refused { .. } => EndpointErrorKind::SignInRefused,
        TokenError::Unreadable(_) => EndpointErrorKind::Protocol,
    };
    EndpointError::new(kind, error.to_string())
}

#[async_trait::async_trait]
impl crate::imap::AccessTokens for TokenSource {
    async fn token(&self) -> Result<SecretString, EndpointError> {
        Self::token(self).await
    }
}
