//! The keychain over a real Secret Service: a session bus and a keyring daemon of its own, in a home of its
//! own. Needs `dbus-run-session` and `gnome-keyring-daemon` (Debian: dbus-daemon, gnome-keyring).
//!
//! The test starts itself again inside each session; what that run finds, its exit status tells.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::env;
use std::path::Path;
use std::process::Command;

use secrecy::{ExposeSecret, SecretString};
use stegvis_connect::keychain::{Keychain, KeychainError, KeychainState};

const PART: &str = "STEGVIS_SECRET_SERVICE_PART";
/// An empty password unlocks the keyring, and makes it the first time.
const UNLOCKED: &str =
    "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$0\"";

fn main() {
    if !cfg!(target_os = "linux") {
        println!("Secret Service is a keychain of Linux: nothing to test here");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    match env::var(PART).ok().as_deref() {
        Some("keeps") => runtime.block_on(keeps()),
        Some("finds") => runtime.block_on(finds()),
        Some("locked") => runtime.block_on(locked()),
        Some("none") => runtime.block_on(none()),
        Some(other) => panic!("no part is called {other}"),
        None => sessions(),
    }
}

fn sessions() {
    let home = tempfile::tempdir().unwrap();
    in_session(home.path(), "keeps", UNLOCKED);
    in_session(home.path(), "finds", UNLOCKED);
    let other = tempfile::tempdir().unwrap();
    in_session(other.path(), "locked", "exec \"$0\"");
    let bare = tempfile::tempdir().unwrap();
    run(
        bare.path(),
        "none",
        &mut Command::new(env::current_exe().unwrap()),
    );
    println!("a secret outlives the session; without a keyring or a bus the keychain says so");
}

/// Runs a part of this test on a session bus that nobody else uses.
fn in_session(home: &Path, part: &str, script: &str) {
    let mut command = Command::new("dbus-run-session");
    command
        .args(["--", "sh", "-c", script])
        .arg(env::current_exe().unwrap());
    run(home, part, &mut command);
}

fn run(home: &Path, part: &str, command: &mut Command) {
    let status = command
        .env(PART, part)
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", home)
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .status()
        .unwrap_or_else(|error| {
            panic!("{error}: the packages dbus-daemon and gnome-keyring must be there")
        });
    assert!(status.success(), "the part {part:?} failed: {status}");
}

fn native() -> Keychain {
    let keychain = Keychain::native();
    assert!(
        matches!(keychain.state(), KeychainState::Available { .. }),
        "{keychain:?}"
    );
    keychain
}

async fn keeps() {
    let keychain = native();
    keychain.check().await.unwrap();
    let secret = SecretString::from("lösen ☃".to_owned());
    keychain.set("project", "kept", &secret).await.unwrap();
    keychain.set("project", "forgotten", &secret).await.unwrap();
    keychain.delete("project", "forgotten").await.unwrap();
}

/// In a later session, in another process.
async fn finds() {
    let keychain = native();
    let found = keychain.get("project", "kept").await.unwrap().unwrap();
    assert_eq!(found.expose_secret(), "lösen ☃");
    for (project, name) in [("project", "forgotten"), ("other", "kept")] {
        assert!(keychain.get(project, name).await.unwrap().is_none());
    }
}

/// The service can be started, but nobody has unlocked a keyring.
async fn locked() {
    let error = match Keychain::native() {
        keychain if matches!(keychain.state(), KeychainState::Available { .. }) => {
            keychain.check().await.unwrap_err()
        }
        keychain => keychain.get("project", "kept").await.unwrap_err(),
    };
    assert!(
        matches!(
            error,
            KeychainError::Locked(_) | KeychainError::Unavailable(_)
        ),
        "{error:?}"
    );
}

/// There is no bus at all.
async fn none() {
    let keychain = Keychain::native();
    let KeychainState::Unavailable { words } = keychain.state() else {
        panic!("a keychain without a bus: {keychain:?}");
    };
    assert!(!words.is_empty());
    assert!(matches!(
        keychain.check().await,
        Err(KeychainError::Unavailable(_))
    ));
}
