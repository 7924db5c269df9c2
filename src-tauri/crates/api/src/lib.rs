//! What can be asked of this product: the one facade that the wizard and the command line share.
//!
//! Lives here: one file per wizard area, the types that cross a process boundary (`dto`), the errors
//! people meet, the report's and the letters' words in both languages.
//! May import: everything below. Imported by: the command line, the desktop shell, the journeys.
//! Deliberately absent: the terminal, the window, the practice organisation's servers.

pub mod copy;
pub mod dto;
mod error;

pub use error::{Error, ErrorCode};
pub use stegvis_engine::runner::RunEvent;
