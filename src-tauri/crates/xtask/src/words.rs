//! What the programs of a stage printed: seen as it comes, and kept, so that a failure can be told again at the end.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

/// Lines that tell of a failure.
const SIGNS: [&str; 5] = ["FAIL", "panicked at", "error", "failures:", "✗"];
/// How much of what follows such a line is told with it.
const AFTER: usize = 24;
/// What is always told of the end.
const LAST: usize = 30;
/// The most that is told again.
const MOST: usize = 300;
/// How long the rest of the words is waited for once a program has ended.
const GRACE: Duration = Duration::from_secs(2);

static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Runs a program whose words are printed and kept.
pub fn heard(command: &mut Command) -> io::Result<ExitStatus> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (ended, both) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        let ended = ended.clone();
        thread::spawn(move || (pass(out, io::stdout()), ended.send(())));
    }
    if let Some(err) = child.stderr.take() {
        thread::spawn(move || (pass(err, io::stderr()), ended.send(())));
    }
    let status = child.wait();
    // A server that a test left behind may hold its end for ever.
    for _ in 0..2 {
        let _ = both.recv_timeout(GRACE);
    }
    status
}

/// Forgets what was said so far.
pub fn forget() {
    SAID.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// What tells of a failure, and the end.
pub fn complaints() -> String {
    chosen(&SAID.lock().unwrap_or_else(PoisonError::into_inner))
}

fn pass(from: impl Read, mut to: impl Write) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // Whoever reads may have gone: what is said is kept all the same.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        SAID.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(text);
        line.clear();
    }
}

fn chosen(said: &[String]) -> String {
    let mut told: BTreeSet<usize> = (said.len().saturating_sub(LAST)..said.len()).collect();
    for (number, line) in said.iter().enumerate() {
        if told.len() < MOST && SIGNS.iter().any(|sign| line.contains(sign)) {
            told.extend(number..said.len().min(number + AFTER));
        }
    }
    let mut text = String::new();
    let mut next = 0;
    for number in told {
        if number != next {
            text.push_str("[…]\n");
        }
        next = number + 1;
        text.push_str(said.get(number).map_or("", String::as_str));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_in_the_middle_is_told_with_what_follows_and_the_end() {
        let line = |number| match number {
            100 => "thread 'x' panicked at tests/x.rs:1:1:".to_owned(),
            number => format!("ok {number}"),
        };
        let said: Vec<String> = (0..400).map(line).collect();
        let told = chosen(&said);
        assert!(told.starts_with("[…]\nthread 'x' panicked at tests/x.rs:1:1:\nok 101\n"));
        assert!(told.contains("ok 123\n[…]\nok 370\n"));
        assert!(told.ends_with("ok 399\n"));
    }

    #[test]
    fn what_was_said_and_the_way_it_ended_are_kept() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo å >&2; printf end; exit 3"]);
        let status = heard(&mut command);
        assert_eq!(status.ok().and_then(|status| status.code()), Some(3));
        let told = complaints();
        for word in ["out", "å", "end"] {
            assert!(told.contains(word), "{told}");
        }
    }
}
