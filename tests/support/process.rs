//! Child processes: Stegvis and its peers, measured from outside and killed without warning.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use crate::dovecot::PASSWORD;

/// How often a child is looked at.
const LOOK: Duration = Duration::from_millis(3);

/// Linux counts processor time in hundredths of a second on every architecture Debian has.
const TICK: Duration = Duration::from_millis(10);

/// A child that ended, and what it used.
#[derive(Debug)]
pub struct Measured {
    /// How it ended.
    pub status: ExitStatus,
    /// Wall clock.
    pub wall: Duration,
    /// Processor time, its own children's included, the kernel's for it included.
    pub cpu: Duration,
    /// The most memory it held, in KiB.
    pub peak_kib: u64,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

impl Measured {
    /// What it printed as JSON, of a run that must have succeeded and reconciled.
    pub fn reconciled(&self) -> serde_json::Value {
        assert!(
            self.status.success(),
            "{}\n{}\n{}",
            self.status,
            self.stdout,
            self.stderr
        );
        let json: serde_json::Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {}", self.stdout));
        assert_eq!(json["reconciled"], true, "{json}");
        json
    }
}

/// A child under way. Dropping it kills it.
pub struct Running {
    child: Child,
    begun: Instant,
    stdout: NamedTempFile,
    stderr: NamedTempFile,
    peak_kib: u64,
}

impl Running {
    /// Starts a command. Its output goes to files, so that it never waits for a reader.
    pub fn start(command: &mut Command) -> Self {
        let [stdout, stderr] = [(); 2].map(|()| NamedTempFile::new().unwrap());
        let child = command
            .stdin(Stdio::null())
            .stdout(stdout.reopen().unwrap())
            .stderr(stderr.reopen().unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            child,
            begun: Instant::now(),
            stdout,
            stderr,
            peak_kib: 0,
        }
    }

    /// Kills it without warning after a while. False when it had ended by itself before.
    pub fn kill_after(self, wait: Duration) -> bool {
        self.kill_when(wait, || true)
    }

    /// Kills it without warning, `later` than something has come true. False when it had ended by itself before.
    pub fn kill_when(self, later: Duration, mut come_true: impl FnMut() -> bool) -> bool {
        self.kill(later, |_| come_true())
    }

    /// The same when it has printed so many lines.
    pub fn kill_after_lines(self, lines: usize, later: Duration) -> bool {
        self.kill(later, |running| running.lines() >= lines)
    }

    /// Kills it without warning, `later` than it has printed these words. False when it had ended by itself before.
    pub fn kill_after_words(self, words: &str, later: Duration) -> bool {
        self.kill(later, |running| running.printed(words))
    }

    /// Waits until it has printed these words. False when it ended without.
    pub fn wait_for(&mut self, words: &str) -> bool {
        loop {
            if self.printed(words) {
                return true;
            }
            if self.ended() {
                return self.printed(words);
            }
            thread::sleep(LOOK);
        }
    }

    /// Waits until something has come true. False when it ended before.
    pub fn wait_until(&mut self, mut come_true: impl FnMut() -> bool) -> bool {
        loop {
            if come_true() {
                return true;
            }
            if self.ended() {
                return come_true();
            }
            thread::sleep(LOOK);
        }
    }

    fn printed(&self, words: &str) -> bool {
        [&self.stdout, &self.stderr]
            .iter()
            .any(|file| text(file).contains(words))
    }

    fn kill(mut self, later: Duration, mut come_true: impl FnMut(&Self) -> bool) -> bool {
        while !come_true(&self) {
            if self.ended() {
                return false;
            }
            thread::sleep(LOOK);
        }
        let due = Instant::now() + later;
        while Instant::now() < due {
            if self.ended() {
                return false;
            }
            thread::sleep(LOOK.min(due.saturating_duration_since(Instant::now())));
        }
        let alive = !self.ended();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        alive
    }

    fn lines(&self) -> usize {
        [&self.stdout, &self.stderr]
            .map(|file| text(file).lines().count())
            .iter()
            .sum()
    }

    fn ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until it ends.
    ///
    /// A dead child keeps its processor time in /proc until it is waited for, but not its memory:
    /// that is the last high-water mark seen.
    pub fn finish(mut self) -> Measured {
        let folder = PathBuf::from(format!("/proc/{}", self.child.id()));
        let cpu = loop {
            let stat = fs::read_to_string(folder.join("stat")).unwrap();
            let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
            if fields[0] == "Z" {
                let ticks: u32 = fields[11..15]
                    .iter()
                    .map(|field| field.parse::<u32>().unwrap())
                    .sum();
                break TICK * ticks;
            }
            let status = fs::read_to_string(folder.join("status")).unwrap_or_default();
            self.peak_kib = self.peak_kib.max(high_water(&status));
            thread::sleep(LOOK);
        };
        let wall = self.begun.elapsed();
        Measured {
            status: self.child.wait().unwrap(),
            wall,
            cpu,
            peak_kib: self.peak_kib,
            stdout: text(&self.stdout),
            stderr: text(&self.stderr),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn high_water(status: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next())
        .map_or(0, |number| number.parse().unwrap())
}

fn text(file: &NamedTempFile) -> String {
    let bytes = fs::read(file.path()).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `stegvis copy` of one user from one loopback port to another, its memory in `project`.
pub fn stegvis_copy(source: u16, target: u16, user: &str, project: &Path) -> Command {
    let url = |port| format!("imap://{}@127.0.0.1:{port}", user.replace('@', "%40"));
    stegvis_copy_urls(&url(source), &url(target), project)
}

/// The same between any two URLs.
pub fn stegvis_copy_urls(source: &str, target: &str, project: &Path) -> Command {
    let mut command = stegvis();
    command
        .args([
            "copy",
            "--json",
            "--source",
            source,
            "--target",
            target,
            "--project",
        ])
        .arg(project)
        .env("STEGVIS_SOURCE_PASSWORD", PASSWORD)
        .env("STEGVIS_TARGET_PASSWORD", PASSWORD);
    command
}

/// The `stegvis` program, as a user has it: `STEGVIS_BIN`, or else built now beside this test.
pub fn stegvis() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    Command::new(
        PROGRAM.get_or_init(|| match std::env::var_os("STEGVIS_BIN") {
            Some(path) => PathBuf::from(path),
            None => built(),
        }),
    )
}

fn built() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    // target/debug/deps/copy-0123, or target/release/bench
    let profile = own
        .ancestors()
        .find(|folder| folder.ends_with("debug") || folder.ends_with("release"));
    let profile = profile.expect("a test runs from cargo's target folder");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .args(["build", "--quiet", "-p", "stegvis-cli"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if profile.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().unwrap().success(), "stegvis does not build");
    profile.join("stegvis")
}
