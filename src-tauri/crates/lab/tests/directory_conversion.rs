//! A mailbox converted to a mail user by hand, with `ldapmodify`: what the judge says, what the old server does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod clients;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use clients::directory::{GORAN, entry, modify};
use clients::{Client, lab, stderr, stdout};
use stegvis_lab::{DirectoryState, Lab, LabOptions};

/// Everything that a mailbox has goes, as Microsoft's own conversion does it, and comes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_converted_mailbox_is_gone_from_the_old_server_and_comes_back_byte_for_byte() {
    let (dir, lab) = lab(3).await;
    let source = &lab.details().source;
    let mut imap = Client::curl(&lab);
    let user = format!("{}/goran.wikstrom:{}", source.account, source.password);
    imap.args(["-u", &user, &format!("imaps://localhost:{}/", source.port)]);
    let before = entry(&lab, GORAN, &["*"]).await;
    assert!(stdout(&mut imap).await.contains("Skickat"));

    let cloud = cloud_mailbox(&lab, "goran.wikstrom@nordvik.example").await;
    let legacy = String::from_utf8(before["legacyExchangeDN"][0].clone()).unwrap();
    let changes = |drop_last: bool| {
        let mut parts: Vec<String> = [
            "homeMDB",
            "homeMTA",
            "msExchHomeServerName",
            "msExchMailboxSecurityDescriptor",
            "mDBUseDefaults",
            "msExchUserAccountControl",
            "msExchUserCulture",
        ]
        .iter()
        .map(|name| format!("delete: {name}"))
        .collect();
        parts.push("replace: targetAddress\ntargetAddress: SMTP:goran.wikstrom@nordvik.onmicrosoft.example".to_owned());
        parts.push(format!(
            "replace: msExchMailboxGuid\nmsExchMailboxGuid:: {}",
            BASE64.encode(&cloud.1)
        ));
        parts.push(
            "replace: msExchRecipientTypeDetails\nmsExchRecipientTypeDetails: 128".to_owned(),
        );
        parts.push("replace: msExchRecipientDisplayType\nmsExchRecipientDisplayType: 6".to_owned());
        parts.push("add: msExchPoliciesExcluded\nmsExchPoliciesExcluded: {26491CFC-9E50-4857-861B-0CB8DF22B5D7}".to_owned());
        parts.push(format!(
            "add: proxyAddresses\nproxyAddresses: x500:{}\nproxyAddresses: x500:{legacy}",
            cloud.0
        ));
        if drop_last {
            parts.pop();
        }
        parts
            .iter()
            .map(|part| format!("{part}\n-\n"))
            .collect::<String>()
    };
    let judged = async || {
        let verdict = lab.judge().await.unwrap();
        let goran = verdict
            .mailboxes
            .into_iter()
            .find(|m| m.address.starts_with("goran"))
            .unwrap();
        (
            goran.directory,
            goran.directory_defects.len(),
            verdict.converted,
            verdict.half_converted,
        )
    };
    let back = |now: &BTreeMap<String, Vec<Vec<u8>>>| {
        let mut ldif = String::new();
        for name in now.keys().chain(before.keys()) {
            if now.get(name) == before.get(name) || name == "uSNChanged" || name == "whenChanged" {
                continue;
            }
            ldif.push_str(&format!("replace: {name}\n"));
            for value in before.get(name).into_iter().flatten() {
                ldif.push_str(&format!("{name}:: {}\n", BASE64.encode(value)));
            }
            ldif.push_str("-\n");
        }
        ldif
    };
    for half in [true, false] {
        assert_eq!(judged().await, (DirectoryState::Untouched, 0, 0, 0));
        assert_eq!(modify(&lab, GORAN, &[], &changes(half)).await, 0);
        if half {
            assert_eq!(judged().await, (DirectoryState::HalfConverted, 2, 0, 1));
        } else {
            assert_eq!(judged().await, (DirectoryState::Converted, 0, 1, 0));
        }
        // The store has nobody for it any more.
        stderr(&mut imap).await;
        let now = entry(&lab, GORAN, &["*"]).await;
        assert_eq!(modify(&lab, GORAN, &[], &back(&now)).await, 0);
        assert!(stdout(&mut imap).await.contains("Skickat"));
        let mut restored = entry(&lab, GORAN, &["*"]).await;
        for counted in ["uSNChanged", "whenChanged"] {
            restored.insert(counted.to_owned(), before[counted].clone());
        }
        assert_eq!(restored, before);
    }
    // What was written last outlives the process, its numbers included.
    assert_eq!(modify(&lab, GORAN, &[], &changes(false)).await, 0);
    let now = entry(&lab, GORAN, &["*"]).await;
    lab.stop().await;
    let lab = Lab::start(LabOptions {
        mailboxes: 3,
        ..LabOptions::new(dir.path())
    })
    .await
    .unwrap();
    assert_eq!(entry(&lab, GORAN, &["*"]).await, now);
}

/// `LegacyExchangeDN` and the `ExchangeGuid` of the mailbox in the tenant, which a licence makes first; the GUID
/// as a directory keeps it.
async fn cloud_mailbox(lab: &Lab, address: &str) -> (String, Vec<u8>) {
    let graph = Client::token(lab, "https://graph.microsoft.com/.default").await;
    let exchange = Client::token(lab, "https://outlook.office365.com/.default").await;
    let base = &lab.details().tenant.graph;
    let user = format!("{base}/users/{address}");
    let located = serde_json::json!({"usageLocation": "SE"});
    assert_eq!(
        Client::send(lab, "PATCH", &user, &graph, &located).await.0,
        204
    );
    let (_, skus) = Client::get(lab, &format!("{base}/subscribedSkus"), &graph).await;
    let skus = skus["value"].as_array().unwrap();
    let sku = skus
        .iter()
        .find(|sku| sku["skuPartNumber"] == "EXCHANGESTANDARD")
        .unwrap();
    let add = serde_json::json!({"addLicenses": [{"skuId": sku["skuId"], "disabledPlans": []}], "removeLicenses": []});
    assert_eq!(
        Client::send(lab, "POST", &format!("{user}/assignLicense"), &graph, &add)
            .await
            .0,
        200
    );
    let get = serde_json::json!({"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {"Identity": address}}});
    for _ in 0..2_000 {
        let (status, found) = Client::cmdlet(lab, &exchange, &get).await;
        if status == 200 {
            let mailbox = &found["value"][0];
            let digits = mailbox["ExchangeGuid"].as_str().unwrap().replace('-', "");
            let byte = |at: usize| {
                u8::from_str_radix(digits.get(at * 2..at * 2 + 2).unwrap(), 16).unwrap()
            };
            let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
            return (
                mailbox["LegacyExchangeDN"].as_str().unwrap().to_owned(),
                order.into_iter().map(byte).collect(),
            );
        }
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    panic!("no mailbox came");
}
