//! The Exchange Online admin interface: one cmdlet at a time, its pages gathered.

mod cookies;
mod regions;

use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::exchange_online::{
    Anchor, Cmdlet, ExchangeError, Invocation, Response, error, response,
};
use stegvis_wire::http::Request;
use stegvis_wire::oauth;
use url::Url;

use crate::fault::unreadable;
use crate::http::{Answer, Authorized, back_off};
use cookies::Cookies;
use regions::Regions;

/// The service ends a cmdlet after fifteen minutes.
const LIMIT: Duration = Duration::from_secs(16 * 60);
const MOST_PAGES: usize = 2000;
/// How often a cmdlet is run while the service's own directory is the trouble.
const ATTEMPTS: u32 = 3;
/// How long to wait where too much is asked at once and no time is named.
const CROWDED: Duration = Duration::from_secs(15);
/// How often one call is sent on.
const MOST_REDIRECTIONS: u32 = 5;

/// The interface, as one application or person sees one tenant.
#[derive(Debug, Clone)]
pub struct ExchangeOnline {
    regions: Regions,
    cookies: Cookies,
    tenant_id: String,
    connection_id: String,
    http: Authorized,
    person: bool,
}

/// Why a cmdlet gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CmdletError {
    /// It ran and failed.
    Failed(ExchangeError),
    /// It could not be run.
    Endpoint(EndpointError),
}

impl From<CmdletError> for EndpointError {
    fn from(error: CmdletError) -> Self {
        let failed = match error {
            CmdletError::Endpoint(error) => return error,
            CmdletError::Failed(failed) => failed,
        };
        let kind = match failed.status {
            401 => EndpointErrorKind::SignInRefused,
            403 => EndpointErrorKind::RightsMissing,
            _ if failed.is_not_found() || failed.status == 404 => EndpointErrorKind::NotFound,
            _ if failed.is_throttled() => EndpointErrorKind::Throttled { wait: CROWDED },
            _ if failed.is_transient() || failed.status >= 500 => EndpointErrorKind::Unreachable,
            _ => EndpointErrorKind::Refused,
        };
        Self::new(kind, format!("Exchange Online: {failed}"))
    }
}

impl ExchangeOnline {
    /// The interface at `base` (`https://outlook.office365.com/adminapi/beta/TENANTGUID`).
    #[must_use]
    pub fn new(base: Url, tenant_id: String, http: Authorized) -> Self {
        Self {
            regions: Regions::new(base),
            cookies: Cookies::default(),
            tenant_id,
            connection_id: guid(),
            http,
            person: false,
        }
    }

    /// The same, where the tokens are a person's: calls are then routed by the person's name.
    #[must_use]
    pub fn of_person(base: Url, tenant_id: String, http: Authorized) -> Self {
        Self {
            person: true,
            ..Self::new(base, tenant_id, http)
        }
    }

    /// The same, which may be sent on to this server too; without it to Microsoft's own alone. For a tenant whose regions
    /// are not at Microsoft's; the practice tenant has but one server.
    #[must_use]
    pub fn also_at(mut self, other: Url) -> Self {
        self.regions = self.regions.and(other);
        self
    }

    /// Whose name routes the calls. A token that tells none is routed as the application's is.
    async fn person(&self) -> Result<Option<String>, EndpointError> {
        if !self.person {
            return Ok(None);
        }
        let token = self.http.tokens().token().await?;
        Ok(oauth::hints(token.expose_secret()).and_then(|who| who.upn.or(who.preferred_username)))
    }

    /// Runs a cmdlet and gathers its objects.
    ///
    /// # Errors
    /// If it fails, or reports errors beside its objects, or cannot be run.
    pub async fn invoke(&self, cmdlet: &Cmdlet) -> Result<Vec<Map<String, Value>>, CmdletError> {
        let mut page = self.page(cmdlet, None).await?;
        let mut found = page.value;
        for _ in 1..MOST_PAGES {
            let Some(next) = page.next else {
                return Ok(found);
            };
            page = self.page(cmdlet, Some(next)).await?;
            found.append(&mut page.value);
        }
        Err(CmdletError::Endpoint(EndpointError::new(
            EndpointErrorKind::Protocol,
            "the pages of Exchange Online do not end",
        )))
    }

    async fn page(&self, cmdlet: &Cmdlet, next: Option<Url>) -> Result<Response, CmdletError> {
        let mut attempt = 1;
        let person = self.person().await.map_err(CmdletError::Endpoint)?;
        let anchor = person.as_deref().map_or(Anchor::Application, Anchor::User);
        loop {
            let request_id = guid();
            let here = self.regions.here();
            let request = Invocation {
                base: &here,
                tenant_id: &self.tenant_id,
                anchor,
                connection_id: &self.connection_id,
                request_id: &request_id,
            }
            .request(cmdlet);
            let request = match &next {
                Some(next) => request.to(next.clone()),
                None => request,
            };
            let answer = self
                .send(request, cmdlet.once)
                .await
                .map_err(CmdletError::Endpoint)?;
            if answer.is_success() {
                let response = response::parse(&answer.body, |next| self.regions.allow(next))
                    .map_err(|error| CmdletError::Endpoint(unreadable(&error)))?;
                for warning in &response.warnings {
                    tracing::debug!(cmdlet = cmdlet.name, warning, "the cmdlet warns");
                }
                return match response.errors.first() {
                    Some(words) => Err(CmdletError::Failed(ExchangeError {
                        status: answer.status,
                        id: None,
                        class: None,
                        text: words.clone(),
                        hidden: false,
                    })),
                    None => Ok(response),
                };
            }
            let failed = error::parse(answer.status, &answer.body);
            if !failed.is_transient() || attempt == ATTEMPTS || cmdlet.once {
                return Err(CmdletError::Failed(failed));
            }
            if failed.is_throttled() {
                self.http.gate().shut_for(back_off(attempt));
            } else {
                tokio::time::sleep(back_off(attempt)).await;
            }
            attempt += 1;
        }
    }

    /// Sends, and sends on to where the tenant is. A server that sends on has carried out nothing.
    async fn send(&self, mut request: Request, once: bool) -> Result<Answer, EndpointError> {
        for _ in 0..=MOST_REDIRECTIONS {
            let mut sent = request.clone();
            if let Some(cookies) = self.cookies.of(&sent.url) {
                sent.headers.push(("Cookie", cookies));
            }
            let answer = if once {
                self.http.send_once(&sent, LIMIT).await
            } else {
                self.http.send(&sent, LIMIT).await
            };
            let answer = answer.inspect_err(|error| {
                // A region that only asks for a pause is the right one.
                if !matches!(error.kind, EndpointErrorKind::Throttled { .. }) {
                    self.regions.start_over();
                }
            })?;
            self.cookies.keep(&request.url, &answer.cookies);
            if !answer.is_redirection() {
                if is_misplaced(answer.status) {
                    self.regions.start_over();
                }
                return Ok(answer);
            }
            let there = self
                .regions
                .follow(&request.url, answer.location.as_deref())?;
            self.regions.stay_at(&there);
            request = request.to(there);
        }
        Err(EndpointError::new(
            EndpointErrorKind::Protocol,
            format!(
                "Exchange Online sends a call on and on, at last to {}",
                request.url.host_str().unwrap_or_default()
            ),
        ))
    }
}

/// Whether a host may say so because the tenant is not there, or no longer: the front door knows. It costs one more
/// call where the answer stands.
const fn is_misplaced(status: u16) -> bool {
    matches!(status, 401 | 403 | 421 | 500..)
}

/// A random GUID (RFC 9562 version 4).
fn guid() -> String {
    let bits = rand::random::<u128>() & !(0xf << 76) & !(0b11 << 62) | (4 << 76) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    let mut out = String::with_capacity(36);
    for (index, digit) in hex.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_of_version_four_and_never_the_same() {
        let one = guid();
        assert_eq!(one.len(), 36);
        assert_eq!(one.chars().nth(14), Some('4'), "{one}");
        assert!(matches!(one.chars().nth(19), Some('8' | '9' | 'a' | 'b')));
        assert_ne!(one, guid());
    }
}
