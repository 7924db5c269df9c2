use std::collections::BTreeMap;
use std::io::{BufReader, Cursor, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::hidden::{HiddenRows, MOST_AREA};

/// Bytes that a spreadsheet may unpack to. One of 50,000 mailboxes has about twenty million.
const MOST_UNPACKED: u64 = 200 * 1024 * 1024;

/// Files in a spreadsheet; a workbook has a few dozen.
const MOST_PARTS: usize = 4096;

/// Why a spreadsheet is not read further.
const TOO_LARGE: &str =
    "the spreadsheet unpacks to more than 200 MB, and so is no list of mailboxes";

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Refuses a spreadsheet that would fill the memory, and finds the rows that it hides, sheet by sheet. What is too
/// damaged to tell is left to whoever reads the cells.
pub(crate) fn survey(bytes: &[u8]) -> Result<HiddenRows, String> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return Ok(HiddenRows::default());
    };
    bounded(&mut archive)?;
    if archive.index_for_name("content.xml").is_some() {
        return open_document(&mut archive);
    }
    Ok(excel(&mut archive).unwrap_or_default())
}

/// By what the parts say of their sizes: one that unpacks to more than it says is not read to its end.
fn bounded(archive: &mut Archive<'_>) -> Result<(), String> {
    if archive.len() > MOST_PARTS {
        return Err(TOO_LARGE.to_owned());
    }
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        if let Ok(part) = archive.by_index_raw(index) {
            unpacked = unpacked.saturating_add(part.size());
        }
    }
    if unpacked > MOST_UNPACKED {
        return Err(TOO_LARGE.to_owned());
    }
    Ok(())
}

/// Calls `seen` for every element of a part as it begins, and with nothing as it ends.
fn elements(
    archive: &mut Archive<'_>,
    part: &str,
    mut seen: impl FnMut(&str, Option<&BytesStart<'_>>) -> Result<(), String>,
) -> Option<Result<(), String>> {
    let part = archive.by_name(part).ok()?;
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(part.take(MOST_UNPACKED)));
    let mut buffer = Vec::new();
    loop {
        let told = match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(element) => seen(element.local_name().as_ref(), Some(&element)),
            Event::Empty(element) => {
                seen(element.local_name().as_ref(), Some(&element)).and_then(|()| {
                    let element = element.to_end();
                    seen(element.local_name().as_ref(), None)
                })
            }
            Event::End(element) => seen(element.local_name().as_ref(), None),
            Event::Eof => return Some(Ok(())),
            _ => Ok(()),
        };
        if told.is_err() {
            return Some(told);
        }
        buffer.clear();
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element.attributes().flatten().find_map(|attribute| {
        let found = attribute.key.local_name();
        (found.as_ref() == name)
            .then(|| attribute.normalized_value(XmlVersion::Implicit1_0).ok())?
            .map(std::borrow::Cow::into_owned)
    })
}

fn excel(archive: &mut Archive<'_>) -> Option<HiddenRows> {
    let (mut targets, mut sheets) = (BTreeMap::new(), Vec::new());
    let _ = elements(archive, "xl/_rels/workbook.xml.rels", |name, element| {
        if let ("Relationship", Some(element)) = (name, element)
            && let (Some(id), Some(target)) =
                (attribute(element, "Id"), attribute(element, "Target"))
        {
            targets.insert(id, target);
        }
        Ok(())
    })?;
    let _ = elements(archive, "xl/workbook.xml", |name, element| {
        if let ("sheet", Some(element)) = (name, element)
            && let (Some(name), Some(id)) = (attribute(element, "name"), attribute(element, "id"))
        {
            sheets.push((name, id));
        }
        Ok(())
    })?;
    let mut hidden = HiddenRows::default();
    for (sheet, id) in sheets {
        let Some(target) = targets.get(&id) else {
            continue;
        };
        let part = match target.strip_prefix('/') {
            Some(whole) => whole.to_owned(),
            None => format!("xl/{target}"),
        };
        let mut row = 0_u32;
        let _ = elements(archive, &part, |name, element| {
            if let ("row", Some(element)) = (name, element) {
                // A row without its number follows the one before.
                let number = attribute(element, "r").and_then(|number| number.parse().ok());
                row = number.unwrap_or(row.saturating_add(1));
                if attribute(element, "hidden").is_some_and(|value| truth(&value)) {
                    hidden.add(&sheet, row, row);
                }
            }
            Ok(())
        });
    }
    Some(hidden.sorted())
}

fn truth(value: &str) -> bool {
    value == "1" || value.eq_ignore_ascii_case("true")
}

/// In an open document one element may stand for a million rows: how many cells they are is counted as well.
fn open_document(archive: &mut Archive<'_>) -> Result<HiddenRows, String> {
    let mut hidden = HiddenRows::default();
    let mut at = Table::default();
    let told = elements(archive, "content.xml", |name, element| {
        match (name, element) {
            ("table", Some(element)) => {
                at = Table {
                    name: attribute(element, "name").unwrap_or_default(),
                    ..Table::default()
                };
            }
            ("table-row", Some(element)) => {
                at.repeated = repeated(element, "number-rows-repeated");
                at.column = 0;
                at.filled = false;
                if attribute(element, "visibility").is_some_and(|value| value != "visible") {
                    let last = at.row.saturating_add(at.repeated);
                    hidden.add(&at.name, at.row.saturating_add(1), last);
                }
            }
            ("table-row", None) => {
                at.row = at.row.saturating_add(at.repeated);
                if at.filled {
                    at.last = at.row;
                }
                if u64::from(at.last) * u64::from(at.width) > MOST_AREA {
                    return Err(format!("sheet {:?} has too many cells", at.name));
                }
            }
            ("table-cell" | "covered-table-cell", Some(element)) => {
                at.column = at
                    .column
                    .saturating_add(repeated(element, "number-columns-repeated"));
                if attribute(element, "value-type").is_some()
                    || attribute(element, "formula").is_some()
                {
                    at.fill();
                }
            }
            ("p", Some(_)) => at.fill(),
            _ => {}
        }
        Ok(())
    });
    match told {
        Some(Err(error)) => Err(error),
        _ => Ok(hidden.sorted()),
    }
}

/// Where the reading of a table is.
#[derive(Default)]
struct Table {
    name: String,
    /// Rows before this one.
    row: u32,
    /// How many rows this one stands for.
    repeated: u32,
    column: u32,
    /// Whether this row has a cell that is not empty.
    filled: bool,
    /// The last row that has, and the column of the last cell that is.
    last: u32,
    width: u32,
}

impl Table {
    fn fill(&mut self) {
        self.filled = true;
        self.width = self.width.max(self.column);
    }
}

fn repeated(element: &BytesStart<'_>, name: &str) -> u32 {
    attribute(element, name)
        .and_then(|number| number.parse().ok())
        .unwrap_or(1)
}
