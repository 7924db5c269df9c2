//! `stegvis dns` against DNS servers that nobody here wrote: Knot decides, Unbound repeats what it heard.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use stegvis_journeys::{Dns, Dovecot, Imap, Measured, PASSWORD, Running, Store, ZONE, stegvis};

/// What a tenant answers: the MX of a domain added in 2026, and records of other services beside mail's.
const EXPECTED: &str = r##"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#domains","value":[
 {"@odata.type":"#microsoft.graph.domainDnsMxRecord","isOptional":false,"label":"nordvik.example","recordType":"Mx","supportedService":"Email","ttl":3600,"mailExchange":"nordvik-example.k-v1.mx.microsoft","preference":0},
 {"@odata.type":"#microsoft.graph.domainDnsTxtRecord","label":"nordvik.example","recordType":"Txt","supportedService":"Email","ttl":3600,"text":"v=spf1 include:spf.protection.outlook.com -all"},
 {"@odata.type":"#microsoft.graph.domainDnsCnameRecord","label":"autodiscover.nordvik.example","recordType":"CName","supportedService":"Email","ttl":3600,"canonicalName":"autodiscover.outlook.com"},
 {"@odata.type":"#microsoft.graph.domainDnsCnameRecord","label":"enterpriseregistration.nordvik.example","recordType":"CName","supportedService":"Intune","ttl":3600,"canonicalName":"enterpriseregistration.windows.net"},
 {"@odata.type":"#microsoft.graph.domainDnsCnameRecord","label":"selector1._domainkey.nordvik.example","recordType":"CName","supportedService":"Email","ttl":3600,"canonicalName":"selector1-nordvik-example._domainkey.nordvik.k-v1.dkim.mail.microsoft"}]}"##;

const OLD_MX: &str = "@ MX 10 mail\nmail A 127.0.0.1\n";
const NEW_MX: &str = "@ MX 0 nordvik-example.k-v1.mx.microsoft.\n";

/// Everything but MX, as it should be in the end.
const REST: &str = r#"
@ TXT "MS=ms12345678"
@ TXT "v=spf1 include:spf.protection.outlook.com -all"
autodiscover CNAME autodiscover.outlook.com.
selector1._domainkey CNAME selector1-nordvik-example._domainkey.nordvik.k-v1.dkim.mail.microsoft.
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@nordvik.example"
"#;

struct Desk {
    dns: Dns,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(records: &str) -> Self {
        let desk = Self {
            dns: Dns::start(records),
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(desk.expected(), EXPECTED).unwrap();
        desk
    }

    fn expected(&self) -> PathBuf {
        self.folder.path().join("expected.json")
    }

    fn command(&self, verb: &str, more: &[&str]) -> Command {
        let mut command = stegvis();
        command
            .args(["dns", verb, "--json", "--domain", ZONE, "--expected"])
            .arg(self.expected())
            .args(["--authoritative", &self.dns.authoritative])
            .args(["--resolver", &self.dns.resolver])
            .args(more);
        command
    }

    fn run(&self, verb: &str, more: &[&str]) -> (i32, Value) {
        let run = Running::start(&mut self.command(verb, more)).finish();
        let json = serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("{error} in {}\n{}", run.stdout, run.stderr));
        (run.status.code().unwrap(), json)
    }
}

/// The findings of a subject, by their names.
fn found(view: &Value, subject: &str) -> Vec<String> {
    of(view, subject)["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap().to_owned())
        .collect()
}

fn of<'a>(view: &'a Value, subject: &str) -> &'a Value {
    view["subjects"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["subject"] == subject)
        .unwrap()
}

/// What a server of either kind says of MX.
fn mx(view: &Value, authoritative: bool) -> String {
    let server = of(view, "mx")["servers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|server| server["authoritative"] == authoritative)
        .unwrap();
    server["records"][0]["value"].as_str().unwrap().to_owned()
}

#[test]
fn missing_wrong_stale_and_doubled_records_are_each_found() {
    let mut desk = Desk::new(&format!("{OLD_MX}{REST}"));
    let (code, view) = desk.run("check", &[]);
    assert_eq!(code, 1);
    assert_eq!(found(&view, "mx"), ["stale"], "{view}");
    for right in ["autodiscover", "spf", "dkimSelector1", "dmarc"] {
        assert_eq!(of(&view, right)["state"], "right", "{view}");
    }
    assert_eq!(of(&view, "dkimSelector2")["state"], "notJudged");

    desk.dns.change(
        "@ MX 5 mx.stranger.example.\n@ TXT \"v=spf1 ip4:203.0.113.9 +all\"\nautodiscover A 203.0.113.9\n\
         autodiscover AAAA 2001:db8::9\n_autodiscover._tcp SRV 0 0 443 mail\nselector1._domainkey TXT \"v=DKIM1; p=old\"\n",
    );
    // Unbound still has what it heard a moment ago; here it is not asked.
    let view = fresh(&desk);
    // The old server still sends: in the line to set it stays, and everybody does not.
    let (_, plan) = desk.run("plan", &[]);
    let changes = plan["changes"].as_array().unwrap();
    let spf = changes.iter().find(|one| one["subject"] == "spf").unwrap();
    assert_eq!(
        spf["fields"]["value"],
        "v=spf1 ip4:203.0.113.9 include:spf.protection.outlook.com -all"
    );
    assert_eq!(found(&view, "mx"), ["wrong"], "{view}");
    assert_eq!(
        found(&view, "autodiscover"),
        ["missing", "leftover", "leftover", "leftover"]
    );
    assert_eq!(
        found(&view, "spf"),
        ["spfNotIncluded", "spfEverybody", "spfKeeps"]
    );
    assert_eq!(found(&view, "dkimSelector1"), ["missing", "leftover"]);
    assert_eq!(found(&view, "dmarc"), ["missing"]);

    desk.dns.change(&format!(
        "{NEW_MX}@ MX 20 backup.stranger.example.\n{REST}@ TXT \"v=spf1 mx -all\"\n_dmarc TXT \"v=DMARC1; p=none\"\n"
    ));
    let view = fresh(&desk);
    assert_eq!(found(&view, "mx"), ["wrong", "doubled"]);
    assert_eq!(found(&view, "spf"), ["doubled"]);
    assert_eq!(found(&view, "dmarc"), ["doubled"]);

    desk.dns.change("");
    let view = fresh(&desk);
    for subject in ["mx", "autodiscover", "spf", "dkimSelector1", "dmarc"] {
        assert_eq!(found(&view, subject), ["missing"], "{view}");
    }
}

/// A check whose resolver has heard nothing before: the server that decides, asked as one.
fn fresh(desk: &Desk) -> Value {
    let run = Running::start(
        stegvis()
            .args(["dns", "check", "--json", "--domain", ZONE, "--expected"])
            .arg(desk.expected())
            .args(["--authoritative", &desk.dns.authoritative])
            .args(["--resolver", &desk.dns.authoritative]),
    )
    .finish();
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn a_zone_changed_in_mid_watch_is_noticed_first_where_it_is_decided_and_then_by_others() {
    // Two seconds, so that a resolver forgets while we watch. The change is made while the watch is between two looks, so
    // that none sees half of it.
    let mut desk = Desk::new(&format!("{}{REST}", OLD_MX.replace("@ MX", "@ 2 MX")));
    let out = tempfile::NamedTempFile::new().unwrap();
    let mut child = desk
        .command("watch", &["--every", "1", "--give-up-after", "120"])
        .stdout(Stdio::from(out.reopen().unwrap()))
        .spawn()
        .unwrap();
    let lines = || -> Vec<Value> {
        let text = std::fs::read_to_string(out.path()).unwrap();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    };
    let id = child.id().to_string();
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &id]).status();
        assert!(sent.unwrap().success());
    };
    wait_until(|| {
        if !lines().iter().any(|line| line["event"] == "next") {
            return false;
        }
        signal("-STOP");
        let last = lines().pop().unwrap();
        let asleep = last["event"] == "next" && time(&last["at"]) > jiff::Timestamp::now();
        if !asleep {
            signal("-CONT");
        }
        asleep
    });
    desk.dns.change(&format!("{NEW_MX}{REST}"));
    signal("-CONT");
    let status = child.wait().unwrap();
    let lines = lines();
    assert_eq!(status.code(), Some(0), "{lines:#?}");
    let changes: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "changed")
        .map(|line| &line["change"])
        .collect();
    let told = |authoritative: bool| {
        changes.iter().position(|change| {
            change["subject"] == "mx" && change["authoritative"] == authoritative
        })
    };
    let (decided, repeated) = (told(true).unwrap(), told(false).unwrap());
    assert!(decided < repeated, "{changes:#?}");
    assert_eq!(changes[decided]["was"][0], "10 mail.nordvik.example");
    assert_eq!(
        changes[repeated]["now"][0],
        "0 nordvik-example.k-v1.mx.microsoft"
    );
    let last = lines.iter().rfind(|line| line["event"] == "seen").unwrap();
    assert_eq!(last["view"]["right"], true);
}

fn time(value: &Value) -> jiff::Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

fn wait_until(mut come_true: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !come_true() {
        assert!(begun.elapsed() < Duration::from_secs(90));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn authoritative_and_cached_views_differ_and_both_are_shown() {
    let mut desk = Desk::new(&format!("{OLD_MX}{REST}"));
    // The resolver hears of the old server and keeps it for five minutes.
    let begun = Instant::now();
    let (_, before) = desk.run("check", &[]);
    assert_eq!(mx(&before, false), "10 mail.nordvik.example");
    desk.dns.change(&format!("{NEW_MX}{REST}"));
    let (code, view) = desk.run("check", &[]);
    assert_eq!(code, 1);
    assert_eq!(mx(&view, true), "0 nordvik-example.k-v1.mx.microsoft");
    assert_eq!(mx(&view, false), "10 mail.nordvik.example");
    let subject = of(&view, "mx");
    assert_eq!(subject["state"], "waiting", "{subject}");
    let cached = &subject["findings"][0];
    assert_eq!(cached["code"], "cached");
    assert_eq!(cached["found"][0], "10 mail.nordvik.example");
    let left = time(&cached["until"]).duration_since(time(&view["at"]));
    // All but the time that this took, in whole seconds.
    let fewest = 298 - i64::try_from(begun.elapsed().as_secs()).unwrap();
    assert!((fewest..=300).contains(&left.as_secs()), "{left}");
}

#[test]
fn mx_is_refused_while_a_mailbox_is_not_synced_and_allowed_after_the_last() {
    let mut desk = Desk::new(&format!("{}{REST}", OLD_MX.replace("@ MX", "@ 86400 MX")));
    let [source, target] = [Store::Sdbox, Store::Sdbox].map(Dovecot::start);
    for user in ["anna", "bo"] {
        Imap::login(source.port, &format!("{user}@{ZONE}"), PASSWORD);
    }
    let project = desk.folder.path().join("project");
    let copy = |password: &str| -> Measured {
        let list = desk.folder.path().join("list.csv");
        let rows: String = [("anna", PASSWORD), ("bo", password)]
            .iter()
            .map(|(user, password)| {
                format!("{user}@{ZONE},{user}@{ZONE},{password},{user}@{ZONE},{PASSWORD}\n")
            })
            .collect();
        let head = "EmailAddress,SourceUser,SourcePassword,TargetUser,TargetPassword\n";
        std::fs::write(&list, format!("{head}{rows}")).unwrap();
        let mut command = stegvis();
        command
            .args(["copy", "--json"])
            .args(["--source", &format!("imap://127.0.0.1:{}", source.port)])
            .args(["--target", &format!("imap://127.0.0.1:{}", target.port)])
            .arg("--list")
            .arg(list)
            .arg("--project")
            .arg(&project);
        Running::start(&mut command).finish()
    };
    let folder = project.display().to_string();
    let plan = |desk: &Desk, step: &str, more: &[&str]| {
        let mut words = vec!["--project", &*folder, "--step", step];
        words.extend(more);
        desk.run("plan", &words)
    };
    let why = |plan: &Value, step: &str| {
        let steps = plan["steps"].as_array().unwrap();
        let step = steps.iter().find(|one| one["step"] == step).unwrap();
        step["refusal"].as_str().unwrap_or("allowed").to_owned()
    };

    assert_eq!(copy("wrong").status.code(), Some(1));
    let (code, early) = plan(&desk, "moveMx", &[]);
    assert_eq!((code, &*why(&early, "moveMx")), (1, "notSynced"));
    assert_eq!(early["changes"][0]["allowed"], false, "{early}");
    assert_eq!(early["ttl"][0]["ttl"], 86_400);
    // Moved now, mail to the one that is left would go round.
    assert_eq!(early["mailNow"]["delivered"], 2, "{early}");
    assert_eq!(early["mailAfterMx"]["loops"][0], "bo@nordvik.example");

    assert_eq!(copy(PASSWORD).status.code(), Some(0));
    let (code, now) = plan(&desk, "moveMx", &[]);
    assert_eq!((code, &*why(&now, "moveMx")), (0, "allowed"), "{now}");
    assert_eq!(
        now["changes"][0]["zone"],
        "nordvik.example. 3600 IN MX 0 nordvik-example.k-v1.mx.microsoft."
    );
    assert_eq!(why(&now, "removeBatches"), "mxNotMoved");
    assert_eq!(now["mailAfterMx"]["delivered"], 2, "{now}");

    desk.dns.change(&format!("{NEW_MX}{REST}"));
    let mail = desk.folder.path().join("test.eml");
    let through_old = "Received: from EXCH01.nordvik.example (203.0.113.9) by DB5EUR03FT049.mail.protection.outlook.com \
        with Microsoft SMTP Server; Mon, 23 Nov 2026 10:40:10 +0000\r\nSubject: Test\r\n\r\nTest\r\n";
    std::fs::write(&mail, through_old).unwrap();
    let (code, moved) = plan(&desk, "removeBatches", &["--proof", mail.to_str().unwrap()]);
    assert_eq!((code, &*why(&moved, "removeBatches")), (1, "tooEarly"));
    assert_eq!(moved["delivery"]["direct"], false);
    // The way back is what stood there before anything was changed.
    let before = moved["before"].as_str().unwrap();
    assert!(
        before.contains("nordvik.example. 86400 IN MX 10 mail.nordvik.example."),
        "{before}"
    );
}

#[test]
fn when_nobody_answers_the_command_says_so_and_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let expected = folder.path().join("expected.json");
    std::fs::write(&expected, EXPECTED).unwrap();
    let run = Running::start(
        stegvis()
            .args(["dns", "check", "--domain", ZONE, "--expected"])
            .arg(expected)
            .args([
                "--authoritative",
                "127.0.0.1:1",
                "--resolver",
                "127.0.0.1:1",
            ]),
    )
    .finish();
    assert_eq!(run.status.code(), Some(2), "{}", run.stdout);
    assert!(run.stderr.contains("127.0.0.1:1"), "{}", run.stderr);
}
