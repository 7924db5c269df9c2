//! A mailbox as a small company's looks after ten years, from a seed.

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::chance::Chance;
use crate::dovecot::PASSWORD;
use crate::imap::{Append, Imap};

/// Nested, Swedish and otherwise non-ASCII, with `&` and spaces; the last one stays empty.
const FOLDERS: [&str; 24] = [
    "INBOX",
    "Arkiv",
    "Arkiv/2009",
    "Arkiv/2009/Kvartal 1",
    "Arkiv/2009/Kvartal 2",
    "Arkiv/2010",
    "Skickat",
    "Utkast",
    "Borttaget",
    "Skräppost",
    "Årsredovisning & bokslut",
    "Kunder",
    "Kunder/Åkeri Öst & Söner AB",
    "Kunder/Åkeri Öst & Söner AB/Fakturor",
    "Kunder/日本支店",
    "Projekt",
    "Projekt/Blå bönan (2012)",
    "Projekt/R&D",
    "Projekt/Sparat 😀",
    "Möten",
    "Personal",
    "Personal/Löner",
    "Ekonomi, inköp; övrigt",
    "Möten/Alldeles tomt",
];

const KEYWORDS: [&str; 5] = ["$Forwarded", "$Label1", "NonJunk", "Viktigt", "$MDNSent"];

/// Seconds east of UTC that the old server wrote dates with.
const OFFSETS: [i32; 8] = [0, 3600, 7200, -18000, 19800, 20700, -12600, 46800];

const WORDS: [&str; 12] = [
    "faktura",
    "möte",
    "offert",
    "påminnelse",
    "årsredovisning",
    "leverans",
    "semester",
    "lönebesked",
    "avtal",
    "reklamation",
    "bokslut",
    "närvaro",
];

/// A message and where it lies.
#[derive(Clone)]
pub struct Mail {
    /// The folder.
    pub folder: &'static str,
    /// Flags and keywords as IMAP writes them.
    pub flags: String,
    /// The internal date as IMAP writes it.
    pub date: String,
    /// Every octet.
    pub bytes: Vec<u8>,
}

/// A mailbox to load into a server.
pub struct Corpus {
    /// Folders to create.
    pub folders: &'static [&'static str],
    /// Messages, in the order they arrive.
    pub mails: Vec<Mail>,
}

impl Corpus {
    /// `count` messages; a thousand are some 85 MB, from 1 kB to 10 MB. The same seed gives the same octets.
    pub fn new(seed: u64, count: usize) -> Self {
        let mut chance = Chance::new(seed);
        let pool = pool(&mut chance);
        let mut mails: Vec<Mail> = Vec::with_capacity(count);
        while mails.len() < count {
            let number = mails.len();
            // Exact duplicates; the same message in another folder; the same at another time.
            if number > 20 && chance.once_in(80) {
                let mut again = mails[number - 7].clone();
                match chance.below(3) {
                    0 => {}
                    1 => again.folder = "Arkiv/2010",
                    _ => again.date = date(&mut chance),
                }
                mails.push(again);
                continue;
            }
            let size = match number {
                0 => 10_000_000,
                1 => 1_000,
                _ => size(&mut chance),
            };
            mails.push(mail(&mut chance, &pool, seed, number, size));
        }
        Self {
            folders: &FOLDERS,
            mails,
        }
    }

    /// Octets of all messages.
    pub fn bytes(&self) -> usize {
        self.mails.iter().map(|mail| mail.bytes.len()).sum()
    }

    /// Creates the folders and appends the messages.
    pub fn load(&self, port: u16, user: &str) {
        let mut client = Imap::login(port, user, PASSWORD);
        let existing = client.folders();
        for folder in self.folders {
            if !existing.iter().any(|name| name == folder) {
                client.create(folder);
            }
        }
        client.append(self.mails.iter().map(|mail| Append {
            folder: mail.folder,
            flags: &mail.flags,
            date: &mail.date,
            bytes: &mail.bytes,
        }));
    }
}

/// Mostly letters, some attachments, a few large ones.
fn size(chance: &mut Chance) -> usize {
    let (from, to) = match chance.below(100) {
        0..=1 => (600e3, 5e6),
        2..=13 => (40e3, 600e3),
        _ => (1e3, 40e3),
    };
    let size: f64 = from * f64::powf(to / from, chance.fraction());
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "below 5e6"
    )]
    let size = size as usize;
    size
}

/// A megabyte of lines that looks like Base64, cut from by every body.
fn pool(chance: &mut Chance) -> Vec<u8> {
    let mut pool = Vec::with_capacity(1 << 20);
    while pool.len() < 1 << 20 {
        for _ in 0..76 {
            pool.push(
                *chance.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
            );
        }
        pool.extend(b"\r\n");
    }
    pool
}

fn mail(chance: &mut Chance, pool: &[u8], seed: u64, number: usize, size: usize) -> Mail {
    let folder = if chance.once_in(3) {
        "INBOX"
    } else {
        FOLDERS[usize::try_from(chance.below(FOLDERS.len() as u64 - 1)).unwrap()]
    };
    Mail {
        folder,
        flags: flags(chance, folder),
        date: date(chance),
        bytes: bytes(chance, pool, seed, number, size),
    }
}

fn bytes(chance: &mut Chance, pool: &[u8], seed: u64, number: usize, size: usize) -> Vec<u8> {
    let word = *chance.pick(&WORDS);
    let mut bytes = Vec::with_capacity(size + 100);
    let mut line = |text: &str| {
        bytes.extend(text.as_bytes());
        bytes.extend(b"\r\n");
    };
    line("Return-Path: <avsandare@example.com>");
    line(&format!(
        "Date: Thu, {:02} Jan 2015 12:{:02}:00 +0100",
        number % 28 + 1,
        number % 60
    ));
    line("From: =?utf-8?q?Anna_=C3=85kesson?= <anna@example.com>");
    line("To: Bo Ek <bo@example.com>,\r\n\tolle@example.com");
    if !chance.once_in(40) {
        line(&format!("Message-ID: <{seed}.{number}@example.com>"));
    }
    line("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1");
    match chance.below(10) {
        // Eight-bit headers as careless programs write them: in UTF-8, and in Latin-1.
        0 => line(&format!("Subject: {word} nummer {number}")),
        1 => bytes.extend(b"Subject: \xc5rsbokslut f\xf6r m\xf6tet\r\n"),
        _ => line(&format!("Subject: =?utf-8?q?nummer?= {number}")),
    }
    // The odd message is nothing but its header.
    if size > 1_000 && chance.once_in(100) {
        bytes.extend(b"\r\n");
        return bytes;
    }
    bytes.extend(format!("\r\n{number} {word}\r\n").as_bytes());
    if chance.once_in(10) {
        bytes.extend(b"Sm\xe5 gr\xf6na \xe4pplen\r\n.\r\n\r\nFrom here on\r\n");
    }
    let mut start = usize::try_from(chance.below(13_000)).unwrap() * 78;
    // Cut wherever the size falls, so that many messages do not end with a line end.
    while bytes.len() < size {
        let end = pool.len().min(start + size - bytes.len());
        bytes.extend(&pool[start..end]);
        start = 0;
    }
    // A lone CR or a lone LF would be repaired by any server on the way in.
    if bytes.last() == Some(&b'\r') {
        bytes.push(b'\n');
    }
    bytes
}

fn flags(chance: &mut Chance, folder: &str) -> String {
    let mut flags = Vec::new();
    if chance.below(10) < 7 {
        flags.push("\\Seen");
    }
    if chance.once_in(5) {
        flags.push("\\Answered");
    }
    if chance.once_in(12) {
        flags.push("\\Flagged");
    }
    if folder == "Utkast" {
        flags.push("\\Draft");
    }
    if folder == "Borttaget" && chance.once_in(4) {
        flags.push("\\Deleted");
    }
    if chance.once_in(6) {
        flags.push(*chance.pick(&KEYWORDS));
    }
    flags.join(" ")
}

/// Some moment of ten years, as a server somewhere wrote it.
fn date(chance: &mut Chance) -> String {
    let start = Timestamp::from_second(1_420_070_400).unwrap();
    let seconds = i64::try_from(chance.below(10 * 365 * 86_400)).unwrap();
    let moment = start + SignedDuration::from_secs(seconds);
    let offset = Offset::from_seconds(*chance.pick(&OFFSETS)).unwrap();
    moment
        .to_zoned_datetime(TimeZone::fixed(offset))
        .strftime("%d-%b-%Y %H:%M:%S %z")
        .to_string()
}
