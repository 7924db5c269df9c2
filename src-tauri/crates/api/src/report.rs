//! The report: for the wizard, and as files to read and to keep.

mod charts;
pub(crate) mod csv;
mod figures;
mod files;
mod html;
mod labels;
mod phrases;
mod redact;
mod tasks;
pub(crate) mod view;
pub(crate) mod words;

use std::path::{Path, PathBuf};

pub(crate) use files::Saved;

use crate::Error;
use crate::dto::{ReportFile, ReportView};
use crate::journals::open_project;
use crate::project::Project;
use words::Language;

/// A report that was written without opening the project's servers.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenReport {
    /// What it says.
    pub view: ReportView,
    /// The files.
    pub files: Vec<ReportFile>,
}

/// Writes the report of the project at `path`, a folder or its file, into `output` or the project's own folder.
///
/// # Errors
/// When there is no project, it cannot be read, or the files cannot be written.
pub fn write_report(
    path: &Path,
    output: Option<&Path>,
    language: &str,
    redact: bool,
) -> Result<WrittenReport, Error> {
    let journal = open_project(path)?;
    let own = journal.path().parent().unwrap_or(path).join("report");
    let language = Language::of(Some(language));
    let saved = files::save(&journal, output.unwrap_or(&own), language, redact)?;
    Ok(WrittenReport {
        view: saved.view,
        files: saved.files,
    })
}

impl Project {
    fn report_folder(&self) -> PathBuf {
        self.dir.join("report")
    }

    /// The report.
    pub(crate) fn report_view(&self) -> Result<ReportView, Error> {
        Ok(ReportView {
            files: files::there(&self.report_folder()),
            ..view::report_view(&self.journal)?
        })
    }

    /// Where the last saved report's file is.
    pub(crate) fn report_file(&self, format: &str) -> Option<PathBuf> {
        let mut files = files::there(&self.report_folder()).into_iter();
        files
            .find(|file| file.format == format)
            .map(|file| PathBuf::from(file.path))
    }

    /// Writes the report into the project's folder; `redact` hides names and subjects.
    pub(crate) fn save_report(
        &self,
        language: Language,
        redact: bool,
    ) -> Result<Vec<ReportFile>, Error> {
        let Saved { files, .. } =
            files::save(&self.journal, &self.report_folder(), language, redact)?;
        Ok(files)
    }
}
