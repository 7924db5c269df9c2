//! Licences: what the tenant has bought, and giving one away.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::graph::{error, guard, list};
use super::users::{find, known, missing, user};
use super::{Query, Tenant};
use crate::org::{Hurdle, MailboxKind, Persona};
use crate::store::{self, Record};
use crate::world::{Recipient, World};

/// Exchange Online (Plan 1): a mailbox.
pub(super) const EXCHANGE_SKU: &str = "4b9405b0-7788-4568-add1-99614e613b69";
pub(super) const EXCHANGE_PLAN: &str = "9aaf7827-d63c-4b61-89c3-182f06f82e5c";
/// Power Automate Free: no mailbox.
const FLOW_SKU: &str = "f30db892-07e9-47e9-837c-80727f46fd3d";

/// Exchange Online Kiosk: a mailbox of two gigabytes. Sold to the company with few licences alone.
const KIOSK_SKU: &str = "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82";
const KIOSK_PLAN: &str = "4a82b400-a79f-41a4-b4e2-e94f5787b113";
/// Where Microsoft sells nothing.
const FORBIDDEN: [&str; 5] = ["CU", "IR", "KP", "SD", "SY"];

/// The mailbox plan of a product, where it has one.
pub(super) fn plan(sku: &str) -> Option<&'static str> {
    match sku {
        EXCHANGE_SKU => Some(EXCHANGE_PLAN),
        KIOSK_SKU => Some(KIOSK_PLAN),
        _ => None,
    }
}

/// Whether it is the company with few licences.
fn few(world: &World) -> bool {
    world.personas.iter().any(is_group)
}

fn is_group(persona: &Persona) -> bool {
    matches!(
        persona.hurdle,
        Some(Hurdle::LicensedByGroup | Hurdle::GroupLicenceFailed)
    )
}

/// Bought: one for every mailbox of the company and two to spare. Of a company with few: one for the administrator, one
/// for every person, and five fewer.
fn bought(world: &World, sku: &str) -> usize {
    let people = world
        .personas
        .iter()
        .filter(|persona| persona.cloud_kind == MailboxKind::UserMailbox)
        .count();
    match sku {
        EXCHANGE_SKU if few(world) => (people + 1).saturating_sub(5),
        EXCHANGE_SKU => world.personas.len() + 3,
        KIOSK_SKU if few(world) => 2,
        _ => 0,
    }
}

/// Given away, the administrator's included.
fn consumed(world: &World, state: &store::State, sku: &str) -> usize {
    let administrator = usize::from(sku == EXCHANGE_SKU);
    let of_group = known(world)
        .filter(|_| sku == EXCHANGE_SKU)
        .filter(|persona| of_group(world, persona, state) == Some(true))
        .count();
    let own = state
        .users
        .values()
        .filter(|user| user.licences.contains(sku))
        .count();
    administrator + of_group + own
}

/// Whether a group gives it a licence, or should and cannot; nothing where it is in none.
pub(super) fn of_group(world: &World, persona: &Persona, state: &store::State) -> Option<bool> {
    let gives = match persona.hurdle {
        Some(Hurdle::LicensedByGroup) => true,
        Some(Hurdle::GroupLicenceFailed) => false,
        _ => return None,
    };
    (world.recipient(persona, state) == Recipient::Mailbox).then_some(gives)
}

/// The country that somebody has said before anybody migrated.
pub(super) fn born_location(persona: &Persona) -> Option<String> {
    let country = match persona.hurdle? {
        Hurdle::LicensedByGroup | Hurdle::GroupLicenceFailed | Hurdle::LocatedInSweden => "SE",
        Hurdle::LocatedWhereForbidden => "KP",
        _ => return None,
    };
    Some(country.to_owned())
}

/// `licenseAssignmentStates`: where each licence comes from, and which did not come.
pub(super) fn states(world: &World, own: &BTreeSet<String>, group: Option<bool>) -> Vec<Value> {
    let state = |sku: &str, group: Value, state: &str, error: &str| {
        json!({"skuId": sku, "disabledPlans": [], "assignedByGroup": group, "state": state,
               "error": error, "lastUpdatedDateTime": "2026-11-01T08:00:00Z"})
    };
    let id = crate::seed::guid_text(crate::seed::guid(world.seed, &["cloud", "licence group"]));
    own.iter()
        .map(|sku| state(sku, Value::Null, "Active", "None"))
        .chain(group.map(|given| {
            let (word, error) = if given {
                ("Active", "None")
            } else {
                ("Error", "CountViolation")
            };
            state(EXCHANGE_SKU, json!(id), word, error)
        }))
        .collect()
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
    let used = |sku: &str| world.store.read(|state| consumed(world, state, sku));
    let mut values = vec![
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
            bought(world, EXCHANGE_SKU),
            used(EXCHANGE_SKU),
            (EXCHANGE_PLAN, "EXCHANGE_S_STANDARD"),
        ),
    ];
    if few(world) {
        values.push(sku(
            KIOSK_SKU,
            "EXCHANGEDESKLESS",
            bought(world, KIOSK_SKU),
            used(KIOSK_SKU),
            (KIOSK_PLAN, "EXCHANGE_S_DESKLESS"),
        ));
    }
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
        let sold = [EXCHANGE_SKU, FLOW_SKU].contains(&&*sku) || (sku == KIOSK_SKU && few(world));
        if !sold {
            return bad(&format!(
                "License {sku} does not correspond to a valid company License."
            ));
        }
        let given = world.store.write(&[], |state| {
            let holder = state.users.get(&persona.alias);
            let country = holder
                .and_then(|holder| holder.usage_location.clone())
                .or_else(|| born_location(persona));
            let Some(country) = country else {
                let text =
                    "License assignment cannot be done for user with invalid usage location.";
                return (None, Err(text.to_owned()));
            };
            if FORBIDDEN.contains(&&*country) {
                let text = "License assignment cannot be done because the license is not available in the user's usage location (ProhibitedInUsageLocationViolation).";
                return (None, Err(text.to_owned()));
            }
            if holder.is_some_and(|holder| holder.licences.contains(&sku)) {
                return (None, Ok(()));
            }
            if sku != FLOW_SKU && consumed(world, state, &sku) >= bought(world, &sku) {
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
