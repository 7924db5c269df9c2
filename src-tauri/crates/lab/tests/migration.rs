//! Microsoft's migration service as the practice tenant simulates it, driven cmdlet by cmdlet with curl.
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
use clients::{Client, stdout};
use serde_json::{Value, json};
use stegvis_lab::{FaultScript, Lab};

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_made_copied_and_told_of_and_the_judge_agrees() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(options(dir.path(), 6)).await;
    tenant.lab.make_migration_endpoint("Nordvik", 2).unwrap();
    let made = tenant
        .batch(
            "Omgång 1",
            &tenant.addresses(),
            json!({"NotificationEmails": ["it@nordvik.example"]}),
        )
        .await;
    assert_eq!(made["Status"], "Created");
    assert_eq!(made["TotalCount"], 6);
    tenant
        .run("Start-MigrationBatch", json!({"Identity": "omgång 1"}))
        .await;
    // Never more at once than the endpoint allows.
    let begun = Instant::now();
    loop {
        let users = tenant.users("Omgång 1").await;
        let of = |status: &str| users.iter().filter(|user| user["Status"] == status).count();
        assert!(of("Syncing") <= 2, "{users:?}");
        if of("Synced") == 6 {
            break;
        }
        assert!(begun.elapsed().as_secs() < 120, "{users:?}");
    }
    let batch = tenant.until("Omgång 1", "Synced").await;
    assert_eq!(batch["SyncedCount"], 6);
    let verdict = tenant.lab.judge().await.unwrap();
    assert!(verdict.agrees(), "{verdict:#?}");
    let subjects: Vec<&str> = verdict.mails.iter().map(|m| m.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "Migration batch Omgång 1 is under way",
            "Migration batch Omgång 1 has been synced"
        ]
    );
    let list = batch["SuccessReportUrl"].as_str().unwrap();
    let list = stdout(Client::curl(&tenant.lab).arg(list)).await;
    assert_eq!(list.lines().count(), 7, "{list}");

    // What is done stays done: another batch of the same user copies nothing twice.
    let used = tenant
        .refused("Remove-MigrationEndpoint", json!({"Identity": "Nordvik"}))
        .await;
    assert!(used.contains("being used by a migration batch"), "{used}");
    tenant
        .run(
            "Remove-MigrationBatch",
            json!({"Identity": "Omgång 1", "Confirm": false}),
        )
        .await;
    let first = tenant.addresses().remove(0);
    tenant
        .batch("Again", &[first], json!({"AutoStart": true}))
        .await;
    tenant.until("Again", "Synced").await;
    assert!(tenant.lab.judge().await.unwrap().agrees());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_migrated_is_named_in_microsofts_words_and_retry_touches_only_that() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path(), 3);
    options.hurdles = true;
    // The first mailbox holds one message of two and a half megabytes.
    options.tenant.max_receive_size = 1 << 20;
    let tenant = Tenant::start(options).await;
    tenant.lab.make_migration_endpoint("Nordvik", 20).unwrap();
    let mut addresses = tenant.addresses();
    addresses.extend(["nobody".to_owned(), "stranger@nordvik.example".to_owned()]);
    let made = tenant
        .batch("Hurdles", &addresses, json!({"AutoStart": true}))
        .await;
    let dropped = made["MigrationErrors"].as_array().unwrap();
    let unaccepted =
        "You can't use the domain because it's not an accepted domain for your organization.";
    let of = |words: &str| {
        let found = dropped.iter();
        found
            .filter(|row| {
                row["LocalizedErrorMessage"]
                    .as_str()
                    .unwrap()
                    .contains(words)
            })
            .map(|row| row["EmailAddress"].as_str().unwrap())
            .collect::<Vec<&str>>()
    };
    assert_eq!(of("isn't a valid SMTP address"), ["nobody"]);
    assert_eq!(of(unaccepted).len(), 2, "{dropped:?}");
    let batch = tenant.until("Hurdles", "SyncedWithErrors").await;
    assert_eq!(
        (&batch["SyncedCount"], &batch["FailedCount"]),
        (&json!(3), &json!(6)),
        "{batch:#}"
    );
    let users = tenant.users("Hurdles").await;
    let error = |address: &str| {
        let found = users.iter().find(|user| user["Identity"] == address);
        found.unwrap()["ErrorSummary"].as_str().unwrap().to_owned()
    };
    let hurdle = |wanted: &str| {
        let mut all = tenant.lab.details().mailboxes.iter();
        let found = all.find(|mailbox| serde_json::to_value(mailbox.hurdle).unwrap() == wanted);
        found.unwrap().address.clone()
    };
    assert_eq!(
        error(&hurdle("mailUserMissing")),
        "A valid primary e-mail address couldn't be found in the cloud-based service."
    );
    let protected = error(&hurdle("protectedAccount"));
    assert!(
        protected.starts_with("UpdateMovedMailboxPermanentException")
            && protected.contains("problem 4003 (INSUFF_ACCESS_RIGHTS)"),
        "{protected}"
    );
    for address in ["stranger@nordvik.example".to_owned(), hurdle("hidden")] {
        assert!(error(&address).contains("couldn't be found in the on-premises domain"));
    }
    assert!(error(&hurdle("forwardingSet")).contains("@uppdrag.example"));
    let statistics = tenant
        .run(
            "Get-MigrationUserStatistics",
            json!({"Identity": addresses[0], "IncludeSkippedItems": true}),
        )
        .await
        .remove(0);
    assert_eq!(statistics["SkippedItems"][0]["Kind"], "LargeItem");
    assert_eq!(statistics["DataConsistencyScore"], "Investigate");
    assert_eq!(statistics["SkippedItemCount"], 1);
    let list = batch["ErrorReportUrl"].as_str().unwrap();
    let list = stdout(Client::curl(&tenant.lab).arg(list)).await;
    assert!(
        list.contains("nobody,") && list.contains("INSUFF_ACCESS_RIGHTS"),
        "{list}"
    );

    // An unknown identity is answered with everyone, as in earnest.
    let all = tenant
        .run(
            "Get-MigrationUser",
            json!({"Identity": "typo@nordvik.example"}),
        )
        .await;
    assert_eq!(all.len(), addresses.len() - 3);
    // Trying again tries those that failed, and only those.
    let before: Vec<Value> = users
        .iter()
        .filter(|u| u["Status"] == "Synced")
        .cloned()
        .collect();
    tenant
        .run("Start-MigrationBatch", json!({"Identity": "Hurdles"}))
        .await;
    tenant.until("Hurdles", "SyncedWithErrors").await;
    let after: Vec<Value> = tenant
        .users("Hurdles")
        .await
        .into_iter()
        .filter(|user| user["Status"] == "Synced")
        .collect();
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_goes_on_where_it_was_after_a_stop_and_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path(), 5);
    options.tenant.pace = Duration::from_millis(60);
    let tenant = Tenant::start(options.clone()).await;
    tenant.lab.make_migration_endpoint("Nordvik", 2).unwrap();
    tenant
        .batch("Night", &tenant.addresses(), json!({"AutoStart": true}))
        .await;
    let begun = Instant::now();
    while !tenant
        .users("Night")
        .await
        .iter()
        .any(|user| user["SyncedItemCount"].as_u64() > Some(5))
    {
        assert!(begun.elapsed().as_secs() < 120);
    }
    let early = tenant
        .refused(
            "Remove-MigrationBatch",
            json!({"Identity": "Night", "Confirm": false}),
        )
        .await;
    assert!(
        early.contains("can't be removed while it's Syncing"),
        "{early}"
    );
    tenant
        .run(
            "Stop-MigrationBatch",
            json!({"Identity": "Night", "Confirm": false}),
        )
        .await;
    tenant.until("Night", "Stopped").await;
    let count = |users: &[Value]| -> u64 {
        users
            .iter()
            .filter_map(|user| user["SyncedItemCount"].as_u64())
            .sum()
    };
    let stopped = count(&tenant.users("Night").await);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(count(&tenant.users("Night").await), stopped);
    tenant
        .run("Start-MigrationBatch", json!({"Identity": "Night"}))
        .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    tenant.lab.stop().await;

    let tenant = Tenant::start(options).await;
    assert!(count(&tenant.users("Night").await) >= stopped);
    tenant.until("Night", "Synced").await;
    let verdict = tenant.lab.judge().await.unwrap();
    assert!(verdict.agrees(), "{verdict:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_tested_and_made_with_the_right_server_account_and_numbers() {
    let dir = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(options(dir.path(), 1)).await;
    let password = tenant.lab.details().source.password.clone();
    let settings = |proxy: &str, password: &str| {
        json!({"ExchangeOutlookAnywhere": true, "ExchangeServer": "ex07.nordvik.example", "RPCProxyServer": proxy,
               "Credentials": {"@odata.type": "#Exchange.PSCredential", "UserName": "NORDVIK\\migrering", "Password": password}})
    };
    let test = async |parameters: Value| {
        tenant
            .run("Test-MigrationServerAvailability", parameters)
            .await
            .remove(0)
    };
    let good = test(settings("mail.nordvik.example", &password)).await;
    assert_eq!(good["Result"], "Success");
    let elsewhere = test(settings("owa.nordvik.example", &password)).await;
    assert!(
        elsewhere["ErrorDetail"]
            .as_str()
            .unwrap()
            .contains("Error 0x6ba")
    );
    let locked_out = test(settings("mail.nordvik.example", "wrong")).await;
    assert!(
        locked_out["ErrorDetail"]
            .as_str()
            .unwrap()
            .contains("Access is denied")
    );
    let mut new = settings("mail.nordvik.example", &password);
    new["Name"] = "Nordvik".into();
    new["MaxConcurrentMigrations"] = 5.into();
    let made = tenant
        .run("New-MigrationEndpoint", new.clone())
        .await
        .remove(0);
    assert_eq!(made["MaxConcurrentMigrations"], "5");
    let twice = tenant.refused("New-MigrationEndpoint", new).await;
    assert!(twice.contains("already exists"), "{twice}");
    assert_eq!(
        test(json!({"Endpoint": "Nordvik"})).await["Result"],
        "Success"
    );
    let many = json!({"Identity": "Nordvik", "MaxConcurrentMigrations": 3, "MaxConcurrentIncrementalSyncs": 9});
    assert!(
        tenant
            .refused("Set-MigrationEndpoint", many)
            .await
            .contains("less than or equal")
    );
    let strange = tenant
        .refused("Get-MigrationEndpoint", json!({"Nonsense": 1}))
        .await;
    assert!(strange.contains("ParameterBindingException"), "{strange}");
    tenant
        .run(
            "Remove-MigrationEndpoint",
            json!({"Identity": "Nordvik", "Confirm": false}),
        )
        .await;
    assert_eq!(
        tenant.run("Get-MigrationEndpoint", json!({})).await.len(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_list_makes_no_batch_and_a_new_batch_is_not_found_at_once_everywhere() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path(), 1);
    // Long enough for a machine with other work to look before it is over.
    options.tenant.replication = Duration::from_secs(3);
    let tenant = Tenant::start(options).await;
    tenant.lab.make_migration_endpoint("Nordvik", 20).unwrap();
    for (csv, words) in [
        ("", "can't be empty"),
        (
            "EmailAddress;Password\r\na@nordvik.example;x\r\n",
            "is missing from the CSV file",
        ),
        (
            "EmailAddress,Pasword\r\na@nordvik.example,x\r\n",
            "\"Pasword\"",
        ),
        (
            "EmailAddress\r\na@nordvik.example,x\r\n",
            "wrong number of columns",
        ),
    ] {
        let parameters = json!({"Name": "Bad", "SourceEndpoint": "Nordvik", "CSVData": data(csv)});
        let refused = tenant.refused("New-MigrationBatch", parameters).await;
        assert!(refused.contains(words), "{refused}");
    }
    assert_eq!(tenant.run("Get-MigrationBatch", json!({})).await.len(), 0);
    tenant.batch("New", &tenant.addresses(), json!({})).await;
    let early = tenant
        .refused("Get-MigrationBatch", json!({"Identity": "New"}))
        .await;
    assert!(
        early.contains("ManagementObjectNotFoundException"),
        "{early}"
    );
    // In the list of all it stands at once, which is how a batch without an answer is found.
    assert_eq!(tenant.run("Get-MigrationBatch", json!({})).await.len(), 1);
    let csv = data("EmailAddress\r\nasa.ohrstrom@nordvik.example\r\n");
    let again = json!({"Name": "new", "SourceEndpoint": "Nordvik", "CSVData": csv});
    let again = tenant.refused("New-MigrationBatch", again).await;
    assert!(
        again.ends_with("The migration batch already exists."),
        "{again}"
    );
    let begun = Instant::now();
    let look = json!({"Identity": "New"});
    while tenant.ask("Get-MigrationBatch", look.clone()).await.0 != 200 {
        assert!(begun.elapsed().as_secs() < 120);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_service_stalls_fails_and_comes_through_in_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path(), 12);
    options.faults = FaultScript::Hostile;
    let lab = Lab::start(options).await.unwrap();
    lab.make_migration_endpoint("Nordvik", 20).unwrap();
    let details = &lab.details().tenant;
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={SCOPE}",
        details.client_id, details.client_secret
    );
    let token = patient(async || {
        let answer = stdout(Client::curl(&lab).args(["-d", &form, &details.token_url])).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["access_token"].as_str().map(str::to_owned)
    })
    .await;
    let tenant = Tenant { lab, token };
    let run = async |name: &str, parameters: Value| {
        patient(async || match tenant.ask(name, parameters.clone()).await {
            (200, answer) => Some(answer["value"].as_array().unwrap().clone()),
            (429 | 503, _) => None,
            (status, answer) => panic!("{name}: {status} {answer}"),
        })
        .await
    };
    let csv = format!("EmailAddress\r\n{}\r\n", tenant.addresses().join("\r\n"));
    run("New-MigrationBatch", json!({"Name": "Rough", "SourceEndpoint": "Nordvik", "AutoStart": true, "CSVData": data(&csv)})).await;
    let (mut failures, mut stalled, begun) = (0, false, Instant::now());
    loop {
        assert!(begun.elapsed().as_secs() < 180);
        let users = run("Get-MigrationUser", json!({"BatchId": "Rough"})).await;
        let says = |words: &str| {
            users
                .iter()
                .any(|user| user["ErrorSummary"].as_str().unwrap().contains(words))
        };
        stalled |= says("StalledDueToTarget_DiskLatency");
        let of = |status: &str| users.iter().filter(|user| user["Status"] == status).count();
        if of("Synced") == 12 {
            break;
        }
        if of("Synced") + of("Failed") == 12 {
            failures += of("Failed");
            run("Start-MigrationBatch", json!({"Identity": "Rough"})).await;
        }
    }
    assert!(
        stalled && failures > 0,
        "stalled: {stalled}, failures: {failures}"
    );
    let verdict = tenant.lab.judge().await.unwrap();
    assert!(verdict.agrees(), "{verdict:#?}");
}

/// Asks again while there is nothing.
async fn patient<T>(ask: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..20 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing came");
}
