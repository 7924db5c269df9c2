//! The practice tenant's migration service, driven as the program drives the real one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod practice_tenant;

use std::time::{Duration, Instant};

use practice_tenant::{Practice, practice};
use stegvis_connect::migration::{
    AdminCentre, DirectRest, EndpointRoute, ModuleSession, PowerShell, RouteState,
};
use stegvis_engine::ports::EndpointErrorKind;
use stegvis_lab::FaultScript;
use stegvis_wire::exchange_online::migration_status::{MigrationBatchStatus, MigrationUserStatus};
use stegvis_wire::exchange_online::new_migration_batch::NewMigrationBatch;
use stegvis_wire::exchange_online::new_migration_endpoint::NewMigrationEndpoint;
use stegvis_wire::exchange_online::outlook_anywhere::{Authentication, Locate};
use stegvis_wire::exchange_online::{Identity, OutlookAnywhere};

fn id(text: &str) -> Identity {
    Identity::new(text).unwrap()
}

async fn until(practice: &Practice, batch: &Identity, wanted: &MigrationBatchStatus) {
    let begun = Instant::now();
    loop {
        let found = practice.migrations.batch(batch).await.unwrap().unwrap();
        if found.status == *wanted {
            return;
        }
        assert!(begun.elapsed().as_secs() < 120, "{found:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_made_started_watched_and_removed() {
    let practice = practice(|options| {
        options.hurdles = true;
        options.tenant.max_receive_size = 1 << 20;
        options.tenant.replication = Duration::from_millis(500);
    })
    .await;
    let migrations = &practice.migrations;
    let (name, endpoint) = (id("Omgång 1"), id("Nordvik"));
    let endpoints = migrations.endpoints().await.unwrap();
    let found = endpoints.first().unwrap();
    assert_eq!(
        (found.identity.as_str(), found.max_concurrent_migrations),
        ("Nordvik", Some(2))
    );
    assert!(migrations.test(&endpoint).await.unwrap().is_success());
    migrations.set_concurrency(&endpoint, 3).await.unwrap();

    let csv = practice.csv();
    let new = NewMigrationBatch::new(&name, &endpoint, &csv).unwrap();
    let made = migrations.make_batch(&new).await.unwrap();
    assert_eq!(made.status, MigrationBatchStatus::Created);
    // Two stand in domains that the tenant has not accepted.
    assert_eq!(made.counts.total, Some(9));
    // Not known everywhere yet: waited for.
    migrations.start(&name).await.unwrap();
    let early = migrations.remove(&name).await.unwrap_err();
    assert_eq!(early.kind, EndpointErrorKind::Refused);
    until(&practice, &name, &MigrationBatchStatus::SyncedWithErrors).await;
    let users = migrations.users(&name).await.unwrap();
    let of = |status: &MigrationUserStatus| users.iter().filter(|u| u.status == *status).count();
    assert_eq!(of(&MigrationUserStatus::Synced), 4);
    assert_eq!(of(&MigrationUserStatus::Failed), 5);
    let first = practice.lab.details().mailboxes.first().unwrap();
    let statistics = migrations.statistics(&id(&first.address)).await.unwrap();
    let skipped = statistics.skipped_items.first().unwrap();
    assert_eq!(skipped.kind.as_deref(), Some("LargeItem"));
    assert!(skipped.size > Some(1 << 20) && skipped.subject.is_some());
    assert!(statistics.estimated_size > statistics.bytes_transferred);
    assert_eq!(
        statistics.user.synced_item_count.unwrap() + 1,
        statistics.estimated_count.unwrap()
    );
    let nobody = migrations.statistics(&id("nobody@nordvik.example")).await;
    assert_eq!(nobody.unwrap_err().kind, EndpointErrorKind::NotFound);
    migrations.remove(&name).await.unwrap();
    assert_eq!(migrations.batch(&name).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_cut_off_while_a_batch_is_made_finds_it_and_makes_no_second_one() {
    let practice = practice(|_| ()).await;
    let (name, endpoint, csv) = (id("Once"), id("Nordvik"), practice.csv());
    let new = NewMigrationBatch::new(&name, &endpoint, &csv).unwrap();
    let migrations = &practice.migrations;
    migrations.batches().await.unwrap();
    // Cut off at every moment of the way, as a killed program is.
    for milliseconds in [1, 2, 4, 6, 8, 12, 20, 40] {
        let cut = Duration::from_millis(milliseconds);
        let _ = tokio::time::timeout(cut, migrations.make_batch(&new)).await;
    }
    let both = tokio::join!(migrations.make_batch(&new), migrations.make_batch(&new));
    assert_eq!(both.0.unwrap().counts.total, Some(4));
    assert_eq!(both.1.unwrap().identity, "Once");
    assert_eq!(migrations.batches().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_the_service_refuses_makes_no_batch_and_is_told_in_its_words() {
    let practice = practice(|_| ()).await;
    let (name, endpoint) = (id("Bad"), id("Nordvik"));
    let bad = NewMigrationBatch::new(&name, &endpoint, b"Adress\r\nx\r\n").unwrap();
    let error = practice.migrations.make_batch(&bad).await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Refused);
    assert!(
        error.detail.contains("Column \"EmailAddress\" is missing"),
        "{error}"
    );
    let nowhere = id("No such endpoint");
    let bad = NewMigrationBatch::new(&name, &nowhere, b"EmailAddress\r\n").unwrap();
    let error = practice.migrations.make_batch(&bad).await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::NotFound);
    assert!(practice.migrations.batches().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_tenant_is_waited_for_and_one_batch_is_made() {
    let practice = practice(|options| options.faults = FaultScript::Throttled).await;
    let (name, endpoint, csv) = (id("Slow"), id("Nordvik"), practice.csv());
    let new = NewMigrationBatch::new(&name, &endpoint, &csv).unwrap();
    let begun = Instant::now();
    while let Err(error) = practice.migrations.make_batch(&new).await {
        assert!(
            matches!(error.kind, EndpointErrorKind::Throttled { .. }),
            "{error:?}"
        );
        assert!(begun.elapsed().as_secs() < 120);
    }
    practice.migrations.start(&name).await.unwrap();
    until(&practice, &name, &MigrationBatchStatus::Synced).await;
    assert_eq!(practice.migrations.batches().await.unwrap().len(), 1);
    assert!(practice.lab.judge().await.unwrap().agrees());
}

/// What to make: the company's old server.
fn endpoint<'a>(
    name: &'a Identity,
    server: &'a Identity,
    proxy: &'a Identity,
) -> NewMigrationEndpoint<'a> {
    NewMigrationEndpoint {
        name,
        connection: OutlookAnywhere::at(Locate::Manual {
            exchange_server: server,
            rpc_proxy_server: proxy,
            authentication: Authentication::Basic,
            email_address: None,
        }),
        max_concurrent_migrations: Some(7),
        max_concurrent_incremental_syncs: None,
        skip_verification: false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_made_in_the_admin_centre_or_directly_if_somebody_allows_it() {
    let practice = practice(|_| ()).await;
    let (name, server, proxy) = (
        id("Old server"),
        id("ex07.nordvik.example"),
        id("mail.nordvik.example"),
    );
    let new = endpoint(&name, &server, &proxy);
    let password = practice.lab.details().source.password.clone().into();
    let mut direct = DirectRest {
        migrations: practice.migrations.clone(),
        allowed: false,
    };
    assert_eq!(direct.state().await, RouteState::Unproved);
    let account = "NORDVIK\\migrering";
    assert!(direct.make(&new, account, &password).await.is_err());
    let centre = AdminCentre {
        migrations: practice.migrations.clone(),
        limit: Duration::from_secs(10),
    };
    let by_hand = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        practice
            .lab
            .make_migration_endpoint("Old server", 5)
            .unwrap();
    };
    let (found, ()) = tokio::join!(centre.make(&new, account, &password), by_hand);
    assert_eq!(found.unwrap().max_concurrent_migrations, Some(5));

    direct.allowed = true;
    let other = id("Directly");
    let new = endpoint(&other, &server, &proxy);
    let wrong = direct.make(&new, account, &"wrong".to_owned().into()).await;
    assert!(wrong.unwrap_err().detail.contains("Access is denied"));
    let made = direct.make(&new, account, &password).await.unwrap();
    assert_eq!(made.max_concurrent_migrations, Some(7));
    // Asked for again, it is found.
    assert_eq!(direct.make(&new, account, &password).await.unwrap(), made);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_module_is_told_everything_on_its_standard_input_and_nothing_in_its_arguments() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("pwsh");
    // In the place of PowerShell: notes what it is given, and answers as the module would.
    let script = format!(
        "#!/bin/sh\necho \"$@\" > {0}/arguments\ncat > {0}/input\ncase \"$*\" in *ListAvailable*) echo 3.9.2;; *) echo noise; echo 'Gamla servern';; esac\n",
        dir.path().display()
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let module = PowerShell {
        program: program.clone(),
        session: ModuleSession::Application {
            organization: "nordvik.onmicrosoft.example".to_owned(),
            token: "eyToken".to_owned().into(),
        },
    };
    assert_eq!(module.state().await, RouteState::Open("3.9.2".to_owned()));
    let (name, server, proxy) = (id("Gamla servern"), id("ex07"), id("mail.nordvik.example"));
    let password = "hemligt'; exit".to_owned().into();
    let made = module
        .make(
            &endpoint(&name, &server, &proxy),
            "NORDVIK\\migrering",
            &password,
        )
        .await
        .unwrap();
    assert_eq!(made.identity, "Gamla servern");
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let (arguments, input) = (read("arguments"), read("input"));
    for secret in ["hemligt", "eyToken", "nordvik"] {
        assert!(
            !arguments.contains(secret),
            "{secret} stands in the arguments"
        );
        assert!(input.contains(secret), "{secret} was not told");
    }
    assert!(!input.contains("Credentials") && input.contains("RPCProxyServer"));
    assert!(!format!("{module:?}").contains("eyToken"));

    std::fs::write(
        &program,
        "#!/bin/sh\necho 'The module is missing' >&2\nexit 1\n",
    )
    .unwrap();
    assert_eq!(
        module.state().await,
        RouteState::Closed("The module is missing".to_owned())
    );
}
