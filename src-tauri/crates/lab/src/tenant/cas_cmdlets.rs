//! `Get-CASMailbox` and `Get-CASMailboxPlan`: by which protocols a mailbox may be opened, and a new one will be.

use serde_json::{Value, json};

use super::admin::{Failure, Output};
use super::admin_cmdlets::{Parameters, Result, is, recipient};
use super::parameters::known_only;
use super::users::known;
use crate::world::World;

/// Runs one of these cmdlets; `None` where there is none of that name.
pub(super) fn run(world: &World, name: &str, parameters: &Parameters) -> Option<Result> {
    Some(match name {
        "Get-CASMailbox" => known_only(parameters, &["Identity", "ResultSize"])
            .and_then(|()| get(world, parameters)),
        "Get-CASMailboxPlan" => {
            known_only(parameters, &["Identity", "ResultSize"]).map(|()| plans())
        }
        _ => return None,
    })
}

fn get(world: &World, parameters: &Parameters) -> Result {
    let mut values: Vec<Value> = known(world)
        .filter_map(|persona| recipient(world, persona))
        .filter(|object| object.get("RecipientType") == Some(&json!("UserMailbox")))
        .map(|object| cas_mailbox(&object))
        .collect();
    if let Some(identity) = parameters.get("Identity").and_then(Value::as_str) {
        values.retain(|object| is(object, identity));
        if values.is_empty() {
            return Err(Failure::not_found(identity));
        }
    }
    Ok(Output {
        values,
        warnings: Vec::new(),
    })
}

/// What new mailboxes are made by: one plan for each kind of licence.
fn plans() -> Output {
    let plan = |name: &str| {
        json!({
            "Identity": name, "Name": name, "DisplayName": name,
            "ImapEnabled": true, "PopEnabled": true, "ActiveSyncEnabled": true,
        })
    };
    Output {
        values: vec![
            plan("ExchangeOnline"),
            plan("ExchangeOnlineEnterprise"),
            plan("ExchangeOnlineDeskless"),
        ],
        warnings: Vec::new(),
    }
}

/// The mailbox's protocols: a new mailbox has all of them.
fn cas_mailbox(mailbox: &Value) -> Value {
    let of = |name: &str| mailbox.get(name).cloned().unwrap_or_default();
    json!({
        "Identity": of("Identity"),
        "Name": of("Name"),
        "DisplayName": of("DisplayName"),
        "PrimarySmtpAddress": of("PrimarySmtpAddress"),
        "EmailAddresses@data.type": "#Collection(String)",
        "EmailAddresses": of("EmailAddresses"),
        "Guid": of("Guid"),
        "ImapEnabled": true,
        "PopEnabled": true,
        "MAPIEnabled": true,
        "OWAEnabled": true,
        "ActiveSyncEnabled": true,
    })
}
