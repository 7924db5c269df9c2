use crate::columns::{Layout, Mapping, layout};
use crate::delimited::cut;
use crate::doctor::{ListFormat, MOST_BYTES, NotAList};
use crate::encoding::decode;
use crate::grid::Line;
use crate::invisible::is_invisible;
use crate::sheet::{self, SheetKind};

/// A file that was read as a table with a column of addresses, before its cells are looked at.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) format: ListFormat,
    pub(crate) layout: Layout,
    /// What the heading says, where there is one.
    pub(crate) headings: Option<Vec<String>>,
    /// The rows below it that are not blank.
    pub(crate) lines: Vec<Line>,
}

impl Reading {
    /// Whether each cell is a whole line of a text without a heading: then nobody knows that it is one cell.
    pub(crate) fn whole_lines(&self) -> bool {
        matches!(self.format, ListFormat::Text { .. })
            && self.headings.is_none()
            && self.layout.columns.len() == 1
    }
}

/// Reads a file, or a sheet of it; the columns mean what the mapping says, or what their headings say.
pub(crate) fn open(
    bytes: &[u8],
    sheet: Option<&str>,
    mapping: Option<Mapping>,
) -> Result<Reading, NotAList> {
    if bytes.is_empty() {
        return Err(NotAList::Empty);
    }
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST_BYTES) {
        return Err(NotAList::TooLarge);
    }
    if sheet::is_workbook(bytes) {
        return from_workbook(bytes, sheet, mapping);
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
    table_of(format, table.lines, mapping)
}

fn from_workbook(
    bytes: &[u8],
    wanted: Option<&str>,
    mapping: Option<Mapping>,
) -> Result<Reading, NotAList> {
    let book = sheet::read(bytes, wanted).map_err(NotAList::Workbook)?;
    let kind = match book.kind {
        SheetKind::Xlsx => "xlsx",
        SheetKind::Xls => "xls",
        SheetKind::Ods => "ods",
    };
    let mut refusal = NotAList::Empty;
    for sheet in book.sheets {
        let format = ListFormat::Sheet {
            kind,
            sheet: sheet.name,
            tabs: book.tabs.clone(),
        };
        // The first sheet that is a list; where none is, the first refusal that says something tells why.
        match table_of(format, sheet.lines, mapping) {
            Ok(reading) => return Ok(reading),
            Err(error) if refusal == NotAList::Empty => refusal = error,
            Err(_) => {}
        }
    }
    Err(refusal)
}

fn table_of(
    format: ListFormat,
    mut lines: Vec<Line>,
    mapping: Option<Mapping>,
) -> Result<Reading, NotAList> {
    if lines.iter().all(Line::is_blank) {
        return Err(NotAList::Empty);
    }
    let found = layout(&lines).ok_or(NotAList::NoAddresses)?;
    let layout = match mapping {
        Some(mapping) => found.with(mapping),
        None => found,
    };
    let headings = layout.width.and_then(|_| {
        let line = lines.get(layout.first.checked_sub(1)?)?;
        Some(
            line.cells
                .iter()
                .map(|cell| cell.text().trim().to_owned())
                .collect(),
        )
    });
    lines.drain(..layout.first.min(lines.len()));
    lines.retain(|line| !line.is_blank());
    if lines.is_empty() {
        return Err(NotAList::NoRows);
    }
    Ok(Reading {
        format,
        layout,
        headings,
        lines,
    })
}
