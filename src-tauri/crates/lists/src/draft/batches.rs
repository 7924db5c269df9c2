use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use secrecy::SecretString;

use super::{Draft, DraftRow, State};
use crate::staged::{Columns, MOST_ROWS, Reader, Row, length, text};

/// The batch that goes first.
pub const PILOT: &str = "Pilot";

/// What a batch without a name of its own is called, before its number.
const BATCH: &str = "Batch ";

/// A batch of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftBatch {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: usize,
}

/// A file that a draft is written into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFile {
    /// The batch, and a number where the batch has several.
    pub name: String,
    /// Its rows.
    pub rows: usize,
    /// Its bytes.
    pub bytes: usize,
}

impl DraftRow {
    /// Whether it is in the pilot.
    #[must_use]
    pub fn in_pilot(&self) -> bool {
        self.choice.batch.as_deref() == Some(PILOT)
    }
}

impl State {
    /// Names the last batch, which has every row that was put into no other.
    pub(super) fn name_rest(&mut self) {
        let used: BTreeSet<&str> = self
            .rows
            .iter()
            .filter_map(|row| row.choice.batch.as_deref())
            .collect();
        let numbers = used
            .iter()
            .filter_map(|name| name.strip_prefix(BATCH)?.parse::<usize>().ok());
        let taken = numbers.max().unwrap_or(0).max(used.len());
        self.rest = format!("{BATCH}{}", taken.saturating_add(1));
    }

    /// The rows that will be written: the pilot, the batches with names, the rest.
    pub(super) fn by_batch(&self) -> Vec<(String, Vec<&DraftRow>)> {
        let mut named: BTreeMap<&str, Vec<&DraftRow>> = BTreeMap::new();
        let mut rest = Vec::new();
        for row in self.rows.iter().filter(|row| row.is_ready()) {
            match row.choice.batch.as_deref() {
                Some(batch) => named.entry(batch).or_default().push(row),
                None => rest.push(row),
            }
        }
        std::iter::once(PILOT)
            .chain(self.batches.iter().map(|name| &**name))
            .filter_map(|name| Some((name.to_owned(), named.remove(name)?)))
            .chain((!rest.is_empty()).then(|| (self.rest.clone(), rest)))
            .collect()
    }

    /// The batch of this name, made where it is new; nothing for the last one.
    pub(super) fn batch(&mut self, name: &str) -> Option<Arc<str>> {
        if name == PILOT {
            return Some(PILOT.into());
        }
        if let Some(known) = self.batches.iter().find(|batch| ***batch == *name) {
            return Some(Arc::clone(known));
        }
        if name == self.rest {
            return None;
        }
        let made: Arc<str> = name.into();
        self.batches.push(Arc::clone(&made));
        Some(made)
    }
}

impl Draft {
    /// The batches that have rows, in order.
    #[must_use]
    pub fn batches(&self) -> Vec<DraftBatch> {
        self.state
            .by_batch()
            .into_iter()
            .map(|(name, rows)| DraftBatch {
                name,
                rows: rows.len(),
            })
            .collect()
    }

    /// The batch of a row; nothing where it will not be written at all.
    #[must_use]
    pub fn batch_of(&self, row: &DraftRow) -> Option<String> {
        if row.left_out() || row.merged_with.is_some() {
            return None;
        }
        let named = row.choice.batch.as_deref().map(str::to_owned);
        Some(named.unwrap_or_else(|| self.state.rest.clone()))
    }

    /// The files that the ready rows are written into, the pilot first, each of one batch and of at most 2,000 rows.
    #[must_use]
    pub fn files(&self) -> Vec<DraftFile> {
        self.each_file(|name, columns, rows| DraftFile {
            name,
            rows: rows.len(),
            bytes: length(columns, rows, Reader::ExchangeOnline),
        })
    }

    /// A file as a person is shown it: to the byte, but for the passwords, which are masked.
    #[must_use]
    pub fn preview(&self, file: usize) -> Option<String> {
        let mut place = 0..;
        self.each_file(|_, columns, rows| {
            (place.next() == Some(file)).then(|| text(columns, rows, Reader::Preview))
        })
        .into_iter()
        .flatten()
        .next()
    }

    /// Whether what is written for Exchange Online holds a password.
    #[must_use]
    pub fn writes_passwords(&self) -> bool {
        let mut rows = self.state.rows.iter();
        rows.any(|row| row.is_ready() && row.has_password())
    }

    /// The files, as [`Self::files`] tells them.
    #[must_use]
    pub fn write(&self, reader: Reader) -> Vec<(DraftFile, SecretString)> {
        self.each_file(|name, columns, rows| {
            let text = text(columns, rows, reader);
            let file = DraftFile {
                name,
                rows: rows.len(),
                bytes: text.len(),
            };
            (file, SecretString::from(text))
        })
    }

    fn each_file<T>(&self, mut make: impl FnMut(String, Columns, &[Row<'_>]) -> T) -> Vec<T> {
        let mut made = Vec::new();
        for (batch, rows) in self.state.by_batch() {
            let rows: Vec<Row<'_>> = rows
                .into_iter()
                .map(|row| Row {
                    address: &row.text,
                    password: row.password(),
                    force: row.force_change_password,
                })
                .collect();
            let columns = Columns::of(&rows);
            let several = rows.len() > MOST_ROWS;
            for (number, rows) in (1..).zip(rows.chunks(MOST_ROWS)) {
                let name = if several {
                    format!("{batch}-{number}")
                } else {
                    batch.clone()
                };
                made.push(make(name, columns, rows));
            }
        }
        made
    }
}
