//! What setting up Exchange adds to a forest's schema, as far as a staged migration touches it.
//!
//! Names, syntaxes, link numbers and most identifiers are Exchange's own; where no source tells the identifier,
//! one below the number kept free for documentation (RFC 5612) stands in.

use sha2::{Digest as _, Sha256};

use super::ldif::Ldif;
use super::{CONFIGURATION, Exchange};

/// attributeSyntax and oMSyntax.
type Syntax = (&'static str, &'static str);

const TEXT: Syntax = ("2.5.5.12", "64");
const NUMBER: Syntax = ("2.5.5.9", "2");
const LARGE: Syntax = ("2.5.5.16", "65");
const TRUTH: Syntax = ("2.5.5.8", "1");
const NAME: Syntax = ("2.5.5.1", "127");
const BYTES: Syntax = ("2.5.5.10", "4");
const DESCRIPTOR: Syntax = ("2.5.5.15", "66");
const SID: Syntax = ("2.5.5.17", "4");

/// An attribute of Exchange.
struct Attribute {
    name: &'static str,
    /// `M…` below 1.2.840.113556.1.2, `X…` below 1.2.840.113556.1.4.7000.102, `T…` made up.
    id: &'static str,
    syntax: Syntax,
    many: bool,
    link: Option<u32>,
    longest: Option<u32>,
    /// Exchange 2003 does not know it.
    since_2007: bool,
}

const fn one(name: &'static str, id: &'static str, syntax: Syntax) -> Attribute {
    Attribute {
        name,
        id,
        syntax,
        many: false,
        link: None,
        longest: None,
        since_2007: false,
    }
}

const fn many(name: &'static str, id: &'static str, syntax: Syntax) -> Attribute {
    Attribute {
        many: true,
        ..one(name, id, syntax)
    }
}

impl Attribute {
    const fn linked(self, link: u32) -> Self {
        Self {
            link: Some(link),
            ..self
        }
    }

    const fn longest(self, longest: u32) -> Self {
        Self {
            longest: Some(longest),
            ..self
        }
    }

    const fn since_2007(self) -> Self {
        Self {
            since_2007: true,
            ..self
        }
    }

    /// It belongs to a server, a domain or a policy, and to no recipient.
    fn of_organization(&self) -> bool {
        ORGANIZATION
            .iter()
            .any(|(_, _, _, may)| may.contains(&self.name))
            && self.name != "msExchVersion"
    }
}

const ATTRIBUTES: &[Attribute] = &[
    one("targetAddress", "M352", TEXT).longest(1123),
    one("mailNickname", "M447", TEXT).longest(64),
    one("homeMDB", "M244", NAME).linked(32),
    many("homeMDBBL", "M393", NAME).linked(33),
    one("homeMTA", "M171", NAME),
    one("altRecipient", "M126", NAME).linked(12),
    many("altRecipientBL", "M294", NAME).linked(13),
    many("publicDelegates", "M238", NAME).linked(14),
    many("publicDelegatesBL", "M295", NAME).linked(15),
    one("deliverAndRedirect", "M190", TRUTH),
    one("mDBUseDefaults", "M309", TRUTH),
    one("mDBStorageQuota", "M266", NUMBER),
    one("mDBOverQuotaLimit", "M272", NUMBER),
    one("internetEncoding", "M551", NUMBER),
    one("delivContLength", "M138", NUMBER),
    one("submissionContLength", "M280", NUMBER),
    one("extensionAttribute1", "M423", TEXT).longest(1024),
    one("extensionAttribute15", "M603", TEXT).longest(2048),
    many("protocolSettings", "M528", TEXT),
    many("gatewayProxy", "M302", TEXT),
    one("mDBOverHardQuotaLimit", "X11037", NUMBER),
    one("msExchMailboxGuid", "X11058", BYTES).longest(16),
    one("msExchHomeServerName", "X47", TEXT),
    one("msExchALObjectVersion", "X59", NUMBER),
    one("msExchHideFromAddressLists", "X73", TRUTH),
    one("msExchMailboxSecurityDescriptor", "X80", DESCRIPTOR).longest(65535),
    one("msExchMasterAccountSid", "X81", SID).longest(28),
    one("msExchUserAccountControl", "X101", NUMBER),
    many("msExchPoliciesIncluded", "X50050", TEXT),
    many("msExchPoliciesExcluded", "X50051", TEXT),
    one("msExchRecipientDisplayType", "X50730", NUMBER).since_2007(),
    one("msExchRecipientTypeDetails", "X50855", LARGE).since_2007(),
    one("msExchVersion", "T1", LARGE).since_2007(),
    one("msExchUserCulture", "T2", TEXT).since_2007(),
    many("msExchResourceMetaData", "T3", TEXT).since_2007(),
    many("msExchResourceSearchProperties", "T4", TEXT).since_2007(),
    one("msExchResourceDisplay", "T5", TEXT).since_2007(),
    one("msExchResourceCapacity", "T6", NUMBER).since_2007(),
    one("msExchCurrentServerRoles", "T7", NUMBER).since_2007(),
    one("msExchAcceptedDomainName", "T8", TEXT).since_2007(),
    one("msExchAcceptedDomainFlags", "T9", NUMBER).since_2007(),
    one("msExchMailboxRetentionPeriod", "T10", NUMBER),
    many("msExchNonAuthoritativeDomains", "T11", TEXT),
    one("msExchDynamicDLFilter", "T12", TEXT),
    one("msExchDynamicDLBaseDN", "T13", NAME),
];

/// Classes of the organisation: name, identifier, the class above, and what they may hold besides.
const ORGANIZATION: &[(&str, &str, &str, &[&str])] = &[
    (
        "msExchOrganizationContainer",
        "C50020",
        "container",
        &["msExchVersion"],
    ),
    (
        "msExchExchangeServer",
        "C50009",
        "server",
        &[
            "msExchVersion",
            "legacyExchangeDN",
            "versionNumber",
            "msExchCurrentServerRoles",
        ],
    ),
    (
        "msExchMDB",
        "C11002",
        "top",
        &[
            "msExchVersion",
            "legacyExchangeDN",
            "msExchMailboxRetentionPeriod",
        ],
    ),
    (
        "msExchRecipientPolicy",
        "C50019",
        "container",
        &[
            "msExchVersion",
            "gatewayProxy",
            "msExchNonAuthoritativeDomains",
        ],
    ),
    (
        "msExchAcceptedDomain",
        "T101",
        "container",
        &[
            "msExchVersion",
            "msExchAcceptedDomainName",
            "msExchAcceptedDomainFlags",
        ],
    ),
    (
        "msExchDynamicDistributionList",
        "T102",
        "top",
        &[
            "msExchDynamicDLFilter",
            "msExchDynamicDLBaseDN",
            "displayName",
        ],
    ),
];

/// A class whose parent is new comes in a transaction of its own.
const STORE: (&str, &str, &str, &[&str]) = ("msExchPrivateMDB", "C11004", "msExchMDB", &[]);

/// The files, in order: each is a transaction, and sees the schema as the one before left it.
pub(super) fn files(exchange: Exchange) -> Vec<String> {
    let known: Vec<&Attribute> = ATTRIBUTES
        .iter()
        .filter(|attribute| exchange == Exchange::V2007 || !attribute.since_2007)
        .collect();
    let knows = |name: &str| {
        known.iter().any(|attribute| attribute.name == name)
            || !ATTRIBUTES.iter().any(|attribute| attribute.name == name)
    };
    let mut attributes = Ldif::default();
    for attribute in &known {
        add_attribute(&mut attributes, attribute);
    }
    // Setup leaves its version as the upper end of an attribute that nothing uses.
    add_attribute(
        &mut attributes,
        &one("ms-Exch-Schema-Version-Pt", "T0", TEXT).longest(match exchange {
            Exchange::V2003 => 6870,
            Exchange::V2007 => 14625,
        }),
    );
    let mut classes = Ldif::default();
    for (name, id, above, may) in ORGANIZATION {
        if exchange == Exchange::V2003 && *name == "msExchAcceptedDomain" {
            continue;
        }
        let may: Vec<&str> = may.iter().copied().filter(|name| knows(name)).collect();
        add_class(&mut classes, name, id, above, &may);
    }
    let mut store = Ldif::default();
    add_class(&mut store, STORE.0, STORE.1, STORE.2, STORE.3);
    let mut uses = Ldif::default();
    uses.extend(
        &in_schema("Mail-Recipient"),
        "mayContain",
        known
            .iter()
            .filter(|attribute| !attribute.name.ends_with("BL") && !attribute.of_organization())
            .map(|attribute| attribute.name),
    );
    // A query-based group has an address like any recipient.
    uses.extend(
        &in_schema(&common_name("msExchDynamicDistributionList")),
        "mayContain",
        ["mail", "mailNickname", "proxyAddresses", "legacyExchangeDN"],
    );
    [attributes, classes, store, uses].map(|ldif| ldif.0).into()
}

/// The identifier by which rights on an attribute are given.
pub(super) fn guid(name: &str) -> String {
    match name {
        "proxyAddresses" => "bf967a06-0de6-11d0-a285-00aa003049e2".into(),
        "legacyExchangeDN" => "28630ebc-41d5-11d1-a9c1-0000f80367c1".into(),
        "mail" => "bf967961-0de6-11d0-a285-00aa003049e2".into(),
        _ => {
            let b = guid_bytes(name);
            let hex = |range: &[u8]| {
                range
                    .iter()
                    .fold(String::new(), |out, byte| format!("{out}{byte:02x}"))
            };
            // The first three parts are stored back to front.
            format!(
                "{}-{}-{}-{}-{}",
                hex(&[b[3], b[2], b[1], b[0]]),
                hex(&[b[5], b[4]]),
                hex(&[b[7], b[6]]),
                hex(&b[8..10]),
                hex(&b[10..16]),
            )
        }
    }
}

/// Whether this version's schema has the attribute.
pub(super) fn has(exchange: Exchange, name: &str) -> bool {
    exchange == Exchange::V2007
        || !ATTRIBUTES
            .iter()
            .any(|attribute| attribute.name == name && attribute.since_2007)
}

fn guid_bytes(name: &str) -> Vec<u8> {
    Sha256::digest(name)[..16].to_vec()
}

fn in_schema(cn: &str) -> String {
    format!("CN={cn},CN=Schema,{CONFIGURATION}")
}

fn identifier(id: &str) -> String {
    let (arc, number) = id.split_at(1);
    match arc {
        "M" => format!("1.2.840.113556.1.2.{number}"),
        "X" => format!("1.2.840.113556.1.4.7000.102.{number}"),
        "C" => format!("1.2.840.113556.1.5.7000.62.{number}"),
        _ => format!("1.3.6.1.4.1.32473.1.{number}"),
    }
}

/// `msExchHomeServerName` is kept as ms-Exch-Home-Server-Name, `targetAddress` as target-Address: only the
/// version's own is looked up by that name.
fn common_name(name: &str) -> String {
    if name.contains('-') {
        return name.to_owned();
    }
    let mut out = String::new();
    let mut before = '-';
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            out.push('-');
        }
        out.push(letter);
        before = letter;
    }
    if out.starts_with("ms-") {
        out
    } else {
        format!("ms-Exch-{out}")
    }
}

fn add_attribute(ldif: &mut Ldif, attribute: &Attribute) {
    let cn = common_name(attribute.name);
    let (syntax, om) = attribute.syntax;
    let entry = ldif
        .add(&in_schema(&cn), "attributeSchema")
        .value("cn", &cn)
        .value("lDAPDisplayName", attribute.name.replace('-', ""))
        .value("attributeID", identifier(attribute.id))
        .value("attributeSyntax", syntax)
        .value("oMSyntax", om)
        .value(
            "isSingleValued",
            if attribute.many { "FALSE" } else { "TRUE" },
        )
        .value("schemaIDGUID", guid_bytes(attribute.name))
        .value("searchFlags", "0")
        .value("isMemberOfPartialAttributeSet", "TRUE");
    if attribute.syntax == NAME {
        // DS-DN, as BER writes it.
        entry.value(
            "oMObjectClass",
            vec![0x2b, 0x0c, 0x02, 0x87, 0x73, 0x1c, 0x00, 0x85, 0x4a],
        );
    }
    if let Some(link) = attribute.link {
        entry.value("linkID", link.to_string());
    }
    if let Some(longest) = attribute.longest {
        entry.value("rangeUpper", longest.to_string());
    }
}

fn add_class(ldif: &mut Ldif, name: &str, id: &str, above: &str, may: &[&str]) {
    let cn = common_name(name);
    let entry = ldif
        .add(&in_schema(&cn), "classSchema")
        .value("cn", &cn)
        .value("lDAPDisplayName", name)
        .value("governsID", identifier(id))
        .value("subClassOf", above)
        .value("objectClassCategory", "1")
        .value("rDNAttID", "cn")
        .value("schemaIDGUID", guid_bytes(name))
        .value("systemOnly", "FALSE")
        .value("defaultObjectCategory", in_schema(&cn))
        .value(
            "defaultSecurityDescriptor",
            "D:(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;;RPLCLORC;;;AU)",
        );
    for superior in ["container", "organizationalUnit"] {
        entry.value("possSuperiors", superior);
    }
    for name in may {
        entry.value("mayContain", *name);
    }
}
