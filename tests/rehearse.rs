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

fn rehearse(project: &Path, flags: &[&str]) -> Running {
    let mut command = stegvis();
    command
        .args([
            "rehearse",
            "--seed",
            "7",
            "--faults",
            "flaky",
            "--mailboxes",
        ])
        .arg(MAILBOXES.to_string())
        .arg("--project")
        .arg(project)
        .args(flags);
    Running::start(&mut command)
}

/// The ledger reconciles, and the independent read-back of the target agrees with the source.
fn assert_nothing_lost_and_nothing_twice(run: &Measured) -> Value {
    let json = run.reconciled();
    let verification = &json["verification"];
    assert_eq!(verification["agrees"], true, "{json}");
    assert_eq!(verification["missing"], 0, "{json}");
    assert_eq!(verification["extra"], 0, "{json}");
    assert_eq!(verification["differing"], 0, "{json}");
    assert!(verification["compared"].as_u64().unwrap() > 0, "{json}");
    // The old mailboxes are mail-enabled users: every one of them whole, by the judge's word too.
    assert_eq!(json["converted"], MAILBOXES, "{json}");
    assert_eq!(json["judge"]["converted"], MAILBOXES, "{json}");
    assert_eq!(json["judge"]["halfConverted"], 0, "{json}");
    json
}

#[test]
fn twenty_five_mailboxes_migrate_over_a_flaky_line_and_reconcile() {
    let folder = tempfile::tempdir().unwrap();
    let run = rehearse(folder.path(), &["--json"]).finish();
    let json = assert_nothing_lost_and_nothing_twice(&run);
    println!("{:?}, {}", run.wall, json["verification"]);
}

/// A moment is so many lines of progress, and then a little later: all of a rehearsal's life is hit, on a fast
/// machine as on a slow one. One that gets to its end before is verified, and a new one begins.
#[test]
fn a_rehearsal_killed_at_twenty_moments_and_resumed_loses_nothing_and_writes_nothing_twice() {
    let mut chance = Chance::new(2007);
    let mut moments = Vec::new();
    let mut verified = Vec::new();
    while moments.len() < 20 {
        let folder = tempfile::tempdir().unwrap();
        let mut hit = true;
        while hit && moments.len() < 20 {
            let lines = usize::try_from(chance.below(140)).unwrap();
            let later = Duration::from_millis(chance.below(300));
            hit = rehearse(folder.path(), &[]).kill_after_lines(lines, later);
            if hit {
                moments.push(lines);
            }
        }
        let run = rehearse(folder.path(), &["--json"]).finish();
        let json = assert_nothing_lost_and_nothing_twice(&run);
        verified.push(json["verification"]["compared"].clone());
        assert!(
            verified.len() < 20,
            "hardly any kill hits a running rehearsal: {moments:?}"
        );
    }
    println!(
        "killed {} times while running, after {moments:?} lines; {} rehearsals in all, items compared {verified:?}",
        moments.len(),
        verified.len()
    );
}
