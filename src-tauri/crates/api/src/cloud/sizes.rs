//! The largest messages of the new mailboxes, as a project raises them and puts them back.

use std::collections::BTreeMap;

use stegvis_engine::receive_size::{RaiseError, Sizes, put_back, raise, raised, take_over};
use stegvis_journal::Journal;
use stegvis_model::SmtpAddress;

use crate::Error;
use crate::dto::AccessKept;
use crate::project::{Project, damaged};

/// Where versions before 1.0 kept the sizes: an object of addresses and bytes.
const EARLIER: &str = "cloud.receive_sizes";

/// Takes over what an earlier version of this program raised and did not put back.
pub(crate) fn take_over_sizes(journal: &Journal) -> Result<(), Error> {
    journal.transaction(|tx| {
        let Some(text) = tx.setting(EARLIER)? else {
            return Ok(());
        };
        let earlier: BTreeMap<String, u64> =
            serde_json::from_str(&text).map_err(|error| damaged(EARLIER, &error))?;
        let earlier = earlier
            .into_iter()
            .map(|(address, bytes)| Ok((address.parse::<SmtpAddress>()?, bytes)))
            .collect::<Result<Sizes, stegvis_model::AddressError>>()
            .map_err(|error| damaged(EARLIER, &error))?;
        take_over(tx, earlier)?;
        Ok(tx.clear_setting(EARLIER)?)
    })
}

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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_journal::JournalError;

    use super::*;

    #[test]
    fn what_an_earlier_version_raised_is_put_back_by_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("p.stegvis")).unwrap();
        journal
            .transaction(|tx| {
                tx.set_setting(
                    EARLIER,
                    r#"{"anna@nordvik.example":100,"bo@nordvik.example":200}"#,
                )?;
                let known = [("bo@nordvik.example".parse().unwrap(), 50)];
                take_over(tx, known.into())?;
                Ok::<_, JournalError>(())
            })
            .unwrap();
        take_over_sizes(&journal).unwrap();
        take_over_sizes(&journal).unwrap();
        let sizes: Vec<(String, u64)> = raised(&journal)
            .unwrap()
            .into_iter()
            .map(|(address, size)| (address.to_string(), size))
            .collect();
        assert_eq!(
            sizes,
            [
                ("anna@nordvik.example".to_owned(), 100),
                ("bo@nordvik.example".to_owned(), 50)
            ]
        );
    }
}
