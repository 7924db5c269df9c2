//! The files of a report: named after the company and the day, so that a folder of several is told apart.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use stegvis_connect::clock::SystemClock;
use stegvis_engine::ports::Clock as _;
use stegvis_journal::Journal;

use super::words::Language;
use super::{csv, html, redact, view};
use crate::Error;
use crate::dto::{ReportFile, ReportView};
use crate::project::damaged;

/// What each file is, and how its name ends. The order is that in which people are told.
const FORMATS: [(&str, &str); 5] = [
    ("html", ".html"),
    ("csv", ".csv"),
    ("skipped", "-skipped.csv"),
    ("actions", "-actions.csv"),
    ("json", ".json"),
];

/// A report that was written.
pub(crate) struct Saved {
    pub(crate) view: ReportView,
    pub(crate) files: Vec<ReportFile>,
}

/// Writes every file of the report into `folder`.
pub(crate) fn save(
    journal: &Journal,
    folder: &Path,
    language: Language,
    hidden: bool,
) -> Result<Saved, Error> {
    let now = SystemClock.now();
    let mut view = view::report_view(journal)?;
    if hidden {
        view = redact::redacted(view);
    }
    let stem = stem(&view.project, &now.strftime("%Y-%m-%d").to_string(), hidden);
    std::fs::create_dir_all(folder).map_err(|error| Error::cannot_write(folder, &error))?;
    let mut files = Vec::new();
    for (format, end) in FORMATS {
        let path = folder.join(format!("{stem}{end}"));
        let text = match format {
            "html" => html::report_html(&view, language, now)?,
            "csv" => csv::report_csv(&view.users, &view.converted, language),
            "skipped" => csv::skipped_csv(&view.skipped, language),
            "actions" => csv::actions_csv(&view.actions, language),
            _ => serde_json::to_string_pretty(&view).map_err(|error| damaged("report", &error))?,
        };
        std::fs::write(&path, text).map_err(|error| Error::cannot_write(&path, &error))?;
        files.push(ReportFile {
            format: format.to_owned(),
            path: path.display().to_string(),
        });
    }
    let what = if hidden {
        "ReportSavedRedacted"
    } else {
        "ReportSaved"
    };
    journal.transaction(|tx| tx.log(now, None, what, &stem))?;
    view.files.clone_from(&files);
    Ok(Saved { view, files })
}

/// `Stegvis-Nordvik-Bygg-AB-2026-11-25`; what a file name cannot hold everywhere becomes a hyphen.
fn stem(company: &str, day: &str, hidden: bool) -> String {
    let words: Vec<&str> = company
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let company: String = words.join("-").chars().take(60).collect();
    let parts = [
        "Stegvis",
        &company,
        day,
        if hidden { "redacted" } else { "" },
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

/// The newest file of each format in a folder.
pub(crate) fn there(folder: &Path) -> Vec<ReportFile> {
    let mut newest: [Option<(SystemTime, PathBuf)>; FORMATS.len()] = Default::default();
    let Ok(entries) = std::fs::read_dir(folder) else {
        // No report was saved yet.
        return Vec::new();
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(at) = entry.metadata().and_then(|data| data.modified()) else {
            continue;
        };
        // The longest end that fits: `-skipped.csv` before `.csv`.
        let format = FORMATS
            .iter()
            .enumerate()
            .filter(|(_, (_, end))| name.starts_with("Stegvis-") && name.ends_with(end))
            .max_by_key(|(_, (_, end))| end.len())
            .map(|(index, _)| index);
        if let Some(place) = format.and_then(|index| newest.get_mut(index))
            && place.as_ref().is_none_or(|(before, _)| *before < at)
        {
            *place = Some((at, entry.path()));
        }
    }
    let found = FORMATS.iter().zip(newest);
    found
        .filter_map(|((format, _), newest)| {
            Some(ReportFile {
                format: (*format).to_owned(),
                path: newest?.1.display().to_string(),
            })
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_the_company_and_the_day_whatever_the_company_is_called() {
        assert_eq!(
            stem("Nordvik Bygg AB", "2026-11-25", false),
            "Stegvis-Nordvik-Bygg-AB-2026-11-25"
        );
        assert_eq!(
            stem("../Å & Ö: \"x\"", "2026-11-25", true),
            "Stegvis-Å-Ö-x-2026-11-25-redacted"
        );
        assert_eq!(stem("", "2026-11-25", false), "Stegvis-2026-11-25");
    }

    #[test]
    fn the_newest_file_of_each_format_is_the_one_that_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, second: u64| {
            let path = folder.path().join(name);
            std::fs::write(&path, "x").unwrap();
            let at = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(second);
            let file = std::fs::File::options().write(true).open(path).unwrap();
            file.set_modified(at).unwrap();
        };
        make("Stegvis-A-2026-11-24.csv", 1);
        make("Stegvis-A-2026-11-25.csv", 3);
        make("Stegvis-A-2026-11-25-skipped.csv", 9);
        make("mine.csv", 10);
        let files = there(folder.path());
        let told: Vec<(&str, bool)> = files
            .iter()
            .map(|file| (&*file.format, file.path.contains("2026-11-25")))
            .collect();
        assert_eq!(told, [("csv", true), ("skipped", true)]);
        assert_eq!(there(&folder.path().join("none")), Vec::new());
    }
}
