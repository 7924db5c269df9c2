//! The ways to the old server: made, changed, tested, removed.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::admin::{Failure, Output};
use super::admin_cmdlets::{Parameters, Result};
use super::parameters::{flag, known_only, number, required, text, value};
use crate::migration::{Endpoint, Event};
use crate::org::{ACCOUNT, DOMAIN, NETBIOS};
use crate::store::Record;
use crate::world::World;

const CONNECTION: [&str; 11] = [
    "ExchangeOutlookAnywhere",
    "Autodiscover",
    "EmailAddress",
    "ExchangeServer",
    "RPCProxyServer",
    "Authentication",
    "Credentials",
    "MailboxPermission",
    "SourceMailboxLegacyDN",
    "TestMailbox",
    "AcceptUntrustedCertificates",
];
const NAMED: [&str; 6] = [
    "Name",
    "Identity",
    "MaxConcurrentMigrations",
    "MaxConcurrentIncrementalSyncs",
    "SkipVerification",
    "Confirm",
];

/// Runs one of these cmdlets; `None` where there is none of that name.
pub(super) fn run(world: &World, name: &str, parameters: &Parameters) -> Option<Result> {
    let with = |more: &[&str]| known_only(parameters, &[more, &CONNECTION].concat());
    let only = |allowed: &[&str]| known_only(parameters, allowed);
    Some(match name {
        "Test-MigrationServerAvailability" => {
            with(&["Endpoint"]).and_then(|()| test(world, parameters))
        }
        "New-MigrationEndpoint" => with(&NAMED).and_then(|()| new(world, parameters)),
        "Set-MigrationEndpoint" => with(&NAMED).and_then(|()| set(world, parameters)),
        "Get-MigrationEndpoint" => {
            only(&["Identity", "Type"]).and_then(|()| get(world, parameters))
        }
        "Remove-MigrationEndpoint" => {
            only(&["Identity", "Confirm"]).and_then(|()| remove(world, parameters))
        }
        _ => return None,
    })
}

fn note(world: &World, event: Event) -> std::result::Result<(), Failure> {
    let record = Record::Migration { moved: None, event };
    world
        .store
        .note(record)
        .map_err(|cause| Failure::broken(&cause))
}

fn named(world: &World, name: &str) -> std::result::Result<Endpoint, Failure> {
    let found = world
        .store
        .read(|state| state.migration.endpoints.get(&name.to_lowercase()).cloned());
    found.ok_or_else(|| Failure::not_found(name))
}

/// What the service says when it does not reach the old server, or is not let in.
fn unreachable(detail: &str) -> String {
    format!(
        "MigrationTransientException: We weren't able to connect to the remote server. Please verify that the migration endpoint settings are correct and your certificate is valid, and then try again. Consider using the Exchange Remote Connectivity Analyzer (https://testexchangeconnectivity.com) to diagnose the connectivity issues. --> {detail}"
    )
}

/// The user name and password, in the form that is tried: no other is known.
fn credential(world: &World, parameters: &Parameters) -> std::result::Result<String, String> {
    let held = |name: &str| {
        value(parameters, "Credentials")
            .and_then(|credential| credential.get(name))
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (user, password) = (held("UserName"), held("Password"));
    let ours = [
        format!("{NETBIOS}\\{ACCOUNT}"),
        format!("{NETBIOS}/{ACCOUNT}"),
        format!("{ACCOUNT}@{DOMAIN}"),
    ];
    if password == world.password && ours.iter().any(|known| known.eq_ignore_ascii_case(user)) {
        return Ok(user.to_owned());
    }
    Err(unreachable(
        "Microsoft.Exchange.Rpc.RpcException: Error 0x5 (Access is denied) from cli_RfriGetNewDSA",
    ))
}

/// The connection that the parameters describe, and whether the old server answers there.
fn connection(
    world: &World,
    parameters: &Parameters,
) -> std::result::Result<(Endpoint, std::result::Result<(), String>), Failure> {
    if !flag(parameters, "ExchangeOutlookAnywhere")? {
        return Err(Failure::bad_value(
            "The practice tenant migrates over Outlook Anywhere alone.",
        ));
    }
    if value(parameters, "Credentials").is_none() {
        required(parameters, "Credentials")?;
    }
    let found = |server: &str, proxy: &str| -> Endpoint {
        Endpoint {
            name: String::new(),
            exchange_server: server.to_owned(),
            rpc_proxy_server: proxy.to_owned(),
            authentication: "Basic".to_owned(),
            mailbox_permission: "Admin".to_owned(),
            user_name: String::new(),
            max_concurrent_migrations: 20,
            max_concurrent_incremental_syncs: 20,
        }
    };
    let (server, proxy) = (format!("ex07.{DOMAIN}"), format!("mail.{DOMAIN}"));
    let (mut endpoint, mut reached) = if flag(parameters, "Autodiscover")? {
        let address = required(parameters, "EmailAddress")?;
        let known = world.by_address(address).is_some()
            || address.eq_ignore_ascii_case(&format!("{ACCOUNT}@{DOMAIN}"));
        let reached = known
            .then_some(())
            .ok_or_else(|| unreachable("The Autodiscover service couldn't be located."));
        (found(&server, &proxy), reached)
    } else {
        let asked = (
            required(parameters, "ExchangeServer")?,
            required(parameters, "RPCProxyServer")?,
        );
        let right = asked.0.eq_ignore_ascii_case(&server)
            && (asked.1.eq_ignore_ascii_case(&proxy) || asked.1.eq_ignore_ascii_case("localhost"));
        let reached = right.then_some(()).ok_or_else(|| {
            unreachable("Microsoft.Exchange.Rpc.ServerUnavailableException: Error 0x6ba (The RPC server is unavailable) from cli_NspiBind")
        });
        (found(asked.0, asked.1), reached)
    };
    if let Some(authentication) = text(parameters, "Authentication")? {
        if reached.is_ok() && !authentication.eq_ignore_ascii_case("Basic") {
            reached = Err(unreachable(
                "Microsoft.Exchange.Rpc.ServerUnavailableException: Error 0x6ba (The RPC server is unavailable) from cli_NspiBind",
            ));
        }
        authentication.clone_into(&mut endpoint.authentication);
    }
    if let Some(permission) = text(parameters, "MailboxPermission")? {
        permission.clone_into(&mut endpoint.mailbox_permission);
    }
    match credential(world, parameters) {
        Ok(user) => endpoint.user_name = user,
        Err(words) => reached = reached.and(Err(words)),
    }
    Ok((endpoint, reached))
}

fn test(world: &World, parameters: &Parameters) -> Result {
    let reached = match text(parameters, "Endpoint")? {
        // Its password was right when it was made, and the practice company does not change it.
        Some(endpoint) => named(world, endpoint).map(|_| Ok(()))?,
        None => connection(world, parameters)?.1,
    };
    let answer = match reached {
        Ok(()) => json!({
            "Result@odata.type": "#Exchange.TestMigrationServerAvailabilityResultType",
            "Result": "Success", "Message": "", "SupportsCutover": false, "ErrorDetail": null, "IsValid": true,
        }),
        Err(words) => json!({
            "Result@odata.type": "#Exchange.TestMigrationServerAvailabilityResultType",
            "Result": "Failed", "Message": "Unable to connect to the server. Please check the connection settings you supplied and try again.",
            "SupportsCutover": false, "ErrorDetail": words, "IsValid": true,
        }),
    };
    Ok(Output {
        values: vec![answer],
        warnings: Vec::new(),
    })
}

fn numbers(endpoint: &mut Endpoint, parameters: &Parameters) -> std::result::Result<(), Failure> {
    if let Some(many) = number(parameters, "MaxConcurrentMigrations")? {
        endpoint.max_concurrent_migrations = many;
        endpoint.max_concurrent_incremental_syncs =
            endpoint.max_concurrent_incremental_syncs.min(many);
    }
    if let Some(many) = number(parameters, "MaxConcurrentIncrementalSyncs")? {
        endpoint.max_concurrent_incremental_syncs = many;
    }
    let (all, incremental) = (
        endpoint.max_concurrent_migrations,
        endpoint.max_concurrent_incremental_syncs,
    );
    if all == 0 || all > 300 || incremental > all {
        return Err(Failure::bad_value(format!(
            "The value of MaxConcurrentIncrementalSyncs ({incremental}) must be less than or equal to MaxConcurrentMigrations ({all}), which is between 1 and 300."
        )));
    }
    Ok(())
}

fn new(world: &World, parameters: &Parameters) -> Result {
    let name = required(parameters, "Name")?;
    let (mut endpoint, reached) = connection(world, parameters)?;
    if let (Err(words), false) = (reached, flag(parameters, "SkipVerification")?) {
        return Err(Failure {
            status: StatusCode::BAD_REQUEST,
            class: "Microsoft.Exchange.Migration.MigrationTransientException",
            text: words,
        });
    }
    name.clone_into(&mut endpoint.name);
    numbers(&mut endpoint, parameters)?;
    if named(world, name).is_ok() {
        return Err(Failure {
            status: StatusCode::BAD_REQUEST,
            class: "Microsoft.Exchange.Migration.MigrationEndpointDuplicatedException",
            text: format!("The migration endpoint '{name}' already exists."),
        });
    }
    note(
        world,
        Event::EndpointKept {
            endpoint: endpoint.clone(),
        },
    )?;
    Ok(one(&endpoint))
}

fn set(world: &World, parameters: &Parameters) -> Result {
    let mut endpoint = named(world, required(parameters, "Identity")?)?;
    numbers(&mut endpoint, parameters)?;
    if value(parameters, "Credentials").is_some() {
        endpoint.user_name = credential(world, parameters).map_err(|words| Failure {
            status: StatusCode::BAD_REQUEST,
            class: "Microsoft.Exchange.Migration.MigrationTransientException",
            text: words,
        })?;
    }
    note(world, Event::EndpointKept { endpoint })?;
    Ok(Output::default())
}

fn get(world: &World, parameters: &Parameters) -> Result {
    if let Some(name) = text(parameters, "Identity")? {
        return named(world, name).map(|endpoint| one(&endpoint));
    }
    let of_type = text(parameters, "Type")?;
    if of_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("ExchangeOutlookAnywhere")) {
        return Ok(Output::default());
    }
    let values = world
        .store
        .read(|state| state.migration.endpoints.values().map(object).collect());
    Ok(Output {
        values,
        warnings: Vec::new(),
    })
}

fn remove(world: &World, parameters: &Parameters) -> Result {
    let endpoint = named(world, required(parameters, "Identity")?)?;
    let used = world.store.read(|state| {
        let mut batches = state.migration.batches.values();
        batches.any(|batch| batch.endpoint.eq_ignore_ascii_case(&endpoint.name))
    });
    if used {
        return Err(Failure {
            status: StatusCode::BAD_REQUEST,
            class: "Microsoft.Exchange.Migration.MigrationPermanentException",
            text: format!(
                "The migration endpoint '{}' can't be removed because it's being used by a migration batch. Remove the batch first.",
                endpoint.name
            ),
        });
    }
    note(
        world,
        Event::EndpointGone {
            name: endpoint.name,
        },
    )?;
    Ok(Output::default())
}

fn one(endpoint: &Endpoint) -> Output {
    Output {
        values: vec![object(endpoint)],
        warnings: Vec::new(),
    }
}

fn object(endpoint: &Endpoint) -> Value {
    json!({
        "Identity": endpoint.name, "Guid": null,
        "EndpointType@odata.type": "#Exchange.MigrationType",
        "EndpointType": "ExchangeOutlookAnywhere",
        "MaxConcurrentMigrations": endpoint.max_concurrent_migrations.to_string(),
        "MaxConcurrentIncrementalSyncs": endpoint.max_concurrent_incremental_syncs.to_string(),
        "ExchangeServer": endpoint.exchange_server,
        "RpcProxyServer": endpoint.rpc_proxy_server,
        "Authentication": endpoint.authentication,
        "MailboxPermission": endpoint.mailbox_permission,
        "Username": endpoint.user_name,
        "UseAutoDiscover": false,
    })
}
