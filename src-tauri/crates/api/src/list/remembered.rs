use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use stegvis_lists::Mapping;

use crate::Error;
use crate::project::damaged;

/// Headings whose meaning is remembered; the oldest are forgotten.
const MOST: usize = 50;

/// What the columns of lists mean, by their headings, in every project of this user. No cell of a list is in it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Remembered(Vec<Columns>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Columns {
    headings: Vec<String>,
    email_address: usize,
    password: Option<usize>,
    force_change_password: Option<usize>,
}

impl Remembered {
    /// What is remembered in a folder; nothing where the file is damaged, for it can be said again.
    pub(super) fn read(data: &Path) -> Self {
        let text = std::fs::read_to_string(file(data)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    pub(super) fn find(&self, headings: &[String]) -> Option<Mapping> {
        let columns = self.0.iter().find(|known| known.headings == headings)?;
        Some(Mapping {
            email_address: columns.email_address,
            password: columns.password,
            force_change_password: columns.force_change_password,
        })
    }

    pub(super) fn keep(
        mut self,
        data: &Path,
        headings: &[String],
        mapping: Mapping,
    ) -> Result<(), Error> {
        self.0.retain(|known| known.headings != headings);
        self.0.insert(
            0,
            Columns {
                headings: headings.to_vec(),
                email_address: mapping.email_address,
                password: mapping.password,
                force_change_password: mapping.force_change_password,
            },
        );
        self.0.truncate(MOST);
        let file = file(data);
        let text = serde_json::to_string_pretty(&self)
            .map_err(|error| damaged("list-columns.json", &error))?;
        std::fs::create_dir_all(data)
            .and_then(|()| std::fs::write(&file, text))
            .map_err(|error| Error::cannot_write(&file, &error))
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("list-columns.json")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn columns_are_remembered_by_their_headings_and_the_oldest_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let headings = |number: usize| ["Mail".to_owned(), format!("Kolumn {number}")];
        let mapping = |email_address| Mapping {
            email_address,
            password: Some(2),
            force_change_password: None,
        };
        let keep = |number: usize, mapping| {
            Remembered::read(folder.path())
                .keep(folder.path(), &headings(number), mapping)
                .unwrap();
        };
        let find = |number| Remembered::read(folder.path()).find(&headings(number));
        assert_eq!(find(0), None);
        for number in 0..=MOST {
            keep(number, mapping(0));
        }
        keep(MOST, mapping(1));
        assert_eq!(find(MOST), Some(mapping(1)));
        assert_eq!((find(0), find(1)), (None, Some(mapping(0))));
        std::fs::write(file(folder.path()), "damaged").unwrap();
        assert_eq!(find(1), None);
    }
}
