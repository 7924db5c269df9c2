//! What is known of the cloud mailboxes: from the tenant itself, or from a list that was read out of it.

use async_trait::async_trait;
use stegvis_model::SmtpAddress;

use super::{CloudMailbox, EndpointError};

/// The cloud mailboxes that old mailboxes are converted to.
#[async_trait]
pub trait CloudMailboxes: Send + Sync {
    /// The cloud mailbox of the old mailbox with this primary address.
    async fn mailbox(&self, address: &SmtpAddress) -> Result<Option<CloudMailbox>, EndpointError>;

    /// Whether it opens; nothing where that cannot be found out from here.
    async fn opens(&self, address: &SmtpAddress) -> Option<Result<(), EndpointError>>;

    /// Whether it has a licence; nothing where that cannot be found out from here.
    async fn licensed(&self, address: &SmtpAddress) -> Option<bool>;
}
