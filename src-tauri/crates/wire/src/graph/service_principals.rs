//! `GET /servicePrincipals(appId='ID')` (Microsoft Graph: Get servicePrincipal): an application as this
//! tenant knows it.

use serde::Deserialize;
use url::Url;

use crate::http::{Request, below};
use crate::{Unreadable, json};

/// The enterprise application. Its id is the *ObjectId* that `New-ServicePrincipal` wants; the id of the
/// app registration is another, and the usual cause of a refused sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal {
    /// Its object id.
    pub id: String,
}

/// The request. The answer is a [`ServicePrincipal`].
#[must_use]
pub fn request(base: &Url, app_id: &str) -> Request {
    let app_id = app_id.replace('\'', "''");
    let mut url = below(base, &[&format!("servicePrincipals(appId='{app_id}')")]);
    url.set_query(Some("$select=id"));
    Request::get(url)
}

/// The enterprise application in an answer.
///
/// # Errors
/// If it is not one.
pub fn parse(bytes: &[u8]) -> Result<ServicePrincipal, Unreadable> {
    json::read(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_application_is_asked_for_by_its_app_id() {
        let request = request(&"https://graph.example/v1.0".parse().unwrap(), "a-1");
        assert_eq!(request.url.path(), "/v1.0/servicePrincipals(appId='a-1')");
        assert_eq!(
            parse(br#"{"@odata.context":"x","id":"o-1"}"#).unwrap().id,
            "o-1"
        );
    }
}
