//! The engine's port to the migration service, over the practice tenant's.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod practice_tenant;

use std::time::{Duration, Instant};

use practice_tenant::practice;
use stegvis_connect::migration::TenantMigration;
use stegvis_engine::ports::{
    CloudBatch, CloudMigration, CloudStage, EndpointErrorKind, NewCloudBatch, RefusedRow,
};
use stegvis_lab::LabOptions;

fn small(options: &mut LabOptions) {
    options.tenant.max_receive_size = 1 << 20;
    options.tenant.replication = Duration::from_millis(300);
}

fn new(name: &str, list: Vec<u8>) -> NewCloudBatch {
    NewCloudBatch {
        name: name.to_owned(),
        endpoint: "Nordvik".to_owned(),
        list,
        notify: vec!["anna@nordvik.example".parse().unwrap()],
        start_after: None,
    }
}

async fn until(cloud: &TenantMigration, name: &str, wanted: CloudStage) -> CloudBatch {
    let begun = Instant::now();
    loop {
        let found = cloud.batch(name).await.unwrap().unwrap();
        if found.stage == wanted {
            return found;
        }
        assert!(begun.elapsed().as_secs() < 120, "{found:?}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_made_and_watched_and_what_was_left_out_is_told() {
    let practice = practice(|options| {
        small(options);
        options.hurdles = true;
    })
    .await;
    let cloud = TenantMigration(practice.migrations.clone());
    cloud.set_at_once("nordvik", 7).await.unwrap();
    let endpoints = cloud.endpoints().await.unwrap();
    let endpoint = endpoints.first().unwrap();
    assert_eq!(
        (&*endpoint.name, endpoint.at_once),
        ("Nordvik", Some(7)),
        "{endpoint:?}"
    );
    assert!(endpoint.proxy.is_some());
    assert!(cloud.test("Nordvik").await.unwrap().works);

    // A row twice: the service drops it and says so.
    let mut list = practice.csv();
    let first = practice.lab.details().mailboxes.first().unwrap();
    list.extend_from_slice(format!("{}\r\n", first.address).as_bytes());
    let wanted = new("Omgång 1 (Stegvis 0a1b)", list);
    let made = cloud.make(&wanted).await.unwrap();
    assert_eq!(
        (made.stage, &*made.status, &*made.name),
        (CloudStage::Created, "Created", &*wanted.name)
    );
    assert!(made.created.is_some() && made.started.is_none());
    let twice = |row: &&RefusedRow| row.address.as_deref() == Some(&*first.address);
    let row = made.refused.iter().find(twice).unwrap();
    assert!(!row.words.is_empty());
    // Asked for again it is found, and there is still one.
    assert_eq!(cloud.make(&wanted).await.unwrap().created, made.created);

    cloud.start(&wanted.name).await.unwrap();
    let done = until(&cloud, &wanted.name, CloudStage::Synced).await;
    assert_eq!(done.status, "SyncedWithErrors");
    assert!(done.started.is_some() && done.last_synced.is_some());
    let users = cloud.users(&wanted.name).await.unwrap();
    let (good, bad): (Vec<_>, Vec<_>) = users
        .iter()
        .partition(|user| user.stage == CloudStage::Synced);
    assert!(good.len() >= 4 && !bad.is_empty(), "{users:?}");
    for user in bad {
        assert_eq!(user.stage, CloudStage::Failed, "{user:?}");
        let detail = cloud.user(&user.address).await.unwrap();
        assert!(detail.user.error.is_some_and(|words| !words.is_empty()));
    }
    let detail = cloud.user(&first.address).await.unwrap();
    let user = users.iter().find(|user| user.address == first.address);
    assert_eq!(Some(&detail.user), user);
    let item = detail.left_out.first().unwrap();
    assert_eq!(item.kind.as_deref(), Some("LargeItem"));
    assert!(item.size > Some(1 << 20) && item.subject.is_some());
    assert_eq!(detail.user.skipped, Some(detail.left_out.len() as u64));
    assert!(detail.bytes < detail.bytes_total && detail.items_total > detail.user.synced);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_batch_goes_on_when_it_is_started_again_and_only_one_at_rest_is_removed() {
    let practice = practice(|options| {
        small(options);
        options.tenant.pace = Duration::from_millis(500);
    })
    .await;
    let cloud = TenantMigration(practice.migrations.clone());
    let wanted = new("Halfway", practice.csv());
    cloud.make(&wanted).await.unwrap();
    cloud.start("Halfway").await.unwrap();
    let begun = Instant::now();
    while !cloud
        .users("Halfway")
        .await
        .unwrap()
        .iter()
        .any(|user| user.stage == CloudStage::Copying)
    {
        assert!(begun.elapsed().as_secs() < 120);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let early = cloud.remove("Halfway").await.unwrap_err();
    assert_eq!(early.kind, EndpointErrorKind::Refused, "{early}");
    cloud.stop("Halfway").await.unwrap();
    until(&cloud, "Halfway", CloudStage::Stopped).await;
    let users = cloud.users("Halfway").await.unwrap();
    assert!(users.iter().any(|user| user.stage == CloudStage::Stopped));

    cloud.start("Halfway").await.unwrap();
    until(&cloud, "Halfway", CloudStage::Synced).await;
    cloud.remove("Halfway").await.unwrap();
    assert_eq!(cloud.batch("Halfway").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_with_a_time_starts_by_itself() {
    let practice = practice(small).await;
    let cloud = TenantMigration(practice.migrations.clone());
    let mut wanted = new("Later", practice.csv());
    wanted.start_after = Some(jiff::Timestamp::now() + jiff::SignedDuration::from_secs(10));
    let made = cloud.make(&wanted).await.unwrap();
    assert!(matches!(
        made.stage,
        CloudStage::Created | CloudStage::Waiting
    ));
    until(&cloud, "Later", CloudStage::Synced).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_would_pick_everything_is_refused_and_nothing_is_sent() {
    let practice = practice(small).await;
    let cloud = TenantMigration(practice.migrations.clone());
    cloud.make(&new("Kept", practice.csv())).await.unwrap();
    for name in ["", "  ", "*"] {
        for refused in [
            cloud.remove(name).await,
            cloud.start(name).await,
            cloud.stop(name).await,
            cloud.user(name).await.map(drop),
            cloud.users(name).await.map(drop),
            cloud.make(&new(name, practice.csv())).await.map(drop),
        ] {
            assert_eq!(refused.unwrap_err().kind, EndpointErrorKind::Refused);
        }
    }
    let long = "n".repeat(65);
    let refused = cloud.make(&new(&long, practice.csv())).await.unwrap_err();
    assert!(refused.detail.contains("64"), "{refused}");
    assert!(cloud.batch("Kept").await.unwrap().is_some());
    assert_eq!(practice.migrations.batches().await.unwrap().len(), 1);
}
