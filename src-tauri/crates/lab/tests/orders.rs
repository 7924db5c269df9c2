//! What a test orders to go wrong from outside, the mail that Graph sends, and time that passes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod clients;

use std::time::{Duration, Instant};

use clients::tenant::{SCOPE, Tenant, data, options};
use clients::{Client, stderr, stdout};
use serde_json::{Value, json};
use stegvis_lab::{Company, Hurdle, Lab, LabOptions, TenantScript};

/// For as long as a busy machine may take.
const PATIENCE: Duration = Duration::from_secs(120);

const GRAPH: &str = "https://graph.microsoft.com/.default";

fn controlled(dir: &std::path::Path) -> LabOptions {
    LabOptions {
        control: true,
        endpoint: Some(20),
        ..options(dir, 2)
    }
}

async fn order(lab: &Lab, line: &str) {
    let url = lab.details().control.clone().unwrap();
    let done = stdout(Client::curl(lab).args(["--fail", "-d", line, &url])).await;
    assert_eq!(done, "done\n");
}

fn new_batch(tenant: &Tenant, name: &str) -> String {
    let csv = format!("EmailAddress\r\n{}\r\n", tenant.addresses().join("\r\n"));
    json!({"CmdletInput": {"CmdletName": "New-MigrationBatch", "Parameters":
        {"Name": name, "SourceEndpoint": "Nordvik", "CSVData": data(&csv)}}})
    .to_string()
}

fn post(tenant: &Tenant, body: &str) -> tokio::process::Command {
    let mut curl = Client::curl(&tenant.lab);
    let url = format!("{}/InvokeCommand", tenant.lab.details().tenant.admin_api);
    curl.args(["-H", &format!("Authorization: Bearer {}", tenant.token)])
        .args(["-H", "Content-Type: application/json", "-d", body, &url]);
    curl
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_has_the_dns_host_change_a_record_and_a_test_mail_sent() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(controlled(dir.path())).await;
    let url = tenant.lab.details().control.clone().unwrap();
    let line = format!("test-mail {}", tenant.addresses()[0]);
    let before = stegvis_lab::tell(&url, &line).await.unwrap();
    assert!(before.contains("\r\nSubject: Test\r\n"), "{before}");
    assert_eq!(
        stegvis_lab::tell(&url, "dns moveMx").await.unwrap(),
        "done\n"
    );
    let after = stegvis_lab::tell(&url, &line).await.unwrap();
    let by_tenant = "mail.protection.outlook.com";
    assert!(!before.contains(by_tenant) && after.contains(by_tenant));
    let refused = stegvis_lab::tell(&url, "test-mail nobody@nordvik.example").await;
    let words = refused.unwrap_err().to_string();
    assert!(words.contains("nobody is called"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_answer_is_lost_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(controlled(dir.path())).await;
    order(&tenant.lab, "lose-answer New-MigrationBatch").await;
    let lost = stderr(&mut post(&tenant, &new_batch(&tenant, "Lost"))).await;
    assert!(lost.contains("Empty reply"), "{lost}");
    let found = tenant.run("Get-MigrationBatch", json!({})).await;
    assert_eq!(found.len(), 1);
    // Once: the next call is answered.
    let again = stdout(&mut post(&tenant, &new_batch(&tenant, "Lost"))).await;
    assert!(again.contains("already exists"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_held_is_carried_out_though_nobody_waits_any_more() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(controlled(dir.path())).await;
    order(&tenant.lab, "hold-request New-MigrationBatch 8000").await;
    let body = new_batch(&tenant, "Late");
    stderr(post(&tenant, &body).args(["--max-time", "3"])).await;
    assert_eq!(tenant.run("Get-MigrationBatch", json!({})).await.len(), 0);
    let begun = Instant::now();
    while tenant.run("Get-MigrationBatch", json!({})).await.is_empty() {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    order(&tenant.lab, "hold-answer New-MigrationBatch 700").await;
    let begun = Instant::now();
    stdout(&mut post(&tenant, &body)).await;
    assert!(begun.elapsed() >= Duration::from_millis(700));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_refused_and_consent_goes_and_comes_from_outside() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(controlled(dir.path())).await;
    order(&tenant.lab, "refuse 2 503").await;
    let ask = async || tenant.ask("Get-MigrationEndpoint", json!({})).await.0;
    assert_eq!([ask().await, ask().await, ask().await], [503, 503, 200]);
    order(&tenant.lab, "withdraw-consent").await;
    let powerless = Client::token(&tenant.lab, SCOPE).await;
    let body = json!({"CmdletInput": {"CmdletName": "Get-MigrationEndpoint", "Parameters": {}}});
    let (status, _) = Client::cmdlet(&tenant.lab, &powerless, &body).await;
    assert_eq!(status, 403);
    order(&tenant.lab, "give-consent").await;
    let token = Client::token(&tenant.lab, SCOPE).await;
    assert_eq!(Client::cmdlet(&tenant.lab, &token, &body).await.0, 200);
    let url = tenant.lab.details().control.clone().unwrap();
    let mut curl = Client::curl(&tenant.lab);
    let strange = stdout(curl.args(["-d", "burn", &url])).await;
    assert!(strange.contains("no such command"), "{strange}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_nobody_looks_after_is_stopped_after_sixty_days_and_gone_after_ninety_more() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(controlled(dir.path())).await;
    let more = json!({"AutoStart": true});
    tenant.batch("Old", &tenant.addresses(), more).await;
    tenant.until("Old", "Synced").await;
    order(&tenant.lab, "days 59").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    tenant.until("Old", "Synced").await;
    order(&tenant.lab, "days 1").await;
    tenant.until("Old", "Stopped").await;
    // What is copied stays copied, and starting again brings the batch back to where it was.
    let id = json!({"Identity": "Old"});
    tenant.run("Start-MigrationBatch", id).await;
    tenant.until("Old", "Synced").await;
    order(&tenant.lab, "days 60").await;
    tenant.until("Old", "Stopped").await;
    order(&tenant.lab, "days 90").await;
    let begun = Instant::now();
    while !tenant.run("Get-MigrationBatch", json!({})).await.is_empty() {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(tenant.lab.judge().await.unwrap().agrees());
}

/// Sends by Graph: the status.
async fn send(lab: &Lab, token: &str, of: &str, mail: &Value) -> u16 {
    let url = format!("{}/{of}/sendMail", lab.details().tenant.graph);
    Client::send(lab, "POST", &url, token, mail).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn graph_sends_mail_for_whoever_has_a_mailbox_and_may() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(controlled(dir.path())).await;
    let lab = &tenant.lab;
    let token = Client::token(lab, GRAPH).await;
    let mail = |to: &str| {
        json!({"message": {
            "subject": "Omgång 1 är klar",
            "body": {"contentType": "HTML", "content": "<p>Åtta brevlådor</p>"},
            "toRecipients": [{"emailAddress": {"address": to}}],
            "attachments": [{"@odata.type": "#microsoft.graph.fileAttachment", "name": "report.csv",
                             "contentType": "text/csv", "contentBytes": "YSxiDQo="}]},
            "saveToSentItems": true})
    };
    let administrator = format!("users/{}", lab.details().tenant.administrator);
    let good = mail("it@nordvik.example");
    assert_eq!(send(lab, &token, &administrator, &good).await, 202);
    let mails = lab.judge().await.unwrap().mails;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Omgång 1 är klar");
    assert_eq!(mails[0].from, lab.details().tenant.administrator);
    assert_eq!(mails[0].to, ["it@nordvik.example"]);

    assert_eq!(send(lab, &token, &administrator, &mail("it")).await, 400);
    assert_eq!(send(lab, &token, "me", &good).await, 400);
    let nobody = "users/00000000-0000-0000-0000-000000000000";
    assert_eq!(send(lab, &token, nobody, &good).await, 404);
    // A mail user has no mailbox to send from.
    let asa = "users/asa.ohrstrom@nordvik.example";
    assert_eq!(send(lab, &token, asa, &good).await, 404);
    let wrong = Client::token(lab, SCOPE).await;
    assert_eq!(send(lab, &wrong, &administrator, &good).await, 401);
    assert_eq!(lab.judge().await.unwrap().mails.len(), 1);

    let dir = tempfile::tempdir().unwrap();
    let withheld = LabOptions {
        tenant: TenantScript {
            mail_withheld: true,
            ..TenantScript::default()
        },
        ..LabOptions::new(dir.path())
    };
    let lab = Lab::start(withheld).await.unwrap();
    let token = Client::token(&lab, GRAPH).await;
    assert_eq!(send(&lab, &token, &administrator, &good).await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_held_up_or_given_up_and_what_stood_in_its_way_is_mended_before_the_retry() {
    let dir = tempfile::tempdir().unwrap();
    let options = LabOptions {
        company: Company::ServiceRehearsal,
        mailboxes: 12,
        ..controlled(dir.path())
    };
    let tenant = Tenant::start(options).await;
    let addresses = tenant.addresses();
    order(&tenant.lab, &format!("stall {} 8000", addresses[0])).await;
    order(&tenant.lab, &format!("fail {} timeout", addresses[1])).await;
    tenant
        .batch("All", &addresses, json!({"AutoStart": true}))
        .await;
    let error = async |address: &str| {
        let users = tenant.users("All").await;
        let found = users.iter().find(|user| user["Identity"] == address);
        found.unwrap()["ErrorSummary"].as_str().unwrap().to_owned()
    };
    let begun = Instant::now();
    while !error(&addresses[0]).await.contains("StalledDueToTarget") {
        assert!(begun.elapsed() < PATIENCE);
    }
    let batch = tenant.until("All", "SyncedWithErrors").await;
    assert_eq!(
        (&batch["SyncedCount"], &batch["FailedCount"]),
        (&json!(6), &json!(3))
    );
    assert!(
        error(&addresses[1])
            .await
            .starts_with("SyncTimeoutException")
    );

    // Mended, all but the dropped rows come through; what was copied is not copied again.
    let blocked = |wanted: Hurdle| {
        let mut all = tenant.lab.details().mailboxes.iter();
        let found = all.find(|mailbox| mailbox.hurdle == Some(wanted));
        found.unwrap().address.clone()
    };
    for hurdle in [Hurdle::MailUserMissing, Hurdle::ProtectedAccount] {
        order(&tenant.lab, &format!("mend {}", blocked(hurdle))).await;
    }
    assert!(tenant.lab.mend(&addresses[0]).is_err());
    let id = json!({"Identity": "All"});
    tenant.run("Start-MigrationBatch", id).await;
    let begun = Instant::now();
    loop {
        let users = tenant.users("All").await;
        if users.iter().all(|user| user["Status"] == "Synced") {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{users:?}");
    }
    let dropped = [
        blocked(Hurdle::UnverifiedDomain),
        blocked(Hurdle::LocalAddress),
    ];
    let verdict = tenant.lab.judge().await.unwrap();
    let unverified = |address: &str| {
        let domain = address.split_once('@').unwrap().1;
        dropped.iter().any(|known| known.ends_with(domain))
    };
    assert!(
        verdict.agrees_on(|address| !unverified(address)),
        "{verdict:#?}"
    );
}
