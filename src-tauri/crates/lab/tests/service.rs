//! A company that rehearses Microsoft's migration service: what its service, its tenant and the judge make of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod clients;

use std::path::Path;

use clients::tenant::{SCOPE, Tenant, options};
use clients::{Client, stderr, stdout};
use serde_json::json;
use stegvis_lab::{Company, Hurdle, Lab, LabError, LabOptions};

fn rehearsal(dir: &Path, mailboxes: u32) -> LabOptions {
    LabOptions {
        company: Company::ServiceRehearsal,
        endpoint: Some(20),
        ..options(dir, mailboxes)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_five_of_forty_finish_and_what_was_too_large_fits_once_the_limit_is_raised() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(rehearsal(dir.path(), 40)).await;
    let made = tenant
        .batch("All", &tenant.addresses(), json!({"AutoStart": true}))
        .await;
    assert_eq!(made["MigrationErrors"].as_array().unwrap().len(), 3);
    assert_eq!(made["TotalCount"], 37);
    let batch = tenant.until("All", "SyncedWithErrors").await;
    assert_eq!(
        (&batch["SyncedCount"], &batch["FailedCount"]),
        (&json!(35), &json!(2))
    );
    let users = tenant.users("All").await;
    let skipped: Vec<&str> = users
        .iter()
        .filter(|user| user["SkippedItemCount"] == 1)
        .map(|user| user["Identity"].as_str().unwrap())
        .collect();
    assert_eq!(skipped.len(), 2, "{users:?}");
    let verdict = tenant.lab.judge().await.unwrap();
    let blocked: Vec<String> = tenant
        .lab
        .details()
        .mailboxes
        .iter()
        .filter(|mailbox| mailbox.hurdle.is_some())
        .map(|mailbox| mailbox.address.clone())
        .collect();
    assert_eq!(blocked.len(), 5);
    assert!(
        verdict.agrees_on(|address| !blocked.iter().any(|b| b == address)),
        "{verdict:#?}"
    );
    assert_eq!((verdict.too_large, verdict.forwarding), (2, 35));

    // The first mailbox's large item goes in once an administrator says so, and not before.
    let (lab, token) = (&tenant.lab, Client::token(&tenant.lab, SCOPE).await);
    let source = &lab.details().source;
    let user = format!("{}/asa.ohrstrom:{}", source.account, source.password);
    let folder = "Projekt%2F%26AMQ-ngsv%26AOQ-gen%204%2FRitningar";
    let item = dir.path().join("large.eml");
    let from = format!("imaps://localhost:{}/{folder};UID=3", source.port);
    stdout(
        Client::curl(lab)
            .args(["-u", &user, &from, "-o"])
            .arg(&item),
    )
    .await;
    let to = format!(
        "imaps://localhost:{}/{folder}",
        lab.details().tenant.imap_port
    );
    let put = || {
        let mut curl = Client::curl(lab);
        curl.args([
            "-u",
            "asa.ohrstrom@nordvik.example:",
            "--oauth2-bearer",
            &token,
            "-T",
        ]);
        curl.arg(&item).arg(&to);
        curl
    };
    let id = json!({"Identity": "asa.ohrstrom@nordvik.example"});
    let mut grant = id.clone();
    grant["User"] = lab.details().tenant.service_principal_id.clone().into();
    grant["AccessRights"] = json!(["FullAccess"]);
    tenant.run("Add-MailboxPermission", grant).await;
    stderr(&mut put()).await;
    assert_eq!(lab.judge().await.unwrap().too_large, 2);
    let mut raised = id.clone();
    raised["MaxReceiveSize"] = "157286400".into();
    tenant.run("Set-Mailbox", raised).await;
    // Now that it would fit, it is missing and not excused.
    let missing = |verdict: &stegvis_lab::Verdict| {
        let asa = verdict.mailboxes.first().unwrap();
        (asa.missing, asa.too_large, asa.differing)
    };
    assert_eq!(missing(&lab.judge().await.unwrap()), (1, 0, 0));
    stdout(&mut put()).await;
    // curl sets neither date nor flags.
    assert_eq!(missing(&lab.judge().await.unwrap()), (0, 0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_that_is_too_small_for_a_rehearsal_is_not_started() {
    let dir = tempfile::tempdir().unwrap();
    let refused = Lab::start(rehearsal(dir.path(), 11)).await;
    assert!(matches!(refused, Err(LabError::TooFew { least: 12 })));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_a_licence_from_making_a_mailbox_is_told_by_the_tenant() {
    let dir = tempfile::tempdir().unwrap();
    let options = LabOptions {
        company: Company::Provisioning,
        endpoint: Some(20),
        ..options(dir.path(), 6)
    };
    let tenant = Tenant::start(options).await;
    let of = |hurdle: Hurdle| {
        let mut all = tenant.lab.details().mailboxes.iter();
        let found = all.find(|mailbox| mailbox.hurdle == Some(hurdle)).unwrap();
        found.address.clone()
    };
    let (stuck, both, twin) = (
        of(Hurdle::StuckMailboxGuid),
        of(Hurdle::MailboxOnBothSides),
        of(Hurdle::SoftDeletedTwin),
    );
    let recipient = async |address: &str| {
        let parameters = json!({"Identity": address});
        tenant.run("Get-Recipient", parameters).await.remove(0)
    };
    let found = recipient(&stuck).await;
    assert_eq!(found["RecipientTypeDetails"], "MailUser");
    let guid = found["ExchangeGuid"].as_str().unwrap().to_owned();
    assert!(!guid.starts_with("00000000-0000"), "{guid}");
    assert_eq!(
        recipient(&both).await["RecipientTypeDetails"],
        "UserMailbox"
    );
    let deleted = tenant
        .run("Get-Mailbox", json!({"SoftDeletedMailbox": true}))
        .await;
    assert_eq!(deleted.len(), 1);
    assert_eq!(deleted[0]["PrimarySmtpAddress"], twin.as_str());

    // A licence makes no mailbox of the first; the service does, and keeps its GUID. The twin it cannot tell apart.
    let token = Client::token(&tenant.lab, "https://graph.microsoft.com/.default").await;
    let user = format!("{}/users/{stuck}", tenant.lab.details().tenant.graph);
    let located = json!({"usageLocation": "SE"});
    Client::send(&tenant.lab, "PATCH", &user, &token, &located).await;
    let sku = "4b9405b0-7788-4568-add1-99614e613b69";
    let licence = json!({"addLicenses": [{"skuId": sku}], "removeLicenses": []});
    let assign = format!("{user}/assignLicense");
    let (status, _) = Client::send(&tenant.lab, "POST", &assign, &token, &licence).await;
    assert_eq!(status, 200);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let licensed = recipient(&stuck).await;
    assert_eq!(
        (&licensed["RecipientTypeDetails"], &licensed["SKUAssigned"]),
        (&json!("MailUser"), &json!(true))
    );
    tenant
        .batch("All", &tenant.addresses(), json!({"AutoStart": true}))
        .await;
    tenant.until("All", "SyncedWithErrors").await;
    let made = recipient(&stuck).await;
    assert_eq!(made["RecipientTypeDetails"], "UserMailbox");
    assert_eq!(made["ExchangeGuid"], guid.as_str());
    let users = tenant.users("All").await;
    let failed: Vec<&str> = users
        .iter()
        .filter(|user| user["Status"] == "Failed")
        .map(|user| user["ErrorSummary"].as_str().unwrap())
        .collect();
    assert_eq!(failed.len(), 1);
    assert!(
        failed[0].ends_with("matches multiple entries."),
        "{failed:?}"
    );
    let verdict = tenant.lab.judge().await.unwrap();
    assert!(verdict.agrees_on(|address| address != twin), "{verdict:#?}");
}
