//! `stegvis licence` against the practice company with too few: who needs one and until when, who is paid for already, who is
//! refused and why, and that nobody is paid for twice. The company runs in this process, so that it outlives the programs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod stage;

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use stage::Stage;
use stegvis_journeys::{Measured, Running, stegvis};
use stegvis_lab::{Company, Hurdle, Order};

/// Two of them are a room and a shared mailbox, four are what the kind of company says.
const MAILBOXES: usize = 14;

impl Stage {
    /// A company whose mailboxes Microsoft's service has migrated.
    fn migrated() -> Self {
        let stage = Self::start();
        stage.run(&["rehearse", "--engine", "service"]).reconciled();
        stage
    }

    fn start() -> Self {
        Self::of(MAILBOXES, |options| {
            options.company = Company::FewLicences;
            options.endpoint = Some(20);
        })
    }

    /// Runs `stegvis licence`, and reads what it prints where it prints anything.
    fn licence(&self, words: &[&str]) -> (Option<i32>, Value, Measured) {
        let mut command = stegvis();
        command.arg("licence").args(words).arg("--json");
        let run = Running::start(self.of_project(&mut command)).finish();
        let json = serde_json::from_str(&run.stdout).unwrap_or(Value::Null);
        (run.status.code(), json, run)
    }

    /// The address of whoever has this in the way.
    fn with(&self, hurdle: Hurdle) -> String {
        let mailboxes = &self.lab.details().mailboxes;
        let found = mailboxes.iter().find(|one| one.hurdle == Some(hurdle));
        found.unwrap().address.clone()
    }

    /// The whole project becomes so many days older, as its journal tells it: by a program of somebody else's.
    fn grow_older(&self, days: f64) {
        let script = "import sqlite3, sys, datetime as d\n\
            c = sqlite3.connect(sys.argv[1])\n\
            for (i, at) in c.execute('SELECT id, at FROM log').fetchall():\n\
            \x20   t = d.datetime.fromisoformat(at[:19]) - d.timedelta(days=float(sys.argv[2]))\n\
            \x20   c.execute('UPDATE log SET at = ? WHERE id = ?', (t.isoformat() + 'Z', i))\n\
            c.commit()\n";
        let done = Command::new("python3")
            .args(["-c", script])
            .arg(self.folder.path().join("project/practice.stegvis"))
            .arg(days.to_string())
            .status();
        assert!(done.unwrap().success());
    }
}

fn addresses(json: &Value) -> BTreeSet<String> {
    let all = json.as_array().unwrap().iter();
    all.map(|one| one["address"].as_str().or(one.as_str()).unwrap().to_owned())
        .collect()
}

#[test]
fn who_needs_a_licence_gets_one_while_there_are_any_and_nobody_gets_two() {
    let stage = Stage::migrated();
    let (code, seen, _) = stage.licence(&["list"]);
    assert_eq!(code, Some(1), "{seen}");
    // Everybody but the room, the shared mailbox and whoever a group pays for.
    let needs = addresses(&seen["needs"]);
    assert_eq!(needs.len(), MAILBOXES - 3, "{seen}");
    assert_eq!(
        (&seen["exempt"], &seen["byGroup"]),
        (&2.into(), &1.into()),
        "{seen}"
    );
    assert!(
        !needs.contains(&stage.with(Hurdle::LicensedByGroup)),
        "{seen}"
    );
    let failed = stage.with(Hurdle::GroupLicenceFailed);
    let of = |address: &str| {
        let needs = seen["needs"].as_array().unwrap();
        needs
            .iter()
            .find(|need| need["address"] == *address)
            .unwrap()
    };
    assert_eq!(of(&failed)["groupError"], "CountViolation", "{seen}");
    assert_eq!(of(&failed)["daysLeft"], 29, "{seen}");
    // Without a country only those get one of whom the tenant knows it.
    assert_eq!(
        seen["noLocation"].as_array().unwrap().len(),
        needs.len() - 3,
        "{seen}"
    );

    // A dry run is a plan and nothing more.
    let (code, planned, _) = stage.licence(&["assign", "--dry-run", "--location", "se"]);
    assert_eq!(code, Some(1), "{planned}");
    assert_eq!(planned["planned"].as_array().unwrap().len(), 8, "{planned}");
    assert_eq!(
        planned["without"].as_array().unwrap().len(),
        needs.len() - 8,
        "{planned}"
    );
    assert_eq!(planned["given"], Value::Array(Vec::new()), "{planned}");

    let (code, done, _) = stage.licence(&["assign", "--location", "SE"]);
    assert_eq!(code, Some(1), "{done}");
    let given = addresses(&done["given"]);
    assert_eq!(given.len(), 7, "{done}");
    assert_eq!(done["own"], 7, "{done}");
    let refused = &done["refused"][0];
    assert_eq!(
        refused["address"],
        *stage.with(Hurdle::LocatedWhereForbidden),
        "{done}"
    );
    assert_eq!(refused["cause"], "Prohibited", "{done}");
    let words = refused["serverWords"].as_str().unwrap();
    assert!(
        words.contains("ProhibitedInUsageLocationViolation"),
        "{words}"
    );
    // The full product went first, the small one after it.
    assert_eq!(done["products"][0]["free"], 0, "{done}");
    assert_eq!(done["products"][1]["free"], 1, "{done}");

    // Again: nobody gets a second one.
    let (code, again, _) = stage.licence(&["assign", "--location", "SE"]);
    assert_eq!(code, Some(1), "{again}");
    assert_eq!(addresses(&again["given"]), given, "{again}");
    assert_eq!(again["given"].as_array().unwrap().len(), 7, "{again}");
    assert_eq!(again["products"], done["products"], "{again}");
}

#[test]
fn the_days_count_down_and_warn_at_fourteen_seven_and_three() {
    let stage = Stage::migrated();
    let alarm = || {
        let (code, seen, run) = stage.licence(&["list"]);
        assert_eq!(code, Some(1), "{}", run.stderr);
        let need = &seen["needs"][0];
        let word = need["alarm"].as_str().unwrap().to_owned();
        (word, need["daysLeft"].as_u64().unwrap())
    };
    assert_eq!(alarm(), ("None".to_owned(), 29));
    for (days, word, left) in [
        (16.5, "Fourteen", 13),
        (7.0, "Seven", 6),
        (4.0, "Three", 2),
        (3.0, "Over", 0),
    ] {
        stage.grow_older(days);
        assert_eq!(alarm(), (word.to_owned(), left));
    }
}

#[test]
fn a_tenant_that_is_busy_is_asked_again_and_one_that_is_wrong_says_what_it_has() {
    let stage = Stage::migrated();
    stage.lab.order(Order::Refuse {
        requests: 2,
        status: 429,
    });
    let (code, done, run) = stage.licence(&["assign", "--location", "SE"]);
    assert_eq!(code, Some(1), "{}", run.stderr);
    assert_eq!(addresses(&done["given"]).len(), 7, "{done}");

    let (code, _, run) = stage.licence(&["list", "--prefer", "O365_E9"]);
    assert_eq!(code, Some(2), "{}", run.stdout);
    assert!(run.stderr.contains("EXCHANGEDESKLESS"), "{}", run.stderr);
    let (code, _, run) = stage.licence(&["list", "--location", "Sverige"]);
    assert_eq!(code, Some(2), "{}", run.stdout);

    // Only the product that was wished for.
    let (_, seen, _) = stage.licence(&["list", "--prefer", "exchangedeskless", "--location", "SE"]);
    let products: Vec<&Value> = seen["planned"].as_array().unwrap().iter().collect();
    assert_eq!(products.len(), 1, "{seen}");
    assert!(
        products
            .iter()
            .all(|one| one["product"] == "EXCHANGEDESKLESS"),
        "{seen}"
    );
}

#[test]
fn a_project_without_a_batch_is_not_called_licensed() {
    let stage = Stage::start();
    let (code, _, run) = stage.licence(&["list"]);
    assert_eq!(code, Some(2), "{}\n{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("Make a batch first"), "{}", run.stderr);
}
