//! Mail of our own, in the administrator's language.

use minijinja::{Environment, context};
use stegvis_engine::ports::{Attachment, Mail};
use stegvis_engine::report::Report;
use stegvis_engine::runner::Letters;
use stegvis_model::{MigrationBatch, MigrationUserStatus};

use crate::report::csv::report_csv;
use crate::report::words::{Language, cause_words};

const STATUS_EN: &str = include_str!("letters/status.en.txt");
const STATUS_SV: &str = include_str!("letters/status.sv.txt");
const FINAL_EN: &str = include_str!("letters/final.en.txt");
const FINAL_SV: &str = include_str!("letters/final.sv.txt");

/// Composes the status mail and the final report.
pub(crate) struct OurLetters {
    pub(crate) company: String,
    pub(crate) language: Language,
}

impl OurLetters {
    fn compose(&self, template: &str, batch: &MigrationBatch, report: &Report) -> Option<Mail> {
        let to = batch.notify.clone()?;
        let users: Vec<_> = report
            .users
            .iter()
            .filter(|user| user.user.batch == batch.id)
            .collect();
        let failed: Vec<_> = users
            .iter()
            .filter_map(|user| match user.user.status {
                MigrationUserStatus::Failed { code } => Some(context! {
                    name => user.user.display_name,
                    address => user.user.address.to_string(),
                    cause => cause_words(code, self.language),
                }),
                _ => None,
            })
            .collect();
        let ledger = report.batch(batch.id);
        let text = Environment::new()
            .render_str(
                template,
                context! {
                    company => self.company,
                    batch => batch.name,
                    total => users.len(),
                    forwarding => users.iter().filter(|user| user.user.status.forwards()).count(),
                    failed,
                    source => ledger.source.items,
                    copied => ledger.copied.items,
                    skipped => ledger.skipped.items,
                    excluded => ledger.excluded.items,
                    reconciles => ledger.reconciles(),
                },
            )
            .inspect_err(|error| tracing::error!(%error, "a letter's template is wrong"))
            .ok()?;
        let (subject, text) = text.split_once('\n')?;
        Some(Mail {
            to,
            subject: subject.trim().to_owned(),
            text: text.trim_start().to_owned(),
            attachments: vec![Attachment {
                name: format!(
                    "{}.csv",
                    batch.name.replace(|c: char| !c.is_alphanumeric(), "-")
                ),
                media_type: "text/csv; charset=utf-8".to_owned(),
                bytes: report_csv(report, |user| user.batch == batch.id).into_bytes(),
            }],
        })
    }
}

impl Letters for OurLetters {
    fn status_mail(&self, batch: &MigrationBatch, report: &Report) -> Option<Mail> {
        let template = match self.language {
            Language::English => STATUS_EN,
            Language::Swedish => STATUS_SV,
        };
        self.compose(template, batch, report)
    }

    fn report_mail(&self, batch: &MigrationBatch, report: &Report) -> Option<Mail> {
        let template = match self.language {
            Language::English => FINAL_EN,
            Language::Swedish => FINAL_SV,
        };
        self.compose(template, batch, report)
    }
}
