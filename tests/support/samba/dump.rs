//! The domain as text, for comparison byte by byte.

use std::path::Path;
use std::process::Command;

use super::{BASE, golden};

/// Counters and times that move by themselves, or with any change and its undoing.
const MOVING: &[&str] = &[
    "uSNChanged",
    "whenChanged",
    "dSCorePropagationData",
    "replPropertyMetaData",
    "lastLogon",
    "lastLogonTimestamp",
    "logonCount",
    "badPwdCount",
    "badPasswordTime",
];

pub(super) fn dump(database: &Path) -> String {
    search(database, BASE, "sub")
}

pub(super) fn dump_of(database: &Path, dn: &str) -> String {
    search(database, dn, "base")
}

fn search(database: &Path, base: &str, scope: &str) -> String {
    let found = golden::output(
        Command::new("ldbsearch")
            .arg("-H")
            .arg(database)
            .args(["-b", base, "-s", scope])
            .args(["(objectClass=*)", "*", "nTSecurityDescriptor"]),
    );
    let mut entries: Vec<String> = found
        .replace("\n ", "")
        .split("\n\n")
        .filter_map(entry)
        .collect();
    entries.sort();
    entries.join("\n")
}

/// Its name first, then every value in the order of the alphabet.
fn entry(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let name = lines.iter().find(|line| line.starts_with("dn:"))?;
    let mut values: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| {
            let attribute = line.split(':').next().unwrap();
            !line.is_empty() && attribute != "dn" && !MOVING.contains(&attribute)
        })
        .collect();
    values.sort_unstable();
    Some(format!("{name}\n{}\n", values.join("\n")))
}
