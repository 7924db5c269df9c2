//! Modify: what the staged method writes, with Active Directory's own refusals.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ldap3_proto::proto::{LdapModifyRequest, LdapModifyType, LdapResult, LdapResultCode};

use super::entries::Directory;
use super::result;
use crate::store::Record;
use crate::world::World;

/// The schema: every attribute there is, whether it holds one value, whether the migrating account may write it.
const SCHEMA: &[(&str, bool, bool)] = &[
    ("adminCount", true, false),
    ("altRecipient", true, true),
    ("cn", true, false),
    ("dc", true, false),
    ("defaultNamingContext", true, false),
    ("deliverAndRedirect", true, true),
    ("description", false, true),
    ("displayName", true, true),
    ("distinguishedName", true, false),
    ("givenName", true, true),
    ("homeMDB", true, true),
    ("homeMTA", true, true),
    ("legacyExchangeDN", true, true),
    ("mDBUseDefaults", true, true),
    ("mail", true, true),
    ("mailNickname", true, true),
    ("member", false, true),
    ("msExchCurrentServerRoles", true, false),
    ("msExchHideFromAddressLists", true, true),
    ("msExchHomeServerName", true, true),
    ("msExchMailboxGuid", true, true),
    ("msExchMasterAccountSid", true, true),
    ("msExchPoliciesExcluded", false, true),
    ("msExchPoliciesIncluded", false, true),
    ("msExchRecipientDisplayType", true, true),
    ("msExchRecipientTypeDetails", true, true),
    ("msExchUserAccountControl", true, true),
    ("msExchUserCulture", true, true),
    ("msExchVersion", true, true),
    ("name", true, false),
    ("networkAddress", false, false),
    ("objectCategory", true, false),
    ("objectClass", false, false),
    ("objectGUID", true, false),
    ("objectVersion", true, false),
    ("protocolSettings", false, true),
    ("proxyAddresses", false, true),
    ("rangeUpper", true, false),
    ("sAMAccountName", true, false),
    ("serialNumber", false, false),
    ("sn", true, true),
    ("targetAddress", true, true),
    ("userAccountControl", true, false),
    ("userPrincipalName", true, false),
    ("versionNumber", true, false),
];

/// `rangeUpper` of `targetAddress` and of `proxyAddresses`.
const LONGEST_ADDRESS: usize = 1123;

/// The attribute's name as the schema writes it; `None` where the schema has no such attribute.
pub(super) fn written(name: &str) -> Option<&'static str> {
    attribute(name).map(|(written, _, _)| *written)
}

fn attribute(name: &str) -> Option<&'static (&'static str, bool, bool)> {
    SCHEMA
        .iter()
        .find(|(known, _, _)| known.eq_ignore_ascii_case(name))
}

/// Carries out a modification: all of it or nothing.
pub(super) fn modify(world: &World, request: &LdapModifyRequest) -> LdapResult {
    let directory = Directory::of(world);
    let Some(entry) = directory.get(&request.dn) else {
        return result(
            LdapResultCode::NoSuchObject,
            "0000208D: NameErr: DSID-0310020A, problem 2001 (NO_OBJECT), data 0, best match of: ''",
        );
    };
    // AdminSDHolder resets the rights on protected accounts: the migrating account's is not among them.
    let protected = entry.values("adminCount").iter().any(|value| value == b"1");
    let mut changed: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
    for change in &request.changes {
        let name = change.modification.atype.as_str();
        let Some((name, single, writable)) = attribute(name) else {
            return result(
                LdapResultCode::NoSuchAttribute,
                "00000057: LdapErr: DSID-0C090D8A, comment: Error in attribute conversion operation, data 0, v1db1",
            );
        };
        if protected || !writable {
            return result(
                LdapResultCode::InsufficentAccessRights,
                "00002098: SecErr: DSID-03150BC1, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0",
            );
        }
        let values = changed
            .entry(name)
            .or_insert_with(|| entry.values(name).to_vec());
        if let Err(refusal) = apply(name, values, &change.operation, &change.modification.vals) {
            return refusal;
        }
        if *single && values.len() > 1 {
            return exists();
        }
    }
    let record = Record::DirectoryModified {
        dn: entry.dn.clone(),
        attributes: changed
            .into_iter()
            .map(|(name, values)| {
                let values = values.iter().map(|value| BASE64.encode(value));
                (name.to_owned(), values.collect())
            })
            .collect(),
    };
    match world.store.note(record) {
        Ok(()) => result(LdapResultCode::Success, ""),
        Err(error) => result(LdapResultCode::Unavailable, &error.to_string()),
    }
}

fn apply(
    name: &str,
    values: &mut Vec<Vec<u8>>,
    operation: &LdapModifyType,
    given: &[Vec<u8>],
) -> Result<(), LdapResult> {
    let same = |a: &[u8], b: &[u8]| match (std::str::from_utf8(a), std::str::from_utf8(b)) {
        (Ok(a), Ok(b)) => a.to_lowercase() == b.to_lowercase(),
        _ => a == b,
    };
    let address = matches!(name, "targetAddress" | "proxyAddresses");
    if address && given.iter().any(|value| value.len() > LONGEST_ADDRESS) {
        return Err(result(
            LdapResultCode::InvalidAttributeSyntax,
            "00002082: AtrErr: DSID-03151904, #1: problem 1005 (CONSTRAINT_ATT_TYPE)",
        ));
    }
    match operation {
        LdapModifyType::Add => {
            for value in given {
                if values.iter().any(|held| same(held, value)) {
                    return Err(exists());
                }
                values.push(value.clone());
            }
        }
        LdapModifyType::Replace => *values = given.to_vec(),
        LdapModifyType::Delete if given.is_empty() => {
            if values.is_empty() {
                return Err(absent());
            }
            values.clear();
        }
        LdapModifyType::Delete => {
            for value in given {
                let Some(at) = values.iter().position(|held| same(held, value)) else {
                    return Err(absent());
                };
                values.remove(at);
            }
        }
        LdapModifyType::Increment => {
            return Err(result(
                LdapResultCode::UnwillingToPerform,
                "0000200D: SvcErr: DSID-031A1021, problem 5003 (WILL_NOT_PERFORM), data 0",
            ));
        }
    }
    Ok(())
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
