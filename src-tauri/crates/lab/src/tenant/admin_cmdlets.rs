//! The cmdlets themselves.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::admin::{Failure, Output};
use super::users::{known, proxy_addresses};
use crate::org::{self, COMPANY, DOMAIN, Persona, TENANT_DOMAIN};
use crate::seed::{guid, guid_text};
use crate::store::Record;
use crate::world::{Recipient, World};

type Parameters = Map<String, Value>;
type Result = std::result::Result<Output, Failure>;
type Cmdlet = fn(&World, &Parameters) -> Result;

const NO_GUID: &str = "00000000-0000-0000-0000-000000000000";

/// Runs a cmdlet; `None` where there is none of that name.
pub(super) fn run(world: &World, name: &str, parameters: &Parameters) -> Option<Result> {
    let get = ["Identity", "ResultSize", "RecipientTypeDetails", "SortBy"];
    let permission = [
        "Identity",
        "User",
        "AccessRights",
        "AutoMapping",
        "InheritanceType",
        "Confirm",
    ];
    let (allowed, cmdlet): (&[&str], Cmdlet) = match name {
        "Get-Recipient" => (&get, |world, p| recipients(world, p, |_| true)),
        "Get-MailUser" => (&get, |world, p| {
            recipients(world, p, |kind| kind == "MailUser")
        }),
        "Get-Mailbox" => (&get, |world, p| {
            recipients(world, p, |kind| kind == "UserMailbox")
        }),
        "Get-AcceptedDomain" => (&["Identity", "ResultSize"], |_, _| Ok(accepted_domains())),
        "New-ServicePrincipal" => (&["AppId", "ObjectId", "DisplayName"], new_service_principal),
        "Get-MailboxPermission" => (&permission, get_permission),
        "Add-MailboxPermission" => (&permission, add_permission),
        "Remove-MailboxPermission" => (&permission, remove_permission),
        _ => return None,
    };
    let stranger = parameters
        .keys()
        .filter(|key| !key.contains('@'))
        .find(|key| !allowed.iter().any(|known| known.eq_ignore_ascii_case(key)));
    Some(match stranger {
        Some(stranger) => Err(Failure::bad_parameter(stranger)),
        None => cmdlet(world, parameters),
    })
}

fn text<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .and_then(|(_, value)| value.as_str())
}

fn required<'a>(parameters: &'a Parameters, name: &str) -> std::result::Result<&'a str, Failure> {
    text(parameters, name).ok_or_else(|| {
        Failure::bad_value(format!(
            "Cannot process command because of one or more missing mandatory parameters: {name}."
        ))
    })
}

/// A recipient that came from the company's directory.
fn recipient(world: &World, persona: &Persona) -> Option<Value> {
    let (kind, licensed) = world.store.read(|state| {
        let licensed = state
            .users
            .get(&persona.alias)
            .is_some_and(|user| user.mailbox.is_some());
        (world.recipient(persona, state), licensed)
    });
    let mailbox = match kind {
        Recipient::Missing => return None,
        Recipient::MailUser => false,
        Recipient::Mailbox => true,
    };
    let kind = if mailbox { "UserMailbox" } else { "MailUser" };
    let exchange_guid = guid_text(guid(world.seed, &["exchange guid", &persona.alias]));
    let mut object = json!({
        "Identity": persona.display_name,
        "Name": persona.display_name,
        "DisplayName": persona.display_name,
        "Alias": persona.alias,
        "PrimarySmtpAddress": persona.address(),
        "WindowsLiveID": persona.address(),
        "EmailAddresses@data.type": "#Collection(String)",
        "EmailAddresses": proxy_addresses(persona),
        "RecipientType": kind,
        "RecipientTypeDetails@data.type": "#String",
        "RecipientTypeDetails": kind,
        "Guid": guid_text(guid(world.seed, &["guid", &persona.alias])),
        "ExternalDirectoryObjectId": guid_text(persona.cloud_guid),
        "ExchangeGuid": if mailbox { exchange_guid.as_str() } else { NO_GUID },
        "LegacyExchangeDN": format!(
            "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn={}-{}",
            guid_text(persona.cloud_guid).replace('-', ""), persona.alias
        ),
        "IsDirSynced": true,
        "SKUAssigned": licensed,
        "HiddenFromAddressListsEnabled": false,
    });
    if !mailbox && let Some(object) = object.as_object_mut() {
        let external = format!("SMTP:{}", persona.address());
        object.insert("ExternalEmailAddress".to_owned(), external.into());
    }
    Some(object)
}

/// What the tenant holds that cannot become a mailbox, or is one already.
fn others(world: &World) -> Vec<Value> {
    let other = |name: &str, alias: &str, address: &str, kind: &str, broad: &str| {
        json!({
            "Identity": name, "Name": name, "DisplayName": name, "Alias": alias,
            "PrimarySmtpAddress": address,
            "EmailAddresses": [format!("SMTP:{address}")],
            "RecipientType": broad,
            "RecipientTypeDetails": kind,
            "Guid": guid_text(guid(world.seed, &["guid", alias])),
            "ExternalDirectoryObjectId": guid_text(guid(world.seed, &["cloud", alias])),
            "ExchangeGuid": if broad == "UserMailbox" { guid_text(guid(world.seed, &["exchange guid", alias])) } else { NO_GUID.to_owned() },
            "IsDirSynced": broad != "UserMailbox",
        })
    };
    vec![
        other(
            "Administratör",
            "administrator",
            &format!("admin@{TENANT_DOMAIN}"),
            "UserMailbox",
            "UserMailbox",
        ),
        other(
            "Alla på Nordvik",
            "alla",
            &format!("alla@{DOMAIN}"),
            "MailUniversalDistributionGroup",
            "MailUniversalDistributionGroup",
        ),
        other(
            "Bengt Ählström (el)",
            "bengt.ahlstrom",
            "bengt@ahlstromsel.example",
            "MailContact",
            "MailContact",
        ),
    ]
}

fn is(object: &Value, identity: &str) -> bool {
    let same = |value: &Value| {
        value.as_str().is_some_and(|value| {
            let bare = value
                .split_once(':')
                .filter(|(prefix, _)| prefix.eq_ignore_ascii_case("smtp"))
                .map_or(value, |(_, address)| address);
            bare.to_lowercase() == identity.to_lowercase()
        })
    };
    [
        "Identity",
        "Alias",
        "PrimarySmtpAddress",
        "Guid",
        "ExternalDirectoryObjectId",
        "ExchangeGuid",
    ]
    .iter()
    .filter_map(|name| object.get(name))
    .any(same)
        || object
            .get("EmailAddresses")
            .and_then(Value::as_array)
            .is_some_and(|all| all.iter().any(same))
}

fn recipients(world: &World, parameters: &Parameters, of: fn(&str) -> bool) -> Result {
    let kind = |object: &Value| {
        object
            .get("RecipientTypeDetails")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let wanted: Option<Vec<String>> = match parameters.get("RecipientTypeDetails") {
        None => None,
        Some(Value::String(one)) => Some(one.split(',').map(|s| s.trim().to_owned()).collect()),
        Some(Value::Array(many)) => Some(
            many.iter()
                .filter_map(|v| v.as_str().map(str::to_owned))
                .collect(),
        ),
        Some(_) => {
            return Err(Failure::bad_value(
                "RecipientTypeDetails is not a list of names.",
            ));
        }
    };
    let mut values: Vec<Value> = known(world)
        .filter_map(|persona| recipient(world, persona))
        .chain(others(world))
        .filter(|object| of(&kind(object)))
        .filter(|object| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.iter().any(|w| w.eq_ignore_ascii_case(&kind(object))))
        })
        .collect();
    if let Some(identity) = text(parameters, "Identity") {
        values.retain(|object| is(object, identity));
        if values.is_empty() {
            return Err(Failure::not_found(identity));
        }
    }
    let limit = match parameters.get("ResultSize") {
        None => Some(1000),
        Some(Value::Number(number)) => number.as_u64().and_then(|n| usize::try_from(n).ok()),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("Unlimited") => Some(usize::MAX),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    let Some(limit) = limit else {
        return Err(Failure::bad_value(
            "ResultSize is neither a number nor Unlimited.",
        ));
    };
    let mut warnings = Vec::new();
    if values.len() > limit {
        values.truncate(limit);
        warnings.push(format!(
            "By default, only the first {limit} items are returned. Use the ResultSize parameter to specify the number of items returned. To return all items, specify \"-ResultSize Unlimited\"."
        ));
    }
    Ok(Output { values, warnings })
}

fn accepted_domains() -> Output {
    let domain = |name: &str, initial: bool| {
        json!({
            "Name": name, "Identity": name, "DomainName": name, "DomainType": "Authoritative",
            "Default": !initial, "InitialDomain": initial, "OrganizationId": COMPANY,
        })
    };
    Output {
        values: vec![domain(DOMAIN, false), domain(TENANT_DOMAIN, true)],
        warnings: Vec::new(),
    }
}

/// The practice tenant's administrator has registered the program already, which is what this says.
fn new_service_principal(world: &World, parameters: &Parameters) -> Result {
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

fn mailbox_of<'a>(world: &'a World, identity: &str) -> std::result::Result<&'a Persona, Failure> {
    known(world)
        .find(|persona| {
            recipient(world, persona).is_some_and(|object| {
                is(&object, identity)
                    && object.get("RecipientTypeDetails").and_then(Value::as_str)
                        == Some("UserMailbox")
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

fn get_permission(world: &World, parameters: &Parameters) -> Result {
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

fn add_permission(world: &World, parameters: &Parameters) -> Result {
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

fn remove_permission(world: &World, parameters: &Parameters) -> Result {
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
            org::ascii(&persona.alias)
        ));
    }
    Ok(output)
}
