//! Settings of the tenant and of its mailboxes.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::admin::{Failure, Output};
use super::admin_cmdlets::{Parameters, Result};
use super::admin_permissions::mailbox_of;
use super::parameters::{known_only, required, size, value};
use crate::dns::keys;
use crate::org::{COMPANY, DOMAIN, FORMER_DOMAIN, TENANT_DOMAIN};
use crate::store::Record;
use crate::world::World;

/// Exchange Online's own limit: 150 MB.
const LARGEST: u64 = 150 * 1024 * 1024;

/// Runs one of these cmdlets; `None` where there is none of that name.
pub(super) fn run(world: &World, name: &str, parameters: &Parameters) -> Option<Result> {
    let only = |allowed: &[&str]| known_only(parameters, allowed);
    Some(match name {
        "Get-OrganizationConfig" => only(&[]).map(|()| organization()),
        "Get-DkimSigningConfig" => only(&["Identity"]).and_then(|()| dkim(world, parameters)),
        "Set-Mailbox" => only(&[
            "Identity",
            "MaxReceiveSize",
            "MaxSendSize",
            "EmailAddresses",
        ])
        .and_then(|()| set_mailbox(world, parameters)),
        _ => return None,
    })
}

fn one(value: Value) -> Output {
    Output {
        values: vec![value],
        warnings: Vec::new(),
    }
}

fn organization() -> Output {
    one(json!({
        "Identity": TENANT_DOMAIN, "Name": TENANT_DOMAIN, "DisplayName": COMPANY,
        "IsDirSyncEnabled": true, "IsDehydrated": false, "OAuth2ClientProfileEnabled": true,
        "EwsEnabled": null, "AdminDisplayVersion": "0.20 (15.20.9999.0)",
    }))
}

/// Where the two names of a domain's DKIM must point, and whether mail is signed: as soon as the names are there,
/// since the administrator of the practice company switches it on with them.
fn dkim(world: &World, parameters: &Parameters) -> Result {
    let domain = required(parameters, "Identity")?.to_lowercase();
    if ![DOMAIN, FORMER_DOMAIN, TENANT_DOMAIN].contains(&domain.as_str()) {
        return Err(Failure::not_found(&domain));
    }
    let enabled = domain == DOMAIN && world.zone().has_keys();
    let status = if enabled { "Valid" } else { "CnameMissing" };
    let [first, second] = keys(&domain);
    Ok(one(json!({
        "Identity": domain, "Domain": domain, "Enabled": enabled, "Status": status,
        "Selector1CNAME": first, "Selector2CNAME": second,
        "Selector1KeySize": 2048, "Selector2KeySize": 2048,
    })))
}

fn set_mailbox(world: &World, parameters: &Parameters) -> Result {
    let persona = mailbox_of(world, required(parameters, "Identity")?)?;
    if value(parameters, "EmailAddresses").is_some() {
        return Err(Failure {
            status: StatusCode::BAD_REQUEST,
            class: "Microsoft.Exchange.Configuration.Tasks.TaskInvalidOperationException",
            text: format!(
                "The operation on mailbox \"{}\" failed because it's out of the current user's write scope. The action 'Set-Mailbox', 'EmailAddresses', can't be performed on the object because the object is being synchronized from your on-premises organization.",
                persona.display_name
            ),
        });
    }
    let (receive, send) = (
        size(parameters, "MaxReceiveSize")?,
        size(parameters, "MaxSendSize")?,
    );
    if [receive, send]
        .into_iter()
        .flatten()
        .any(|size| size > LARGEST)
    {
        return Err(Failure::bad_value(
            "The value of MaxReceiveSize and MaxSendSize can't be larger than 150 MB.",
        ));
    }
    let record = Record::Sized {
        mailbox: persona.alias.clone(),
        receive,
        send,
    };
    world
        .store
        .note(record)
        .map_err(|cause| Failure::broken(&cause))?;
    Ok(Output::default())
}
