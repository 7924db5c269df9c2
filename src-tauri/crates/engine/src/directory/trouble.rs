//! What goes wrong with one object.

use std::fmt::Write as _;

use stegvis_journal::JournalError;
use stegvis_model::DirectoryChangeCause as Cause;

use super::touched::Difference;
use crate::ports::{EndpointError, EndpointErrorKind};

/// Why one object's change did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The cause.
    pub cause: Cause,
    /// The server's own words, or what differs.
    pub detail: String,
}

impl Trouble {
    pub(crate) fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self {
            cause,
            detail: detail.into(),
        }
    }
}

impl From<EndpointError> for Trouble {
    fn from(error: EndpointError) -> Self {
        let cause = match error.kind {
            EndpointErrorKind::RightsMissing => Cause::RightsMissing,
            EndpointErrorKind::NotFound => Cause::ObjectMissing,
            EndpointErrorKind::Unreachable
            | EndpointErrorKind::Disconnected
            | EndpointErrorKind::Throttled { .. }
            | EndpointErrorKind::Protocol
            | EndpointErrorKind::Certificate { .. }
            | EndpointErrorKind::SignInRefused
            | EndpointErrorKind::NotConnected { .. }
            | EndpointErrorKind::Cancelled => Cause::Unreachable,
            EndpointErrorKind::Full
            | EndpointErrorKind::LicenceMissing
            | EndpointErrorKind::Refused => Cause::Refused,
        };
        Self::new(cause, error.detail)
    }
}

/// How one object's part ended early.
#[derive(Debug)]
pub(crate) enum End {
    /// With a cause; the object was read since.
    Trouble(Trouble),
    /// The outcome of a write is not known: the journal keeps saying so.
    Unsettled(Trouble),
    /// The journal could not be written.
    Journal(JournalError),
}

impl From<Trouble> for End {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<JournalError> for End {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// Both sides of a conflict, for people: what was, what we would have, what stands there.
pub(crate) fn shown_differences(from_before: &[Difference], from_after: &[Difference]) -> String {
    let mut out = String::new();
    let mut names: Vec<&str> = from_before
        .iter()
        .chain(from_after)
        .map(|difference| difference.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let of = |side: &[Difference]| {
            side.iter()
                .find(|difference| difference.name == name)
                .map(|difference| shown_values(&difference.expected))
        };
        // What is as one side expects, that side does not list.
        let Some(found) = from_before
            .iter()
            .chain(from_after)
            .find(|difference| difference.name == name)
        else {
            continue;
        };
        let found = shown_values(&found.found);
        let (before, after) = (of(from_before), of(from_after));
        if let (Some(before), Some(after)) = (before, after) {
            let separator = if out.is_empty() { "" } else { "; " };
            let _ = write!(
                out,
                "{separator}{name}: was {before}, planned {after}, found {found}"
            );
        }
    }
    if out.is_empty() {
        out.push_str("some attributes stand as before and some as planned");
    }
    out
}

/// Values of an attribute, for people: text as it is, anything else in hexadecimal.
#[must_use]
pub fn shown_values(values: &[Vec<u8>]) -> String {
    if values.is_empty() {
        return "nothing".to_owned();
    }
    values
        .iter()
        .map(|value| shown_value(value))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A value of an attribute, for people.
#[must_use]
pub fn shown_value(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if !text.is_empty() && !text.chars().any(char::is_control) => text.to_owned(),
        _ => value.iter().fold("0x".to_owned(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        }),
    }
}
