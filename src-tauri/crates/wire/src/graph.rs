//! Microsoft Graph v1.0. Every function takes the base address (`https://graph.microsoft.com/v1.0`), so
//! that sovereign clouds and the practice organisation are only other addresses.

pub mod assign_license;
pub mod batch;
pub mod domains;
pub mod error;
pub mod organization;
pub mod paging;
pub mod probe;
pub mod provisioning_errors;
pub mod send_mail;
pub mod service_configuration_records;
pub mod service_principals;
pub mod subscribed_skus;
pub mod users;

pub use error::GraphError;
pub use paging::Page;

/// The scope of a token for Graph by client credentials.
pub const SCOPE: &str = "https://graph.microsoft.com/.default";
