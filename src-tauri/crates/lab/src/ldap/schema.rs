//! The schema: every attribute there is, what its values may be, on what objects it stands, and whether the
//! migrating account may write it. As in the schema of Exchange 2007, as far as a migration meets it.

use super::entries::Entry;
use crate::org::SourceVersion;

/// What an attribute's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// Text, compared without regard to case; at most so many bytes.
    Text(usize),
    /// A distinguished name. The object must exist.
    Name,
    /// A number of 32 bits.
    Integer,
    /// A number of 64 bits.
    LargeInteger,
    /// `TRUE` or `FALSE`.
    Boolean,
    /// Bytes, at most so many.
    Octets(usize),
    /// `20261125024747.0Z`.
    Time,
}

/// On what objects an attribute may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    /// On all.
    All,
    /// On whatever can receive mail: users, contacts, groups.
    Recipient,
    /// On users and contacts.
    Person,
    /// On accounts: users alone.
    User,
    /// On groups.
    Group,
    /// On what describes the forest and its Exchange organisation.
    Configuration,
}

/// Where the values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// They are kept, and the migrating account may write them.
    Written,
    /// They are kept, and the system alone writes them, or somebody with more rights.
    Kept,
    /// They are the objects whose attribute of this name points here.
    LinksOf(&'static str),
    /// They are made when they are asked for by name.
    Constructed,
}

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute {
    /// As the schema writes it.
    pub(super) name: &'static str,
    pub(super) syntax: Syntax,
    /// Whether it holds one value at most.
    pub(super) single: bool,
    pub(super) on: On,
    pub(super) origin: Origin,
}

const fn one(name: &'static str, syntax: Syntax, on: On, origin: Origin) -> Attribute {
    Attribute {
        name,
        syntax,
        single: true,
        on,
        origin,
    }
}

const fn many(name: &'static str, syntax: Syntax, on: On, origin: Origin) -> Attribute {
    Attribute {
        name,
        syntax,
        single: false,
        on,
        origin,
    }
}

use On::{All, Configuration, Group, Person, Recipient, User};
use Origin::{Constructed, Kept, LinksOf, Written};
use Syntax::{Boolean, Integer, LargeInteger, Name, Octets, Text, Time};

const LONG: usize = 4096;

const ATTRIBUTES: &[Attribute] = &[
    one("accountExpires", LargeInteger, User, Kept),
    one("adminCount", Integer, Recipient, Kept),
    many("allowedAttributes", Text(LONG), All, Constructed),
    many("allowedAttributesEffective", Text(LONG), All, Constructed),
    one("altRecipient", Name, Recipient, Written),
    many("altRecipientBL", Name, Recipient, LinksOf("altRecipient")),
    many("authOrig", Name, Recipient, Written),
    one("badPwdCount", Integer, User, Kept),
    one("canonicalName", Text(LONG), All, Constructed),
    one("cn", Text(64), All, Kept),
    one("codePage", Integer, User, Kept),
    one("countryCode", Integer, User, Kept),
    one("createTimeStamp", Time, All, Constructed),
    one("dc", Text(64), All, Kept),
    one("delivContLength", Integer, Recipient, Written),
    one("deliverAndRedirect", Boolean, Recipient, Written),
    one("department", Text(64), Person, Written),
    many("description", Text(1024), All, Written),
    one("displayName", Text(256), Recipient, Written),
    one("distinguishedName", Name, All, Kept),
    one("dnsRoot", Text(255), Configuration, Kept),
    one("extensionAttribute1", Text(1024), Recipient, Written),
    one("extensionAttribute15", Text(2048), Recipient, Written),
    many("gatewayProxy", Text(1123), Configuration, Kept),
    one("givenName", Text(64), Person, Written),
    one("groupType", Integer, Group, Kept),
    one("homeMDB", Name, Person, Written),
    many("homeMDBBL", Name, Configuration, LinksOf("homeMDB")),
    one("homeMTA", Name, Person, Written),
    one("instanceType", Integer, All, Kept),
    one("internetEncoding", Integer, Recipient, Written),
    one("lastLogon", LargeInteger, User, Kept),
    one("legacyExchangeDN", Text(LONG), All, Written),
    one("logonCount", Integer, User, Kept),
    one("mAPIRecipient", Boolean, Recipient, Written),
    one("mDBOverHardQuotaLimit", Integer, Person, Written),
    one("mDBOverQuotaLimit", Integer, Person, Written),
    one("mDBStorageQuota", Integer, Person, Written),
    one("mDBUseDefaults", Boolean, Person, Written),
    one("mail", Text(256), All, Written),
    one("mailNickname", Text(64), Recipient, Written),
    many("member", Name, Group, Kept),
    many("memberOf", Name, All, LinksOf("member")),
    one("modifyTimeStamp", Time, All, Constructed),
    one("msExchAcceptedDomainFlags", Integer, Configuration, Kept),
    one("msExchAcceptedDomainName", Text(256), Configuration, Kept),
    one("msExchALObjectVersion", Integer, Recipient, Written),
    one("msExchCurrentServerRoles", Integer, Configuration, Kept),
    one("msExchDynamicDLBaseDN", Name, Group, Kept),
    one("msExchDynamicDLFilter", Text(LONG), Group, Kept),
    one("msExchHideFromAddressLists", Boolean, Recipient, Written),
    one("msExchHomeServerName", Text(LONG), Person, Written),
    one("msExchMailboxGuid", Octets(16), Person, Written),
    one("msExchMailboxRetentionPeriod", Integer, Configuration, Kept),
    one(
        "msExchMailboxSecurityDescriptor",
        Octets(65_535),
        Person,
        Written,
    ),
    one("msExchMasterAccountSid", Octets(28), Person, Written),
    many(
        "msExchNonAuthoritativeDomains",
        Text(1123),
        Configuration,
        Kept,
    ),
    many("msExchPoliciesExcluded", Text(256), Recipient, Written),
    many("msExchPoliciesIncluded", Text(256), Recipient, Written),
    one("msExchRecipientDisplayType", Integer, Recipient, Written),
    one(
        "msExchRecipientTypeDetails",
        LargeInteger,
        Recipient,
        Written,
    ),
    one("msExchRequireAuthToSendTo", Boolean, Recipient, Written),
    one("msExchResourceCapacity", Integer, Person, Written),
    one("msExchResourceDisplay", Text(1024), Person, Written),
    many("msExchResourceMetaData", Text(1024), Person, Written),
    many(
        "msExchResourceSearchProperties",
        Text(1024),
        Person,
        Written,
    ),
    one("msExchUserAccountControl", Integer, User, Written),
    one("msExchUserCulture", Text(LONG), Person, Written),
    one("msExchVersion", LargeInteger, All, Written),
    one("nCName", Name, Configuration, Kept),
    one("nTSecurityDescriptor", Octets(65_535), All, Kept),
    one("name", Text(255), All, Kept),
    many("networkAddress", Text(256), Configuration, Kept),
    one("objectCategory", Name, All, Kept),
    many("objectClass", Text(LONG), All, Kept),
    one("objectGUID", Octets(16), All, Kept),
    one("objectSid", Octets(28), Recipient, Kept),
    one("objectVersion", Integer, Configuration, Kept),
    one("ou", Text(64), All, Kept),
    one("primaryGroupID", Integer, User, Kept),
    many("protocolSettings", Text(LONG), Recipient, Written),
    many("proxyAddresses", Text(1123), All, Written),
    many("publicDelegates", Name, Recipient, Written),
    many(
        "publicDelegatesBL",
        Name,
        Recipient,
        LinksOf("publicDelegates"),
    ),
    one("pwdLastSet", LargeInteger, User, Kept),
    one("rangeUpper", Integer, Configuration, Kept),
    one("sAMAccountName", Text(256), Recipient, Kept),
    one("sAMAccountType", Integer, Recipient, Kept),
    many("serialNumber", Text(64), All, Kept),
    many("showInAddressBook", Name, Recipient, Written),
    one("sn", Text(64), Person, Written),
    one("structuralObjectClass", Text(LONG), All, Constructed),
    one("submissionContLength", Integer, Recipient, Written),
    one("systemFlags", Integer, All, Kept),
    one("targetAddress", Text(1123), Recipient, Written),
    one("telephoneNumber", Text(64), Person, Written),
    one("textEncodedORAddress", Text(1024), Recipient, Written),
    one("title", Text(128), Person, Written),
    many("uPNSuffixes", Text(256), Configuration, Kept),
    one("uSNChanged", LargeInteger, All, Kept),
    one("uSNCreated", LargeInteger, All, Kept),
    many("unauthOrig", Name, Recipient, Written),
    one("userAccountControl", Integer, User, Kept),
    one("userPrincipalName", Text(1024), User, Kept),
    one("versionNumber", Integer, Configuration, Kept),
    one("whenChanged", Time, All, Kept),
    one("whenCreated", Time, All, Kept),
];

/// What Exchange 2007 brought along.
const SINCE_2007: &[&str] = &[
    "msExchAcceptedDomainFlags",
    "msExchAcceptedDomainName",
    "msExchCurrentServerRoles",
    "msExchRecipientDisplayType",
    "msExchRecipientTypeDetails",
    "msExchResourceCapacity",
    "msExchResourceDisplay",
    "msExchResourceMetaData",
    "msExchResourceSearchProperties",
    "msExchUserCulture",
    "msExchVersion",
];

/// The schema of a version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema(pub(super) SourceVersion);

impl Schema {
    fn attributes(self) -> impl Iterator<Item = &'static Attribute> {
        ATTRIBUTES.iter().filter(move |attribute| {
            self.0 == SourceVersion::Exchange2007 || !SINCE_2007.contains(&attribute.name)
        })
    }

    /// The attribute of this name, in any case of letters; `None` where the schema has none.
    pub(super) fn attribute(self, name: &str) -> Option<&'static Attribute> {
        self.attributes()
            .find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// `allowedAttributes`: what an object of these classes may have at all.
    pub(super) fn allowed(self, entry: &Entry) -> Vec<Vec<u8>> {
        self.names(|attribute| attribute.stands_on(entry))
    }

    /// `allowedAttributesEffective`: what the migrating account may write.
    pub(super) fn effective(self, entry: &Entry) -> Vec<Vec<u8>> {
        self.names(|attribute| attribute.may_be_written(entry))
    }

    fn names(self, of: impl Fn(&Attribute) -> bool) -> Vec<Vec<u8>> {
        self.attributes()
            .filter(|attribute| of(attribute))
            .map(|attribute| attribute.name.as_bytes().to_vec())
            .collect()
    }
}

/// Every attribute that is the back of another.
pub(super) fn back_links() -> impl Iterator<Item = (&'static Attribute, &'static str)> {
    ATTRIBUTES
        .iter()
        .filter_map(|attribute| match attribute.origin {
            LinksOf(forward) => Some((attribute, forward)),
            _ => None,
        })
}

impl Attribute {
    /// Whether an object of these classes may have it.
    pub(super) fn stands_on(&self, entry: &Entry) -> bool {
        let is = |class: &str| {
            entry
                .values("objectClass")
                .iter()
                .any(|c| c == class.as_bytes())
        };
        let group = || is("group") || is("msExchDynamicDistributionList");
        match self.on {
            All => true,
            Recipient => is("person") || group(),
            Person => is("person"),
            User => is("user"),
            Group => group(),
            Configuration => !is("person") && !group(),
        }
    }

    /// Whether the migrating account may write it on this object. The account was given the mail attributes of
    /// whatever can receive mail; the rights that AdminSDHolder sets on protected accounts do not mention it.
    pub(super) fn may_be_written(&self, entry: &Entry) -> bool {
        let recipient = entry.values("objectClass").iter().any(|class| {
            matches!(
                class.as_slice(),
                b"person" | b"group" | b"msExchDynamicDistributionList"
            )
        });
        let protected = entry.values("adminCount").iter().any(|value| value == b"1");
        self.origin == Written && self.stands_on(entry) && recipient && !protected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_and_every_back_link_has_its_forward_link() {
        for attribute in ATTRIBUTES {
            let same = |other: &&Attribute| other.name.eq_ignore_ascii_case(attribute.name);
            assert_eq!(
                ATTRIBUTES.iter().filter(same).count(),
                1,
                "{}",
                attribute.name
            );
            if let LinksOf(forward) = attribute.origin {
                let forward = Schema(SourceVersion::Exchange2003).attribute(forward);
                assert!(forward.is_some_and(|f| f.syntax == Name));
            }
        }
        for name in SINCE_2007 {
            assert!(
                Schema(SourceVersion::Exchange2007)
                    .attribute(name)
                    .is_some()
            );
            assert!(
                Schema(SourceVersion::Exchange2003)
                    .attribute(name)
                    .is_none()
            );
        }
    }
}
