//! `GET /organization` (Microsoft Graph: List organization).

use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use crate::http::{Request, below};
use crate::json;

/// The tenant's own record. The collection holds exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// The tenant id.
    pub id: String,
    /// Its name.
    #[serde(default, deserialize_with = "json::null_is_default")]
    pub display_name: String,
    /// Two letters (ISO 3166), where known.
    #[serde(default)]
    pub country_letter_code: Option<String>,
    /// True: directory synchronisation is on. False: it was on and is off. None: it never was.
    #[serde(default)]
    pub on_premises_sync_enabled: Option<bool>,
    /// When it last ran.
    #[serde(
        default,
        rename = "onPremisesLastSyncDateTime",
        deserialize_with = "json::time"
    )]
    pub on_premises_last_sync: Option<Timestamp>,
}

/// The request. The answer is a [`crate::graph::Page`] of one [`Organization`].
#[must_use]
pub fn request(base: &Url) -> Request {
    let mut url = below(base, &["organization"]);
    url.set_query(Some(
        "$select=id,displayName,countryLetterCode,onPremisesSyncEnabled,onPremisesLastSyncDateTime",
    ));
    Request::get(url)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::graph::paging;

    #[test]
    fn directory_sync_is_on_off_or_never_was() {
        let base: Url = "https://graph.example/v1.0".parse().unwrap();
        assert_eq!(request(&base).url.path(), "/v1.0/organization");
        let organization = |fields: &str| {
            let json = format!(
                r#"{{"@odata.context":"…","value":[{{"id":"t-1","displayName":"Nordvik AB",{fields}}}]}}"#
            );
            paging::parse::<Organization>(&base, json.as_bytes())
                .unwrap()
                .value
                .remove(0)
        };
        let on = organization(
            r#""onPremisesSyncEnabled":true,"onPremisesLastSyncDateTime":"2026-01-01T10:00:00Z","new":1"#,
        );
        assert_eq!(on.on_premises_sync_enabled, Some(true));
        assert_eq!(
            on.on_premises_last_sync,
            Some("2026-01-01T10:00:00Z".parse().unwrap())
        );
        let never = organization(
            r#""onPremisesSyncEnabled":null,"onPremisesLastSyncDateTime":null,"countryLetterCode":"SE""#,
        );
        assert_eq!(never.on_premises_sync_enabled, None);
        assert_eq!(never.on_premises_last_sync, None);
        assert_eq!(never.country_letter_code.as_deref(), Some("SE"));
    }
}
