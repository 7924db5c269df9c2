//! Any list of valid rows, written in any dialect, reads back the same; and no bytes make the reader fall.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{Cursor, Write as _};

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::{collection, option};
use secrecy::ExposeSecret as _;
use stegvis_lists::{Reader, RowStatus, read_list, write_list};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

#[derive(Debug, Clone, PartialEq)]
struct Row {
    address: String,
    password: Option<String>,
    force: Option<bool>,
}

#[derive(Debug, Clone, Copy)]
enum Writing {
    Utf8,
    Utf8Marked,
    Utf16Le { mark: bool },
    Utf16Be { mark: bool },
    Windows1252,
    Macintosh,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        "[a-z][a-z0-9.]{0,8}[a-z0-9]",
        "[a-z]{1,8}\\.(se|example)",
        option::of(
            "[ -~åäöÅÄÖé\n]{1,12}".prop_filter("is an error value", |p| !p.starts_with('#')),
        ),
        option::of(any::<bool>()),
    );
    collection::vec(row, 1..20).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        rows.map(|(n, (local, domain, password, force))| Row {
            address: format!("{}{n}@{domain}", local.replace("..", "x")),
            password,
            force,
        })
        .collect()
    })
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn encode(text: &str, writing: Writing) -> Vec<u8> {
    let wide = |mark: bool, bytes: fn(u16) -> [u8; 2]| {
        let text = format!("{}{text}", if mark { "\u{FEFF}" } else { "" });
        text.encode_utf16().flat_map(bytes).collect()
    };
    match writing {
        Writing::Utf8 => text.into(),
        Writing::Utf8Marked => format!("\u{FEFF}{text}").into(),
        Writing::Utf16Le { mark } => wide(mark, u16::to_le_bytes),
        Writing::Utf16Be { mark } => wide(mark, u16::to_be_bytes),
        Writing::Windows1252 => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
        Writing::Macintosh => text.chars().map(macintosh).collect(),
    }
}

/// As an old Macintosh wrote them; no library does so any more.
fn macintosh(character: char) -> u8 {
    match character {
        'å' => 0x8C,
        'ä' => 0x8A,
        'ö' => 0x9A,
        'Å' => 0x81,
        'Ä' => 0x80,
        'Ö' => 0x85,
        'é' => 0x8E,
        c => u8::try_from(c).unwrap(),
    }
}

fn writing() -> impl Strategy<Value = Writing> {
    prop_oneof![
        Just(Writing::Utf8),
        Just(Writing::Utf8Marked),
        any::<bool>().prop_map(|mark| Writing::Utf16Le { mark }),
        any::<bool>().prop_map(|mark| Writing::Utf16Be { mark }),
        Just(Writing::Windows1252),
        Just(Writing::Macintosh),
    ]
}

/// The least that Excel takes for a workbook.
fn spreadsheet(rows: &[Row], as_words: bool) -> Vec<u8> {
    let text = |text: &str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        format!("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
    };
    let mut sheet: String = ["E-post", "Lösenord", "Tvinga lösenordsbyte"]
        .map(text)
        .concat();
    sheet = format!("<row>{sheet}</row>");
    for row in rows {
        let password = row.password.as_deref().map_or("<c/>".to_owned(), text);
        let force = match row.force {
            None => "<c/>".to_owned(),
            Some(value) if as_words => text(if value { "SANT" } else { "FALSKT" }),
            Some(value) => format!("<c t=\"b\"><v>{}</v></c>", u8::from(value)),
        };
        sheet.push_str(&format!(
            "<row>{}{password}{force}</row>",
            text(&row.address)
        ));
    }
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let packages = "http://schemas.openxmlformats.org/package/2006";
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{packages}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{packages}/relationships\"><Relationship Id=\"r1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{packages}/relationships\"><Relationship Id=\"r1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"Blad1\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>"),
        ),
    ] {
        book.start_file(name, SimpleFileOptions::default()).unwrap();
        book.write_all(content.as_bytes()).unwrap();
    }
    book.finish().unwrap().into_inner()
}

fn read(bytes: &[u8]) -> Vec<Row> {
    let list = read_list(bytes, None).unwrap();
    let rows = list.rows.iter();
    rows.map(|row| {
        assert_ne!(row.status(), RowStatus::Rejected, "{row:?}");
        Row {
            address: row.address.as_ref().unwrap().to_string(),
            password: row.password.as_ref().map(|p| p.expose_secret().to_owned()),
            force: row.force_change_password,
        }
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_rows_in_any_dialect_read_back_the_same(
        rows in rows(),
        writing in writing(),
        delimiter in prop_oneof![Just(","), Just(";"), Just("\t"), Just("|")],
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        names_delimiter in any::<bool>(),
        swedish in any::<bool>(),
        empty_tail in 0_usize..3,
    ) {
        let (header, words) = if swedish {
            (["E-postadress", "Lösenord", "Tvinga lösenordsbyte"], ["SANT", "FALSKT"])
        } else {
            (["EmailAddress", "Password", "ForceChangePassword"], ["True", "False"])
        };
        let tail = delimiter.repeat(empty_tail);
        let mut text = if names_delimiter { format!("sep={delimiter}{end}") } else { String::new() };
        text.push_str(&format!("{}{tail}{end}", header.join(delimiter)));
        for row in &rows {
            let password = row.password.as_deref().map_or(String::new(), quote);
            let force = row.force.map_or("", |value| if value { words[0] } else { words[1] });
            text.push_str(&format!("{}{tail}{end}", [row.address.as_str(), &password, force].join(delimiter)));
        }
        assert_eq!(read(&encode(&text, writing)), rows);
    }

    #[test]
    fn what_is_written_reads_back_the_same(rows in rows()) {
        let mut text = "EmailAddress,Password,ForceChangePassword\n".to_owned();
        for row in &rows {
            let password = row.password.as_deref().map_or(String::new(), quote);
            let force = row.force.map_or("", |value| if value { "True" } else { "False" });
            text.push_str(&format!("{},{password},{force}\n", row.address));
        }
        let list = read_list(text.as_bytes(), None).unwrap();
        let files = write_list(&list, Reader::ExchangeOnline);
        assert_eq!(read(files[0].expose_secret().as_bytes()), rows);
    }

    #[test]
    fn valid_rows_in_a_spreadsheet_read_back_the_same(rows in rows(), as_words in any::<bool>()) {
        assert_eq!(read(&spreadsheet(&rows, as_words)), rows);
    }

    #[test]
    fn no_bytes_make_the_reader_fall(bytes in collection::vec(any::<u8>(), 0..600)) {
        let _ = read_list(&bytes, None);
    }

    #[test]
    fn no_text_makes_the_reader_fall(text in "([a-z@.,;\"\r\n\t=# åÃ¥\u{0}\u{A0}\u{200B}<>']|EmailAddress|Password|sep=|mailto:){0,60}") {
        let _ = read_list(text.as_bytes(), None);
        let _ = read_list(format!("EmailAddress\n{text}").as_bytes(), None);
    }
}

#[test]
fn fifty_thousand_rows_are_read_and_written() {
    let mut text = "E-post;Lösenord;ForceChangePassword\r\n".to_owned();
    for n in 0..50_000 {
        text.push_str(&format!("SMTP:u{n}@nordvik.example;hemlig{n};SANT\r\n"));
    }
    let begun = std::time::Instant::now();
    let list = read_list(text.as_bytes(), None).unwrap();
    let files = write_list(&list, Reader::ExchangeOnline);
    println!("50,000 rows: {:?}", begun.elapsed());
    assert_eq!((list.rows.len(), files.len()), (50_000, 25));
    assert!(
        list.rows
            .iter()
            .all(|row| row.status() == RowStatus::Repaired)
    );
}
