//! `cargo xtask bench`: the same mailbox copied by Stegvis, mbsync and interimap, over loopback and over a
//! line of 20 ms each way. Prints Markdown.
//!
//! Lives here: the peers' configurations and the table. Measured from outside with what the journeys use.
//! Deliberately absent: any knowledge of how a copy is made.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a measurement fails by panicking"
)]

mod peers;

use std::time::Duration;

use peers::{Peer, Route};
use stegvis_journeys::{
    Corpus, Dovecot, Measured, PASSWORD, Relay, Running, Store, compare, read_all,
};

const USER: &str = "anna";
const EACH_WAY: Duration = Duration::from_millis(20);

/// One program's run over one line.
struct Row {
    first: Measured,
    no_op: Measured,
    more: Measured,
    exact: String,
}

fn main() {
    let mut messages = 1000;
    let mut repeat = 3;
    let mut only: Vec<String> = Vec::new();
    let words: Vec<String> = std::env::args().skip(1).collect();
    for pair in words.chunks(2) {
        match pair {
            [name, value] if name == "--messages" => messages = value.parse().unwrap(),
            [name, value] if name == "--repeat" => repeat = value.parse().unwrap(),
            [name, value] if name == "--only" => only.push(value.clone()),
            _ => panic!(
                "bench understands --messages N, --repeat N and --only PROGRAM, not {pair:?}"
            ),
        }
    }
    let corpus = Corpus::new(7, messages);
    let more = Corpus::new(8, messages.div_ceil(100) + 2);
    #[allow(clippy::cast_precision_loss, reason = "for people")]
    let megabytes = corpus.bytes() as f64 / 1e6;
    println!(
        "{messages} messages, {megabytes:.0} MB, {} folders; Dovecot (sdbox, in memory) at both ends; median of {repeat}.",
        corpus.folders.len()
    );
    for (line, delay) in [("loopback", None), ("20 ms each way", Some(EACH_WAY))] {
        println!("\n**{line}**\n");
        println!(
            "| program | first s | own CPU s | peak MB | no-op s | CPU | +1 % s | CPU | the copy is |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
        let chosen =
            |peer: &&Peer| only.is_empty() || only.iter().any(|name| peer.name.contains(name));
        for peer in peers::ALL.iter().filter(chosen) {
            let rows: Vec<Row> = (0..repeat)
                .map(|_| row(peer, delay, &corpus, &more))
                .collect();
            print(peer, &rows);
        }
    }
}

fn row(peer: &Peer, delay: Option<Duration>, corpus: &Corpus, more: &Corpus) -> Row {
    let source = Dovecot::start(Store::Sdbox);
    let target = Dovecot::start(Store::Sdbox);
    let line = |port| delay.map_or(port, |delay| Relay::to(port, delay).port);
    let folder = tempfile::tempdir().unwrap();
    let route = Route {
        source: line(source.port),
        target: line(target.port),
        user: USER,
        folder: folder.path(),
    };
    corpus.load(source.port, USER);
    (peer.prepare)(&route);
    let first = run(peer, &route);
    let no_op = run(peer, &route);
    // The corpus begins with its largest message, which is no typical day's mail.
    let new = Corpus {
        folders: more.folders,
        mails: more.mails[2..].to_vec(),
    };
    new.load(source.port, USER);
    let more = run(peer, &route);
    let contents = [&source, &target].map(|server| read_all(server.port, USER, PASSWORD));
    let found = compare(&contents[0], &contents[1]);
    Row {
        first,
        no_op,
        more,
        exact: found.words(),
    }
}

fn run(peer: &Peer, route: &Route<'_>) -> Measured {
    let measured = Running::start(&mut (peer.command)(route)).finish();
    assert!(
        measured.status.success(),
        "{}: {}\n{}\n{}",
        peer.name,
        measured.status,
        measured.stdout,
        measured.stderr
    );
    measured
}

fn print(peer: &Peer, rows: &[Row]) {
    let seconds = |of: fn(&Row) -> Duration| {
        let mut values: Vec<f64> = rows.iter().map(|row| of(row).as_secs_f64()).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let peak = rows.iter().map(|row| row.first.peak_kib).max().unwrap_or(0) * 1024 / 1_000_000;
    println!(
        "| {} | {:.2} | {:.2} | {peak} | {:.2} | {:.2} | {:.2} | {:.2} | {} |",
        peer.name,
        seconds(|row| row.first.wall),
        seconds(|row| row.first.cpu),
        seconds(|row| row.no_op.wall),
        seconds(|row| row.no_op.cpu),
        seconds(|row| row.more.wall),
        seconds(|row| row.more.cpu),
        rows.last().map_or("not run", |row| row.exact.as_str())
    );
}
