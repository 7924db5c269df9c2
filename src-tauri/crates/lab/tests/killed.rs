//! A lab in a process of its own is killed in the middle of its work, again and again, and comes back as the
//! same world: every acknowledged message is there, and nothing is there twice. Has a `main` of its own,
//! because the process that is killed is this one, called with `serve DIR`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs
)]

mod clients;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use stegvis_lab::{Lab, LabOptions};

const ALIAS: &str = "asa.ohrstrom";
const ROUNDS: u64 = 8;

fn options(dir: &Path) -> LabOptions {
    LabOptions {
        mailboxes: 1,
        ..LabOptions::new(dir)
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("serve") => serve(Path::new(&arguments[2])).await,
        // What `cargo test` asks of a harness, in case it is asked.
        Some("--list") => println!("every_acknowledged_message_outlives_a_kill: test"),
        _ => every_acknowledged_message_outlives_a_kill().await,
    }
}

async fn serve(dir: &Path) {
    let lab = Lab::start(options(dir)).await.unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "{}", serde_json::to_string(lab.details()).unwrap()).unwrap();
    out.flush().unwrap();
    std::future::pending::<()>().await;
}

/// A lab in a process of its own, and its details.
fn start(dir: &Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("serve")
        .arg(dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut details = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut details).unwrap();
    (child, details)
}

async fn every_acknowledged_message_outlives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let lab = Lab::start(options(dir.path())).await.unwrap();
    clients::migrate(&lab, ALIAS, &[]).await;
    lab.stop().await;
    let before = Lab::judge_dir(dir.path()).unwrap();
    assert_eq!((before.missing, before.extra), (0, 0), "{before:#?}");
    let (mut acknowledged, mut unacknowledged) = (0, 0);
    for round in 0..ROUNDS {
        let (mut server, details) = start(dir.path());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/pump.py");
        let mut pump = Command::new("python3")
            .args([script, ALIAS, "100000"])
            .env("LAB", details)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the tests need python3");
        let mut said = BufReader::new(pump.stdout.take().unwrap()).lines();
        // Two, so that it is at work whatever the machine has to do besides.
        for _ in 0..2 {
            assert_eq!(said.next().unwrap().unwrap(), "acknowledged");
        }
        // At a different moment of its work every time.
        std::thread::sleep(Duration::from_millis(5 + round * 17));
        server.kill().unwrap();
        server.wait().unwrap();
        let heard = 2 + said
            .filter(|line| line.as_ref().unwrap() == "acknowledged")
            .count();
        assert!(pump.wait().unwrap().success());
        acknowledged += heard as u64;
        let begun = Instant::now();
        let after = Lab::judge_dir(dir.path()).unwrap();
        assert_eq!((after.missing, after.compared), (0, before.compared));
        // Ten were on their way: they may or may not have been stored before the kill.
        unacknowledged = after
            .extra
            .checked_sub(acknowledged)
            .expect("a message is lost");
        assert!(
            unacknowledged <= 10 * (round + 1),
            "{unacknowledged} too many"
        );
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
    println!(
        "killed {ROUNDS} times: {acknowledged} messages acknowledged, all of them there; {unacknowledged} more stored and never acknowledged"
    );
}
