//! One file a table: its migration, its rows, what reads and writes them.

pub(crate) mod batch;
pub(crate) mod cloud_batch;
pub(crate) mod cloud_left_out;
pub(crate) mod cloud_user;
pub(crate) mod directory_change;
pub(crate) mod finding;
pub(crate) mod folder;
pub(crate) mod habit;
pub(crate) mod item;
pub(crate) mod letter_sent;
pub(crate) mod log;
pub(crate) mod setting;
pub(crate) mod signature;
pub(crate) mod throughput;
pub(crate) mod user;

use jiff::Timestamp;

use crate::JournalError;

/// Times are stored as RFC 3339 text, so that a person can read a journal.
pub(crate) fn read_time(
    column: &'static str,
    text: Option<String>,
) -> Result<Option<Timestamp>, JournalError> {
    text.map(|value| {
        value
            .parse()
            .map_err(|_| JournalError::Damaged { column, value })
    })
    .transpose()
}

/// SQLite's integers are signed; none of our counts comes near the edge.
pub(crate) fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn to_u64(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
