//! Every reader of the tenant's answers, given what no specification says.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use stegvis_wire::exchange_online::{self, get_recipient::Recipient};
use stegvis_wire::graph::domains::Domain;
use stegvis_wire::graph::organization::Organization;
use stegvis_wire::graph::service_configuration_records;
use stegvis_wire::graph::service_principals::ServicePrincipal;
use stegvis_wire::graph::subscribed_skus::SubscribedSku;
use stegvis_wire::graph::users::User;
use stegvis_wire::graph::{self, paging};
use stegvis_wire::oauth;
use url::Url;

/// Answers of the right shape, to be damaged.
const GOOD: &[&str] = &[
    r#"{"access_token":"e30.e30.e30","expires_in":3599}"#,
    r#"{"error":"invalid_client","error_description":"x","error_codes":[1]}"#,
    r#"{"error":{"code":"NotFound","message":"x","details":[{"message":"a|b.C|d"}],"innererror":{"message":"y","internalexception":{"type":"z"}}}}"#,
    r#"{"value":[{"RecipientTypeDetails":"MailUser","EmailAddresses":["SMTP:a@b.se"]}],"@odata.nextLink":"https://tenant.example/x","@adminapi.errors":["e"]}"#,
    r#"{"value":[{"id":"x","isVerified":true,"onPremisesSyncEnabled":null,"skuId":"s","prepaidUnits":{"enabled":9223372036854775807,"warning":1},"consumedUnits":-1,"servicePlans":[{"servicePlanName":"EXCHANGE_S_"}],"proxyAddresses":["SMTP:"]}]}"#,
    r#"{"value":[{"@odata.type":"domainDnsMxRecord","label":"b.se","supportedService":"Email","ttl":3600,"mailExchange":"x.mx.microsoft","preference":0},{"recordType":"Srv","label":"b.se","nameTarget":"x","port":65536,"licenseAssignmentStates":[{"skuId":"s","state":"Error"}]}]}"#,
];

fn read_everything(bytes: &[u8]) {
    let base: Url = "https://tenant.example/".parse().unwrap();
    for status in [200, 400, 403, 404, 500] {
        if let Ok(token) = oauth::parse(status, bytes) {
            assert!(status == 200);
            let _ = oauth::object_id(&token.access_token);
        }
        let _ = graph::error::parse(status, bytes).to_string();
        let failed = exchange_online::error::parse(status, bytes);
        assert_eq!(failed.status, status);
        let _ = failed.is_not_found() || failed.is_already_there() || failed.is_transient();
    }
    let _ = service_configuration_records::parse(bytes);
    if let Ok(response) = exchange_online::response::parse(bytes, |next| {
        (next.origin() == base.origin()).then(|| next.clone())
    }) {
        assert!(
            response
                .next
                .is_none_or(|next| next.origin() == base.origin())
        );
        for recipient in response.value.iter().filter_map(Recipient::read) {
            assert!(recipient.smtp_addresses().count() <= recipient.email_addresses.len());
        }
    }
    let _ = paging::parse::<Domain>(&base, bytes);
    let _ = paging::parse::<Organization>(&base, bytes);
    let _ = paging::parse::<ServicePrincipal>(&base, bytes);
    if let Ok(page) = paging::parse::<SubscribedSku>(&base, bytes) {
        for sku in page.value {
            let _ = (sku.mailbox(), sku.free_units());
        }
    }
    if let Ok(page) = paging::parse::<User>(&base, bytes) {
        for user in page.value {
            assert!(user.smtp_addresses().count() <= user.proxy_addresses.len() + 1);
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in any::<Vec<u8>>()) {
        read_everything(&bytes);
    }

    #[test]
    fn no_damaged_answer_makes_a_reader_panic(
        which in 0..GOOD.len(),
        cut in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = GOOD.get(which).unwrap().as_bytes().to_vec();
        let at = place.index(bytes.len());
        *bytes.get_mut(at).unwrap() = byte;
        read_everything(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        read_everything(&bytes);
    }
}

#[test]
fn undamaged_answers_are_read() {
    for good in GOOD {
        read_everything(good.as_bytes());
    }
}
