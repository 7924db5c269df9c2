//! An entry, read without trusting the server to have sent one.

use ldap3::ResultEntry;
use ldap3::asn1::{PL, StructureTag};

/// An entry of the directory. Values are bytes: what they mean, the attribute's syntax says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) dn: String,
    attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl Entry {
    /// Nothing if it is not a SearchResultEntry (RFC 4511 section 4.5.2).
    pub(super) fn read(raw: ResultEntry) -> Option<Self> {
        let mut parts = constructed(raw.0)?.into_iter();
        let dn = text(parts.next()?)?;
        let mut attributes = constructed(parts.next()?)?
            .into_iter()
            .map(|attribute| {
                let mut parts = constructed(attribute)?.into_iter();
                let name = text(parts.next()?)?;
                let values = constructed(parts.next()?)?
                    .into_iter()
                    .map(bytes)
                    .collect::<Option<Vec<_>>>()?;
                Some((name, values))
            })
            .collect::<Option<Vec<_>>>()?;
        attributes.sort();
        Some(Self { dn, attributes })
    }

    /// The values of an attribute that are text. Names do not care about case.
    pub(super) fn texts(&self, name: &str) -> Vec<&str> {
        self.attributes
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name))
            .flat_map(|(_, values)| values)
            .filter_map(|value| std::str::from_utf8(value).ok())
            .collect()
    }

    /// The first of them.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).into_iter().next()
    }

    /// Every attribute with its values, by name.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&str, &[Vec<u8>])> {
        self.attributes
            .iter()
            .map(|(name, values)| (&**name, &**values))
    }

    #[cfg(test)]
    pub(super) fn of(dn: &str, attributes: &[(&str, &[&str])]) -> Self {
        Self {
            dn: dn.to_owned(),
            attributes: attributes
                .iter()
                .map(|(name, values)| {
                    let values = values.iter().map(|value| value.as_bytes().to_vec());
                    ((*name).to_owned(), values.collect())
                })
                .collect(),
        }
    }
}

fn constructed(tag: StructureTag) -> Option<Vec<StructureTag>> {
    match tag.payload {
        PL::C(parts) => Some(parts),
        PL::P(_) => None,
    }
}

fn bytes(tag: StructureTag) -> Option<Vec<u8>> {
    match tag.payload {
        PL::P(bytes) => Some(bytes),
        PL::C(_) => None,
    }
}

fn text(tag: StructureTag) -> Option<String> {
    String::from_utf8(bytes(tag)?).ok()
}
