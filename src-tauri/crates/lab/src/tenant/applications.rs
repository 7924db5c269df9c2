//! The program's own registration in the tenant: its certificates, and the consent that it was given.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::graph::{error, guard, list as answer_list, select};
use super::{Query, Tenant};
use crate::seed::{guid, guid_text};
use crate::store::Record;
use crate::world::World;

fn registration_id(world: &World) -> String {
    guid_text(guid(world.seed, &["tenant", "app registration"]))
}

fn grant_id(world: &World) -> String {
    guid_text(guid(world.seed, &["tenant", "grant"]))
}

fn registration(world: &World) -> Value {
    let keys: Vec<Value> = world
        .store
        .read(|state| state.certificates.clone())
        .iter()
        .filter_map(|certificate| BASE64.decode(certificate).ok())
        .map(|der| {
            json!({"type": "AsymmetricX509Cert", "usage": "Verify", "key": null,
                   "customKeyIdentifier": BASE64.encode(Sha256::digest(&der))})
        })
        .collect();
    json!({
        "id": registration_id(world), "appId": world.client_id, "displayName": "Stegvis",
        "isFallbackPublicClient": true, "keyCredentials": keys,
        "publicClient": {"redirectUris": ["http://localhost"]},
    })
}

/// `GET /applications?$filter=appId eq '…'`.
pub(super) async fn list(
    State(tenant): State<Tenant>,
    headers: HeaderMap,
    query: Query,
) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let wanted = format!("appId eq '{}'", tenant.world.client_id);
    let hit = query.get("$filter").is_none_or(|filter| *filter == wanted);
    let values = hit
        .then(|| select(registration(&tenant.world), query.get("$select")))
        .into_iter()
        .collect();
    answer_list("applications", values, None)
}

/// `PATCH /applications/{id}`: its certificates. Those that are there stay.
pub(super) async fn update(
    State(tenant): State<Tenant>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let world = &tenant.world;
    if id != registration_id(world) {
        return super::users::missing(&id);
    }
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let keys = request
        .get("keyCredentials")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    for key in &keys {
        let text = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default();
        let certificate = text("key");
        let good = text("type") == "AsymmetricX509Cert"
            && text("usage") == "Verify"
            && BASE64.decode(certificate).is_ok_and(|der| {
                x509_parser::parse_x509_certificate(&der).is_ok_and(|(rest, _)| rest.is_empty())
            });
        if !good {
            return error(
                StatusCode::BAD_REQUEST,
                "Request_BadRequest",
                "New password credentials must be generated with service actions; key credentials must be certificates.",
            );
        }
        let record = Record::CertificateRegistered {
            certificate: certificate.to_owned(),
        };
        if let Err(cause) = world.store.note(record) {
            return failed(&cause);
        }
    }
    StatusCode::NO_CONTENT.into_response()
}

/// `GET /oauth2PermissionGrants`: the consent.
pub(super) async fn grants(State(tenant): State<Tenant>, headers: HeaderMap) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let world = &tenant.world;
    let given = world.store.read(|state| state.consent.given);
    let grant = json!({
        "id": grant_id(world), "clientId": world.service_principal, "consentType": "AllPrincipals",
        "principalId": null, "scope": "Organization.Read.All Domain.Read.All User.ReadWrite.All LicenseAssignment.ReadWrite.All Mail.Send Exchange.Manage",
    });
    answer_list(
        "oauth2PermissionGrants",
        given.then_some(grant).into_iter().collect(),
        None,
    )
}

/// `DELETE /oauth2PermissionGrants/{id}`: the administrator takes the consent back.
pub(super) async fn withdraw(
    State(tenant): State<Tenant>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    if id != grant_id(&tenant.world) {
        return super::users::missing(&id);
    }
    match tenant.world.withdraw_consent() {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(cause) => failed(&cause),
    }
}

fn failed(cause: &std::io::Error) -> Response {
    error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Service_InternalServerError",
        &cause.to_string(),
    )
}
