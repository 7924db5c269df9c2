//! The token endpoint: client credentials.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::json;

use super::{Audience, Tenant, Tokens};
use crate::org;

fn refusal(status: StatusCode, error: &str, code: u32, text: &str) -> Response {
    let now = Timestamp::now().strftime("%F %TZ").to_string();
    super::json(
        status,
        &json!({
            "error": error,
            "error_description": format!("AADSTS{code}: {text} Timestamp: {now}"),
            "error_codes": [code],
            "timestamp": now,
            "trace_id": "00000000-0000-0000-0000-000000000000",
            "correlation_id": "00000000-0000-0000-0000-000000000000",
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        }),
    )
}

/// `POST /{tenant}/oauth2/v2.0/token`.
pub(super) async fn token(
    State(tenant): State<Tenant>,
    Path(of): Path<String>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let world = &tenant.world;
    let bad = StatusCode::BAD_REQUEST;
    let given = |name: &str| form.get(name).map_or("", String::as_str);
    if of != world.tenant_id && !of.eq_ignore_ascii_case(org::TENANT_DOMAIN) {
        let text = format!("Tenant '{of}' not found.");
        return refusal(bad, "invalid_request", 90002, &text);
    }
    if given("grant_type") != "client_credentials" {
        let text = "The app requested an unsupported grant type.";
        return refusal(bad, "unsupported_grant_type", 70003, text);
    }
    if given("client_id") != world.client_id {
        let text = format!(
            "Application with identifier '{}' was not found in the directory.",
            given("client_id")
        );
        return refusal(bad, "unauthorized_client", 700_016, &text);
    }
    if given("client_secret") != world.client_secret {
        return refusal(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            7_000_215,
            "Invalid client secret provided.",
        );
    }
    let Some(audience) = Audience::of_scope(given("scope")) else {
        let text = format!(
            "The provided request must include a 'scope' input parameter. '{}' is not valid.",
            given("scope")
        );
        return refusal(bad, "invalid_scope", 70011, &text);
    };
    super::json(
        StatusCode::OK,
        &json!({
            "token_type": "Bearer",
            "expires_in": Tokens::LIFETIME,
            "ext_expires_in": Tokens::LIFETIME,
            "access_token": world.tokens.issue(audience),
        }),
    )
}

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`.
pub(super) async fn configuration(
    State(tenant): State<Tenant>,
    Path(of): Path<String>,
) -> Response {
    let (base, id) = (&tenant.base, &tenant.world.tenant_id);
    if of != *id && !of.eq_ignore_ascii_case(org::TENANT_DOMAIN) {
        let text = format!("Tenant '{of}' not found.");
        return refusal(StatusCode::BAD_REQUEST, "invalid_tenant", 90002, &text);
    }
    super::json(
        StatusCode::OK,
        &json!({
            "issuer": format!("{base}/{id}/v2.0"),
            "token_endpoint": format!("{base}/{id}/oauth2/v2.0/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "authorization_endpoint": format!("{base}/{id}/oauth2/v2.0/authorize"),
            "jwks_uri": format!("{base}/{id}/discovery/v2.0/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
    )
}
