//! `GET /users`, `PATCH /users/ID` (Microsoft Graph: List users, Update user).

use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::http::{Method, Request, below};
use crate::json::null_is_default;

const SELECT: &str = "id,displayName,userPrincipalName,mail,proxyAddresses,usageLocation,assignedLicenses,licenseAssignmentStates,onPremisesSyncEnabled";

/// A user as far as licences are concerned. Whether it has a mailbox, Graph does not reliably say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The object id.
    pub id: String,
    /// The name it signs in with.
    #[serde(default, deserialize_with = "null_is_default")]
    pub user_principal_name: String,
    /// The primary SMTP address.
    #[serde(default)]
    pub mail: Option<String>,
    /// With their prefixes: `SMTP:` for the primary one, `smtp:`, `x500:`, …
    #[serde(default, deserialize_with = "null_is_default")]
    pub proxy_addresses: Vec<String>,
    /// Two letters (ISO 3166); without one no licence can be assigned.
    #[serde(default)]
    pub usage_location: Option<String>,
    /// Its licences.
    #[serde(default, deserialize_with = "null_is_default")]
    pub assigned_licenses: Vec<AssignedLicense>,
    /// Where each licence comes from: the user's own, or a group's.
    #[serde(default, deserialize_with = "null_is_default")]
    pub license_assignment_states: Vec<LicenseAssignmentState>,
    /// Whether it comes from a directory elsewhere.
    #[serde(default)]
    pub on_premises_sync_enabled: Option<bool>,
}

/// A licence of a user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssignedLicense {
    /// The product.
    pub sku_id: String,
    /// The parts of it that are switched off.
    #[serde(default, deserialize_with = "null_is_default")]
    pub disabled_plans: Vec<String>,
}

/// Where a licence comes from, and whether it came.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LicenseAssignmentState {
    /// The product.
    #[serde(default, deserialize_with = "null_is_default")]
    pub sku_id: String,
    /// The group that gives it; none where it is the user's own.
    #[serde(default)]
    pub assigned_by_group: Option<String>,
    /// `Active`, `ActiveWithError`, `Disabled` or `Error`.
    #[serde(default, deserialize_with = "null_is_default")]
    pub state: String,
    /// `None`, `CountViolation`, `MutuallyExclusiveViolation`, `DependencyViolation`,
    /// `ProhibitedInUsageLocationViolation`, `UniquenessViolation` or `Other`.
    #[serde(default, deserialize_with = "null_is_default")]
    pub error: String,
}

impl LicenseAssignmentState {
    /// Whether the licence works.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state.eq_ignore_ascii_case("Active")
            || self.state.eq_ignore_ascii_case("ActiveWithError")
    }
}

/// The SMTP addresses among a user's proxy addresses, without prefix.
pub(super) fn smtp_addresses(proxy_addresses: &[String]) -> impl Iterator<Item = &str> {
    proxy_addresses.iter().filter_map(|proxy| {
        let (prefix, address) = proxy.split_once(':')?;
        prefix.eq_ignore_ascii_case("smtp").then_some(address)
    })
}

impl User {
    /// Every SMTP address of the user, without prefix.
    pub fn smtp_addresses(&self) -> impl Iterator<Item = &str> {
        smtp_addresses(&self.proxy_addresses).chain(self.mail.as_deref())
    }
}

/// All users, 999 at a time. The answer is a [`crate::graph::Page`] of [`User`].
#[must_use]
pub fn all(base: &Url) -> Request {
    let mut url = below(base, &["users"]);
    url.set_query(Some(&format!("$top=999&$select={SELECT}")));
    Request::get(url)
}

/// The users with this SMTP address among their proxy addresses: one, or none.
#[must_use]
pub fn by_address(base: &Url, address: &str) -> Request {
    let mut url = below(base, &["users"]);
    // Quotes are doubled in OData text (OData 4.01 URL conventions, section 5.1.1.6.1).
    let address = address.replace('\'', "''");
    url.query_pairs_mut()
        .append_pair(
            "$filter",
            &format!("proxyAddresses/any(p:p eq 'smtp:{address}')"),
        )
        .append_pair("$select", SELECT);
    Request::get(url)
}

/// The user with this object id. The answer is a [`User`].
#[must_use]
pub fn by_id(base: &Url, id: &str) -> Request {
    let mut url = below(base, &["users", id]);
    url.set_query(Some(&format!("$select={SELECT}")));
    Request::get(url)
}

/// Says where the user is, which decides what may be licensed. The answer is empty.
#[must_use]
pub fn set_usage_location(base: &Url, id: &str, country: &str) -> Request {
    Request::json(
        Method::Patch,
        below(base, &["users", id]),
        &json!({ "usageLocation": country }),
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::graph::paging;

    fn base() -> Url {
        "https://graph.example/v1.0".parse().unwrap()
    }

    #[test]
    fn a_user_has_its_smtp_addresses_and_licences() {
        let json = br#"{"value":[{"id":"u-1","userPrincipalName":"anna@nordvik.se","mail":"anna@nordvik.se",
            "proxyAddresses":["SMTP:anna@nordvik.se","smtp:anna@nordvik.onmicrosoft.com","x500:/o=Nordvik"],
            "usageLocation":null,"assignedLicenses":[{"skuId":"s-1","disabledPlans":["p-1"]}],"onPremisesSyncEnabled":true}]}"#;
        let user = paging::parse::<User>(&base(), json)
            .unwrap()
            .value
            .remove(0);
        assert_eq!(
            user.smtp_addresses().collect::<Vec<_>>(),
            [
                "anna@nordvik.se",
                "anna@nordvik.onmicrosoft.com",
                "anna@nordvik.se"
            ]
        );
        assert_eq!(user.usage_location, None);
        assert_eq!(
            user.assigned_licenses.first().unwrap().disabled_plans,
            ["p-1"]
        );
    }

    #[test]
    fn a_licence_says_which_group_gives_it_and_why_it_did_not_come() {
        let json = br#"{"value":[{"id":"u-1","licenseAssignmentStates":[
            {"skuId":"s-1","disabledPlans":[],"assignedByGroup":null,"state":"Active","error":"None","lastUpdatedDateTime":"2026-11-01T08:00:00Z"},
            {"skuId":"s-2","assignedByGroup":"g-1","state":"Error","error":"CountViolation"},
            {"skuId":null,"state":null}]},{"id":"u-2","licenseAssignmentStates":null}]}"#;
        let users = paging::parse::<User>(&base(), json).unwrap().value;
        insta::assert_debug_snapshot!(users.first().unwrap().license_assignment_states);
        let active: Vec<_> = users
            .iter()
            .flat_map(|user| &user.license_assignment_states)
            .map(LicenseAssignmentState::is_active)
            .collect();
        assert_eq!(active, [true, false, false]);
    }

    #[test]
    fn an_address_with_a_quote_stays_inside_its_filter() {
        let url = by_address(&base(), "o'brien@nordvik.se").url;
        let filter = url
            .query_pairs()
            .find(|(name, _)| name == "$filter")
            .unwrap()
            .1
            .into_owned();
        assert_eq!(
            filter,
            "proxyAddresses/any(p:p eq 'smtp:o''brien@nordvik.se')"
        );
    }

    #[test]
    fn a_usage_location_is_patched_alone() {
        let request = set_usage_location(&base(), "u/1", "SE");
        assert_eq!(request.method, Method::Patch);
        assert_eq!(
            request.url.as_str(),
            "https://graph.example/v1.0/users/u%2F1"
        );
        assert_eq!(request.body, br#"{"usageLocation":"SE"}"#);
    }
}
