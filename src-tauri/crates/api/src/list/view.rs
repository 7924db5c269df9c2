use stegvis_lists::{
    Alphabet, Draft, DraftRow, Edit, Filter, Finding, ListFormat, Mapping, Note, Order, Query,
};
use stegvis_model::StoredName as _;

use super::OpenList;
use crate::dto::{
    ListBatch, ListColumn, ListCounts, ListEdit, ListFile, ListFilter, ListFindingView, ListNote,
    ListPage, ListQuery, ListRowView, ListSheet, ListSort, ListView,
};
use crate::project::count;
use crate::report::words::Language;

/// Rows that one window gets at once.
const MOST_SHOWN: u32 = 500;

/// What *Undo* takes back when another file was opened over a list that was worked on.
const REPLACED: &str = "Replaced";

pub(super) fn view(list: &OpenList) -> ListView {
    let draft = &list.draft;
    let name = list.path.file_name().unwrap_or_default();
    let (mut kind, mut encoding, mut delimiter) = ("csv".to_owned(), None, None);
    let (mut sheet, mut sheets) = (None, Vec::new());
    match draft.format() {
        ListFormat::Text {
            encoding: read,
            delimiter: between,
        } => {
            encoding = Some(read.name().to_owned());
            delimiter = Some(between.to_string());
        }
        ListFormat::Sheet {
            kind: read,
            sheet: of,
            tabs,
        } => {
            kind = (*read).to_owned();
            sheet = Some(of.clone());
            sheets = tabs
                .iter()
                .map(|tab| ListSheet {
                    name: tab.name.clone(),
                    hidden: tab.hidden,
                })
                .collect();
        }
    }
    let counts = draft.counts();
    ListView {
        file: name.to_string_lossy().into_owned(),
        size: count(list.size),
        saved_at: list.saved_at.clone(),
        kind,
        encoding,
        delimiter,
        sheet,
        sheets,
        columns: draft
            .columns()
            .iter()
            .map(|column| ListColumn {
                index: count(column.index),
                source: column.source.clone(),
                means: column.means.map(|means| means.name().to_owned()),
            })
            .collect(),
        mapping_remembered: list.mapping_remembered,
        notes: notes(list),
        counts: ListCounts {
            all: count(counts.all),
            decide: count(counts.decide),
            repaired: count(counts.repaired),
            ok: count(counts.ok),
            left_out: count(counts.left_out),
            pilot: count(counts.pilot),
            ready: count(counts.ready),
        },
        batches: draft
            .batches()
            .into_iter()
            .map(|batch| ListBatch {
                name: batch.name,
                rows: count(batch.rows),
            })
            .collect(),
        undo: draft
            .undo()
            .or_else(|| list.replaced.is_some().then_some(REPLACED))
            .map(str::to_owned),
        files: draft
            .files()
            .into_iter()
            .map(|file| ListFile {
                name: file.name,
                rows: count(file.rows),
                bytes: count(file.bytes),
            })
            .collect(),
    }
}

fn notes(list: &OpenList) -> Vec<ListNote> {
    let draft = &list.draft;
    let note = |code: &str, many: usize, names: Vec<String>| ListNote {
        code: code.to_owned(),
        count: count(many),
        names,
    };
    let mut notes: Vec<ListNote> = draft
        .notes()
        .into_iter()
        .map(|found| match found {
            Note::OtherSheets(names) => note("OtherSheets", names.len(), names),
            Note::HiddenSheets(names) => note("HiddenSheets", names.len(), names),
            Note::HiddenRows(rows) => note("HiddenRows", rows, Vec::new()),
            Note::PasswordColumn(rows) => note("PasswordColumn", rows, Vec::new()),
            Note::FederatedDomain(rows, domains) => note("FederatedDomain", rows, domains),
        })
        .collect();
    if !draft.checked() {
        notes.push(note("DirectoryNotRead", 0, Vec::new()));
    }
    // Only who forces a new password must know where there is single sign-on.
    if !list.domains_read && draft.mapping().force_change_password.is_some() {
        notes.push(note("DomainsNotRead", 0, Vec::new()));
    }
    notes
}

pub(super) fn query_of(query: &ListQuery, language: Language) -> Query {
    let index = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    Query {
        filter: match query.filter {
            ListFilter::All => Filter::All,
            ListFilter::Decide => Filter::Decide,
            ListFilter::Repaired => Filter::Repaired,
            ListFilter::Pilot => Filter::Pilot,
            ListFilter::LeftOut => Filter::LeftOut,
        },
        search: query.search.clone(),
        order: match query.sort {
            ListSort::Attention => Order::Attention,
            ListSort::Row => Order::Row,
            ListSort::Name => Order::Name,
            ListSort::Address => Order::Address,
            ListSort::Batch => Order::Batch,
        },
        descending: query.descending,
        alphabet: match language {
            Language::Swedish => Alphabet::Swedish,
            Language::English => Alphabet::English,
        },
        from: index(query.from),
        many: index(query.many.min(MOST_SHOWN)),
    }
}

pub(super) fn edit_of(edit: &ListEdit) -> Edit {
    let index = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    match edit.clone() {
        ListEdit::Address { row, text } => Edit::Address(row, text),
        ListEdit::UseSuggestion { row } => Edit::UseSuggestion(row),
        ListEdit::TakeBack { row, back } => Edit::TakeBack(row, back),
        ListEdit::LeaveOut { rows, out } => Edit::LeaveOut(rows, out),
        ListEdit::Batch { rows, batch } => Edit::Batch(rows, batch),
        ListEdit::Columns {
            email_address,
            password,
            force_change_password,
        } => Edit::Columns(Mapping {
            email_address: index(email_address),
            password: password.map(index),
            force_change_password: force_change_password.map(index),
        }),
        ListEdit::Sheet { name } => Edit::Sheet(name),
        ListEdit::SuggestPilot => Edit::SuggestPilot,
        ListEdit::Undo => Edit::Undo,
    }
}

pub(super) fn page_view(draft: &mut Draft, query: &Query) -> ListPage {
    let page = draft.page(query);
    let (total, from) = (count(page.total), count(page.from));
    let rows: Vec<u32> = page.rows.iter().map(|row| row.row).collect();
    ListPage {
        total,
        from,
        rows: rows
            .into_iter()
            .filter_map(|number| Some(row_view(draft, draft.row(number)?)))
            .collect(),
    }
}

fn row_view(draft: &Draft, row: &DraftRow) -> ListRowView {
    let mut findings: Vec<ListFindingView> = row
        .findings
        .iter()
        .map(|(finding, taken_back)| finding_view(finding, *taken_back))
        .collect();
    if let Some(merged) = draft.merged_with(row) {
        findings.push(finding_view(&merged, false));
    }
    ListRowView {
        row: row.row,
        name: row.name.clone(),
        was: row.was.clone(),
        becomes: row.text.clone(),
        has_password: row.has_password(),
        force_change_password: row.force_change_password,
        status: row.status().name().to_owned(),
        left_out: row.left_out(),
        batch: draft.batch_of(row),
        kind: draft
            .mailbox(row)
            .map(|mailbox| mailbox.kind.name().to_owned()),
        suggestion: draft.suggestion(row),
        findings,
    }
}

fn finding_view(finding: &Finding, taken_back: bool) -> ListFindingView {
    ListFindingView {
        code: finding.code.name().to_owned(),
        column: finding.column.map(|column| column.name().to_owned()),
        was: finding.was.clone(),
        becomes: finding.becomes.clone(),
        taken_back,
    }
}
