//! `stegvis rehearse`: the whole staged migration against the practice organisation, in one command.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use stegvis_journeys::{Chance, Measured, Running, stegvis};

const MAILBOXES: usize = 25;

fn rehearse(project: &Path) -> Running {
    let mut command = stegvis();
    command
        .args([
            "rehearse",
            "--json",
            "--seed",
            "7",
            "--faults",
            "flaky",
            "--mailboxes",
        ])
        .arg(MAILBOXES.to_string())
        .arg("--project")
        .arg(project);
    Running::start(&mut command)
}

/// The ledger reconciles, and the independent read-back of the target agrees with the source.
fn assert_nothing_lost_and_nothing_twice(run: &Measured) -> Value {
    assert!(
        run.status.success(),
        "{}\n{}\n{}",
        run.status,
        run.stdout,
        run.stderr
    );
    let json: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error} in {}", run.stdout));
    assert_eq!(json["reconciled"], true, "{json}");
    let verification = &json["verification"];
    assert_eq!(verification["agrees"], true, "{json}");
    assert_eq!(verification["missing"], 0, "{json}");
    assert_eq!(verification["extra"], 0, "{json}");
    assert_eq!(verification["differing"], 0, "{json}");
    assert!(verification["compared"].as_u64().unwrap() > 0, "{json}");
    json
}

#[test]
fn twenty_five_mailboxes_migrate_over_a_flaky_line_and_reconcile() {
    let folder = tempfile::tempdir().unwrap();
    let run = rehearse(folder.path()).finish();
    let json = assert_nothing_lost_and_nothing_twice(&run);
    println!("{:?}, verification {}", run.wall, json["verification"]);
}

#[test]
fn a_rehearsal_killed_at_twenty_moments_and_resumed_loses_nothing_and_writes_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Chance::new(2007);
    let mut hits = 0;
    for _ in 0..20 {
        let moment = Duration::from_millis(chance.between(100, 1_500));
        hits += u32::from(rehearse(folder.path()).kill_after(moment));
    }
    let run = rehearse(folder.path()).finish();
    let json = assert_nothing_lost_and_nothing_twice(&run);
    println!(
        "killed {hits} of 20 times while running; then {:?}: {}",
        run.wall, json["verification"]
    );
    assert!(
        hits >= 10,
        "only {hits} of 20 kills hit a running rehearsal"
    );
}
