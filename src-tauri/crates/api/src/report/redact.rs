//! A report that names nobody: for those who may see that it reconciles, and not whose mail it was.

use stegvis_model::{FolderPath, WellKnownFolder};

use crate::dto::{ReportView, UserLedger};

/// What is written in the place of a name, wherever it stands.
struct Hidden {
    /// What is looked for, in lower case, and what takes its place; the longest first.
    words: Vec<(String, String)>,
}

impl Hidden {
    fn of(view: &ReportView) -> Self {
        let mut words = Vec::new();
        let mut hide = |what: &str, by: String| {
            if !what.trim().is_empty() {
                words.push((what.to_lowercase(), by));
            }
        };
        for (index, user) in view.users.iter().enumerate() {
            hide(&user.address, number(index));
            hide(&user.name, initials(&user.name));
        }
        let signers = view
            .skipped
            .iter()
            .filter_map(|item| item.signed_by.as_ref());
        let converters = view
            .converted
            .iter()
            .filter_map(|one| one.signed_by.as_ref());
        let people = view.actions.iter().filter_map(|action| action.who.as_ref());
        for person in signers.chain(converters).chain(people) {
            hide(person, initials(person));
        }
        // The signature of a mailbox that was reopened stands in the log alone.
        for action in view
            .actions
            .iter()
            .filter(|one| one.what == "SkippedSigned")
        {
            if let Some((_, person)) = action.detail.split_once(' ') {
                hide(person, initials(person));
            }
        }
        // What somebody called a batch may be a person's or a department's name.
        for (index, batch) in view.batches.iter().enumerate() {
            if !is_ours(&batch.batch) {
                hide(&batch.batch, format!("batch-{:02}", index + 1));
            }
        }
        words.sort_by_key(|(what, _)| std::cmp::Reverse(what.len()));
        words.dedup();
        Self { words }
    }

    /// The text without the names it knows, and without any other address.
    fn text(&self, text: &str) -> String {
        let mut rest = text;
        let mut out = String::new();
        let mut before = None;
        'text: while let Some(first) = rest.chars().next() {
            for (what, by) in &self.words {
                if let Some(after) = strip(rest, what)
                    && is_whole(before, what, after)
                {
                    out.push_str(by);
                    before = what.chars().next_back();
                    rest = after;
                    continue 'text;
                }
            }
            out.push(first);
            before = Some(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
        addresses_hidden(&out)
    }
}

/// Whether what was found stands by itself: somebody called Al is not in every *also*.
fn is_whole(before: Option<char>, what: &str, after: &str) -> bool {
    let begins = what.chars().next().is_some_and(char::is_alphanumeric);
    let ends = what.chars().next_back().is_some_and(char::is_alphanumeric);
    let joined = |next: Option<char>| next.is_some_and(char::is_alphanumeric);
    !(begins && joined(before) || ends && joined(after.chars().next()))
}

/// Every address that is left keeps its domain alone, wherever it stands.
fn addresses_hidden(text: &str) -> String {
    let parts = |c: char| c.is_whitespace() || ",;:!=<>()[]{}\"'".contains(c);
    text.split_inclusive(parts)
        .map(|piece| {
            let word = piece.trim_end_matches(parts);
            let end = piece.get(word.len()..).unwrap_or_default();
            match word.rsplit_once('@') {
                Some((local, domain)) if !local.is_empty() && domain.contains('.') => {
                    format!("…@{domain}{end}")
                }
                _ => piece.to_owned(),
            }
        })
        .collect()
}

/// Whether this program gave a batch its name.
fn is_ours(batch: &str) -> bool {
    let number = batch.strip_prefix("Batch ").unwrap_or_default();
    batch == "Pilot" || (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// The rest of `text` behind `what`, which is in lower case; whatever the case in the text.
fn strip<'a>(text: &'a str, what: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    let mut wanted = what.chars();
    loop {
        let Some(want) = wanted.next() else {
            return Some(rest.as_str());
        };
        let mut lower = rest.next()?.to_lowercase();
        if lower.next() != Some(want) {
            return None;
        }
        // One letter may be two in lower case.
        for more in lower {
            if wanted.next() != Some(more) {
                return None;
            }
        }
    }
}

/// Which of the mailboxes, in the order of the report.
fn number(index: usize) -> String {
    format!("mailbox-{:02}", index + 1)
}

/// `Anna Björk` is `A.B.`, and of `NORDVIK\karin` the account's `K.`.
fn initials(name: &str) -> String {
    let own = name.rsplit('\\').next().unwrap_or(name);
    let own = own.split('@').next().unwrap_or(own);
    own.split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.chars().next())
        .map(|first| format!("{}.", first.to_uppercase()))
        .collect()
}

/// The names that every mailbox has tell nothing; what people called their own is counted.
fn folder(path: &str, index: usize) -> String {
    let parsed: Option<FolderPath> = path.parse().ok();
    let root = parsed.as_ref().map(|path| path.root().to_owned());
    let known = root.as_deref().is_some_and(|root| {
        WellKnownFolder::by_localised_name(root).is_some()
            || matches!(root, "Public Folders" | "Gemensamma mappar")
    });
    let deep = parsed.is_some_and(|path| path.parent().is_some());
    match root {
        Some(root) if known && deep => format!("{root}/folder-{:02}", index + 1),
        Some(root) if known => root,
        _ => format!("folder-{:02}", index + 1),
    }
}

/// The report without names, subjects, people's own folder names, and servers' words, which quote them.
pub(super) fn redacted(mut view: ReportView) -> ReportView {
    let hidden = Hidden::of(&view);
    let before = view.users.clone();
    for item in &mut view.skipped {
        let users = before.iter().find(|user| user.address == item.address);
        let index = users.and_then(|user| place(user, &item.folder));
        item.folder = folder(&item.folder, index.unwrap_or(0));
        item.address = hidden.text(&item.address);
        item.subject = None;
        item.server_words = String::new();
        item.signed_by = item.signed_by.as_deref().map(initials);
    }
    for user in &mut view.users {
        user.address = hidden.text(&user.address);
        user.name = initials(&user.name);
        user.batch = hidden.text(&user.batch);
        for (index, own) in user.folders.iter_mut().enumerate() {
            own.source = folder(&own.source, index);
            own.target = own.target.as_deref().map(|path| folder(path, index));
        }
    }
    for one in &mut view.converted {
        one.address = hidden.text(&one.address);
        one.name = initials(&one.name);
        one.signed_by = one.signed_by.as_deref().map(initials);
    }
    for one in &mut view.staying {
        one.address = hidden.text(&one.address);
        one.name = initials(&one.name);
    }
    for action in &mut view.actions {
        action.who = action.who.as_deref().map(initials);
        action.mailbox = action.mailbox.as_deref().map(|text| hidden.text(text));
        action.detail = hidden.text(&action.detail);
    }
    for mail in &mut view.mails {
        mail.to = hidden.text(&mail.to);
    }
    for batch in &mut view.batches {
        batch.batch = hidden.text(&batch.batch);
    }
    for batch in &mut view.cloud_batches {
        batch.batch = hidden.text(&batch.batch);
        batch.cloud_name = hidden.text(&batch.cloud_name);
    }
    let records = view.dns.iter_mut();
    let records = records.flat_map(|one| one.before.iter_mut().chain(&mut one.now));
    for text in view
        .differing
        .iter_mut()
        .chain(&mut view.forwarded)
        .chain(records)
        .chain(view.to_do.iter_mut().flat_map(|task| &mut task.about))
    {
        *text = hidden.text(text);
    }
    view.redacted = true;
    view
}

fn place(user: &UserLedger, folder: &str) -> Option<usize> {
    user.folders.iter().position(|own| own.source == folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_initials_and_an_account_too() {
        assert_eq!(initials("Anna-Lena Björk"), "A.L.B.");
        assert_eq!(initials("NORDVIK\\karin"), "K.");
        assert_eq!(initials("åsa.öberg@nordvik.example"), "Å.Ö.");
        assert_eq!(initials("=1+1|cmd"), "1.1.C.");
    }

    #[test]
    fn a_text_keeps_everything_but_the_names() {
        let hidden = Hidden {
            words: vec![
                (
                    "anna.berg@nordvik.example".to_owned(),
                    "mailbox-01".to_owned(),
                ),
                ("anna berg".to_owned(), "A.B.".to_owned()),
            ],
        };
        assert_eq!(
            hidden.text("3 Anna Berg ANNA.BERG@nordvik.example bo@x.example é"),
            "3 A.B. mailbox-01 …@x.example é"
        );
    }

    #[test]
    fn an_address_is_hidden_wherever_it_stands_and_a_short_name_only_where_it_is_one() {
        let hidden = Hidden {
            words: vec![("al".to_owned(), "A.".to_owned())],
        };
        assert_eq!(
            hidden.text("Al also finalised Al's mail\nal"),
            "A. also finalised A.'s mail\nA."
        );
        assert_eq!(
            hidden.text("a@x.example,bo@y.example;<c@z.example>\td@w.example\ne@v.example"),
            "…@x.example,…@y.example;<…@z.example>\t…@w.example\n…@v.example"
        );
        assert_eq!(
            hidden.text("\"v=DMARC1; rua=mailto:anna@nordvik.example!10m\""),
            "\"v=DMARC1; rua=mailto:…@nordvik.example!10m\""
        );
    }

    #[test]
    fn only_names_that_this_program_gave_batches_tell_nothing() {
        assert!(is_ours("Pilot") && is_ours("Batch 12"));
        assert!(!is_ours("Batch ") && !is_ours("Annas avdelning") && !is_ours("Batch Anna"));
    }

    #[test]
    fn folders_that_every_mailbox_has_keep_their_names() {
        assert_eq!(folder("Inkorgen", 3), "Inkorgen");
        assert_eq!(folder("Inkorgen/Skilsmässan", 3), "Inkorgen/folder-04");
        assert_eq!(folder("Privat", 11), "folder-12");
    }
}
