use std::io::Write as _;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use stegvis_lists::Reader;

use super::OpenList;
use crate::dto::SavedList;
use crate::project::{Project, count};
use crate::{Error, ErrorCode};

impl Project {
    pub(crate) fn save_list(&self, path: &Path, for_person: bool) -> Result<Vec<SavedList>, Error> {
        self.with_list(|list| list.save(path, for_person))
    }
}

impl OpenList {
    fn save(&mut self, path: &Path, for_person: bool) -> Result<Vec<SavedList>, Error> {
        let reader = if for_person {
            Reader::Person
        } else {
            Reader::ExchangeOnline
        };
        let files = self.draft.write(reader);
        if files.is_empty() {
            return Err(Error::new(
                ErrorCode::NothingChosen,
                "no row of the list is ready",
                "Decide about the rows that are rejected.",
            ));
        }
        let alone = files.len() == 1;
        let files: Vec<_> = files
            .into_iter()
            .map(|(file, text)| {
                let path = if alone {
                    path.to_owned()
                } else {
                    beside(path, &file.name)
                };
                (path, count(file.rows), text)
            })
            .collect();
        for (to, _, _) in &files {
            self.may_write(to, path)?;
        }
        let private = !for_person && self.draft.writes_passwords();
        let mut saved = Vec::with_capacity(files.len());
        for (path, rows, text) in files {
            write_list_file(&path, &text, private)?;
            saved.push(SavedList {
                path: path.display().to_string(),
                rows,
            });
            self.written.insert(path);
        }
        Ok(saved)
    }

    /// The original is the only place where what was repaired still stands. And the person was asked about the one
    /// name that was chosen, not about those that are made of it.
    fn may_write(&self, to: &Path, chosen: &Path) -> Result<(), Error> {
        let same = match (to.canonicalize(), self.path.canonicalize()) {
            (Ok(one), Ok(other)) => one == other,
            _ => to == self.path,
        };
        if same {
            return Err(Error::invalid(
                format!("{} is the list itself, which is kept", to.display()),
                "Choose another name.",
            ));
        }
        if to != chosen && to.exists() && !self.written.contains(to) {
            return Err(Error::invalid(
                format!("{} is there already", to.display()),
                "Choose another name or another folder.",
            ));
        }
        Ok(())
    }
}

/// `list.csv` becomes `list-Batch 2.csv`, without what no system allows in the name of a file.
fn beside(path: &Path, name: &str) -> PathBuf {
    let text = |part: Option<&std::ffi::OsStr>| {
        part.map(|part| part.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let (stem, extension) = (text(path.file_stem()), text(path.extension()));
    let name: String = name
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            c if c.is_control() => '_',
            c => c,
        })
        .collect();
    let dot = if extension.is_empty() { "" } else { "." };
    path.with_file_name(format!("{stem}-{name}{dot}{extension}"))
}

/// Writes a file whole or not at all; readable by its owner alone where it is private and the system has such a thing.
///
/// # Errors
/// CannotWrite.
pub fn write_list_file(path: &Path, text: &SecretString, private: bool) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::cannot_write(path, &error);
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    // What an interrupted attempt left behind, whoever may read it.
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let written = options.open(&part).and_then(|mut file| {
        file.write_all(text.expose_secret().as_bytes())?;
        file.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(&part, path))
        .map_err(|error| {
            // The disk may be full: half a list helps nobody.
            let _ = std::fs::remove_file(&part);
            failed(error)
        })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_lists::{Draft, Edit};

    use super::*;

    fn open(path: &Path, text: &str) -> OpenList {
        std::fs::write(path, text).unwrap();
        let draft = Draft::open(text.into(), None, None).unwrap();
        OpenList::new(path, text.len(), draft)
    }

    fn names(saved: &[SavedList]) -> Vec<&str> {
        saved
            .iter()
            .filter_map(|file| Path::new(&file.path).file_name()?.to_str())
            .collect()
    }

    const LIST: &str = "EmailAddress,Password\r\na@b.se,hemlig\r\nc@d.se,\r\n";

    #[test]
    fn a_list_is_never_written_over_itself_and_a_file_nobody_chose_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut list = open(&at("lista.csv"), LIST);
        for path in [at("lista.csv"), at("./lista.csv")] {
            let error = list.save(&path, false).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidInput);
        }
        let pilot = Edit::Batch(vec![2], Some("Pilot".to_owned()));
        list.draft.edit(&pilot).unwrap();
        std::fs::write(at("ut-Batch 2.csv"), "mine").unwrap();
        assert!(list.save(&at("ut.csv"), false).is_err());
        assert_eq!(std::fs::read(at("ut-Batch 2.csv")).unwrap(), b"mine");
        // Refused as a whole.
        assert!(!at("ut-Pilot.csv").exists());

        let saved = list.save(&at("bra.csv"), false).unwrap();
        assert_eq!(names(&saved), ["bra-Pilot.csv", "bra-Batch 2.csv"]);
        // What this list wrote, it may write again.
        list.save(&at("bra.csv"), false).unwrap();
        assert_eq!(std::fs::read(at("lista.csv")).unwrap(), LIST.as_bytes());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
    }

    #[test]
    fn the_name_of_a_batch_is_made_fit_for_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut list = open(&folder.path().join("lista.csv"), LIST);
        for (row, name) in [(2, "../a:b"), (3, "ö?")] {
            let batch = Edit::Batch(vec![row], Some(name.to_owned()));
            list.draft.edit(&batch).unwrap();
        }
        let saved = list.save(&folder.path().join("ut"), false).unwrap();
        assert_eq!(names(&saved), ["ut-.._a_b", "ut-ö_"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_with_passwords_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mode = |name: &str| std::fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
        let mut list = open(&at("lista.csv"), LIST);
        // Also where a file that anyone may read stood before.
        std::fs::write(at("tjanst.csv"), "").unwrap();
        std::fs::set_permissions(at("tjanst.csv"), std::fs::Permissions::from_mode(0o644)).unwrap();
        list.save(&at("tjanst.csv"), false).unwrap();
        assert_eq!(mode("tjanst.csv"), 0o600);
        list.save(&at("person.csv"), true).unwrap();
        assert_eq!(mode("person.csv") & 0o600, 0o600);
        let person = std::fs::read_to_string(at("person.csv")).unwrap();
        assert_eq!(person, "\u{FEFF}EmailAddress\r\na@b.se\r\nc@d.se\r\n");
    }

    #[test]
    fn a_list_without_a_good_row_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut list = open(&folder.path().join("lista.csv"), "Mail\nno@\n");
        let error = list.save(&folder.path().join("ut.csv"), false).unwrap_err();
        assert_eq!(error.code, ErrorCode::NothingChosen);
    }
}
