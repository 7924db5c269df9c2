//! Modify: all of it or nothing, with Active Directory's own refusals.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use ldap3_proto::proto::{
    LdapModify, LdapModifyRequest, LdapModifyType, LdapResult, LdapResultCode,
};

use super::entries::{Born, Entry};
use super::schema::{self, Attribute};
use super::{name, result, syntax};
use crate::store::{Record, State};
use crate::world::World;

/// Carries out a modification: all of it or nothing. `permissive` takes an added value that is there, and a
/// deleted one that is not, for done.
pub(super) fn modify(world: &World, request: &LdapModifyRequest, permissive: bool) -> LdapResult {
    // What stands there is looked at and changed in one go: two clients never change the same object at once.
    let outcome = world.store.write(&[], |state| {
        match decide(&world.directory, state, request, permissive) {
            Ok(record) => (record, result(LdapResultCode::Success, "")),
            Err(refusal) => (None, refusal),
        }
    });
    outcome.unwrap_or_else(|error| result(LdapResultCode::Unavailable, &error.to_string()))
}

/// What is to be written down; nothing where everything stands as it should already.
fn decide(
    born: &Born,
    state: &State,
    request: &LdapModifyRequest,
    permissive: bool,
) -> Result<Option<Record>, LdapResult> {
    let normal = name::normal(&request.dn).ok_or_else(bad_name)?;
    let entry = born.get(state, &normal).ok_or_else(no_object)?;
    if request.changes.is_empty() {
        return Err(unwilling());
    }
    let mut changed: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
    for change in &request.changes {
        let attribute = writable(born, &entry, &change.modification.atype)?;
        let values = changed
            .entry(attribute.name)
            .or_insert_with(|| entry.values(attribute.name).to_vec());
        apply(born, attribute, values, change, permissive)?;
        if attribute.single && values.len() > 1 {
            return Err(exists());
        }
    }
    changed.retain(|name, values| values.as_slice() != entry.values(name));
    if changed.is_empty() {
        return Ok(None);
    }
    Ok(Some(Record::DirectoryModified {
        dn: entry.dn.clone(),
        attributes: changed
            .into_iter()
            .map(|(name, values)| {
                let values = values.iter().map(|value| BASE64.encode(value));
                (name.to_owned(), values.collect())
            })
            .collect(),
        at: Timestamp::now().as_second(),
    }))
}

fn writable(born: &Born, entry: &Entry, name: &str) -> Result<&'static Attribute, LdapResult> {
    let Some(attribute) = born.schema.attribute(name) else {
        return Err(result(
            LdapResultCode::NoSuchAttribute,
            "00000057: LdapErr: DSID-0C090D8A, comment: Error in attribute conversion operation, data 0, v1db1",
        ));
    };
    if attribute.may_be_written(entry) {
        return Ok(attribute);
    }
    Err(result(
        LdapResultCode::InsufficentAccessRights,
        "00002098: SecErr: DSID-03150BC1, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0",
    ))
}

fn apply(
    born: &Born,
    attribute: &Attribute,
    values: &mut Vec<Vec<u8>>,
    change: &LdapModify,
    permissive: bool,
) -> Result<(), LdapResult> {
    let given = &change.modification.vals;
    let same = |held: &[u8], value: &[u8]| syntax::same(attribute, held, value);
    // A name is kept as its object writes it, so that there is one way to point at it.
    let kept = |value: &[u8]| {
        let kept = syntax::kept(attribute, value, |normal| born.written(normal).is_some())?;
        let written = std::str::from_utf8(&kept)
            .ok()
            .filter(|_| attribute.syntax == schema::Syntax::Name)
            .and_then(name::normal)
            .and_then(|normal| born.written(&normal));
        Ok(written.map_or(kept, |written| written.as_bytes().to_vec()))
    };
    match change.operation {
        LdapModifyType::Add if given.is_empty() => Err(unwilling()),
        LdapModifyType::Add => {
            for value in given {
                let value = kept(value)?;
                if values.iter().any(|held| same(held, &value)) {
                    if permissive {
                        continue;
                    }
                    return Err(exists());
                }
                values.push(value);
            }
            Ok(())
        }
        LdapModifyType::Replace => {
            let mut new: Vec<Vec<u8>> = Vec::new();
            for value in given {
                let value = kept(value)?;
                if new.iter().any(|held| same(held, &value)) {
                    return Err(exists());
                }
                new.push(value);
            }
            *values = new;
            Ok(())
        }
        LdapModifyType::Delete if given.is_empty() => {
            if values.is_empty() && !permissive {
                return Err(absent());
            }
            values.clear();
            Ok(())
        }
        LdapModifyType::Delete => {
            for value in given {
                match values.iter().position(|held| same(held, value)) {
                    Some(at) => {
                        values.remove(at);
                    }
                    None if permissive => {}
                    None => return Err(absent()),
                }
            }
            Ok(())
        }
        // Active Directory has no such thing.
        LdapModifyType::Increment => Err(result(
            LdapResultCode::ProtocolError,
            "00002021: LdapErr: DSID-0C090B3F, comment: no such kind of modification",
        )),
    }
}

pub(super) fn no_object() -> LdapResult {
    let mut missing = result(
        LdapResultCode::NoSuchObject,
        "0000208D: NameErr: DSID-0310020A, problem 2001 (NO_OBJECT), data 0, best match of: ''",
    );
    missing.matcheddn = crate::org::BASE_DN.to_owned();
    missing
}

pub(super) fn bad_name() -> LdapResult {
    result(
        LdapResultCode::InvalidDNSyntax,
        "0000208F: NameErr: DSID-03100225, problem 2006 (BAD_NAME), data 8350, best match of: ''",
    )
}

fn unwilling() -> LdapResult {
    result(
        LdapResultCode::UnwillingToPerform,
        "00002035: LdapErr: DSID-0C090B3F, comment: a modification without values",
    )
}

fn exists() -> LdapResult {
    result(
        LdapResultCode::AttributeOrValueExists,
        "00002081: AtrErr: DSID-03151904, #1: problem 1006 (ATT_OR_VALUE_EXISTS), data 0",
    )
}

fn absent() -> LdapResult {
    result(
        LdapResultCode::NoSuchAttribute,
        "00002085: AtrErr: DSID-03151904, #1: problem 1001 (NO_ATTRIBUTE_OR_VAL), data 0",
    )
}
