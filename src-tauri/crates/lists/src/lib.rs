//! Lists of mailboxes: read from any file an administrator has, and written as Exchange Online wants them.
//!
//! Lives here: the list doctor (text in any encoding and dialect, spreadsheets, the repairs), the staged CSV,
//! and the list of `stegvis copy`. May import: `stegvis-model`.
//! Deliberately absent: sockets, files, the directory, and any repair that is not a finding. The list of
//! `stegvis copy` holds passwords of two servers: another dialect than plain comma-separated UTF-8 is refused
//! there with its place, never guessed at.

mod biff;
mod booleans;
mod cells;
mod cloud_list;
mod columns;
mod copy_list;
mod delimited;
mod doctor;
mod draft;
mod encoding;
mod finding;
mod grid;
mod hidden;
mod invisible;
mod known;
mod reading;
mod sheet;
mod staged;
mod zipped;

pub use cloud_list::{CloudListError, CloudRow, read_cloud_list};
pub use columns::{Column, Mapping, Meaning};
pub use copy_list::{CopyRow, ListError, read_copy_list};
pub use doctor::{ListFormat, ListRow, MOST_BYTES, MailboxList, NotAList, read_list};
pub use draft::{
    Alphabet, Counts, Draft, DraftBatch, DraftFile, DraftRow, Edit, EditError, Filter, Note, Order,
    PILOT, Page, Query, ReadyRow,
};
pub use encoding::TextEncoding;
pub use finding::{Finding, FindingCode, RowStatus};
pub use known::{Known, KnownMailbox};
pub use sheet::SheetTab;
pub use staged::{
    MOST_ROWS, Reader, StagedRow, TooManyRows, formula_safe, write_list, write_staged_csv,
};
