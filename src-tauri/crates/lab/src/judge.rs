//! The judge: compares what the old server holds with what the tenant got, item by item, and shares no line
//! of code with what did the copying.

mod directory;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::LabError;
use crate::corpus::{Corpus, Role};
use crate::item::{Flags, InternalDate};
use crate::ldap::Born;
use crate::org::{self, Persona, SourceVersion};
use crate::store::{self, State};
use crate::world::World;

pub use directory::DirectoryState;

/// How many differences are described in words.
const EXAMPLES: usize = 20;

/// What the judge found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Mailbox by mailbox.
    pub mailboxes: Vec<MailboxVerdict>,
    /// Items that are the same on both sides, over all mailboxes.
    pub compared: u64,
    /// Items of the source that the tenant does not have, though its mailbox takes them.
    pub missing: u64,
    /// Items of the source that the tenant does not have and that are larger than its mailbox takes.
    pub too_large: u64,
    /// Items of the tenant that the source does not have: duplicates, mostly.
    pub extra: u64,
    /// Items with the same bytes and another flag, another date or another folder.
    pub differing: u64,
    /// Items of source folders that hold no mail, and so are not expected.
    pub excluded: u64,
    /// Mailboxes whose `targetAddress` points at the tenant.
    pub forwarding: u64,
    /// Mailboxes that have become mail-enabled users, as they should be.
    pub converted: u64,
    /// Mailboxes whose objects were left half way: there must be none.
    pub half_converted: u64,
    /// Attempts to write to a source mailbox: there must be none.
    pub source_writes: Vec<String>,
    /// Mails in the sink, in the order of their arrival.
    pub mails: Vec<SunkMail>,
    /// The first differences, in words.
    pub examples: Vec<String>,
}

/// What the judge found about one mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MailboxVerdict {
    /// Its address.
    pub address: String,
    /// Whether the tenant has made a mailbox of it.
    pub provisioned: bool,
    /// Items on both sides.
    pub compared: u64,
    /// Items that the tenant does not have, though the mailbox takes them.
    pub missing: u64,
    /// Items that the tenant does not have and that are larger than the mailbox takes.
    pub too_large: u64,
    /// Items that only the tenant has.
    pub extra: u64,
    /// Items that are not quite the same.
    pub differing: u64,
    /// Items not expected.
    pub excluded: u64,
    /// Source folders with mail or the user's own, empty ones included, that the tenant does not have.
    pub missing_folders: Vec<String>,
    /// `targetAddress` as it stands.
    pub target_address: Option<String>,
    /// Whether that is the tenant's address of the mailbox.
    pub forwarding: bool,
    /// What became of its object in the directory.
    pub directory: DirectoryState,
    /// What is wrong with that object.
    pub directory_defects: Vec<String>,
}

/// A mail in the sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SunkMail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The subject, decoded.
    pub subject: String,
    /// How many bytes.
    pub size: u64,
}

impl MailboxVerdict {
    /// Whether the tenant's mailbox is exactly the source's, but for what it would not take.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.provisioned
            && self.missing == 0
            && self.extra == 0
            && self.differing == 0
            && self.missing_folders.is_empty()
    }
}

impl Verdict {
    /// Whether every mailbox was migrated without a difference, its mail is forwarded, no source was written to,
    /// and no conversion was left half way.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.agrees_on(|_| true)
    }

    /// The same for those mailboxes whose address `chosen` picks; it must pick at least one. The others must
    /// hold nothing that is not theirs.
    #[must_use]
    pub fn agrees_on(&self, chosen: impl Fn(&str) -> bool) -> bool {
        let (picked, others): (Vec<_>, Vec<_>) =
            self.mailboxes.iter().partition(|m| chosen(&m.address));
        !picked.is_empty()
            && picked.iter().all(|m| m.agrees() && m.forwarding)
            && others.iter().all(|m| m.extra == 0 && m.differing == 0)
            && self.source_writes.is_empty()
            && self.half_converted == 0
    }
}

/// Judges the world that `dir` holds, without servers.
pub(crate) fn judge_dir(dir: &Path) -> Result<Verdict, LabError> {
    let (identity, state) = store::look(dir)?;
    let personas = org::personas(
        identity.seed,
        identity.mailboxes,
        identity.company,
        identity.hurdles,
    );
    let corpus = Corpus::new(identity.seed, identity.size, &personas);
    let born = Born::new(identity.seed, identity.source, &personas);
    judge(&personas, identity.source, &born, &corpus, &state, dir)
}

/// Judges a world.
pub(crate) fn judge(
    personas: &[Persona],
    source: SourceVersion,
    born: &Born,
    corpus: &Corpus,
    state: &State,
    dir: &Path,
) -> Result<Verdict, LabError> {
    let mut examples = Vec::new();
    let mut mailboxes = Vec::new();
    for persona in personas {
        let mut verdict = mailbox(persona, corpus, state, dir, &mut examples)?;
        (verdict.directory, verdict.directory_defects) =
            directory::state(born, state, source, persona);
        for defect in &verdict.directory_defects {
            note(&mut examples, || format!("{}: {defect}", persona.alias));
        }
        mailboxes.push(verdict);
    }
    let of_state = |wanted| mailboxes.iter().filter(|m| m.directory == wanted).count() as u64;
    let sum = |of: fn(&MailboxVerdict) -> u64| mailboxes.iter().map(of).sum();
    let mut mails = Vec::new();
    for mail in &state.mails {
        let place = store::Place::Log(mail.at);
        let mut head = Vec::new();
        store::reader(dir, &place, 0, mail.size.min(64 * 1024))
            .and_then(|mut reader| reader.read_to_end(&mut head))
            .map_err(LabError::io("a mail in the sink"))?;
        mails.push(SunkMail {
            from: mail.from.clone(),
            to: mail.to.clone(),
            subject: crate::subject::subject(&head),
            size: mail.size,
        });
    }
    Ok(Verdict {
        compared: sum(|m| m.compared),
        missing: sum(|m| m.missing),
        too_large: sum(|m| m.too_large),
        extra: sum(|m| m.extra),
        differing: sum(|m| m.differing),
        excluded: sum(|m| m.excluded),
        forwarding: sum(|m| u64::from(m.forwarding)),
        converted: of_state(DirectoryState::Converted),
        half_converted: of_state(DirectoryState::HalfConverted),
        source_writes: state.source_writes.clone(),
        mails,
        examples,
        mailboxes,
    })
}

/// The mails in the sink, to the octet.
pub(crate) fn sunk(world: &World) -> Result<Vec<Vec<u8>>, LabError> {
    let mails: Vec<(u64, u64)> = world.store.read(|state| {
        state
            .mails
            .iter()
            .map(|mail| (mail.at, mail.size))
            .collect()
    });
    mails
        .into_iter()
        .map(|(at, size)| {
            let mut bytes = Vec::new();
            store::reader(world.store.dir(), &store::Place::Log(at), 0, size)
                .and_then(|mut reader| reader.read_to_end(&mut bytes))
                .map_err(LabError::io("a mail in the sink"))?;
            Ok(bytes)
        })
        .collect()
}

/// An item, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    folder: String,
    sha256: [u8; 32],
    flags: Flags,
    seconds: i64,
}

impl Item {
    fn new(folder: &str, sha256: [u8; 32], flags: Flags, date: InternalDate) -> Self {
        Self {
            folder: folder.to_owned(),
            sha256,
            flags,
            seconds: date.seconds,
        }
    }
}

fn mailbox(
    persona: &Persona,
    corpus: &Corpus,
    state: &State,
    dir: &Path,
    examples: &mut Vec<String>,
) -> Result<MailboxVerdict, LabError> {
    let mut verdict = MailboxVerdict {
        address: persona.address(),
        ..MailboxVerdict::default()
    };
    verdict.target_address = state
        .directory
        .get(&crate::ldap::normal(&persona.dn()).unwrap_or_default())
        .and_then(|object| object.attributes.get("targetaddress")?.first())
        .map(|value| String::from_utf8_lossy(value).into_owned());
    verdict.forwarding = verdict.target_address.as_ref().is_some_and(|target| {
        target.eq_ignore_ascii_case(&format!("SMTP:{}", persona.routing_address()))
    });
    let target = state.mailbox(&persona.alias);
    verdict.provisioned = target.is_some();

    // Same item, how many more times in the source than in the target.
    let mut balance: BTreeMap<Item, i64> = BTreeMap::new();
    let mut wanted = 0_u64;
    // By their bytes, those larger than the tenant's mailbox takes: the corpus and the tenant's settings say so, nobody else.
    let (limit, mut large) = (state.receives(&persona.alias), BTreeSet::new());
    for folder in corpus
        .mailbox(&persona.alias)
        .iter()
        .flat_map(|m| &m.folders)
    {
        let Some(path) = placed(folder.role, &folder.path) else {
            verdict.excluded += folder.messages().len() as u64;
            continue;
        };
        if target.is_some_and(|target| target.folder(&path).is_none()) {
            verdict.missing_folders.push(path.clone());
        }
        for message in folder.messages() {
            let item = Item::new(
                &path.to_lowercase(),
                message.sha256,
                message.flags,
                message.date,
            );
            if message.size > limit {
                large.insert(message.sha256);
            }
            *balance.entry(item).or_default() += 1;
            wanted += 1;
        }
    }
    for (path, folder) in target.iter().flat_map(|target| &target.folders) {
        for message in &folder.messages {
            // What was received and what lies on the disk must be one thing: read it again.
            let sha256 = hash(dir, message)?;
            let item = Item::new(&path.to_lowercase(), sha256, message.flags, message.date);
            *balance.entry(item).or_default() -= 1;
        }
    }
    let (mut missing, mut extra) = (Vec::new(), Vec::new());
    for (item, more) in balance {
        let times = usize::try_from(more.unsigned_abs()).unwrap_or(usize::MAX);
        let side = if more > 0 { &mut missing } else { &mut extra };
        side.extend(std::iter::repeat_n(item, times));
    }
    verdict.compared = wanted - missing.len() as u64;
    // The same bytes on both sides are one item that differs in what surrounds them: in the same folder first.
    for same_folder in [true, false] {
        missing.retain(|lost| {
            let twin = extra.iter().position(|found| {
                found.sha256 == lost.sha256 && (!same_folder || found.folder == lost.folder)
            });
            if let Some(found) = twin.map(|at| extra.remove(at)) {
                verdict.differing += 1;
                note(examples, || {
                    format!(
                        "{}: {} in {} [{}] at {} became {} [{}] at {}",
                        persona.alias,
                        store::hex(&lost.sha256),
                        lost.folder,
                        lost.flags,
                        lost.seconds,
                        found.folder,
                        found.flags,
                        found.seconds
                    )
                });
            }
            twin.is_none()
        });
    }
    let all = missing.len();
    missing.retain(|lost| !large.contains(&lost.sha256));
    verdict.too_large = (all - missing.len()) as u64;
    for (items, word) in [(&missing, "missing"), (&extra, "extra")] {
        // Of a mailbox that was never begun there is nothing to tell but the number.
        for item in items.iter().filter(|_| verdict.provisioned) {
            note(examples, || {
                format!(
                    "{}: {word} in {}: {} [{}] at {}",
                    persona.alias,
                    item.folder,
                    store::hex(&item.sha256),
                    item.flags,
                    item.seconds
                )
            });
        }
    }
    verdict.missing = missing.len() as u64;
    verdict.extra = extra.len() as u64;
    Ok(verdict)
}

/// Where a faithful copy of a source folder stands; `None` where none is expected.
fn placed(role: Role, path: &str) -> Option<String> {
    Some(match role {
        Role::Inbox => "INBOX".to_owned(),
        Role::Sent => "Sent Items".to_owned(),
        Role::Drafts => "Drafts".to_owned(),
        Role::Deleted => "Deleted Items".to_owned(),
        Role::Junk => "Junk Email".to_owned(),
        Role::Own => path.to_owned(),
        Role::NotMail => return None,
    })
}

fn hash(dir: &Path, message: &store::TargetMessage) -> Result<[u8; 32], LabError> {
    let mut reader = store::reader(dir, &message.place, 0, message.size)
        .map_err(LabError::io("a target message"))?;
    let (mut hash, mut piece, mut length) = (Sha256::new(), vec![0; 64 * 1024], 0);
    loop {
        let read = reader
            .read(&mut piece)
            .map_err(LabError::io("a target message"))?;
        if read == 0 {
            break;
        }
        hash.update(piece.get(..read).unwrap_or_default());
        length += read as u64;
    }
    let found: [u8; 32] = hash.finalize().into();
    if length != message.size || found != message.sha256 {
        return Err(LabError::Damaged(format!(
            "message {} of the target is not what was received",
            message.uid
        )));
    }
    Ok(found)
}

fn note(examples: &mut Vec<String>, text: impl FnOnce() -> String) {
    if examples.len() < EXAMPLES {
        examples.push(text());
    }
}
