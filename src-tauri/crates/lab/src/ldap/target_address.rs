//! `targetAddress` as the tenant's migration service writes it: with the same account, through the same refusals.

use ldap3_proto::proto::{
    LdapModify, LdapModifyRequest, LdapModifyType, LdapPartialAttribute, LdapResultCode,
};

use super::modify;
use crate::world::World;

/// Where an object forwards to.
pub(crate) fn get(world: &World, dn: &str) -> Option<String> {
    let (_, now) = world
        .store
        .read(|state| world.directory.before_and_now(state, dn))?;
    let value = now.get("targetaddress")?.first()?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// Makes an object forward to `value`; or Active Directory's words.
pub(crate) fn set(world: &World, dn: &str, value: &str) -> Result<(), String> {
    let request = LdapModifyRequest {
        dn: dn.to_owned(),
        changes: vec![LdapModify {
            operation: LdapModifyType::Replace,
            modification: LdapPartialAttribute {
                atype: "targetAddress".to_owned(),
                vals: vec![value.as_bytes().to_vec()],
            },
        }],
    };
    let result = modify::modify(world, &request, false);
    if result.code == LdapResultCode::Success {
        Ok(())
    } else {
        Err(result.message)
    }
}
