//! Graph's users: those that directory synchronisation brought, and one administrator.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::graph::{error, guard, list as answer_list, select};
use super::{Query, Tenant};
use crate::org::{self, MailboxKind, Persona};
use crate::seed::guid_text;
use crate::store::Record;
use crate::world::World;

/// What `/users` gives without `$select`.
const DEFAULT: &str = "businessPhones,displayName,givenName,id,jobTitle,mail,mobilePhone,officeLocation,preferredLanguage,surname,userPrincipalName";
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 999;

/// The personas that the tenant knows.
pub(super) fn known(world: &World) -> impl Iterator<Item = &Persona> {
    world
        .personas
        .iter()
        .filter(|persona| world.in_tenant(persona))
}

/// The persona of this object id or user principal name.
pub(super) fn find<'a>(world: &'a World, id: &str) -> Option<&'a Persona> {
    known(world).find(|persona| {
        guid_text(persona.cloud_guid) == id || persona.address().eq_ignore_ascii_case(id)
    })
}

/// The administrator's user principal name.
pub(super) fn administrator_name() -> String {
    format!("admin@{}", org::TENANT_DOMAIN)
}

/// The administrator's object id.
pub(super) fn administrator_id(world: &World) -> [u8; 16] {
    crate::seed::guid(world.seed, &["cloud", "administrator"])
}

/// Every address the tenant holds for it, the primary in capitals.
pub(super) fn proxy_addresses(persona: &Persona) -> Vec<String> {
    vec![
        format!("SMTP:{}", persona.address()),
        format!("smtp:{}", persona.routing_address()),
    ]
}

/// A user as Graph shows it.
pub(super) fn user(world: &World, persona: &Persona) -> Value {
    let (location, own, group) = world.store.read(|state| {
        let (location, own) = state
            .users
            .get(&persona.alias)
            .map(|user| (user.usage_location.clone(), user.licences.clone()))
            .unwrap_or_default();
        (
            location.or_else(|| super::licences::born_location(persona)),
            own,
            super::licences::of_group(world, persona, state),
        )
    });
    let mut licences = own.clone();
    licences.extend(
        group
            .filter(|given| *given)
            .map(|_| super::licences::EXCHANGE_SKU.to_owned()),
    );
    let plans: Vec<Value> = licences
        .iter()
        .filter_map(|sku| super::licences::plan(sku))
        .map(|plan| {
            json!({"service": "exchange", "servicePlanId": plan, "capabilityStatus": "Enabled",
                   "assignedDateTime": Timestamp::now().strftime("%FT%TZ").to_string()})
        })
        .collect();
    let names = persona.display_name.split_once(' ');
    json!({
        "id": guid_text(persona.cloud_guid),
        "displayName": persona.display_name,
        "givenName": names.map(|(first, _)| first),
        "surname": names.map(|(_, last)| last),
        "userPrincipalName": persona.address(),
        "mail": persona.address(),
        "mailNickname": persona.alias,
        "proxyAddresses": proxy_addresses(persona),
        "accountEnabled": persona.kind == MailboxKind::UserMailbox,
        "usageLocation": location,
        "assignedLicenses": licences.iter().map(|sku| json!({"skuId": sku, "disabledPlans": []})).collect::<Vec<_>>(),
        "assignedPlans": plans,
        "provisionedPlans": [],
        "licenseAssignmentStates": super::licences::states(world, &own, group),
        "onPremisesSyncEnabled": true,
        "onPremisesDistinguishedName": persona.dn(),
        "onPremisesProvisioningErrors": [],
        "serviceProvisioningErrors": [],
        "businessPhones": [], "jobTitle": null, "mobilePhone": null,
        "officeLocation": null, "preferredLanguage": null,
    })
}

fn administrator(world: &World) -> Value {
    let upn = administrator_name();
    json!({
        "id": guid_text(administrator_id(world)),
        "displayName": "Administratör",
        "userPrincipalName": upn,
        "mail": upn,
        "proxyAddresses": [format!("SMTP:{upn}")],
        "accountEnabled": true,
        "usageLocation": "SE",
        "assignedLicenses": [{"skuId": super::licences::EXCHANGE_SKU, "disabledPlans": []}],
        "assignedPlans": [{"service": "exchange", "servicePlanId": super::licences::EXCHANGE_PLAN, "capabilityStatus": "Enabled"}],
        "onPremisesSyncEnabled": null,
        "businessPhones": [],
    })
}

/// Graph's filters that this tenant understands, joined by `or`; `None` for any other.
fn filter(text: &str) -> Option<Vec<(&'static str, String)>> {
    text.split(" or ")
        .map(|clause| clause_of(clause.trim()))
        .collect()
}

fn clause_of(clause: &str) -> Option<(&'static str, String)> {
    let (left, value) = clause.split_once(" eq ")?;
    let unquoted = |value: &str| {
        let inner = value.strip_prefix('\'')?.strip_suffix('\'')?;
        Some(inner.replace("''", "'").to_lowercase())
    };
    match left.trim() {
        "userPrincipalName" => Some(("userPrincipalName", unquoted(value.trim())?)),
        "mail" => Some(("mail", unquoted(value.trim())?)),
        any => {
            let (name, same) = any.strip_prefix("proxyAddresses/any(")?.split_once(':')?;
            let value = value.trim().strip_suffix(')')?;
            (name.trim() == same.trim()).then_some(())?;
            Some(("proxyAddresses", unquoted(value.trim())?))
        }
    }
}

fn passes(user: &Value, clauses: &[(&str, String)]) -> bool {
    clauses.iter().any(|(name, wanted)| {
        let same = |value: &Value| value.as_str().is_some_and(|v| v.to_lowercase() == *wanted);
        match user.get(name) {
            Some(Value::Array(values)) => values.iter().any(same),
            Some(value) => same(value),
            None => false,
        }
    })
}

/// `GET /users`.
pub(super) async fn list(
    State(tenant): State<Tenant>,
    headers: HeaderMap,
    query: Query,
) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let unsupported = |what: &str| error(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", what);
    let clauses = match query.get("$filter").map(|text| filter(text)) {
        None => None,
        Some(Some(clauses)) => Some(clauses),
        Some(None) => return unsupported("Unsupported or invalid query filter clause specified."),
    };
    let number = |name: &str, fallback: usize| match query.get(name) {
        None => Some(fallback),
        Some(text) => text.parse().ok(),
    };
    let (Some(top), Some(skip)) = (number("$top", PAGE), number("$skiptoken", 0)) else {
        return unsupported("Invalid page size or skip token.");
    };
    if !(1..=LARGEST_PAGE).contains(&top) {
        return unsupported("Invalid page size specified.");
    }
    let world = &tenant.world;
    let all: Vec<Value> = std::iter::once(administrator(world))
        .chain(known(world).map(|persona| user(world, persona)))
        .filter(|user| clauses.as_ref().is_none_or(|clauses| passes(user, clauses)))
        .collect();
    let default = DEFAULT.to_owned();
    let chosen = query.get("$select").unwrap_or(&default);
    let next = (skip + top < all.len()).then(|| {
        format!(
            "{}/graph/v1.0/users?$select={chosen}&$top={top}&$skiptoken={}",
            tenant.base,
            skip + top
        )
    });
    let values = all
        .into_iter()
        .skip(skip)
        .take(top)
        .map(|user| select(user, Some(chosen)))
        .collect();
    answer_list("users", values, next)
}

/// `GET /me`: whoever has signed in.
pub(super) async fn me(State(tenant): State<Tenant>, headers: HeaderMap, query: Query) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let world = &tenant.world;
    let upn = super::bearer(&tenant, &headers, super::Audience::Graph).and_then(|b| b.upn);
    let Some(upn) = upn else {
        return error(
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        );
    };
    let found = if upn == administrator_name() {
        administrator(world)
    } else {
        match find(world, &upn) {
            Some(persona) => user(world, persona),
            None => return missing(&upn),
        }
    };
    let default = DEFAULT.to_owned();
    let chosen = query.get("$select").unwrap_or(&default);
    super::json(StatusCode::OK, &select(found, Some(chosen)))
}

pub(super) fn missing(id: &str) -> Response {
    error(
        StatusCode::NOT_FOUND,
        "Request_ResourceNotFound",
        &format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        ),
    )
}

/// `GET /users/{id}`.
pub(super) async fn one(
    State(tenant): State<Tenant>,
    Path(id): Path<String>,
    headers: HeaderMap,
    query: Query,
) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let Some(persona) = find(&tenant.world, &id) else {
        return missing(&id);
    };
    let default = DEFAULT.to_owned();
    let user = user(&tenant.world, persona);
    let chosen = query.get("$select").unwrap_or(&default);
    super::json(StatusCode::OK, &select(user, Some(chosen)))
}

/// `PATCH /users/{id}`: the usage location alone. All else is mastered by the directory on the premises.
pub(super) async fn update(
    State(tenant): State<Tenant>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let Some(persona) = find(&tenant.world, &id) else {
        return missing(&id);
    };
    let bad = |text: &str| error(StatusCode::BAD_REQUEST, "Request_BadRequest", text);
    let Ok(Value::Object(mut changes)) = serde_json::from_slice(&body) else {
        return bad("Unable to read JSON request payload.");
    };
    // `@odata.type` and its like say what the object is, and change nothing.
    changes.retain(|name, _| !name.starts_with('@'));
    let country = changes
        .get("usageLocation")
        .and_then(Value::as_str)
        .filter(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()));
    let Some(country) = country else {
        return bad("Invalid value specified for property 'usageLocation' of resource 'User'.");
    };
    if changes.len() > 1 {
        return bad(
            "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.",
        );
    }
    let noted = tenant.world.store.note(Record::Located {
        mailbox: persona.alias.clone(),
        country: country.to_owned(),
    });
    match noted {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(cause) => error(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Service_InternalServerError",
            &cause.to_string(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_by_proxy_address_is_understood_and_nothing_stranger() {
        assert_eq!(
            filter("proxyAddresses/any(p:p eq 'smtp:A@b.example') or mail eq 'o''x@b.example'"),
            Some(vec![
                ("proxyAddresses", "smtp:a@b.example".to_owned()),
                ("mail", "o'x@b.example".to_owned()),
            ])
        );
        assert_eq!(filter("startsWith(mail,'a')"), None);
    }
}
