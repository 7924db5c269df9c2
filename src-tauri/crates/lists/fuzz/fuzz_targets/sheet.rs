//! Any bytes for the XML of a sheet in a workbook. See `../README.md`.
#![no_main]

use std::io::{Cursor, Write as _};

use libfuzzer_sys::fuzz_target;
use stegvis_lists::read_list;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGES: &str = "http://schemas.openxmlformats.org/package/2006";

fuzz_target!(
    init: {
        // What the reader of spreadsheets falls over is caught and told in words; only what escapes is a crash.
        std::panic::set_hook(Box::new(|_| {}));
    },
    |sheet: &[u8]| {
        let _ = read_list(&excel(sheet), None);
        let _ = read_list(&open_document(sheet), None);
    }
);

fn excel(sheet: &[u8]) -> Vec<u8> {
    let types = format!(
        "<Types xmlns=\"{PACKAGES}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
    );
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{PACKAGES}/relationships\"><Relationship Id=\"r1\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let begin = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>");
    zipped(&[
        ("[Content_Types].xml", types.as_bytes()),
        (
            "_rels/.rels",
            relation("officeDocument", "xl/workbook.xml").as_bytes(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            relation("worksheet", "worksheets/sheet1.xml").as_bytes(),
        ),
        ("xl/workbook.xml", book.as_bytes()),
        (
            "xl/worksheets/sheet1.xml",
            &[begin.as_bytes(), sheet, b"</sheetData></worksheet>"].concat(),
        ),
    ])
}

fn open_document(sheet: &[u8]) -> Vec<u8> {
    let begin = "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
        xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
        xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
        <office:body><office:spreadsheet><table:table table:name=\"A\">";
    let end = "</table:table></office:spreadsheet></office:body></office:document-content>";
    zipped(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        (
            "content.xml",
            &[begin.as_bytes(), sheet, end.as_bytes()].concat(),
        ),
    ])
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in parts {
        book.start_file(*name, stored).expect("a part begins");
        book.write_all(content).expect("memory");
    }
    book.finish().expect("a workbook").into_inner()
}
