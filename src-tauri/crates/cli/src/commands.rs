//! One file a verb. Each returns whether all is well: false ends the process with 1, an error with 2.

pub mod batch;
pub mod cleanup;
pub mod copy;
pub mod directory;
pub mod dns;
pub mod endpoint;
mod files;
pub mod habits;
pub mod lab;
pub mod letters;
pub mod licence;
pub mod list;
pub mod mailboxes;
mod project;
pub mod real;
pub mod rehearse;
pub mod report;
pub mod tenant;
