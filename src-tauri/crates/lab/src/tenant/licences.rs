//! Licences: what the tenant has bought, and giving one away.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::graph::{error, guard, list};
use super::users::{find, missing, user};
use super::{Query, Tenant};
use crate::org::Hurdle;
use crate::store::Record;
use crate::world::World;

/// Exchange Online (Plan 1): a mailbox.
pub(super) const EXCHANGE_SKU: &str = "4b9405b0-7788-4568-add1-99614e613b69";
pub(super) const EXCHANGE_PLAN: &str = "9aaf7827-d63c-4b61-89c3-182f06f82e5c";
/// Power Automate Free: no mailbox.
const FLOW_SKU: &str = "f30db892-07e9-47e9-837c-80727f46fd3d";

/// The mailbox plan of a product, where it has one.
pub(super) fn plan(sku: &str) -> Option<&'static str> {
    (sku == EXCHANGE_SKU).then_some(EXCHANGE_PLAN)
}

/// Bought: one for every mailbox of the company and two to spare.
fn bought(world: &World) -> usize {
    world.personas.len() + 3
}

/// Given away, the administrator's included.
fn consumed(state: &crate::store::State) -> usize {
    1 + state
        .users
        .values()
        .filter(|user| user.licences.contains(EXCHANGE_SKU))
        .count()
}

/// `GET /subscribedSkus`.
pub(super) async fn skus(
    State(tenant): State<Tenant>,
    headers: HeaderMap,
    query: Query,
) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let world = &tenant.world;
    let sku = |id: &str, name: &str, enabled: usize, consumed: usize, plan: (&str, &str)| {
        let sku = json!({
            "id": format!("{}_{id}", world.tenant_id),
            "skuId": id,
            "skuPartNumber": name,
            "capabilityStatus": "Enabled",
            "appliesTo": "User",
            "consumedUnits": consumed,
            "prepaidUnits": {"enabled": enabled, "suspended": 0, "warning": 0, "lockedOut": 0},
            "servicePlans": [{"servicePlanId": plan.0, "servicePlanName": plan.1,
                              "provisioningStatus": "Success", "appliesTo": "User"}],
        });
        super::graph::select(sku, query.get("$select"))
    };
    let used = world.store.read(consumed);
    let values = vec![
        sku(
            FLOW_SKU,
            "FLOW_FREE",
            10_000,
            0,
            (
                "113feb6c-3fe4-4440-bddc-54d774bf0318",
                "EXCHANGE_S_FOUNDATION",
            ),
        ),
        sku(
            EXCHANGE_SKU,
            "EXCHANGESTANDARD",
            bought(world),
            used,
            (EXCHANGE_PLAN, "EXCHANGE_S_STANDARD"),
        ),
    ];
    list("subscribedSkus", values, None)
}

/// `POST /users/{id}/assignLicense`.
pub(super) async fn assign(
    State(tenant): State<Tenant>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refusal) = guard(&tenant, &headers) {
        return *refusal;
    }
    let world = &tenant.world;
    let Some(persona) = find(world, &id) else {
        return missing(&id);
    };
    let bad = |text: &str| error(StatusCode::BAD_REQUEST, "Request_BadRequest", text);
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let arrays = (
        request.get("addLicenses").and_then(Value::as_array),
        request.get("removeLicenses").and_then(Value::as_array),
    );
    let (Some(add), Some(remove)) = arrays else {
        return bad(
            "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: addLicenses, removeLicenses.",
        );
    };
    if !remove.is_empty() {
        return bad("Removing licenses is not available in the practice tenant.");
    }
    for licence in add {
        let sku = licence
            .get("skuId")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_lowercase();
        if sku != EXCHANGE_SKU && sku != FLOW_SKU {
            return bad(&format!(
                "License {sku} does not correspond to a valid company License."
            ));
        }
        let given = world.store.write(&[], |state| {
            let holder = state.users.get(&persona.alias);
            if holder.is_none_or(|holder| holder.usage_location.is_none()) {
                let text =
                    "License assignment cannot be done for user with invalid usage location.";
                return (None, Err(text.to_owned()));
            }
            if holder.is_some_and(|holder| holder.licences.contains(&sku)) {
                return (None, Ok(()));
            }
            if sku == EXCHANGE_SKU && consumed(state) >= bought(world) {
                let text =
                    format!("Subscription with SKU {sku} does not have any available licenses.");
                return (None, Err(text));
            }
            let record = Record::Licensed {
                mailbox: persona.alias.clone(),
                sku: sku.clone(),
                // A synchronised msExchMailboxGuid says that the mailbox is elsewhere.
                mailbox_plan: plan(&sku).is_some()
                    && persona.hurdle != Some(Hurdle::StuckMailboxGuid),
            };
            (Some(record), Ok(()))
        });
        match given {
            Ok(Ok(())) => {}
            Ok(Err(text)) => return bad(&text),
            Err(cause) => {
                return error(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Service_InternalServerError",
                    &cause.to_string(),
                );
            }
        }
    }
    super::json(StatusCode::OK, &user(world, persona))
}
