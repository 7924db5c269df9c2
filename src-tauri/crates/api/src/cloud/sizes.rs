//! The largest messages of the new mailboxes, as a project raises them and puts them back.

use stegvis_engine::receive_size::{RaiseError, put_back, raise, raised};
use stegvis_model::SmtpAddress;

use crate::Error;
use crate::dto::AccessKept;
use crate::project::Project;

impl Project {
    /// The mailboxes that still take larger messages than they did.
    pub(crate) fn raised_sizes(&self) -> Result<Vec<String>, Error> {
        let sizes = raised(&self.journal)?;
        Ok(sizes.keys().map(ToString::to_string).collect())
    }

    /// Lets a mailbox take the largest messages that the tenant allows.
    pub(crate) async fn raise_size(&self, address: &SmtpAddress) -> Result<(), Error> {
        let tenant = self.connections().tenant.clone();
        let raising = raise(&self.journal, tenant.as_ref(), address).await;
        raising.map_err(|error| match error {
            RaiseError::Endpoint(error) => error.into(),
            RaiseError::Journal(error) => error.into(),
        })
    }

    /// Puts back what was raised, and gives what the tenant would not put back now.
    pub(crate) async fn put_back_sizes(&self) -> Result<Vec<AccessKept>, Error> {
        let tenant = self.connections().tenant.clone();
        let kept = put_back(&self.journal, tenant.as_ref()).await?;
        Ok(kept
            .into_iter()
            .map(|(address, error)| {
                tracing::warn!(%address, detail = error.detail, "the largest message is not put back yet");
                AccessKept {
                    address: address.to_string(),
                    server_words: error.detail,
                }
            })
            .collect())
    }
}
