use std::collections::BTreeSet;

use stegvis_journal::{Folder, FolderPlan};
use stegvis_model::{FolderPath, StoredName as _, WellKnownFolder};

use crate::ports::{SourceFolder, TargetFolder};

/// The rule that leaves the public folder tree out, which Exchange 2003 shows beside a mailbox's own folders.
pub const PUBLIC_FOLDERS: &str = "PublicFolders";

/// Where every source folder goes, and what must be made in the target first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldersPlan {
    /// Source folders that hold items, and where they go.
    pub folders: Vec<(FolderPath, FolderPlan)>,
    /// Target folders to make, parents before children.
    pub create: Vec<FolderPath>,
}

/// Decides where every source folder goes.
///
/// A default folder goes to its counterpart, whatever that is called there, and takes its subfolders
/// along; calendars and the like hold no mail and are left out by a rule of their name; every other
/// folder keeps its place. A folder known from an earlier run keeps the target it had.
#[must_use]
pub fn plan_folders(
    source: &[SourceFolder],
    target: &[TargetFolder],
    known: &[Folder],
    delimiter: Option<char>,
) -> FoldersPlan {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut folders: Vec<(FolderPath, FolderPlan)> = Vec::new();
    for folder in known {
        if let FolderPlan::CopyTo(path) = &folder.plan {
            taken.insert(fold(path));
        }
    }
    for folder in source.iter().filter(|folder| folder.selectable) {
        let plan = match known.iter().find(|row| row.source == folder.path) {
            Some(row) => row.plan.clone(),
            None => match excluded_by(source, &folder.path) {
                Some(rule) => FolderPlan::Excluded(rule),
                None => {
                    let wanted = counterpart(source, target, &folder.path);
                    let free = unused(clean(&wanted, delimiter), &taken);
                    taken.insert(fold(&free));
                    FolderPlan::CopyTo(free)
                }
            },
        };
        folders.push((folder.path.clone(), plan));
    }
    FoldersPlan {
        create: missing(&folders, target),
        folders,
    }
}

fn known_as(source: &[SourceFolder], path: &FolderPath) -> Option<WellKnownFolder> {
    source
        .iter()
        .find(|folder| folder.path == *path)?
        .well_known
}

/// The rule that leaves a folder out: its own, or that of a folder above it.
fn excluded_by(source: &[SourceFolder], path: &FolderPath) -> Option<String> {
    if matches!(path.root(), "Public Folders" | "Gemensamma mappar") {
        return Some(PUBLIC_FOLDERS.to_owned());
    }
    let own = known_as(source, path)
        .filter(|kind| !kind.holds_mail())
        .map(|kind| kind.name().to_owned());
    own.or_else(|| excluded_by(source, &path.parent()?))
}

/// The place in the target that a folder should have, names as they are.
fn counterpart(source: &[SourceFolder], target: &[TargetFolder], path: &FolderPath) -> FolderPath {
    let default = known_as(source, path)
        .and_then(|kind| target.iter().find(|folder| folder.well_known == Some(kind)))
        .map(|folder| folder.path.clone());
    if let Some(default) = default {
        return default;
    }
    let below = path
        .parent()
        .map(|parent| counterpart(source, target, &parent));
    let mut names = below.map_or_else(Vec::new, |parent| parent.names().to_vec());
    names.push(path.leaf().to_owned());
    FolderPath::new(names).unwrap_or_else(|| path.clone())
}

/// Names the target can hold: its delimiter cannot stand inside one.
fn clean(path: &FolderPath, delimiter: Option<char>) -> FolderPath {
    let Some(delimiter) = delimiter else {
        return path.clone();
    };
    let names = path
        .names()
        .iter()
        .map(|name| name.replace(delimiter, "-"))
        .collect();
    FolderPath::new(names).unwrap_or_else(|| path.clone())
}

/// Exchange compares folder names without case: two that differ in nothing else need two names.
fn unused(path: FolderPath, taken: &BTreeSet<String>) -> FolderPath {
    let mut candidate = path.clone();
    let mut count = 2_u32;
    while taken.contains(&fold(&candidate)) {
        let mut names = path.names().to_vec();
        if let Some(last) = names.last_mut() {
            *last = format!("{last} ({count})");
        }
        candidate = FolderPath::new(names).unwrap_or_else(|| path.clone());
        count += 1;
    }
    candidate
}

fn fold(path: &FolderPath) -> String {
    path.to_string().to_lowercase()
}

fn missing(folders: &[(FolderPath, FolderPlan)], target: &[TargetFolder]) -> Vec<FolderPath> {
    let mut create: BTreeSet<FolderPath> = BTreeSet::new();
    for (_, plan) in folders {
        let FolderPlan::CopyTo(path) = plan else {
            continue;
        };
        let mut next = Some(path.clone());
        while let Some(path) = next {
            if target.iter().any(|folder| folder.path == path) {
                break;
            }
            next = path.parent();
            create.insert(path);
        }
    }
    // A path sorts before everything below it.
    create.into_iter().collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::ports::Written;

    fn path(text: &str) -> FolderPath {
        text.parse().unwrap()
    }

    fn source(text: &str, well_known: Option<WellKnownFolder>) -> SourceFolder {
        SourceFolder {
            path: path(text),
            well_known,
            selectable: true,
            items: None,
            state: None,
        }
    }

    fn target(text: &str, well_known: Option<WellKnownFolder>) -> TargetFolder {
        let next = Written {
            validity: 1,
            uid: 1,
        };
        TargetFolder {
            path: path(text),
            well_known,
            selectable: true,
            items: 0,
            next,
        }
    }

    fn shown(plan: &FoldersPlan) -> String {
        let rows = plan.folders.iter().map(|(source, plan)| match plan {
            FolderPlan::CopyTo(target) => format!("{source} → {target}"),
            FolderPlan::Excluded(rule) => format!("{source} left out: {rule}"),
        });
        let create = plan.create.iter().map(|path| format!("make {path}"));
        rows.chain(create).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn default_folders_go_to_their_counterparts_and_take_their_subfolders_along() {
        let source = [
            source("INBOX", Some(WellKnownFolder::Inbox)),
            source("INBOX/Kunder", None),
            source("Kalender", Some(WellKnownFolder::Calendar)),
            source("Kalender/Semester", None),
            source("Projekt", None),
            source("Projekt/Ängsvägen 4", None),
            source("Public Folders/Alla", None),
            source("Skickat", Some(WellKnownFolder::SentItems)),
            source("Skickat/2009", None),
        ];
        let target = [
            target("INBOX", Some(WellKnownFolder::Inbox)),
            target("Sent Items", Some(WellKnownFolder::SentItems)),
        ];
        assert_snapshot!(shown(&plan_folders(&source, &target, &[], Some('/'))), @r"
        INBOX → INBOX
        INBOX/Kunder → INBOX/Kunder
        Kalender left out: Calendar
        Kalender/Semester left out: Calendar
        Projekt → Projekt
        Projekt/Ängsvägen 4 → Projekt/Ängsvägen 4
        Public Folders/Alla left out: PublicFolders
        Skickat → Sent Items
        Skickat/2009 → Sent Items/2009
        make INBOX/Kunder
        make Projekt
        make Projekt/Ängsvägen 4
        make Sent Items/2009
        ");
    }

    #[test]
    fn names_that_the_target_cannot_hold_or_tell_apart_get_names_of_their_own() {
        let source = [
            source(r"In\/ut", None),
            source("KUNDER", None),
            source("Kunder", None),
        ];
        assert_snapshot!(shown(&plan_folders(&source, &[], &[], Some('/'))), @r"
        In\/ut → In-ut
        KUNDER → KUNDER
        Kunder → Kunder (2)
        make In-ut
        make KUNDER
        make Kunder (2)
        ");
    }
}
