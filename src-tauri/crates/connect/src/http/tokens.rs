//! Access tokens, one source per resource, kept until shortly before they end: for the application by its secret or its
//! certificate, for a person by the session of one sign-in.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::http::Request;
use stegvis_wire::oauth::{self, ClientCredentials, Token, TokenError};
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use super::HttpClient;
use crate::sign_in::{Certificate, Session};

const LIMIT: Duration = Duration::from_secs(60);
/// A token is renewed so long before its end, or after nine tenths of its life if it is short.
const EARLY: Duration = Duration::from_secs(300);

/// A token that was fetched so lately is refused for another reason than its age.
const YOUNG: Duration = Duration::from_secs(60);

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
    grant: Grant,
    scope: String,
    // Held while a token is fetched, so that many askers make one request.
    cached: Mutex<Option<Cached>>,
}

/// What a token is got with.
#[derive(Debug)]
enum Grant {
    Secret {
        http: HttpClient,
        application: Application,
    },
    Certificate {
        http: HttpClient,
        token_url: Url,
        client_id: String,
        certificate: Arc<Certificate>,
    },
    Person(Arc<Session>),
}

#[derive(Debug)]
struct Cached {
    token: SecretString,
    asked: Instant,
    renew_at: Instant,
}

impl TokenSource {
    /// Tokens for `scope` (`https://outlook.office365.com/.default`), asked for through `http`.
    pub fn new(http: HttpClient, application: Application, scope: impl Into<String>) -> Self {
        Self::of(Grant::Secret { http, application }, scope)
    }

    /// The same, for an application that proves with a certificate who it is.
    pub fn with_certificate(
        http: HttpClient,
        token_url: Url,
        client_id: impl Into<String>,
        certificate: Arc<Certificate>,
        scope: impl Into<String>,
    ) -> Self {
        let grant = Grant::Certificate {
            http,
            token_url,
            client_id: client_id.into(),
            certificate,
        };
        Self::of(grant, scope)
    }

    /// Tokens for a person who has signed in. One session serves every resource in turn.
    pub fn of_person(session: Arc<Session>, scope: impl Into<String>) -> Self {
        Self::of(Grant::Person(session), scope)
    }

    fn of(grant: Grant, scope: impl Into<String>) -> Self {
        Self {
            grant,
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
            _ => self.fetch(&mut cached, None).await,
        }
    }

    /// Another token than `refused`, which the resource did not accept; with `claims`, one that proves them. If someone
    /// else has fetched one in the meantime, that one.
    ///
    /// # Errors
    /// As for [`Self::token`].
    pub async fn token_after(
        &self,
        refused: &SecretString,
        claims: Option<&str>,
    ) -> Result<SecretString, EndpointError> {
        let mut cached = self.cached.lock().await;
        match &*cached {
            Some(held) if held.token.expose_secret() != refused.expose_secret() => {
                Ok(held.token.clone())
            }
            _ => self.fetch(&mut cached, claims).await,
        }
    }

    /// The same, but nothing where the refused one is younger than `young`: another would be refused too.
    pub(super) async fn renewed(
        &self,
        refused: &SecretString,
        young: Duration,
    ) -> Result<Option<SecretString>, EndpointError> {
        let too_young = {
            let cached = self.cached.lock().await;
            cached.as_ref().is_some_and(|held| {
                held.token.expose_secret() == refused.expose_secret()
                    && held.asked.elapsed() < young
            })
        };
        if too_young {
            return Ok(None);
        }
        self.token_after(refused, None).await.map(Some)
    }

    async fn fetch(
        &self,
        cached: &mut Option<Cached>,
        claims: Option<&str>,
    ) -> Result<SecretString, EndpointError> {
        let asked = Instant::now();
        let granted = match &self.grant {
            Grant::Secret { http, application } => {
                let request = ClientCredentials {
                    token_url: &application.token_url,
                    client_id: &application.client_id,
                    client_secret: application.client_secret.expose_secret(),
                    scope: &self.scope,
                }
                .request();
                granted(http, &request).await?
            }
            Grant::Certificate {
                http,
                token_url,
                client_id,
                certificate,
            } => {
                let request = certificate.request(token_url, client_id, &self.scope)?;
                granted(http, &request).await?
            }
            Grant::Person(session) => session.redeem(&[&self.scope], claims).await?,
        };
        let early = EARLY.min(granted.expires_in / 10);
        let token = SecretString::from(granted.access_token);
        *cached = Some(Cached {
            token: token.clone(),
            asked,
            renew_at: asked + granted.expires_in.saturating_sub(early),
        });
        Ok(token)
    }
}

async fn granted(http: &HttpClient, request: &Request) -> Result<Token, EndpointError> {
    let answer = http.send(request, None, LIMIT).await?;
    oauth::parse(answer.status, &answer.body).map_err(|error| refused(&error))
}

/// The authority's refusal, in its own words.
pub(crate) fn refused(error: &TokenError) -> EndpointError {
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

    async fn renewed(&self, refused: &SecretString) -> Result<Option<SecretString>, EndpointError> {
        self.renewed(refused, YOUNG).await
    }
}
