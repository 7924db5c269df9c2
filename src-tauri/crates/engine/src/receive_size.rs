//! How large a message the new mailboxes take: raised while mail is copied into them, and put back.
//!
//! What a mailbox took before is kept before it is raised, so that it is put back whatever happens; what the tenant does
//! not put back stays kept, is told, and is asked for again at the next run and at the end.

use std::collections::BTreeMap;

use stegvis_journal::{Journal, JournalError, Tx};
use stegvis_model::SmtpAddress;

use crate::ports::{EndpointError, Tenant};

/// Where it is kept: a line for each mailbox, its address and its bytes.
const KEPT: &str = "receive_sizes";
/// More than any tenant allows: it makes the most that it does of it.
const LARGEST: u64 = u64::MAX;

/// How large a message each raised mailbox took before.
pub type Sizes = BTreeMap<SmtpAddress, u64>;

/// Why a mailbox could not be raised.
#[derive(Debug, thiserror::Error)]
pub enum RaiseError {
    /// The tenant's trouble.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The journal's.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

fn read(tx: &Tx<'_>) -> Result<Sizes, JournalError> {
    let text = tx.setting(KEPT)?.unwrap_or_default();
    text.lines()
        .map(|line| {
            let (address, bytes) = line.split_once(' ')?;
            Some((address.parse().ok()?, bytes.parse().ok()?))
        })
        .collect::<Option<Sizes>>()
        .ok_or(JournalError::Damaged {
            column: KEPT,
            value: text,
        })
}

fn write(tx: &Tx<'_>, sizes: &Sizes) -> Result<(), JournalError> {
    let lines: String = sizes
        .iter()
        .map(|(address, bytes)| format!("{address} {bytes}\n"))
        .collect();
    tx.set_setting(KEPT, &lines)
}

/// Takes over what an earlier version kept elsewhere. What is kept here already was asked earlier, and stays.
///
/// # Errors
/// The journal's.
pub fn take_over(tx: &Tx<'_>, earlier: Sizes) -> Result<(), JournalError> {
    let mut sizes = read(tx)?;
    for (address, size) in earlier {
        sizes.entry(address).or_insert(size);
    }
    write(tx, &sizes)
}

/// The mailboxes that take larger messages than they did, and what they took.
///
/// # Errors
/// The journal's.
pub fn raised(journal: &Journal) -> Result<Sizes, JournalError> {
    journal.transaction(read)
}

/// Lets a mailbox take the largest messages that the tenant allows; nothing where there is no mailbox yet.
///
/// # Errors
/// [`RaiseError`].
pub async fn raise(
    journal: &Journal,
    tenant: &dyn Tenant,
    address: &SmtpAddress,
) -> Result<(), RaiseError> {
    let Some(size) = tenant.receive_size(address).await? else {
        return Ok(());
    };
    journal.transaction(|tx| {
        let mut sizes = read(tx)?;
        // What it took before the first time it was raised.
        sizes.entry(address.clone()).or_insert(size);
        write(tx, &sizes)
    })?;
    Ok(tenant.set_receive_size(address, LARGEST).await?)
}

/// Puts back what was raised. Gives the mailboxes that the tenant would not put back now, and why; those stay kept. A
/// mailbox that is gone takes nothing.
///
/// # Errors
/// The journal's.
pub async fn put_back(
    journal: &Journal,
    tenant: &dyn Tenant,
) -> Result<Vec<(SmtpAddress, EndpointError)>, JournalError> {
    let mut kept = Vec::new();
    for (address, size) in raised(journal)? {
        let done = match tenant.receive_size(&address).await {
            Ok(Some(_)) => tenant.set_receive_size(&address, size).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => journal.transaction(|tx| {
                let mut sizes = read(tx)?;
                sizes.remove(&address);
                write(tx, &sizes)
            })?,
            Err(error) => kept.push((address, error)),
        }
    }
    Ok(kept)
}
