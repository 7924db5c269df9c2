//! Files as LibreOffice saves them for a Swede: see `fixtures/libreoffice.py`.
#![allow(clippy::unwrap_used)]

mod told;

use secrecy::ExposeSecret as _;
use stegvis_lists::{Draft, Edit, ListFormat, MailboxList, Note, read_list};
use told::told;

const ODS: &[u8] = include_bytes!("fixtures/libreoffice.ods");
const XLSX: &[u8] = include_bytes!("fixtures/libreoffice.xlsx");
const XLS: &[u8] = include_bytes!("fixtures/libreoffice.xls");
const UTF8: &[u8] = include_bytes!("fixtures/libreoffice-utf8.csv");
const WINDOWS: &[u8] = include_bytes!("fixtures/libreoffice-windows1252.csv");
const UTF16: &[u8] = include_bytes!("fixtures/libreoffice-utf16.csv");

fn passwords(list: &MailboxList) -> Vec<String> {
    let rows = list.rows.iter().filter_map(|row| row.password.as_ref());
    rows.map(|password| password.expose_secret().to_owned())
        .collect()
}

#[test]
fn a_csv_reads_the_same_in_each_encoding() {
    let mut all = Vec::new();
    for (bytes, encoding, delimiter) in [
        (UTF8, "utf-8", ';'),
        (WINDOWS, "windows-1252", ';'),
        (UTF16, "utf-16le", '\t'),
    ] {
        let list = read_list(bytes, None).unwrap();
        assert!(matches!(
            list.format,
            ListFormat::Text { encoding: found, delimiter: between }
                if found.name() == encoding && between == delimiter
        ));
        assert_eq!(passwords(&list), ["Sommar;2026,\"", "åäö é 0", "0012"]);
        all.push(told(&list));
    }
    all.dedup();
    assert_eq!(all.len(), 1);
    insta::assert_snapshot!(all.remove(0));
}

#[test]
fn a_spreadsheet_reads_the_same_in_each_format() {
    let mut all = Vec::new();
    for (bytes, kind) in [(ODS, "ods"), (XLSX, "xlsx"), (XLS, "xls")] {
        let list = read_list(bytes, None).unwrap();
        assert!(matches!(
            &list.format,
            ListFormat::Sheet { kind: found, sheet, tabs }
                if *found == kind && sheet == "Användare" && tabs.len() == 2
        ));
        assert_eq!(passwords(&list), ["Sommar;2026,\"", "åäö é 0", "0012"]);
        // Each format writes the same formula in its own words.
        let words = ["of:", "[.", "]"];
        all.push(
            words
                .iter()
                .fold(told(&list), |told, word| told.replace(word, "")),
        );
    }
    all.dedup();
    assert_eq!(all.len(), 1, "{all:#?}");
    insta::assert_snapshot!(all.remove(0));
}

#[test]
fn hidden_rows_are_counted_and_read_and_the_other_sheet_is_offered() {
    for bytes in [ODS, XLSX, XLS] {
        let mut draft = Draft::open(bytes.to_vec(), None, None).unwrap();
        assert_eq!(
            draft.notes(),
            [
                Note::OtherSheets(vec!["Pilot".to_owned()]),
                Note::HiddenRows(2),
                Note::PasswordColumn(3)
            ]
        );
        assert!(draft.row(9).unwrap().is_hidden() && draft.row(9).unwrap().is_ready());
        draft.edit(&Edit::Sheet("Pilot".to_owned())).unwrap();
        assert_eq!(
            draft.notes(),
            [Note::OtherSheets(vec!["Användare".to_owned()])]
        );
        assert_eq!(draft.counts().ok, 2);
    }
}
