//! A mailbox list on its way from Excel to a batch. Rows are asked for by the window that shows them: a list may have
//! 50,000. No password is ever in here.

use serde::{Deserialize, Serialize};

/// An opened list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ListView {
    /// The file's name.
    pub file: String,
    /// Its bytes.
    pub size: u32,
    /// When it was saved last, where the system tells.
    pub saved_at: Option<String>,
    /// `csv`, `xlsx`, `xls` or `ods`, whatever it is called.
    pub kind: String,
    /// The encoding of a text.
    pub encoding: Option<String>,
    /// What stands between the cells of a text.
    pub delimiter: Option<String>,
    /// The sheet that is read.
    pub sheet: Option<String>,
    /// The sheets that can be chosen.
    pub sheets: Vec<ListSheet>,
    /// Its columns, from left to right.
    pub columns: Vec<ListColumn>,
    /// Whether the meaning of the columns was remembered from another list.
    pub mapping_remembered: bool,
    /// What the person should know of the whole file.
    pub notes: Vec<ListNote>,
    /// How many rows pass each filter.
    pub counts: ListCounts,
    /// The batches that its rows are in, in order; the pilot first.
    pub batches: Vec<ListBatch>,
    /// What the next *Undo* takes back: the name of a [`ListEdit`], or `Replaced` for a file that was opened over
    /// this one's work; nothing when there is nothing.
    pub undo: Option<String>,
    /// The files that *Save* will write.
    pub files: Vec<ListFile>,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ListSheet {
    /// Its name.
    pub name: String,
    /// Whether Excel hides it.
    pub hidden: bool,
}

/// A column and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ListColumn {
    /// Its place, from 0.
    pub index: u32,
    /// Its heading, or its letter.
    pub source: String,
    /// `EmailAddress`, `Password`, `ForceChangePassword`, or nothing.
    pub means: Option<String>,
}

/// What a person should know of a whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ListNote {
    /// `HiddenRows`, `HiddenSheets`, `OtherSheets`, `FederatedDomain`, `PasswordColumn`; `DomainsNotRead` where
    /// the tenant did not tell which domains are federated; `DirectoryNotRead` where the
    /// addresses could not be checked against the directory.
    pub code: String,
    /// How many.
    pub count: u32,
    /// Which.
    pub names: Vec<String>,
}

/// How many rows pass each filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ListCounts {
    /// All rows.
    pub all: u32,
    /// Rows that are rejected for more than standing twice, and not left out: the person decides.
    pub decide: u32,
    /// Rows that were repaired, or merged with one above (`duplicate`).
    pub repaired: u32,
    /// Rows as they were.
    pub ok: u32,
    /// Rows that are left out.
    pub left_out: u32,
    /// Rows of the pilot.
    pub pilot: u32,
    /// Rows that will be written.
    pub ready: u32,
}

/// A batch of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ListBatch {
    /// Its name; `Pilot` is the pilot.
    pub name: String,
    /// How many rows.
    pub rows: u32,
}

/// A file that *Save* will write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ListFile {
    /// What its name ends in, where there are several: the batch, and a number.
    pub name: String,
    /// Its rows, the heading not counted.
    pub rows: u32,
    /// Its bytes.
    pub bytes: u32,
}

/// Which rows a window wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    /// Which rows pass.
    pub filter: ListFilter,
    /// Part of a name, an address or a row's number; empty for all.
    pub search: String,
    /// The order.
    pub sort: ListSort,
    /// The other way round.
    pub descending: bool,
    /// The first row wanted, counted from 0 among those that pass.
    pub from: u32,
    /// How many.
    pub many: u32,
}

/// Which rows pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum ListFilter {
    /// All.
    All,
    /// The person decides.
    Decide,
    /// Repaired.
    Repaired,
    /// In the pilot.
    Pilot,
    /// Left out.
    LeftOut,
}

/// The order of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum ListSort {
    /// What needs the person first, then what was repaired, then the rest, each by row.
    Attention,
    /// By row, as Excel numbers it.
    Row,
    /// By name, as Swedish or English sorts it.
    Name,
    /// By address.
    Address,
    /// By batch.
    Batch,
}

/// The rows of a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ListPage {
    /// How many rows pass.
    pub total: u32,
    /// The place of the first of these.
    pub from: u32,
    /// The rows.
    pub rows: Vec<ListRowView>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ListRowView {
    /// Its number, as Excel numbers it.
    pub row: u32,
    /// The name the directory knows; without one, what the list says.
    pub name: String,
    /// What stood in the cell of the address.
    pub was: String,
    /// The address that will be written.
    pub becomes: String,
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether it must be changed.
    pub force_change_password: Option<bool>,
    /// `ok`, `repaired` or `rejected`.
    pub status: String,
    /// Whether it is left out.
    pub left_out: bool,
    /// The batch it is in; nothing where it is left out or merged with a row above.
    pub batch: Option<String>,
    /// What the directory calls it: `UserMailbox`, `RoomMailbox` …; nothing without a match.
    pub kind: Option<String>,
    /// An address that is probably meant: *Use it*.
    pub suggestion: Option<String>,
    /// What was found.
    pub findings: Vec<ListFindingView>,
}

/// A finding of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ListFindingView {
    /// Its code, as `stegvis list check` prints it.
    pub code: String,
    /// The column; nothing where it is the whole row.
    pub column: Option<String>,
    /// What stood there; a password is masked.
    pub was: String,
    /// What it becomes, where it is repaired.
    pub becomes: Option<String>,
    /// Whether the person took the repair back: then the cell stands as it was.
    pub taken_back: bool,
}

/// What a person does to a list. Each can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "edit", rename_all_fields = "camelCase")]
pub enum ListEdit {
    /// Writes into the cell of an address.
    Address {
        /// The row.
        row: u32,
        /// What is written; it is read as a cell of the file is.
        text: String,
    },
    /// Uses the address that is probably meant.
    UseSuggestion {
        /// The row.
        row: u32,
    },
    /// Takes the repairs of a row's address back, or makes them again.
    TakeBack {
        /// The row.
        row: u32,
        /// Back, or again.
        back: bool,
    },
    /// Leaves rows out, or takes them in again.
    LeaveOut {
        /// The rows.
        rows: Vec<u32>,
        /// Out, or in again.
        out: bool,
    },
    /// Puts rows into a batch.
    Batch {
        /// The rows.
        rows: Vec<u32>,
        /// The batch; `Pilot` is the pilot, nothing is the last one, which has every row that is in no other.
        batch: Option<String>,
    },
    /// Says what the columns mean; remembered for lists with the same headings.
    Columns {
        /// The place of the addresses.
        email_address: u32,
        /// The place of the passwords.
        password: Option<u32>,
        /// The place of the truth values.
        force_change_password: Option<u32>,
    },
    /// Reads another sheet.
    Sheet {
        /// Its name.
        name: String,
    },
    /// Suggests a pilot of two or three; asked again, another one.
    SuggestPilot,
    /// Takes the last of these back.
    Undo,
}

/// A written file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SavedList {
    /// Where it is.
    pub path: String,
    /// Its rows.
    pub rows: u32,
}
