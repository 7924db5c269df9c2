//! Spreadsheets as other programs make them: see `fixtures/make.py`.
#![allow(clippy::unwrap_used)]

use secrecy::ExposeSecret as _;
use stegvis_lists::{ListFormat, MailboxList, NotAList, RowStatus, SheetTab, read_list};

const OPENPYXL: &[u8] = include_bytes!("fixtures/openpyxl.xlsx");

fn rows(list: &MailboxList) -> Vec<(u32, &str, &str, Vec<&'static str>)> {
    list.rows
        .iter()
        .map(|row| {
            let codes = row.findings.iter().map(|finding| finding.code.name());
            let status = row.status().name();
            (row.row, row.text.as_str(), status, codes.collect())
        })
        .collect()
}

#[test]
fn the_first_visible_sheet_that_holds_addresses_is_read() {
    let list = read_list(OPENPYXL, None).unwrap();
    assert_eq!(
        list.format,
        ListFormat::Sheet {
            kind: "xlsx",
            sheet: "Postlådor".to_owned(),
            tabs: [
                ("Om", false),
                ("Gamla", true),
                ("Postlådor", false),
                ("Pilot", false)
            ]
            .map(|(name, hidden)| SheetTab {
                name: name.to_owned(),
                hidden,
            })
            .into(),
        }
    );
    assert_eq!(
        rows(&list),
        [
            (
                2,
                "anna@nordvik.example",
                "ok",
                vec!["password-outer-spaces"]
            ),
            (
                3,
                "bo@nordvik.example",
                "repaired",
                vec!["mailto", "localised-boolean"]
            ),
            (5, "", "rejected", vec!["formula"]),
            (6, "", "rejected", vec!["error-value"]),
            (7, "dag@nordvik.example", "ok", vec![]),
        ]
    );
    let password = |row: usize| {
        let password = list.rows.get(row).unwrap().password.as_ref();
        password.map(|password| password.expose_secret().to_owned())
    };
    assert_eq!(password(0).unwrap(), " =hemlig ");
    assert_eq!(password(1), None);
    assert_eq!(password(4).unwrap(), "1234");
    assert_eq!(list.rows.first().unwrap().force_change_password, Some(true));
}

#[test]
fn a_sheet_is_read_by_its_name_also_when_it_is_hidden() {
    for (sheet, address) in [
        ("pilot", "pilot@nordvik.example"),
        ("Gamla", "old@nordvik.example"),
    ] {
        let list = read_list(OPENPYXL, Some(sheet)).unwrap();
        assert_eq!(list.rows.last().unwrap().text, address);
    }
    assert_eq!(
        read_list(OPENPYXL, Some("Om")).unwrap_err(),
        NotAList::NoAddresses
    );
    let error = read_list(OPENPYXL, Some("Blad9")).unwrap_err().to_string();
    assert_eq!(
        error,
        "there is no sheet \"Blad9\"; the file has Om, Gamla, Postlådor, Pilot"
    );
}

#[test]
fn no_damage_to_a_spreadsheet_makes_the_reader_fall() {
    for at in (0..OPENPYXL.len()).step_by(97) {
        let mut damaged = OPENPYXL.to_vec();
        if let Some(byte) = damaged.get_mut(at) {
            *byte ^= 0xFF;
        }
        // Whatever is still read has rows; what is not is refused in words.
        match read_list(&damaged, None) {
            Ok(list) => assert!(
                list.rows
                    .iter()
                    .any(|row| row.status() != RowStatus::Rejected)
            ),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        let cut = OPENPYXL.get(..at).unwrap();
        assert!(read_list(cut, None).is_err());
    }
}

#[test]
fn the_older_excel_format_and_open_document_are_read_as_well() {
    let xls = read_list(include_bytes!("fixtures/xlwt.xls"), None).unwrap();
    assert_eq!(
        rows(&xls),
        [
            (3, "anna@nordvik.example", "repaired", vec!["smtp-prefix"]),
            (
                4,
                "bo@nordvik.example",
                "repaired",
                vec!["localised-boolean"]
            ),
        ]
    );
    let first = xls.rows.first().unwrap();
    assert_eq!(first.password.as_ref().unwrap().expose_secret(), "åäö;,\"");
    assert_eq!(first.force_change_password, Some(false));

    let ods = read_list(include_bytes!("fixtures/odfpy.ods"), None).unwrap();
    assert_eq!(
        rows(&ods),
        [
            (3, "mans@nordvik.example", "repaired", vec!["display-name"]),
            (4, "", "rejected", vec!["formula", "localised-boolean"]),
        ]
    );
    let first = ods.rows.first().unwrap();
    assert_eq!(first.force_change_password, Some(true));
    assert_eq!(first.password.as_ref().unwrap().expose_secret(), "42");
}
