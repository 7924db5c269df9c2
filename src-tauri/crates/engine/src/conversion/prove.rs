//! What must hold of a converted object besides its attributes.

use stegvis_journal::DirectoryChange;
use stegvis_model::{DirectoryChangeCause as Cause, DirectoryChangeState as State};

use super::drive::Conversions;
use crate::directory::trouble::End;
use crate::directory::{Trouble, standing};

impl Conversions {
    /// Reads the object back, finds it by each of its addresses, old X500 ones included, sees that it is no mailbox
    /// any more, and that the cloud mailbox still opens.
    pub(super) async fn prove(&self, change: &DirectoryChange) -> Result<(), End> {
        let planned = &change.planned;
        let changes = &self.changes;
        let failed = |words: String| End::from(Trouble::new(Cause::ProofFailed, words));
        let entry = changes
            .ask(async || changes.directory.entry(&planned.dn).await)
            .await?;
        if standing(planned, &entry) != crate::directory::Standing::After {
            return Err(failed(
                "the object no longer reads as it was written".to_owned(),
            ));
        }
        for value in entry.texts("proxyAddresses") {
            let holders = changes
                .ask(async || changes.directory.holders(value).await)
                .await?;
            let own = |dn: &String| dn.eq_ignore_ascii_case(&planned.dn);
            if !holders.iter().any(own) {
                return Err(failed(format!("it is not found by its address {value}")));
            }
            if let Some(other) = holders.iter().find(|dn| !own(dn)) {
                return Err(failed(format!("{value} is also an address of {other}")));
            }
        }
        let mailbox = changes
            .ask(async || changes.directory.find(&planned.address).await)
            .await?;
        if mailbox.is_some() {
            return Err(failed(
                "the directory still lists it as a mailbox".to_owned(),
            ));
        }
        if let Some(Err(error)) = self.cloud.opens(&planned.address).await {
            return Err(failed(format!(
                "the cloud mailbox does not open: {}",
                error.detail
            )));
        }
        changes.enter(change, State::Proved)
    }
}
