//! The end of a migration, by the program: batches stay in the service until mail has gone its new way, and what the program
//! left in the world is taken back, once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod stage;

use serde_json::Value;
use stage::Stage;

const MAILBOXES: usize = 6;

fn guards(batch: &Value) -> Vec<&str> {
    let guards = batch["guards"].as_array().unwrap();
    guards
        .iter()
        .map(|guard| guard["guard"].as_str().unwrap())
        .collect()
}

fn item<'a>(view: &'a Value, kind: &str) -> &'a Value {
    let mut items = view["items"].as_array().unwrap().iter();
    items.find(|item| item["kind"] == kind).unwrap()
}

/// How many of everything a clean-up took.
fn taken(view: &Value) -> u64 {
    let items = view["items"].as_array().unwrap().iter();
    items.map(|item| item["taken"].as_u64().unwrap()).sum()
}

#[test]
fn batches_wait_for_mail_and_the_footprint_is_taken_back_once() {
    let stage = Stage::of(MAILBOXES, |options| options.endpoint = Some(20));
    let moved = stage.run(&["rehearse", "--engine", "service"]);
    assert!(moved.stdout.starts_with('{'), "{}", moved.stderr);

    // Nobody has seen where mail goes, so every batch stays.
    let (_, listed) = stage.ask(&["batch", "list"]);
    let hosted: Vec<&Value> = listed["batches"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|batch| batch["cloudName"].is_string())
        .collect();
    assert!(!hosted.is_empty(), "{listed}");
    for batch in &hosted {
        assert_eq!(guards(batch), ["MxNotMoved", "DeliveryUnproved"], "{batch}");
    }
    let names: Vec<&str> = hosted
        .iter()
        .map(|batch| batch["name"].as_str().unwrap())
        .collect();
    let refused = stage.run(&["batch", "remove", names[0]]);
    assert_eq!(refused.status.code(), Some(2), "{}", refused.stdout);
    assert!(
        refused.stderr.contains("stays in the service"),
        "{}",
        refused.stderr
    );

    // A look takes nothing, and says that the batches come first.
    let (code, looked) = stage.ask(&["cleanup", "--dry-run"]);
    assert_eq!(code, 1, "{looked}");
    let access = item(&looked, "MailboxAccess");
    assert_eq!(access["before"], "Present", "{looked}");
    assert_eq!(access["taken"], MAILBOXES as u64, "{looked}");
    assert_eq!(item(&looked, "Batches")["after"], "Present", "{looked}");

    // An administrator's word of too late a moment does not do, one of four days ago does; the reports are there first.
    let lately = stage.run(&[
        "batch",
        "remove",
        names[0],
        "--mx-moved-at",
        &jiff::Timestamp::now().to_string(),
        "--delivery-proved",
    ]);
    assert_eq!(lately.status.code(), Some(2), "{}", lately.stdout);
    assert!(
        lately.stderr.contains("mail may come the old way until"),
        "{}",
        lately.stderr
    );
    let before = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(96);
    for name in &names {
        let removed = stage.run(&[
            "batch",
            "remove",
            name,
            "--mx-moved-at",
            &before.to_string(),
            "--delivery-proved",
        ]);
        assert!(removed.status.success(), "{}", removed.stderr);
    }
    let (_, listed) = stage.ask(&["batch", "list"]);
    let left = listed["batches"].as_array().unwrap().iter();
    assert_eq!(
        left.filter(|batch| batch["cloudName"].is_string()).count(),
        0,
        "{listed}"
    );

    // All of it is taken, and a second time there is nothing to take.
    let (code, cleaned) = stage.ask(&["cleanup"]);
    assert_eq!(
        (code, &cleaned["clean"]),
        (0, &Value::Bool(true)),
        "{cleaned}"
    );
    let access = item(&cleaned, "MailboxAccess");
    assert_eq!(access["taken"], MAILBOXES as u64, "{cleaned}");
    assert_eq!(access["after"], "Gone", "{cleaned}");
    let (code, again) = stage.ask(&["cleanup"]);
    assert_eq!((code, taken(&again)), (0, 0), "{again}");
    assert_eq!(item(&again, "MailboxAccess")["before"], "Gone", "{again}");
    let footprint = again["finish"]["footprint"].as_array().unwrap();
    let by_hand = footprint
        .iter()
        .find(|item| item["kind"] == "SourceAccount")
        .unwrap();
    let commands = by_hand["commands"].to_string();
    assert!(commands.contains("Remove-ADPermission"), "{by_hand}");
    // The tenant's own log has seen each access taken.
    let log = std::fs::read(stage.at("company/world.log")).unwrap();
    let log = String::from_utf8_lossy(&log);
    let count = |what: &str| log.matches(&format!("\"t\":\"{what}\"")).count();
    assert_eq!(count("revoked"), count("granted"));
}
