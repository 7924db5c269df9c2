//! The harness judges others, so it is judged first: what it loads it reads back, and what differs it finds.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::process::Command;
use std::time::{Duration, Instant};

use stegvis_journeys::{
    Append, Corpus, Dovecot, Imap, PASSWORD, Relay, Running, Store, compare, encode, read_all,
};

/// Until something must have come true: long, for a machine with other work.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_corpus_is_the_same_every_time_and_has_the_promised_shape() {
    let corpus = Corpus::new(7, 1000);
    let again = Corpus::new(7, 1000);
    assert!(
        corpus
            .mails
            .iter()
            .zip(&again.mails)
            .all(|(a, b)| a.bytes == b.bytes && a.date == b.date)
    );
    let sizes = corpus.mails.iter().map(|mail| mail.bytes.len());
    assert_eq!(sizes.clone().max(), Some(10_000_000));
    assert!(sizes.min().unwrap() < 1_100);
    assert!(
        (60_000_000..110_000_000).contains(&corpus.bytes()),
        "{}",
        corpus.bytes()
    );
    let without_id = corpus
        .mails
        .iter()
        .filter(|mail| !String::from_utf8_lossy(&mail.bytes).contains("Message-ID"));
    assert!(without_id.count() > 5);
    println!("1000 messages, {} bytes", corpus.bytes());
}

#[test]
fn what_is_loaded_is_read_back_from_either_store() {
    let corpus = Corpus::new(1, 150);
    let servers = [Dovecot::start(Store::Sdbox), Dovecot::start(Store::Maildir)];
    for server in &servers {
        corpus.load(server.port, "anna");
    }
    let [left, right] = servers
        .each_ref()
        .map(|server| read_all(server.port, "anna", PASSWORD));
    let found = compare(&left, &right);
    assert!(found.is_exact(), "{found}");
    assert_eq!(found.compared, 150);
    assert_eq!(found.bytes, corpus.bytes());
    assert_eq!(found.folders, corpus.folders.len());
    assert_eq!(left, right);
}

#[test]
fn every_kind_of_planted_difference_is_found() {
    let (a, b) = (Dovecot::start(Store::Sdbox), Dovecot::start(Store::Sdbox));
    let mail = |folder, flags, date, bytes| Append {
        folder,
        flags,
        date,
        bytes,
    };
    let (noon, one) = ("01-Mar-2015 12:00:00 +0100", "01-Mar-2015 13:00:00 +0100");
    let noon_in_london = "01-Mar-2015 11:00:00 +0000";
    let mut left = Imap::login(a.port, "bo", PASSWORD);
    let mut right = Imap::login(b.port, "bo", PASSWORD);
    left.create("Möten");
    right.create("Moten");
    left.append(
        [
            mail(
                "INBOX",
                "\\Seen",
                noon,
                b"Subject: same\r\n\r\n1".as_slice(),
            ),
            mail("INBOX", "\\Seen Viktigt", noon, b"Subject: flags\r\n\r\n2"),
            mail("INBOX", "", noon, b"Subject: date\r\n\r\n3"),
            mail("INBOX", "", noon, b"Subject: header\r\n\r\n4"),
            mail("INBOX", "", noon, b"Subject: missing\r\n\r\n5"),
            mail("INBOX", "", noon, b"Subject: twice\r\n\r\n6"),
        ]
        .into_iter(),
    );
    right.append(
        [
            mail(
                "INBOX",
                "\\Seen",
                noon_in_london,
                b"Subject: same\r\n\r\n1".as_slice(),
            ),
            mail("INBOX", "\\Seen", noon, b"Subject: flags\r\n\r\n2"),
            mail("INBOX", "", one, b"Subject: date\r\n\r\n3"),
            mail("INBOX", "", noon, b"X-New: 1\r\nSubject: header\r\n\r\n4"),
            mail("INBOX", "", noon, b"Subject: twice\r\n\r\n6"),
            mail("INBOX", "", noon, b"Subject: twice\r\n\r\n6"),
        ]
        .into_iter(),
    );
    let found = compare(
        &read_all(a.port, "bo", PASSWORD),
        &read_all(b.port, "bo", PASSWORD),
    );
    println!("{found}");
    assert_eq!(found.folders_differ.len(), 2);
    assert_eq!(found.missing, ["INBOX: missing"]);
    assert_eq!(found.extra, ["INBOX: twice"]);
    assert_eq!(found.flags_differ.len(), 1);
    assert_eq!(found.date_differs.len(), 1);
    assert_eq!(found.header_differs.len(), 1);
    assert!(!found.is_exact());
}

#[test]
fn two_empty_servers_are_not_called_equal() {
    let server = Dovecot::start(Store::Sdbox);
    let nothing = read_all(server.port, "tom", PASSWORD);
    assert!(!compare(&nothing, &nothing).is_exact());
}

#[test]
fn the_relay_adds_forty_milliseconds_to_a_round_trip_and_takes_no_octet() {
    let server = Dovecot::start(Store::Sdbox);
    let relay = Relay::to(server.port, Duration::from_millis(20));
    let corpus = Corpus::new(3, 40);
    corpus.load(relay.port, "anna");
    let direct = read_all(server.port, "anna", PASSWORD);
    let relayed = read_all(relay.port, "anna", PASSWORD);
    assert!(compare(&direct, &relayed).is_exact());
    let mut client = Imap::login(relay.port, "anna", PASSWORD);
    client.command(&format!("EXAMINE \"{}\"", encode("Möten")));
    // What else the machine has to do makes a round trip longer, and none shorter: the quickest of them tells.
    let begun = Instant::now();
    let mut quickest = Duration::MAX;
    while quickest >= Duration::from_millis(60) {
        assert!(begun.elapsed() < PATIENCE, "{quickest:?}");
        let sent = Instant::now();
        client.command("NOOP");
        quickest = quickest.min(sent.elapsed());
    }
    println!("a round trip takes {quickest:?}");
    assert!(quickest >= Duration::from_millis(40), "{quickest:?}");
}

#[test]
fn a_measured_process_reports_its_time_and_memory() {
    let script = "x=$(head -c 30000000 /dev/zero | tr '\\0' a); i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done";
    let measured = Running::start(Command::new("sh").args(["-c", script])).finish();
    assert!(measured.status.success());
    assert_eq!(measured.stdout, "done\n");
    assert!(measured.cpu > Duration::from_millis(20), "{measured:?}");
    assert!(measured.cpu <= measured.wall * 4, "{measured:?}");
    assert!(measured.peak_kib > 30_000, "{measured:?}");
}

#[test]
fn a_killed_process_is_told_from_one_that_had_ended() {
    let hit = Running::start(Command::new("sleep").arg("60")).kill_after(Duration::from_millis(50));
    let missed = Running::start(&mut Command::new("true")).kill_after(PATIENCE);
    assert!(hit && !missed);
}

#[test]
fn a_server_with_a_certificate_is_trusted_through_its_authority_only() {
    let server = Dovecot::start_with_tls(Store::Sdbox);
    let url = format!("imaps://localhost:{}", server.tls_port);
    let curl = |authority: Option<std::path::PathBuf>| {
        let mut command = Command::new("curl");
        command.args([
            "--silent",
            "--show-error",
            &url,
            "--user",
            &format!("anna:{PASSWORD}"),
        ]);
        if let Some(authority) = authority {
            command.arg("--cacert").arg(authority);
        }
        Running::start(&mut command).finish()
    };
    let trusting = curl(Some(server.authority()));
    assert!(trusting.status.success(), "{}", trusting.stderr);
    assert!(trusting.stdout.contains("INBOX"), "{}", trusting.stdout);
    assert!(!curl(None).status.success());
}
