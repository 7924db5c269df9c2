//! The users of the migration service's batches.

use serde_json::{Value, json};

use super::admin::{Failure, Output};
use super::admin_cmdlets::{Parameters, Result};
use super::batch_cmdlets::moment;
use super::parameters::{flag, known_only, number, required, text};
use crate::migration::{self, Event, Migration, User, UserStatus};
use crate::seed::{guid, guid_text};
use crate::store::Record;
use crate::world::World;

/// Runs one of these cmdlets; `None` where there is none of that name.
pub(super) fn run(world: &World, name: &str, parameters: &Parameters) -> Option<Result> {
    let only = |allowed: &[&str]| known_only(parameters, allowed);
    Some(match name {
        "Get-MigrationUser" => only(&[
            "Identity",
            "BatchId",
            "Status",
            "StatusSummary",
            "ResultSize",
        ])
        .and_then(|()| get(world, parameters)),
        "Get-MigrationUserStatistics" => only(&[
            "Identity",
            "IncludeReport",
            "IncludeSkippedItems",
            "LimitSkippedItemsTo",
            "DiagnosticInfo",
        ])
        .and_then(|()| statistics(world, parameters)),
        "Remove-MigrationUser" => {
            only(&["Identity", "Force", "Confirm"]).and_then(|()| remove(world, parameters))
        }
        _ => return None,
    })
}

/// An identity that is not known is answered with everyone: so does the real cmdlet.
fn get(world: &World, parameters: &Parameters) -> Result {
    let limit = match text(parameters, "ResultSize") {
        Ok(Some(text)) if text.eq_ignore_ascii_case("Unlimited") => usize::MAX,
        _ => number(parameters, "ResultSize")?.map_or(1000, |number| number as usize),
    };
    let (status, summary_) = (
        text(parameters, "Status")?,
        text(parameters, "StatusSummary")?,
    );
    let batch = text(parameters, "BatchId")?.filter(|batch| !batch.is_empty());
    let one = text(parameters, "Identity")?.map(str::to_lowercase);
    let values = world.store.read(|state| {
        let migration = &state.migration;
        if let Some(batch) = batch
            && !migration.batches.contains_key(&batch.to_lowercase())
        {
            return Err(Failure::not_found(batch));
        }
        let known = one.filter(|one| migration.users.contains_key(one));
        let mut users: Vec<&User> = migration
            .users
            .values()
            .filter(|user| {
                known
                    .as_ref()
                    .is_none_or(|one| *one == user.address.to_lowercase())
            })
            .filter(|user| batch.is_none_or(|batch| batch.to_lowercase() == user.batch))
            .filter(|user| status.is_none_or(|one| one.eq_ignore_ascii_case(user.status.as_str())))
            .filter(|user| {
                summary_.is_none_or(|one| one.eq_ignore_ascii_case(summary(user.status)))
            })
            .collect();
        users.sort_by_key(|user| user.place);
        let objects = users.into_iter().take(limit);
        Ok(objects.map(|user| object(world, migration, user)).collect())
    })?;
    Ok(Output {
        values,
        warnings: Vec::new(),
    })
}

fn named(world: &World, address: &str) -> std::result::Result<User, Failure> {
    let found = world
        .store
        .read(|state| state.migration.users.get(&address.to_lowercase()).cloned());
    found.ok_or_else(|| Failure::not_found(address))
}

fn statistics(world: &World, parameters: &Parameters) -> Result {
    let user = named(world, required(parameters, "Identity")?)?;
    let mut value = world
        .store
        .read(|state| object(world, &state.migration, &user));
    let (count, size) = migration::estimate(world, &user.address);
    let now = world.now();
    let since = |from: Option<i64>| from.map(|from| span(now - from));
    let moving = user.status == UserStatus::Syncing;
    let done = user.synced + user.skipped.len() as u64;
    let mut more = json!({
        "Error": user.error,
        "TotalQueuedDuration": user.began_at.map_or_else(|| span(now - user.since), |_| span(0)),
        "TotalInProgressDuration": user.began_at.map(|from| span(user.last_sync.unwrap_or(now) - from)),
        "TotalSyncedDuration": since(user.last_sync),
        "TotalStalledDuration": span(user.stalled_ms),
        "EstimatedTotalTransferSize": quantity(size),
        "EstimatedTotalTransferCount": count,
        "BytesTransferred": quantity(user.bytes),
        "CurrentBytesTransferredPerMinute": quantity(if moving { user.bytes } else { 0 }),
        "AverageBytesTransferredPerHour": quantity(user.bytes),
        "PercentageComplete": match user.status {
            UserStatus::Synced => 95,
            _ => (done * 90).checked_div(count).unwrap_or(0),
        },
        "DiagnosticInfo": "",
    });
    if let Some(more) = more.as_object_mut() {
        if flag(parameters, "IncludeSkippedItems")? {
            let most = number(parameters, "LimitSkippedItemsTo")?.unwrap_or(1000) as usize;
            let items: Vec<Value> = user
                .skipped
                .iter()
                .take(most)
                .map(|item| {
                    json!({"Kind": item.kind, "Subject": item.subject, "FolderName": item.folder,
                           "DateSent": moment(item.sent * 1000), "MessageSize": item.size,
                           "ScoringClassifications": ["LargeItem"]})
                })
                .collect();
            more.insert("SkippedItems".to_owned(), items.into());
        }
        if flag(parameters, "IncludeReport")? {
            let report = format!(
                "{} The user is {}. {} items copied, {} skipped, {} attempts.",
                moment(user.since),
                user.status.as_str(),
                user.synced,
                user.skipped.len(),
                user.attempts
            );
            more.insert("Report".to_owned(), report.into());
        }
        if let Some(value) = value.as_object_mut() {
            value.append(more);
        }
    }
    Ok(Output {
        values: vec![value],
        warnings: Vec::new(),
    })
}

fn remove(world: &World, parameters: &Parameters) -> Result {
    let user = named(world, required(parameters, "Identity")?)?;
    let event = Event::UserGone { user: user.address };
    let record = Record::Migration { moved: None, event };
    world
        .store
        .note(record)
        .map_err(|cause| Failure::broken(&cause))?;
    Ok(Output::default())
}

const fn summary(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Synced => "Synced",
        UserStatus::Failed => "Failed",
        UserStatus::Stopped => "Stopped",
        _ => "Active",
    }
}

/// What holds a user up, in the service's words.
const STALLED: &str = "Relinquishing job because of large delays due to unfavorable server health or budget limitations with a request throttling state 'StalledDueToTarget_DiskLatency'.";

fn object(world: &World, migration: &Migration, user: &User) -> Value {
    let now = world.now();
    let stalled =
        user.status == UserStatus::Syncing && user.held.is_some_and(|held| held.until > now);
    let error = user.error.as_deref().or(stalled.then_some(STALLED));
    let batch = migration
        .batches
        .get(&user.batch)
        .map_or(user.batch.as_str(), |batch| &batch.name);
    let stage = match user.status {
        UserStatus::Queued | UserStatus::Validating => "Validation",
        UserStatus::Provisioning => "Injection",
        _ => "Processing",
    };
    json!({
        "Identity": user.address, "MailboxEmailAddress": user.address, "BatchId": batch,
        "Guid": guid_text(guid(world.seed, &["migration user", &user.address.to_lowercase()])),
        "RecipientType@odata.type": "#Exchange.MigrationUserRecipientType",
        "RecipientType": "Mailbox",
        "Status@odata.type": "#Exchange.MigrationUserStatus",
        "Status": user.status.as_str(),
        "StatusSummary@odata.type": "#Exchange.MigrationUserStatusSummary",
        "StatusSummary": summary(user.status),
        "State": if user.status.is_at_rest() { summary(user.status) } else { "Active" },
        "WorkflowStage": stage, "WorkflowStep": null, "TriggeredAction": "None",
        "SyncedItemCount": user.synced, "SkippedItemCount": user.skipped.len(),
        "LastSuccessfulSyncTime": user.last_sync.map(moment),
        "ErrorSummary": error.unwrap_or_default(),
        "DataConsistencyScore": if user.skipped.is_empty() { "Perfect" } else { "Investigate" },
    })
}

/// `1.02:03:04.5670000`.
fn span(milliseconds: i64) -> String {
    let milliseconds = milliseconds.max(0);
    let seconds = milliseconds / 1000;
    let days = match seconds / 86_400 {
        0 => String::new(),
        days => format!("{days}."),
    };
    format!(
        "{days}{:02}:{:02}:{:02}.{:03}0000",
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60,
        milliseconds % 1000
    )
}

/// `1.2 GB (1,288,490,188 bytes)`.
fn quantity(bytes: u64) -> String {
    let digits = bytes.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let (shift, unit) = match bytes {
        0..=1023 => (0, "B"),
        1024..=1_048_575 => (10, "KB"),
        1_048_576..=1_073_741_823 => (20, "MB"),
        _ => (30, "GB"),
    };
    let tenths = (u128::from(bytes) * 10) >> shift;
    format!("{}.{} {unit} ({grouped} bytes)", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_spans_are_printed_as_powershell_prints_them() {
        assert_eq!(quantity(1_288_490_188), "1.1 GB (1,288,490,188 bytes)");
        assert_eq!(quantity(0), "0.0 B (0 bytes)");
        assert_eq!(quantity(1000), "1000.0 B (1,000 bytes)");
        assert_eq!(span(93_784_500), "1.02:03:04.5000000");
        assert_eq!(span(-5), "00:00:00.0000000");
    }
}
