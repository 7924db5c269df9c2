//! HTTP to one server: TLS by our trust, bounded bodies, time limits, one gate where everyone waits.
//! Redirects are not followed: a token goes where it was meant to go, and nowhere else.

mod authorized;
mod retry;
mod tokens;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{
    HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE,
};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind, Gate};
use stegvis_wire::http::{Method, Request};
use tokio::time::Instant;
use url::{Host, Url};

use crate::fault;
use crate::tls::{Trust, client_config};

pub use authorized::Authorized;
pub(crate) use retry::back_off;
pub(crate) use tokens::refused;
pub use tokens::{Application, TokenSource};

/// No answer that we ask for is larger.
const LARGEST_BODY: usize = 64 << 20;
/// How often a request is sent before its trouble is reported.
const ATTEMPTS: u32 = 5;
/// A server that asks for a longer pause is reported rather than waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
const CONNECT: Duration = Duration::from_secs(20);

/// A client for one server. Clones share its connections and its gate.
#[derive(Debug, Clone)]
pub struct HttpClient {
    inner: reqwest::Client,
    gate: Gate,
    sent: Arc<AtomicU64>,
}

/// What came back, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How long the server asks us to wait.
    pub retry_after: Option<Duration>,
    /// What a refused token should have proved: `WWW-Authenticate`, as it came.
    pub challenge: Option<String>,
    /// Where the server sends us on to: `Location`, as it came.
    pub location: Option<String>,
    /// What the server asks to be told again: each `Set-Cookie`, as it came.
    pub cookies: Vec<String>,
    /// The body, as it came: nothing is unpacked.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the status is one of success.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Whether the server sends us on, the same request to another address.
    #[must_use]
    pub const fn is_redirection(&self) -> bool {
        matches!(self.status, 301 | 302 | 307 | 308)
    }

    /// Whether the server had no time for the request, or what is behind it had none.
    const fn is_busy(&self) -> bool {
        matches!(self.status, 408 | 429 | 502 | 503 | 504)
    }
}

impl HttpClient {
    /// A client for the server at `server`.
    ///
    /// # Errors
    /// If the trust cannot be built, or the address is neither HTTPS nor HTTP on this computer.
    pub fn new(server: &Url, trust: &Trust) -> Result<Self, EndpointError> {
        let loopback = is_loopback(server);
        if server.scheme() != "https" && !(server.scheme() == "http" && loopback) {
            return Err(EndpointError::new(
                EndpointErrorKind::Refused,
                format!("{server} is not an https address"),
            ));
        }
        let mut tls = (*client_config(trust)?).clone();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .user_agent(concat!("Stegvis/", env!("CARGO_PKG_VERSION")));
        if loopback {
            builder = builder.no_proxy();
        }
        let inner = builder
            .build()
            .map_err(|error| fault::endpoint_error(&error))?;
        Ok(Self {
            inner,
            gate: Gate::default(),
            sent: Arc::default(),
        })
    }

    /// The gate before this server: shut while it asks everyone to wait.
    #[must_use]
    pub const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// How many requests were sent, again and in vain included.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends, and sends again while the server is busy or the connection breaks. Every request of ours may
    /// be carried out twice with one result.
    ///
    /// # Errors
    /// If there is no answer, or the server stays busy. Any other status is an answer.
    pub async fn send(
        &self,
        request: &Request,
        bearer: Option<&SecretString>,
        limit: Duration,
    ) -> Result<Answer, EndpointError> {
        let mut attempt = 1;
        loop {
            self.pass().await?;
            let outcome = self.once(request, bearer, limit).await;
            let wait = match &outcome {
                Ok(answer) if answer.is_busy() => {
                    let wait = answer.retry_after.unwrap_or_else(|| back_off(attempt));
                    self.gate.shut_for(wait);
                    if attempt == ATTEMPTS || wait > LONGEST_WAIT {
                        return Err(busy(answer, wait));
                    }
                    Some(Duration::ZERO)
                }
                Err(error)
                    if attempt < ATTEMPTS
                        && matches!(
                            error.kind,
                            EndpointErrorKind::Unreachable | EndpointErrorKind::Disconnected
                        ) =>
                {
                    Some(back_off(attempt))
                }
                _ => None,
            };
            let Some(wait) = wait else { return outcome };
            tracing::debug!(url = %request.url, attempt, "sending again");
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// Sends once: for what would be carried out twice. A server that is busy is then an error, and so is a
    /// connection that breaks, after which nobody knows whether the request was carried out.
    ///
    /// # Errors
    /// As for [`Self::send`].
    pub async fn send_once(
        &self,
        request: &Request,
        bearer: Option<&SecretString>,
        limit: Duration,
    ) -> Result<Answer, EndpointError> {
        self.pass().await?;
        let answer = self.once(request, bearer, limit).await?;
        if answer.is_busy() {
            let wait = answer.retry_after.unwrap_or_else(|| back_off(1));
            self.gate.shut_for(wait);
            return Err(busy(&answer, wait));
        }
        Ok(answer)
    }

    /// Waits before a shut gate; of a pause that is too long to wait for, it is told how much is left.
    async fn pass(&self) -> Result<(), EndpointError> {
        self.pass_within(LONGEST_WAIT).await
    }

    async fn pass_within(&self, longest: Duration) -> Result<(), EndpointError> {
        let begun = Instant::now();
        // Others may shut it again while we wait: what counts is how long we wait in all.
        while let Some(wait) = self.gate.remaining() {
            if begun.elapsed() + wait > longest {
                return Err(EndpointError::new(
                    EndpointErrorKind::Throttled { wait },
                    format!(
                        "the server asked for a pause, and {} seconds of it are left",
                        wait.as_secs()
                    ),
                ));
            }
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    async fn once(
        &self,
        request: &Request,
        bearer: Option<&SecretString>,
        limit: Duration,
    ) -> Result<Answer, EndpointError> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
        };
        let mut builder = self
            .inner
            .request(method, request.url.clone())
            .timeout(limit)
            .headers(headers(request)?)
            .body(request.body.clone());
        if let Some(token) = bearer {
            builder = builder.bearer_auth(token.expose_secret());
        }
        let mut response = builder.send().await.map_err(|error| said(&error))?;
        let header = |name: HeaderName| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let mut answer = Answer {
            status: response.status().as_u16(),
            retry_after: header(RETRY_AFTER).and_then(|value| retry::retry_after(&value)),
            challenge: header(WWW_AUTHENTICATE),
            location: header(LOCATION),
            cookies: response
                .headers()
                .get_all(SET_COOKIE)
                .iter()
                .filter_map(|value| value.to_str().ok().map(str::to_owned))
                .collect(),
            body: Vec::new(),
        };
        while let Some(chunk) = response.chunk().await.map_err(|error| said(&error))? {
            if answer.body.len() + chunk.len() > LARGEST_BODY {
                return Err(EndpointError::new(
                    EndpointErrorKind::Protocol,
                    format!(
                        "{} answers with more than {LARGEST_BODY} bytes",
                        request.url
                    ),
                ));
            }
            answer.body.extend_from_slice(&chunk);
        }
        Ok(answer)
    }
}

fn busy(answer: &Answer, wait: Duration) -> EndpointError {
    let words = String::from_utf8_lossy(answer.body.get(..200).unwrap_or(&answer.body));
    // Of the other statuses nobody knows whether something behind the server that says them has done its work.
    let kind = if answer.status == 429 || (answer.status == 503 && answer.retry_after.is_some()) {
        EndpointErrorKind::Throttled { wait }
    } else {
        EndpointErrorKind::Unreachable
    };
    EndpointError::new(kind, format!("HTTP {}: {words}", answer.status))
}

fn said(error: &reqwest::Error) -> EndpointError {
    if error.is_timeout() {
        let place = error.url().map(Url::to_string).unwrap_or_default();
        return fault::timed_out(&place);
    }
    fault::endpoint_error(error)
}

fn headers(request: &Request) -> Result<HeaderMap, EndpointError> {
    request
        .headers
        .iter()
        .map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            let value = HeaderValue::from_str(value).ok()?;
            Some((name, value))
        })
        .collect::<Option<HeaderMap>>()
        .ok_or_else(|| {
            EndpointError::new(
                EndpointErrorKind::Refused,
                "a value with a control character cannot be sent",
            )
        })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
