//! The directory's objects: born from the personas, changed by what the log says.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use ldap3_proto::proto::LdapSearchScope;

use super::schema::{self, Origin, Schema};
use super::{name, objects};
use crate::org::{BASE_DN, Persona, SourceVersion};
use crate::seed;
use crate::store::State;

/// An attribute's name as it is written, and its values.
pub(super) type Attribute = (String, Vec<Vec<u8>>);

/// An object.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    pub(super) dn: String,
    /// The same, for comparing.
    pub(super) normal: String,
    /// Which naming context holds it: a search does not leave its own.
    context: usize,
    /// By name in lower case.
    pub(super) attributes: BTreeMap<String, Attribute>,
}

impl Entry {
    /// An object of these classes.
    pub(super) fn new(dn: impl Into<String>, classes: &[&str]) -> Self {
        let mut entry = Self {
            dn: dn.into(),
            ..Self::default()
        };
        let dn = entry.dn.clone();
        entry.normal = name::normal(&dn).unwrap_or_default();
        entry.set("distinguishedName", &[&dn]);
        entry.set("objectClass", classes);
        let own = name::first(&dn).unwrap_or_default();
        entry.set("name", &[&own]);
        let naming = match dn.split_once('=') {
            Some(("OU", _)) => "ou",
            Some(("DC", _)) => "dc",
            _ => "cn",
        };
        entry.set(naming, &[&own]);
        entry.set("instanceType", &["4"]);
        entry
    }

    pub(super) fn set(&mut self, name: &str, values: &[&str]) {
        self.set_bytes(name, values.iter().map(|v| v.as_bytes().to_vec()).collect());
    }

    pub(super) fn set_bytes(&mut self, name: &str, values: Vec<Vec<u8>>) {
        self.attributes
            .insert(name.to_lowercase(), (name.to_owned(), values));
    }

    /// The values of an attribute that are kept.
    pub(super) fn values(&self, name: &str) -> &[Vec<u8>] {
        self.attributes
            .get(&name.to_lowercase())
            .map_or(&[], |(_, values)| values)
    }
}

/// Values by the attribute's name in lower case.
pub(crate) type Values = BTreeMap<String, Vec<Vec<u8>>>;

/// Every object as it was born, in a fixed order. Made once for a world.
pub(crate) struct Born {
    pub(super) schema: Schema,
    entries: Vec<Entry>,
    by_name: BTreeMap<String, usize>,
}

/// The update sequence number of the first object.
const FIRST_USN: u64 = 8_200;
/// When the company's directory was set up.
const BORN: &str = "20090302081500.0Z";

impl Born {
    pub(crate) fn new(seed: u64, source: SourceVersion, personas: &[Persona]) -> Self {
        let mut entries = objects::all(seed, source, personas);
        for (at, entry) in (0..).zip(&mut entries) {
            entry.context = naming_context(&entry.normal);
            let usn = (FIRST_USN + at).to_string();
            entry.set("uSNCreated", &[&usn]);
            entry.set("uSNChanged", &[&usn]);
            entry.set("whenCreated", &[BORN]);
            entry.set("whenChanged", &[BORN]);
            if entry.values("objectGUID").is_empty() {
                let guid = seed::guid(seed, &["object", &entry.normal]);
                entry.set_bytes("objectGUID", vec![guid.to_vec()]);
            }
        }
        let by_name = entries
            .iter()
            .enumerate()
            .map(|(at, entry)| (entry.normal.clone(), at))
            .collect();
        Self {
            schema: Schema(source),
            entries,
            by_name,
        }
    }

    /// The update sequence number after so many writes.
    pub(super) fn usn(&self, writes: u64) -> u64 {
        FIRST_USN + self.entries.len() as u64 + writes
    }

    /// The object of this name as it is now.
    pub(super) fn get(&self, state: &State, normal: &str) -> Option<Entry> {
        let at = *self.by_name.get(normal)?;
        let born = self.entries.get(at)?;
        Some(self.now(state, born).unwrap_or_else(|| born.clone()))
    }

    /// The attributes of an object as it was born and as it is now, by name in lower case, without those that
    /// every write changes.
    pub(crate) fn before_and_now(&self, state: &State, dn: &str) -> Option<(Values, Values)> {
        let normal = name::normal(dn)?;
        let born = self.entries.get(*self.by_name.get(&normal)?)?;
        let values = |entry: &Entry| {
            entry
                .attributes
                .iter()
                .filter(|(name, _)| !matches!(name.as_str(), "usnchanged" | "whenchanged"))
                .map(|(name, (_, values))| (name.clone(), values.clone()))
                .filter(|(_, values)| !values.is_empty())
                .collect()
        };
        Some((values(born), values(&self.get(state, &normal)?)))
    }

    /// How the name of an object is written.
    pub(super) fn written(&self, normal: &str) -> Option<&str> {
        let at = *self.by_name.get(normal)?;
        self.entries.get(at).map(|entry| entry.dn.as_str())
    }

    /// The object as the log left it, if the log knows it.
    fn now(&self, state: &State, born: &Entry) -> Option<Entry> {
        let changed = state.directory.get(&born.normal)?;
        let mut entry = born.clone();
        for (name, values) in &changed.attributes {
            let known = self.schema.attribute(name);
            let written = known.map_or(name.as_str(), |known| known.name);
            entry.set_bytes(written, values.clone());
        }
        entry.set("uSNChanged", &[&self.usn(changed.write).to_string()]);
        if let Ok(at) = Timestamp::from_second(changed.at) {
            entry.set(
                "whenChanged",
                &[&at.strftime("%Y%m%d%H%M%S.0Z").to_string()],
            );
        }
        Some(entry)
    }
}

/// Every object as it is now.
pub(super) struct Directory<'a> {
    born: &'a Born,
    /// By place in `born`.
    changed: BTreeMap<usize, Entry>,
    links: OnceCell<Links<'a>>,
}

/// Who points where: by the pointing attribute's name in lower case and the name pointed to.
type Links<'a> = BTreeMap<(&'static str, Vec<u8>), Vec<&'a str>>;

impl<'a> Directory<'a> {
    pub(super) fn of(born: &'a Born, state: &State) -> Self {
        let changed = state
            .directory
            .keys()
            .filter_map(|normal| {
                let at = *born.by_name.get(normal)?;
                Some((at, born.now(state, born.entries.get(at)?)?))
            })
            .collect();
        Self {
            born,
            changed,
            links: OnceCell::new(),
        }
    }

    pub(super) const fn schema(&self) -> Schema {
        self.born.schema
    }

    fn all(&self) -> impl Iterator<Item = &Entry> {
        let born = self.born.entries.iter().enumerate();
        born.map(|(at, entry)| self.changed.get(&at).unwrap_or(entry))
    }

    /// The object of this name.
    pub(super) fn get(&self, normal: &str) -> Option<&Entry> {
        let at = *self.born.by_name.get(normal)?;
        self.changed.get(&at).or_else(|| self.born.entries.get(at))
    }

    /// The objects in this scope, of the base's own naming context.
    pub(super) fn under(&self, base: &Entry, scope: &LdapSearchScope) -> Vec<&Entry> {
        let below = format!(",{}", base.normal);
        let is_base = |entry: &Entry| entry.normal == base.normal;
        let one = |entry: &Entry| {
            let rest = entry.normal.strip_suffix(&below);
            rest.is_some_and(|rest| !rest.contains(','))
        };
        let here = self.all().filter(|entry| entry.context == base.context);
        match scope {
            LdapSearchScope::Base => self.get(&base.normal).into_iter().collect(),
            LdapSearchScope::OneLevel => here.filter(|entry| one(entry)).collect(),
            LdapSearchScope::Subtree => here
                .filter(|entry| is_base(entry) || entry.normal.ends_with(&below))
                .collect(),
            LdapSearchScope::Children => here
                .filter(|entry| entry.normal.ends_with(&below))
                .collect(),
        }
    }

    /// The values of an attribute, those of back links included.
    pub(super) fn values(&self, entry: &Entry, name: &str) -> Vec<Vec<u8>> {
        let attribute = self.born.schema.attribute(name);
        match attribute.map(|attribute| attribute.origin) {
            Some(Origin::LinksOf(forward)) => self
                .links()
                .get(&(forward, entry.dn.as_bytes().to_vec()))
                .map(|from| from.iter().map(|dn| dn.as_bytes().to_vec()).collect())
                .unwrap_or_default(),
            _ => entry.values(name).to_vec(),
        }
    }

    fn links(&self) -> &Links<'a> {
        self.links.get_or_init(|| {
            let mut links = Links::new();
            for (at, born) in self.born.entries.iter().enumerate() {
                let entry = self.changed.get(&at).unwrap_or(born);
                for (_, forward) in schema::back_links() {
                    for target in entry.values(forward) {
                        // Names are kept as their object writes them.
                        links
                            .entry((forward, target.clone()))
                            .or_default()
                            .push(&born.dn);
                    }
                }
            }
            links
        })
    }
}

/// The naming context that holds an object of this name.
fn naming_context(normal: &str) -> usize {
    let base = BASE_DN.to_lowercase();
    let configuration = format!("cn=configuration,{base}");
    let schema = format!("cn=schema,{configuration}");
    [schema, configuration]
        .iter()
        .position(|context| normal == context || normal.ends_with(&format!(",{context}")))
        .unwrap_or(usize::MAX)
}
