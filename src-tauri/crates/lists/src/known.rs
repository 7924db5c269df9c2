use std::collections::{BTreeMap, BTreeSet};

use stegvis_model::{DomainName, RecipientKind, SmtpAddress};
use strsim::osa_distance;

/// Shorter names have too many neighbours to guess from one letter.
const LEAST_GUESSED: usize = 4;

/// Longer texts are no slip of the finger.
const LONGEST: usize = 320;

/// Candidates that are compared for one suggestion.
const MOST_COMPARED: usize = 64;

/// A mailbox of the directory that a list is checked against.
#[derive(Debug, Clone)]
pub struct KnownMailbox {
    /// Its primary SMTP address.
    pub address: SmtpAddress,
    /// Its other addresses.
    pub aliases: Vec<SmtpAddress>,
    /// The name people know it by.
    pub name: String,
    /// What it is.
    pub kind: RecipientKind,
}

/// The mailboxes of a directory, ready to be asked for by address and by what is nearly one; and the domains whose
/// users sign in elsewhere.
#[derive(Debug, Default)]
pub struct Known {
    mailboxes: Vec<KnownMailbox>,
    by_address: BTreeMap<String, usize>,
    /// By the name before the @ without its diacritics.
    by_local: BTreeMap<String, Vec<usize>>,
    /// By the words of the display name and of the name before the @, in alphabetical order.
    by_words: BTreeMap<String, Vec<usize>>,
    /// By the name before the @ with one character left out, as a number: two names that differ by one character, or
    /// by two that changed places, have one such form in common. Sorted.
    by_deletion: Vec<(u64, u32)>,
    federated: BTreeSet<DomainName>,
}

impl Known {
    /// An index of these.
    #[must_use]
    pub fn new(mailboxes: Vec<KnownMailbox>, federated: BTreeSet<DomainName>) -> Self {
        let mut known = Self {
            federated,
            ..Self::default()
        };
        for (index, mailbox) in mailboxes.iter().enumerate() {
            // A primary address is stronger than an alias of the same name.
            known.by_address.insert(mailbox.address.key(), index);
            let local = fold(mailbox.address.local());
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            for form in deletions(&local) {
                known.by_deletion.push((form, number));
            }
            for words in [words(&local), words(&fold(&mailbox.name))] {
                let found = known.by_words.entry(words).or_default();
                if found.last() != Some(&index) {
                    found.push(index);
                }
            }
            known.by_local.entry(local).or_default().push(index);
        }
        for (index, mailbox) in mailboxes.iter().enumerate() {
            for alias in &mailbox.aliases {
                known.by_address.entry(alias.key()).or_insert(index);
            }
        }
        known.by_deletion.sort_unstable();
        known.mailboxes = mailboxes;
        known
    }

    /// The mailbox that has this address, primary or not.
    #[must_use]
    pub fn find(&self, address: &SmtpAddress) -> Option<&KnownMailbox> {
        self.mailboxes.get(*self.by_address.get(&address.key())?)
    }

    pub(crate) fn is_federated(&self, domain: &DomainName) -> bool {
        self.federated.contains(domain)
    }

    /// The mailbox that is probably meant by a text that is the address of none, in a row of this name.
    #[must_use]
    pub fn nearest(&self, text: &str, name: &str) -> Option<&KnownMailbox> {
        if text.len() > LONGEST {
            return None;
        }
        let folded = fold(text);
        let (local, domain) = folded.rsplit_once('@').unwrap_or((&folded, ""));
        let named = |words: String| (!words.is_empty()).then(|| self.by_words.get(&words))?;
        let (same_name, same_words) = (named(words(&fold(name))), named(words(local)));
        let candidates = [self.by_local.get(local), same_words, same_name]
            .into_iter()
            .flatten()
            .flatten()
            .copied()
            .take(MOST_COMPARED)
            .chain(self.one_letter_off(local));
        let scored = candidates.filter_map(|index| {
            let mailbox = self.mailboxes.get(index)?;
            let letters = osa_distance(local, &fold(mailbox.address.local()));
            let named = [same_words, same_name]
                .into_iter()
                .flatten()
                .any(|found| found.contains(&index));
            // The same words in another order are further away than a slip of the finger, and nearer than a guess.
            let far = if named { letters.min(3) } else { letters };
            let elsewhere = osa_distance(domain, mailbox.address.domain().as_str());
            (far <= 3).then_some((far, elsewhere, mailbox))
        });
        scored
            .min_by_key(|(far, elsewhere, mailbox)| (*far, *elsewhere, mailbox.address.key()))
            .map(|(_, _, mailbox)| mailbox)
    }

    fn one_letter_off(&self, local: &str) -> Vec<usize> {
        if local.chars().count() < LEAST_GUESSED {
            return Vec::new();
        }
        let mut found: Vec<usize> = deletions(local)
            .into_iter()
            .flat_map(|form| {
                let from = self.by_deletion.partition_point(|(other, _)| *other < form);
                let rest = self.by_deletion.get(from..).unwrap_or_default();
                rest.iter()
                    .take_while(move |(other, _)| *other == form)
                    .filter_map(|(_, index)| usize::try_from(*index).ok())
                    .take(MOST_COMPARED)
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Lower case, without the diacritics that an address cannot have.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            'å' | 'ä' | 'à' | 'á' | 'â' | 'ã' | 'æ' => Some('a'),
            'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' => Some('o'),
            'é' | 'è' | 'ê' | 'ë' => Some('e'),
            'ü' | 'ú' | 'ù' | 'û' => Some('u'),
            'í' | 'ì' | 'î' | 'ï' => Some('i'),
            'ç' => Some('c'),
            'ñ' => Some('n'),
            // The marks of letters that are written as two characters.
            '\u{300}'..='\u{36F}' => None,
            c => Some(c),
        })
        .collect()
}

/// The words of a name in alphabetical order.
fn words(folded: &str) -> String {
    let mut words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    words.join(" ")
}

/// The text itself and every form of it with one character left out, as numbers (FNV-1a). What happens to share a
/// number is compared afterwards.
fn deletions(text: &str) -> Vec<u64> {
    let characters: Vec<char> = text.chars().collect();
    let form = |without: Option<usize>| {
        characters
            .iter()
            .enumerate()
            .filter(|(index, _)| Some(*index) != without)
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, (_, c)| {
                (hash ^ u64::from(u32::from(*c))).wrapping_mul(0x0100_0000_01b3)
            })
    };
    // A name longer than an address may have is none: 64 characters are enough.
    std::iter::once(None)
        .chain((0..characters.len().min(64)).map(Some))
        .map(form)
        .collect()
}
