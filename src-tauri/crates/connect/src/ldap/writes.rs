//! Changes as the protocol wants them, and the proof that one has been made already.

use std::collections::HashSet;

use ldap3::Mod;
use stegvis_engine::ports::{AttributeChange, DirectoryEntry};

/// A modification of one object. Names and values are bytes.
pub(super) type Modification = Mod<Vec<u8>>;

/// Every change as values deleted, then values added: a controller carries them out in this order, so that an
/// attribute of one value can go from one to another, and refuses all of it where a deleted value does not stand.
pub(super) fn modifications(changes: &[AttributeChange]) -> Vec<Modification> {
    let set = |values: &[Vec<u8>]| values.iter().cloned().collect::<HashSet<_>>();
    changes
        .iter()
        .flat_map(|change| {
            let name = change.name.as_bytes().to_vec();
            let delete =
                (!change.delete.is_empty()).then(|| Mod::Delete(name.clone(), set(&change.delete)));
            let add = (!change.add.is_empty()).then(|| Mod::Add(name, set(&change.add)));
            [delete, add]
        })
        .flatten()
        .collect()
}

/// Whether the entry stands as these changes leave it: then they have been made, by a call whose answer was lost.
pub(super) fn already_made(entry: &DirectoryEntry, changes: &[AttributeChange]) -> bool {
    changes.iter().all(|change| {
        let values = entry.values(&change.name);
        let stays = |value: &Vec<u8>| change.add.contains(value);
        change.add.iter().all(|value| values.contains(value))
            && change
                .delete
                .iter()
                .all(|value| stays(value) || !values.contains(value))
    })
}

/// The same modification once more, for a second try: the library's own type cannot be cloned.
pub(super) fn copy(change: &Modification) -> Modification {
    match change {
        Mod::Add(name, added) => Mod::Add(name.clone(), added.clone()),
        Mod::Delete(name, deleted) => Mod::Delete(name.clone(), deleted.clone()),
        Mod::Replace(name, new) => Mod::Replace(name.clone(), new.clone()),
        Mod::Increment(name, by) => Mod::Increment(name.clone(), by.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry;
    use super::*;

    fn change(name: &str, delete: &[&str], add: &[&str]) -> AttributeChange {
        let bytes = |values: &[&str]| {
            values
                .iter()
                .map(|value| value.as_bytes().to_vec())
                .collect()
        };
        AttributeChange {
            name: name.into(),
            delete: bytes(delete),
            add: bytes(add),
        }
    }

    #[test]
    fn what_goes_is_named_before_what_comes() {
        let made = modifications(&[
            change(
                "targetAddress",
                &["SMTP:a@x.example"],
                &["SMTP:b@y.example"],
            ),
            change("homeMTA", &["CN=MTA"], &[]),
            change("mail", &[], &[]),
        ]);
        let shown: Vec<_> = made
            .iter()
            .map(|change| match change {
                Mod::Delete(name, _) => format!("-{}", String::from_utf8_lossy(name)),
                Mod::Add(name, _) => format!("+{}", String::from_utf8_lossy(name)),
                _ => "?".into(),
            })
            .collect();
        assert_eq!(shown, ["-targetAddress", "+targetAddress", "-homeMTA"]);
    }

    #[test]
    fn a_change_has_been_made_when_all_that_comes_is_there_and_all_that_goes_is_gone() {
        let entry = entry::of(
            "CN=a",
            &[("targetAddress", &["SMTP:b@y.example"]), ("mail", &["b"])],
        );
        let there = change(
            "TargetAddress",
            &["SMTP:a@x.example"],
            &["SMTP:b@y.example"],
        );
        assert!(already_made(&entry, std::slice::from_ref(&there)));
        assert!(already_made(&entry, &[change("homeMDB", &["CN=db"], &[])]));
        assert!(!already_made(&entry, &[there, change("mail", &["b"], &[])]));
        assert!(!already_made(&entry, &[change("mail", &[], &["c"])]));
    }
}
