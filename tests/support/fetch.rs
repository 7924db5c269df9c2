//! Everything a mail server holds for a user, read for comparison.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::fmt::strtime;
use sha2::{Digest, Sha256};

use crate::folder_names::encode;
use crate::imap::{Imap, Part};

/// What must be equal in a copy of a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// SHA-256 of every octet.
    pub whole: [u8; 32],
    /// SHA-256 of what follows the header.
    pub text: [u8; 32],
    /// Octets.
    pub size: usize,
    /// Flags and keywords, sorted, without \Recent.
    pub flags: Vec<String>,
    /// The internal date as an instant.
    pub date: Timestamp,
    /// The Subject line's first octets, to name the message in a report.
    pub subject: String,
}

/// Folder by folder, in UID order.
pub type Contents = BTreeMap<String, Vec<Item>>;

/// Reads all folders of a user.
pub fn read_all(port: u16, user: &str, password: &str) -> Contents {
    let mut client = Imap::login(port, user, password);
    let mut contents = Contents::new();
    for folder in client.folders() {
        let items = read_folder(&mut client, &folder);
        contents.insert(folder, items);
    }
    contents
}

fn read_folder(client: &mut Imap, folder: &str) -> Vec<Item> {
    client.command(&format!("EXAMINE \"{}\"", encode(folder)));
    let tag = client.send("UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])");
    let mut items = Vec::new();
    loop {
        let parts = client.response();
        let Some(Part::Text(first)) = parts.first() else {
            continue;
        };
        if let Some(result) = first.strip_prefix(&tag) {
            assert!(result.starts_with(" OK"), "UID FETCH in {folder}: {result}");
            return items;
        }
        if first.contains(" FETCH (") {
            items.push(item(&parts));
        }
    }
}

fn item(parts: &[Part]) -> Item {
    let mut words = String::new();
    let mut octets: &[u8] = &[];
    for part in parts {
        match part {
            Part::Text(text) => words.push_str(text),
            Part::Literal(literal) => octets = literal,
        }
    }
    let (_, flags) = words.split_once("FLAGS (").expect("FLAGS");
    let (flags, _) = flags.split_once(')').expect("FLAGS");
    let mut flags: Vec<String> = flags
        .split_whitespace()
        .filter(|flag| *flag != "\\Recent")
        .map(str::to_owned)
        .collect();
    flags.sort();
    let (_, date) = words.split_once("INTERNALDATE \"").expect("INTERNALDATE");
    let (date, _) = date.split_once('"').expect("INTERNALDATE");
    let date = strtime::parse("%d-%b-%Y %H:%M:%S %z", date.trim())
        .and_then(|broken_down| broken_down.to_timestamp())
        .expect("an internal date");
    let body = header_end(octets);
    Item {
        whole: Sha256::digest(octets).into(),
        text: Sha256::digest(&octets[body..]).into(),
        size: octets.len(),
        flags,
        date,
        subject: subject(&octets[..body]),
    }
}

fn header_end(octets: &[u8]) -> usize {
    octets
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map_or(octets.len(), |at| at + 4)
}

fn subject(header: &[u8]) -> String {
    String::from_utf8_lossy(header)
        .lines()
        .find_map(|line| line.strip_prefix("Subject: "))
        .unwrap_or("(no subject)")
        .chars()
        .take(60)
        .collect()
}
