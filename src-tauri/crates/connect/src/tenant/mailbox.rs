//! A mailbox of the tenant in the words that the old directory needs for it.

use stegvis_engine::ports::CloudMailbox;
use stegvis_model::{DomainName, SmtpAddress};
use stegvis_wire::exchange_online::get_mailbox::Mailbox;

/// The mailbox in the engine's words; nothing if it has no address that routes to the cloud.
pub(super) fn read(found: &Mailbox, initial: &DomainName) -> Option<CloudMailbox> {
    let routing_address = found
        .smtp_addresses()
        .filter_map(|address| address.parse::<SmtpAddress>().ok())
        .find(|address| address.domain() == initial)?;
    Some(CloudMailbox {
        address: found.primary_smtp_address.parse().ok()?,
        routing_address,
        legacy_exchange_dn: found.legacy_exchange_dn.clone(),
        exchange_guid: found.exchange_guid,
    })
}

/// Whether this address is among the mailbox's.
pub(super) fn has_address(found: &Mailbox, address: &SmtpAddress) -> bool {
    let key = address.key();
    found
        .smtp_addresses()
        .any(|own| own.eq_ignore_ascii_case(&key))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn mailbox(routing: &str) -> Mailbox {
        Mailbox {
            primary_smtp_address: "Anna@nordvik.example".into(),
            email_addresses: vec!["SMTP:Anna@nordvik.example".into(), routing.into()],
            legacy_exchange_dn: "/o=ExchangeLabs/cn=anna".into(),
            exchange_guid: Some([7; 16]),
        }
    }

    #[test]
    fn the_address_of_the_initial_domain_is_the_one_that_routes() {
        let initial = "nordvik.onmicrosoft.example".parse().unwrap();
        let hybrid = mailbox("smtp:anna@nordvik.mail.onmicrosoft.example");
        assert_eq!(read(&hybrid, &initial), None);
        let found = read(&mailbox("smtp:anna@NORDVIK.onmicrosoft.example"), &initial).unwrap();
        assert_eq!(
            found.routing_address.key(),
            "anna@nordvik.onmicrosoft.example"
        );
        assert_eq!(found.exchange_guid, Some([7; 16]));
        assert!(has_address(
            &mailbox("x500:/o=x"),
            &"anna@NORDVIK.example".parse().unwrap()
        ));
    }
}
