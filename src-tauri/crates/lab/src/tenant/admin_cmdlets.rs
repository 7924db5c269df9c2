//! The cmdlets themselves.

use serde_json::{Map, Value, json};

use super::admin::{Failure, Output};
use super::admin_permissions::{
    add_permission, get_permission, new_service_principal, remove_permission,
};
use super::parameters::known_only;
use super::users::{known, proxy_addresses};
use super::{
    Tenant, batch_cmdlets, cas_cmdlets, endpoint_cmdlets, habit_cmdlets, setting_cmdlets,
    user_cmdlets,
};
use crate::org::{COMPANY, DOMAIN, FORMER_DOMAIN, Hurdle, Persona, TENANT_DOMAIN};
use crate::seed::{guid, guid_text};
use crate::world::{Recipient, World};

pub(super) type Parameters = Map<String, Value>;
pub(super) type Result = std::result::Result<Output, Failure>;
type Cmdlet = fn(&World, &Parameters) -> Result;

const NO_GUID: &str = "00000000-0000-0000-0000-000000000000";

/// Runs a cmdlet; `None` where there is none of that name.
pub(super) fn run(tenant: &Tenant, name: &str, parameters: &Parameters) -> Option<Result> {
    let world = &tenant.world;
    let migration = endpoint_cmdlets::run(world, name, parameters)
        .or_else(|| batch_cmdlets::run(tenant, name, parameters))
        .or_else(|| user_cmdlets::run(world, name, parameters))
        .or_else(|| setting_cmdlets::run(world, name, parameters))
        .or_else(|| cas_cmdlets::run(world, name, parameters))
        .or_else(|| habit_cmdlets::run(world, name, parameters));
    if migration.is_some() {
        return migration;
    }
    let get = ["Identity", "ResultSize", "RecipientTypeDetails", "SortBy"];
    let get_mailbox = [
        get.as_slice(),
        &["SoftDeletedMailbox", "InactiveMailboxOnly"],
    ]
    .concat();
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
        "Get-Mailbox" => (&get_mailbox, |world, p| {
            let set = |name: &str| p.get(name) == Some(&Value::Bool(true));
            if set("SoftDeletedMailbox") {
                return Ok(deleted_mailboxes(world));
            }
            // No mailbox is kept for a hold.
            if set("InactiveMailboxOnly") {
                return Ok(Output::default());
            }
            recipients(world, p, |kind| kind == "UserMailbox")
        }),
        "Get-AcceptedDomain" => (&["Identity", "ResultSize"], |_, _| Ok(accepted_domains())),
        "New-ServicePrincipal" => (&["AppId", "ObjectId", "DisplayName"], new_service_principal),
        "Get-MailboxPermission" => (&permission, get_permission),
        "Add-MailboxPermission" => (&permission, add_permission),
        "Remove-MailboxPermission" => (&permission, remove_permission),
        _ => return None,
    };
    Some(known_only(parameters, allowed).and_then(|()| cmdlet(world, parameters)))
}

fn text<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .and_then(|(_, value)| value.as_str())
}

pub(super) fn required<'a>(
    parameters: &'a Parameters,
    name: &str,
) -> std::result::Result<&'a str, Failure> {
    text(parameters, name).ok_or_else(|| {
        Failure::bad_value(format!(
            "Cannot process command because of one or more missing mandatory parameters: {name}."
        ))
    })
}

/// A recipient that came from the company's directory.
pub(super) fn recipient(world: &World, persona: &Persona) -> Option<Value> {
    let (kind, licensed, receives) = world.store.read(|state| {
        let licensed = state
            .users
            .get(&persona.alias)
            .is_some_and(|user| !user.licences.is_empty());
        let receives = state.receives(&persona.alias);
        (world.recipient(persona, state), licensed, receives)
    });
    let mailbox = match kind {
        Recipient::Missing => return None,
        Recipient::MailUser => false,
        Recipient::Mailbox => true,
    };
    let (kind, broad) = if mailbox {
        (persona.cloud_kind.cloud_name(), "UserMailbox")
    } else {
        ("MailUser", "MailUser")
    };
    let exchange_guid = guid_text(persona.exchange_guid);
    let synced = persona.hurdle == Some(Hurdle::StuckMailboxGuid);
    let mut object = json!({
        "Identity": persona.display_name,
        "Name": persona.display_name,
        "DisplayName": persona.display_name,
        "Alias": persona.alias,
        "PrimarySmtpAddress": persona.address(),
        "WindowsLiveID": persona.address(),
        "EmailAddresses@data.type": "#Collection(String)",
        "EmailAddresses": proxy_addresses(persona),
        "RecipientType": broad,
        "RecipientTypeDetails@data.type": "#String",
        "RecipientTypeDetails": kind,
        "Guid": guid_text(guid(world.seed, &["guid", &persona.alias])),
        "ExternalDirectoryObjectId": guid_text(persona.cloud_guid),
        "ExchangeGuid": if mailbox || synced { exchange_guid.as_str() } else { NO_GUID },
        "LegacyExchangeDN": persona.cloud_legacy_exchange_dn(),
        "IsDirSynced": true,
        "SKUAssigned": licensed,
        "HiddenFromAddressListsEnabled": persona.hurdle == Some(Hurdle::Hidden),
    });
    if let Some(object) = object.as_object_mut() {
        if mailbox {
            // As a size is printed; people read the first part, programs the second.
            let size = format!("{} MB ({receives} bytes)", receives / (1024 * 1024));
            object.insert("MaxReceiveSize".to_owned(), size.into());
            let on_behalf = habit_cmdlets::on_behalf(world, persona);
            object.insert("GrantSendOnBehalfTo".to_owned(), on_behalf.into());
            object.insert("ForwardingAddress".to_owned(), Value::Null);
            object.insert("ForwardingSmtpAddress".to_owned(), Value::Null);
            object.insert("DeliverToMailboxAndForward".to_owned(), false.into());
        } else {
            let external = format!("SMTP:{}", persona.address());
            object.insert("ExternalEmailAddress".to_owned(), external.into());
        }
    }
    Some(object)
}

/// Mailboxes that were removed and are not gone yet.
fn deleted_mailboxes(world: &World) -> Output {
    let since = jiff::Timestamp::now()
        .saturating_sub(jiff::SignedDuration::from_hours(20 * 24))
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%FT%T")
        .to_string();
    let twins = known(world).filter(|p| p.hurdle == Some(Hurdle::SoftDeletedTwin));
    let values = twins
        .map(|persona| {
            json!({
                "Identity": format!("Soft Deleted Objects\\{}", persona.display_name),
                "Name": persona.display_name, "DisplayName": persona.display_name,
                "Alias": persona.alias,
                "PrimarySmtpAddress": persona.address(),
                "EmailAddresses@data.type": "#Collection(String)",
                "EmailAddresses": [format!("SMTP:{}", persona.address())],
                "RecipientType": "UserMailbox", "RecipientTypeDetails": "UserMailbox",
                "ExchangeGuid": guid_text(guid(world.seed, &["deleted", &persona.alias])),
                "WhenSoftDeleted": since, "IsInactiveMailbox": false, "IsSoftDeletedByRemove": true,
            })
        })
        .collect();
    Output {
        values,
        warnings: Vec::new(),
    }
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
            "LegacyExchangeDN": format!("/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn={alias}"),
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

pub(super) fn is(object: &Value, identity: &str) -> bool {
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
            "Default": name == DOMAIN, "InitialDomain": initial, "OrganizationId": COMPANY,
        })
    };
    Output {
        values: vec![
            domain(DOMAIN, false),
            domain(FORMER_DOMAIN, false),
            domain(TENANT_DOMAIN, true),
        ],
        warnings: Vec::new(),
    }
}
