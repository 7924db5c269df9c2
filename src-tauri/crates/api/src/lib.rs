//! What can be asked of this product: the one facade that the wizard and the command line share.
//!
//! Lives here: one file per wizard area, the types that cross a process boundary (`dto`), the errors
//! people meet, the report's and the letters' words in both languages.
//! May import: everything below. Imported by: the command line, the desktop shell, the journeys.
//! Deliberately absent: the terminal, the window, the practice organisation's servers.

mod absent;
mod app;
mod backups;
mod certificate;
mod cloud;
mod commands;
mod connections;
mod convert;
pub mod copy;
pub mod directory;
pub mod dns;
pub mod dto;
mod endpoint;
mod error;
mod finish;
mod habits;
mod journals;
mod letters;
mod licences;
pub mod list;
mod live;
mod mailboxes;
mod migrate;
mod old_directory;
mod person;
mod places;
pub mod practice;
mod prepare;
mod project;
mod real;
mod report;
mod secrets;
pub mod sign_in;
mod typed;
mod unchosen;
pub mod user_letters;
mod watch;

pub use app::{App, holds_real_project};
pub use cloud::{BatchGuard, MailFacts};
pub use error::{Error, ErrorCode};
pub use licences::licence_remedy;
pub use project::Events;
pub use real::{ENDPOINT_PATIENCE, Farewells};
pub use report::words::remedy;
pub use report::{WrittenReport, write_report};
pub use secrets::Secrets;
pub use stegvis_engine::runner::RunEvent;
pub use typed::TypedPassword;
