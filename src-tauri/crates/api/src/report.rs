//! The report: for the wizard, and as HTML, CSV and JSON files.

pub(crate) mod csv;
mod html;
pub(crate) mod words;

use std::path::PathBuf;

use stegvis_engine::report::Report;
use stegvis_journal::FolderPlan;
use stegvis_model::{MigrationUser, StoredName as _};

use crate::Error;
use crate::dto::{
    BatchLedger, FolderLedger, MailSent, MailSentKind, ReportFile, ReportView, SkippedItemView,
    SkippedReason, UserLedger,
};
use crate::project::{Project, count, damaged, ledger_view, small};
use words::Language;

impl Project {
    /// The report.
    pub(crate) fn report_view(&self) -> Result<ReportView, Error> {
        let report = self.report()?;
        let answers = self.answers()?;
        let mails = report.batches.iter().flat_map(|batch| {
            let sent = |kind, at: Option<jiff::Timestamp>| {
                Some(MailSent {
                    kind,
                    to: batch.notify.as_ref()?.to_string(),
                    at: at?.to_string(),
                })
            };
            [
                sent(MailSentKind::Status, batch.status_mail_at),
                sent(MailSentKind::FinalReport, batch.report_mail_at),
            ]
        });
        Ok(ReportView {
            project: self.places().company.clone(),
            source: answers
                .exchange
                .map_or("", |version| version.name())
                .to_owned(),
            from: report
                .batches
                .iter()
                .filter_map(|batch| batch.started_at)
                .min()
                .map(|at| at.to_string()),
            to: report.last_change.map(|at| at.to_string()),
            reconciled: report.differing().is_empty(),
            differing: report
                .differing()
                .iter()
                .map(|user| user.user.address.to_string())
                .collect(),
            batches: report
                .batches
                .iter()
                .map(|batch| BatchLedger {
                    batch: batch.name.clone(),
                    mailboxes: count(
                        report
                            .users
                            .iter()
                            .filter(|user| user.user.batch == batch.id)
                            .count(),
                    ),
                    ledger: ledger_view(report.batch(batch.id)),
                })
                .collect(),
            total: ledger_view(report.total()),
            users: users(&report),
            skipped_reasons: report
                .skipped_by_reason()
                .into_iter()
                .map(|(reason, items)| SkippedReason {
                    reason: reason.name().to_owned(),
                    items: small(items),
                })
                .collect(),
            skipped: skipped(&report),
            verification: self.verification()?,
            mails: mails.flatten().collect(),
            forwarded: report
                .users
                .iter()
                .filter(|user| user.target_address.is_some())
                .map(|user| user.user.address.to_string())
                .collect(),
            converted: self.converted()?,
            files: self.report_files(),
        })
    }

    fn report_paths(&self) -> [(&'static str, PathBuf); 3] {
        ["html", "csv", "json"].map(|format| {
            (
                format,
                self.dir.join("report").join(format!("report.{format}")),
            )
        })
    }

    fn report_files(&self) -> Vec<ReportFile> {
        let there = self
            .report_paths()
            .into_iter()
            .filter(|(_, path)| path.is_file());
        there
            .map(|(format, path)| ReportFile {
                format: format.to_owned(),
                path: path.display().to_string(),
            })
            .collect()
    }

    /// Where a saved report's file is.
    pub(crate) fn report_file(&self, format: &str) -> Option<PathBuf> {
        self.report_paths()
            .into_iter()
            .find(|(known, path)| *known == format && path.is_file())
            .map(|(_, path)| path)
    }

    /// Writes the report into the project's folder.
    pub(crate) fn save_report(&self, language: Language) -> Result<Vec<ReportFile>, Error> {
        let view = self.report_view()?;
        let report = self.report()?;
        for (format, path) in self.report_paths() {
            let text = match format {
                "html" => html::report_html(&view, language)?,
                "csv" => csv::report_csv(&report, |_: &MigrationUser| true),
                _ => serde_json::to_string_pretty(&view)
                    .map_err(|error| damaged("report", &error))?,
            };
            let folder = path.parent().unwrap_or(&self.dir);
            std::fs::create_dir_all(folder)
                .and_then(|()| std::fs::write(&path, text))
                .map_err(|error| Error::cannot_write(&path, &error))?;
        }
        Ok(self.report_files())
    }
}

fn users(report: &Report) -> Vec<UserLedger> {
    report
        .users
        .iter()
        .map(|user| UserLedger {
            address: user.user.address.to_string(),
            name: user.user.display_name.clone(),
            status: user.user.status.name().to_owned(),
            cause: user.user.status.cause().map(str::to_owned),
            ledger: ledger_view(user.ledger),
            folders: user
                .folders
                .iter()
                .map(|folder| FolderLedger {
                    source: folder.source.to_string(),
                    target: match &folder.plan {
                        FolderPlan::CopyTo(path) => Some(path.to_string()),
                        FolderPlan::Excluded(_) => None,
                    },
                    ledger: ledger_view(folder.ledger),
                })
                .collect(),
        })
        .collect()
}

pub(crate) fn skipped(report: &Report) -> Vec<SkippedItemView> {
    report
        .skipped
        .iter()
        .map(|skipped| SkippedItemView {
            address: skipped.user.address.to_string(),
            folder: skipped.folder.to_string(),
            date: jiff::Timestamp::from_second(skipped.item.item.date.seconds)
                .map(|at| at.to_string())
                .unwrap_or_default(),
            size: skipped.item.item.size,
            reason: skipped.item.reason.name().to_owned(),
            server_words: skipped.item.detail.clone(),
        })
        .collect()
}
