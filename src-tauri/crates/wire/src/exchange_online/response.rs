//! What a cmdlet gave back.

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use crate::{Unreadable, http, json};

/// One page of a cmdlet's objects.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Response {
    /// The objects, without the annotations (`Name@odata.type`) that enum-valued properties bring along.
    pub value: Vec<Map<String, Value>>,
    /// Where the next page is, on the same server.
    pub next: Option<Url>,
    /// What the cmdlet warned of.
    pub warnings: Vec<String>,
    /// Errors that did not end the cmdlet. They come with HTTP 200 and must be looked at.
    pub errors: Vec<String>,
}

/// The answer to a request. A cmdlet without output answers with nothing at all. `allow` tells where a token may go for
/// the next page, and by what address.
///
/// # Errors
/// If it is not JSON of this shape, or continues where a token may not go.
pub fn parse(bytes: &[u8], allow: impl Fn(&Url) -> Option<Url>) -> Result<Response, Unreadable> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default, deserialize_with = "json::null_is_default")]
        value: Vec<Value>,
        #[serde(default, rename = "@odata.nextLink")]
        next_link: Option<String>,
        #[serde(
            default,
            rename = "@adminapi.warnings",
            deserialize_with = "json::null_is_default"
        )]
        warnings: Vec<Value>,
        #[serde(
            default,
            rename = "@adminapi.errors",
            deserialize_with = "json::null_is_default"
        )]
        errors: Vec<Value>,
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Response::default());
    }
    let body: Body = json::read(bytes)?;
    Ok(Response {
        value: body
            .value
            .into_iter()
            .filter_map(|value| match value {
                Value::Object(object) => Some(without_annotations(object)),
                _ => None,
            })
            .collect(),
        next: http::next_link(body.next_link.as_deref(), allow)?,
        warnings: body.warnings.iter().map(words).collect(),
        errors: body.errors.iter().map(words).collect(),
    })
}

fn without_annotations(mut object: Map<String, Value>) -> Map<String, Value> {
    object.retain(|name, _| !name.contains('@'));
    object
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other
            .get("message")
            .and_then(Value::as_str)
            .map_or_else(|| other.to_string(), str::to_owned),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// The answer of a server that tokens may go to, alone.
    fn read(bytes: &[u8]) -> Result<Response, Unreadable> {
        parse(bytes, |next| {
            (next.host_str() == Some("outlook.example")).then(|| next.clone())
        })
    }

    #[test]
    fn annotations_are_left_out_and_errors_beside_a_value_are_kept() {
        let response = read(
            br##"{"@odata.context":"x","value":[{"Identity":"Batch1","Status":"Syncing",
                "Status@odata.type":"#Exchange.MigrationBatchStatus","@odata.id":"y"}],
                "@odata.nextLink":"https://outlook.example/adminapi/beta/t-1/InvokeCommand?$skiptoken=2",
                "@adminapi.warnings":["slow"],"@adminapi.errors":[{"message":"one mailbox is gone"}]}"##,
        )
        .unwrap();
        let names: Vec<_> = response.value.first().unwrap().keys().collect();
        assert_eq!(names, ["Identity", "Status"]);
        assert!(response.next.is_some());
        assert_eq!(response.warnings, ["slow"]);
        assert_eq!(response.errors, ["one mailbox is gone"]);
    }

    #[test]
    fn a_cmdlet_without_output_is_an_empty_response() {
        assert_eq!(read(b"").unwrap(), Response::default());
        assert_eq!(read(br#"{"value":[]}"#).unwrap(), Response::default());
    }

    #[test]
    fn a_next_page_where_no_token_may_go_is_refused() {
        let elsewhere = br#"{"value":[],"@odata.nextLink":"https://elsewhere.example/2"}"#;
        assert!(read(elsewhere).is_err());
    }

    #[test]
    fn text_that_is_not_json_is_unreadable() {
        let error = read(b"Operation in progress").unwrap_err();
        assert_eq!(error.start, "Operation in progress");
    }
}
