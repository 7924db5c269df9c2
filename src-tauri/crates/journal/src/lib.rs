//! The truth of a project, in one SQLite file.
//!
//! Lives here: every table with its reader, writer and tests, the migrations in order, and the file
//! lock that keeps a project to one process.
//! May import: `stegvis-model`.
//! Deliberately absent: decisions, async, clocks (times are passed in) and any call that deletes a
//! journal. An unknown stored value is an error, never a default.

mod error;
mod file;
mod migrations;
mod table;

pub use error::JournalError;
pub use file::{Journal, Tx};
pub use table::cloud_batch::{CloudBatchRow, CloudBatchSeen, NewCloudBatchRow};
pub use table::cloud_left_out::CloudLeftOutRow;
pub use table::cloud_user::{CloudUserDetailSeen, CloudUserRow, CloudUserSeen};
pub use table::directory_change::{DirectoryChange, NewDirectoryChange, Values};
pub use table::finding::StoredFinding;
pub use table::folder::{Folder, FolderPlan, TargetPlace};
pub use table::habit::{HabitReading, HabitRow, HabitTask, NewHabitTask};
pub use table::item::{
    Acknowledged, CopiedPlace, Intent, ItemTally, NewItem, OpenItem, Skip, SkippedItem,
};
pub use table::letter_sent::{LetterRow, LetterStage};
pub use table::log::LogEntry;
pub use table::signature::Signature;
pub use table::throughput::Moved;
pub use table::user::NewUser;
