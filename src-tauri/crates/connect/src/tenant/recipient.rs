//! What a recipient of Exchange Online is to a migration.

use std::collections::BTreeSet;

use stegvis_engine::ports::TenantRecipient;
use stegvis_model::{DomainName, SmtpAddress, TenantRecipientKind};
use stegvis_wire::exchange_online::get_mailbox::guid_bytes;
use stegvis_wire::exchange_online::get_recipient::Recipient;
use stegvis_wire::graph::subscribed_skus::{SubscribedSku, is_licensed};
use stegvis_wire::graph::users::User;

/// The recipient in the engine's words; nothing if it has no primary SMTP address.
pub(super) fn read(
    found: &Recipient,
    initial: &DomainName,
    licensed: bool,
) -> Option<TenantRecipient> {
    let addresses: Vec<SmtpAddress> = found
        .smtp_addresses()
        .filter_map(|address| address.parse().ok())
        .collect();
    let address = match &found.primary_smtp_address {
        Some(primary) => primary.parse().ok()?,
        None => addresses.first()?.clone(),
    };
    let kind = if found.is_mail_user() {
        TenantRecipientKind::MailUser
    } else if found.is_mailbox() {
        TenantRecipientKind::Mailbox
    } else {
        TenantRecipientKind::Other
    };
    Some(TenantRecipient {
        kind,
        routing_address: addresses
            .into_iter()
            .chain([address.clone()])
            .find(|address| address.domain() == initial),
        address,
        mailbox_guid_synced: found.is_mail_user() && found.exchange_guid.is_some(),
        exchange_guid: found.exchange_guid.as_deref().and_then(guid_bytes),
        licensed,
    })
}

/// Whether this address is among the recipient's.
pub(super) fn has_address(found: &Recipient, address: &SmtpAddress) -> bool {
    let key = address.key();
    found
        .smtp_addresses()
        .chain(found.primary_smtp_address.as_deref())
        .any(|own| own.eq_ignore_ascii_case(&key))
}

/// The addresses of every user with a licence that brings a mailbox.
pub(super) struct Licensed(BTreeSet<String>);

impl Licensed {
    pub(super) fn of(users: &[User], skus: &[SubscribedSku]) -> Self {
        Self(
            users
                .iter()
                .filter(|user| is_licensed(user, skus))
                .flat_map(User::smtp_addresses)
                .map(str::to_ascii_lowercase)
                .collect(),
        )
    }

    pub(super) fn has(&self, found: &Recipient) -> bool {
        found
            .smtp_addresses()
            .chain(found.primary_smtp_address.as_deref())
            .any(|address| self.0.contains(&address.to_ascii_lowercase()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn recipient(kind: &str) -> Recipient {
        Recipient {
            recipient_type_details: kind.into(),
            primary_smtp_address: Some("Anna@nordvik.example".into()),
            email_addresses: vec![
                "SMTP:Anna@nordvik.example".into(),
                "smtp:anna@nordvik.onmicrosoft.example".into(),
                "smtp:åsa@nordvik.example".into(),
                "x500:/o=Nordvik".into(),
            ],
            exchange_guid: Some("6f9619ff-8b86-d011-b42d-00c04fc964ff".into()),
            external_directory_object_id: None,
        }
    }

    #[test]
    fn a_synced_guid_stands_in_the_way_of_a_mail_user_only() {
        let initial = "nordvik.onmicrosoft.example".parse().unwrap();
        let read = |kind: &str| read(&recipient(kind), &initial, false).unwrap();
        let mail_user = read("MailUser");
        assert_eq!(mail_user.kind, TenantRecipientKind::MailUser);
        assert!(mail_user.mailbox_guid_synced);
        assert_eq!(
            mail_user.routing_address.unwrap().to_string(),
            "anna@nordvik.onmicrosoft.example"
        );
        let mailbox = read("SharedMailbox");
        assert_eq!(mailbox.kind, TenantRecipientKind::Mailbox);
        assert!(!mailbox.mailbox_guid_synced);
        assert_eq!(read("MailContact").kind, TenantRecipientKind::Other);
    }

    #[test]
    fn an_address_is_found_without_regard_to_case() {
        let address = "ANNA@nordvik.example".parse().unwrap();
        assert!(has_address(&recipient("MailUser"), &address));
        assert!(!has_address(
            &recipient("MailUser"),
            &"bo@nordvik.example".parse().unwrap()
        ));
    }
}
