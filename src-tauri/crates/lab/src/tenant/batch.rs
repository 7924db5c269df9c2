//! `POST /$batch`: up to twenty requests in one, each answered as if it had come alone.

use std::collections::BTreeSet;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::{Map, Value, json};

use super::graph::{error, guard};
use super::{Tenant, routes};

const MOST: usize = 20;
const LARGEST: usize = 4 << 20;

/// `POST /graph/v1.0/$batch`.
pub(super) async fn run(State(tenant): State<Tenant>, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let bad = |text: &str| error(StatusCode::BAD_REQUEST, "BadRequest", text);
    let Some(items) = request.get("requests").and_then(Value::as_array) else {
        return bad("Invalid batch payload format.");
    };
    if items.len() > MOST {
        return bad("Number of batch request steps exceeds the maximum value of 20.");
    }
    let service = TowerToHyperService::new(routes(tenant));
    let (mut answers, mut failed) = (Vec::new(), BTreeSet::new());
    for item in items {
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = text("id").to_owned();
        let after = item.get("dependsOn").and_then(Value::as_array);
        let held_up = after.is_some_and(|ids| {
            ids.iter()
                .any(|id| id.as_str().is_some_and(|id| failed.contains(id)))
        });
        let (status, headers, body) = if held_up {
            (424, Map::new(), Value::Null)
        } else {
            match build(item, &headers) {
                Some(request) => match service.call(request).await {
                    Ok(response) => read(response).await,
                    Err(never) => match never {},
                },
                None => (400, Map::new(), Value::Null),
            }
        };
        if status >= 400 {
            failed.insert(id.clone());
        }
        answers.push(json!({"id": id, "status": status, "headers": headers, "body": body}));
    }
    // Graph promises no order: nobody is to rely on one.
    answers.reverse();
    super::json(StatusCode::OK, &json!({ "responses": answers }))
}

fn build(item: &Value, headers: &HeaderMap) -> Option<Request> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    let url = text("url")?;
    // A batch in a batch would have no end.
    if url.contains("$batch") {
        return None;
    }
    let mut request = Request::builder()
        .method(text("method")?)
        .uri(format!("/graph/v1.0/{}", url.trim_start_matches('/')));
    if let Some(token) = headers.get(header::AUTHORIZATION) {
        request = request.header(header::AUTHORIZATION, token);
    }
    match item.get("body").filter(|body| !body.is_null()) {
        None => request.body(Body::empty()).ok(),
        Some(body) => request
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .ok(),
    }
}

async fn read(response: Response) -> (u16, Map<String, Value>, Value) {
    let (head, body) = response.into_parts();
    let headers = head
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
        .collect();
    let bytes = to_bytes(body, LARGEST).await.unwrap_or_default();
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    (head.status.as_u16(), headers, body)
}
