//! Microsoft Graph: the organisation, its domains, and the shapes all its answers share.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{Audience, Query, Tenant};
use crate::org;

/// Graph's error shape.
pub(super) fn error(status: StatusCode, code: &str, message: &str) -> Response {
    super::json(
        status,
        &json!({"error": {"code": code, "message": message, "innerError": {
            "date": Timestamp::now().to_string(),
            "request-id": "00000000-0000-0000-0000-000000000000",
            "client-request-id": "00000000-0000-0000-0000-000000000000",
        }}}),
    )
}

/// Refuses a request without a token for Graph.
pub(super) fn guard(tenant: &Tenant, headers: &HeaderMap) -> Result<(), Box<Response>> {
    let Some(bearer) = super::bearer(tenant, headers, Audience::Graph) else {
        return Err(Box::new(error(
            StatusCode::UNAUTHORIZED,
            "InvalidAuthenticationToken",
            "Access token validation failure. Invalid audience.",
        )));
    };
    if !bearer.empowered {
        return Err(Box::new(error(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )));
    }
    Ok(())
}

/// Keeps the properties that `$select` names.
pub(super) fn select(mut object: Value, select: Option<&String>) -> Value {
    if let (Some(select), Some(properties)) = (select, object.as_object_mut()) {
        let kept: Map<String, Value> = std::mem::take(properties)
            .into_iter()
            .filter(|(name, _)| name == "id" || select.split(',').any(|asked| asked.trim() == name))
            .collect();
        *properties = kept;
    }
    object
}

/// An answer with a list in it.
pub(super) fn list(entity: &str, values: Vec<Value>, next: Option<String>) -> Response {
    let mut answer = json!({
        "@odata.context": format!("https://graph.microsoft.com/v1.0/$metadata#{entity}"),
        "value": values,
    });
    if let (Some(next), Some(object)) = (next, answer.as_object_mut()) {
        object.insert("@odata.nextLink".to_owned(), next.into());
    }
    super::json(StatusCode::OK, &answer)
}

/// `GET /organization`.
pub(super) async fn organization(
    State(tenant): State<Tenant>,
    headers: HeaderMap,
    query: Query,
) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let last = Timestamp::now()
        .saturating_sub(SignedDuration::from_mins(12))
        .unwrap_or(Timestamp::UNIX_EPOCH);
    let domain = |name: &str, initial: bool| {
        json!({"name": name, "isInitial": initial, "isDefault": name == org::DOMAIN,
               "type": "Managed", "capabilities": "Email, OfficeCommunicationsOnline"})
    };
    let organisation = json!({
        "id": tenant.world.tenant_id,
        "displayName": org::COMPANY,
        "countryLetterCode": "SE",
        "preferredLanguage": "sv",
        "tenantType": "AAD",
        "onPremisesSyncEnabled": true,
        "onPremisesLastSyncDateTime": last.strftime("%FT%TZ").to_string(),
        "verifiedDomains": [domain(org::DOMAIN, false), domain(org::FORMER_DOMAIN, false), domain(org::TENANT_DOMAIN, true)],
    });
    let values = vec![select(organisation, query.get("$select"))];
    list("organization", values, None)
}

/// `GET /domains`.
pub(super) async fn domains(
    State(tenant): State<Tenant>,
    headers: HeaderMap,
    query: Query,
) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let domain = |name: &str, initial: bool| {
        let domain = json!({
            "id": name, "isVerified": true, "isDefault": name == org::DOMAIN, "isInitial": initial,
            "isRoot": true, "isAdminManaged": true, "authenticationType": "Managed",
            "supportedServices": ["Email"],
        });
        select(domain, query.get("$select"))
    };
    let values = vec![
        domain(org::DOMAIN, false),
        domain(org::FORMER_DOMAIN, false),
        domain(org::TENANT_DOMAIN, true),
    ];
    list("domains", values, None)
}

/// `GET /servicePrincipals?$filter=appId eq '…'`.
pub(super) async fn service_principals(
    State(tenant): State<Tenant>,
    headers: HeaderMap,
    query: Query,
) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let world = &tenant.world;
    let wanted = format!("appId eq '{}'", world.client_id);
    let hit = query.get("$filter").is_none_or(|filter| *filter == wanted);
    let principal = json!({
        "id": world.service_principal, "appId": world.client_id,
        "displayName": "Stegvis", "servicePrincipalType": "Application",
    });
    let values = if hit {
        vec![select(principal, query.get("$select"))]
    } else {
        Vec::new()
    };
    list("servicePrincipals", values, None)
}

/// What this tenant does not have.
pub(super) async fn nothing(headers: HeaderMap, State(tenant): State<Tenant>) -> Response {
    match guard(&tenant, &headers) {
        Err(refusal) => *refusal,
        Ok(()) => error(
            StatusCode::NOT_FOUND,
            "ResourceNotFound",
            "Resource not found for the segment asked for.",
        ),
    }
}
