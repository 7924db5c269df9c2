use super::{Draft, DraftRow};
use crate::finding::RowStatus;
use crate::known::fold;

/// Which rows pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// All.
    All,
    /// The person decides.
    Decide,
    /// Repaired, or merged with one above.
    Repaired,
    /// In the pilot.
    Pilot,
    /// Left out.
    LeftOut,
}

/// The order of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// What needs the person first, then what was repaired, then the rest, each by row.
    Attention,
    /// By row.
    Row,
    /// By name.
    Name,
    /// By address.
    Address,
    /// By batch.
    Batch,
}

/// Where å, ä and ö stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// At the end, in this order.
    Swedish,
    /// With the letters they look like.
    English,
}

/// Which rows a window wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Which rows pass.
    pub filter: Filter,
    /// Part of a name, an address or a row's number; empty for all.
    pub search: String,
    /// The order.
    pub order: Order,
    /// The other way round.
    pub descending: bool,
    /// How names are sorted.
    pub alphabet: Alphabet,
    /// The first row wanted, counted from 0 among those that pass.
    pub from: usize,
    /// How many.
    pub many: usize,
}

/// The rows of a window.
#[derive(Debug)]
pub struct Page<'a> {
    /// How many rows pass.
    pub total: usize,
    /// The place of the first of these.
    pub from: usize,
    /// The rows.
    pub rows: Vec<&'a DraftRow>,
}

/// The rows that pass, in order; kept while a window scrolls through them.
#[derive(Debug)]
pub(super) struct Ordered {
    /// What was asked for, without the place.
    query: Query,
    rows: Vec<usize>,
}

impl Draft {
    /// The rows of a window.
    pub fn page(&mut self, query: &Query) -> Page<'_> {
        let asked = Query {
            from: 0,
            many: 0,
            ..query.clone()
        };
        let order = match self.order.take() {
            Some(order) if order.query == asked => order,
            _ => Ordered {
                rows: self.ordered(&asked),
                query: asked,
            },
        };
        let order = self.order.insert(order);
        let from = query.from.min(order.rows.len());
        let rows = order
            .rows
            .iter()
            .skip(from)
            .take(query.many)
            .filter_map(|index| self.state.rows.get(*index))
            .collect();
        Page {
            total: order.rows.len(),
            from,
            rows,
        }
    }

    fn ordered(&self, query: &Query) -> Vec<usize> {
        let search = query.search.trim().to_lowercase();
        let number: Option<u32> = search.parse().ok();
        let mut rows: Vec<usize> = self
            .state
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| passes(row, query.filter))
            .filter(|(_, row)| row.search.contains(&search) || number == Some(row.row))
            .map(|(index, _)| index)
            .collect();
        let row = |index: &usize| self.state.rows.get(*index);
        match query.order {
            Order::Row => {}
            Order::Attention => rows.sort_by_key(|index| row(index).map(urgency)),
            Order::Name => rows.sort_by_cached_key(|index| {
                row(index).map(|row| collated(&row.name, query.alphabet))
            }),
            Order::Address => {
                rows.sort_by_cached_key(|index| row(index).map(|row| row.text.to_lowercase()));
            }
            Order::Batch => {
                let place = |row: &DraftRow| match row.choice.batch.as_deref() {
                    _ if !row.is_ready() => usize::MAX,
                    Some(_) if row.in_pilot() => 0,
                    Some(name) => {
                        let mut names = self.state.batches.iter();
                        names
                            .position(|batch| **batch == *name)
                            .map_or(1, |at| at + 1)
                    }
                    None => usize::MAX - 1,
                };
                rows.sort_by_cached_key(|index| row(index).map(place));
            }
        }
        if query.descending {
            rows.reverse();
        }
        rows
    }
}

fn passes(row: &DraftRow, filter: Filter) -> bool {
    match filter {
        Filter::All => true,
        Filter::Decide => row.needs_decision(),
        Filter::Repaired => {
            !row.left_out() && row.status() != RowStatus::Ok && !row.needs_decision()
        }
        Filter::Pilot => row.is_ready() && row.in_pilot(),
        Filter::LeftOut => row.left_out(),
    }
}

fn urgency(row: &DraftRow) -> u8 {
    if row.left_out() {
        3
    } else if row.needs_decision() {
        0
    } else if row.status() == RowStatus::Ok {
        2
    } else {
        1
    }
}

/// A text that sorts as people sort names.
fn collated(name: &str, alphabet: Alphabet) -> String {
    match alphabet {
        Alphabet::English => fold(name),
        // The braces stand behind z, in this order.
        Alphabet::Swedish => name
            .to_lowercase()
            .split_inclusive(['å', 'ä', 'ö', 'æ', 'ø'])
            .map(|part| {
                let letter = match part.chars().next_back() {
                    Some('å') => '{',
                    Some('ä' | 'æ') => '|',
                    Some('ö' | 'ø') => '}',
                    _ => return fold(part),
                };
                let mut before = part.chars();
                before.next_back();
                format!("{}{letter}", fold(before.as_str()))
            })
            .collect(),
    }
}
