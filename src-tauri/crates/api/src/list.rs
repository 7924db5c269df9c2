//! Mailbox lists: what stands in a file, what was repaired, and the file for Exchange Online.

mod open;
mod remembered;
mod save;
mod view;

use secrecy::SecretString;
use serde::Serialize;
use stegvis_lists::{
    Finding, FindingCode, ListFormat, ListRow, MailboxList, NotAList, Reader, RowStatus, read_list,
    write_list,
};

pub(crate) use open::OpenList;
pub use save::write_list_file;
pub use stegvis_lists::MOST_BYTES;

use crate::{Error, ErrorCode};

/// A checked list. No password is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListCheck {
    /// What the file is.
    pub format: CheckedFormat,
    /// Its columns.
    pub columns: Vec<CheckedColumn>,
    /// Its rows, without the wholly empty ones.
    pub rows: Vec<CheckedRow>,
    /// How many of each.
    pub summary: ListSummary,
}

/// What a file is, whatever it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedFormat {
    /// `csv`, `xlsx`, `xls` or `ods`.
    pub kind: String,
    /// The encoding of a text.
    pub encoding: Option<String>,
    /// What stands between the cells of a text.
    pub delimiter: Option<char>,
    /// The sheet of a spreadsheet.
    pub sheet: Option<String>,
    /// A word about the sheets that were not read, and the hidden rows that were.
    #[serde(skip)]
    pub note: Option<String>,
}

/// A column and what it means: `EmailAddress`, `Password`, `ForceChangePassword` or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedColumn {
    /// Its heading, or its letter.
    pub source: String,
    /// What it means.
    pub means: Option<String>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckedRow {
    /// Its number, as Excel numbers it.
    pub row: u32,
    /// The address, as far as it could be mended.
    pub email_address: String,
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether it must be changed.
    pub force_change_password: Option<bool>,
    /// `ok`, `repaired` or `rejected`.
    pub status: String,
    /// What was found.
    pub findings: Vec<CheckedFinding>,
}

/// A finding: was, becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedFinding {
    /// Its code.
    pub code: String,
    /// The column; nothing where it is the whole row.
    pub column: Option<String>,
    /// What stood there; a password is masked.
    pub was: String,
    /// What it becomes, where it is repaired.
    pub becomes: Option<String>,
}

/// How many rows there are of each status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ListSummary {
    /// Nothing was changed.
    pub ok: usize,
    /// Something was changed.
    pub repaired: usize,
    /// They cannot be migrated as they stand.
    pub rejected: usize,
}

/// A list as Exchange Online takes it.
#[derive(Debug)]
pub struct ConvertedList {
    /// What was found.
    pub check: ListCheck,
    /// The files, of at most 2,000 rows; they hold the passwords of the list.
    pub files: Vec<SecretString>,
}

/// Reads a list and tells what is in it.
///
/// # Errors
/// NotAList, with the reason.
pub fn check_list(bytes: &[u8], sheet: Option<&str>) -> Result<ListCheck, Error> {
    Ok(check(&read(bytes, sheet)?))
}

/// Reads a list and writes it as Exchange Online takes it, without the rejected rows.
///
/// # Errors
/// NotAList, with the reason.
pub fn convert_list(bytes: &[u8], sheet: Option<&str>) -> Result<ConvertedList, Error> {
    let list = read(bytes, sheet)?;
    Ok(ConvertedList {
        check: check(&list),
        files: write_list(&list, Reader::ExchangeOnline),
    })
}

fn read(bytes: &[u8], sheet: Option<&str>) -> Result<MailboxList, Error> {
    read_list(bytes, sheet).map_err(|error| no_list(&error))
}

pub(crate) fn no_list(error: &NotAList) -> Error {
    Error::new(
        ErrorCode::NotAList,
        error.to_string(),
        "Choose a CSV, XLSX, XLS or ODS file with a column of e-mail addresses.",
    )
}

fn check(list: &MailboxList) -> ListCheck {
    let count = |status| {
        list.rows
            .iter()
            .filter(|row| row.status() == status)
            .count()
    };
    ListCheck {
        format: format(list),
        columns: list
            .columns
            .iter()
            .map(|column| CheckedColumn {
                source: column.source.clone(),
                means: column.means.map(|means| means.name().to_owned()),
            })
            .collect(),
        rows: list.rows.iter().map(row).collect(),
        summary: ListSummary {
            ok: count(RowStatus::Ok),
            repaired: count(RowStatus::Repaired),
            rejected: count(RowStatus::Rejected),
        },
    }
}

fn format(list: &MailboxList) -> CheckedFormat {
    match &list.format {
        ListFormat::Text {
            encoding,
            delimiter,
        } => CheckedFormat {
            kind: "csv".to_owned(),
            encoding: Some(encoding.name().to_owned()),
            delimiter: Some(*delimiter),
            sheet: None,
            note: None,
        },
        ListFormat::Sheet { kind, sheet, tabs } => {
            let not_read = |hidden: bool, what: &str| {
                let names: Vec<&str> = tabs
                    .iter()
                    .filter(|tab| tab.hidden == hidden && tab.name != *sheet)
                    .map(|tab| tab.name.as_str())
                    .collect();
                (!names.is_empty()).then(|| format!("{what} not read: {}", names.join(", ")))
            };
            let hidden = |row: &&ListRow| {
                let mut findings = row.findings.iter();
                findings.any(|finding| finding.code == FindingCode::HiddenRow)
            };
            let hidden = list.rows.iter().filter(hidden).count();
            let notes: Vec<String> = [
                not_read(false, "other sheets"),
                not_read(true, "hidden sheets"),
                (hidden > 0).then(|| format!("hidden rows that were read: {hidden}")),
            ]
            .into_iter()
            .flatten()
            .collect();
            CheckedFormat {
                kind: (*kind).to_owned(),
                encoding: None,
                delimiter: None,
                sheet: Some(sheet.clone()),
                note: (!notes.is_empty()).then(|| notes.join("; ")),
            }
        }
    }
}

fn row(row: &ListRow) -> CheckedRow {
    CheckedRow {
        row: row.row,
        email_address: row.text.clone(),
        has_password: row.password.is_some(),
        force_change_password: row.force_change_password,
        status: row.status().name().to_owned(),
        findings: row.findings.iter().map(finding).collect(),
    }
}

fn finding(finding: &Finding) -> CheckedFinding {
    CheckedFinding {
        code: finding.code.name().to_owned(),
        column: finding.column.map(|column| column.name().to_owned()),
        was: finding.was.clone(),
        becomes: finding.becomes.clone(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_checked_list_is_what_the_command_line_promises_to_print() {
        let list = "E-post;Lösenord;Namn;ForceChangePassword\r\nSMTP:anna@b.se;hemlig;Anna;SANT\r\nAnna@b.se;;;\r\n";
        let check = check_list(list.as_bytes(), None).unwrap();
        let json = serde_json::to_string_pretty(&check).unwrap();
        assert!(!json.contains("hemlig"));
        insta::assert_snapshot!(json);
    }

    #[test]
    fn a_file_that_is_no_list_says_so() {
        let error = check_list(b"Namn\r\nAnna\r\n", None).unwrap_err();
        assert_eq!(error.code, ErrorCode::NotAList);
    }
}
