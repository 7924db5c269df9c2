//! What the service writes to those who are to be told: a status mail, a final report, and the lists they lead to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{Batch, Migration, UserStatus};
use crate::item::InternalDate;
use crate::org::TENANT_DOMAIN;

pub(super) fn sender() -> String {
    format!("noreply@{TENANT_DOMAIN}")
}

/// A mail about a batch: when every mailbox is made, and when every mailbox is copied.
pub(super) fn mail(migration: &Migration, batch: &Batch, base: &str, last: bool) -> Vec<u8> {
    let counts = migration.counts(batch);
    let (subject, first) = if last {
        (
            format!("Migration batch {} has been synced", batch.name),
            "The data of this batch has been copied.",
        )
    } else {
        (
            format!("Migration batch {} is under way", batch.name),
            "The mailboxes of this batch have been made; their data is being copied.",
        )
    };
    let text = format!(
        "{first}\r\n\r\nMailboxes in the batch: {}\r\nMailboxes made: {}\r\nSynced: {}\r\nFailed: {}\r\nRows dropped: {}\r\nSkipped items: {}\r\n\r\nStatistics: {}\r\nErrors: {}\r\n",
        counts.total,
        counts.prepared,
        counts.synced,
        counts.failed,
        batch.dropped.len(),
        counts.skipped,
        link(base, batch, "success"),
        link(base, batch, "error"),
    );
    let encoded = BASE64.encode(subject);
    let head = format!(
        "From: Exchange Online <{}>\r\nTo: {}\r\nSubject: =?utf-8?B?{encoded}?=\r\nDate: {}\r\nMIME-Version: 1.0\r\n",
        sender(),
        batch.notify.join(", "),
        InternalDate::now().rfc5322(),
    );
    let body = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
    if batch.dropped.is_empty() {
        return format!("{head}{body}{text}").into_bytes();
    }
    let errors = BASE64.encode(dropped(batch));
    let lines: Vec<String> = errors
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!(
        "{head}Content-Type: multipart/mixed; boundary=\"practice\"\r\n\r\n--practice\r\n{body}{text}\r\n--practice\r\nContent-Type: text/csv; charset=utf-8\r\nContent-Disposition: attachment; filename=\"MigrationErrors.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--practice--\r\n",
        lines.join("\r\n")
    )
    .into_bytes()
}

/// Where a list about a batch is.
pub(crate) fn link(base: &str, batch: &Batch, which: &str) -> String {
    format!("{base}/migration/{}/{which}.csv", batch.guid)
}

fn line(cells: &[&str]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| {
            if cell.contains([',', '"', '\r', '\n']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                (*cell).to_owned()
            }
        })
        .collect();
    format!("{}\r\n", cells.join(","))
}

fn dropped(batch: &Batch) -> String {
    let mut text = line(&["RowIndex", "EmailAddress", "ErrorMessage"]);
    for row in &batch.dropped {
        text.push_str(&line(&[
            &row.row.to_string(),
            &row.email_address,
            &row.message,
        ]));
    }
    text
}

/// The list that such an address leads to: of those that were copied, or of those that were not.
pub(crate) fn report(migration: &Migration, guid: &str, which: &str) -> Option<String> {
    let batch = migration
        .batches
        .values()
        .find(|batch| batch.guid == guid)?;
    let users = migration.users_of(batch);
    match which {
        "success.csv" => {
            let mut text = line(&["EmailAddress", "Status", "ItemsSynced", "ItemsSkipped"]);
            for user in users.iter().filter(|u| u.status == UserStatus::Synced) {
                text.push_str(&line(&[
                    &user.address,
                    user.status.as_str(),
                    &user.synced.to_string(),
                    &user.skipped.len().to_string(),
                ]));
            }
            Some(text)
        }
        "error.csv" => {
            let mut text = dropped(batch);
            for user in users.iter().filter(|u| u.status == UserStatus::Failed) {
                let error = user.error.as_deref().unwrap_or_default();
                text.push_str(&line(&["", &user.address, error]));
            }
            Some(text)
        }
        _ => None,
    }
}
