//! What clients ask before they ask for a token.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::super::json as answer;
use super::tenant_of;
use crate::tenant::Tenant;

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`.
pub(super) async fn configuration(
    State(tenant): State<Tenant>,
    Path(of): Path<String>,
) -> Response {
    if let Err(refusal) = tenant_of(&tenant.world, &of) {
        return refusal.into_response();
    }
    let (base, id) = (&tenant.base, &tenant.world.tenant_id);
    answer(
        StatusCode::OK,
        &json!({
            "issuer": format!("{base}/{id}/v2.0"),
            "token_endpoint": format!("{base}/{id}/oauth2/v2.0/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "authorization_endpoint": format!("{base}/{id}/oauth2/v2.0/authorize"),
            "device_authorization_endpoint": format!("{base}/{id}/oauth2/v2.0/devicecode"),
            "jwks_uri": format!("{base}/{id}/discovery/v2.0/keys"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "subject_types_supported": ["pairwise"],
            "code_challenge_methods_supported": ["S256"],
            // Microsoft signs with RS256; what matters is that the published key verifies.
            "id_token_signing_alg_values_supported": ["EdDSA"],
        }),
    )
}

/// `GET /{tenant}/discovery/v2.0/keys`.
pub(super) async fn keys(State(tenant): State<Tenant>, Path(of): Path<String>) -> Response {
    match tenant_of(&tenant.world, &of) {
        Ok(()) => answer(StatusCode::OK, &tenant.world.tokens.id_keys()),
        Err(refusal) => refusal.into_response(),
    }
}

/// `GET /common/discovery/instance`: where an authority of this kind keeps its configuration.
pub(super) async fn instance(State(tenant): State<Tenant>, Path(_): Path<String>) -> Response {
    let (base, id) = (&tenant.base, &tenant.world.tenant_id);
    let host = base.strip_prefix("https://").unwrap_or(base);
    answer(
        StatusCode::OK,
        &json!({
            "tenant_discovery_endpoint": format!("{base}/{id}/v2.0/.well-known/openid-configuration"),
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }),
    )
}
