//! Mail of our own, in the administrator's language.

use minijinja::{Environment, context};
use stegvis_engine::ports::{Attachment, Mail};
use stegvis_engine::report::Report;
use stegvis_engine::runner::Letters;
use stegvis_model::{MigrationBatch, MigrationUserStatus};

use crate::report::csv::report_csv;
use crate::report::view;
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
    /// The account of a batch, folder by folder.
    fn table(&self, batch: &MigrationBatch, report: &Report) -> String {
        let mut users = view::users(report, &[]);
        users.retain(|user| user.batch == batch.name);
        report_csv(&users, &[], self.language)
    }

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
                bytes: self.table(batch, report).into_bytes(),
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use insta::assert_snapshot;
    use stegvis_engine::report::UserReport;
    use stegvis_model::{
        BatchId, Counts, FailureCode, Ledger, MigrationUser, MigrationUserId, RecipientKind,
    };

    use super::*;

    fn user(
        id: i64,
        name: &str,
        address: &str,
        status: MigrationUserStatus,
        items: u64,
    ) -> UserReport {
        let counts = Counts {
            items,
            bytes: items * 1000,
        };
        UserReport {
            user: MigrationUser {
                id: MigrationUserId(id),
                batch: BatchId(1),
                address: address.parse().unwrap(),
                display_name: name.to_owned(),
                kind: RecipientKind::UserMailbox,
                status,
                detail: String::new(),
            },
            target_address: None,
            ledger: Ledger {
                source: counts,
                copied: counts,
                ..Ledger::default()
            },
            folders: Vec::new(),
        }
    }

    fn mail(
        language: Language,
        pick: impl Fn(&OurLetters, &MigrationBatch, &Report) -> Option<Mail>,
    ) -> String {
        let batch = MigrationBatch {
            id: BatchId(1),
            name: "Pilot".to_owned(),
            notify: Some("it@nordvik.example".parse().unwrap()),
            status_mail_at: None,
            report_mail_at: None,
            started_at: None,
        };
        let failed = MigrationUserStatus::Failed {
            code: FailureCode::MailUserMissing,
        };
        let report = Report {
            batches: vec![batch.clone()],
            users: vec![
                user(
                    1,
                    "Märta Ågren",
                    "marta.agren@nordvik.example",
                    MigrationUserStatus::Synced,
                    1200,
                ),
                user(
                    2,
                    "Göran Wikström",
                    "goran.wikstrom@nordvik.example",
                    failed,
                    0,
                ),
            ],
            skipped: Vec::new(),
            last_change: None,
        };
        let letters = OurLetters {
            company: "Nordvik Bygg AB".to_owned(),
            language,
        };
        let mail = pick(&letters, &batch, &report).unwrap();
        format!(
            "To: {}\nSubject: {}\n\n{}",
            mail.to, mail.subject, mail.text
        )
    }

    #[test]
    fn the_status_mail_counts_and_names_who_needs_help() {
        assert_snapshot!(mail(Language::Swedish, OurLetters::status_mail));
        assert_snapshot!(mail(Language::English, OurLetters::status_mail));
    }

    #[test]
    fn the_final_report_says_first_whether_it_reconciles() {
        assert_snapshot!(mail(Language::Swedish, OurLetters::report_mail));
        assert_snapshot!(mail(Language::English, OurLetters::report_mail));
    }
}
