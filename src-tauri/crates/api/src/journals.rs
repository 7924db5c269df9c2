//! Which journal of a folder is meant.

use std::path::{Path, PathBuf};

use stegvis_journal::Journal;

use crate::{Error, ErrorCode, person};

/// The one journal of a folder, if it has one, among those whose names `counts`.
///
/// # Errors
/// When the folder cannot be read, or holds several.
pub(crate) fn only_journal(
    folder: &Path,
    counts: impl Fn(&str) -> bool,
) -> Result<Option<PathBuf>, Error> {
    let unreadable = |error: std::io::Error| {
        Error::invalid(
            format!("{} cannot be read: {error}", folder.display()),
            "Name a folder that can be read.",
        )
    };
    let mut journals = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_journal = path.extension().is_some_and(|end| end == "stegvis");
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if is_journal && counts(&name) {
            journals.push(path);
        }
    }
    journals.sort();
    if journals.len() > 1 {
        let names: Vec<String> = journals
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        return Err(Error::invalid(
            format!("the folder holds several projects: {}", names.join(", ")),
            "Name a folder with one of them, or an empty one.",
        ));
    }
    Ok(journals.pop())
}

/// The journal of a project: nothing is made where there is none.
pub(crate) fn open_project(path: &Path) -> Result<Journal, Error> {
    let file = if path.is_dir() {
        only_journal(path, |_| true)?
    } else {
        path.is_file().then(|| path.to_owned())
    };
    let file = file.ok_or_else(|| {
        Error::new(
            ErrorCode::ProjectUnreadable,
            format!("{} holds no project", path.display()),
            "Give the file NAME.stegvis, or the folder it is in.",
        )
    })?;
    let journal = Journal::open(&file)?;
    if let Some(who) = person::at_this_computer() {
        journal.acts_as(&who);
    }
    Ok(journal)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    #[test]
    fn a_folder_has_one_journal_that_counts_or_none_and_several_are_asked_about() {
        let only_journal = |folder| super::only_journal(folder, |name| name != "copy");
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str| std::fs::write(folder.path().join(name), "").unwrap();
        make("copy.stegvis");
        make("report.html");
        assert_eq!(only_journal(folder.path()).unwrap(), None);
        make("practice.stegvis");
        let found = only_journal(folder.path()).unwrap().unwrap();
        assert!(found.ends_with("practice.stegvis"));
        make("directory.stegvis");
        let several = only_journal(folder.path()).unwrap_err();
        assert!(several.message.contains("directory.stegvis"));
    }
}
