//! Where a tenant is: the cloud, the tenant in it, and the application as which we go there.

use serde::{Deserialize, Serialize};
use stegvis_connect::http::HttpClient;
use stegvis_connect::sign_in::Authority;
use stegvis_connect::tls::Trust;
use url::Url;

use super::words;
use crate::Error;

/// Leaves the tenant to whoever signs in.
const ANY: &str = "organizations";

/// The addresses of a cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cloud {
    /// Where people and applications sign in.
    pub authority: String,
    /// Graph.
    pub graph: String,
    /// The Exchange admin interface, up to the tenant's id.
    pub exchange: String,
    /// IMAP of the tenant's mailboxes, `HOST:PORT`, with TLS from the first byte.
    #[serde(default = "worldwide_imap")]
    pub imap: String,
}

fn worldwide_imap() -> String {
    "outlook.office365.com:993".to_owned()
}

impl Default for Cloud {
    /// Microsoft's worldwide cloud.
    fn default() -> Self {
        Self {
            authority: "https://login.microsoftonline.com".to_owned(),
            graph: "https://graph.microsoft.com/v1.0".to_owned(),
            exchange: "https://outlook.office365.com/adminapi/beta".to_owned(),
            imap: worldwide_imap(),
        }
    }
}

impl Cloud {
    /// A cloud whose parts all have one address, as the practice tenant's.
    #[must_use]
    pub fn at(address: &str) -> Self {
        let base = address.trim_end_matches('/');
        Self {
            authority: base.to_owned(),
            graph: format!("{base}/graph/v1.0"),
            exchange: format!("{base}/adminapi/beta"),
            imap: worldwide_imap(),
        }
    }
}

/// Where a tenant is, and as which application we go there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantPlace {
    /// The cloud.
    pub cloud: Cloud,
    /// A certificate authority to trust besides the system's, in PEM.
    pub ca: Option<String>,
    /// The tenant's id or one of its domains; `organizations` for whichever whoever signs in belongs to.
    pub tenant: String,
    /// The application's id.
    pub client_id: String,
}

impl TenantPlace {
    /// An application in Microsoft's worldwide cloud. Without a tenant, whoever signs in decides.
    ///
    /// # Errors
    /// InvalidInput if there is no application id.
    pub fn new(tenant: Option<&str>, client_id: &str) -> Result<Self, Error> {
        let client_id = client_id.trim();
        if client_id.is_empty() {
            return Err(Error::invalid(
                "there is no application id",
                "Give the application (client) ID of the registration with --client-id; `stegvis tenant app` shows how to make one.",
            ));
        }
        let tenant = tenant.map(str::trim).filter(|tenant| !tenant.is_empty());
        Ok(Self {
            cloud: Cloud::default(),
            ca: None,
            tenant: tenant.unwrap_or(ANY).to_owned(),
            client_id: client_id.to_owned(),
        })
    }

    /// Whether the tenant is left to whoever signs in.
    pub(crate) fn is_any(&self) -> bool {
        [ANY, "common"].contains(&&*self.tenant)
    }

    /// Whether the tenant asked for, by its id, is another than this one. A domain is the authority's to judge.
    pub(super) fn names_another(&self, tenant_id: &str) -> bool {
        is_guid(&self.tenant) && !self.tenant.eq_ignore_ascii_case(tenant_id)
    }

    pub(crate) fn authority(&self, tenant: &str) -> Result<Authority, Error> {
        Ok(Authority::at(
            &address(&self.cloud.authority)?,
            tenant,
            &self.client_id,
        ))
    }

    pub(super) fn authority_client(&self) -> Result<HttpClient, Error> {
        client(&address(&self.cloud.authority)?, &self.trust())
    }

    /// Host and port of the tenant's IMAP.
    pub(crate) fn imap(&self) -> Result<(String, u16), Error> {
        self.cloud
            .imap
            .rsplit_once(':')
            .and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)))
            .filter(|(host, _)| !host.is_empty())
            .ok_or_else(|| {
                Error::invalid(
                    format!("{} is no host and port", self.cloud.imap),
                    "Give the tenant's IMAP as HOST:PORT.",
                )
            })
    }

    pub(crate) fn graph(&self) -> Result<Url, Error> {
        address(&self.cloud.graph)
    }

    pub(crate) fn exchange(&self, tenant_id: &str) -> Result<Url, Error> {
        let base = self.cloud.exchange.trim_end_matches('/');
        address(&format!("{base}/{tenant_id}"))
    }

    pub(crate) fn trust(&self) -> Trust {
        self.ca.clone().map_or(Trust::System, Trust::SystemAnd)
    }
}

pub(super) fn client(server: &Url, trust: &Trust) -> Result<HttpClient, Error> {
    HttpClient::new(server, trust).map_err(|error| words::endpoint(&error))
}

fn address(text: &str) -> Result<Url, Error> {
    Url::parse(text)
        .ok()
        .filter(|url| !url.cannot_be_a_base())
        .ok_or_else(|| {
            Error::invalid(
                format!("{text} is no address"),
                "Give an address that begins with https://.",
            )
        })
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_named_by_its_id_is_another_when_its_id_is_another() {
        let one = "8d4b558f-7b2e-40ba-ad1f-e04d79e6265a";
        let two = "8d4b558f-7b2e-40ba-ad1f-e04d79e6265b";
        let place = |tenant: Option<&str>| TenantPlace::new(tenant, "app").unwrap();
        assert!(place(Some(one)).names_another(two));
        let capitals = one.to_uppercase();
        assert!(!place(Some(&capitals)).names_another(one));
        assert!(!place(Some("nordvik.se")).names_another(two));
        assert!(!place(None).names_another(two) && place(None).is_any());
        assert!(TenantPlace::new(None, " ").is_err());
    }

    #[test]
    fn a_cloud_at_one_address_has_all_its_parts_below_it() {
        let mut place = TenantPlace::new(Some("t"), "app").unwrap();
        let authority = |place: &TenantPlace| place.authority("t").unwrap().token_url.to_string();
        assert_eq!(
            authority(&place),
            "https://login.microsoftonline.com/t/oauth2/v2.0/token"
        );
        place.cloud = Cloud::at("https://localhost:8443/");
        assert_eq!(
            authority(&place),
            "https://localhost:8443/t/oauth2/v2.0/token"
        );
        assert_eq!(
            place.exchange("t-1").unwrap().as_str(),
            "https://localhost:8443/adminapi/beta/t-1"
        );
        place.cloud.graph = "no address".to_owned();
        assert!(place.graph().is_err());
    }
}
