//! DNS of a practice project, by the programs: the company's servers asked by kdig, which nobody here wrote; mail moved in
//! the order that is law; a cache's old value seen to go; mail from outside that proves the new way, and mail that does not.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod stage;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use stage::Stage;
use stegvis_journeys::{Measured, Running, ZONE, stegvis};
use stegvis_lab::{DnsStep, Lab, LabOptions};
use tempfile::TempDir;

/// What changes of the zone, one after the other.
const CHANGES: [DnsStep; 5] = [
    DnsStep::MoveMx,
    DnsStep::MoveAutodiscover,
    DnsStep::AddSpf,
    DnsStep::Dkim,
    DnsStep::Dmarc,
];
const NEW_MX: &str = "0 nordvik-example.n-v1.mx.microsoft.";
const OLD_MX: &str = "10 mail.nordvik.example.";

/// A practice project that `stegvis rehearse` makes.
struct Company(TempDir);

impl Company {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn project(&self) -> PathBuf {
        self.0.path().join("project")
    }

    fn rehearse(&self) -> Running {
        let mut command = stegvis();
        command.args(["rehearse", "--mailboxes", "6", "--project"]);
        Running::start(command.arg(self.project()))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = stegvis();
        command.arg("dns").args(words).arg("--json");
        command.arg("--project").arg(self.project());
        command
    }

    fn run(&self, words: &[&str]) -> Measured {
        Running::start(&mut self.command(words)).finish()
    }

    /// How it ended, and what it printed.
    fn ask(&self, words: &[&str]) -> (i32, Value) {
        let run = self.run(words);
        let json = serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("{error} in {}\n{}", run.stdout, run.stderr));
        (run.status.code().unwrap(), json)
    }

    /// A test mail as it came, in a file of this name.
    fn test_mail(&self, name: &str) -> PathBuf {
        let (code, mail) = self.ask(&["test-mail"]);
        assert_eq!(code, 0);
        let file = self.0.path().join(name);
        std::fs::write(&file, mail["mail"].as_str().unwrap()).unwrap();
        file
    }
}

fn why(view: &Value, step: &str) -> String {
    let steps = view["steps"].as_array().unwrap();
    let step = steps.iter().find(|one| one["step"] == step).unwrap();
    step["refusal"].as_str().unwrap_or("allowed").to_owned()
}

fn subject<'a>(view: &'a Value, name: &str) -> &'a Value {
    let subjects = view["subjects"].as_array().unwrap();
    subjects.iter().find(|one| one["subject"] == name).unwrap()
}

#[test]
fn mail_is_moved_after_the_last_mailbox_and_proved_by_a_mail_that_came_directly() {
    let company = Company::new();
    // The first mailboxes are under way when the program is killed: the last one is not there yet.
    assert!(
        company
            .rehearse()
            .kill_after_words(" Syncing", Duration::ZERO)
    );
    let (code, early) = company.ask(&["plan", "--step", "moveMx"]);
    assert_eq!((code, &*why(&early, "moveMx")), (1, "notSynced"), "{early}");
    // What the tenant needs, it said itself; what it accepts decides where mail would go.
    let mx = subject(&early["dns"], "mx");
    assert_eq!(
        mx["expected"][0]["value"],
        "0 nordvik-example.n-v1.mx.microsoft"
    );
    let loops = early["mailAfterMx"]["loops"].as_array().unwrap();
    assert!(!loops.is_empty(), "{early}");
    let refused = company.run(&["practice", "--step", "moveMx"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        refused.stderr.contains("moveMx is refused"),
        "{}",
        refused.stderr
    );

    let done = company.rehearse().finish();
    assert!(done.status.success(), "{}\n{}", done.stdout, done.stderr);
    let (code, now) = company.ask(&["plan", "--step", "moveMx"]);
    assert_eq!((code, &*why(&now, "moveMx")), (0, "allowed"), "{now}");
    assert_eq!(now["mailAfterMx"]["delivered"], 6, "{now}");

    // While MX leads to the old server, mail comes by it, and proves nothing.
    let by_old = company.test_mail("by-old.eml");
    let proof = |mail: &Path| {
        let words = ["plan", "--step", "removeBatches", "--proof"];
        company.ask(&[&words[..], &[mail.to_str().unwrap()]].concat())
    };
    let (_, not_proved) = proof(&by_old);
    assert_eq!(not_proved["delivery"]["code"], "oldServer", "{not_proved}");
    let (code, page) = company.ask(&["practice", "--step", "moveMx"]);
    assert_eq!(code, 0);
    assert!(page["mxMovedAt"].is_string(), "{page}");
    let direct = company.test_mail("direct.eml");
    let (code, proved) = proof(&direct);
    assert_eq!(proved["delivery"]["direct"], true, "{proved}");
    // Proved, and still too early: old mail may be under way for three days.
    assert_eq!((code, &*why(&proved, "removeBatches")), (1, "tooEarly"));
    let (_, again) = proof(&by_old);
    assert_eq!(again["delivery"]["code"], "oldServer", "{again}");

    for step in ["moveAutodiscover", "addSpf", "dkim", "dmarc"] {
        assert_eq!(company.ask(&["practice", "--step", step]).0, 0, "{step}");
    }
    let watched = company.run(&["watch", "--every", "1", "--give-up-after", "180"]);
    assert_eq!(watched.status.code(), Some(0), "{}", watched.stdout);
    let (_, page) = company.ask(&["practice", "--step", "lowerTtl"]);
    assert_eq!(page["view"]["right"], true, "{page}");
    assert_eq!(page["dkimEnabled"], true);
    assert!(page["directDeliveryAt"].is_string());
    // The way back was kept with all that stood there, and works.
    let before = page["before"].as_str().unwrap();
    for line in [
        "nordvik.example. 14400 IN MX 10 mail.nordvik.example.",
        "_autodiscover._tcp.nordvik.example. 3600 IN SRV 0 0 443 mail.nordvik.example.",
    ] {
        assert!(before.contains(line), "{before}");
    }
    let (_, back) = company.ask(&["practice", "--step", "back"]);
    assert_eq!(back["mxMovedAt"], Value::Null, "{back}");
}

/// The addresses among those that nobody chose, or that stay behind.
fn left(view: &Value, of: &str) -> Vec<String> {
    let mailboxes = view[of].as_array().unwrap().iter();
    mailboxes
        .map(|one| one["address"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn mail_is_not_moved_away_from_a_mailbox_that_nobody_chose_until_somebody_decides() {
    let stage = Stage::of(3, |_| {});
    let plan = || stage.ask(&["dns", "plan", "--step", "moveMx"]);
    let (code, listed) = stage.ask(&["mailboxes", "list"]);
    let all = left(&listed, "unchosen");
    assert_eq!((code, all.len()), (1, 3), "{listed}");
    let (_, chosen) = stage.ask(&["mailboxes", "choose", &all[0]]);
    assert_eq!(left(&chosen, "unchosen"), all[1..], "{chosen}");
    // A rehearsal keeps a choice that was made, and says by its end that somebody is missing: the two others are in no batch.
    let moved = || {
        let (code, outcome) = stage.ask(&["rehearse"]);
        let users = outcome["users"].as_array().unwrap().clone();
        assert!(
            users.iter().all(|user| user["status"] == "Completed"),
            "{outcome}"
        );
        (code, users.len())
    };
    assert_eq!(moved(), (1, 1));

    let (code, refused) = plan();
    assert_eq!(
        (code, &*why(&refused, "moveMx")),
        (1, "notChosen"),
        "{refused}"
    );
    let loops = refused["mailAfterMx"]["loops"].as_array().unwrap();
    assert_eq!(loops.len(), 2, "{refused}");
    let by_host = stage.run(&["dns", "practice", "--step", "moveMx"]);
    assert_eq!(by_host.status.code(), Some(2));
    assert!(
        by_host.stderr.contains("2 mailboxes of the old server"),
        "{}",
        by_host.stderr
    );

    // One stays behind, the other is chosen after all: then it is waited for.
    let stranger = stage.run(&["mailboxes", "stay", "nobody@nordvik.example"]);
    assert_eq!(stranger.status.code(), Some(2), "{}", stranger.stdout);
    let (code, one) = stage.ask(&["mailboxes", "stay", &all[1]]);
    assert_eq!((code, left(&one, "staying")), (1, all[1..2].to_vec()));
    let (code, _) = stage.ask(&["mailboxes", "choose", &all[2]]);
    assert_eq!((code, &*why(&plan().1, "moveMx")), (0, "notSynced"));
    assert_eq!(moved(), (1, 2));
    let (code, may) = plan();
    assert_eq!((code, &*why(&may, "moveMx")), (0, "allowed"), "{may}");

    // The decision can be undone, and made again for all at once; the report names who stays, and the log who decided.
    let (code, _) = stage.ask(&["mailboxes", "stay", "--all", "--again"]);
    assert_eq!((code, &*why(&plan().1, "moveMx")), (1, "notChosen"));
    let (code, all_stay) = stage.ask(&["mailboxes", "stay", "--all"]);
    assert_eq!((code, left(&all_stay, "staying")), (0, all[1..2].to_vec()));
    stage.lab.change_dns(DnsStep::MoveMx).unwrap();
    let (_, seen) = plan();
    assert_eq!(seen["mailNow"]["mx"], "tenant", "{seen}");
    // Whose mail is known not to arrive is not counted as lost.
    assert_eq!(seen["mailNow"]["loops"].as_array().unwrap().len(), 0);
    let mut report = stegvis();
    report.args(["report", "--json", "--project"]);
    report.arg(stage.at("project"));
    let report = Running::start(&mut report).finish();
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!(left(&report, "staying"), all[1..2]);
    let acts = report["actions"].as_array().unwrap().iter();
    let acts: Vec<&str> = acts
        .filter_map(|act| {
            act["what"]
                .as_str()
                .filter(|what| what.starts_with("Mailboxes"))
        })
        .collect();
    assert_eq!(
        acts,
        ["MailboxesStay", "MailboxesCountAgain", "MailboxesStay"]
    );
}

async fn lab() -> (TempDir, Lab) {
    let dir = tempfile::tempdir().unwrap();
    let options = LabOptions {
        mailboxes: 1,
        ..LabOptions::new(dir.path())
    };
    let lab = Lab::start(options).await.unwrap();
    (dir, lab)
}

/// What kdig hears from a server.
fn kdig(server: &str, words: &[&str]) -> String {
    let (address, port) = server.rsplit_once(':').unwrap();
    let output = Command::new("kdig")
        .args([&format!("@{address}"), "-p", port])
        .args(words)
        .output()
        .unwrap_or_else(|error| panic!("kdig: {error} (`cargo xtask setup test` installs it)"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{words:?}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn kdig_reads_the_companys_zone_as_it_changes_and_the_resolver_behind_it() {
    let (_dir, lab) = lab().await;
    let dns = lab.details().dns.clone();
    let [decides, repeats] = [&*dns.authoritative, &*dns.resolver];
    for way in ["+notcp", "+tcp"] {
        let all = kdig(decides, &[way, ZONE, "MX"]);
        assert!(
            all.contains("status: NOERROR") && all.contains("Flags: qr aa"),
            "{all}"
        );
        assert!(all.contains("14400") && all.contains(OLD_MX), "{all}");
    }
    let hears = |server: &str| kdig(server, &["+short", ZONE, "MX"]).trim().to_owned();
    assert_eq!(hears(repeats), OLD_MX);
    lab.change_dns(DnsStep::MoveMx).unwrap();
    // One decides, and the other does not know it yet.
    assert_eq!([hears(decides), hears(repeats)], [NEW_MX, OLD_MX]);
    let nothing = kdig(decides, &[&format!("_dmarc.{ZONE}"), "TXT"]);
    assert!(
        nothing.contains("status: NXDOMAIN") && nothing.contains("SOA"),
        "{nothing}"
    );
    let chased = kdig(repeats, &["+short", &format!("autodiscover.{ZONE}"), "A"]);
    assert_eq!(chased.trim(), "mail.nordvik.example.\n192.0.2.25");
    assert!(kdig(decides, &["outlook.com", "A"]).contains("status: REFUSED"));
    assert!(kdig(repeats, &[ZONE, "SOA"]).contains("Flags: qr rd ra"));
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_value_is_seen_to_go_from_the_cache_within_a_minute_and_the_watch_ends() {
    let (dir, lab) = lab().await;
    let dns = lab.details().dns.clone();
    let expected = dir.path().join("expected.json");
    let records = r#"{"value":[
        {"recordType":"Mx","label":"nordvik.example","supportedService":"Email","mailExchange":"nordvik-example.n-v1.mx.microsoft","preference":0},
        {"recordType":"Txt","label":"nordvik.example","supportedService":"Email","text":"v=spf1 include:spf.protection.outlook.com -all"},
        {"recordType":"Cname","label":"autodiscover.nordvik.example","supportedService":"Email","canonicalName":"autodiscover.outlook.com"}]}"#;
    std::fs::write(&expected, records).unwrap();
    assert_eq!(kdig(&dns.resolver, &["+short", ZONE, "MX"]).trim(), OLD_MX);
    for step in CHANGES {
        lab.change_dns(step).unwrap();
    }
    let watched = tokio::task::spawn_blocking(move || {
        let mut command = stegvis();
        command
            .args(["dns", "watch", "--json", "--domain", ZONE, "--every", "2"])
            .args(["--give-up-after", "180", "--expected"])
            .arg(expected)
            .args(["--authoritative", &dns.authoritative])
            .args(["--resolver", &dns.resolver]);
        Running::start(&mut command).finish()
    });
    let watched = watched.await.unwrap();
    assert_eq!(watched.status.code(), Some(0), "{}", watched.stdout);
    let events: Vec<Value> = watched
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut seen = events.iter().filter(|event| event["event"] == "seen");
    let first = seen.next().unwrap();
    assert_eq!(subject(&first["view"], "mx")["state"], "waiting", "{first}");
    let last = seen.next_back().unwrap();
    assert_eq!(last["view"]["right"], true, "{last}");
    let changes: Vec<&Value> = events
        .iter()
        .filter(|event| event["event"] == "changed")
        .map(|event| &event["change"])
        .collect();
    // Only the cache changed while it was watched.
    assert!(
        changes
            .iter()
            .any(|change| change["subject"] == "mx" && change["authoritative"] == false),
        "{changes:#?}"
    );
    assert!(
        changes
            .iter()
            .all(|change| change["authoritative"] == false)
    );
    let time = |value: &Value| -> jiff::Timestamp {
        value["view"]["at"].as_str().unwrap().parse().unwrap()
    };
    let took = time(last).duration_since(time(first)).as_secs();
    // A minute, and what the looks of a busy machine take.
    assert!(took <= 120, "{took}");
    lab.stop().await;
}
