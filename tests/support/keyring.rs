//! A keychain of a test's own: a session bus with an unlocked keyring on it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A session bus with an unlocked keyring on it, as long as this lives.
pub struct Keyring {
    session: Child,
    address: String,
    _home: TempDir,
}

impl Keyring {
    /// Starts it, with nothing in it.
    pub fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        // An empty password unlocks the keyring, and makes it the first time.
        let script = "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null\n\
                      echo \"$DBUS_SESSION_BUS_ADDRESS\"\nexec cat";
        let mut session = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", script])
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env("XDG_RUNTIME_DIR", home.path())
            // The session ends when nobody holds this any more.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(session.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        Self {
            session,
            address: address.trim().to_owned(),
            _home: home,
        }
    }

    /// The bus, as `DBUS_SESSION_BUS_ADDRESS` names it.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        drop(self.session.stdin.take());
        self.session.wait().ok();
    }
}
