//! Stegvis and the two programs of Debian that do the same, each told to copy everything one way.

use std::fs;
use std::path::Path;
use std::process::Command;

use stegvis_journeys::{PASSWORD, stegvis_copy};

/// From where to where, and a folder for what the program remembers.
pub struct Route<'a> {
    /// The port of the source.
    pub source: u16,
    /// The port of the target.
    pub target: u16,
    /// The mailbox, by the same name on both sides.
    pub user: &'a str,
    /// An empty folder.
    pub folder: &'a Path,
}

/// A program that copies.
pub struct Peer {
    /// What the table calls it.
    pub name: &'static str,
    /// Writes its configuration.
    pub prepare: fn(&Route<'_>),
    /// One run.
    pub command: fn(&Route<'_>) -> Command,
}

/// In the order of the table.
pub const ALL: &[Peer] = &[
    Peer {
        name: "stegvis copy",
        prepare: |_| {},
        command: stegvis,
    },
    Peer {
        name: "mbsync 1.4",
        prepare: mbsync_config,
        command: mbsync,
    },
    Peer {
        name: "interimap 0.5",
        prepare: interimap_config,
        command: interimap,
    },
];

fn stegvis(route: &Route<'_>) -> Command {
    stegvis_copy(route.source, route.target, route.user, route.folder)
}

fn mbsync_config(route: &Route<'_>) {
    let folder = route.folder.display();
    let user = route.user;
    let store = |name: &str, port: u16| {
        format!(
            "IMAPAccount {name}
Host 127.0.0.1
Port {port}
User {user}
Pass {PASSWORD}
SSLType None
AuthMechs LOGIN

IMAPStore {name}
Account {name}

"
        )
    };
    let channel = format!(
        "Channel all
Far :source:
Near :target:
Patterns *
Create Near
Sync Pull
Expunge None
CopyArrivalDate yes
SyncState {folder}/state/
"
    );
    let text = store("source", route.source) + &store("target", route.target) + &channel;
    fs::create_dir(route.folder.join("state")).unwrap();
    fs::write(route.folder.join("mbsyncrc"), text).unwrap();
}

fn mbsync(route: &Route<'_>) -> Command {
    let mut command = Command::new("mbsync");
    command
        .arg("-q")
        .arg("-c")
        .arg(route.folder.join("mbsyncrc"))
        .arg("all");
    command
}

fn interimap_config(route: &Route<'_>) {
    let side = |name: &str, port: u16| {
        format!(
            "[{name}]
type = imap
host = 127.0.0.1
port = {port}
username = {}
password = {PASSWORD}
STARTTLS = NO
auth = LOGIN

",
            route.user
        )
    };
    let text = "database = copy.db\nlist-mailbox = \"*\"\n\n".to_owned()
        + &side("local", route.source)
        + &side("remote", route.target);
    fs::write(route.folder.join("interimap.conf"), text).unwrap();
}

fn interimap(route: &Route<'_>) -> Command {
    let mut command = Command::new("interimap");
    command
        .arg("--quiet")
        .arg(format!(
            "--config={}",
            route.folder.join("interimap.conf").display()
        ))
        .env("XDG_DATA_HOME", route.folder)
        .env("XDG_CONFIG_HOME", route.folder);
    command
}
