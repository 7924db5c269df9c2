//! One file a verb. Each returns whether all is well: false ends the process with 1, an error with 2.

pub mod copy;
pub mod directory;
pub mod dns;
mod files;
pub mod lab;
pub mod letters;
pub mod list;
pub mod rehearse;
pub mod tenant;
