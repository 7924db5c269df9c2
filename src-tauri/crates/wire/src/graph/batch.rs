//! `POST /$batch` (Microsoft Graph: Combine multiple HTTP requests using JSON batching): up to twenty requests in one.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use crate::http::{Method, Request, below};
use crate::{Unreadable, json};

/// So many requests at most.
pub const MOST: usize = 20;

/// The answer to one of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its HTTP status.
    pub status: u16,
    /// How long to wait before asking this again.
    pub retry_after: Option<Duration>,
    /// Its body.
    pub body: Vec<u8>,
}

/// The first [`MOST`] of these requests as one; whoever has more sends the rest after them.
#[must_use]
pub fn request(base: &Url, requests: &[Request]) -> Request {
    let prefix = base.path().trim_end_matches('/');
    let items: Vec<Value> = requests
        .iter()
        .take(MOST)
        .enumerate()
        .map(|(index, request)| {
            let path = request.url.path();
            let mut url = path.strip_prefix(prefix).unwrap_or(path).to_owned();
            if let Some(query) = request.url.query() {
                url.push('?');
                url.push_str(query);
            }
            let method = match request.method {
                Method::Get => "GET",
                Method::Post => "POST",
                Method::Patch => "PATCH",
            };
            let mut item = json!({"id": index.to_string(), "method": method, "url": url});
            if let (Some(item), Ok(body)) = (
                item.as_object_mut(),
                serde_json::from_slice::<Value>(&request.body),
            ) {
                item.insert(
                    "headers".to_owned(),
                    json!({"Content-Type": "application/json"}),
                );
                item.insert("body".to_owned(), body);
            }
            item
        })
        .collect();
    Request::json(
        Method::Post,
        below(base, &["$batch"]),
        &json!({ "requests": items }),
    )
}

/// The answers, in the order of their requests; nothing where one is missing. Graph sends them in any order.
///
/// # Errors
/// If the answer is not a batch's.
pub fn parse(bytes: &[u8], asked: usize) -> Result<Vec<Option<Answer>>, Unreadable> {
    #[derive(Deserialize)]
    struct Body {
        responses: Vec<Item>,
    }
    #[derive(Deserialize)]
    struct Item {
        id: String,
        status: u16,
        #[serde(default, deserialize_with = "json::null_is_default")]
        headers: Map<String, Value>,
        #[serde(default)]
        body: Value,
    }
    let body: Body = json::read(bytes)?;
    let mut answers = vec![None; asked.min(MOST)];
    for item in body.responses {
        let place = item.id.parse::<usize>().ok();
        let Some(answer) = place.and_then(|place| answers.get_mut(place)) else {
            continue;
        };
        let retry_after = item
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("Retry-After"))
            .and_then(|(_, value)| {
                let seconds = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
                Duration::try_from_secs_f64(seconds).ok()
            });
        *answer = Some(Answer {
            status: item.status,
            retry_after,
            body: match item.body {
                Value::Null => Vec::new(),
                body => body.to_string().into_bytes(),
            },
        });
    }
    Ok(answers)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graph::users;

    #[test]
    fn requests_travel_with_addresses_below_the_base_and_bodies_as_json() {
        let base: Url = "https://graph.example/v1.0".parse().unwrap();
        let both = [
            users::all(&base),
            users::set_usage_location(&base, "u-1", "SE"),
        ];
        let request = request(&base, &both);
        assert_eq!(request.url.as_str(), "https://graph.example/v1.0/$batch");
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let at = |pointer: &str| {
            body.pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        assert!(at("/requests/0/url").starts_with("/users?$top=999"));
        assert_eq!(at("/requests/0/method"), "GET");
        assert_eq!(body.pointer("/requests/0/body"), None);
        assert_eq!(at("/requests/1/url"), "/users/u-1");
        assert_eq!(at("/requests/1/body/usageLocation"), "SE");
        let many = vec![users::all(&base); 30];
        let body = super::request(&base, &many).body;
        let body: Value = serde_json::from_slice(&body).unwrap();
        let items = body.pointer("/requests").and_then(Value::as_array).unwrap();
        assert_eq!(items.len(), MOST);
    }

    #[test]
    fn answers_come_in_any_order_and_one_may_be_missing() {
        let answers = parse(
            br#"{"responses":[{"id":"2","status":429,"headers":{"retry-after":"1.5"},"body":null},
                {"id":"0","status":204},{"id":"strange","status":200},{"id":"9","status":200}]}"#,
            3,
        )
        .unwrap();
        let statuses: Vec<Option<u16>> = answers
            .iter()
            .map(|answer| answer.as_ref().map(|answer| answer.status))
            .collect();
        assert_eq!(statuses, [Some(204), None, Some(429)]);
        let throttled = answers.get(2).unwrap().as_ref().unwrap();
        assert_eq!(throttled.retry_after, Some(Duration::from_millis(1500)));
        assert!(parse(b"<html>", 1).is_err());
    }

    proptest! {
        #[test]
        fn no_answer_makes_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), asked in 0_usize..40) {
            let _ = parse(&bytes, asked);
        }
    }
}
