//! Spreadsheets that are small on the disk and would fill the memory.
#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Read as _, Write as _};

use stegvis_lists::{NotAList, read_list};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const ODS: &[u8] = include_bytes!("fixtures/odfpy.ods");

/// The same spreadsheet with one part replaced by what `write` writes.
fn with_part(
    book: &[u8],
    replaced: &str,
    write: impl Fn(&mut ZipWriter<Cursor<Vec<u8>>>),
) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(book)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    let mut found = false;
    for index in 0..old.len() {
        let mut part = old.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        new.start_file(&*name, SimpleFileOptions::default())
            .unwrap();
        if name == replaced {
            found = true;
            write(&mut new);
        } else {
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            new.write_all(&bytes).unwrap();
        }
    }
    assert!(found, "{replaced}");
    new.finish().unwrap().into_inner()
}

fn refusal(bytes: &[u8]) -> String {
    match read_list(bytes, None) {
        Err(NotAList::Workbook(words)) => words,
        other => unreachable!("{other:?}"),
    }
}

/// A compressed text of one space, repeated 258 times as often as `times`: RFC 1951 section 3.2.6, thirteen bits a time.
fn spaces(times: usize) -> Vec<u8> {
    let (mut bytes, mut at) = (Vec::new(), 0_usize);
    let mut put = |bits: &[u8]| {
        for bit in bits {
            if at % 8 == 0 {
                bytes.push(0);
            }
            *bytes.last_mut().unwrap() |= bit << (at % 8);
            at += 1;
        }
    };
    // The last block, in the fixed code; the space; as long a repetition as there is, of the character before; the end.
    put(&[1, 1, 0]);
    put(&[0, 1, 0, 1, 0, 0, 0, 0]);
    for _ in 0..times {
        put(&[1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
    }
    put(&[0; 7]);
    bytes
}

/// A ZIP file of one part, and what it says of the size to which it unpacks.
fn zip_of(name: &str, compressed: &[u8], unpacked: usize) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let short = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
    // Needed version, flags, deflated, time and date, checksum, sizes, length of the name and of nothing more.
    let described = [
        &[20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 1, 2, 3, 4][..],
        &number(compressed.len()),
        &number(unpacked),
        &short(name.len()),
        &[0, 0],
    ]
    .concat();
    let part = [b"PK\x03\x04", &described[..], name.as_bytes(), compressed].concat();
    let listed = [
        b"PK\x01\x02\x14\0",
        &described[..],
        &[0; 14],
        name.as_bytes(),
    ]
    .concat();
    let end = [
        b"PK\x05\x06\0\0\0\0\x01\0\x01\0",
        &number(listed.len())[..],
        &number(part.len()),
        &[0, 0],
    ]
    .concat();
    [part, listed, end].concat()
}

#[test]
fn a_spreadsheet_that_unpacks_to_more_than_any_list_is_refused_whatever_it_says_of_itself() {
    let times = 201 * 1024 * 1024 / 258;
    let (compressed, unpacked) = (spaces(times), 1 + 258 * times);
    let honest = zip_of("xl/worksheets/sheet1.xml", &compressed, unpacked);
    assert!(honest.len() < 2 * 1024 * 1024);
    assert_eq!(
        refusal(&honest),
        "the spreadsheet unpacks to more than 200 MB, and so is no list of mailboxes"
    );
    // One that lies is read as far as it says, and then refused by whoever reads it.
    let liar = zip_of("xl/worksheets/sheet1.xml", &compressed, 1000);
    assert!(refusal(&liar).starts_with("the spreadsheet cannot be read"));
    let mut part = ZipArchive::new(Cursor::new(liar)).unwrap();
    let mut part = part.by_index(0).unwrap();
    let mut read = Vec::new();
    assert!(part.read_to_end(&mut read).is_err() && read.len() <= 1_000_000);
}

#[test]
fn an_element_that_stands_for_a_million_rows_is_counted_as_such() {
    let content = |columns: u32, rows: u32| {
        format!(
            "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
             xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
             xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
             <office:body><office:spreadsheet><table:table table:name=\"Blad1\">\
             <table:table-row><table:table-cell office:value-type=\"string\"><text:p>Mail</text:p></table:table-cell></table:table-row>\
             <table:table-row table:number-rows-repeated=\"{rows}\">\
             <table:table-cell office:value-type=\"string\" table:number-columns-repeated=\"{columns}\"><text:p>a@b.se</text:p></table:table-cell>\
             </table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
        )
    };
    let book = |columns, rows| {
        with_part(ODS, "content.xml", |part| {
            part.write_all(content(columns, rows).as_bytes()).unwrap();
        })
    };
    assert_eq!(
        refusal(&book(16_384, 1_000_000)),
        "sheet \"Blad1\" has too many cells"
    );
    assert_eq!(read_list(&book(1, 3), None).unwrap().rows.len(), 3);
}

#[test]
fn a_formatted_sheet_whose_empty_rows_go_to_the_end_is_no_bomb() {
    let book = with_part(ODS, "content.xml", |part| {
        let content = "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
             xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
             xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
             <office:body><office:spreadsheet><table:table table:name=\"Blad1\">\
             <table:table-row><table:table-cell office:value-type=\"string\"><text:p>a@b.se</text:p></table:table-cell>\
             <table:table-cell table:number-columns-repeated=\"16383\"/></table:table-row>\
             <table:table-row table:number-rows-repeated=\"1048575\" table:visibility=\"collapse\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>\
             </table:table></office:spreadsheet></office:body></office:document-content>";
        part.write_all(content.as_bytes()).unwrap();
    });
    assert_eq!(read_list(&book, None).unwrap().rows.len(), 1);
}

#[test]
fn an_old_workbook_whose_sectors_go_round_in_a_ring_is_refused() {
    let mut ring = include_bytes!("fixtures/xlwt.xls").to_vec();
    // The table of sectors begins in the sector that the header names first; each entry is the next sector.
    let number = |at: usize| {
        let bytes = ring.get(at..at + 4).unwrap();
        usize::try_from(u32::from_le_bytes(bytes.try_into().unwrap())).unwrap()
    };
    let table = 512 * (number(76) + 1);
    let directory = number(48);
    let first = u32::try_from(directory).unwrap().to_le_bytes();
    ring.get_mut(table + 4 * directory..)
        .and_then(|rest| rest.first_chunk_mut())
        .map(|entry| *entry = first)
        .unwrap();
    assert_eq!(refusal(&ring), "the spreadsheet is damaged");
}
