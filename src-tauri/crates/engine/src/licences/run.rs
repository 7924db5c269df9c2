//! Licences given away, batch by batch, each noted in the journal; and who the people of a project are.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use stegvis_journal::{Journal, JournalError, Tx};
use stegvis_model::{MigrationUserId, MigrationUserStatus, RecipientKind, SmtpAddress};
use tokio_util::sync::CancellationToken;

use super::{Assignment, LicencePlan, Licensed, Person, Product};
use crate::ports::{Clock, EndpointError, LicenceStock, Licences, Refusal};

/// The log line of a licence that was assigned: its detail is the product's name.
pub const ASSIGNED: &str = "LicenceAssigned";

/// How long the tenant may show somebody without a licence that it has just given.
const REPLICATION: SignedDuration = SignedDuration::from_mins(10);

/// A licence that this project assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// To whom.
    pub address: SmtpAddress,
    /// The product's name.
    pub product: String,
    /// When.
    pub at: Timestamp,
}

impl Given {
    /// Every licence that the journal knows of, oldest first.
    ///
    /// # Errors
    /// The journal's.
    pub fn all(tx: &Tx<'_>) -> Result<Vec<Self>, JournalError> {
        let users: BTreeMap<i64, SmtpAddress> = tx
            .users()?
            .into_iter()
            .map(|user| (user.id.0, user.address))
            .collect();
        Ok(tx
            .log_entries()?
            .into_iter()
            .filter(|entry| entry.what == ASSIGNED)
            .filter_map(|entry| {
                Some(Self {
                    address: users.get(&entry.user?.0)?.clone(),
                    product: entry.detail,
                    at: entry.at?,
                })
            })
            .collect())
    }
}

/// The people of a project: the journal's mailboxes, as the tenant shows them. Second, the addresses that the
/// tenant does not know.
///
/// # Errors
/// The journal's.
pub fn people(
    journal: &Journal,
    stock: &LicenceStock,
    now: Timestamp,
) -> Result<(Vec<Person>, Vec<SmtpAddress>), JournalError> {
    journal.transaction(|tx| {
        let given = Given::all(tx)?;
        let (since, first) = mailboxes_since(tx)?;
        let holders: BTreeMap<String, _> = stock
            .holders
            .iter()
            .map(|holder| (holder.address.key(), holder))
            .collect();
        let (mut people, mut unknown) = (Vec::new(), Vec::new());
        for user in tx.users()? {
            let Some(holder) = holders.get(&user.address.key()) else {
                unknown.push(user.address);
                continue;
            };
            let just_given = given.iter().rev().find(|given| {
                given.address.key() == user.address.key()
                    && now.duration_since(given.at).abs() < REPLICATION
            });
            let licensed = match (&holder.licensed, just_given) {
                (Licensed::No | Licensed::GroupFailed { .. }, Some(given)) => Licensed::Own {
                    sku: stock
                        .products
                        .iter()
                        .find(|product| product.name == given.product)
                        .map_or_else(|| given.product.clone(), |product| product.sku.clone()),
                },
                (licensed, _) => licensed.clone(),
            };
            // Only a mailbox that the tenant shows is one: what the journal saw begin may have failed. One that it did not
            // see made is there since the project began.
            let since = holder.mailbox.then(|| {
                let seen = since.get(&user.id.0).copied();
                seen.or(first).unwrap_or(now)
            });
            people.push(Person {
                address: user.address,
                display_name: user.display_name,
                usage_location: holder.usage_location.clone(),
                licensed,
                mailbox_since: since,
                bytes: bytes(tx, user.id)?,
                exempt: holder.exempt,
                convert: matches!(
                    user.kind,
                    RecipientKind::RoomMailbox
                        | RecipientKind::EquipmentMailbox
                        | RecipientKind::SharedMailbox
                ),
            });
        }
        Ok((people, unknown))
    })
}

/// How much is in a mailbox, as far as either engine told.
fn bytes(tx: &Tx<'_>, user: MigrationUserId) -> Result<u64, JournalError> {
    let copied = tx.tally(user)?.iter().map(|tally| tally.bytes).sum();
    let told = tx
        .cloud_user(user)?
        .and_then(|row| row.detail.bytes_total.max(row.detail.bytes));
    Ok(told.unwrap_or(0).max(copied))
}

/// When each mailbox was made, at the earliest, by MigrationUser; and when the project began.
pub(super) fn mailboxes_since(
    tx: &Tx<'_>,
) -> Result<(BTreeMap<i64, Timestamp>, Option<Timestamp>), JournalError> {
    use MigrationUserStatus as S;
    // What is logged when a mailbox is about to be made, or once it stands.
    let made = [
        S::Provisioning.name(),
        S::Forwarding.name(),
        S::Syncing.name(),
        S::Synced.name(),
    ];
    let (mut since, mut first) = (BTreeMap::new(), None);
    for entry in tx.log_entries()? {
        first = first.or(entry.at);
        if let (Some(user), Some(at)) = (entry.user, entry.at)
            && made.contains(&&*entry.what)
        {
            since.entry(user.0).or_insert(at);
        }
    }
    // Whose mailbox is about to be made has none yet.
    for user in tx.users()? {
        if matches!(user.status, S::Queued | S::Validating | S::Provisioning) {
            since.remove(&user.id.0);
        }
    }
    Ok((since, first))
}

/// What became of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Who got one.
    pub given: Vec<SmtpAddress>,
    /// Who was refused, and why.
    pub refused: Vec<(SmtpAddress, Refusal)>,
}

/// Assigns what is planned. Stopped between two batches, or by an error, it has noted what it gave; planned anew it
/// gives nobody a second one. `progress` hears of every batch.
///
/// # Errors
/// The journal's; the tenant's in the inner result, beside what became of those before.
pub async fn assign(
    licences: &dyn Licences,
    journal: &Journal,
    clock: &dyn Clock,
    plan: &LicencePlan,
    stop: &CancellationToken,
    progress: &(dyn Fn(&Outcome) + Send + Sync),
) -> Result<(Outcome, Result<(), EndpointError>), JournalError> {
    let mut outcome = Outcome::default();
    let products: Vec<Product> = plan
        .products
        .iter()
        .map(|fit| fit.product.clone())
        .collect();
    for batch in &plan.batches {
        if stop.is_cancelled() {
            break;
        }
        let (given, ended) = match licences.assign(batch).await {
            Ok(answers) => {
                let mut given = Vec::new();
                for (assignment, answer) in batch.iter().zip(answers) {
                    match answer {
                        Ok(()) => given.push(assignment),
                        Err(refusal) => {
                            outcome.refused.push((assignment.address.clone(), refusal));
                        }
                    }
                }
                (given, Ok(()))
            }
            Err(error) => (given_after_all(licences, batch).await, Err(error)),
        };
        note(journal, &given, &products, clock.now())?;
        outcome
            .given
            .extend(given.into_iter().map(|one| one.address.clone()));
        progress(&outcome);
        if ended.is_err() {
            return Ok((outcome, ended));
        }
    }
    Ok((outcome, Ok(())))
}

/// Whose product is there though no answer came: it was ours, for who had one was not asked for.
async fn given_after_all<'a>(
    licences: &dyn Licences,
    batch: &'a [Assignment],
) -> Vec<&'a Assignment> {
    let addresses: Vec<_> = batch.iter().map(|one| one.address.clone()).collect();
    let Ok(stock) = licences.stock(&addresses).await else {
        return Vec::new();
    };
    batch
        .iter()
        .filter(|one| {
            stock.holders.iter().any(|holder| {
                holder.address == one.address
                    && matches!(&holder.licensed, Licensed::Own { sku } if *sku == one.sku)
            })
        })
        .collect()
}

/// Who got what, for the report.
fn note(
    journal: &Journal,
    given: &[&Assignment],
    products: &[Product],
    at: Timestamp,
) -> Result<(), JournalError> {
    journal.transaction(|tx| {
        for one in given {
            let product = products
                .iter()
                .find(|product| product.sku == one.sku)
                .map_or(&*one.sku, |product| &*product.name);
            let user = tx.user_of(&one.address)?.map(|user| user.id);
            tx.log(at, user, ASSIGNED, product)?;
        }
        Ok(())
    })
}
