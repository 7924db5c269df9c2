use std::collections::BTreeMap;

use secrecy::SecretString;
use stegvis_model::SmtpAddress;
use thiserror::Error;

use crate::cells;
use crate::columns::{Column, Layout, Meaning, layout};
use crate::delimited::cut;
use crate::encoding::{TextEncoding, decode};
use crate::finding::{Finding, FindingCode, RowStatus, shown};
use crate::grid::Line;
use crate::invisible::is_invisible;
use crate::sheet::{self, SheetKind};

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
        /// The others that can be seen.
        others: Vec<String>,
        /// The ones that are hidden.
        hidden: Vec<String>,
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
    if bytes.is_empty() {
        return Err(NotAList::Empty);
    }
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST_BYTES) {
        return Err(NotAList::TooLarge);
    }
    if sheet::is_workbook(bytes) {
        return from_workbook(bytes, sheet);
    }
    if let Some(sheet) = sheet {
        return Err(NotAList::NoSheets(sheet.to_owned()));
    }
    let (encoding, text) = decode(bytes);
    let nothing = |c: char| c.is_whitespace() || is_invisible(c) || matches!(c, ',' | ';' | '"');
    if text.chars().all(nothing) {
        return Err(NotAList::Empty);
    }
    let table = cut(&text);
    let format = ListFormat::Text {
        encoding,
        delimiter: table.delimiter,
    };
    examine(format, &table.lines)
}

fn from_workbook(bytes: &[u8], wanted: Option<&str>) -> Result<MailboxList, NotAList> {
    let book = sheet::read(bytes, wanted).map_err(NotAList::Workbook)?;
    let kind = match book.kind {
        SheetKind::Xlsx => "xlsx",
        SheetKind::Xls => "xls",
        SheetKind::Ods => "ods",
    };
    let mut refusal = NotAList::Empty;
    for sheet in &book.sheets {
        let others = book.sheets.iter().map(|other| &other.name);
        let format = ListFormat::Sheet {
            kind,
            sheet: sheet.name.clone(),
            others: others
                .filter(|name| **name != sheet.name)
                .cloned()
                .collect(),
            hidden: book.hidden.clone(),
        };
        // The first sheet that is a list; where none is, the last refusal tells why.
        match examine(format, &sheet.lines) {
            Ok(list) => return Ok(list),
            Err(error) if refusal == NotAList::Empty => refusal = error,
            Err(_) => {}
        }
    }
    Err(refusal)
}

fn examine(format: ListFormat, lines: &[Line]) -> Result<MailboxList, NotAList> {
    if lines.iter().all(Line::is_blank) {
        return Err(NotAList::Empty);
    }
    let layout = layout(lines).ok_or(NotAList::NoAddresses)?;
    let counts_cells = matches!(format, ListFormat::Text { .. });
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let rows: Vec<ListRow> = lines
        .iter()
        .skip(layout.first)
        .filter(|line| !line.is_blank())
        .map(|line| row(line, &layout, counts_cells, &mut seen))
        .collect();
    if rows.is_empty() {
        return Err(NotAList::NoRows);
    }
    Ok(MailboxList {
        format,
        columns: layout.columns,
        rows,
    })
}

fn row(
    line: &Line,
    layout: &Layout,
    counts_cells: bool,
    seen: &mut BTreeMap<String, u32>,
) -> ListRow {
    let mut findings = Vec::new();
    let width = layout.width.filter(|_| counts_cells);
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
    if shifted {
        let was = cells(line.cells.len());
        let code = FindingCode::TooManyCells;
        findings.push(Finding::new(code, None, &was, None));
    } else if width.is_some() && line.cells.len() <= last {
        let (was, becomes) = (cells(line.cells.len()), cells(last + 1));
        let code = FindingCode::ShortRow;
        findings.push(Finding::new(code, None, &was, Some(&becomes)));
    }
    let (text, address) = cells::address(line.cell(layout.address), &mut findings);
    let (mut password, mut force) = (None, None);
    // In a row that has shifted, a piece of the password may stand in any other column.
    if !shifted {
        let at = |column: Option<usize>| column.and_then(|column| line.cell(column));
        password = cells::password(at(layout.password), &mut findings);
        force = cells::force(at(layout.force), &mut findings);
    }
    if let Some(address) = &address {
        match seen.get(&address.key()) {
            Some(first) => findings.push(Finding::new(
                FindingCode::Duplicate,
                Some(Meaning::EmailAddress),
                &text,
                Some(&format!("row {first}")),
            )),
            None => {
                seen.insert(address.key(), line.row);
            }
        }
    }
    ListRow {
        row: line.row,
        text: shown(&text),
        address,
        password: password.map(SecretString::from),
        force_change_password: force,
        findings,
    }
}
