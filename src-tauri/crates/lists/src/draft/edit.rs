use std::collections::{BTreeSet, VecDeque};

use secrecy::ExposeSecret as _;
use stegvis_model::RecipientKind;
use thiserror::Error;

use super::row::Choice;
use super::{Draft, PILOT, State};
use crate::columns::Mapping;
use crate::doctor::NotAList;

/// Choices that are kept for *Undo*, over all steps; the oldest steps go first.
const MOST_KEPT: usize = 500_000;

/// Longer texts are no address.
const LONGEST_TEXT: usize = 1000;

/// Longer names are no name of a file.
const LONGEST_BATCH: usize = 64;

/// What a person does to a draft. Rows go by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Writes into the cell of an address.
    Address(u32, String),
    /// Uses the address that is probably meant.
    UseSuggestion(u32),
    /// Takes the repairs of a row's address back (true), or makes them again.
    TakeBack(u32, bool),
    /// Leaves rows out (true), or takes them in again.
    LeaveOut(Vec<u32>, bool),
    /// Puts rows into a batch; nothing is the last one.
    Batch(Vec<u32>, Option<String>),
    /// Says what the columns mean.
    Columns(Mapping),
    /// Reads another sheet.
    Sheet(String),
    /// Suggests a pilot of two or three; another one, where there is one.
    SuggestPilot,
    /// Takes the last of these back.
    Undo,
}

impl Edit {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Address(..) => "Address",
            Self::UseSuggestion(_) => "UseSuggestion",
            Self::TakeBack(..) => "TakeBack",
            Self::LeaveOut(..) => "LeaveOut",
            Self::Batch(..) => "Batch",
            Self::Columns(_) => "Columns",
            Self::Sheet(_) => "Sheet",
            Self::SuggestPilot => "SuggestPilot",
            Self::Undo => "Undo",
        }
    }
}

/// Why an edit was not made. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// There is no such row.
    #[error("the list has no row {0}")]
    NoSuchRow(u32),
    /// The row has no suggestion.
    #[error("row {0} has no suggestion")]
    NoSuggestion(u32),
    /// There is no such column.
    #[error("the list has no such column")]
    NoSuchColumn,
    /// A batch cannot be called that.
    #[error("a batch needs a name of 1 to 64 characters")]
    BatchName,
    /// No row is ready that a pilot could have.
    #[error("no row is ready for a pilot")]
    NobodyForPilot,
    /// There is nothing to take back.
    #[error("there is nothing to take back")]
    NothingToUndo,
    /// The sheet is no list.
    #[error(transparent)]
    NotAList(#[from] NotAList),
}

/// What *Undo* takes back, the last at the end.
#[derive(Debug, Default)]
pub(super) struct History {
    steps: VecDeque<Step>,
    kept: usize,
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    before: Before,
}

#[derive(Debug)]
enum Before {
    /// The choices of rows, by index.
    Choices(Vec<(usize, Choice)>),
    /// Everything.
    All(Box<State>),
}

impl Before {
    fn weight(&self) -> usize {
        match self {
            Self::Choices(rows) => rows.len(),
            Self::All(state) => state.rows.len(),
        }
    }
}

impl History {
    fn push(&mut self, name: &'static str, before: Before) {
        self.kept += before.weight();
        self.steps.push_back(Step { name, before });
        while self.kept > MOST_KEPT && self.steps.len() > 1 {
            if let Some(step) = self.steps.pop_front() {
                self.kept -= step.before.weight();
            }
        }
    }

    fn pop(&mut self) -> Option<Before> {
        let step = self.steps.pop_back()?;
        self.kept -= step.before.weight();
        Some(step.before)
    }
}

impl Draft {
    /// The name of the edit that *Undo* takes back.
    #[must_use]
    pub fn undo(&self) -> Option<&'static str> {
        self.undo.steps.back().map(|step| step.name)
    }

    /// Does what a person asked for, whole or not at all.
    ///
    /// # Errors
    /// [`EditError`].
    pub fn edit(&mut self, edit: &Edit) -> Result<(), EditError> {
        self.order = None;
        let name = edit.name();
        match edit {
            Edit::Address(number, text) => {
                let row = self.row(*number).ok_or(EditError::NoSuchRow(*number))?;
                let text: String = text.chars().take(LONGEST_TEXT).collect();
                // Who writes what stood there has written nothing.
                let text = (!row.stands(&text)).then_some(text);
                self.choose(name, &[*number], |choice| {
                    choice.text.clone_from(&text);
                    choice.taken_back = false;
                })
            }
            Edit::UseSuggestion(number) => {
                let row = self.row(*number).ok_or(EditError::NoSuchRow(*number))?;
                let text = self
                    .suggestion(row)
                    .ok_or(EditError::NoSuggestion(*number))?;
                self.choose(name, &[*number], |choice| {
                    choice.text = Some(text.clone());
                    choice.taken_back = false;
                })
            }
            Edit::TakeBack(row, back) => {
                self.choose(name, &[*row], |choice| choice.taken_back = *back)
            }
            Edit::LeaveOut(rows, out) => self.choose(name, rows, |choice| choice.left_out = *out),
            Edit::Batch(rows, batch) => {
                let batch = match batch.as_deref().map(batch_name).transpose()? {
                    Some(batch) => self.state.batch(&batch),
                    None => None,
                };
                self.choose(name, rows, |choice| choice.batch.clone_from(&batch))
            }
            Edit::SuggestPilot => self.suggest_pilot(),
            Edit::Columns(mapping) => self.say_columns(*mapping),
            Edit::Sheet(sheet) => {
                let known = self.known.as_deref();
                let next = State::read(self.file.expose_secret(), Some(sheet), None, known)?;
                self.replace(name, next);
                Ok(())
            }
            Edit::Undo => self.take_back(),
        }
    }

    fn choose(
        &mut self,
        name: &'static str,
        rows: &[u32],
        change: impl Fn(&mut Choice),
    ) -> Result<(), EditError> {
        let mut after = Vec::new();
        for number in rows {
            let index = self.state.index(*number);
            let index = index.ok_or(EditError::NoSuchRow(*number))?;
            if let Some(row) = self.state.rows.get(index) {
                let mut choice = row.choice.clone();
                change(&mut choice);
                if choice != row.choice {
                    after.push((index, choice));
                }
            }
        }
        self.keep(name, after);
        Ok(())
    }

    /// Makes choices and remembers the ones before. What changes nothing is no step.
    fn keep(&mut self, name: &'static str, after: Vec<(usize, Choice)>) {
        if !after.is_empty() {
            let before = self.swap(after);
            self.undo.push(name, Before::Choices(before));
        }
    }

    fn swap(&mut self, after: Vec<(usize, Choice)>) -> Vec<(usize, Choice)> {
        let mut before = Vec::with_capacity(after.len());
        let mut keys = BTreeSet::new();
        for (index, choice) in after {
            self.state.release(index);
            let Some(row) = self.state.rows.get_mut(index) else {
                continue;
            };
            keys.extend(row.held().map(str::to_owned));
            row.merged_with = None;
            let address = |choice: &Choice| (choice.text.clone(), choice.taken_back);
            let same = address(&row.choice) == address(&choice);
            before.push((index, std::mem::replace(&mut row.choice, choice)));
            if !same {
                row.examine(self.known.as_deref());
            }
            keys.extend(row.held().map(str::to_owned));
            self.state.hold(index);
        }
        self.state.merge(&keys);
        self.state.name_rest();
        before
    }

    fn replace(&mut self, name: &'static str, next: State) {
        let before = std::mem::replace(&mut self.state, next);
        self.undo.push(name, Before::All(Box::new(before)));
    }

    fn say_columns(&mut self, mapping: Mapping) -> Result<(), EditError> {
        let there = |at: usize| {
            let mut columns = self.state.columns.iter();
            columns.any(|column| column.index == at)
        };
        let others = [mapping.password, mapping.force_change_password];
        if !there(mapping.email_address) || !others.into_iter().flatten().all(there) {
            return Err(EditError::NoSuchColumn);
        }
        let sheet = self.state.sheet().map(str::to_owned);
        let known = self.known.as_deref();
        let file = self.file.expose_secret();
        let mut next = State::read(file, sheet.as_deref(), Some(mapping), known)?;
        // What was chosen for a whole row holds whatever its columns mean.
        next.batches.clone_from(&self.state.batches);
        let kept: Vec<(usize, Choice)> = self
            .state
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.left_out() || row.choice.batch.is_some())
            .map(|(index, row)| {
                let choice = Choice {
                    text: None,
                    taken_back: false,
                    ..row.choice.clone()
                };
                (index, choice)
            })
            .collect();
        self.replace("Columns", next);
        self.swap(kept);
        Ok(())
    }

    fn take_back(&mut self) -> Result<(), EditError> {
        match self.undo.pop().ok_or(EditError::NothingToUndo)? {
            Before::Choices(rows) => {
                self.swap(rows);
            }
            Before::All(state) => self.state = *state,
        }
        Ok(())
    }

    /// Two people and a room, where the directory knows one: different from each other, and few. Asked again, the
    /// next ones of the list.
    fn suggest_pilot(&mut self) -> Result<(), EditError> {
        let rows = &self.state.rows;
        let kind = |index: &usize| {
            let known = self.known.as_ref()?;
            Some(rows.get(*index)?.mailbox(known)?.kind)
        };
        let named = |row: &super::DraftRow| row.choice.batch.is_some() && !row.in_pilot();
        let old: Vec<usize> = (0..rows.len())
            .filter(|index| rows.get(*index).is_some_and(super::DraftRow::in_pilot))
            .collect();
        let ready: Vec<usize> = (0..rows.len())
            .filter(|index| {
                rows.get(*index)
                    .is_some_and(|row| row.is_ready() && !named(row))
            })
            .collect();
        let next = old.last().map_or(0, |last| last + 1);
        let (before, after): (Vec<usize>, Vec<usize>) =
            ready.iter().partition(|index| **index < next);
        let people = |index: &usize| {
            kind(index).is_none_or(|kind| {
                matches!(
                    kind,
                    RecipientKind::UserMailbox | RecipientKind::LinkedMailbox
                )
            })
        };
        let in_turn: Vec<usize> = after.into_iter().chain(before).collect();
        let (people, others): (Vec<usize>, Vec<usize>) = in_turn.into_iter().partition(people);
        let many = if ready.len() < 6 { 2 } else { 3 };
        let other = others.first().copied().filter(|_| many > 2);
        let mut pilot: Vec<usize> = people
            .iter()
            .copied()
            .take(many - usize::from(other.is_some()))
            .chain(other)
            .collect();
        if pilot.is_empty() {
            pilot = others.into_iter().take(many).collect();
        }
        if pilot.is_empty() {
            return Err(EditError::NobodyForPilot);
        }
        let choices = old
            .iter()
            .filter(|index| !pilot.contains(index))
            .map(|index| (*index, None))
            .chain(pilot.iter().map(|index| (*index, Some(PILOT.into()))))
            .filter_map(|(index, batch)| {
                let before = &rows.get(index)?.choice;
                let choice = Choice {
                    batch,
                    ..before.clone()
                };
                (choice != *before).then_some((index, choice))
            })
            .collect();
        self.keep("SuggestPilot", choices);
        Ok(())
    }
}

fn batch_name(name: &str) -> Result<String, EditError> {
    let name = name.trim();
    let long = name.chars().count() > LONGEST_BATCH;
    if name.is_empty() || long || name.chars().any(char::is_control) {
        return Err(EditError::BatchName);
    }
    Ok(name.to_owned())
}
