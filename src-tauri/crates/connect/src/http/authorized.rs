//! Requests with a token, renewed once when the resource refuses it.

use std::sync::Arc;
use std::time::Duration;

use stegvis_engine::ports::{EndpointError, Gate};
use stegvis_wire::http::Request;
use stegvis_wire::oauth::challenge;

use super::{Answer, HttpClient, TokenSource};

/// A server and the tokens it takes.
#[derive(Debug, Clone)]
pub struct Authorized {
    http: HttpClient,
    tokens: Arc<TokenSource>,
}

impl Authorized {
    /// Requests to the server of `http`, with tokens from `tokens`.
    #[must_use]
    pub const fn new(http: HttpClient, tokens: Arc<TokenSource>) -> Self {
        Self { http, tokens }
    }

    /// Sends; on 401, sends once more with a new token: one that proves what the resource asked for, if it asked.
    ///
    /// # Errors
    /// If there is no token or no answer.
    pub async fn send(&self, request: &Request, limit: Duration) -> Result<Answer, EndpointError> {
        let token = self.tokens.token().await?;
        let answer = self.http.send(request, Some(&token), limit).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let token = self
            .tokens
            .token_after(&token, claims(&answer).as_deref())
            .await?;
        self.http.send(request, Some(&token), limit).await
    }

    /// Sends what must not be carried out twice. A 401 was not carried out: it is sent once more with a new token.
    ///
    /// # Errors
    /// If there is no token or no answer, or the server is busy.
    pub async fn send_once(
        &self,
        request: &Request,
        limit: Duration,
    ) -> Result<Answer, EndpointError> {
        let token = self.tokens.token().await?;
        let answer = self.http.send_once(request, Some(&token), limit).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let token = self
            .tokens
            .token_after(&token, claims(&answer).as_deref())
            .await?;
        self.http.send_once(request, Some(&token), limit).await
    }

    /// The gate before the server.
    #[must_use]
    pub const fn gate(&self) -> &Gate {
        self.http.gate()
    }

    /// The tokens.
    #[must_use]
    pub const fn tokens(&self) -> &Arc<TokenSource> {
        &self.tokens
    }
}

/// What the next token must prove.
fn claims(answer: &Answer) -> Option<String> {
    challenge::claims(answer.challenge.as_deref()?)
}
