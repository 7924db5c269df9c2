//! `stegvis copy` between two mail servers that nobody here wrote, judged by reading both back.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use stegvis_journeys::{
    Append, Chance, Comparison, Corpus, Dovecot, Imap, Measured, PASSWORD, Relay, Running, Store,
    compare, read_all, stegvis_copy, stegvis_copy_urls,
};

const USER: &str = "anna@example.com";

/// Two servers, one of them full, and the folder that remembers.
struct Pair {
    source: Dovecot,
    target: Dovecot,
    /// The ports that the program under test is given: the servers' own, or those of a slow line to them.
    ports: [u16; 2],
    project: tempfile::TempDir,
}

impl Pair {
    fn new(store: Store) -> Self {
        let [source, target] = [store, Store::Sdbox].map(Dovecot::start);
        let ports = [source.port, target.port];
        let project = tempfile::tempdir().unwrap();
        Self {
            source,
            target,
            ports,
            project,
        }
    }

    fn over_a_line_of(self, each_way: Duration) -> Self {
        let ports = self.ports.map(|port| Relay::to(port, each_way).port);
        Self { ports, ..self }
    }

    fn start(&self) -> Running {
        let project: &Path = self.project.path();
        let [source, target] = self.ports;
        Running::start(&mut stegvis_copy(source, target, USER, project))
    }

    /// One run to the end, which must succeed and reconcile.
    fn copy(&self) -> (Measured, Value) {
        let run = self.start().finish();
        let json = run.reconciled();
        assert_eq!(json["users"].as_array().unwrap().len(), 1, "{json}");
        assert_eq!(json["users"][0]["skipped"], 0, "{json}");
        (run, json)
    }

    fn compare(&self) -> Comparison {
        let [left, right] =
            [&self.source, &self.target].map(|server| read_all(server.port, USER, PASSWORD));
        compare(&left, &right)
    }

    fn ever_appended(&self) -> u64 {
        Imap::login(self.target.port, USER, PASSWORD).ever_appended()
    }
}

#[test]
fn a_thousand_messages_arrive_octet_for_octet_flag_for_flag_and_date_for_date() {
    let pair = Pair::new(Store::Sdbox);
    Corpus::new(7, 1000).load(pair.source.port, USER);
    let untouched = read_all(pair.source.port, USER, PASSWORD);

    let (first, json) = pair.copy();
    let found = pair.compare();
    println!(
        "first copy, {:?}, {} KiB: {found}",
        first.wall, first.peak_kib
    );
    assert!(found.is_exact(), "{found}");
    assert_eq!(found.compared, 1000);
    assert_eq!(pair.ever_appended(), 1000);
    assert_eq!(json["users"][0]["emailAddress"], USER);
    assert_eq!(json["users"][0]["synced"], 1000);
    assert_eq!(json["users"][0]["bytes"], found.bytes);

    let (second, _) = pair.copy();
    println!("second copy, {:?}", second.wall);
    assert_eq!(pair.ever_appended(), 1000, "a second run copies nothing");
    let after = read_all(pair.source.port, USER, PASSWORD);
    assert!(
        after == untouched,
        "the source is only read, not even marked as read"
    );

    let mut ten = Corpus::new(8, 12);
    ten.mails.drain(..2);
    ten.load(pair.source.port, USER);
    let (third, _) = pair.copy();
    let found = pair.compare();
    println!("after ten new messages, {:?}: {found}", third.wall);
    assert_eq!(
        pair.ever_appended(),
        1010,
        "after ten new messages a run copies ten"
    );
    assert!(found.is_exact(), "{found}");
    assert_eq!(found.compared, 1010);
}

#[test]
fn a_copy_killed_again_and_again_loses_nothing_and_writes_nothing_twice() {
    // The line is slow, so that a copy takes long enough to be killed in the midst of it, and so that what was
    // sent before the kill still arrives after it.
    let pair = Pair::new(Store::Maildir).over_a_line_of(Duration::from_millis(20));
    Corpus::new(9, 1000).load(pair.source.port, USER);
    let mut chance = Chance::new(20);
    let mut hits = 0;
    let mut moments = Vec::new();
    // The moment is so many more messages written, and then a little later: the same on a fast machine as on
    // a slow one. A run that gets to its end first was not hit, and leaves nothing to interrupt.
    while hits == moments.len() && moments.len() < 12 {
        let written = pair.ever_appended();
        let wanted = written + chance.below(60);
        let later = Duration::from_millis(chance.below(15));
        let hit = pair
            .start()
            .kill_when(later, || pair.ever_appended() >= wanted);
        hits += usize::from(hit);
        moments.push(pair.ever_appended());
    }
    pair.copy();
    let found = pair.compare();
    println!("killed {hits} times, with {moments:?} of 1000 messages written; then {found}");
    assert!(hits >= 3, "only {hits} kills hit a running copy");
    assert!(found.is_exact(), "{found}");
    assert_eq!(found.compared, 1000);
    assert_eq!(
        pair.ever_appended(),
        1000,
        "no message was written twice, not even for a while"
    );
}

#[test]
fn a_message_of_a_hundred_megabytes_is_copied_within_150_megabytes_of_memory() {
    let pair = Pair::new(Store::Sdbox);
    let corpus = Corpus::new(11, 200);
    corpus.load(pair.source.port, USER);
    let mut large = b"Message-ID: <large@example.com>\r\nSubject: large\r\n\r\n".to_vec();
    while large.len() < 100_000_000 {
        large.extend(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n");
    }
    Imap::login(pair.source.port, USER, PASSWORD).append(std::iter::once(Append {
        folder: "Skickat",
        flags: "\\Seen",
        date: "24-Dec-2016 15:00:00 +0100",
        bytes: &large,
    }));
    drop(large);
    let (run, _) = pair.copy();
    let found = pair.compare();
    println!("peak {} KiB in {:?}: {found}", run.peak_kib, run.wall);
    assert!(found.is_exact(), "{found}");
    assert_eq!(found.compared, 201);
    assert!(run.peak_kib * 1024 < 150_000_000, "{} KiB", run.peak_kib);
}

#[test]
fn a_copy_runs_over_implicit_tls_and_over_starttls_and_only_to_servers_it_trusts() {
    let source = Dovecot::start_with_tls(Store::Sdbox);
    let target = Dovecot::start_with_tls(Store::Sdbox);
    let project = tempfile::tempdir().unwrap();
    Corpus::new(13, 60).load(source.port, "anna");
    let authorities = project.path().join("authorities.pem");
    let pem = [&source, &target].map(|server| std::fs::read_to_string(server.authority()).unwrap());
    std::fs::write(&authorities, pem.concat()).unwrap();
    let source_url = format!("imaps://anna@localhost:{}", source.tls_port);
    let target_url = format!("imap+starttls://anna@localhost:{}", target.port);
    let copy = || stegvis_copy_urls(&source_url, &target_url, &project.path().join("project"));

    let refused = Running::start(&mut copy()).finish();
    assert!(!refused.status.success(), "{}", refused.stdout);
    let said = format!("{}{}", refused.stdout, refused.stderr).to_lowercase();
    assert!(said.contains("certificate"), "{said}");

    let run = Running::start(copy().arg("--trust-ca").arg(&authorities)).finish();
    assert!(
        run.status.success(),
        "{}\n{}\n{}",
        run.status,
        run.stdout,
        run.stderr
    );
    let contents = [&source, &target].map(|server| read_all(server.port, "anna", PASSWORD));
    let found = compare(&contents[0], &contents[1]);
    assert!(found.is_exact(), "{found}");
    // Dovecot's log tells a login over TLS from one in the clear.
    for server in [&source, &target] {
        let logins: Vec<String> = server
            .log()
            .lines()
            .filter(|line| line.contains("Login: user=<anna>"))
            .map(str::to_owned)
            .collect();
        assert!(
            logins.iter().any(|line| line.contains("TLS")),
            "{logins:#?}"
        );
    }
}

#[test]
fn a_wrong_password_is_an_error_that_names_the_side_and_not_the_password() {
    let pair = Pair::new(Store::Sdbox);
    Corpus::new(12, 5).load(pair.source.port, USER);
    let mut command = stegvis_copy(
        pair.source.port,
        pair.target.port,
        USER,
        pair.project.path(),
    );
    command.env("STEGVIS_TARGET_PASSWORD", "wrong-and-secret");
    let run = Running::start(&mut command).finish();
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(!run.status.success(), "{said}");
    assert!(!said.contains("wrong-and-secret"), "{said}");
    assert!(said.to_lowercase().contains("target"), "{said}");
}

#[test]
fn of_a_list_the_one_wrong_password_is_named_and_the_others_finish_and_a_retry_touches_only_it() {
    let pair = Pair::new(Store::Sdbox);
    let people = ["anna@example.com", "bo@example.com", "cecilia@example.com"];
    for (seed, user) in (20..).zip(people) {
        Corpus::new(seed, 15).load(pair.source.port, user);
    }
    let list = pair.project.path().join("list.csv");
    let write = |wrong: Option<&str>| {
        let mut rows =
            String::from("EmailAddress,SourceUser,SourcePassword,TargetUser,TargetPassword\r\n");
        for user in people {
            let target = if wrong == Some(user) {
                "mistyped"
            } else {
                PASSWORD
            };
            rows.push_str(&format!("{user},{user},{PASSWORD},{user},{target}\r\n"));
        }
        std::fs::write(&list, rows).unwrap();
    };
    let copy = || {
        let [source, target] = pair.ports.map(|port| format!("imap://127.0.0.1:{port}"));
        let mut command = stegvis_copy_urls(&source, &target, pair.project.path());
        command.arg("--list").arg(&list);
        let run = Running::start(&mut command).finish();
        let json: Value = serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("{error} in {}\n{}", run.stdout, run.stderr));
        (run, json)
    };
    let of = |json: &Value, user: &str| {
        let users = json["users"].as_array().unwrap();
        users
            .iter()
            .find(|row| row["emailAddress"] == user)
            .unwrap()
            .clone()
    };

    write(Some("bo@example.com"));
    let (run, json) = copy();
    assert!(!run.status.success(), "{json}");
    assert_eq!(json["reconciled"], false, "{json}");
    assert_eq!(
        of(&json, "bo@example.com")["status"],
        "Failed (TargetSignInRefused)"
    );
    for user in ["anna@example.com", "cecilia@example.com"] {
        assert_eq!(of(&json, user)["status"], "Synced", "{json}");
        assert_eq!(of(&json, user)["copiedNow"], 15, "{json}");
    }

    write(None);
    let (run, json) = copy();
    assert!(run.status.success(), "{json}");
    assert_eq!(json["reconciled"], true, "{json}");
    let now = people.map(|user| of(&json, user)["copiedNow"].as_u64());
    assert_eq!(now, [Some(0), Some(15), Some(0)], "{json}");
    for user in people {
        let [left, right] =
            [&pair.source, &pair.target].map(|server| read_all(server.port, user, PASSWORD));
        let found = compare(&left, &right);
        assert!(found.is_exact(), "{found}");
    }
}
