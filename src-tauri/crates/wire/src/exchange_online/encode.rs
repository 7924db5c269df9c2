//! Values as the interface's JSON wants them, where that is not the obvious way. What is said here was read in
//! public clients and is not documented: everything that may turn out otherwise is in this file alone.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Value, json};

/// How the bytes of a `byte[]` travel. Base64 is OData's own form; PowerShell's serialiser would write numbers.
/// Which one the interface takes shows with the first list that it refuses as unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ByteForm {
    /// One base64 text.
    #[default]
    Base64,
    /// A list of numbers.
    Numbers,
}

/// `byte[]`.
#[must_use]
pub fn bytes(bytes: &[u8], form: ByteForm) -> Value {
    let data = match form {
        ByteForm::Base64 => Value::from(STANDARD.encode(bytes)),
        ByteForm::Numbers => Value::from(bytes),
    };
    json!({ "@odata.type": "#Exchange.ByteArrayType", "Data": data })
}

/// A hashtable: `@{Name = …}`.
#[must_use]
pub fn hashtable(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut table = Map::new();
    table.insert(
        "@odata.type".to_owned(),
        "#Exchange.GenericHashTable".into(),
    );
    table.extend(
        entries
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    Value::Object(table)
}

/// A change of a property with many values: `@{Add = …; Remove = …}`.
#[must_use]
pub fn change(add: &[&str], remove: &[&str]) -> Value {
    let sides = [("Add", add), ("Remove", remove)];
    hashtable(
        sides
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(side, values)| (side, Value::from(values))),
    )
}

/// `DateTime`, in UTC with seven digits after the point.
#[must_use]
pub fn date_time(at: Timestamp) -> String {
    let civil = Offset::UTC.to_datetime(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
        civil.year(),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second(),
        civil.subsec_nanosecond() / 100
    )
}

/// `TimeSpan`: `1.00:00:00`; whole seconds.
#[must_use]
pub fn time_span(span: Duration) -> String {
    let seconds = span.as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    if days == 0 {
        clock
    } else {
        format!("{days}.{clock}")
    }
}

/// `Unlimited<ByteQuantifiedSize>`: bytes as `157286400`, which every cmdlet reads.
#[must_use]
pub fn size(bytes: u64) -> String {
    bytes.to_string()
}

/// A filter: in this interface the two truth values are texts.
#[must_use]
pub fn filter(text: &str) -> String {
    text.replace("$true", "'True'").replace("$false", "'False'")
}

/// A user name and a password as a parameter, `PSCredential`.
///
/// No public client of this interface sends one, so its form is a guess, kept here and nowhere else. Whoever makes
/// one has decided to try; the routes that are known to work are PowerShell itself and the admin centre.
#[derive(Clone, Copy)]
pub struct UnprovedCredential<'a> {
    user_name: &'a str,
    password: &'a str,
}

impl<'a> UnprovedCredential<'a> {
    /// Whether this form has ever been seen to work against Exchange Online.
    pub const PROVED: bool = false;

    /// A credential in the form that was guessed.
    #[must_use]
    pub const fn guess(user_name: &'a str, password: &'a str) -> Self {
        Self {
            user_name,
            password,
        }
    }

    pub(super) fn value(self) -> Value {
        json!({
            "@odata.type": "#Exchange.PSCredential",
            "UserName": self.user_name,
            "Password": self.password,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_a_type_and_travel_in_either_form() {
        let text = |form| bytes(b"EmailAddress\r\n", form).to_string();
        assert_eq!(
            text(ByteForm::Base64),
            r##"{"@odata.type":"#Exchange.ByteArrayType","Data":"RW1haWxBZGRyZXNzDQo="}"##
        );
        assert!(text(ByteForm::Numbers).contains(r#""Data":[69,109,"#));
    }

    #[test]
    fn a_change_names_only_the_sides_that_there_are() {
        assert_eq!(
            change(&["x500:/o=a"], &[]).to_string(),
            r##"{"@odata.type":"#Exchange.GenericHashTable","Add":["x500:/o=a"]}"##
        );
    }

    #[test]
    fn times_and_spans_are_written_as_the_module_writes_them() {
        let at: Timestamp = "2026-11-23T18:00:00.25Z".parse().unwrap();
        assert_eq!(date_time(at), "2026-11-23T18:00:00.2500000Z");
        assert_eq!(time_span(Duration::from_secs(86_400)), "1.00:00:00");
        assert_eq!(time_span(Duration::from_secs(3_725)), "01:02:05");
        assert_eq!(time_span(Duration::ZERO), "00:00:00");
    }

    #[test]
    fn the_truth_values_of_a_filter_become_texts() {
        assert_eq!(
            filter("IsDirSynced -eq $true -and Hidden -eq $false"),
            "IsDirSynced -eq 'True' -and Hidden -eq 'False'"
        );
    }
}
