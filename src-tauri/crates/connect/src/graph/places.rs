//! How many requests a mailbox takes at once: Graph refuses the fifth of one application.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What Microsoft documents.
const AT_ONCE: usize = 4;

/// The places before each mailbox. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    mailboxes: Arc<Mutex<BTreeMap<String, Arc<Semaphore>>>>,
}

impl Places {
    /// A place before this mailbox, for as long as what is returned is kept.
    pub(super) async fn take(&self, mailbox: &str) -> Option<OwnedSemaphorePermit> {
        let places = {
            let mut mailboxes = self
                .mailboxes
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            // Where nobody is, nothing needs to be known.
            mailboxes.retain(|_, places| places.available_permits() < AT_ONCE);
            mailboxes
                .entry(mailbox.to_lowercase())
                .or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE)))
                .clone()
        };
        // These are never closed.
        places.acquire_owned().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_fifth_waits_before_its_own_mailbox_and_before_no_other() {
        let places = Places::default();
        let mut held = Vec::new();
        for name in ["anna@b.example"; AT_ONCE] {
            held.push(places.take(name).await);
        }
        let wait = Duration::from_millis(50);
        let fifth = tokio::time::timeout(wait, places.take("Anna@B.example")).await;
        assert!(fifth.is_err());
        let other = tokio::time::timeout(wait, places.take("bo@b.example")).await;
        assert!(other.is_ok());
        held.pop();
        let fifth = tokio::time::timeout(wait, places.take("anna@b.example")).await;
        assert!(fifth.is_ok_and(|place| place.is_some()));
    }
}
