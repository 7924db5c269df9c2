//! The batches of the migration service.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Tenant;
use super::admin::{Failure, Output};
use super::admin_cmdlets::{Parameters, Result};
use super::parameters::{bytes, flag, known_only, required, text, texts, time};
use crate::migration::{self, Batch, Event, Migration, Rows, UserStatus, link};
use crate::org::ACCEPTED_DOMAINS;
use crate::seed::guid_text;
use crate::store::Record;
use crate::world::World;

/// Runs one of these cmdlets; `None` where there is none of that name.
pub(super) fn run(tenant: &Tenant, name: &str, parameters: &Parameters) -> Option<Result> {
    let only = |allowed: &[&str]| known_only(parameters, allowed);
    Some(match name {
        "New-MigrationBatch" => only(&[
            "Name",
            "SourceEndpoint",
            "CSVData",
            "AutoStart",
            "NotificationEmails",
            "ReportInterval",
            "SkipReports",
            "StartAfter",
            "CompleteAfter",
            "TimeZone",
            "AllowUnknownColumnsInCsv",
        ])
        .and_then(|()| new(tenant, parameters)),
        "Get-MigrationBatch" => only(&[
            "Identity",
            "Status",
            "Endpoint",
            "IncludeReport",
            "DiagnosticInfo",
        ])
        .and_then(|()| get(tenant, parameters)),
        "Start-MigrationBatch" => {
            only(&["Identity", "Validate"]).and_then(|()| start(&tenant.world, parameters))
        }
        "Stop-MigrationBatch" => {
            only(&["Identity", "Confirm"]).and_then(|()| stop(&tenant.world, parameters))
        }
        "Set-MigrationBatch" => only(&[
            "Identity",
            "CSVData",
            "NotificationEmails",
            "SyncNow",
            "Update",
            "ApproveSkippedItems",
        ])
        .and_then(|()| set(&tenant.world, parameters)),
        "Remove-MigrationBatch" => {
            only(&["Identity", "Confirm"]).and_then(|()| remove(&tenant.world, parameters))
        }
        "Get-MigrationStatistics" => only(&["DiagnosticInfo"]).map(|()| statistics(&tenant.world)),
        _ => return None,
    })
}

fn refused(class: &'static str, text: impl Into<String>) -> Failure {
    Failure {
        status: StatusCode::BAD_REQUEST,
        class,
        text: text.into(),
    }
}

fn permanent(text: impl Into<String>) -> Failure {
    refused(
        "Microsoft.Exchange.Migration.MigrationPermanentException",
        text,
    )
}

fn note(world: &World, event: Event) -> std::result::Result<(), Failure> {
    let record = Record::Migration { moved: None, event };
    world
        .store
        .note(record)
        .map_err(|cause| Failure::broken(&cause))
}

/// The batch of this name or GUID. One just made is not found for a while: another server answers.
fn named(world: &World, name: &str) -> std::result::Result<Batch, Failure> {
    let found = world.store.read(|state| {
        let mut batches = state.migration.batches.values();
        batches
            .find(|batch| batch.name.eq_ignore_ascii_case(name) || batch.guid == name)
            .cloned()
    });
    found
        .filter(|batch| {
            let age = batch.made.map(|made| made.elapsed());
            age.is_none_or(|age| age >= world.script.replication)
        })
        .ok_or_else(|| Failure::not_found(name))
}

/// The list in the parameters, without the users that are in a batch already: these rows are dropped.
fn list(world: &World, parameters: &Parameters) -> std::result::Result<Option<Rows>, Failure> {
    let Some(bytes) = bytes(parameters, "CSVData")? else {
        return Ok(None);
    };
    let mut rows = migration::rows(&bytes, &ACCEPTED_DOMAINS).map_err(|text| {
        refused(
            "Microsoft.Exchange.Migration.MigrationCSVParsingException",
            text,
        )
    })?;
    let taken: Vec<String> = world.store.read(|state| {
        let known = &state.migration.users;
        let mut users = rows.users.iter();
        let mut taken = Vec::new();
        for user in users.by_ref() {
            if known.contains_key(&user.to_lowercase()) {
                taken.push(user.clone());
            }
        }
        taken
    });
    for user in taken {
        rows.users.retain(|known| *known != user);
        rows.dropped.push(migration::RowError {
            row: 0,
            message: format!(
                "UserAlreadyBeingMigratedException: The user '{user}' already has a pending request. Please remove the existing request and resume the current batch or start a new batch for this user."
            ),
            email_address: user,
        });
    }
    Ok(Some(rows))
}

fn new(tenant: &Tenant, parameters: &Parameters) -> Result {
    let world = &tenant.world;
    let name = required(parameters, "Name")?;
    if name.is_empty() || name.chars().count() > 64 {
        return Err(Failure::bad_value(format!(
            "The length of the property is too long. The maximum length is 64 and the length of the value provided is {}.",
            name.chars().count()
        )));
    }
    let endpoint = required(parameters, "SourceEndpoint")?;
    let known = world.store.read(|state| {
        let found = state.migration.endpoints.get(&endpoint.to_lowercase());
        found.map(|endpoint| endpoint.name.clone())
    });
    let endpoint = known.ok_or_else(|| Failure::not_found(endpoint))?;
    let Some(Rows { users, dropped }) = list(world, parameters)? else {
        return Err(Failure::bad_value(
            "Cannot process command because of one or more missing mandatory parameters: CSVData.",
        ));
    };
    let at = world.now();
    let auto = flag(parameters, "AutoStart")?;
    let start_after = match (time(parameters, "StartAfter")?, auto) {
        (Some(after), _) => Some(after),
        (None, true) => Some(at),
        (None, false) => None,
    };
    let event = Event::BatchMade {
        name: name.to_owned(),
        guid: guid_text(rand::random()),
        endpoint,
        notify: texts(parameters, "NotificationEmails")?.unwrap_or_default(),
        at,
        start_after,
        users,
        dropped,
    };
    let made = world.store.write(&[], |state| {
        let there = state.migration.batches.contains_key(&name.to_lowercase());
        let record = Record::Migration { moved: None, event };
        ((!there).then_some(record), !there)
    });
    if !made.map_err(|cause| Failure::broken(&cause))? {
        return Err(refused(
            "Microsoft.Exchange.Migration.MigrationBatchAlreadyExistsException",
            "The migration batch already exists.",
        ));
    }
    let object = world.store.read(|state| {
        let batch = state.migration.batches.get(&name.to_lowercase());
        batch.map(|batch| object(tenant, &state.migration, batch, false))
    });
    Ok(Output {
        values: object.into_iter().collect(),
        warnings: Vec::new(),
    })
}

fn get(tenant: &Tenant, parameters: &Parameters) -> Result {
    let world = &tenant.world;
    let report = flag(parameters, "IncludeReport")?;
    let one = match text(parameters, "Identity")? {
        None | Some("") => None,
        Some(name) => Some(named(world, name)?.name.to_lowercase()),
    };
    let status = text(parameters, "Status")?;
    let values = world.store.read(|state| {
        let migration = &state.migration;
        let batches = migration.batches.iter();
        batches
            .filter(|(name, _)| one.as_ref().is_none_or(|one| one == *name))
            .filter(|(_, batch)| {
                status.is_none_or(|wanted| wanted.eq_ignore_ascii_case(migration.status(batch)))
            })
            .map(|(_, batch)| object(tenant, migration, batch, report))
            .collect()
    });
    Ok(Output {
        values,
        warnings: Vec::new(),
    })
}

fn start(world: &World, parameters: &Parameters) -> Result {
    let batch = named(world, required(parameters, "Identity")?)?;
    note(
        world,
        Event::BatchStarted {
            name: batch.name,
            at: world.now(),
        },
    )?;
    Ok(Output::default())
}

fn stop(world: &World, parameters: &Parameters) -> Result {
    let batch = named(world, required(parameters, "Identity")?)?;
    let running = world.store.read(|state| {
        let users = state.migration.users_of(&batch);
        users.iter().any(|user| !user.status.is_at_rest())
    });
    if batch.started_at.is_none() || !running {
        return Err(permanent(format!(
            "The migration batch \"{}\" can't be stopped because it isn't currently running.",
            batch.name
        )));
    }
    note(
        world,
        Event::BatchStopped {
            name: batch.name,
            at: world.now(),
        },
    )?;
    Ok(Output::default())
}

fn set(world: &World, parameters: &Parameters) -> Result {
    let batch = named(world, required(parameters, "Identity")?)?;
    let rows = list(world, parameters)?;
    let (mut users, mut dropped) = rows.map_or_else(Default::default, |r| (r.users, r.dropped));
    // Those that are in this batch already are no mistake.
    let mine: Vec<String> = world.store.read(|state| {
        let users = state.migration.users_of(&batch);
        users
            .iter()
            .map(|user| user.address.to_lowercase())
            .collect()
    });
    let is_mine = |address: &str| mine.contains(&address.to_lowercase());
    users.retain(|user| !is_mine(user));
    dropped.retain(|row| !is_mine(&row.email_address));
    note(
        world,
        Event::BatchChanged {
            name: batch.name,
            notify: texts(parameters, "NotificationEmails")?,
            users,
            dropped,
            at: world.now(),
        },
    )?;
    Ok(Output::default())
}

fn remove(world: &World, parameters: &Parameters) -> Result {
    let batch = named(world, required(parameters, "Identity")?)?;
    let status = world.store.read(|state| state.migration.status(&batch));
    if ["Syncing", "Stopping"].contains(&status) {
        return Err(permanent(format!(
            "The migration batch \"{}\" can't be removed while it's {status}. Stop it first.",
            batch.name
        )));
    }
    note(world, Event::BatchGone { name: batch.name })?;
    Ok(Output::default())
}

fn statistics(world: &World) -> Output {
    let values = world.store.read(|state| {
        let of = |wanted: &[UserStatus]| {
            let users = state.migration.users.values();
            users.filter(|user| wanted.contains(&user.status)).count()
        };
        vec![json!({
            "TotalCount": state.migration.users.len(),
            "ActiveCount": of(&[UserStatus::Validating, UserStatus::Provisioning, UserStatus::Syncing]),
            "PendingCount": of(&[UserStatus::Queued]),
            "StoppedCount": of(&[UserStatus::Stopped]),
            "SyncedCount": of(&[UserStatus::Synced]),
            "FailedCount": of(&[UserStatus::Failed]),
            "FinalizedCount": 0,
            "ProvisionedCount": state.migration.users.values().filter(|user| user.prepared).count(),
            "MigrationType": "ExchangeOutlookAnywhere", "DiagnosticInfo": "",
        })]
    });
    Output {
        values,
        warnings: Vec::new(),
    }
}

/// A moment as the interface writes it.
pub(super) fn moment(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .strftime("%FT%TZ")
        .to_string()
}

fn object(tenant: &Tenant, migration: &Migration, batch: &Batch, report: bool) -> Value {
    let counts = migration.counts(batch);
    let link = |which: &str| link(&tenant.base, batch, which);
    let users = migration.users_of(batch);
    let done = users.iter().filter_map(|user| user.last_sync).max();
    let over = users.iter().all(|user| user.status.is_at_rest()) && batch.started_at.is_some();
    let failed = counts.failed > 0 || !batch.dropped.is_empty();
    let errors: Vec<Value> = batch
        .dropped
        .iter()
        .map(|row| {
            json!({"RowIndex": row.row, "EmailAddress": row.email_address, "LocalizedErrorMessage": row.message})
        })
        .collect();
    json!({
        "Identity": batch.name, "BatchGuid": batch.guid,
        "Status@odata.type": "#Exchange.MigrationBatchStatus",
        "Status": migration.status(batch),
        "MigrationType@odata.type": "#Exchange.MigrationType",
        "MigrationType": "ExchangeOutlookAnywhere",
        "BatchDirection": "Onboarding",
        "SourceEndpoint": batch.endpoint,
        "TotalCount": counts.total, "ActiveCount": counts.active, "PendingCount": counts.waiting,
        "StoppedCount": counts.stopped, "SyncedCount": counts.synced, "FailedCount": counts.failed,
        "FinalizedCount": 0, "ProvisionedCount": counts.prepared,
        "CreationDateTime": moment(batch.made_at), "CreationDateTimeUTC": moment(batch.made_at),
        "StartDateTime": batch.started_at.map(moment), "StartDateTimeUTC": batch.started_at.map(moment),
        "InitialSyncDateTime": done.filter(|_| over).map(moment),
        "LastSyncedDateTime": done.map(moment),
        "FinalizedDateTime": null,
        "NotificationEmails": batch.notify,
        "MigrationErrors": errors, "MigrationErrorsCount": errors.len(),
        "ValidationWarningCount": errors.len(),
        "ErrorReportUrl": if failed { link("error") } else { String::new() },
        "SuccessReportUrl": if counts.synced > 0 { link("success") } else { String::new() },
        "Report": report.then(|| format!("{} The batch was created.", moment(batch.made_at))),
    })
}

/// The lists that a batch and its mails lead to. As with the real ones, who has the address has the list.
pub(super) async fn report(
    State(tenant): State<Tenant>,
    Path((batch, list)): Path<(String, String)>,
) -> Response {
    let found = tenant
        .world
        .store
        .read(|state| migration::report(&state.migration, &batch, &list));
    match found {
        Some(text) => ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
