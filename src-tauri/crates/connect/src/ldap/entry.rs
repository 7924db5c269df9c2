//! An entry, read without trusting the server to have sent one.

use std::collections::BTreeMap;

use ldap3::ResultEntry;
use ldap3::asn1::{PL, StructureTag};
use stegvis_engine::ports::DirectoryEntry;

/// Nothing if it is not a SearchResultEntry (RFC 4511 section 4.5.2).
pub(super) fn read(raw: ResultEntry) -> Option<DirectoryEntry> {
    let mut parts = constructed(raw.0)?.into_iter();
    let dn = text(parts.next()?)?;
    let mut attributes: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for attribute in constructed(parts.next()?)? {
        let mut parts = constructed(attribute)?.into_iter();
        let name = text(parts.next()?)?;
        let values = constructed(parts.next()?)?
            .into_iter()
            .map(bytes)
            .collect::<Option<Vec<_>>>()?;
        // Asked for without values, or sent without: it is as if it were not there.
        if !values.is_empty() {
            attributes.entry(name).or_default().extend(values);
        }
    }
    Some(DirectoryEntry { dn, attributes })
}

/// An entry as a test writes it.
#[cfg(test)]
pub(super) fn of(dn: &str, attributes: &[(&str, &[&str])]) -> DirectoryEntry {
    DirectoryEntry {
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
