//! What can be asked of this product: the one facade that the wizard and the command line share.

pub mod dto;
mod error;

pub use error::{Error, ErrorCode};
