//! `stegvis letters` on a practice project: sent to the mail sink and through Graph, each person once, whatever kills the
//! program. What arrived is read by Python's own e-mail parser, which nobody here wrote.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod stage;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use stage::Stage;
use stegvis_journeys::{Chance, Measured, Running, stegvis};
use stegvis_lab::MailboxKind;

/// Of twelve mailboxes two are a room and a shared one, which nobody writes to.
const MAILBOXES: usize = 12;
const PEOPLE: usize = 10;

impl Stage {
    fn migrated() -> Self {
        let stage = Self::of(MAILBOXES, |_| {});
        stage.run(&["rehearse"]).reconciled();
        stage
    }

    fn letters(&self, words: &[&str]) -> Running {
        let mut command = stegvis();
        command.arg("letters").args(words).arg("--json");
        Running::start(self.of_project(&mut command))
    }

    /// Sends a letter in Swedish.
    fn send(&self, letter: &str, more: &[&str]) -> Running {
        let words = ["send", "--letter", letter, "--language", "sv"];
        let date = ["--date", "måndag 14 december", "--helpdesk", "Åsa, 1234"];
        self.letters(&[&words[..], &date, more].concat())
    }

    /// The letters in the sink, as Python reads them. The status mails of the migration are left out.
    fn sunk(&self) -> Vec<Value> {
        let mails = self.lab.sunk().unwrap();
        let mails = mails.iter().map(|bytes| read_by_python(bytes));
        mails
            .filter(|mail| mail["to"] != "it@nordvik.example")
            .collect()
    }

    fn people(&self) -> Vec<String> {
        let mailboxes = self.lab.details().mailboxes.iter();
        mailboxes
            .filter(|one| one.kind == MailboxKind::UserMailbox)
            .map(|one| one.address.clone())
            .collect()
    }
}

/// What another's parser makes of a mail.
fn read_by_python(mail: &[u8]) -> Value {
    let script = "import sys, json\nfrom email import message_from_bytes, policy\n\
        m = message_from_bytes(sys.stdin.buffer.read(), policy=policy.default)\n\
        body = m.get_body(('plain',))\n\
        files = {a.get_filename(): a.get_content() for a in m.iter_attachments()}\n\
        kinds = [p.get_content_type() for p in m.walk()]\n\
        print(json.dumps({'to': m['to'].addresses[0].addr_spec, 'from': m['from'].addresses[0].addr_spec,\n\
        'subject': m['subject'], 'text': body.get_content(), 'files': files, 'kinds': kinds,\n\
        'defects': [str(d) for p in m.walk() for d in p.defects]}))\n";
    let mut python = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(mail).unwrap();
    let said = python.wait_with_output().unwrap();
    assert!(said.status.success());
    serde_json::from_slice(&said.stdout).unwrap()
}

fn view(run: &Measured) -> Value {
    serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", run.stdout, run.stderr))
}

/// The state of a letter, person by person.
fn states(view: &Value, letter: &str) -> BTreeMap<String, String> {
    let letters = view["letters"].as_array().unwrap();
    let found = letters.iter().find(|one| one["letter"] == letter).unwrap();
    let people = found["people"].as_array().unwrap().iter();
    people
        .map(|person| {
            let text = |name: &str| person[name].as_str().unwrap().to_owned();
            (text("address"), text("state"))
        })
        .collect()
}

#[test]
fn a_letter_reaches_everyone_once_by_either_way_and_its_swedish_arrives_intact() {
    let stage = Stage::migrated();
    let run = stage.send("notice", &["--way", "smtp"]).finish();
    assert_eq!(run.status.code(), Some(0), "{}", run.stderr);
    let sunk = stage.sunk();
    let mut reached: Vec<&str> = sunk
        .iter()
        .map(|mail| mail["to"].as_str().unwrap())
        .collect();
    let mut people = stage.people();
    reached.sort_unstable();
    people.sort_unstable();
    assert_eq!(reached, people);
    let asa = "asa.ohrstrom@nordvik.example";
    let mail = sunk.iter().find(|mail| mail["to"] == asa).unwrap();
    assert_eq!(mail["subject"], "Din postlåda flyttar måndag 14 december");
    let text = mail["text"].as_str().unwrap();
    for words in [
        "Hej Åsa Öhrström,",
        "Frågor: Åsa, 1234",
        "går inte förlorad",
        "Nordvik Bygg AB",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert_eq!(mail["defects"], Value::Array(Vec::new()), "{mail}");

    // Again: everyone has it.
    let run = stage.send("notice", &[]).finish();
    assert_eq!(run.status.code(), Some(0), "{}", run.stderr);
    assert_eq!(stage.sunk().len(), PEOPLE);
    // Unless somebody says so.
    let run = stage.send("notice", &["--only", asa]).finish();
    assert_eq!(run.status.code(), Some(0), "{}", run.stderr);
    assert_eq!(stage.sunk().len(), PEOPLE + 1);

    // Through Graph, with the guide for Outlook.
    let graph = [
        "--way",
        "graph",
        "--from",
        "admin@nordvik.onmicrosoft.example",
    ];
    let run = stage.send("ready", &graph).finish();
    assert_eq!(run.status.code(), Some(0), "{}", run.stderr);
    let sunk = stage.sunk();
    assert_eq!(sunk.len(), 2 * PEOPLE + 1);
    let mail = sunk.last().unwrap();
    assert_eq!(mail["from"], "admin@nordvik.onmicrosoft.example");
    assert_eq!(mail["subject"], "Din nya postlåda är klar");
    let guide = mail["files"]["Outlook.sv.html"].as_str().unwrap();
    let to = mail["to"].as_str().unwrap();
    for words in [
        "Visa profiler",
        "Använd alltid den här profilen",
        "E‑post",
        to,
    ] {
        assert!(guide.contains(words), "{words} in {guide}");
    }
    // Mail of ours is never an invitation, nor anything else that a calendar would act on.
    for mail in &sunk {
        let kinds = mail["kinds"].as_array().unwrap();
        let known = ["multipart/mixed", "text/plain", "text/html"];
        assert!(
            kinds
                .iter()
                .all(|kind| known.contains(&kind.as_str().unwrap())),
            "{mail}"
        );
    }

    let run = stage.letters(&["redo", "--address", asa]).finish();
    let redo = view(&run);
    let kinds: Vec<&str> = redo
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds[..3],
        ["OutlookProfile", "Phone", "Signature"],
        "{redo}"
    );
}

#[test]
fn a_program_killed_while_it_sends_never_sends_a_letter_twice_and_tells_what_it_does_not_know() {
    let stage = Stage::migrated();
    let mut chance = Chance::new(2003);
    let mut hits = 0;
    for letter in ["notice", "reminder", "ready", "phone"] {
        // What stood in the sink before this letter, and how many of it have gone.
        let before = stage.lab.sunk().unwrap().len();
        let sent = || stage.lab.sunk().unwrap().len() - before;
        for _ in 0..3 {
            let until = sent() + 1 + usize::try_from(chance.below(2)).unwrap();
            let later = Duration::from_micros(chance.below(4000) * 10);
            let killed = stage
                .send(letter, &["--way", "smtp"])
                .kill_when(later, || sent() >= until);
            hits += usize::from(killed && sent() < PEOPLE);
        }
        let run = stage.send(letter, &["--way", "smtp"]).finish();
        let seen = states(&view(&run), letter);
        let mut arrived: BTreeMap<String, usize> = BTreeMap::new();
        for bytes in stage.lab.sunk().unwrap().iter().skip(before) {
            let to = read_by_python(bytes)["to"].as_str().unwrap().to_owned();
            *arrived.entry(to).or_default() += 1;
        }
        assert!(arrived.values().all(|times| *times == 1), "{arrived:?}");
        let mut unknown = Vec::new();
        for person in stage.people() {
            match &*seen[&person] {
                "Sent" => assert!(arrived.contains_key(&person), "{person}: {arrived:?}"),
                "Unknown" => unknown.push(person),
                other => panic!("{person} is {other}: {}", run.stderr),
            }
        }
        assert_eq!(run.status.code(), Some(i32::from(!unknown.is_empty())));
        // On a person's word, and then it is known.
        for person in unknown.iter().filter(|one| !arrived.contains_key(*one)) {
            stage
                .send(letter, &["--way", "smtp", "--only", person])
                .finish();
        }
        let all = stage.lab.sunk().unwrap().len() - before;
        assert_eq!(all, PEOPLE, "{letter}");
    }
    assert!(hits >= 4, "hardly any kill hits: {hits}");
    println!("killed {hits} times in the middle");
}

#[test]
fn a_template_that_does_not_render_sends_nothing() {
    let stage = Stage::migrated();
    let project = stage.folder.path().join("project");
    let mut command = stegvis();
    command.args(["letters", "templates", "--json", "--project"]);
    let run = Running::start(command.arg(&project)).finish();
    assert_eq!(view(&run).as_array().unwrap().len(), 10, "{}", run.stderr);
    let template = project.join("letters/phone.sv.txt");
    std::fs::write(&template, "Telefonen\n\nHej {{ nmae }}\n").unwrap();
    let run = stage.send("phone", &["--way", "smtp"]).finish();
    assert_eq!(run.status.code(), Some(2), "{}", run.stdout);
    assert!(run.stderr.contains("line 3"), "{}", run.stderr);
    assert!(stage.sunk().is_empty());

    std::fs::write(&template, "Telefonen\n\nHej {{ name }}: åäö\n").unwrap();
    let run = stage.send("phone", &["--way", "smtp"]).finish();
    assert_eq!(run.status.code(), Some(0), "{}", run.stderr);
    let sunk = stage.sunk();
    assert_eq!(sunk.len(), PEOPLE);
    assert!(
        sunk[0]["text"].as_str().unwrap().contains(": åäö"),
        "{}",
        sunk[0]
    );
}
