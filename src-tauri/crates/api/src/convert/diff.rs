//! What a conversion writes, attribute by attribute, for people.

use stegvis_engine::directory::{Values, changes};
use stegvis_engine::ports::AttributeChange;

use crate::dto::{AttributeDiff, AttributeValue};
use crate::project::count;

/// What goes, what changes and what comes.
#[derive(Default)]
pub(super) struct Groups {
    pub(super) removed: Vec<AttributeDiff>,
    pub(super) changed: Vec<AttributeDiff>,
    pub(super) added: Vec<AttributeDiff>,
    /// The attributes among them.
    pub(super) names: Vec<String>,
}

pub(super) fn groups(before: &Values, after: &Values) -> Groups {
    let mut groups = Groups::default();
    for AttributeChange { name, delete, add } in changes(before, after) {
        let mut comes = add.iter();
        for gone in &delete {
            let becomes = comes.next();
            let row = AttributeDiff {
                attribute: name.clone(),
                was: Some(value(&name, gone)),
                becomes: becomes.map(|bytes| value(&name, bytes)),
            };
            if becomes.is_some() {
                groups.changed.push(row);
            } else {
                groups.removed.push(row);
            }
        }
        groups.added.extend(comes.map(|bytes| AttributeDiff {
            attribute: name.clone(),
            was: None,
            becomes: Some(value(&name, bytes)),
        }));
        groups.names.push(name);
    }
    groups
}

/// A value as text where it is text, and a GUID as people write it.
fn value(name: &str, bytes: &[u8]) -> AttributeValue {
    let text = match <&[u8; 16]>::try_from(bytes) {
        Ok(guid) if name.to_ascii_lowercase().ends_with("guid") => Some(guid_text(guid)),
        _ => std::str::from_utf8(bytes)
            .ok()
            .filter(|text| !text.is_empty() && !text.chars().any(char::is_control))
            .map(str::to_owned),
    };
    AttributeValue {
        text,
        bytes: count(bytes.len()),
    }
}

/// The directory keeps the first three parts of a GUID with the least byte first.
fn guid_text(guid: &[u8; 16]) -> String {
    let [a, b, c, d, e, f, g, h, rest @ ..] = guid;
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let (node, clock) = (hex(&rest[2..]), hex(&rest[..2]));
    format!(
        "{}-{}-{}-{}-{}",
        hex(&[*d, *c, *b, *a]),
        hex(&[*f, *e]),
        hex(&[*h, *g]),
        clock,
        node
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn values_are_grouped_by_what_becomes_of_them() {
        let before = Values::from([
            ("homeMDB".to_owned(), vec![b"CN=Store".to_vec()]),
            ("mail".to_owned(), vec![b"a@b.example".to_vec()]),
            ("msExchMailboxGuid".to_owned(), vec![(0..16).collect()]),
            (
                "proxyAddresses".to_owned(),
                vec![b"SMTP:a@b.example".to_vec()],
            ),
            (
                "msExchMailboxSecurityDescriptor".to_owned(),
                vec![vec![1, 0, 4]],
            ),
        ]);
        let mut after = before.clone();
        after.remove("homeMDB");
        after.remove("msExchMailboxSecurityDescriptor");
        after.insert("msExchMailboxGuid".to_owned(), vec![vec![7; 16]]);
        after
            .get_mut("proxyAddresses")
            .unwrap()
            .push(b"X500:/o=N".to_vec());
        let groups = groups(&before, &after);
        let said = |rows: &[AttributeDiff]| -> Vec<String> {
            let side = |value: &Option<AttributeValue>| match value {
                Some(AttributeValue {
                    text: Some(text), ..
                }) => text.clone(),
                Some(AttributeValue { bytes, .. }) => format!("{bytes} bytes"),
                None => "-".to_owned(),
            };
            rows.iter()
                .map(|row| {
                    format!(
                        "{} {} {}",
                        row.attribute,
                        side(&row.was),
                        side(&row.becomes)
                    )
                })
                .collect()
        };
        assert_eq!(
            said(&groups.removed),
            [
                "homeMDB CN=Store -",
                "msExchMailboxSecurityDescriptor 3 bytes -"
            ]
        );
        assert_eq!(
            said(&groups.changed),
            [
                "msExchMailboxGuid 03020100-0504-0706-0809-0a0b0c0d0e0f 07070707-0707-0707-0707-070707070707"
            ]
        );
        assert_eq!(said(&groups.added), ["proxyAddresses - X500:/o=N"]);
        assert!(!groups.names.iter().any(|name| name == "mail"));
    }
}
