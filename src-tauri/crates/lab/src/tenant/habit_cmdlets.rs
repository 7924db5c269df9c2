//! Rights and habits as the tenant has them: directory synchronisation carries who sends on whose behalf; of the right to
//! send as somebody, the administrator has given every second one again; nothing else has moved.

use serde_json::{Value, json};

use super::admin::Output;
use super::admin_cmdlets::{Parameters, Result};
use super::admin_permissions::mailbox_of;
use super::parameters::{known_only, required};
use crate::org::{Persona, neighbour};
use crate::world::World;

type Cmdlet = fn(&World, &Parameters) -> Result;

/// Runs one of these cmdlets; `None` where there is none of that name.
pub(super) fn run(world: &World, name: &str, parameters: &Parameters) -> Option<Result> {
    let (allowed, cmdlet): (&[&str], Cmdlet) = match name {
        "Get-RecipientPermission" => (&["Identity", "Trustee", "ResultSize"], send_as),
        "Get-InboxRule" => (&["Mailbox", "Identity"], rules),
        "Get-MailboxAutoReplyConfiguration" => (&["Identity"], reply),
        _ => return None,
    };
    Some(known_only(parameters, allowed).and_then(|()| cmdlet(world, parameters)))
}

fn all(values: Vec<Value>) -> Output {
    Output {
        values,
        warnings: Vec::new(),
    }
}

/// Who sends on behalf of this one, by name.
pub(super) fn on_behalf(world: &World, persona: &Persona) -> Vec<String> {
    neighbour(&world.personas, persona)
        .map(|(_, other)| other.display_name.clone())
        .into_iter()
        .collect()
}

fn send_as(world: &World, parameters: &Parameters) -> Result {
    let persona = mailbox_of(world, required(parameters, "Identity")?)?;
    let entry = |trustee: &str| {
        json!({
            "Identity": persona.display_name, "Trustee": trustee, "AccessControlType": "Allow",
            "AccessRights": ["SendAs"], "IsInherited": false, "InheritanceType": "None",
        })
    };
    let mut values = vec![entry("NT AUTHORITY\\SELF")];
    if let Some((at, other)) = neighbour(&world.personas, persona)
        && at % 10 == 9
    {
        values.push(entry(&other.address()));
    }
    Ok(all(values))
}

/// No rule has moved: they are made again by whoever has them.
fn rules(world: &World, parameters: &Parameters) -> Result {
    mailbox_of(world, required(parameters, "Mailbox")?)?;
    Ok(all(Vec::new()))
}

fn reply(world: &World, parameters: &Parameters) -> Result {
    let persona = mailbox_of(world, required(parameters, "Identity")?)?;
    Ok(all(vec![json!({
        "Identity": persona.display_name, "MailboxOwnerId": persona.display_name,
        "AutoReplyState": "Disabled", "ExternalAudience": "None",
    })]))
}
