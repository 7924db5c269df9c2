//! What a directory object with an address is to a migration.

use stegvis_engine::ports::{
    DirectoryEntry, DirectoryRecipient, OtherRecipient, OtherRecipientKind,
};
use stegvis_model::{RecipientKind, SmtpAddress};

use super::names;

/// The attributes that [`read`] and [`read_other`] look at. One that the schema lacks is simply not sent.
pub(super) const ATTRIBUTES: &[&str] = &[
    "cn",
    "objectClass",
    "displayName",
    "mail",
    "proxyAddresses",
    "mailNickname",
    "userPrincipalName",
    "targetAddress",
    "altRecipient",
    "homeMDB",
    "msExchHomeServerName",
    "msExchHideFromAddressLists",
    "msExchRecipientTypeDetails",
    "msExchMasterAccountSid",
    "userAccountControl",
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
    "SMTPsrv-",
];
/// `userAccountControl`: the account is disabled.
const ACCOUNT_DISABLED: u32 = 2;
/// S-1-5-10, SELF: the account stands for nobody but its own mailbox.
const SELF: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 5, 10, 0, 0, 0];

/// The recipient; nothing for Exchange's own mailboxes, and for an object without an address that a row of
/// a migration could name.
pub(super) fn read(entry: &DirectoryEntry) -> Option<DirectoryRecipient> {
    let alias = entry.text("mailNickname").unwrap_or_default();
    let name = entry.text("cn").unwrap_or_default();
    if is_system(&entry.dn, name, alias) {
        return None;
    }
    let display_name = entry.text("displayName").unwrap_or(name);
    let disabled =
        number(entry, "userAccountControl").is_some_and(|control| control & ACCOUNT_DISABLED != 0);
    let kind = kind(entry, disabled, &[display_name, name, alias])?;
    let Some(address) = primary(entry) else {
        tracing::warn!(
            dn = entry.dn,
            "a mailbox without a primary SMTP address is left out"
        );
        return None;
    };
    let mut proxy_addresses: Vec<_> = entry
        .texts("proxyAddresses")
        .into_iter()
        .filter_map(smtp)
        .collect();
    if !proxy_addresses.contains(&address) {
        proxy_addresses.insert(0, address.clone());
    }
    Some(DirectoryRecipient {
        dn: entry.dn.clone(),
        display_name: display_name.to_owned(),
        address,
        proxy_addresses,
        kind,
        alias: alias.to_owned(),
        user_principal_name: filled(entry, "userPrincipalName"),
        target_address: filled(entry, "targetAddress"),
        alternate_recipient: filled(entry, "altRecipient"),
        server: entry
            .text("msExchHomeServerName")
            .and_then(names::last_legacy_name)
            .map(str::to_owned),
        store: entry.text("homeMDB").and_then(names::first_name),
        hidden: entry
            .text("msExchHideFromAddressLists")
            .is_some_and(|value| value.eq_ignore_ascii_case("TRUE")),
        disabled,
        protected: entry.text("adminCount") == Some("1"),
    })
}

/// What comes by directory synchronisation; nothing for Exchange's own objects.
pub(super) fn read_other(entry: &DirectoryEntry) -> Option<OtherRecipient> {
    let name = entry.text("cn").unwrap_or_default();
    if is_system(
        &entry.dn,
        name,
        entry.text("mailNickname").unwrap_or_default(),
    ) {
        return None;
    }
    let is = |class: &str| {
        entry
            .texts("objectClass")
            .iter()
            .any(|own| own.eq_ignore_ascii_case(class))
    };
    let kind = if is("msExchDynamicDistributionList") {
        OtherRecipientKind::DynamicGroup
    } else if is("group") {
        OtherRecipientKind::Group
    } else if is("contact") {
        OtherRecipientKind::MailContact
    } else if is("user") {
        OtherRecipientKind::MailUser
    } else {
        return None;
    };
    Some(OtherRecipient {
        dn: entry.dn.clone(),
        display_name: entry.text("displayName").unwrap_or(name).to_owned(),
        address: primary(entry),
        kind,
    })
}

fn filled(entry: &DirectoryEntry, name: &str) -> Option<String> {
    entry
        .text(name)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
}

fn number(entry: &DirectoryEntry, name: &str) -> Option<u32> {
    entry.text(name)?.parse().ok()
}

/// The primary SMTP address.
pub(super) fn primary(entry: &DirectoryEntry) -> Option<SmtpAddress> {
    entry
        .texts("proxyAddresses")
        .into_iter()
        .filter(|proxy| proxy.starts_with("SMTP:"))
        .find_map(smtp)
        .or_else(|| entry.text("mail")?.parse().ok())
}

fn smtp(proxy: &str) -> Option<SmtpAddress> {
    let (prefix, address) = proxy.split_once(':')?;
    prefix
        .eq_ignore_ascii_case("smtp")
        .then(|| address.parse().ok())?
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

/// By RecipientTypeDetails. Exchange 2003 does not write it, and 2007 gives 8 to a mailbox that still is on
/// 2003: then the account tells. Nothing for what is no mailbox of a person, a group of them or a thing.
fn kind(entry: &DirectoryEntry, disabled: bool, names: &[&str]) -> Option<RecipientKind> {
    match entry.text("msExchRecipientTypeDetails") {
        None | Some("8") => Some(kind_by_account(entry, disabled, names)),
        Some("1") => Some(RecipientKind::UserMailbox),
        Some("2") => Some(RecipientKind::LinkedMailbox),
        Some("4") => Some(RecipientKind::SharedMailbox),
        Some("16") => Some(RecipientKind::RoomMailbox),
        Some("32") => Some(RecipientKind::EquipmentMailbox),
        Some(_) => None,
    }
}

/// In Exchange 2003 a disabled account that stands for itself is a resource or a shared mailbox, and one that
/// stands for somebody of another forest is linked. Which resource, only its name can tell.
fn kind_by_account(entry: &DirectoryEntry, disabled: bool, names: &[&str]) -> RecipientKind {
    match entry.values("msExchMasterAccountSid").first() {
        Some(sid) if disabled && *sid == SELF => names::kind_of_resource(names),
        Some(sid) if disabled && !sid.is_empty() => RecipientKind::LinkedMailbox,
        _ => RecipientKind::UserMailbox,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
