//! Lenient reading: a field may be absent, null, or of a type that another version of the service sends.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use thiserror::Error;

/// Bytes that are not what the specification says comes here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem}: {start:?}")]
pub struct Unreadable {
    /// What is wrong.
    pub problem: String,
    /// How the bytes begin, for *Details*.
    pub start: String,
}

impl Unreadable {
    pub(crate) fn new(problem: impl Into<String>, bytes: &[u8]) -> Self {
        let start = bytes.get(..bytes.len().min(200)).unwrap_or_default();
        Self {
            problem: problem.into(),
            start: String::from_utf8_lossy(start).into_owned(),
        }
    }
}

pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(bytes).map_err(|error| Unreadable::new(error.to_string(), bytes))
}

/// For `#[serde(default, deserialize_with)]`: null counts as absent.
pub(crate) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// For `#[serde(default, deserialize_with)]`: an unreadable time is no time.
pub(crate) fn time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// A text, whatever type it came as; empty texts and nulls are none.
pub(crate) fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A list of texts, also where the service sends a single one bare.
pub(crate) fn texts(object: &Map<String, Value>, name: &str) -> Vec<String> {
    match object.get(name) {
        Some(Value::Array(values)) => values
            .iter()
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect(),
        Some(Value::String(text)) if !text.is_empty() => vec![text.clone()],
        _ => Vec::new(),
    }
}
