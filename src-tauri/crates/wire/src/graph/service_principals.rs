//! `GET /servicePrincipals` (Microsoft Graph: List servicePrincipals): applications as this tenant knows
//! them.

use serde::Deserialize;
use url::Url;

use crate::http::{Request, below};
use crate::json::null_is_default;

/// An enterprise application. Its id is the *ObjectId* that `New-ServicePrincipal` wants; the id of the app
/// registration is another, and the usual cause of a refused sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal {
    /// Its object id.
    pub id: String,
    /// The application it stands for.
    #[serde(default, deserialize_with = "null_is_default")]
    pub app_id: String,
}

/// The request for the one of this application. The answer is a [`crate::graph::Page`] of
/// [`ServicePrincipal`].
#[must_use]
pub fn by_app_id(base: &Url, app_id: &str) -> Request {
    let app_id = app_id.replace('\'', "''");
    let mut url = below(base, &["servicePrincipals"]);
    url.query_pairs_mut()
        .append_pair("$filter", &format!("appId eq '{app_id}'"))
        .append_pair("$select", "id,appId");
    Request::get(url)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::graph::paging;

    #[test]
    fn an_application_is_asked_for_by_its_app_id() {
        let base: Url = "https://graph.example/v1.0".parse().unwrap();
        let url = by_app_id(&base, "a-1").url;
        assert_eq!(url.path(), "/v1.0/servicePrincipals");
        let filter = url.query_pairs().next().unwrap().1.into_owned();
        assert_eq!(filter, "appId eq 'a-1'");
        let json = br#"{"value":[{"id":"o-1","appId":"a-1","displayName":"Stegvis"}]}"#;
        let found = paging::parse::<ServicePrincipal>(&base, json).unwrap();
        assert_eq!(found.value.first().unwrap().id, "o-1");
    }
}
