//! What a window stands on: a display, a session bus with a keychain or none, a home, and WebKit's driver.
//! All of it is this test's own and ends with it, whatever becomes of the test.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use stegvis_journeys::free_ports;

/// Until a program of the desk must be up, or gone: long, for a machine with other work.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether the desk has a keychain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keychain {
    /// A Secret Service of its own, unlocked.
    Unlocked,
    /// No session bus, so nobody who could keep a secret.
    Absent,
}

/// A desk to open windows on.
pub struct Desk {
    home: tempfile::TempDir,
    keychain: Keychain,
    /// The display's name, such as `:99`.
    pub display: String,
    screen: Option<Child>,
}

/// WebKit's driver and everything it started: the bus, the keychain, the window.
pub struct Driver {
    child: Child,
    /// Where it listens.
    pub url: String,
}

impl Desk {
    pub fn new(keychain: Keychain) -> Self {
        let home = tempfile::tempdir().unwrap();
        let runtime = home.path().join("run");
        fs::create_dir(&runtime).unwrap();
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).unwrap();
        // What a person's desktop does with a file: show it. Here the file's name is noted.
        let programs = home.path().join("bin");
        fs::create_dir(&programs).unwrap();
        let opener = programs.join("xdg-open");
        fs::write(
            &opener,
            "#!/bin/sh\nprintf '%s\\n' \"$1\" >> \"$HOME/opened\"\n",
        )
        .unwrap();
        fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
        let (display, screen) = match std::env::var("DISPLAY") {
            Ok(display) if !display.is_empty() => (display, None),
            _ => {
                let (display, screen) = start_screen();
                (display, Some(screen))
            }
        };
        Self {
            home,
            keychain,
            display,
            screen,
        }
    }

    /// Starts WebKit's driver. It starts the window later, when asked for a session.
    pub fn driver(&self) -> Driver {
        let [port] = free_ports();
        let mut command = match self.keychain {
            Keychain::Unlocked => {
                let mut command = Command::new("dbus-run-session");
                command.args(["--", "sh", "-c"]);
                command.arg("printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >&2; exec \"$@\"");
                command.args(["sh", "WebKitWebDriver"]);
                command
            }
            Keychain::Absent => {
                let mut command = Command::new("WebKitWebDriver");
                // An address where nobody is: without one, a bus would be looked for elsewhere.
                command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
                command
            }
        };
        command
            .arg(format!("--port={port}"))
            .env("DISPLAY", &self.display)
            .env("HOME", self.home.path())
            .env("PATH", self.path())
            .env("XDG_RUNTIME_DIR", self.home.path().join("run"))
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "Europe/Stockholm")
            .env("NO_AT_BRIDGE", "1")
            // Without it the web view does not let itself be driven.
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            // A group of its own: what it started ends with it.
            .process_group(0);
        for name in [
            "XDG_DATA_HOME",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "WAYLAND_DISPLAY",
        ] {
            command.env_remove(name);
        }
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let driver = Driver {
            child,
            url: format!("http://127.0.0.1:{port}"),
        };
        wait_until("WebKitWebDriver listens", || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        driver
    }

    /// The programs of the system, with our own before them.
    fn path(&self) -> OsString {
        let system = std::env::var_os("PATH").unwrap_or_default();
        let ours = std::iter::once(self.home.path().join("bin"));
        std::env::join_paths(ours.chain(std::env::split_paths(&system))).unwrap()
    }

    /// Files that the program asked the system to show.
    pub fn opened(&self) -> String {
        fs::read_to_string(self.home.path().join("opened")).unwrap_or_default()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(screen) = &mut self.screen {
            end(screen, false);
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        end(&mut self.child, true);
    }
}

/// A screen that nobody sees, under the first number that is free.
fn start_screen() -> (String, Child) {
    let mut screen = Command::new("Xvfb")
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x800x24",
            "-nolisten",
            "tcp",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb starts");
    let mut number = String::new();
    BufReader::new(screen.stdout.take().unwrap())
        .read_line(&mut number)
        .unwrap();
    (format!(":{}", number.trim()), screen)
}

/// Asks a child, or its whole group, to end; who does not listen is killed.
fn end(child: &mut Child, group: bool) {
    let whom = if group {
        format!("-{}", child.id())
    } else {
        child.id().to_string()
    };
    let signal = |name: &str| {
        let mut kill = Command::new("kill");
        kill.args([name, "--", &whom]).stderr(Stdio::null());
        kill.status().ok();
    };
    signal("-TERM");
    let due = Instant::now() + Duration::from_secs(5);
    while Instant::now() < due && child.try_wait().is_ok_and(|ended| ended.is_none()) {
        thread::sleep(Duration::from_millis(50));
    }
    signal("-KILL");
    child.wait().ok();
}

pub fn wait_until(what: &str, mut come_true: impl FnMut() -> bool) {
    let due = Instant::now() + PATIENCE;
    while !come_true() {
        assert!(Instant::now() < due, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Kills the desktop program that keeps its projects in a folder, without warning.
pub fn kill_program_of(data: &Path) {
    let programs = programs_of(data);
    assert_eq!(
        programs.len(),
        1,
        "one program keeps its projects in {}",
        data.display()
    );
    assert!(
        Command::new("kill")
            .arg("-KILL")
            .args(&programs)
            .status()
            .unwrap()
            .success()
    );
    wait_until("the program is dead", || programs_of(data).is_empty());
}

/// The processes of the desktop program that keep their projects in a folder.
pub fn programs_of(data: &Path) -> Vec<String> {
    let is_one = |pid: &Path| {
        let line = fs::read(pid.join("cmdline")).unwrap_or_default();
        let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        words
            .first()
            .is_some_and(|program| program.ends_with(b"stegvis-desktop"))
            && words.contains(&data.as_os_str().as_encoded_bytes())
    };
    let processes = fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    processes
        .filter(|pid| is_one(pid))
        .map(|pid| pid.file_name().unwrap().to_string_lossy().into_owned())
        .collect()
}
