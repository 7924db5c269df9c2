use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, Reader as _, SheetVisible, Sheets, open_workbook_auto_from_rs};

use crate::biff;
use crate::grid::{Cell, Line};
use crate::hidden::HiddenRows;
use crate::zipped;

/// Cells of one sheet that are read. A list of 50,000 mailboxes has far fewer; a file made to fill the memory
/// has more.
const MOST_CELLS: usize = 4_000_000;

/// How a ZIP file begins.
const ZIP: &[u8] = b"PK\x03\x04";

/// Columns that are looked at.
const MOST_COLUMNS: u32 = 256;

/// A spreadsheet's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SheetKind {
    Xlsx,
    Xls,
    Ods,
}

/// One sheet that can be seen.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) lines: Vec<Line>,
}

/// The name of a sheet, as the tab below a spreadsheet shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetTab {
    /// Its name.
    pub name: String,
    /// Whether it is hidden.
    pub hidden: bool,
}

/// A spreadsheet: the sheets that were read, and the tabs of all.
#[derive(Debug)]
pub(crate) struct Workbook {
    pub(crate) kind: SheetKind,
    pub(crate) sheets: Vec<Sheet>,
    pub(crate) tabs: Vec<SheetTab>,
}

/// Whether the bytes begin as a ZIP or an OLE file does, whatever the file is called.
pub(crate) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
}

/// Reads the sheet called `wanted`, even when it is hidden, or every sheet that is not hidden.
pub(crate) fn read(bytes: &[u8], wanted: Option<&str>) -> Result<Workbook, String> {
    // The reader of spreadsheets is not ours; where a damaged file makes it fall, the file is at fault.
    catch_unwind(AssertUnwindSafe(|| read_inner(bytes, wanted)))
        .unwrap_or_else(|_| Err("the spreadsheet is damaged".to_owned()))
}

fn read_inner(bytes: &[u8], wanted: Option<&str>) -> Result<Workbook, String> {
    let old;
    let (hidden, bytes) = if bytes.starts_with(ZIP) {
        (zipped::survey(bytes)?, bytes)
    } else {
        old = biff::open(bytes)?;
        (old.hidden, old.file.as_slice())
    };
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes))
        .map_err(|error| format!("the spreadsheet cannot be read: {error}"))?;
    let kind = match &book {
        Sheets::Xlsx(_) => SheetKind::Xlsx,
        Sheets::Xls(_) => SheetKind::Xls,
        Sheets::Ods(_) => SheetKind::Ods,
        Sheets::Xlsb(_) => return Err("a binary workbook (.xlsb) is not read".to_owned()),
    };
    let tabs: Vec<SheetTab> = book
        .sheets_metadata()
        .iter()
        .map(|sheet| SheetTab {
            name: sheet.name.clone(),
            hidden: sheet.visible != SheetVisible::Visible,
        })
        .collect();
    let names: Vec<String> = tabs
        .iter()
        .filter(|tab| match wanted {
            Some(wanted) => wanted.to_lowercase() == tab.name.to_lowercase(),
            None => !tab.hidden,
        })
        .map(|tab| tab.name.clone())
        .collect();
    if let (Some(wanted), true) = (wanted, names.is_empty()) {
        let known: Vec<_> = tabs.iter().map(|tab| tab.name.as_str()).collect();
        return Err(format!(
            "there is no sheet {wanted:?}; the file has {}",
            known.join(", ")
        ));
    }
    let mut sheets = Vec::new();
    for name in names {
        let cells = cells(&mut book, &name)?;
        sheets.push(Sheet {
            lines: lines(cells, &name, &hidden),
            name,
        });
    }
    Ok(Workbook { kind, sheets, tabs })
}

type Cells = BTreeMap<(u32, u32), Cell>;

fn cells(book: &mut Sheets<Cursor<&[u8]>>, name: &str) -> Result<Cells, String> {
    let unreadable =
        |error: &dyn std::fmt::Display| format!("sheet {name:?} cannot be read: {error}");
    let mut cells = Cells::new();
    let mut put = |at: (u32, u32), cell: Cell| {
        if at.1 < MOST_COLUMNS {
            cells.insert(at, cell);
        }
        if cells.len() > MOST_CELLS {
            return Err(format!("sheet {name:?} has too many cells"));
        }
        Ok(())
    };
    if let Sheets::Xlsx(book) = book {
        // Cell by cell: a table from the first to the last cell may be larger than any memory.
        let mut reader = book
            .worksheet_cells_reader(name)
            .map_err(|error| unreadable(&error))?;
        while let Some(found) = reader.next_cell().map_err(|error| unreadable(&error))? {
            if let Some(cell) = cell(&Data::from(found.get_value().clone())) {
                put(found.get_position(), cell)?;
            }
        }
        drop(reader);
        let mut reader = book
            .worksheet_cells_reader(name)
            .map_err(|error| unreadable(&error))?;
        while let Some(found) = reader.next_formula().map_err(|error| unreadable(&error))? {
            if let Some(formula) = formula(found.get_value()) {
                put(found.get_position(), formula)?;
            }
        }
        return Ok(cells);
    }
    let range = book
        .worksheet_range(name)
        .map_err(|error| unreadable(&error))?;
    let from = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        if let Some(cell) = cell(value) {
            put(place(from, row, column), cell)?;
        }
    }
    let formulas = book
        .worksheet_formula(name)
        .map_err(|error| unreadable(&error))?;
    let from = formulas.start().unwrap_or_default();
    for (row, column, value) in formulas.used_cells() {
        if let Some(formula) = formula(value) {
            put(place(from, row, column), formula)?;
        }
    }
    Ok(cells)
}

fn place(from: (u32, u32), row: usize, column: usize) -> (u32, u32) {
    let add =
        |start: u32, more: usize| start.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
    (add(from.0, row), add(from.1, column))
}

fn cell(value: &Data) -> Option<Cell> {
    Some(match value {
        Data::Empty => return None,
        Data::String(text) => Cell::Text(text.clone()),
        Data::Int(number) => Cell::Text(number.to_string()),
        Data::Float(number) => Cell::Text(number.to_string()),
        Data::Bool(value) => Cell::Text(crate::booleans::microsoft_word(*value).to_owned()),
        Data::Error(error) => Cell::Error(error.to_string()),
        Data::DateTime(date) => Cell::Error(date.to_string()),
        Data::DateTimeIso(date) | Data::DurationIso(date) => Cell::Error(date.clone()),
    })
}

/// A formula with its `=`. The two that only write down a truth value are that value: LibreOffice writes them.
fn formula(text: &str) -> Option<Cell> {
    let text = text.strip_prefix("of:").unwrap_or(text);
    let text = text.strip_prefix('=').unwrap_or(text);
    match text {
        "" => None,
        "TRUE()" => Some(Cell::Text("True".to_owned())),
        "FALSE()" => Some(Cell::Text("False".to_owned())),
        _ => Some(Cell::Formula(format!("={text}"))),
    }
}

fn lines(cells: Cells, sheet: &str, hidden: &HiddenRows) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for ((row, column), cell) in cells {
        let row = row.saturating_add(1);
        if lines.last().is_none_or(|line| line.row != row) {
            lines.push(Line {
                row,
                hidden: hidden.has(sheet, row),
                cells: Vec::new(),
            });
        }
        if let (Some(line), Ok(column)) = (lines.last_mut(), usize::try_from(column)) {
            line.cells.resize(column, Cell::Text(String::new()));
            line.cells.push(cell);
        }
    }
    lines
}
