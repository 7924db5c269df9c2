//! What a sign-in leaves: a refresh token, redeemed for each resource in turn, and renewed by that.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use stegvis_engine::ports::EndpointError;
use stegvis_wire::oauth::{self, Hints, RefreshToken, Token};
use tokio::sync::Mutex;

use super::{Authority, LIMIT};
use crate::http::{HttpClient, refused};
use crate::keychain::KeychainError;

/// Where a refresh token is kept between two starts of the program.
#[async_trait::async_trait]
pub trait Keep: fmt::Debug + Send + Sync {
    /// Keeps it in the place of the one before.
    async fn keep(&self, refresh_token: &SecretString) -> Result<(), KeychainError>;
}

/// A person, signed in.
pub struct Session {
    http: HttpClient,
    authority: Authority,
    // Held while it is redeemed: the answer may hold the one that replaces it.
    refresh_token: Mutex<SecretString>,
    who: Option<Hints>,
    keep: Option<Arc<dyn Keep>>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("authority", &self.authority)
            .field("who", &self.who)
            .finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(
        http: HttpClient,
        authority: Authority,
        refresh_token: SecretString,
        who: Option<Hints>,
    ) -> Self {
        Self {
            http,
            authority,
            refresh_token: Mutex::new(refresh_token),
            who,
            keep: None,
        }
    }

    /// The session, whose refresh token is kept now and each time it is renewed.
    ///
    /// # Errors
    /// What the keychain says.
    pub async fn kept(mut self, keep: Arc<dyn Keep>) -> Result<Self, KeychainError> {
        keep.keep(&*self.refresh_token.lock().await).await?;
        self.keep = Some(keep);
        Ok(self)
    }

    /// Who signed in, as the id token says it: for people to see, not for logic.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let who = self.who.as_ref()?;
        who.preferred_username.as_deref().or(who.upn.as_deref())
    }

    /// The tenant of whoever signed in: the path of the Exchange admin interface wants it.
    #[must_use]
    pub fn tenant_id(&self) -> Option<&str> {
        self.who.as_ref()?.tid.as_deref()
    }

    /// A token for these scopes of one resource.
    ///
    /// # Errors
    /// If the authority refuses: the consent was withdrawn, or the person must prove more, or sign in again.
    pub async fn redeem(
        &self,
        scopes: &[&str],
        claims: Option<&str>,
    ) -> Result<Token, EndpointError> {
        let mut held = self.refresh_token.lock().await;
        let request = RefreshToken {
            token_url: &self.authority.token_url,
            client_id: &self.authority.client_id,
            refresh_token: held.expose_secret(),
            scopes,
            claims,
        }
        .request();
        let answer = self.http.send(&request, None, LIMIT).await?;
        let token = oauth::parse(answer.status, &answer.body).map_err(|error| refused(&error))?;
        if let Some(next) = &token.refresh_token {
            *held = SecretString::from(next.clone());
            if let Some(keep) = &self.keep
                && let Err(error) = keep.keep(&held).await
            {
                // The one before stays good for a while; the run does not end for this.
                tracing::warn!(%error, "the renewed sign-in was not kept");
            }
        }
        Ok(token)
    }
}
