//! Every finding, as a person meets it: was, becomes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod told;

use secrecy::ExposeSecret as _;
use stegvis_lists::{ListFormat, MailboxList, NotAList, RowStatus, read_list};
use told::told;

fn read(text: &str) -> MailboxList {
    read_list(text.as_bytes(), None).unwrap()
}

#[test]
fn every_repair_of_an_address_is_shown() {
    let list = read(concat!(
        "EmailAddress\r\n",
        "plain@nordvik.example\r\n",
        "nbsp@nordvik.example\u{A0}\r\n",
        "zero@\u{200B}width.example\r\n",
        "  spaces@nordvik.example \r\n",
        "\u{A0} both@nordvik.example\r\n",
        "o’brien@nordvik.example\r\n",
        "“quoted@nordvik.example”\r\n",
        "long–dash@nordvik.example\r\n",
        "mailto:hej@nordvik.example?subject=Hej\r\n",
        "SMTP:primary@nordvik.example\r\n",
        "\"Öberg, Måns <mans@nordvik.example>\"\r\n",
        "<angle@nordvik.example>\r\n",
        "'apostrophes@nordvik.example'\r\n",
        "\"=HYPERLINK(\"\"mailto:link@nordvik.example\"\",\"\"Länk\"\")\"\r\n",
        "MÃ¥ns Ã–berg <twice@nordvik.example>\r\n",
    ));
    assert!(list.rows.iter().all(|row| row.address.is_some()));
    insta::assert_snapshot!(told(&list));
}

#[test]
fn a_name_whose_letters_are_mended_is_shown_as_it_was() {
    let list = read(concat!(
        "E-post;Förnamn;Efternamn\n",
        "mans@nordvik.example;MÃ¥ns;Ã–berg\n",
        "eva@nordvik.example;Eva;Öberg\n",
    ));
    insta::assert_snapshot!(told(&list));
}

#[test]
fn every_reason_to_reject_a_row_names_its_place() {
    let list = read(concat!(
        "E-post;Namn;Tvinga lösenordsbyte\n",
        "anna@nordvik.example;Anna;\n",
        ";Nobody;\n",
        "nobody;;\n",
        "two@@nordvik.example;;\n",
        "a@b.example, c@d.example;;\n",
        "in side@nordvik.example;;\n",
        "åsa@nordvik.example;Åsa;\n",
        "ANNA@Nordvik.example;Anna;\n",
        "=B2&\"@nordvik.example\";;\n",
        "\u{1}=dag@nordvik.example;;\n",
        "#SAKNAS!;;\n",
        "Err:502;;\n",
        "kanske@nordvik.example;;kanske\n",
        "formel@nordvik.example;;=A1\n",
        "saknas@nordvik.example;;#N/A\n",
        "many@nordvik.example;a;SANT;rest\n",
    ));
    let rejected = |row: &&stegvis_lists::ListRow| row.status() == RowStatus::Rejected;
    assert_eq!(list.rows.iter().filter(rejected).count(), 15);
    insta::assert_snapshot!(told(&list));
}

#[test]
fn truth_values_in_any_language_become_microsofts() {
    let list = read(concat!(
        "EmailAddress,ForceChangePassword\n",
        "a@b.se,True\nc@d.se,FALSE\ne@f.se,\ng@h.se,SANT\ni@j.se,falskt\nk@l.se,WAHR\n",
        "m@n.se,Falsch\no@p.se,ja\nq@r.se,nej\ns@t.se,1\nu@v.se,0\nw@x.se, True\ny@z.se\n",
    ));
    let values: Vec<_> = list
        .rows
        .iter()
        .map(|row| row.force_change_password)
        .collect();
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(
        values,
        [yes, no, None, yes, no, yes, no, yes, no, yes, no, yes, None]
    );
    insta::assert_snapshot!(told(&list));
}

#[test]
fn a_password_is_kept_to_the_byte_and_shown_nowhere() {
    let passwords = [
        "  =hemlig ",
        "“hemlig”",
        "hem\u{A0}lig",
        "0012",
        "hem\"l;i,g",
        "#N/A",
    ];
    let mut text = "EmailAddress,Password\r\n".to_owned();
    for (n, password) in passwords.iter().enumerate() {
        text.push_str(&format!(
            "u{n}@b.se,\"{}\"\r\n",
            password.replace('"', "\"\"")
        ));
    }
    let list = read(&text);
    let kept: Vec<_> = list
        .rows
        .iter()
        .filter_map(|row| Some(row.password.as_ref()?.expose_secret().to_owned()))
        .collect();
    assert_eq!(kept, passwords[..5]);
    assert!(!format!("{list:?}").contains("lig"));
    insta::assert_snapshot!(told(&list));
}

#[test]
fn a_row_that_has_shifted_shows_no_piece_of_its_password() {
    let list = read("EmailAddress,Password,ForceChangePassword\na@b.se,hem,lig,True\n");
    let shown = format!("{list:?}{}", told(&list));
    assert!(
        !shown.contains("lig") && shown.contains("4 cells"),
        "{shown}"
    );
    // Without a heading a column is known by its letter, never by what stands in it.
    let list = read("a@b.se,hemlig,True\nc@d.se,hemlig,False\n");
    assert!(!format!("{list:?}").contains("hemlig"));
    assert_eq!(list.rows.len(), 2);
}

#[test]
fn a_heading_is_one_also_where_it_has_a_word_of_its_own_for_the_address() {
    for (text, addresses, passwords) in [
        ("Konto;Lösenord\nanna@b.se;hemlig\n", 1, 1),
        ("Namn;Konto\nAnna;anna@b.se\nBo;bo@b.se\n", 2, 0),
        ("Mail;Konto\nja;anna@b.se\nnej;bo@b.se\n", 2, 0),
        (
            "Flyttlista\n\nKonto;Lösenord;Tvinga lösenordsbyte\nanna@b.se;hemlig;SANT\n",
            1,
            1,
        ),
    ] {
        let list = read(text);
        let good = list.rows.iter().filter(|row| row.address.is_some());
        assert_eq!(
            (list.rows.len(), good.count()),
            (addresses, addresses),
            "{text}"
        );
        let with = list.rows.iter().filter(|row| row.password.is_some());
        assert_eq!(with.count(), passwords, "{text}");
    }
}

#[test]
fn a_line_that_nobody_can_cut_shows_nothing_but_its_address() {
    let lines = [
        "a@b.se~hemlig~True",
        "\u{A0}c@d.se hemlig",
        "hemlig:e@f.se",
        "Anna hemlig",
        "g@h.se",
        "Eva <i@j.se>",
        "\"k@l.se~hem\"",
        "m@n.se~hem@lig.se",
    ];
    let list = read(&lines.join("\n"));
    assert!(!format!("{list:?}").contains("hem"), "{list:?}");
    insta::assert_snapshot!(told(&list));
}

#[test]
fn rows_are_numbered_as_excel_numbers_them_and_empty_ones_are_left_out() {
    let text =
        "sep=;\r\nEmailAddress;Password;;\r\n\r\na@b.se;\"x\r\ny\";;\n;;;\rc@d.se;z\n;;;\n\u{1A}";
    let list = read(text);
    let rows: Vec<_> = list
        .rows
        .iter()
        .map(|row| (row.row, row.text.as_str()))
        .collect();
    assert_eq!(rows, [(3, "a@b.se"), (5, "c@d.se")]);
    assert_eq!(list.columns.len(), 2);
}

#[test]
fn the_file_of_microsofts_own_conversion_script_is_read() {
    let text = "LegacyExchangeDN,CloudEmailAddress,OnPremiseEmailAddress,MailboxGUID\r\n/o=ExchangeLabs/cn=anna,anna@nordvik.onmicrosoft.example,anna@nordvik.example,1b2c\r\n";
    let bytes: Vec<u8> = "\u{FEFF}"
        .encode_utf16()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let list = read_list(&bytes, None).unwrap();
    assert_eq!(list.rows[0].text, "anna@nordvik.example");
    assert!(matches!(
        list.format,
        ListFormat::Text { encoding, delimiter: ',' } if encoding.name() == "utf-16le"
    ));
}

#[test]
fn what_is_no_list_gets_one_sentence() {
    for (bytes, sheet, error) in [
        (&b""[..], None, NotAList::Empty),
        (b"\r\n;;\r\n", None, NotAList::Empty),
        (b"EmailAddress\r\n", None, NotAList::NoRows),
        (
            b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n",
            None,
            NotAList::NoAddresses,
        ),
        (b"Namn;Telefon\nAnna;070\n", None, NotAList::NoAddresses),
        (b"Mail,Place\nletters,hall\n", None, NotAList::NoAddresses),
        (b"E-post\n", None, NotAList::NoRows),
        (
            b"a@b.se\n",
            Some("Blad1"),
            NotAList::NoSheets("Blad1".to_owned()),
        ),
    ] {
        assert_eq!(read_list(bytes, sheet).unwrap_err(), error);
    }
    for start in [
        &b"PK\x03\x04rest"[..],
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest",
    ] {
        assert!(matches!(read_list(start, None), Err(NotAList::Workbook(_))));
    }
}
