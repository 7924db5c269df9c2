//! Microsoft Graph: the calls this product makes, with their pages gathered and their refusals told.

mod places;

use std::time::Duration;

use serde::de::DeserializeOwned;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::graph::domains::{self, Domain};
use stegvis_wire::graph::organization::{self, Organization};
use stegvis_wire::graph::provisioning_errors::{self, UserErrors};
use stegvis_wire::graph::send_mail::{self, Message};
use stegvis_wire::graph::service_configuration_records::{self, ServiceRecord};
use stegvis_wire::graph::service_principals::{self, ServicePrincipal};
use stegvis_wire::graph::subscribed_skus::{self, SubscribedSku};
use stegvis_wire::graph::users::{self, User};
use stegvis_wire::graph::{GraphError, assign_license, batch, error, paging};
use stegvis_wire::http::Request;
use url::Url;

use crate::fault::unreadable;
use crate::http::{Authorized, back_off};
use places::Places;

const LIMIT: Duration = Duration::from_secs(100);
/// How often the rest of a batch is asked for, or a mail.
const ATTEMPTS: u32 = 6;
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// No tenant of ours fills more pages; a server that always names a next one is stopped here.
const MOST_PAGES: usize = 2000;

/// Graph, as one application sees one tenant.
#[derive(Debug, Clone)]
pub struct Graph {
    base: Url,
    http: Authorized,
    places: Places,
}

impl Graph {
    /// Graph at `base` (`https://graph.microsoft.com/v1.0`).
    #[must_use]
    pub fn new(base: Url, http: Authorized) -> Self {
        Self {
            base,
            http,
            places: Places::default(),
        }
    }

    /// The tenant's own record.
    ///
    /// # Errors
    /// If Graph refuses or does not answer; so for every call here.
    pub async fn organization(&self) -> Result<Organization, EndpointError> {
        self.all(organization::request(&self.base))
            .await?
            .pop()
            .ok_or_else(|| {
                EndpointError::new(
                    EndpointErrorKind::Protocol,
                    "Graph names no organization for this tenant",
                )
            })
    }

    /// Its domains.
    ///
    /// # Errors
    /// As for [`Self::organization`].
    pub async fn domains(&self) -> Result<Vec<Domain>, EndpointError> {
        self.all(domains::request(&self.base)).await
    }

    /// The DNS records that it needs for one of them; those that this program has no use for are left out.
    ///
    /// # Errors
    /// As for [`Self::organization`].
    pub async fn service_configuration_records(
        &self,
        domain: &str,
    ) -> Result<Vec<ServiceRecord>, EndpointError> {
        let request = service_configuration_records::request(&self.base, domain);
        let body = self.ask(&request).await?;
        let (records, _) =
            service_configuration_records::parse(&body).map_err(|error| unreadable(&error))?;
        Ok(records)
    }

    /// The products it pays for.
    ///
    /// # Errors
    /// As for [`Self::organization`].
    pub async fn subscribed_skus(&self) -> Result<Vec<SubscribedSku>, EndpointError> {
        self.all(subscribed_skus::request(&self.base)).await
    }

    /// All its users.
    ///
    /// # Errors
    /// As for [`Self::organization`].
    pub async fn users(&self) -> Result<Vec<User>, EndpointError> {
        self.all(users::all(&self.base)).await
    }

    /// All its users, with the errors that it keeps with them.
    ///
    /// # Errors
    /// As for [`Self::organization`].
    pub async fn provisioning_errors(&self) -> Result<Vec<UserErrors>, EndpointError> {
        self.all(provisioning_errors::all(&self.base)).await
    }

    /// The user with this SMTP address.
    ///
    /// # Errors
    /// As for [`Self::organization`].
    pub async fn user(&self, address: &str) -> Result<Option<User>, EndpointError> {
        let found: Vec<User> = self.all(users::by_address(&self.base, address)).await?;
        // A server that does not understand the filter must not give us someone else.
        Ok(found.into_iter().find(|user| {
            user.smtp_addresses()
                .any(|own| own.eq_ignore_ascii_case(address))
        }))
    }

    /// Says where a user is.
    ///
    /// # Errors
    /// As for [`Self::organization`].
    pub async fn set_usage_location(
        &self,
        user: &User,
        country: &str,
    ) -> Result<(), EndpointError> {
        let request = users::set_usage_location(&self.base, &user.id, country);
        self.ask(&request).await.map(drop)
    }

    /// Gives a user a licence; [`EndpointErrorKind::LicenceMissing`] if none is left of this product.
    ///
    /// # Errors
    /// As for [`Self::organization`].
    pub async fn assign_license(
        &self,
        user: &User,
        sku: &SubscribedSku,
    ) -> Result<(), EndpointError> {
        let request = assign_license::request(&self.base, &user.id, &sku.sku_id);
        self.ask(&request).await.map(drop)
    }

    /// Sends these requests twenty at a time, and again those that Graph has no time for. Their answers, in the same
    /// order: a body, or a refusal.
    ///
    /// # Errors
    /// If Graph does not answer, or stays busy.
    pub async fn each(
        &self,
        requests: &[Request],
    ) -> Result<Vec<Result<Vec<u8>, GraphError>>, EndpointError> {
        let mut outcomes = Vec::with_capacity(requests.len());
        for some in requests.chunks(batch::MOST) {
            outcomes.append(&mut self.some(some).await?);
        }
        Ok(outcomes)
    }

    /// At most as many as one batch holds.
    async fn some(
        &self,
        requests: &[Request],
    ) -> Result<Vec<Result<Vec<u8>, GraphError>>, EndpointError> {
        let mut outcomes: Vec<Option<Result<Vec<u8>, GraphError>>> = vec![None; requests.len()];
        for attempt in 1..=ATTEMPTS {
            let open: Vec<usize> = (0..requests.len())
                .filter(|&place| outcomes.get(place).is_some_and(Option::is_none))
                .collect();
            let left: Vec<Request> = open
                .iter()
                .filter_map(|&place| requests.get(place).cloned())
                .collect();
            if left.is_empty() {
                break;
            }
            let body = self.ask(&batch::request(&self.base, &left)).await?;
            let answers = batch::parse(&body, left.len()).map_err(|error| unreadable(&error))?;
            let mut wait = None;
            for (place, answer) in open.into_iter().zip(answers) {
                let (Some(outcome), Some(answer)) = (outcomes.get_mut(place), answer) else {
                    continue;
                };
                match answer.status {
                    200..=299 => *outcome = Some(Ok(answer.body)),
                    // Not carried out: asked again with the others of its kind.
                    429 | 503 | 504 => {
                        wait = wait.max(answer.retry_after.or(Some(back_off(attempt))));
                    }
                    status => *outcome = Some(Err(error::parse(status, &answer.body))),
                }
            }
            if outcomes.iter().any(Option::is_none) {
                // Who asks Graph for something else meanwhile waits too.
                let wait = wait.unwrap_or_else(|| back_off(attempt));
                self.http.gate().shut_for(wait);
                if wait > LONGEST_WAIT {
                    return Err(EndpointError::new(
                        EndpointErrorKind::Throttled { wait },
                        format!("Graph asks for a pause of {} seconds", wait.as_secs()),
                    ));
                }
            }
        }
        outcomes
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| {
                EndpointError::new(
                    EndpointErrorKind::Throttled { wait: LONGEST_WAIT },
                    "Graph has no time for some of what it is asked",
                )
            })
    }

    /// The object id of the enterprise application of this app id.
    ///
    /// # Errors
    /// As for [`Self::organization`]; [`EndpointErrorKind::NotFound`] if this tenant does not know it.
    pub async fn service_principal(&self, app_id: &str) -> Result<String, EndpointError> {
        let found: Vec<ServicePrincipal> = self
            .all(service_principals::by_app_id(&self.base, app_id))
            .await?;
        found
            .into_iter()
            .find(|principal| principal.app_id.eq_ignore_ascii_case(app_id))
            .map(|principal| principal.id)
            .ok_or_else(|| {
                EndpointError::new(
                    EndpointErrorKind::NotFound,
                    format!("the tenant has no enterprise application with the id {app_id}"),
                )
            })
    }

    /// Sends a mail from this user's mailbox. It is asked for again while Graph has no time, which then has sent nothing;
    /// not after an answer was lost, for the mail may be on its way.
    ///
    /// # Errors
    /// As for [`Self::organization`].
    pub async fn send_mail(
        &self,
        sender: &str,
        message: &Message<'_>,
    ) -> Result<(), EndpointError> {
        let request = send_mail::request(&self.base, sender, message);
        let _place = self.places.take(sender).await;
        let mut attempt = 1;
        loop {
            match self.http.send_once(&request, LIMIT).await {
                Ok(answer) if answer.is_success() => return Ok(()),
                Ok(answer) => return Err(refusal(&error::parse(answer.status, &answer.body))),
                Err(EndpointError {
                    kind: EndpointErrorKind::Throttled { wait },
                    ..
                }) if attempt < ATTEMPTS && wait <= LONGEST_WAIT => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    async fn all<T: DeserializeOwned>(&self, first: Request) -> Result<Vec<T>, EndpointError> {
        let mut request = first;
        let mut found = Vec::new();
        for _ in 0..MOST_PAGES {
            let body = self.ask(&request).await?;
            let page = paging::parse(&self.base, &body).map_err(|error| unreadable(&error))?;
            found.extend(page.value);
            match page.next {
                Some(next) => request = request.to(next),
                None => return Ok(found),
            }
        }
        Err(EndpointError::new(
            EndpointErrorKind::Protocol,
            "Graph's pages do not end",
        ))
    }

    /// Sends one request and gives what Graph says to it: for probes, which learn from a refusal as much as from an answer.
    ///
    /// # Errors
    /// If there is no token or no answer.
    pub async fn said(
        &self,
        request: &Request,
    ) -> Result<Result<Vec<u8>, GraphError>, EndpointError> {
        let answer = self.http.send(request, LIMIT).await?;
        Ok(if answer.is_success() {
            Ok(answer.body)
        } else {
            Err(error::parse(answer.status, &answer.body))
        })
    }

    async fn ask(&self, request: &Request) -> Result<Vec<u8>, EndpointError> {
        let answer = self.http.send(request, LIMIT).await?;
        if answer.is_success() {
            return Ok(answer.body);
        }
        Err(refusal(&error::parse(answer.status, &answer.body)))
    }
}

fn refusal(error: &GraphError) -> EndpointError {
    let kind = match error.status {
        401 => EndpointErrorKind::SignInRefused,
        403 => EndpointErrorKind::RightsMissing,
        404 => EndpointErrorKind::NotFound,
        _ if error.is_out_of_licences() => EndpointErrorKind::LicenceMissing,
        500.. => EndpointErrorKind::Unreachable,
        _ => EndpointErrorKind::Refused,
    };
    EndpointError::new(kind, format!("Microsoft Graph: {error}"))
}
