//! Who may open a mailbox: the program's service principal, once it was given Full Access.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::admin::{Failure, Output};
use super::admin_cmdlets::{Parameters, Result, is, recipient, required};
use super::users::known;
use crate::org::Persona;
use crate::store::Record;
use crate::world::World;

/// The practice tenant's administrator has registered the program already, which is what this says.
pub(super) fn new_service_principal(world: &World, parameters: &Parameters) -> Result {
    let (app, object) = (
        required(parameters, "AppId")?,
        required(parameters, "ObjectId")?,
    );
    if app != world.client_id || object != world.service_principal {
        return Err(Failure::not_found(object));
    }
    Err(Failure {
        status: StatusCode::BAD_REQUEST,
        class: "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException",
        text: format!("The service principal with the AppId '{app}' already exists."),
    })
}

/// The mailbox named, and whom the permission is about: the program's service principal, by any of its names.
fn permission_of<'a>(
    world: &'a World,
    parameters: &Parameters,
) -> std::result::Result<(&'a Persona, &'a str), Failure> {
    let (identity, user) = (
        required(parameters, "Identity")?,
        required(parameters, "User")?,
    );
    let names = [
        world.service_principal.as_str(),
        world.client_id.as_str(),
        "Stegvis",
    ];
    if !names.iter().any(|name| name.eq_ignore_ascii_case(user)) {
        return Err(Failure::not_found(user));
    }
    let rights = match parameters.get("AccessRights") {
        Some(Value::String(right)) => right == "FullAccess",
        Some(Value::Array(rights)) => rights.iter().any(|right| right == "FullAccess"),
        _ => false,
    };
    if !rights {
        return Err(Failure::bad_value(
            "The practice tenant knows the access right FullAccess.",
        ));
    }
    Ok((mailbox_of(world, identity)?, &world.service_principal))
}

pub(super) fn mailbox_of<'a>(
    world: &'a World,
    identity: &str,
) -> std::result::Result<&'a Persona, Failure> {
    known(world)
        .find(|persona| {
            recipient(world, persona).is_some_and(|object| {
                is(&object, identity)
                    && object.get("RecipientType").and_then(Value::as_str) == Some("UserMailbox")
            })
        })
        .ok_or_else(|| Failure::not_found(identity))
}

fn permission(persona: &Persona, user: &str) -> Value {
    json!({
        "Identity": persona.display_name, "User": user, "AccessRights": ["FullAccess"],
        "IsInherited": false, "Deny": false, "InheritanceType": "All",
    })
}

fn note(world: &World, record: Record) -> std::result::Result<(), Failure> {
    world.store.note(record).map_err(|cause| Failure {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        class: "Microsoft.Exchange.Data.StorageTransientException",
        text: cause.to_string(),
    })
}

fn granted(world: &World, persona: &Persona, user: &str) -> bool {
    world.store.read(|state| {
        state
            .users
            .get(&persona.alias)
            .is_some_and(|held| held.full_access.contains(user))
    })
}

pub(super) fn get_permission(world: &World, parameters: &Parameters) -> Result {
    let persona = mailbox_of(world, required(parameters, "Identity")?)?;
    let mut values = vec![permission(persona, "NT AUTHORITY\\SELF")];
    if granted(world, persona, &world.service_principal) {
        values.push(permission(persona, &world.service_principal));
    }
    Ok(Output {
        values,
        warnings: Vec::new(),
    })
}

pub(super) fn add_permission(world: &World, parameters: &Parameters) -> Result {
    let (persona, user) = permission_of(world, parameters)?;
    let mut output = Output {
        values: vec![permission(persona, user)],
        warnings: Vec::new(),
    };
    if granted(world, persona, user) {
        output.warnings.push(format!(
            "The appropriate access control entry is already present on the object \"CN={}\" for account \"{user}\".",
            persona.alias
        ));
        return Ok(output);
    }
    note(
        world,
        Record::Granted {
            mailbox: persona.alias.clone(),
            user: user.to_owned(),
        },
    )?;
    Ok(output)
}

pub(super) fn remove_permission(world: &World, parameters: &Parameters) -> Result {
    let (persona, user) = permission_of(world, parameters)?;
    let mut output = Output::default();
    if granted(world, persona, user) {
        note(
            world,
            Record::Revoked {
                mailbox: persona.alias.clone(),
                user: user.to_owned(),
            },
        )?;
    } else {
        output.warnings.push(format!(
            "Can't remove the access control entry on the object \"CN={}\" for account \"{user}\" because the ACE isn't present on the object.",
            persona.alias
        ));
    }
    Ok(output)
}
