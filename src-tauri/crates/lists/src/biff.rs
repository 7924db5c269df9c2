use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use crate::hidden::{HiddenRows, MOST_AREA};

// Records of [MS-XLS] section 2.3.
const BOUND_SHEET: u16 = 0x0085;
const BEGINNING: u16 = 0x0809;
const END: u16 = 0x000A;
const ROW: u16 = 0x0208;
/// Records whose first two numbers are the row and the column of a cell.
const CELLS: [u16; 7] = [0x00FD, 0x0203, 0x027E, 0x00BD, 0x0204, 0x0006, 0x0205];

/// In the flags of a row.
const HIDDEN: u16 = 0x0020;

/// What is read of an old workbook.
#[derive(Debug)]
pub(crate) struct OldWorkbook {
    /// The rows it hides.
    pub(crate) hidden: HiddenRows,
    /// A file with the workbook and nothing else. Whoever reads the cells follows the sectors of a file without asking
    /// whether they go round in a ring.
    pub(crate) file: Vec<u8>,
}

/// Refuses an old workbook that is damaged, or whose sheets are larger than any list.
pub(crate) fn open(bytes: &[u8]) -> Result<OldWorkbook, String> {
    let damaged = || "the spreadsheet is damaged".to_owned();
    let (name, stream) = stream(bytes).ok_or_else(damaged)?;
    let hidden = survey(&stream)?;
    let file = alone(name, &stream).map_err(|_| damaged())?;
    Ok(OldWorkbook { hidden, file })
}

fn survey(stream: &[u8]) -> Result<HiddenRows, String> {
    let mut hidden = HiddenRows::default();
    let (mut sheets, mut sheet, mut depth) = (BTreeMap::new(), None::<String>, 0_u32);
    let mut area = Area::default();
    for (at, kind, body) in records(stream) {
        match kind {
            BOUND_SHEET => {
                sheets.extend(bound_sheet(body));
            }
            BEGINNING => {
                depth = depth.saturating_add(1);
                // A chart inside a sheet begins and ends as a sheet does.
                if depth == 1 {
                    sheet = sheets.get(&at).cloned();
                    area = Area::default();
                }
            }
            END => depth = depth.saturating_sub(1),
            ROW if depth == 1 => {
                if let (Some(sheet), Some(row), Some(flags)) =
                    (&sheet, number(body, 0), number(body, 12))
                    && flags & HIDDEN != 0
                {
                    let row = u32::from(row) + 1;
                    hidden.add(sheet, row, row);
                }
            }
            _ if CELLS.contains(&kind) => {
                if let (Some(row), Some(column)) = (number(body, 0), number(body, 2)) {
                    area.put(u64::from(row), u64::from(column));
                }
                if area.cells() > MOST_AREA {
                    return Err("a sheet has too many cells".to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(hidden.sorted())
}

/// The stream that holds the workbook, and its name.
fn stream(bytes: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let (name, mut stream) = ["Workbook", "Book"]
        .into_iter()
        .find_map(|name| Some((name, file.open_stream(name).ok()?)))?;
    let mut content = Vec::new();
    stream.read_to_end(&mut content).ok()?;
    Some((name, content))
}

fn alone(name: &str, stream: &[u8]) -> std::io::Result<Vec<u8>> {
    // The version that Excel writes.
    let memory = Cursor::new(Vec::new());
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, memory)?;
    file.create_stream(name)?.write_all(stream)?;
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

/// Each record with its place, its kind and its body.
fn records(stream: &[u8]) -> impl Iterator<Item = (u32, u16, &[u8])> {
    let mut at = 0_usize;
    std::iter::from_fn(move || {
        let head = stream.get(at..)?;
        let (kind, length) = (number(head, 0)?, usize::from(number(head, 2)?));
        let body = head.get(4..4 + length)?;
        let place = u32::try_from(at).ok()?;
        at += 4 + length;
        Some((place, kind, body))
    })
}

fn number(body: &[u8], at: usize) -> Option<u16> {
    let bytes: [u8; 2] = body.get(at..at + 2)?.try_into().ok()?;
    Some(u16::from_le_bytes(bytes))
}

/// Where a sheet begins, and its name: one byte a character, or two.
fn bound_sheet(body: &[u8]) -> Option<(u32, String)> {
    let place: [u8; 4] = body.get(..4)?.try_into().ok()?;
    let (length, wide) = (usize::from(*body.get(6)?), body.get(7)? & 1 == 1);
    let text = body.get(8..)?;
    let name = if wide {
        let units: Vec<u16> = text
            .get(..length * 2)?
            .chunks_exact(2)
            .filter_map(|pair| number(pair, 0))
            .collect();
        String::from_utf16_lossy(&units)
    } else {
        text.get(..length)?
            .iter()
            .map(|byte| char::from(*byte))
            .collect()
    };
    Some((u32::from_le_bytes(place), name))
}

/// The smallest rectangle that holds the cells seen.
#[derive(Default)]
struct Area {
    rows: Option<(u64, u64)>,
    columns: Option<(u64, u64)>,
}

impl Area {
    fn put(&mut self, row: u64, column: u64) {
        let wider = |range: Option<(u64, u64)>, at: u64| match range {
            Some((first, last)) => Some((first.min(at), last.max(at))),
            None => Some((at, at)),
        };
        self.rows = wider(self.rows, row);
        self.columns = wider(self.columns, column);
    }

    fn cells(&self) -> u64 {
        let length = |range: Option<(u64, u64)>| range.map_or(0, |(first, last)| last - first + 1);
        length(self.rows) * length(self.columns)
    }
}
