//! A list while a person works on it: every edit, and every edit taken back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::sync::Arc;

use secrecy::ExposeSecret as _;
use stegvis_lists::{
    Alphabet, Draft, Edit, EditError, Filter, Known, KnownMailbox, Mapping, Note, Order, Query,
    Reader,
};
use stegvis_model::RecipientKind;

fn mailbox(address: &str, aliases: &[&str], name: &str) -> KnownMailbox {
    KnownMailbox {
        address: address.parse().unwrap(),
        aliases: aliases.iter().map(|alias| alias.parse().unwrap()).collect(),
        name: name.to_owned(),
        kind: RecipientKind::UserMailbox,
    }
}

fn directory(federated: &[&str]) -> Arc<Known> {
    let mailboxes = vec![
        mailbox(
            "asa.ohrstrom@nordvik.example",
            &["asa@old.example"],
            "Åsa Öhrström",
        ),
        mailbox("per.mansson@nordvik.example", &[], "Per Månsson"),
        mailbox("marta.agren@nordvik.example", &[], "Märta Ågren"),
        mailbox("bo@nordvik.example", &[], "Bo Ek"),
        KnownMailbox {
            kind: RecipientKind::RoomMailbox,
            ..mailbox("algen@nordvik.example", &[], "Konferensrum Älgen")
        },
        mailbox("dag.lind@nordvik.example", &[], "Dag Lind"),
        mailbox("eva.lund@nordvik.example", &[], "Eva Lund"),
    ];
    let federated: BTreeSet<_> = federated.iter().map(|name| name.parse().unwrap()).collect();
    Arc::new(Known::new(mailboxes, federated))
}

fn open(text: &str) -> Draft {
    Draft::open(text.into(), None, None).unwrap()
}

fn checked(text: &str, federated: &[&str]) -> Draft {
    Draft::open(text.into(), None, Some(directory(federated))).unwrap()
}

/// A draft as a person sees it.
fn told(draft: &mut Draft) -> String {
    let mut query = query(Filter::All);
    query.many = usize::MAX;
    let numbers: Vec<u32> = draft.page(&query).rows.iter().map(|row| row.row).collect();
    let mut told = String::new();
    for number in numbers {
        let row = draft.row(number).unwrap();
        let force = row
            .force_change_password
            .map_or(String::new(), |force| format!(", force {force}"));
        let left_out = if row.left_out() { ", left out" } else { "" };
        told.push_str(&format!(
            "{number} {:?}: {:?} -> {:?} {}{force}{left_out}, {}\n",
            row.name,
            row.was,
            row.text,
            row.status().name(),
            draft.batch_of(row).unwrap_or("no batch".to_owned())
        ));
        if let Some(suggestion) = draft.suggestion(row) {
            told.push_str(&format!("    did you mean {suggestion}?\n"));
        }
        let merged = draft.merged_with(row).map(|finding| (finding, false));
        for (finding, taken_back) in row.findings.iter().chain(&merged) {
            let back = if *taken_back { ", taken back" } else { "" };
            told.push_str(&format!(
                "    {} {}: {:?} -> {:?}{back}\n",
                finding.code.name(),
                finding.column.map_or("row", |column| column.name()),
                finding.was,
                finding.becomes
            ));
        }
    }
    told
}

fn query(filter: Filter) -> Query {
    Query {
        filter,
        search: String::new(),
        order: Order::Row,
        descending: false,
        alphabet: Alphabet::Swedish,
        from: 0,
        many: 100,
    }
}

fn rows(draft: &mut Draft, query: &Query) -> Vec<u32> {
    draft.page(query).rows.iter().map(|row| row.row).collect()
}

const LIST: &str = "E-post;Namn;Lösenord;Tvinga lösenordsbyte\n\
    SMTP:bo@nordvik.example;Bo Ek;hemlig,1;SANT\n\
    asa.ohrstrom@nordvik.example\u{A0};Åsa;;\n\
    ASA@old.example;Åsa igen;;\n\
    åsa.öhrström@nordvik.example;Åsa;;\n\
    per.manson@nordvik.example;;;\n\
    agren.marta@nordvik.example;;;ja\n\
    Eva Lund;Eva Lund;;\n\
    nobody.at.all@nordvik.example;;;\n\
    bo@nordvik.exmaple;;;\n\
    dag.lind@nordvik.example;Dag;;nej\n";

#[test]
fn each_address_is_checked_against_the_directory() {
    let mut draft = checked(LIST, &["nordvik.example"]);
    insta::assert_snapshot!(told(&mut draft));
    assert_eq!(
        draft.notes(),
        [
            Note::PasswordColumn(1),
            Note::FederatedDomain(7, vec!["nordvik.example".to_owned()]),
        ]
    );
}

#[test]
fn without_a_directory_nothing_is_said_about_it() {
    let mut draft = open(LIST);
    insta::assert_snapshot!(told(&mut draft));
}

#[test]
fn every_edit_can_be_undone() {
    let mut draft = checked(LIST, &[]);
    let edits = [
        Edit::Address(9, " dag.lind@nordvik.example".to_owned()),
        Edit::UseSuggestion(6),
        Edit::UseSuggestion(5),
        Edit::TakeBack(2, true),
        Edit::TakeBack(3, true),
        Edit::LeaveOut(vec![3, 9], true),
        Edit::Batch(vec![2, 11], Some("Malmö".to_owned())),
        Edit::SuggestPilot,
        Edit::Columns(Mapping {
            email_address: 1,
            password: None,
            force_change_password: None,
        }),
    ];
    let mut seen = vec![told(&mut draft)];
    let mut story = String::new();
    for edit in &edits {
        draft.edit(edit).unwrap();
        let now = told(&mut draft);
        assert_eq!(draft.undo(), Some(edit.name()));
        for line in now
            .lines()
            .filter(|line| !seen.last().unwrap().contains(line))
        {
            story.push_str(&format!("{}: {line}\n", edit.name()));
        }
        seen.push(now);
    }
    insta::assert_snapshot!(story);
    seen.pop();
    while draft.undo().is_some() {
        draft.edit(&Edit::Undo).unwrap();
        assert_eq!(Some(told(&mut draft)), seen.pop());
    }
    assert!(seen.is_empty());
    assert_eq!(draft.edit(&Edit::Undo), Err(EditError::NothingToUndo));
}

#[test]
fn a_formula_is_none_the_better_for_being_taken_back() {
    let mut draft = open("Mail\n=a@b.se\nSMTP:=c@d.se\n");
    for number in [2, 3] {
        draft.edit(&Edit::TakeBack(number, true)).unwrap();
        assert_eq!(draft.row(number).unwrap().address, None);
    }
    assert_eq!(draft.counts().decide, 2);
}

#[test]
fn who_writes_what_stood_there_has_written_nothing() {
    let mut draft = open("Mail\nSMTP:a@b.se\n");
    let before = told(&mut draft);
    let write = |text: &str| Edit::Address(2, text.to_owned());
    draft.edit(&write("SMTP:a@b.se")).unwrap();
    assert_eq!(draft.undo(), None);
    draft.edit(&write("c@d.se")).unwrap();
    draft.edit(&write("SMTP:a@b.se")).unwrap();
    assert_eq!(told(&mut draft), before);
    draft.edit(&Edit::Undo).unwrap();
    assert_eq!(draft.row(2).unwrap().text, "c@d.se");
}

#[test]
fn a_line_that_nobody_can_cut_shows_only_its_address_here_too() {
    let mut draft = open("a@b.se~hemlig\nEva <c@d.se>\n");
    draft.edit(&Edit::TakeBack(1, true)).unwrap();
    let told = told(&mut draft);
    assert!(!told.contains("hemlig"), "{told}");
    assert_eq!(draft.row(1).unwrap().was, "a@b.se••••••••");
    assert_eq!(draft.row(2).unwrap().was, "Eva <c@d.se>");
}

#[test]
fn an_edit_that_cannot_be_made_changes_nothing() {
    let mut draft = checked(LIST, &[]);
    let before = told(&mut draft);
    let columns = |email_address, password| {
        Edit::Columns(Mapping {
            email_address,
            password,
            force_change_password: None,
        })
    };
    for (edit, error) in [
        (Edit::Address(1, String::new()), EditError::NoSuchRow(1)),
        (Edit::LeaveOut(vec![2, 99], true), EditError::NoSuchRow(99)),
        (Edit::UseSuggestion(2), EditError::NoSuggestion(2)),
        (columns(4, None), EditError::NoSuchColumn),
        (columns(0, Some(99)), EditError::NoSuchColumn),
        (
            Edit::Batch(vec![2], Some(" ".to_owned())),
            EditError::BatchName,
        ),
        (
            Edit::Batch(vec![2], Some("a\nb".to_owned())),
            EditError::BatchName,
        ),
    ] {
        assert_eq!(draft.edit(&edit), Err(error));
    }
    assert!(draft.edit(&Edit::Sheet("Blad1".to_owned())).is_err());
    assert_eq!((told(&mut draft), draft.undo()), (before, None));
}

#[test]
fn the_first_row_of_a_mailbox_that_is_not_left_out_keeps_it() {
    let mut draft = open("Mail\na@b.se\nA@B.se\nSMTP:a@b.se\nc@d.se\n");
    let merged = |draft: &Draft| {
        [2, 3, 4].map(|number| {
            let finding = draft.merged_with(draft.row(number).unwrap());
            finding.and_then(|finding| finding.becomes)
        })
    };
    let row = |number: u32| Some(format!("row {number}"));
    assert_eq!(merged(&draft), [None, row(2), row(2)]);
    assert_eq!((draft.counts().decide, draft.counts().repaired), (0, 2));
    draft.edit(&Edit::LeaveOut(vec![2], true)).unwrap();
    assert_eq!(merged(&draft), [None, None, row(3)]);
    draft.edit(&Edit::Address(5, "a@b.se".to_owned())).unwrap();
    let last = draft.merged_with(draft.row(5).unwrap()).unwrap();
    assert_eq!(last.becomes, row(3));
    draft.edit(&Edit::Address(3, "e@f.se".to_owned())).unwrap();
    assert_eq!(merged(&draft), [None, None, None]);
    draft.edit(&Edit::LeaveOut(vec![2], false)).unwrap();
    assert_eq!(merged(&draft), [None, None, row(2)]);
}

#[test]
fn several_batches_come_out_of_one_list_the_pilot_first() {
    let mut text = "EmailAddress,Password\r\n".to_owned();
    for n in 0..4100 {
        text.push_str(&format!(
            "u{n}@b.se,{}\r\n",
            if n == 7 { "\"h,1\"" } else { "" }
        ));
    }
    let mut draft = open(&text);
    let names = |draft: &Draft| -> Vec<(String, usize)> {
        let files = draft.files().into_iter();
        files.map(|file| (file.name, file.rows)).collect()
    };
    assert_eq!(
        names(&draft),
        [("Batch 1-1", 2000), ("Batch 1-2", 2000), ("Batch 1-3", 100)]
            .map(|(name, rows)| (name.to_owned(), rows))
    );
    let put = |rows: std::ops::Range<u32>, batch: &str| {
        Edit::Batch(rows.collect(), Some(batch.to_owned()))
    };
    draft.edit(&put(100..2150, "Malmö")).unwrap();
    draft.edit(&put(8..10, "Pilot")).unwrap();
    let rest = draft.batch_of(draft.row(2).unwrap());
    assert_eq!(rest.as_deref(), Some("Batch 3"));
    assert_eq!(
        names(&draft),
        [
            ("Pilot", 2),
            ("Malmö-1", 2000),
            ("Malmö-2", 50),
            ("Batch 3-1", 2000),
            ("Batch 3-2", 48)
        ]
        .map(|(name, rows)| (name.to_owned(), rows))
    );
    // The rest is known by the name it is shown under.
    draft.edit(&put(8..9, "Batch 3")).unwrap();
    assert_eq!(draft.batches()[0].rows, 1);

    let written = draft.write(Reader::ExchangeOnline);
    let pilot = written[0].1.expose_secret();
    assert_eq!(pilot, "EmailAddress,Password\r\nu7@b.se,\"h,1\"\r\n");
    assert_eq!(
        draft.preview(0).unwrap(),
        "EmailAddress,Password\r\nu7@b.se,••••••••\r\n"
    );
    assert_eq!(draft.preview(9), None);
    for ((file, text), told) in written.iter().zip(draft.files()) {
        assert_eq!(*file, told);
        assert_eq!(text.expose_secret().len(), told.bytes);
    }
    let person = draft.write(Reader::Person);
    assert_eq!(
        person[0].1.expose_secret(),
        "\u{FEFF}EmailAddress\r\nu7@b.se\r\n"
    );
    let order: Vec<_> = draft.ready().into_iter().map(|row| row.batch).collect();
    assert_eq!(
        (order.len(), &*order[0], &*order[1]),
        (4100, "Pilot", "Malmö")
    );
}

#[test]
fn a_pilot_is_two_people_and_a_room_and_another_one_when_asked_again() {
    let addresses = [
        "algen",
        "bo",
        "dag.lind",
        "eva.lund",
        "marta.agren",
        "per.mansson",
    ];
    let text: String = addresses
        .iter()
        .map(|local| format!("{local}@nordvik.example\n"))
        .collect();
    let mut draft = checked(&text, &[]);
    let mut pilots = Vec::new();
    for _ in 0..3 {
        draft.edit(&Edit::SuggestPilot).unwrap();
        pilots.push(rows(&mut draft, &query(Filter::Pilot)));
    }
    assert_eq!(pilots, [vec![1, 2, 3], vec![1, 4, 5], vec![1, 2, 6]]);
    let mut few = open("Mail\na@b.se\nno\n");
    few.edit(&Edit::SuggestPilot).unwrap();
    assert_eq!(rows(&mut few, &query(Filter::Pilot)), [2]);
    few.edit(&Edit::LeaveOut(vec![2], true)).unwrap();
    assert_eq!(
        few.edit(&Edit::SuggestPilot),
        Err(EditError::NobodyForPilot)
    );
}

#[test]
fn a_window_gets_the_rows_that_pass_in_the_order_asked_for() {
    let mut draft = open(
        "Mail;Namn\nz@b.se;Örjan\nSMTP:a@b.se;Ärla\nno;Zeb\nb@b.se;Åke\nA@b.se;ärla två\nc@b.se;Ada\n",
    );
    draft.edit(&Edit::LeaveOut(vec![7], true)).unwrap();
    draft
        .edit(&Edit::Batch(vec![5], Some("Pilot".to_owned())))
        .unwrap();
    for (filter, expected) in [
        (Filter::All, vec![2, 3, 4, 5, 6, 7]),
        (Filter::Decide, vec![4]),
        (Filter::Repaired, vec![3, 6]),
        (Filter::Pilot, vec![5]),
        (Filter::LeftOut, vec![7]),
    ] {
        assert_eq!(rows(&mut draft, &query(filter)), expected, "{filter:?}");
    }
    for (order, alphabet, expected) in [
        (Order::Attention, Alphabet::Swedish, [4, 3, 6, 2, 5, 7]),
        (Order::Name, Alphabet::Swedish, [7, 4, 5, 3, 6, 2]),
        (Order::Name, Alphabet::English, [7, 5, 3, 6, 2, 4]),
        (Order::Address, Alphabet::Swedish, [3, 6, 5, 7, 4, 2]),
        (Order::Batch, Alphabet::Swedish, [5, 2, 3, 4, 6, 7]),
    ] {
        let mut query = Query {
            order,
            alphabet,
            ..query(Filter::All)
        };
        assert_eq!(rows(&mut draft, &query), expected, "{order:?} {alphabet:?}");
        query.descending = true;
        let reversed: Vec<u32> = expected.into_iter().rev().collect();
        assert_eq!(rows(&mut draft, &query), reversed);
    }
    let search = |search: &str| Query {
        search: search.to_owned(),
        ..query(Filter::All)
    };
    assert_eq!(rows(&mut draft, &search("ärla")), [3, 6]);
    assert_eq!(rows(&mut draft, &search("5")), [5]);
    assert_eq!(rows(&mut draft, &search("smtp:")), [3]);
    let window = Query {
        from: 4,
        many: 10,
        ..query(Filter::All)
    };
    let page = draft.page(&window);
    assert_eq!((page.total, page.from, page.rows.len()), (6, 4, 2));
    let beyond = Query { from: 40, ..window };
    assert_eq!(draft.page(&beyond).rows.len(), 0);
}

#[test]
fn another_sheet_is_read_and_can_be_undone() {
    let file = include_bytes!("fixtures/openpyxl.xlsx");
    let mut draft = Draft::open(file.to_vec(), None, None).unwrap();
    let first = told(&mut draft);
    assert_eq!(
        draft.notes()[..2],
        [
            Note::OtherSheets(vec!["Om".to_owned(), "Pilot".to_owned()]),
            Note::HiddenSheets(vec!["Gamla".to_owned()]),
        ]
    );
    draft.edit(&Edit::Sheet("Pilot".to_owned())).unwrap();
    assert_eq!(draft.row(1).unwrap().text, "pilot@nordvik.example");
    assert!(draft.edit(&Edit::Sheet("Om".to_owned())).is_err());
    draft.edit(&Edit::Undo).unwrap();
    assert_eq!(told(&mut draft), first);
}

#[test]
fn fifty_thousand_rows_answer_at_once() {
    let mut text = "E-post;Namn\r\n".to_owned();
    for n in 0..50_000 {
        text.push_str(&format!("SMTP:person.{n}@nordvik.exmaple;Person {n}\r\n"));
    }
    let mailboxes = (0..5_000).map(|n| {
        let address = format!("person.{n}@nordvik.example");
        mailbox(&address, &[], &format!("Person {n}"))
    });
    let known = Arc::new(Known::new(mailboxes.collect(), BTreeSet::new()));
    let begun = std::time::Instant::now();
    let mut draft = Draft::open(text.into_bytes(), None, Some(known)).unwrap();
    println!("open: {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    draft.edit(&Edit::UseSuggestion(30)).unwrap();
    let (counts, files) = (draft.counts(), draft.files());
    let mut query = query(Filter::All);
    query.order = Order::Name;
    query.search = "person 4".to_owned();
    assert_eq!(draft.page(&query).rows.len(), 100);
    println!("edit, view and page: {:?}", begun.elapsed());
    assert_eq!((counts.all, counts.ready, files.len()), (50_000, 1, 1));
    let begun = std::time::Instant::now();
    draft
        .edit(&Edit::LeaveOut((2..50_002).collect(), true))
        .unwrap();
    println!("leave all out: {:?}", begun.elapsed());
    assert_eq!(draft.counts().left_out, 50_000);
}
