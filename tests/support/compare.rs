//! Two servers held beside each other: every octet, flag, date and folder name.

use std::collections::BTreeSet;
use std::fmt;

use crate::fetch::{Contents, Item};

/// What the comparison found. `compared` counts the messages of the source.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Folders in the source.
    pub folders: usize,
    /// Messages in the source.
    pub compared: usize,
    /// Octets in the source.
    pub bytes: usize,
    /// Folders that only one side has.
    pub folders_differ: Vec<String>,
    /// In the source only.
    pub missing: Vec<String>,
    /// In the target only, or more often there.
    pub extra: Vec<String>,
    /// Same text below the header, other header.
    pub header_differs: Vec<String>,
    /// Same octets, other flags.
    pub flags_differ: Vec<String>,
    /// Same octets, other internal date.
    pub date_differs: Vec<String>,
}

impl Comparison {
    /// Nothing differs, and there was something to compare.
    pub fn is_exact(&self) -> bool {
        self.compared > 0 && self.kinds().iter().all(|(_, found)| found.is_empty())
    }

    fn kinds(&self) -> [(&'static str, &Vec<String>); 6] {
        [
            ("folders", &self.folders_differ),
            ("missing", &self.missing),
            ("extra", &self.extra),
            ("other header", &self.header_differs),
            ("other flags", &self.flags_differ),
            ("other date", &self.date_differs),
        ]
    }

    /// A few words: `exact`, or how many of what.
    pub fn words(&self) -> String {
        if self.is_exact() {
            return "exact".to_owned();
        }
        let found: Vec<String> = self
            .kinds()
            .iter()
            .filter(|(_, found)| !found.is_empty())
            .map(|(what, found)| format!("{} {what}", found.len()))
            .collect();
        if found.is_empty() {
            "nothing to compare".to_owned()
        } else {
            found.join(", ")
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} messages, {} bytes in {} folders compared: {}",
            self.compared,
            self.bytes,
            self.folders,
            self.words()
        )?;
        for (what, found) in self.kinds() {
            for one in found.iter().take(10) {
                writeln!(f, "  {what}: {one}")?;
            }
        }
        Ok(())
    }
}

/// Holds two servers beside each other. Messages are a multiset: a second copy is an extra.
pub fn compare(source: &Contents, target: &Contents) -> Comparison {
    let mut found = Comparison {
        folders: source.len(),
        compared: source.values().map(Vec::len).sum(),
        bytes: source.values().flatten().map(|item| item.size).sum(),
        ..Comparison::default()
    };
    let nothing = Vec::new();
    let names: BTreeSet<&String> = source.keys().chain(target.keys()).collect();
    for name in names {
        match (source.get(name), target.get(name)) {
            (Some(_), None) => found
                .folders_differ
                .push(format!("{name} is not in the target")),
            (None, Some(_)) => found
                .folders_differ
                .push(format!("{name} is in the target only")),
            _ => {}
        }
        let left = source.get(name).unwrap_or(&nothing);
        let right = target.get(name).unwrap_or(&nothing);
        folder(name, left, right, &mut found);
    }
    found
}

fn folder(name: &str, source: &[Item], target: &[Item], found: &mut Comparison) {
    let mut left: Vec<&Item> = source.iter().collect();
    let mut right: Vec<&Item> = target.iter().collect();
    pair(&mut left, &mut right, |a, b| {
        a.whole == b.whole && a.flags == b.flags && a.date == b.date
    });
    // What is left is paired by ever less, so that the report names the difference.
    for (a, b) in pair(&mut left, &mut right, |a, b| {
        a.whole == b.whole && a.date == b.date
    }) {
        found
            .flags_differ
            .push(format!("{name}: {} {:?} {:?}", a.subject, a.flags, b.flags));
    }
    for (a, b) in pair(&mut left, &mut right, |a, b| a.whole == b.whole) {
        found
            .date_differs
            .push(format!("{name}: {} {} {}", a.subject, a.date, b.date));
        if a.flags != b.flags {
            found
                .flags_differ
                .push(format!("{name}: {} {:?} {:?}", a.subject, a.flags, b.flags));
        }
    }
    for by_date in [true, false] {
        let alike = |a: &Item, b: &Item| a.text == b.text && (!by_date || a.date == b.date);
        for (a, b) in pair(&mut left, &mut right, alike) {
            found
                .header_differs
                .push(format!("{name}: {} {} {}", a.subject, a.size, b.size));
            if a.flags != b.flags {
                found
                    .flags_differ
                    .push(format!("{name}: {} {:?} {:?}", a.subject, a.flags, b.flags));
            }
            if a.date != b.date {
                found
                    .date_differs
                    .push(format!("{name}: {} {} {}", a.subject, a.date, b.date));
            }
        }
    }
    found
        .missing
        .extend(left.iter().map(|item| format!("{name}: {}", item.subject)));
    found
        .extra
        .extend(right.iter().map(|item| format!("{name}: {}", item.subject)));
}

/// Takes out of both lists what matches, each at most once.
fn pair<'a>(
    left: &mut Vec<&'a Item>,
    right: &mut Vec<&'a Item>,
    same: impl Fn(&Item, &Item) -> bool,
) -> Vec<(&'a Item, &'a Item)> {
    let mut pairs = Vec::new();
    left.retain(
        |item| match right.iter().position(|other| same(item, other)) {
            Some(at) => {
                pairs.push((*item, right.remove(at)));
                false
            }
            None => true,
        },
    );
    pairs
}
