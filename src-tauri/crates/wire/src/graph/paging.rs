//! Collections come in pages (Paging Microsoft Graph data in your app).

use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::{Unreadable, http, json};

/// One page of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub value: Vec<T>,
    /// Where the next one is, on the same server.
    pub next: Option<Url>,
}

/// The page in an answer to a request to `base`.
///
/// # Errors
/// If it is not a collection, or continues on another server.
pub fn parse<T: DeserializeOwned>(base: &Url, bytes: &[u8]) -> Result<Page<T>, Unreadable> {
    #[derive(Deserialize)]
    #[serde(bound = "T: DeserializeOwned")]
    struct Body<T> {
        value: Vec<T>,
        #[serde(default, rename = "@odata.nextLink")]
        next_link: Option<String>,
    }
    let body: Body<T> = json::read(bytes)?;
    Ok(Page {
        value: body.value,
        next: http::next_link(body.next_link.as_deref(), |next| {
            (next.origin() == base.origin()).then(|| next.clone())
        })?,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_page_leads_to_the_next_on_the_same_server_only() {
        let base: Url = "https://graph.example/v1.0".parse().unwrap();
        let page = |link: &str| {
            let json = format!(r#"{{"value":["a"],"@odata.nextLink":{link}}}"#);
            parse::<String>(&base, json.as_bytes())
        };
        assert_eq!(
            page(r#""https://graph.example/v1.0/users?$skiptoken=x""#)
                .unwrap()
                .next
                .unwrap()
                .query(),
            Some("$skiptoken=x")
        );
        assert_eq!(page("null").unwrap().next, None);
        assert!(page(r#""https://evil.example/v1.0/users""#).is_err());
        assert!(page(r#""http://graph.example/v1.0/users""#).is_err());
    }
}
