//! Attributes before and after, and what leads from one to the other.

use stegvis_journal::Values;

use crate::ports::{AttributeChange, DirectoryEntry};

/// An attribute that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name.
    pub name: String,
    /// What was expected.
    pub expected: Vec<Vec<u8>>,
    /// What stands there.
    pub found: Vec<Vec<u8>>,
}

/// The attributes of these names as an object holds them; one that it does not hold has no entry.
pub fn touched<'a>(entry: &DirectoryEntry, names: impl IntoIterator<Item = &'a String>) -> Values {
    names
        .into_iter()
        .filter_map(|name| {
            let values = entry.values(name);
            (!values.is_empty()).then(|| (name.clone(), values.to_vec()))
        })
        .collect()
}

/// The changes that lead from one state of some attributes to another, by explicit values.
#[must_use]
pub fn changes(from: &Values, to: &Values) -> Vec<AttributeChange> {
    let mut names: Vec<&String> = from.keys().chain(to.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter_map(|name| {
            let (old, new) = (values(from, name), values(to, name));
            let change = AttributeChange {
                name: name.clone(),
                delete: without(old, new),
                add: without(new, old),
            };
            (!change.delete.is_empty() || !change.add.is_empty()).then_some(change)
        })
        .collect()
}

/// Some attributes with changes made to them; nothing where a value to delete does not stand there.
#[must_use]
pub fn applied(before: &Values, changes: &[AttributeChange]) -> Option<Values> {
    let mut after = before.clone();
    for change in changes {
        let values = after.entry(change.name.clone()).or_default();
        for gone in &change.delete {
            let place = values.iter().position(|value| value == gone)?;
            values.remove(place);
        }
        for come in &change.add {
            if values.contains(come) {
                return None;
            }
            values.push(come.clone());
        }
        if values.is_empty() {
            after.remove(&change.name);
        }
    }
    Some(after)
}

/// Where an object's attributes are not as expected, byte for byte; the order of values means nothing.
#[must_use]
pub fn differences(expected: &Values, names: &[String], entry: &DirectoryEntry) -> Vec<Difference> {
    names
        .iter()
        .filter_map(|name| {
            let (expected, found) = (values(expected, name), entry.values(name));
            (!same(expected, found)).then(|| Difference {
                name: name.clone(),
                expected: expected.to_vec(),
                found: found.to_vec(),
            })
        })
        .collect()
}

/// Whether two attributes hold the same values, in whatever order.
#[must_use]
pub fn same(one: &[Vec<u8>], other: &[Vec<u8>]) -> bool {
    one.len() == other.len() && without(one, other).is_empty() && without(other, one).is_empty()
}

fn values<'a>(of: &'a Values, name: &str) -> &'a [Vec<u8>] {
    of.get(name).map_or(&[], Vec::as_slice)
}

fn without(some: &[Vec<u8>], others: &[Vec<u8>]) -> Vec<Vec<u8>> {
    some.iter()
        .filter(|value| !others.contains(value))
        .cloned()
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a directory holds: few names, so that both sides meet; no value twice in one attribute.
    fn any_values() -> impl Strategy<Value = Values> {
        let value = prop::collection::vec(any::<u8>(), 0..3);
        let values = prop::collection::hash_set(value, 1..4)
            .prop_map(|values| values.into_iter().collect::<Vec<_>>());
        prop::collection::btree_map("[a-d]", values, 0..4)
    }

    proptest! {
        #[test]
        fn the_changes_lead_there_and_their_inverse_back(before in any_values(), after in any_values()) {
            let there = changes(&before, &after);
            let reached = applied(&before, &there).unwrap();
            prop_assert!(reached.keys().eq(after.keys()));
            for (name, values) in &after {
                prop_assert!(same(values, &reached[name]));
            }
            let back: Vec<_> = there.iter().map(AttributeChange::inverse).collect();
            let home = applied(&reached, &back).unwrap();
            prop_assert!(home.keys().eq(before.keys()));
            for (name, values) in &before {
                prop_assert!(same(values, &home[name]));
            }
        }
    }

    #[test]
    fn a_value_that_is_gone_refuses_the_whole_change() {
        let before = Values::from([("mail".to_owned(), vec![b"a".to_vec()])]);
        let change = |delete: &[u8], name: &str| AttributeChange {
            name: name.to_owned(),
            delete: vec![delete.to_vec()],
            add: vec![b"c".to_vec()],
        };
        assert_eq!(applied(&before, &[change(b"b", "mail")]), None);
        assert_eq!(
            applied(&before, &[change(b"a", "mail"), change(b"a", "homeMDB")]),
            None
        );
    }
}
