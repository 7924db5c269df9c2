//! The Exchange Online admin interface that the PowerShell module itself uses: `POST …/InvokeCommand`
//! with the name of a cmdlet and its parameters. Not documented by Microsoft; what is said here was read
//! in public clients of it.

pub mod add_mailbox_permission;
pub mod error;
pub mod get_mailbox;
pub mod get_recipient;
pub mod invoke;
pub mod new_service_principal;
pub mod response;

pub use error::ExchangeError;
pub use invoke::{Cmdlet, Invocation};
pub use response::Response;

/// The scope of a token for this interface, and for IMAP, by client credentials.
pub const SCOPE: &str = "https://outlook.office365.com/.default";
