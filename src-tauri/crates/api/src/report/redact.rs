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
        words.sort_by_key(|(what, _)| std::cmp::Reverse(what.len()));
        words.dedup();
        Self { words }
    }

    /// The text without the names it knows, and without any other address.
    fn text(&self, text: &str) -> String {
        let mut rest = text;
        let mut out = String::new();
        'text: while let Some(first) = rest.chars().next() {
            for (what, by) in &self.words {
                if let Some(after) = strip(rest, what) {
                    out.push_str(by);
                    rest = after;
                    continue 'text;
                }
            }
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
        let words = out.split(' ').map(|word| match word.split_once('@') {
            Some((local, domain)) if !local.is_empty() && domain.contains('.') => {
                format!("…@{domain}")
            }
            _ => word.to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }
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
    for action in &mut view.actions {
        action.who = action.who.as_deref().map(initials);
        action.mailbox = action.mailbox.as_deref().map(|text| hidden.text(text));
        action.detail = hidden.text(&action.detail);
    }
    for mail in &mut view.mails {
        mail.to = hidden.text(&mail.to);
    }
    for text in view
        .differing
        .iter_mut()
        .chain(&mut view.forwarded)
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
    fn folders_that_every_mailbox_has_keep_their_names() {
        assert_eq!(folder("Inkorgen", 3), "Inkorgen");
        assert_eq!(folder("Inkorgen/Skilsmässan", 3), "Inkorgen/folder-04");
        assert_eq!(folder("Privat", 11), "folder-12");
    }
}
