//! The independent read-back: source and target read again over fresh connections, item by item.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{StreamExt as _, TryStreamExt as _};
use sha2::{Digest as _, Sha256};
use stegvis_journal::{FolderPlan, Journal, JournalError};
use stegvis_model::{FolderPath, ItemKey, MessageFlags, MigrationUser};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::ports::{
    Body, ChangesRequest, EndpointError, EndpointErrorKind, FetchRequest, FetchedBody, MailboxRef,
    Side, SourceConnector, SourceMailbox,
};
use crate::sync::patience::Patience;

/// The first pause after a broken connection.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// What the comparison of a mailbox, or of several, found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verification {
    /// Items of the source that should stand in the target.
    pub compared: u64,
    /// Of those, items that do not.
    pub missing: u64,
    /// Items that stand in the target more often than in the source: duplicates.
    pub extra: u64,
    /// Items of the target that the source never held, such as mail that has arrived since. No difference.
    pub others: u64,
    /// Items that stand there with other flags or another date.
    pub differing: u64,
}

impl Verification {
    /// Whether source and target agree.
    #[must_use]
    pub const fn agrees(&self) -> bool {
        self.missing == 0 && self.extra == 0 && self.differing == 0
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            compared: self.compared + other.compared,
            missing: self.missing + other.missing,
            extra: self.extra + other.extra,
            others: self.others + other.others,
            differing: self.differing + other.differing,
        }
    }
}

/// Why a read-back did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// An endpoint's trouble.
    #[error("{0:?}: {1}")]
    Endpoint(Side, EndpointError),
    /// The journal's.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The flags that both ends can hold, the moment of arrival.
type Marks = (MessageFlags, i64);
/// Every item of a folder by the SHA-256 of its bytes.
type Held = BTreeMap<[u8; 32], Vec<Marks>>;

/// Compares every folder that was copied, for each of `users`; the target is read as any mailbox is,
/// by whoever reads sources.
///
/// # Errors
/// [`VerifyError`]; a difference is no error but a result.
pub async fn verify(
    journal: &Arc<Journal>,
    source: &Arc<dyn SourceConnector>,
    target: &Arc<dyn SourceConnector>,
    users: &[(MigrationUser, MailboxRef)],
    concurrency: usize,
) -> Result<Verification, VerifyError> {
    futures::stream::iter(users.to_vec())
        .map(|(user, mailbox)| {
            let (journal, source, target) =
                (Arc::clone(journal), Arc::clone(source), Arc::clone(target));
            async move { patiently(&journal, &source, &target, &user, &mailbox).await }
        })
        .buffer_unordered(concurrency.max(1))
        .try_fold(Verification::default(), |sum, one| async move {
            Ok(sum.plus(one))
        })
        .await
}

/// Compares one mailbox, again from its start where a connection broke: reading has no effect to undo.
async fn patiently(
    journal: &Arc<Journal>,
    source: &Arc<dyn SourceConnector>,
    target: &Arc<dyn SourceConnector>,
    user: &MigrationUser,
    mailbox: &MailboxRef,
) -> Result<Verification, VerifyError> {
    let mut patience = Patience::new(FIRST_PAUSE);
    loop {
        match verify_user(journal, source, target, user, mailbox).await {
            Err(VerifyError::Endpoint(side, error)) if error.is_transient() => {
                let pause = match error.kind {
                    EndpointErrorKind::Throttled { wait } => Some(wait),
                    _ => patience.pause(),
                };
                match pause {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(VerifyError::Endpoint(side, error)),
                }
            }
            ended => return ended,
        }
    }
}

async fn verify_user(
    journal: &Arc<Journal>,
    source: &Arc<dyn SourceConnector>,
    target: &Arc<dyn SourceConnector>,
    user: &MigrationUser,
    mailbox: &MailboxRef,
) -> Result<Verification, VerifyError> {
    let (folders, skipped) = journal.transaction(|tx| {
        let skipped: Vec<_> = tx
            .skipped_items()?
            .into_iter()
            .filter(|item| item.user == user.id)
            .collect();
        Ok::<_, JournalError>((tx.folders(user.id)?, skipped))
    })?;
    let at = |side| move |error| VerifyError::Endpoint(side, error);
    let mut from = source.open(mailbox).await.map_err(at(Side::Source))?;
    let target_box = MailboxRef {
        address: mailbox.address.clone(),
        sign_in: None,
    };
    let mut to = target.open(&target_box).await.map_err(at(Side::Target))?;
    // Opening learns how names are written there.
    from.folders().await.map_err(at(Side::Source))?;
    to.folders().await.map_err(at(Side::Target))?;
    let mut found = Verification::default();
    for folder in folders {
        let FolderPlan::CopyTo(path) = &folder.plan else {
            continue;
        };
        let left_out: Vec<ItemKey> = skipped
            .iter()
            .filter(|item| item.folder == folder.id)
            .map(|item| item.item.key.clone())
            .collect();
        let (in_source, in_target) = tokio::try_join!(
            async {
                read(from.as_mut(), &folder.source, &left_out)
                    .await
                    .map_err(at(Side::Source))
            },
            async { read(to.as_mut(), path, &[]).await.map_err(at(Side::Target)) },
        )?;
        found = found.plus(compare(in_source, in_target));
    }
    tokio::join!(from.close(), to.close());
    Ok(found)
}

/// Reads a whole folder.
async fn read(
    mailbox: &mut dyn SourceMailbox,
    path: &FolderPath,
    left_out: &[ItemKey],
) -> Result<Held, EndpointError> {
    let request = ChangesRequest {
        folder: path.clone(),
        since: None,
    };
    let listed = mailbox
        .changes(&[request])
        .await?
        .into_iter()
        .flat_map(|changes| changes.items);
    let marks: BTreeMap<ItemKey, (u64, Marks)> = listed
        .filter(|item| !left_out.contains(&item.key))
        .map(|item| (item.key, (item.size, (item.flags, item.date.seconds))))
        .collect();
    let mut held = Held::new();
    if marks.is_empty() {
        return Ok(held);
    }
    let items = marks
        .iter()
        .map(|(key, (size, _))| (key.clone(), *size))
        .collect();
    let (into, mut fetched) = mpsc::channel(64);
    let reading = mailbox.fetch(
        vec![FetchRequest {
            folder: path.clone(),
            items,
        }],
        into,
        CancellationToken::new(),
    );
    let hashing = async {
        while let Some(item) = fetched.recv().await {
            // What cannot be read is missing from `held`, and so shows as a difference.
            let FetchedBody::Message(body) = item.body else {
                continue;
            };
            if let (Some(hash), Some((_, marks))) = (hash(body).await, marks.get(&item.key)) {
                held.entry(hash).or_default().push(marks.clone());
            }
        }
    };
    let (read, ()) = tokio::join!(reading, hashing);
    read?;
    Ok(held)
}

async fn hash(body: Body) -> Option<[u8; 32]> {
    let mut hash = Sha256::new();
    match body {
        Body::Whole(chunk) => hash.update(&chunk.bytes),
        Body::Stream(mut stream) => {
            hash.update(&stream.head.bytes);
            while let Some(piece) = stream.rest.recv().await {
                hash.update(&piece.ok()?.bytes);
            }
        }
    }
    Some(hash.finalize().into())
}

/// Compares two folders as multisets: exact duplicates must be as many, and their marks must pair off.
fn compare(source: Held, mut target: Held) -> Verification {
    let mut found = Verification::default();
    for (hash, mut wanted) in source {
        found.compared += wanted.len() as u64;
        let mut there = target.remove(&hash).unwrap_or_default();
        wanted.retain(
            |marks| match there.iter().position(|other| other == marks) {
                Some(index) => {
                    there.swap_remove(index);
                    false
                }
                None => true,
            },
        );
        let differing = wanted.len().min(there.len()) as u64;
        found.differing += differing;
        found.missing += wanted.len() as u64 - differing;
        found.extra += there.len() as u64 - differing;
    }
    found.others += target.values().map(|rest| rest.len() as u64).sum::<u64>();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(items: &[(u8, bool)]) -> Held {
        let mut held = Held::new();
        for (byte, seen) in items {
            let flags = MessageFlags {
                seen: *seen,
                ..MessageFlags::default()
            };
            held.entry([*byte; 32]).or_default().push((flags, 0));
        }
        held
    }

    #[test]
    fn duplicates_pair_off_and_every_kind_of_difference_is_told() {
        let source = held(&[(1, true), (1, true), (2, false), (3, false)]);
        assert!(compare(source.clone(), source.clone()).agrees());
        let target = held(&[(1, true), (1, true), (1, true), (2, true), (4, false)]);
        assert_eq!(
            compare(source, target),
            Verification {
                compared: 4,
                missing: 1,
                extra: 1,
                others: 1,
                differing: 1
            }
        );
    }
}
