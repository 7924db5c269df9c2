//! `stegvis rehearse --engine service`: Microsoft's migration service moves the mail of a practice company, and Stegvis makes,
//! starts, watches and fills in. The company runs in this process, so that it outlives a program that is killed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod stage;

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use stage::Stage;
use stegvis_journeys::{Chance, Measured, Running, stegvis};
use stegvis_lab::{Company, Order, TenantScript};

/// The fewest mailboxes that such a company has; five of them are stood in the way of.
const FEW: usize = 12;
const IN_THE_WAY: usize = 5;
/// How many batches the program is killed at the making of.
const MOMENTS: usize = 6;

impl Stage {
    fn start(tenant: TenantScript) -> Self {
        Self::of(FEW, |options| {
            options.company = Company::ServiceRehearsal;
            options.endpoint = Some(20);
            options.tenant = tenant;
        })
    }

    fn rehearse(&self, flags: &[&str]) -> Running {
        let words = ["rehearse", "--engine", "service"];
        self.begin(&[words.as_slice(), flags].concat())
    }

    /// The names of all batches that were ever made in the tenant, as its own log has them.
    fn batches(&self) -> Vec<String> {
        let log = std::fs::read(self.folder.path().join("company/world.log")).unwrap();
        let text = String::from_utf8_lossy(&log);
        let made = text.split("\"e\":\"batchMade\",\"name\":\"").skip(1);
        made.map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect()
    }
}

/// Those who can finish have finished, the others failed for the cause that is theirs, and nothing is missing.
fn assert_reconciled(run: &Measured, mailboxes: usize) -> Value {
    let json = run.reconciled();
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for user in json["users"].as_array().unwrap() {
        let end = user["cause"].as_str().unwrap_or("Finished");
        *causes.entry(end).or_default() += 1;
        // Whoever failed is told what to do about it.
        assert_eq!(user["remedy"].is_string(), end != "Finished", "{user}");
    }
    let expected = [
        ("Finished", mailboxes - IN_THE_WAY),
        ("RowRefused", 3),
        ("MailUserMissing", 1),
        ("ForwardingRefused", 1),
    ];
    assert_eq!(causes, expected.into(), "{json}");
    let found = &json["verification"];
    assert_eq!(found["agrees"], true, "{json}");
    for none in ["missing", "extra", "differing"] {
        assert_eq!(found[none], 0, "{json}");
    }
    // The judge shares no code with what did the copying. What it misses is of those who failed.
    let judge = &json["judge"];
    assert_eq!(judge["compared"], found["compared"], "{json}");
    assert_eq!(judge["forwarding"], mailboxes - IN_THE_WAY, "{json}");
    for none in ["extra", "differing", "tooLarge"] {
        assert_eq!(judge[none], 0, "{json}");
    }
    let failed = mailboxes_of(&json["service"]["expected"]);
    for mailbox in judge["mailboxes"].as_array().unwrap() {
        let address = mailbox["address"].as_str().unwrap();
        let whole = failed.iter().any(|failed| failed == address) || mailbox["missing"] == 0;
        assert!(whole, "{mailbox}");
    }
    json
}

fn mailboxes_of(expected: &Value) -> Vec<String> {
    expected.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn thirty_five_of_forty_finish_the_others_are_named_and_the_gap_is_filled() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = stegvis();
    command
        .args(["rehearse", "--engine", "service", "--mailboxes", "40"])
        .args(["--json", "--project"])
        .arg(folder.path());
    let run = Running::start(&mut command).finish();
    let json = assert_reconciled(&run, 40);
    let service = &json["service"];
    // Whose rows were dropped got them in a new batch; the others were tried again. A try that is over between two looks
    // is seen by nobody but the company, whose own log has it.
    let log = std::fs::read(folder.path().join("practice/world.log")).unwrap();
    let log = String::from_utf8_lossy(&log);
    let mut failed = mailboxes_of(&service["expected"]);
    assert_eq!(failed.len(), 5, "{json}");
    failed.retain(|address| service["expected"][address] != "RowRefused");
    for address in &failed {
        let step = format!(r#""e":"step","user":"{address}","status":"Failed""#);
        assert_eq!(log.matches(&step).count(), 2, "{address}: {json}");
    }
    for list in ["retried", "anew"] {
        for address in service[list].as_array().unwrap() {
            let refused = service["expected"][address.as_str().unwrap()] == "RowRefused";
            assert_eq!(refused, list == "anew", "{address}: {json}");
        }
    }
    assert_eq!(service["anew"].as_array().unwrap().len(), 3, "{json}");
    assert_eq!(service["gapBefore"]["missing"], 2, "{json}");
    assert_eq!(service["gapBefore"]["mailboxes"], 2, "{json}");
    assert_eq!(service["gapAfter"]["missing"], 0, "{json}");
    // The two that were too large went in: the limit was raised for them.
    assert_eq!(json["ledger"]["skipped"], 0, "{json}");
    println!("{:?}, {service}, {}", run.wall, json["ledger"]);
}

#[test]
fn a_program_killed_while_it_makes_a_batch_never_makes_two() {
    let mut chance = Chance::new(2007);
    let mut moments = Vec::new();
    let mut companies = 0;
    while moments.len() < MOMENTS {
        companies += 1;
        assert!(companies < 6, "hardly any kill hits: {moments:?}");
        let stage = Stage::start(TenantScript::default());
        for batch in ["Pilot: ", "Batch 2: "] {
            for _ in 0..2 {
                let cmdlet = "New-MigrationBatch".to_owned();
                let wait = Duration::from_millis(500);
                let order = match chance.below(3) {
                    0 => Order::HoldRequest { cmdlet, wait },
                    1 => Order::HoldAnswer { cmdlet, wait },
                    _ => Order::LoseAnswer { cmdlet },
                };
                stage.lab.order(order.clone());
                let later = Duration::from_millis(chance.below(700));
                if stage.rehearse(&[]).kill_after_words(batch, later) {
                    moments.push(format!("{batch}{later:?}, {order:?}"));
                }
            }
        }
        let run = stage.rehearse(&["--json"]).finish();
        assert_reconciled(&run, FEW);
        // A name tells our batch, and in brackets whose it is.
        let made = stage.batches();
        let mut ours: Vec<&str> = made
            .iter()
            .map(|name| name.split(" (Stegvis ").next().unwrap())
            .collect();
        ours.sort_unstable();
        ours.dedup();
        assert_eq!(ours.len(), made.len(), "{made:?} after {moments:?}");
        assert!(
            ours.contains(&"Pilot") && ours.contains(&"Batch 2"),
            "{made:?}"
        );
    }
    println!(
        "killed {} times in {companies} companies: {moments:#?}",
        moments.len()
    );
}

#[test]
fn tokens_that_expire_in_mid_run_are_renewed_and_nobody_notices() {
    let life = Duration::from_secs(6);
    let stage = Stage::start(TenantScript {
        token_life: life,
        pace: Duration::from_millis(500),
        ..TenantScript::default()
    });
    let run = stage.rehearse(&["--json"]).finish();
    assert_reconciled(&run, FEW);
    assert!(
        run.wall > 2 * life,
        "{:?} is no more than a token or two",
        run.wall
    );
    println!("{:?} with tokens of {life:?}", run.wall);
}

#[test]
fn consent_that_is_withdrawn_stops_the_watching_and_the_same_command_goes_on_once_it_is_back() {
    let stage = Stage::start(TenantScript {
        token_life: Duration::from_secs(4),
        pace: Duration::from_millis(500),
        ..TenantScript::default()
    });
    let mut running = stage.rehearse(&[]);
    assert!(running.wait_for("Pilot: "));
    thread::sleep(Duration::from_millis(800));
    stage.lab.withdraw_consent().unwrap();
    let run = running.finish();
    assert_eq!(run.status.code(), Some(2), "{}\n{}", run.stdout, run.stderr);
    let said = |words: &str| assert!(run.stderr.contains(words), "{}", run.stderr);
    // In the tenant's own words, and in ours what is to be done.
    said("The role assigned to application");
    said("consent");
    said("run the command again");
    // Nothing changes by trying while it is withdrawn.
    let again = stage.rehearse(&[]).finish();
    assert_eq!(
        again.status.code(),
        Some(2),
        "{}\n{}",
        again.stdout,
        again.stderr
    );
    stage.lab.give_consent().unwrap();
    let run = stage.rehearse(&["--json"]).finish();
    assert_reconciled(&run, FEW);
}
