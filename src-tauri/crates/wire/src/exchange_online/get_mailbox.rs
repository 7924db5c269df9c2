//! `Get-Mailbox`: what the old directory must know of a mailbox that now is here.

use serde_json::{Map, Value};

use super::{Cmdlet, decode};
use crate::json;

/// The mailbox that has this address, or none: then the cmdlet fails with
/// `ManagementObjectNotFoundException`, as it does for a mail user that has no mailbox yet.
#[must_use]
pub fn by_address(address: &str) -> Cmdlet {
    Cmdlet {
        select: &[
            "RecipientTypeDetails",
            "PrimarySmtpAddress",
            "EmailAddresses",
            "LegacyExchangeDN",
            "ExchangeGuid",
        ],
        ..Cmdlet::new("Get-Mailbox").with("Identity", address)
    }
}

/// The same mailbox, asked for the size of the messages that it takes.
#[must_use]
pub fn receive_size(address: &str) -> Cmdlet {
    Cmdlet {
        select: &["PrimarySmtpAddress", "EmailAddresses", "MaxReceiveSize"],
        ..Cmdlet::new("Get-Mailbox").with("Identity", address)
    }
}

/// How large a message a mailbox takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiveSize {
    /// Every SMTP address, without prefix.
    pub addresses: Vec<String>,
    /// In bytes; nothing if it does not say so.
    pub bytes: Option<u64>,
}

impl ReceiveSize {
    /// Reads one object of the cmdlet's output; nothing if it has no primary address.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        let proxies = json::texts(object, "EmailAddresses");
        let primary = json::text(object, "PrimarySmtpAddress")?;
        Some(Self {
            addresses: smtp_addresses(&primary, &proxies)
                .map(str::to_owned)
                .collect(),
            bytes: decode::size(object, "MaxReceiveSize"),
        })
    }
}

fn smtp_addresses<'a>(primary: &'a str, proxies: &'a [String]) -> impl Iterator<Item = &'a str> {
    std::iter::once(primary).chain(proxies.iter().filter_map(|proxy| {
        let (prefix, address) = proxy.split_once(':')?;
        prefix.eq_ignore_ascii_case("smtp").then_some(address)
    }))
}

/// A mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The primary SMTP address.
    pub primary_smtp_address: String,
    /// Every address with its prefix.
    pub email_addresses: Vec<String>,
    /// The name that replies to its mail carry inside Exchange.
    pub legacy_exchange_dn: String,
    /// The mailbox's GUID as the directory keeps it. Not `Guid`, which is the id of the directory's object.
    /// None where it is all zeroes.
    pub exchange_guid: Option<[u8; 16]>,
}

impl Mailbox {
    /// Reads one object of the cmdlet's output; nothing if it has no primary address or no `LegacyExchangeDN`.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            primary_smtp_address: json::text(object, "PrimarySmtpAddress")?,
            email_addresses: json::texts(object, "EmailAddresses"),
            legacy_exchange_dn: json::text(object, "LegacyExchangeDN")?,
            exchange_guid: json::text(object, "ExchangeGuid")
                .and_then(|text| guid_bytes(&text))
                .filter(|bytes| bytes.iter().any(|byte| *byte != 0)),
        })
    }

    /// Every SMTP address, without prefix, the primary one first.
    pub fn smtp_addresses(&self) -> impl Iterator<Item = &str> {
        smtp_addresses(&self.primary_smtp_address, &self.email_addresses)
    }
}

/// The bytes that a directory keeps for a GUID written as 8-4-4-4-12 hexadecimal digits, with or without braces:
/// the first three groups are numbers, lowest byte first; the rest stands as it is written.
#[must_use]
pub fn guid_bytes(text: &str) -> Option<[u8; 16]> {
    let text = text.trim();
    let bare = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or(text);
    let groups: Vec<&str> = bare.split('-').collect();
    let [a, b, c, d, e] = groups.as_slice() else {
        return None;
    };
    let number = |group: &str, digits: usize| {
        let plain = group.len() == digits && group.bytes().all(|byte| byte.is_ascii_hexdigit());
        plain.then(|| u64::from_str_radix(group, 16).ok()).flatten()
    };
    let a = u32::try_from(number(a, 8)?).ok()?.to_le_bytes();
    let b = u16::try_from(number(b, 4)?).ok()?.to_le_bytes();
    let c = u16::try_from(number(c, 4)?).ok()?.to_le_bytes();
    let d = u16::try_from(number(d, 4)?).ok()?.to_be_bytes();
    let [_, _, e @ ..] = number(e, 12)?.to_be_bytes();
    let mut bytes = [0; 16];
    for (to, from) in bytes
        .iter_mut()
        .zip(a.into_iter().chain(b).chain(c).chain(d).chain(e))
    {
        *to = from;
    }
    Some(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_guid_is_kept_with_its_numbers_lowest_byte_first() {
        // IID_IMessage, as every Windows header writes it and every stream of MAPI carries it.
        assert_eq!(
            guid_bytes("00020307-0000-0000-C000-000000000046"),
            Some([7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46])
        );
        let braces = guid_bytes("{6f9619ff-8b86-d011-b42d-00c04fc964ff}").unwrap();
        assert_eq!(
            braces,
            [
                0xff, 0x19, 0x96, 0x6f, 0x86, 0x8b, 0x11, 0xd0, 0xb4, 0x2d, 0x00, 0xc0, 0x4f, 0xc9,
                0x64, 0xff
            ]
        );
        for bad in [
            "",
            "6f9619ff8b86d011b42d00c04fc964ff",
            "6f9619ff-8b86-d011-b42d-00c04fc964f",
            "+f9619ff-8b86-d011-b42d-00c04fc964ff",
            "6f9619ff-8b86-d011-b42d-00c04fc964ff-00",
        ] {
            assert_eq!(guid_bytes(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_mailbox_tells_its_two_names_and_the_cmdlets_other_guid_is_left_alone() {
        let object = |json: &str| serde_json::from_str(json).unwrap();
        let anna = Mailbox::read(&object(
            r#"{"RecipientTypeDetails":"UserMailbox","PrimarySmtpAddress":"anna@nordvik.se",
                "EmailAddresses":["SMTP:anna@nordvik.se","smtp:anna@nordvik.onmicrosoft.com","SIP:anna@nordvik.se"],
                "LegacyExchangeDN":"/o=ExchangeLabs/ou=x/cn=Recipients/cn=1f-anna",
                "Guid":"11111111-1111-1111-1111-111111111111",
                "ExchangeGuid":"00020307-0000-0000-c000-000000000046"}"#,
        ))
        .unwrap();
        assert_eq!(
            anna.exchange_guid,
            Some([7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46])
        );
        assert_eq!(
            anna.smtp_addresses().collect::<Vec<_>>(),
            [
                "anna@nordvik.se",
                "anna@nordvik.se",
                "anna@nordvik.onmicrosoft.com"
            ]
        );
        assert_eq!(
            Mailbox::read(&object(r#"{"PrimarySmtpAddress":"anna@nordvik.se"}"#)),
            None
        );
        let zeroes = Mailbox::read(&object(
            r#"{"PrimarySmtpAddress":"a@b.se","LegacyExchangeDN":"/o=x","ExchangeGuid":"00000000-0000-0000-0000-000000000000"}"#,
        ));
        assert_eq!(zeroes.unwrap().exchange_guid, None);
    }

    #[test]
    fn the_cmdlet_asks_for_what_it_reads() {
        let cmdlet = by_address("anna@nordvik.se");
        assert_eq!(cmdlet.name, "Get-Mailbox");
        assert!(cmdlet.select.contains(&"LegacyExchangeDN"));
        assert!(cmdlet.select.contains(&"ExchangeGuid"));
    }

    proptest! {
        #[test]
        fn no_text_makes_a_panic(text in ".{0,50}") {
            let _ = guid_bytes(&text);
        }

        #[test]
        fn every_guid_is_read_and_its_last_eight_bytes_stand_as_written(bytes in any::<[u8; 16]>()) {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            let text = format!("{}-{}-{}-{}-{}", hex.get(..8).unwrap(), hex.get(8..12).unwrap(),
                hex.get(12..16).unwrap(), hex.get(16..20).unwrap(), hex.get(20..).unwrap());
            let read = guid_bytes(&text).unwrap();
            prop_assert_eq!(read.get(8..), bytes.get(8..));
            prop_assert_eq!(read.get(..4).unwrap().iter().rev().copied().collect::<Vec<_>>(), bytes.get(..4).unwrap());
        }
    }
}
