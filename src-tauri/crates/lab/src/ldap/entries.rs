//! The directory's objects: born from the personas, changed by what the log says.

use std::collections::BTreeMap;

use ldap3_proto::proto::LdapSearchScope;

use super::objects;
use crate::org::Persona;
use crate::world::World;

/// An attribute's name as it is written, and its values.
pub(super) type Attribute = (String, Vec<Vec<u8>>);

/// An object.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    pub(super) dn: String,
    /// The same, for comparing.
    normal: String,
    /// By name in lower case.
    pub(super) attributes: BTreeMap<String, Attribute>,
}

impl Entry {
    /// An object of these classes.
    pub(super) fn new(dn: impl Into<String>, classes: &[&str]) -> Self {
        let mut entry = Self {
            dn: dn.into(),
            normal: String::new(),
            attributes: BTreeMap::new(),
        };
        let dn = entry.dn.clone();
        entry.set("distinguishedName", &[&dn]);
        entry.set("objectClass", classes);
        let name = dn
            .split_once('=')
            .map(|(_, rest)| rest.split(',').next().unwrap_or(rest).to_owned())
            .unwrap_or_default();
        entry.set("name", &[&name]);
        entry
    }

    pub(super) fn set(&mut self, name: &str, values: &[&str]) {
        self.set_bytes(name, values.iter().map(|v| v.as_bytes().to_vec()).collect());
    }

    pub(super) fn set_bytes(&mut self, name: &str, values: Vec<Vec<u8>>) {
        self.attributes
            .insert(name.to_lowercase(), (name.to_owned(), values));
    }

    /// The values of an attribute.
    pub(super) fn values(&self, name: &str) -> &[Vec<u8>] {
        self.attributes
            .get(&name.to_lowercase())
            .map_or(&[], |(_, values)| values)
    }
}

/// Every object as it was born, in a fixed order. Made once for a world.
pub(crate) struct Born(Vec<Entry>);

impl Born {
    pub(crate) fn new(seed: u64, personas: &[Persona]) -> Self {
        let mut entries = objects::containers();
        entries.extend(personas.iter().map(objects::mailbox));
        entries.extend(objects::others(seed));
        for entry in &mut entries {
            entry.normal = normal(&entry.dn);
        }
        Self(entries)
    }
}

/// Every object as it is now.
pub(super) struct Directory<'a> {
    born: &'a [Entry],
    /// By place in `born`.
    changed: BTreeMap<usize, Entry>,
}

impl<'a> Directory<'a> {
    pub(super) fn of(world: &'a World) -> Self {
        let born = world.directory.0.as_slice();
        let changed = world.store.read(|state| {
            let changed = born.iter().enumerate().filter_map(|(at, entry)| {
                let attributes = state.directory.get(&entry.dn.to_lowercase())?;
                let mut entry = entry.clone();
                for (name, values) in attributes {
                    let written = super::modify::written(name).unwrap_or(name);
                    entry.set_bytes(written, values.clone());
                }
                Some((at, entry))
            });
            if state.directory.is_empty() {
                BTreeMap::new()
            } else {
                changed.collect()
            }
        });
        Self { born, changed }
    }

    fn all(&self) -> impl Iterator<Item = &Entry> {
        let born = self.born.iter().enumerate();
        born.map(|(at, entry)| self.changed.get(&at).unwrap_or(entry))
    }

    pub(super) fn get(&self, dn: &str) -> Option<&Entry> {
        let dn = normal(dn);
        self.all().find(|entry| entry.normal == dn)
    }

    pub(super) fn under(
        &self,
        base: &str,
        scope: &LdapSearchScope,
    ) -> impl Iterator<Item = &Entry> {
        let base = normal(base);
        let below = format!(",{base}");
        self.all().filter(move |entry| match scope {
            LdapSearchScope::Base => entry.normal == base,
            LdapSearchScope::OneLevel => entry
                .normal
                .strip_suffix(&below)
                .is_some_and(|rest| !rest.contains(',')),
            LdapSearchScope::Subtree => entry.normal == base || entry.normal.ends_with(&below),
            LdapSearchScope::Children => entry.normal.ends_with(&below),
        })
    }
}

/// For comparing: lower case, no spaces around separators. No name of this company holds a comma.
fn normal(dn: &str) -> String {
    dn.split(',')
        .map(|part| part.split('=').map(str::trim).collect::<Vec<_>>().join("="))
        .collect::<Vec<_>>()
        .join(",")
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_regard_to_case_and_spaces() {
        assert_eq!(normal("CN = Åsa , DC=Nordvik"), normal("cn=åsa,dc=nordvik"));
    }
}
