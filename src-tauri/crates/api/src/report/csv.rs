//! The report as tables for spreadsheets: UTF-8 with a byte order mark, the separator that a spreadsheet of the
//! language expects, and no cell that it would take for a formula. Names of columns and states are codes, the same in
//! both languages, so that what reads one reads the other.

use crate::dto::{ConvertedMailbox, ReportAction, SkippedItemView, UserLedger};
use crate::report::words::Language;

/// Every folder of every mailbox; a mailbox of which no folder is known has a row of its own.
pub(crate) fn report_csv(
    users: &[UserLedger],
    converted: &[ConvertedMailbox],
    language: Language,
) -> String {
    let mut table = Table::new(
        language,
        [
            "EmailAddress",
            "DisplayName",
            "Batch",
            "Status",
            "Cause",
            "StartedAt",
            "SyncedAt",
            "Retries",
            "ConvertedAt",
            "SourceFolder",
            "TargetFolder",
            "ExcludedBy",
            "Source",
            "Copied",
            "Skipped",
            "Excluded",
            "CopiedBytes",
            "Reconciles",
        ],
    );
    for user in users {
        let converted = converted.iter().find(|one| one.address == user.address);
        let own = [
            user.address.clone(),
            user.name.clone(),
            user.batch.clone(),
            user.status.clone(),
            user.cause.clone().unwrap_or_default(),
            moment(user.started_at.as_deref()),
            moment(user.synced_at.as_deref()),
            user.retries.to_string(),
            moment(converted.map(|one| &*one.at)),
        ];
        let rows = user.folders.iter().map(|folder| {
            (
                folder.source.clone(),
                folder.target.clone().unwrap_or_default(),
                folder.excluded_by.clone().unwrap_or_default(),
                folder.ledger,
            )
        });
        let nothing = user
            .folders
            .is_empty()
            .then(|| (String::new(), String::new(), String::new(), user.ledger));
        for (source, target, rule, ledger) in rows.chain(nothing) {
            let counts = [
                source,
                target,
                rule,
                ledger.source.to_string(),
                ledger.copied.to_string(),
                ledger.skipped.to_string(),
                ledger.excluded.to_string(),
                ledger.bytes.to_string(),
                ledger.reconciles.to_string(),
            ];
            table.row(own.iter().chain(&counts));
        }
    }
    table.text
}

/// What was skipped, item by item.
pub(crate) fn skipped_csv(skipped: &[SkippedItemView], language: Language) -> String {
    let mut table = Table::new(
        language,
        [
            "EmailAddress",
            "Folder",
            "Subject",
            "Date",
            "Bytes",
            "Reason",
            "ServerWords",
            "SignedBy",
        ],
    );
    for item in skipped {
        table.row(&[
            item.address.clone(),
            item.folder.clone(),
            item.subject.clone().unwrap_or_default(),
            moment(Some(&item.date)),
            item.size.to_string(),
            item.reason.clone(),
            item.server_words.clone(),
            item.signed_by.clone().unwrap_or_default(),
        ]);
    }
    table.text
}

/// Who did what and when.
pub(crate) fn actions_csv(actions: &[ReportAction], language: Language) -> String {
    let mut table = Table::new(language, ["At", "Who", "What", "EmailAddress", "Detail"]);
    for action in actions {
        table.row(&[
            moment(Some(&action.at)),
            action.who.clone().unwrap_or_default(),
            action.what.clone(),
            action.mailbox.clone().unwrap_or_default(),
            action.detail.clone(),
        ]);
    }
    table.text
}

/// A time in UTC that every spreadsheet takes for one.
fn moment(at: Option<&str>) -> String {
    let at = at.and_then(|text| text.parse::<jiff::Timestamp>().ok());
    at.map_or_else(String::new, |at| {
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    })
}

struct Table {
    separator: &'static str,
    text: String,
}

impl Table {
    fn new<const COLUMNS: usize>(language: Language, columns: [&str; COLUMNS]) -> Self {
        let mut table = Self {
            // A Swedish spreadsheet has the comma for decimals, and parts columns by semicolons.
            separator: language.pick(",", ";"),
            text: String::from("\u{feff}"),
        };
        table.row(&columns.map(str::to_owned));
        table
    }

    fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a String>) {
        let cells: Vec<String> = cells.into_iter().map(|text| cell(text)).collect();
        self.text.push_str(&cells.join(self.separator));
        self.text.push_str("\r\n");
    }
}

/// A cell: quoted where it must be, and with an apostrophe before what a spreadsheet would calculate. Whichever of the
/// two separators it is parted by, so that a file opened in the other language has no formula either.
fn cell(text: &str) -> String {
    let formula = |text: &str| {
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
    };
    let safe = if formula(text.trim_start_matches([' ', '\u{a0}'])) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if safe.contains([',', '"', '\r', '\n', ';', '\t']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("-1"), "'-1");
        assert_eq!(cell(" =1+1"), "' =1+1");
        assert_eq!(cell("＝1+1"), "'＝1+1");
        assert_eq!(cell("Kunder, viktiga"), "\"Kunder, viktiga\"");
        assert_eq!(cell("Ångström"), "Ångström");
    }

    #[test]
    fn a_swedish_table_is_parted_by_semicolons_and_begins_with_the_mark() {
        let item = SkippedItemView {
            address: "anna@nordvik.example".to_owned(),
            folder: "Möten".to_owned(),
            subject: Some("=1+1|cmd".to_owned()),
            date: "2026-11-25T12:00:01.5Z".to_owned(),
            size: 7,
            reason: "TooLarge".to_owned(),
            server_words: String::new(),
            signed_by: None,
        };
        assert_eq!(
            skipped_csv(&[item], Language::Swedish),
            "\u{feff}EmailAddress;Folder;Subject;Date;Bytes;Reason;ServerWords;SignedBy\r\n\
             anna@nordvik.example;Möten;'=1+1|cmd;2026-11-25 12:00:01;7;TooLarge;;\r\n"
        );
    }
}
