//! What becomes of each attribute (facts `onprem.md` sections 5.3 and 5.7).

use std::collections::BTreeMap;

use stegvis_journal::Values;
use stegvis_model::{ExchangeVersion, SmtpAddress};
use thiserror::Error;

use crate::directory::{changes, touched};
use crate::ports::{AttributeChange, CloudMailbox, DirectoryEntry};

/// What makes a user a mailbox: it goes. `msExchUserCulture` exists from Exchange 2007 on.
const REMOVED: [&str; 9] = [
    "homeMDB",
    "homeMTA",
    "msExchHomeServerName",
    "msExchMailboxSecurityDescriptor",
    "mDBUseDefaults",
    "msExchUserAccountControl",
    "msExchUserCulture",
    "altRecipient",
    "deliverAndRedirect",
];
const MAIL: &str = "mail";
const PROXY_ADDRESSES: &str = "proxyAddresses";
const TARGET_ADDRESS: &str = "targetAddress";
const LEGACY_EXCHANGE_DN: &str = "legacyExchangeDN";
const MAILBOX_GUID: &str = "msExchMailboxGuid";
const POLICIES_EXCLUDED: &str = "msExchPoliciesExcluded";
const TYPE_DETAILS: &str = "msExchRecipientTypeDetails";
const DISPLAY_TYPE: &str = "msExchRecipientDisplayType";

/// Keeps the address list service from stamping addresses anew: the address policy is off.
#[derive(Debug, Clone, Copy)]
pub struct PolicyExclusion;

impl PolicyExclusion {
    /// The value in `msExchPoliciesExcluded`.
    pub const VALUE: &'static str = "{26491CFC-9E50-4857-861B-0CB8DF22B5D7}";
}

/// Every attribute that a conversion may write: what the account must be allowed to.
pub const TOUCHED: [&str; 15] = [
    "altRecipient",
    "deliverAndRedirect",
    "homeMDB",
    "homeMTA",
    "mDBUseDefaults",
    "msExchHomeServerName",
    MAILBOX_GUID,
    "msExchMailboxSecurityDescriptor",
    POLICIES_EXCLUDED,
    DISPLAY_TYPE,
    TYPE_DETAILS,
    "msExchUserAccountControl",
    "msExchUserCulture",
    PROXY_ADDRESSES,
    TARGET_ADDRESS,
];

/// Why an object is not converted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConversionRefused {
    /// It has no store any more, and sends its mail on.
    #[error("it is a mail-enabled user already, with targetAddress {0}")]
    AlreadyMailUser(String),
    /// It has no store and never sent mail on.
    #[error("it has no mailbox: neither homeMDB nor msExchHomeServerName is set")]
    NoMailbox,
    /// Exchange 2010 or later is not converted this way.
    #[error("its server is neither Exchange 2003 nor 2007")]
    VersionUnsupported,
    /// Nothing says which address is the primary one.
    #[error("proxyAddresses has no SMTP: value, so no address is the primary one")]
    NoPrimary,
    /// More than one address says it is.
    #[error("proxyAddresses has several SMTP: values: {}", .0.join(", "))]
    SeveralPrimaries(Vec<String>),
    /// `mail` says another.
    #[error("mail is {mail}, but the primary address is {primary}")]
    MailDiffers {
        /// What `mail` holds.
        mail: String,
        /// What the `SMTP:` value holds.
        primary: String,
    },
    /// Replies to mail sent inside the organisation name it: without it nothing can be kept for them.
    #[error("it has no legacyExchangeDN")]
    NoLegacyExchangeDn,
    /// It forwards, but not to its own cloud mailbox.
    #[error(
        "targetAddress is {found}, not {wanted}: somebody else's forwarding is not written over"
    )]
    ForwardingElsewhere {
        /// What stands there.
        found: String,
        /// What should.
        wanted: String,
    },
    /// The cloud mailbox is somebody else's.
    #[error("the cloud mailbox {0} has none of the addresses of this object")]
    CloudMailboxIsAnother(SmtpAddress),
    /// Replies to mail sent from the cloud name it.
    #[error("the LegacyExchangeDN of the cloud mailbox is not known")]
    NoCloudLegacyExchangeDn,
    /// Exchange 2007 keeps it so that the mailbox can be moved back one day.
    #[error("the ExchangeGuid of the cloud mailbox is not known (column MailboxGUID)")]
    NoCloudGuid,
    /// Another object has one of its addresses.
    #[error("{address} is also an address of {dn}")]
    AddressHeldElsewhere {
        /// The address, with its prefix.
        address: String,
        /// The other object.
        dn: String,
    },
    /// An attribute that is text holds something else.
    #[error("{0} holds a value that is not text")]
    NotText(&'static str),
}

/// What becomes of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionPlan {
    /// The object.
    pub dn: String,
    /// Its primary address, which stays.
    pub address: SmtpAddress,
    /// By whose rules.
    pub version: ExchangeVersion,
    /// Where its mail goes.
    pub routing_address: SmtpAddress,
    /// The attributes that change, and those that must stay, as they stand.
    pub before: Values,
    /// The same as they will.
    pub after: Values,
}

impl ConversionPlan {
    /// The one modification, attribute by attribute.
    #[must_use]
    pub fn changes(&self) -> Vec<AttributeChange> {
        changes(&self.before, &self.after)
    }

    /// Every proxy address as it will be, with its prefix: no other object may have any of them.
    #[must_use]
    pub fn proxy_addresses(&self) -> Vec<&str> {
        self.after
            .get(PROXY_ADDRESSES)
            .into_iter()
            .flatten()
            .filter_map(|value| std::str::from_utf8(value).ok())
            .collect()
    }
}

/// Plans the conversion of one object to the mail user of its cloud mailbox.
///
/// # Errors
/// [`ConversionRefused`]: nothing is planned that would lose mail, or that could not be taken back.
pub fn plan_conversion(
    entry: &DirectoryEntry,
    cloud: &CloudMailbox,
    version: ExchangeVersion,
) -> Result<ConversionPlan, ConversionRefused> {
    if version == ExchangeVersion::Exchange2010OrLater {
        return Err(ConversionRefused::VersionUnsupported);
    }
    let target = entry.text(TARGET_ADDRESS);
    if entry.values("homeMDB").is_empty() && entry.values("msExchHomeServerName").is_empty() {
        return Err(target.map_or(ConversionRefused::NoMailbox, |target| {
            ConversionRefused::AlreadyMailUser(target.to_owned())
        }));
    }
    let proxies = texts(entry, PROXY_ADDRESSES)?;
    let address = primary(entry, &proxies)?;
    let own = |address: &SmtpAddress| proxies.iter().any(|proxy| is_smtp(proxy, address));
    if !own(&cloud.address) && !own(&cloud.routing_address) {
        return Err(ConversionRefused::CloudMailboxIsAnother(
            cloud.address.clone(),
        ));
    }
    let wanted = format!("SMTP:{}", cloud.routing_address);
    let target = match target {
        None => wanted,
        // As it stands where it says the same: what need not change does not.
        Some(there) if there.eq_ignore_ascii_case(&wanted) => there.to_owned(),
        Some(there) => {
            return Err(ConversionRefused::ForwardingElsewhere {
                found: there.to_owned(),
                wanted,
            });
        }
    };
    let legacy = entry
        .text(LEGACY_EXCHANGE_DN)
        .ok_or(ConversionRefused::NoLegacyExchangeDn)?;
    if !cloud.legacy_exchange_dn.starts_with('/') {
        return Err(ConversionRefused::NoCloudLegacyExchangeDn);
    }

    let mut after = Writer::new(entry);
    for name in REMOVED {
        after.set(name, Vec::new());
    }
    after.set(TARGET_ADDRESS, vec![target.into_bytes()]);
    for legacy in [&*cloud.legacy_exchange_dn, legacy] {
        after.add_text(PROXY_ADDRESSES, format!("x500:{legacy}"));
    }
    after.add_text(POLICIES_EXCLUDED, PolicyExclusion::VALUE.to_owned());
    after.keep(MAIL);
    after.keep(LEGACY_EXCHANGE_DN);
    if version == ExchangeVersion::Exchange2007 {
        let guid = cloud.exchange_guid.ok_or(ConversionRefused::NoCloudGuid)?;
        after.set(MAILBOX_GUID, vec![guid.to_vec()]);
        after.set(TYPE_DETAILS, vec![b"128".to_vec()]);
        after.set(DISPLAY_TYPE, vec![b"6".to_vec()]);
    } else {
        after.keep(MAILBOX_GUID);
    }
    let after = after.values;
    Ok(ConversionPlan {
        dn: entry.dn.clone(),
        address,
        version,
        routing_address: cloud.routing_address.clone(),
        before: touched(entry, after.keys())
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .collect(),
        after: after
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .collect(),
    })
}

/// Refuses a plan when another object has one of its addresses: mail would go to either.
///
/// # Errors
/// [`ConversionRefused::AddressHeldElsewhere`].
pub fn addresses_held(
    plan: &ConversionPlan,
    holders: &BTreeMap<String, Vec<String>>,
) -> Result<(), ConversionRefused> {
    for (address, dns) in holders {
        if let Some(dn) = dns.iter().find(|dn| !dn.eq_ignore_ascii_case(&plan.dn)) {
            return Err(ConversionRefused::AddressHeldElsewhere {
                address: address.clone(),
                dn: dn.clone(),
            });
        }
    }
    Ok(())
}

/// The one primary address, which `mail` must say too.
fn primary(entry: &DirectoryEntry, proxies: &[&str]) -> Result<SmtpAddress, ConversionRefused> {
    let primaries: Vec<&str> = proxies
        .iter()
        .filter_map(|proxy| proxy.strip_prefix("SMTP:"))
        .collect();
    let primary = match *primaries {
        [] => return Err(ConversionRefused::NoPrimary),
        [primary] => primary,
        _ => {
            return Err(ConversionRefused::SeveralPrimaries(
                primaries.into_iter().map(str::to_owned).collect(),
            ));
        }
    };
    let mail = entry.text(MAIL).unwrap_or_default();
    if !mail.eq_ignore_ascii_case(primary) {
        return Err(ConversionRefused::MailDiffers {
            mail: mail.to_owned(),
            primary: primary.to_owned(),
        });
    }
    primary.parse().map_err(|_| ConversionRefused::NoPrimary)
}

fn is_smtp(proxy: &str, address: &SmtpAddress) -> bool {
    proxy.split_once(':').is_some_and(|(kind, rest)| {
        kind.eq_ignore_ascii_case("smtp")
            && rest.parse().is_ok_and(|own: SmtpAddress| own == *address)
    })
}

fn texts<'a>(
    entry: &'a DirectoryEntry,
    name: &'static str,
) -> Result<Vec<&'a str>, ConversionRefused> {
    entry
        .values(name)
        .iter()
        .map(|value| std::str::from_utf8(value).map_err(|_| ConversionRefused::NotText(name)))
        .collect()
}

/// The attributes as they will be. One that goes has no values.
struct Writer<'a> {
    entry: &'a DirectoryEntry,
    values: Values,
}

impl<'a> Writer<'a> {
    const fn new(entry: &'a DirectoryEntry) -> Self {
        Self {
            entry,
            values: Values::new(),
        }
    }

    fn set(&mut self, name: &str, values: Vec<Vec<u8>>) {
        self.values.insert(name.to_owned(), values);
    }

    fn keep(&mut self, name: &str) {
        self.set(name, self.entry.values(name).to_vec());
    }

    /// Adds a text that is not there in any casing: a directory compares these so, and refuses one twice.
    fn add_text(&mut self, name: &str, text: String) {
        let values = self
            .values
            .entry(name.to_owned())
            .or_insert_with(|| self.entry.values(name).to_vec());
        if !values
            .iter()
            .any(|value| value.eq_ignore_ascii_case(text.as_bytes()))
        {
            values.push(text.into_bytes());
        }
    }
}
