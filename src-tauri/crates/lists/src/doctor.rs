use std::collections::BTreeMap;

use secrecy::SecretString;
use stegvis_model::SmtpAddress;
use thiserror::Error;

use crate::cells;
use crate::columns::{Column, Layout, Meaning};
use crate::encoding::{TextEncoding, undo_double_encoding};
use crate::finding::{Finding, FindingCode, RowStatus, shown};
use crate::grid::{Cell, Line};
use crate::reading::{self, Reading};
use crate::sheet::SheetTab;

/// Bytes that a list may have. One of 50,000 mailboxes has about four million.
pub const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// What a file is, whatever it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListFormat {
    /// Text with delimiters.
    Text {
        /// How its characters are written.
        encoding: TextEncoding,
        /// What stands between its cells.
        delimiter: char,
    },
    /// A spreadsheet.
    Sheet {
        /// `xlsx`, `xls` or `ods`.
        kind: &'static str,
        /// The sheet that was read.
        sheet: String,
        /// Every sheet of the file, in order.
        tabs: Vec<SheetTab>,
    },
}

/// A row of a list, as it will be written.
#[derive(Debug, Clone)]
pub struct ListRow {
    /// The row, as Excel numbers it.
    pub row: u32,
    /// The text of the address as far as it could be mended.
    pub text: String,
    /// The address; nothing where it is none.
    pub address: Option<SmtpAddress>,
    /// The password, to the byte.
    pub password: Option<SecretString>,
    /// Whether it must be changed; nothing where the batch decides.
    pub force_change_password: Option<bool>,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl ListRow {
    /// The gravest of its findings.
    #[must_use]
    pub fn status(&self) -> RowStatus {
        self.findings
            .iter()
            .map(|finding| finding.code.status())
            .max()
            .unwrap_or(RowStatus::Ok)
    }
}

/// A file that was read as a list of mailboxes.
#[derive(Debug, Clone)]
pub struct MailboxList {
    /// What it is.
    pub format: ListFormat,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, without the ones that are wholly empty.
    pub rows: Vec<ListRow>,
}

/// Why a file is no list of mailboxes, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotAList {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is larger than any list.
    #[error("the file is larger than 64 MB, and so no list of mailboxes")]
    TooLarge,
    /// It is a spreadsheet that cannot be read, or has no such sheet.
    #[error("{0}")]
    Workbook(String),
    /// A sheet was asked for where there is none.
    #[error("the file is no spreadsheet, and so has no sheet {0:?}")]
    NoSheets(String),
    /// No column holds addresses.
    #[error(
        "no column holds e-mail addresses: neither a heading such as EmailAddress nor an address was found"
    )]
    NoAddresses,
    /// There is a heading and nothing below it.
    #[error("the list has a heading and no rows")]
    NoRows,
}

/// Reads a list of mailboxes out of any file. Every change is a finding of its row.
///
/// # Errors
/// [`NotAList`].
pub fn read_list(bytes: &[u8], sheet: Option<&str>) -> Result<MailboxList, NotAList> {
    let reading = reading::open(bytes, sheet, None)?;
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let rows = reading
        .lines
        .iter()
        .map(|line| row(line, &reading, &mut seen))
        .collect();
    Ok(MailboxList {
        rows,
        format: reading.format,
        columns: reading.layout.columns,
    })
}

fn row(line: &Line, reading: &Reading, seen: &mut BTreeMap<String, u32>) -> ListRow {
    let rest = beside_the_address(line, reading);
    let mut findings = rest.row;
    let (text, address) = cells::address(
        line.cell(reading.layout.address),
        reading.whole_lines(),
        &mut findings,
    );
    findings.extend(rest.columns);
    if let Some(address) = &address {
        match seen.get(&address.key()) {
            Some(first) => findings.push(duplicate(&text, *first)),
            None => {
                seen.insert(address.key(), line.row);
            }
        }
    }
    ListRow {
        row: line.row,
        text: shown(&text),
        address,
        password: rest.password,
        force_change_password: rest.force_change_password,
        findings,
    }
}

pub(crate) fn duplicate(text: &str, first: u32) -> Finding {
    Finding::new(
        FindingCode::Duplicate,
        Some(Meaning::EmailAddress),
        text,
        Some(&format!("row {first}")),
    )
}

/// What a row says besides its address.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    /// Findings of the whole row.
    pub(crate) row: Vec<Finding>,
    /// Findings of the other columns.
    pub(crate) columns: Vec<Finding>,
    pub(crate) password: Option<SecretString>,
    pub(crate) force_change_password: Option<bool>,
    pub(crate) name: String,
}

pub(crate) fn beside_the_address(line: &Line, reading: &Reading) -> Beside {
    let layout = &reading.layout;
    let counts_cells = matches!(reading.format, ListFormat::Text { .. });
    let width = layout.width.filter(|_| counts_cells);
    let (mut row, shifted) = shape(line, layout, width);
    if line.hidden {
        row.push(Finding::new(FindingCode::HiddenRow, None, "hidden", None));
    }
    let mut beside = Beside {
        row,
        columns: Vec::new(),
        password: None,
        force_change_password: None,
        name: String::new(),
    };
    // In a row that has shifted, a piece of the password may stand in any other column.
    if !shifted {
        let at = |column: Option<usize>| column.and_then(|column| line.cell(column));
        beside.password =
            cells::password(at(layout.password), &mut beside.columns).map(SecretString::from);
        beside.force_change_password = cells::force(at(layout.force), &mut beside.columns);
        beside.name = name(line, layout, &mut beside.columns);
    }
    beside
}

/// What is wrong with the number of cells, and whether the cells may have moved to other columns.
fn shape(line: &Line, layout: &Layout, width: Option<usize>) -> (Vec<Finding>, bool) {
    let shifted = width.is_some_and(|width| {
        let more = line.cells.get(width..).unwrap_or_default();
        more.iter().any(|cell| !cell.is_blank())
    });
    let last = [Some(layout.address), layout.password, layout.force]
        .into_iter()
        .flatten()
        .max()
        .unwrap_or_default();
    let cells = |count: usize| format!("{count} cells");
    let was = cells(line.cells.len());
    let finding = if shifted {
        Some(Finding::new(FindingCode::TooManyCells, None, &was, None))
    } else if width.is_some() && line.cells.len() <= last {
        let becomes = cells(last + 1);
        Some(Finding::new(
            FindingCode::ShortRow,
            None,
            &was,
            Some(&becomes),
        ))
    } else {
        None
    };
    (finding.into_iter().collect(), shifted)
}

/// The name is shown and not written; where its letters are mended, that is shown, too.
fn name(line: &Line, layout: &Layout, findings: &mut Vec<Finding>) -> String {
    let mut texts = Vec::new();
    for cell in layout.name.iter().filter_map(|&column| line.cell(column)) {
        let Cell::Text(text) = cell else {
            continue;
        };
        let readable = match undo_double_encoding(text) {
            Some(once) => {
                let readable = cells::readable(&once);
                let code = FindingCode::DoubleEncoded;
                findings.push(Finding::new(code, None, text, Some(&readable)));
                readable
            }
            None => cells::readable(text),
        };
        if !readable.is_empty() {
            texts.push(readable);
        }
    }
    shown(&texts.join(" "))
}
