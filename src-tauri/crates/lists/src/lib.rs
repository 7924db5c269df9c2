//! Lists of mailboxes: read from files, and written as Exchange Online wants them.
//!
//! Lives here: the list of `stegvis copy` and the staged CSV. May import: `stegvis-model`.
//! Deliberately absent: sockets, the directory, and any repair that is not shown. A file in another
//! dialect than plain comma-separated UTF-8 is refused with its place, never guessed at.

mod copy_list;
mod staged;

pub use copy_list::{CopyRow, ListError, read_copy_list};
pub use staged::{MOST_ROWS, StagedRow, TooManyRows, write_staged_csv};
