//! The practice tenant's migration service, driven as the program drives the real one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use stegvis_connect::exchange_online::ExchangeOnline;
use stegvis_connect::http::{Application, Authorized, HttpClient, TokenSource};
use stegvis_connect::migration::{MigrationApi, Replication};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::EndpointErrorKind;
use stegvis_lab::{FaultScript, Lab, LabOptions};
use stegvis_wire::exchange_online::migration_status::{MigrationBatchStatus, MigrationUserStatus};
use stegvis_wire::exchange_online::new_migration_batch::NewMigrationBatch;
use stegvis_wire::exchange_online::{Identity, SCOPE};

struct Practice {
    lab: Lab,
    migrations: MigrationApi,
    _dir: tempfile::TempDir,
}

fn id(text: &str) -> Identity {
    Identity::new(text).unwrap()
}

async fn practice(change: impl FnOnce(&mut LabOptions)) -> Practice {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 4;
    options.tenant.pace = Duration::from_millis(10);
    change(&mut options);
    let lab = Lab::start(options).await.unwrap();
    lab.make_migration_endpoint("Nordvik", 2).unwrap();
    let details = lab.details();
    let admin_api: url::Url = details.tenant.admin_api.parse().unwrap();
    let trust = Trust::SystemAnd(details.ca_pem.clone());
    let http = HttpClient::new(&admin_api, &trust).unwrap();
    let application = Application {
        token_url: details.tenant.token_url.parse().unwrap(),
        client_id: details.tenant.client_id.clone(),
        client_secret: details.tenant.client_secret.clone().into(),
    };
    let tokens = Arc::new(TokenSource::new(http.clone(), application, SCOPE));
    let exchange = ExchangeOnline::new(
        admin_api,
        details.tenant_id.clone(),
        Authorized::new(http, tokens),
    );
    let replication = Replication {
        step: Duration::from_millis(100),
        limit: Duration::from_secs(10),
    };
    Practice {
        migrations: MigrationApi::new(exchange, replication),
        lab,
        _dir: dir,
    }
}

impl Practice {
    fn csv(&self) -> Vec<u8> {
        let mut csv = "EmailAddress\r\n".to_owned();
        for mailbox in &self.lab.details().mailboxes {
            csv.push_str(&mailbox.address);
            csv.push_str("\r\n");
        }
        csv.into_bytes()
    }

    async fn until(&self, batch: &Identity, wanted: &MigrationBatchStatus) {
        let begun = Instant::now();
        loop {
            let found = self.migrations.batch(batch).await.unwrap().unwrap();
            if found.status == *wanted {
                return;
            }
            assert!(begun.elapsed().as_secs() < 30, "{found:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
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
    assert_eq!(made.counts.total, Some(11));
    // Not known everywhere yet: waited for.
    migrations.start(&name).await.unwrap();
    let early = migrations.remove(&name).await.unwrap_err();
    assert_eq!(early.kind, EndpointErrorKind::Refused);
    practice
        .until(&name, &MigrationBatchStatus::SyncedWithErrors)
        .await;
    let users = migrations.users(&name).await.unwrap();
    let of = |status: &MigrationUserStatus| users.iter().filter(|u| u.status == *status).count();
    assert_eq!(of(&MigrationUserStatus::Synced), 5);
    assert_eq!(of(&MigrationUserStatus::Failed), 6);
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
        assert!(begun.elapsed().as_secs() < 20);
    }
    practice.migrations.start(&name).await.unwrap();
    practice.until(&name, &MigrationBatchStatus::Synced).await;
    assert_eq!(practice.migrations.batches().await.unwrap().len(), 1);
    assert!(practice.lab.judge().await.unwrap().agrees());
}
