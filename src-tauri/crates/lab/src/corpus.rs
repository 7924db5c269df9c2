//! The old server's mailboxes. Nothing of them is stored: what a mailbox holds follows from the seed, its
//! alias, the folder and the UID, and a message's bytes are made when they are asked for.

mod folders;
mod items;
mod message;
mod text;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bytes::Bytes;
use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::item::{Flags, InternalDate};
use crate::org::Persona;
use crate::seed;

/// How much mail a mailbox holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CorpusSize {
    /// About 40 messages.
    #[default]
    Small,
    /// About 400.
    Medium,
    /// About 4,000.
    Large,
}

impl CorpusSize {
    const fn factor(self) -> u32 {
        match self {
            Self::Small => 1,
            Self::Medium => 10,
            Self::Large => 100,
        }
    }
}

/// What a source folder holds, and so where a faithful copy of it stands in the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Inbox,
    Sent,
    Drafts,
    Deleted,
    Junk,
    /// A folder of the user's own.
    Own,
    /// Calendar, contacts, tasks, notes, outbox: shown by IMAP, but not mail to be copied.
    NotMail,
}

/// Every source mailbox.
pub(crate) struct Corpus {
    mailboxes: BTreeMap<String, SourceMailbox>,
}

/// One source mailbox.
pub(crate) struct SourceMailbox {
    pub(crate) folders: Vec<SourceFolder>,
}

/// One folder of it.
pub(crate) struct SourceFolder {
    /// Names joined by `/`, as people see them.
    pub(crate) path: String,
    pub(crate) role: Role,
    pub(crate) uid_validity: u32,
    count: u32,
    /// Whether one message here is larger than what clients hold whole.
    big: bool,
    world: World,
    alias: String,
    messages: OnceLock<Vec<SourceMessage>>,
}

/// A message as a listing shows it.
#[derive(Debug, Clone)]
pub(crate) struct SourceMessage {
    pub(crate) uid: u32,
    pub(crate) flags: Flags,
    pub(crate) date: InternalDate,
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    /// Which message's bytes it has: its own UID, or that of the one it is a duplicate of.
    content: u32,
}

/// What message bytes depend on besides their place.
#[derive(Clone)]
struct World {
    seed: u64,
    people: std::sync::Arc<[(String, String)]>,
}

impl Corpus {
    pub(crate) fn new(seed: u64, size: CorpusSize, personas: &[Persona]) -> Self {
        let world = World {
            seed,
            people: personas
                .iter()
                .take(60)
                .map(|p| (p.display_name.clone(), p.address()))
                .collect(),
        };
        let mailboxes = personas
            .iter()
            .map(|persona| {
                let folders = folders::folders(&world, size, persona);
                (persona.alias.clone(), SourceMailbox { folders })
            })
            .collect();
        Self { mailboxes }
    }

    pub(crate) fn mailbox(&self, alias: &str) -> Option<&SourceMailbox> {
        self.mailboxes.get(alias)
    }
}

impl SourceMailbox {
    /// The folder of this path; INBOX in any case of letters, as IMAP wants it, the rest too, as Exchange does.
    pub(crate) fn folder(&self, path: &str) -> Option<&SourceFolder> {
        let path = path.to_lowercase();
        self.folders
            .iter()
            .find(|folder| folder.path.to_lowercase() == path)
    }
}

impl SourceFolder {
    /// What the folder lists; worked out at the first call.
    pub(crate) fn messages(&self) -> &[SourceMessage] {
        self.messages.get_or_init(|| self.list())
    }

    /// The bytes of one of its messages.
    pub(crate) fn bytes(&self, message: &SourceMessage) -> Bytes {
        self.content(message.content, message.date)
    }

    fn content(&self, content: u32, date: InternalDate) -> Bytes {
        let key = content.to_string();
        let mut rng = seed::rng(self.world.seed, &["content", &self.alias, &self.path, &key]);
        let place = message::Place {
            people: &self.world.people,
            alias: &self.alias,
            folder: &self.path,
            uid: content,
            date,
        };
        if self.role == Role::NotMail {
            return items::item(&mut rng, &place);
        }
        let size = if self.big && content == 3 {
            2_600_000
        } else {
            message::size(&mut rng)
        };
        message::message(&mut rng, &place, self.role, size)
    }

    fn list(&self) -> Vec<SourceMessage> {
        let mut rng = seed::rng(self.world.seed, &["list", &self.alias, &self.path]);
        let mut messages: Vec<SourceMessage> = Vec::new();
        let (mut uid, count) = (0, self.count);
        for index in 0..count {
            // Gaps where messages were deleted; the first three are always there.
            uid += if index > 2 && rng.random_ratio(1, 5) {
                rng.random_range(2..9)
            } else {
                1
            };
            if count >= 6
                && index == 4
                && let Some(first) = messages.last().cloned()
            {
                // The same mail delivered twice: same bytes, same date, same flags.
                messages.push(SourceMessage { uid, ..first });
                continue;
            }
            let date = date(&mut rng, index, count);
            let flags = flags(&mut rng, self.role);
            let bytes = self.content(uid, date);
            messages.push(SourceMessage {
                uid,
                flags,
                date,
                size: bytes.len() as u64,
                sha256: Sha256::digest(&bytes).into(),
                content: uid,
            });
        }
        messages
    }
}

/// Ten years, evenly spread over the folder and then disturbed by some weeks.
fn date(rng: &mut impl Rng, index: u32, count: u32) -> InternalDate {
    const FROM: i64 = 1_168_243_200; // 2007-01-08
    const SPAN: i64 = 314_000_000; // to the end of 2016
    let step = SPAN / i64::from(count.max(1));
    let seconds = FROM + step * i64::from(index) + rng.random_range(0..2_000_000);
    // Good enough for Sweden: summer time from April to October.
    let month = (seconds.rem_euclid(31_556_952)) / 2_629_746 + 1;
    let offset = if (4..=10).contains(&month) { 120 } else { 60 };
    InternalDate { seconds, offset }
}

fn flags(rng: &mut impl Rng, role: Role) -> Flags {
    let mut flags = Flags::default();
    if role == Role::Drafts {
        flags = flags.with(Flags::DRAFT);
    }
    if matches!(role, Role::Sent | Role::Drafts) || rng.random_ratio(4, 5) {
        flags = flags.with(Flags::SEEN);
    }
    if rng.random_ratio(1, 6) {
        flags = flags.with(Flags::ANSWERED);
    }
    if rng.random_ratio(1, 9) {
        flags = flags.with(Flags::FLAGGED);
    }
    if rng.random_ratio(1, 60) {
        flags = flags.with(Flags::DELETED);
    }
    flags
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;
    use crate::company::Company;
    use crate::org;

    fn corpus(seed: u64) -> Corpus {
        let personas = org::personas(seed, 10, Company::Ordinary, false);
        Corpus::new(seed, CorpusSize::Small, &personas)
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let (one, two) = (corpus(7), corpus(7));
        let read = |corpus: &Corpus| -> Vec<[u8; 32]> {
            let mailbox = corpus.mailbox("goran.wikstrom").unwrap();
            let folders = mailbox.folders.iter();
            folders
                .flat_map(|f| {
                    f.messages()
                        .iter()
                        .map(|m| Sha256::digest(f.bytes(m)).into())
                })
                .collect()
        };
        assert_eq!(read(&one), read(&two));
        assert_ne!(read(&one), read(&corpus(8)));
    }

    #[test]
    fn the_listing_tells_the_truth_about_the_bytes() {
        let corpus = corpus(7);
        for alias in ["asa.ohrstrom", "konferensrum.tallen", "info"] {
            for folder in &corpus.mailbox(alias).unwrap().folders {
                for message in folder.messages() {
                    let bytes = folder.bytes(message);
                    assert_eq!(message.size, bytes.len() as u64);
                    assert!(bytes.windows(4).any(|w| w == b"\r\n\r\n"));
                    let bare = bytes.split(|b| *b == b'\n').rev().skip(1);
                    if bare.clone().any(|line| line.last() != Some(&b'\r')) {
                        panic!("a bare line feed in {}/{}", folder.path, message.uid);
                    }
                }
            }
        }
    }

    #[test]
    fn a_mailbox_holds_about_forty_messages_one_of_them_twice_and_the_first_one_a_large_one() {
        let corpus = corpus(7);
        let mailbox = corpus.mailbox("asa.ohrstrom").unwrap();
        let mail: Vec<&SourceMessage> = mailbox
            .folders
            .iter()
            .filter(|f| f.role != Role::NotMail)
            .flat_map(|f| f.messages())
            .collect();
        assert!((30..70).contains(&mail.len()), "{}", mail.len());
        assert!(mail.iter().any(|m| m.size > 2_000_000));
        let inbox = mailbox.folder("inbox").unwrap().messages();
        let twice = inbox
            .iter()
            .any(|a| inbox.iter().any(|b| a.uid != b.uid && a.sha256 == b.sha256));
        assert!(twice);
    }

    #[test]
    fn ten_mailboxes_hold_every_kind_of_message() {
        let corpus = corpus(7);
        let mut all = Vec::new();
        for folder in corpus.mailboxes.values().flat_map(|m| &m.folders) {
            all.extend(
                folder
                    .messages()
                    .iter()
                    .map(|m| (m.clone(), folder.bytes(m))),
            );
        }
        let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
        let header = |bytes: &Bytes| text(bytes).split("\r\n\r\n").next().unwrap().to_owned();
        let any = |test: &dyn Fn(&Bytes) -> bool| all.iter().any(|(_, bytes)| test(bytes));
        assert!(any(&|b| !header(b).contains("\nMessage-ID:")));
        assert!(any(&|b| header(b).contains("\nMessage-ID:")));
        // Not ASCII and not UTF-8: raw Latin-1, in a body and in a header.
        assert!(any(&|b| std::str::from_utf8(b).is_err()));
        assert!(any(&|b| header(b).contains('\u{fffd}')));
        assert!(any(
            &|b| b.len() > 150_000 && text(b).contains("Content-Disposition: attachment")
        ));
        assert!(any(&|b| text(b).contains("message/rfc822")));
        assert!(any(&|b| !b.ends_with(b"\r\n")));
        let years: std::collections::BTreeSet<i64> = all
            .iter()
            .map(|(m, _)| m.date.seconds / 31_556_952)
            .collect();
        assert_eq!(years.len(), 10, "{years:?}");
    }
}
