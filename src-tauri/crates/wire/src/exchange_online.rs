//! The Exchange Online admin interface that the PowerShell module itself uses: `POST …/InvokeCommand`
//! with the name of a cmdlet and its parameters. Not documented by Microsoft; what is said here was read
//! in public clients of it. One file for each cmdlet; what is not known for certain is in [`encode`] alone.

pub mod add_mailbox_permission;
mod decode;
pub mod encode;
pub mod error;
pub mod get_accepted_domain;
pub mod get_cas_mailbox;
pub mod get_cas_mailbox_plan;
pub mod get_deleted_mailbox;
pub mod get_dkim_signing_config;
pub mod get_inbox_rule;
pub mod get_mail_user;
pub mod get_mailbox;
pub mod get_mailbox_auto_reply_configuration;
pub mod get_mailbox_delivery;
pub mod get_mailbox_permission;
pub mod get_migration_batch;
pub mod get_migration_endpoint;
pub mod get_migration_statistics;
pub mod get_migration_user;
pub mod get_migration_user_statistics;
pub mod get_organization_config;
pub mod get_recipient;
pub mod get_recipient_permission;
pub mod identity;
pub mod invoke;
pub mod migration_status;
pub mod new_migration_batch;
pub mod new_migration_endpoint;
pub mod new_service_principal;
pub mod outlook_anywhere;
pub mod remove_mailbox_permission;
pub mod remove_migration_batch;
pub mod remove_migration_endpoint;
pub mod remove_migration_user;
pub mod remove_service_principal;
pub mod response;
pub mod set_mailbox;
pub mod set_migration_batch;
pub mod set_migration_endpoint;
pub mod start_migration_batch;
pub mod stop_migration_batch;
pub mod test_migration_server_availability;

pub use error::ExchangeError;
pub use identity::Identity;
pub use invoke::{Anchor, Cmdlet, Invocation};
pub use outlook_anywhere::OutlookAnywhere;
pub use response::Response;

/// The scope of a token for this interface, and for IMAP, by client credentials.
pub const SCOPE: &str = "https://outlook.office365.com/.default";

#[cfg(test)]
mod tests;
