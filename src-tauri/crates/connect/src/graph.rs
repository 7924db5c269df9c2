//! Microsoft Graph: the calls this product makes, with their pages gathered and their refusals told.

use std::time::Duration;

use serde::de::DeserializeOwned;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::graph::domains::{self, Domain};
use stegvis_wire::graph::organization::{self, Organization};
use stegvis_wire::graph::service_principals::{self, ServicePrincipal};
use stegvis_wire::graph::subscribed_skus::{self, SubscribedSku};
use stegvis_wire::graph::users::{self, User};
use stegvis_wire::graph::{GraphError, assign_license, error, paging};
use stegvis_wire::http::Request;
use url::Url;

use crate::fault::unreadable;
use crate::http::Authorized;

const LIMIT: Duration = Duration::from_secs(100);
/// No tenant of ours fills more pages; a server that always names a next one is stopped here.
const MOST_PAGES: usize = 2000;

/// Graph, as one application sees one tenant.
#[derive(Debug, Clone)]
pub struct Graph {
    base: Url,
    http: Authorized,
}

impl Graph {
    /// Graph at `base` (`https://graph.microsoft.com/v1.0`).
    #[must_use]
    pub const fn new(base: Url, http: Authorized) -> Self {
        Self { base, http }
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
