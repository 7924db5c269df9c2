//! Any bytes for a file: read, written, read again, worked on and undone. See `../README.md`.
#![no_main]

use std::collections::BTreeSet;
use std::sync::Arc;

use libfuzzer_sys::{Corpus, fuzz_target};
use secrecy::ExposeSecret as _;
use stegvis_lists::{
    Draft, Edit, Filter, Known, KnownMailbox, MailboxList, Mapping, Order, Query, Reader,
    RowStatus, read_list, write_list,
};
use stegvis_model::RecipientKind;

type Kept = Vec<(String, Option<String>, Option<bool>)>;

fuzz_target!(
    init: {
        // What the readers of spreadsheets fall over is caught and told in words; only what escapes is a crash.
        std::panic::set_hook(Box::new(|_| {}));
    },
    |bytes: &[u8]| -> Corpus {
        let Ok(list) = read_list(bytes, None) else {
            return Corpus::Keep;
        };
        let rows = kept(&list);
        // A file full of NULs is taken for UTF-16, as it should be.
        let zeros = rows.iter().any(|(_, password, _)| password.as_ref().is_some_and(|password| password.contains('\0')));
        let files = write_list(&list, Reader::ExchangeOnline);
        if !zeros {
            let mut again = Kept::new();
            for file in &files {
                let file = read_list(file.expose_secret().as_bytes(), None).expect("what was written is a list");
                assert!(file.rows.iter().all(|row| row.status() != RowStatus::Rejected));
                again.extend(kept(&file));
            }
            assert_eq!(again, rows);
        }
        work(bytes);
        Corpus::Keep
    }
);

fn kept(list: &MailboxList) -> Kept {
    list.rows
        .iter()
        .filter(|row| row.status() != RowStatus::Rejected)
        .map(|row| {
            let password = row
                .password
                .as_ref()
                .map(|password| password.expose_secret().to_owned());
            (row.text.clone(), password, row.force_change_password)
        })
        .collect()
}

/// Every edit on the first rows, and every one taken back.
fn work(bytes: &[u8]) {
    let mailbox = |address: &str, name: &str| KnownMailbox {
        address: address.parse().expect("an address"),
        aliases: vec![format!("x{address}").parse().expect("an address")],
        name: name.to_owned(),
        kind: RecipientKind::UserMailbox,
    };
    let known = Known::new(
        vec![
            mailbox("anna.berg@nordvik.example", "Anna Berg"),
            mailbox("a@b.se", "Åsa Ö"),
        ],
        BTreeSet::from(["b.se".parse().expect("a domain")]),
    );
    let mut draft =
        Draft::open(bytes.to_vec(), None, Some(Arc::new(known))).expect("it was a list before");
    let before = seen(&mut draft);
    let query = Query { many: 3, ..query() };
    let numbers: Vec<u32> = draft.page(&query).rows.iter().map(|row| row.row).collect();
    let text = String::from_utf8_lossy(bytes.get(..40).unwrap_or(bytes)).into_owned();
    for number in &numbers {
        let _ = draft.edit(&Edit::TakeBack(*number, true));
        let _ = draft.edit(&Edit::UseSuggestion(*number));
        let _ = draft.edit(&Edit::Address(*number, text.clone()));
        let _ = draft.edit(&Edit::Batch(vec![*number], Some(text.clone())));
    }
    let _ = draft.edit(&Edit::LeaveOut(numbers, true));
    let _ = draft.edit(&Edit::SuggestPilot);
    let _ = draft.edit(&Edit::Columns(Mapping {
        email_address: 1,
        password: Some(0),
        force_change_password: None,
    }));
    let written: usize = draft
        .write(Reader::ExchangeOnline)
        .iter()
        .map(|(file, _)| file.bytes)
        .sum();
    let told: usize = draft.files().iter().map(|file| file.bytes).sum();
    assert_eq!(written, told);
    while draft.edit(&Edit::Undo).is_ok() {}
    assert_eq!(seen(&mut draft), before);
}

fn query() -> Query {
    Query {
        filter: Filter::All,
        search: String::new(),
        order: Order::Attention,
        descending: false,
        alphabet: stegvis_lists::Alphabet::Swedish,
        from: 0,
        many: 100,
    }
}

fn seen(draft: &mut Draft) -> String {
    let page = draft.page(&query());
    let mut seen: String = page
        .rows
        .iter()
        .map(|row| format!("{} {} {:?}\n", row.row, row.text, row.findings))
        .collect();
    seen.push_str(&format!(
        "{:?} {:?} {:?}",
        draft.counts(),
        draft.batches(),
        draft.notes()
    ));
    seen
}
