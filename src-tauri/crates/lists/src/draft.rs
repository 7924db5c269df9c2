//! A list while a person works on it: the cells as they stood in the file, what the person chose, and what becomes
//! of each row. Every edit can be undone; the file is never touched.

mod batches;
mod edit;
mod page;
mod row;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretBox};
use stegvis_model::{RecipientKind, SmtpAddress};

pub use batches::{DraftBatch, DraftFile, PILOT};
pub use edit::{Edit, EditError};
pub use page::{Alphabet, Filter, Order, Page, Query};
pub use row::DraftRow;

use crate::columns::{Column, Mapping};
use crate::doctor::{ListFormat, NotAList, duplicate};
use crate::finding::{Finding, FindingCode, RowStatus};
use crate::known::{Known, KnownMailbox};
use crate::reading;

/// A list that a person works on.
pub struct Draft {
    /// Kept for another sheet and other columns; it may hold passwords.
    file: SecretBox<[u8]>,
    known: Option<Arc<Known>>,
    state: State,
    undo: edit::History,
    order: Option<page::Ordered>,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("format", &self.state.format)
            .field("rows", &self.state.rows.len())
            .finish_non_exhaustive()
    }
}

/// All that another sheet or other columns replace.
#[derive(Debug)]
struct State {
    format: ListFormat,
    columns: Vec<Column>,
    mapping: Mapping,
    headings: Option<Vec<String>>,
    rows: Vec<DraftRow>,
    /// The rows that have an address and are not left out, by address: the first one keeps it.
    holders: BTreeMap<String, BTreeSet<usize>>,
    /// The batches with names, in the order in which they were made; the pilot is not among them.
    batches: Vec<Arc<str>>,
    /// What the batch of all the others is called.
    rest: String,
}

/// What a person should know of a whole list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Sheets that can be seen and were not read.
    OtherSheets(Vec<String>),
    /// Sheets that are hidden and were not read.
    HiddenSheets(Vec<String>),
    /// So many rows of the sheet are hidden, and were read.
    HiddenRows(usize),
    /// So many rows have a password.
    PasswordColumn(usize),
    /// So many rows are in federated domains, which are these.
    FederatedDomain(usize, Vec<String>),
}

/// How many rows pass each filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All rows.
    pub all: usize,
    /// Rows that a person must decide about.
    pub decide: usize,
    /// Rows that were repaired, or merged with one above.
    pub repaired: usize,
    /// Rows as they were.
    pub ok: usize,
    /// Rows that are left out.
    pub left_out: usize,
    /// Rows of the pilot.
    pub pilot: usize,
    /// Rows that will be written.
    pub ready: usize,
}

/// A row that is ready to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyRow {
    /// The mailbox's primary address.
    pub address: SmtpAddress,
    /// Its name, as far as anyone knows it.
    pub name: String,
    /// What the directory calls it.
    pub kind: Option<RecipientKind>,
    /// Its batch.
    pub batch: String,
}

impl Draft {
    /// Reads a file. Where a directory is known, each address is checked against it.
    ///
    /// # Errors
    /// [`NotAList`].
    pub fn open(
        file: Vec<u8>,
        sheet: Option<&str>,
        known: Option<Arc<Known>>,
    ) -> Result<Self, NotAList> {
        let state = State::read(&file, sheet, None, known.as_deref())?;
        Ok(Self {
            file: SecretBox::new(file.into_boxed_slice()),
            known,
            state,
            undo: edit::History::default(),
            order: None,
        })
    }

    /// Reads the columns as they were said to be for another list with these headings. Nothing to undo: nobody did it.
    ///
    /// # Errors
    /// [`NotAList`].
    pub fn remember(&mut self, mapping: Mapping) -> Result<(), NotAList> {
        let file = self.file.expose_secret();
        let sheet = self.state.sheet().map(str::to_owned);
        self.state = State::read(file, sheet.as_deref(), Some(mapping), self.known.as_deref())?;
        self.order = None;
        Ok(())
    }

    /// What the file is.
    #[must_use]
    pub fn format(&self) -> &ListFormat {
        &self.state.format
    }

    /// Its columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.state.columns
    }

    /// What they mean.
    #[must_use]
    pub fn mapping(&self) -> Mapping {
        self.state.mapping
    }

    /// What its heading says, where it has one.
    #[must_use]
    pub fn headings(&self) -> Option<&[String]> {
        self.state.headings.as_deref()
    }

    /// Whether the addresses were checked against a directory.
    #[must_use]
    pub fn checked(&self) -> bool {
        self.known.is_some()
    }

    /// The row of this number.
    #[must_use]
    pub fn row(&self, number: u32) -> Option<&DraftRow> {
        self.state.rows.get(self.state.index(number)?)
    }

    /// The finding that merges a row with the first one of its mailbox, where it is merged.
    #[must_use]
    pub fn merged_with(&self, row: &DraftRow) -> Option<Finding> {
        let first = self.state.rows.get(row.merged_with?)?;
        Some(duplicate(&row.text, first.row))
    }

    /// The address that is probably meant by a row that has none of the directory. Sought when it is asked for: few
    /// rows are looked at, and all of a long list may need one.
    #[must_use]
    pub fn suggestion(&self, row: &DraftRow) -> Option<String> {
        let known = self.known.as_deref()?;
        if row.mailbox(known).is_some() {
            return None;
        }
        let nearest = known.nearest(&row.text, &row.name)?;
        Some(nearest.address.to_string())
    }

    /// What a person should know of the whole list.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        if let ListFormat::Sheet { sheet, tabs, .. } = &self.state.format {
            let names = |hidden| {
                tabs.iter()
                    .filter(|tab| tab.hidden == hidden && tab.name != *sheet)
                    .map(|tab| tab.name.clone())
                    .collect::<Vec<_>>()
            };
            notes.push(Note::OtherSheets(names(false)));
            notes.push(Note::HiddenSheets(names(true)));
            notes.retain(|note| !matches!(note, Note::OtherSheets(names) | Note::HiddenSheets(names) if names.is_empty()));
        }
        let hidden = self.state.rows.iter().filter(|row| row.is_hidden());
        match hidden.count() {
            0 => {}
            count => notes.push(Note::HiddenRows(count)),
        }
        let passwords = self.state.rows.iter().filter(|row| row.has_password());
        match passwords.count() {
            0 => {}
            count => notes.push(Note::PasswordColumn(count)),
        }
        let federated: Vec<&str> = self
            .state
            .rows
            .iter()
            .filter_map(|row| {
                let domain = row.address.as_ref()?.domain();
                let known = self.known.as_ref()?;
                known.is_federated(domain).then(|| domain.as_str())
            })
            .collect();
        if !federated.is_empty() {
            let domains: BTreeSet<&str> = federated.iter().copied().collect();
            let domains = domains.into_iter().map(str::to_owned).collect();
            notes.push(Note::FederatedDomain(federated.len(), domains));
        }
        notes
    }

    /// How many rows pass each filter.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for row in &self.state.rows {
            counts.all += 1;
            if row.left_out() {
                counts.left_out += 1;
                continue;
            }
            match row.status() {
                RowStatus::Ok => counts.ok += 1,
                RowStatus::Repaired => counts.repaired += 1,
                RowStatus::Rejected if row.needs_decision() => counts.decide += 1,
                RowStatus::Rejected => counts.repaired += 1,
            }
            counts.ready += usize::from(row.is_ready());
            counts.pilot += usize::from(row.is_ready() && row.in_pilot());
        }
        counts
    }

    /// The rows that will move, batch by batch.
    #[must_use]
    pub fn ready(&self) -> Vec<ReadyRow> {
        self.state
            .by_batch()
            .into_iter()
            .flat_map(|(batch, rows)| {
                rows.into_iter().filter_map(move |row| {
                    let mailbox = self.known.as_ref().and_then(|known| row.mailbox(known));
                    Some(ReadyRow {
                        address: match mailbox {
                            Some(mailbox) => mailbox.address.clone(),
                            None => row.address.clone()?,
                        },
                        name: row.name.clone(),
                        kind: mailbox.map(|mailbox| mailbox.kind),
                        batch: batch.clone(),
                    })
                })
            })
            .collect()
    }

    /// Whom a person left out.
    #[must_use]
    pub fn left_out(&self) -> Vec<SmtpAddress> {
        let rows = self.state.rows.iter().filter(|row| row.left_out());
        rows.filter_map(|row| match self.mailbox(row) {
            Some(mailbox) => Some(mailbox.address.clone()),
            None => row.address.clone(),
        })
        .collect()
    }

    /// The mailbox of the directory that a row names.
    #[must_use]
    pub fn mailbox(&self, row: &DraftRow) -> Option<&KnownMailbox> {
        row.mailbox(self.known.as_deref()?)
    }
}

impl State {
    fn read(
        file: &[u8],
        sheet: Option<&str>,
        mapping: Option<Mapping>,
        known: Option<&Known>,
    ) -> Result<Self, NotAList> {
        let reading = reading::open(file, sheet, mapping)?;
        let rows = reading
            .lines
            .iter()
            .map(|line| DraftRow::read(line, &reading, known))
            .collect();
        let layout = reading.layout;
        let mut state = Self {
            mapping: Mapping {
                email_address: layout.address,
                password: layout.password,
                force_change_password: layout.force,
            },
            format: reading.format,
            columns: layout.columns,
            headings: reading.headings,
            rows,
            holders: BTreeMap::new(),
            batches: Vec::new(),
            rest: String::new(),
        };
        for index in 0..state.rows.len() {
            state.hold(index);
        }
        let keys: BTreeSet<String> = state.holders.keys().cloned().collect();
        state.merge(&keys);
        state.name_rest();
        Ok(state)
    }

    fn sheet(&self) -> Option<&str> {
        match &self.format {
            ListFormat::Sheet { sheet, .. } => Some(sheet),
            ListFormat::Text { .. } => None,
        }
    }

    fn index(&self, number: u32) -> Option<usize> {
        self.rows.binary_search_by_key(&number, |row| row.row).ok()
    }

    /// Lets a row hold its address, where it has one and is not left out.
    fn hold(&mut self, index: usize) {
        let key = self.rows.get(index).and_then(DraftRow::held);
        if let Some(key) = key {
            self.holders
                .entry(key.to_owned())
                .or_default()
                .insert(index);
        }
    }

    fn release(&mut self, index: usize) {
        let Some(key) = self.rows.get(index).and_then(DraftRow::held) else {
            return;
        };
        if let Some(rows) = self.holders.get_mut(key) {
            rows.remove(&index);
            if rows.is_empty() {
                self.holders.remove(key);
            }
        }
    }

    /// Finds out again which rows of these addresses are merged with the first one.
    fn merge(&mut self, keys: &BTreeSet<String>) {
        for key in keys {
            let Some(rows) = self.holders.get(key) else {
                continue;
            };
            let first = rows.first().copied();
            for index in rows {
                if let Some(row) = self.rows.get_mut(*index) {
                    row.merged_with = first.filter(|first| first != index);
                }
            }
        }
    }
}

/// Findings that a person decides about: all that reject a row but the one that merges it with another.
fn is_decision(code: FindingCode) -> bool {
    code.status() == RowStatus::Rejected && code != FindingCode::Duplicate
}
