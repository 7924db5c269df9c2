//! What a directory object with a mailbox is to a migration.

use stegvis_engine::ports::DirectoryRecipient;
use stegvis_model::{RecipientKind, SmtpAddress};

use super::entry::Entry;

/// The attributes that [`read`] looks at. One that the schema lacks is simply not sent.
pub(super) const ATTRIBUTES: &[&str] = &[
    "cn",
    "displayName",
    "mail",
    "proxyAddresses",
    "mailNickname",
    "targetAddress",
    "msExchHideFromAddressLists",
    "msExchRecipientTypeDetails",
    "adminCount",
];

/// How the names of Exchange's own mailboxes begin.
const SYSTEM: &[&str] = &[
    "SystemMailbox{",
    "SystemAttendant",
    "HealthMailbox",
    "DiscoverySearchMailbox",
    "FederatedEmail.",
    "Migration.",
    "extest_",
    "CAS_{",
    "SMTP (",
];

/// The recipient; nothing for Exchange's own mailboxes, and for an object without an address that a row of
/// a migration could name.
pub(super) fn read(entry: &Entry) -> Option<DirectoryRecipient> {
    let alias = entry.text("mailNickname").unwrap_or_default();
    let name = entry.text("cn").unwrap_or_default();
    if is_system(&entry.dn, name, alias) {
        return None;
    }
    let kind = kind(entry.text("msExchRecipientTypeDetails"))?;
    let proxies = entry.texts("proxyAddresses");
    let proxy = |proxy: &&str| -> Option<SmtpAddress> {
        let (prefix, address) = proxy.split_once(':')?;
        prefix
            .eq_ignore_ascii_case("smtp")
            .then(|| address.parse().ok())?
    };
    let primary = proxies
        .iter()
        .filter(|proxy| proxy.starts_with("SMTP:"))
        .find_map(proxy)
        .or_else(|| entry.text("mail")?.parse().ok());
    let Some(address) = primary else {
        tracing::warn!(
            dn = entry.dn,
            "a mailbox without a primary SMTP address is left out"
        );
        return None;
    };
    let mut proxy_addresses: Vec<_> = proxies.iter().filter_map(proxy).collect();
    if !proxy_addresses.contains(&address) {
        proxy_addresses.insert(0, address.clone());
    }
    Some(DirectoryRecipient {
        dn: entry.dn.clone(),
        display_name: entry.text("displayName").unwrap_or(name).to_owned(),
        address,
        proxy_addresses,
        kind,
        alias: alias.to_owned(),
        target_address: entry
            .text("targetAddress")
            .filter(|value| !value.is_empty())
            .map(str::to_owned),
        hidden: entry
            .text("msExchHideFromAddressLists")
            .is_some_and(|value| value.eq_ignore_ascii_case("TRUE")),
        protected: entry.text("adminCount") == Some("1"),
    })
}

fn is_system(dn: &str, name: &str, alias: &str) -> bool {
    let begins = |text: &str| {
        SYSTEM.iter().any(|start| {
            text.get(..start.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        })
    };
    begins(name)
        || begins(alias)
        || dn
            .to_ascii_lowercase()
            .contains(",cn=microsoft exchange system objects,")
}

/// By RecipientTypeDetails, which Exchange 2003 does not write: there every mailbox is a user's.
fn kind(details: Option<&str>) -> Option<RecipientKind> {
    match details {
        // 8 is what Exchange 2007 calls a mailbox of Exchange 2003.
        None | Some("1" | "8") => Some(RecipientKind::UserMailbox),
        Some("2") => Some(RecipientKind::LinkedMailbox),
        Some("4") => Some(RecipientKind::SharedMailbox),
        Some("16") => Some(RecipientKind::RoomMailbox),
        Some("32") => Some(RecipientKind::EquipmentMailbox),
        Some(_) => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const DN: &str = "CN=Anna,OU=Staff,DC=nordvik,DC=example";

    #[test]
    fn a_mailbox_shows_its_primary_address_its_kind_and_its_state() {
        let anna = read(&Entry::of(
            DN,
            &[
                ("cn", &["Anna Berg"]),
                ("mailNickname", &["anna"]),
                ("mail", &["old@nordvik.example"]),
                (
                    "proxyAddresses",
                    &[
                        "smtp:a.berg@nordvik.example",
                        "X400:c=SE;a= ;p=Nordvik",
                        "SMTP:anna@nordvik.example",
                    ],
                ),
                ("msexchrecipienttypedetails", &["16"]),
                ("msExchHideFromAddressLists", &["TRUE"]),
                ("adminCount", &["1"]),
                ("targetAddress", &["SMTP:anna@nordvik.onmicrosoft.example"]),
            ],
        ))
        .unwrap();
        assert_eq!(anna.address.to_string(), "anna@nordvik.example");
        assert_eq!(anna.proxy_addresses.len(), 2);
        assert_eq!(anna.kind, RecipientKind::RoomMailbox);
        assert_eq!(anna.display_name, "Anna Berg");
        assert!(anna.hidden && anna.protected);
        assert_eq!(
            anna.target_address.as_deref(),
            Some("SMTP:anna@nordvik.onmicrosoft.example")
        );
    }

    #[test]
    fn an_object_of_exchange_2003_without_type_is_a_user_mailbox() {
        let bo = read(&Entry::of(
            DN,
            &[("mailNickname", &["bo"]), ("mail", &["bo@nordvik.example"])],
        ))
        .unwrap();
        assert_eq!(bo.kind, RecipientKind::UserMailbox);
        assert_eq!(bo.proxy_addresses, std::slice::from_ref(&bo.address));
        assert!(!bo.hidden && !bo.protected);
    }

    #[test]
    fn exchanges_own_mailboxes_and_objects_without_address_are_left_out() {
        let mail: (&str, &[&str]) = ("mail", &["x@nordvik.example"]);
        for entry in [
            Entry::of(DN, &[("cn", &["SystemMailbox{1f05a927}"]), mail]),
            Entry::of(DN, &[("mailNickname", &["extest_123"]), mail]),
            Entry::of(DN, &[("msExchRecipientTypeDetails", &["8192"]), mail]),
            Entry::of(
                "CN=x,CN=Microsoft Exchange System Objects,DC=nordvik,DC=example",
                &[mail],
            ),
            Entry::of(DN, &[("mail", &["not an address"])]),
        ] {
            assert_eq!(read(&entry), None, "{entry:?}");
        }
    }
}
