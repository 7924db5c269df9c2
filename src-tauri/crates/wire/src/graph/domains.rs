//! `GET /domains` (Microsoft Graph: List domains).

use serde::Deserialize;
use url::Url;

use crate::http::{Request, below};
use crate::json;

/// A domain of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    /// Its name.
    pub id: String,
    /// Whether its ownership is proved.
    #[serde(default, deserialize_with = "json::null_is_default")]
    pub is_verified: bool,
    /// Whether it is `NAME.onmicrosoft.com`, which the tenant began with.
    #[serde(default, deserialize_with = "json::null_is_default")]
    pub is_initial: bool,
    /// Whether new users get it.
    #[serde(default, deserialize_with = "json::null_is_default")]
    pub is_default: bool,
    /// `Managed` or `Federated` (single sign-on).
    #[serde(default, deserialize_with = "json::null_is_default")]
    pub authentication_type: String,
}

impl Domain {
    /// Whether sign-in is federated.
    #[must_use]
    pub fn is_federated(&self) -> bool {
        self.authentication_type.eq_ignore_ascii_case("Federated")
    }
}

/// The request. The answer is a [`crate::graph::Page`] of [`Domain`].
#[must_use]
pub fn request(base: &Url) -> Request {
    Request::get(below(base, &["domains"]))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::graph::paging;

    #[test]
    fn a_domain_says_whether_it_is_proved_first_and_federated() {
        let base: Url = "https://graph.example/v1.0/".parse().unwrap();
        assert_eq!(
            request(&base).url.as_str(),
            "https://graph.example/v1.0/domains"
        );
        let json = br#"{"value":[
            {"id":"nordvik.onmicrosoft.com","authenticationType":"Managed","isVerified":true,"isInitial":true,
             "isDefault":false,"isRoot":true,"supportedServices":["Email"],"passwordValidityPeriodInDays":null},
            {"id":"nordvik.se","authenticationType":"Federated","isVerified":false,"isInitial":false}]}"#;
        let domains = paging::parse::<Domain>(&base, json).unwrap().value;
        let facts: Vec<_> = domains
            .iter()
            .map(|domain| (domain.is_verified, domain.is_initial, domain.is_federated()))
            .collect();
        assert_eq!(facts, [(true, true, false), (false, false, true)]);
    }
}
