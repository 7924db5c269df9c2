//! The errors that a tenant keeps with its users (`GET /users`, Microsoft Graph: `onPremisesProvisioningError`,
//! `serviceProvisioningError`).

use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use super::users::smtp_addresses;
use crate::http::{Request, below};
use crate::json::{null_is_default, time};

const SELECT: &str = "id,userPrincipalName,mail,proxyAddresses,onPremisesProvisioningErrors,serviceProvisioningErrors";

/// All users with their errors, 999 at a time. The answer is a [`crate::graph::Page`] of [`UserErrors`].
#[must_use]
pub fn all(base: &Url) -> Request {
    let mut url = below(base, &["users"]);
    url.set_query(Some(&format!("$top=999&$select={SELECT}")));
    Request::get(url)
}

/// A user, and what went wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserErrors {
    /// The name it signs in with.
    #[serde(default, deserialize_with = "null_is_default")]
    pub user_principal_name: String,
    /// The primary SMTP address.
    #[serde(default)]
    pub mail: Option<String>,
    /// With their prefixes.
    #[serde(default, deserialize_with = "null_is_default")]
    pub proxy_addresses: Vec<String>,
    /// What directory synchronisation could not write.
    #[serde(default, deserialize_with = "null_is_default")]
    pub on_premises_provisioning_errors: Vec<OnPremisesProvisioningError>,
    /// What a service could not make of it.
    #[serde(default, deserialize_with = "null_is_default")]
    pub service_provisioning_errors: Vec<ServiceProvisioningError>,
}

/// A value that directory synchronisation could not write.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OnPremisesProvisioningError {
    /// `PropertyConflict` is the one there is.
    #[serde(default, deserialize_with = "null_is_default")]
    pub category: String,
    /// `UserPrincipalName` or `ProxyAddress`.
    #[serde(default, deserialize_with = "null_is_default")]
    pub property_causing_error: String,
    /// The value, with its prefix.
    #[serde(default, deserialize_with = "null_is_default")]
    pub value: String,
    /// Since when.
    #[serde(default, deserialize_with = "time")]
    pub occurred_date_time: Option<Timestamp>,
}

/// What a service could not make of a user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceProvisioningError {
    /// The service and where it runs: `exchange/eurprd05-004-01`.
    #[serde(default, deserialize_with = "null_is_default")]
    pub service_instance: String,
    /// The service's words, in XML.
    #[serde(default, deserialize_with = "null_is_default")]
    pub error_detail: String,
    /// Whether it is past.
    #[serde(default, deserialize_with = "null_is_default")]
    pub is_resolved: bool,
    /// Since when.
    #[serde(default, deserialize_with = "time")]
    pub created_date_time: Option<Timestamp>,
}

impl UserErrors {
    /// Every SMTP address, without prefix, and the name it signs in with.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        smtp_addresses(&self.proxy_addresses)
            .chain(self.mail.as_deref())
            .chain([self.user_principal_name.as_str()])
    }
}

impl ServiceProvisioningError {
    /// The words without their XML: what stands in `ErrorDescription`, or else all that is text.
    #[must_use]
    pub fn words(&self) -> String {
        let text = &self.error_detail;
        let inner = text
            .split_once("<ErrorDescription>")
            .and_then(|(_, rest)| rest.split_once("</ErrorDescription>"))
            .map_or(text.as_str(), |(inner, _)| inner);
        let mut plain = String::with_capacity(inner.len());
        let mut tag = false;
        for character in inner.chars() {
            match character {
                '<' => tag = true,
                '>' if tag => {
                    tag = false;
                    plain.push(' ');
                }
                _ if !tag => plain.push(character),
                _ => {}
            }
        }
        let plain = plain
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&");
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::graph::paging;

    #[test]
    fn a_user_tells_what_synchronisation_and_services_could_not_do_with_it() {
        let base: Url = "https://graph.example/v1.0".parse().unwrap();
        let json = br##"{"value":[
            {"id":"u-1","userPrincipalName":"anna@nordvik.se","mail":null,"proxyAddresses":["SMTP:anna@nordvik.se","x500:/o=x"],
             "onPremisesProvisioningErrors":[{"value":"SMTP:info@nordvik.se","category":"PropertyConflict",
               "propertyCausingError":"ProxyAddresses","occurredDateTime":"2026-11-20T07:00:00Z"}],
             "serviceProvisioningErrors":[{"@odata.type":"#microsoft.graph.serviceProvisioningXmlError",
               "createdDateTime":"2026-11-21T07:00:00Z","isResolved":false,"serviceInstance":"exchange/eurprd05-004-01",
               "errorDetail":"<ServiceInstance><ObjectErrors><ErrorRecord><ErrorCode>ExA6BCA2</ErrorCode><ErrorParameters /><ErrorDescription>The value &quot;a &amp; b&quot; is in use.</ErrorDescription></ErrorRecord></ObjectErrors></ServiceInstance>"}]},
            {"id":"u-2","userPrincipalName":"bo@nordvik.se","onPremisesProvisioningErrors":null}]}"##;
        let users = paging::parse::<UserErrors>(&base, json).unwrap().value;
        insta::assert_debug_snapshot!(users);
        let anna = users.first().unwrap();
        assert_eq!(
            anna.service_provisioning_errors.first().unwrap().words(),
            "The value \"a & b\" is in use."
        );
        assert_eq!(
            anna.addresses().collect::<Vec<_>>(),
            ["anna@nordvik.se", "anna@nordvik.se"]
        );
    }

    #[test]
    fn words_without_a_description_are_what_is_left_of_the_xml() {
        let words = |error_detail: &str| {
            ServiceProvisioningError {
                service_instance: String::new(),
                error_detail: error_detail.to_owned(),
                is_resolved: false,
                created_date_time: None,
            }
            .words()
        };
        assert_eq!(words("<a><b>one</b><c>two</c></a>"), "one two");
        assert_eq!(words("plain words"), "plain words");
        assert_eq!(words("3 > 2 <unclosed"), "3 > 2");
    }
}
