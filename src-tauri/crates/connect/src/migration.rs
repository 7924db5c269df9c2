//! Exchange Online's own migration service: its endpoints, batches and users, over the admin interface.
//!
//! What the service knows is asked, never remembered: after a restart of the program the truth is there.

mod cloud;
mod endpoint_routes;

use std::time::Duration;

use serde_json::{Map, Value};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::exchange_online::get_migration_batch::MigrationBatch;
use stegvis_wire::exchange_online::get_migration_endpoint::MigrationEndpoint;
use stegvis_wire::exchange_online::get_migration_user::MigrationUser;
use stegvis_wire::exchange_online::get_migration_user_statistics::MigrationUserStatistics;
use stegvis_wire::exchange_online::new_migration_batch::NewMigrationBatch;
use stegvis_wire::exchange_online::test_migration_server_availability::Availability;
use stegvis_wire::exchange_online::{
    Cmdlet, Identity, get_migration_batch, get_migration_endpoint, get_migration_user,
    get_migration_user_statistics, remove_migration_batch, set_migration_endpoint,
    start_migration_batch, stop_migration_batch, test_migration_server_availability,
};
use tokio::time::Instant;

use crate::exchange_online::{CmdletError, ExchangeOnline};

pub use cloud::TenantMigration;
pub use endpoint_routes::{
    AdminCentre, DirectRest, EndpointRoute, ModuleSession, PowerShell, RouteState,
};

/// How many skipped items of a user are asked for.
const MOST_SKIPPED: u32 = 1000;

/// How long something just made may be unknown to the server that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replication {
    /// How long between two looks.
    pub step: Duration,
    /// How long in all.
    pub limit: Duration,
}

impl Default for Replication {
    /// As it was measured: some seconds mostly, minutes at times.
    fn default() -> Self {
        Self {
            step: Duration::from_secs(5),
            limit: Duration::from_secs(300),
        }
    }
}

/// The migration service of one tenant.
#[derive(Debug, Clone)]
pub struct MigrationApi {
    exchange: ExchangeOnline,
    replication: Replication,
}

impl MigrationApi {
    /// The service behind this admin interface.
    #[must_use]
    pub const fn new(exchange: ExchangeOnline, replication: Replication) -> Self {
        Self {
            exchange,
            replication,
        }
    }

    async fn run(&self, cmdlet: &Cmdlet) -> Result<Vec<Map<String, Value>>, EndpointError> {
        Ok(self.exchange.invoke(cmdlet).await?)
    }

    /// The endpoints over Outlook Anywhere: one that was made in the admin centre is among them.
    ///
    /// # Errors
    /// If the cmdlet cannot be run; so for every call here.
    pub async fn endpoints(&self) -> Result<Vec<MigrationEndpoint>, EndpointError> {
        let objects = self
            .run(&get_migration_endpoint::outlook_anywhere())
            .await?;
        Ok(objects.iter().filter_map(MigrationEndpoint::read).collect())
    }

    /// Whether the service reaches the old server by this endpoint, and what it says if not.
    ///
    /// # Errors
    /// As for [`Self::endpoints`], or if the answer does not say.
    pub async fn test(&self, endpoint: &Identity) -> Result<Availability, EndpointError> {
        let cmdlet = test_migration_server_availability::endpoint(endpoint);
        let objects = self.run(&cmdlet).await?;
        objects.iter().find_map(Availability::read).ok_or_else(|| {
            EndpointError::new(
                EndpointErrorKind::Protocol,
                "Exchange Online does not say how its test ended",
            )
        })
    }

    /// The endpoint of this name, if there is one.
    ///
    /// # Errors
    /// As for [`Self::endpoints`].
    pub async fn endpoint(
        &self,
        name: &Identity,
    ) -> Result<Option<MigrationEndpoint>, EndpointError> {
        let mut endpoints = self.endpoints().await?.into_iter();
        Ok(endpoints.find(|endpoint| name.is(&endpoint.identity)))
    }

    /// Sets how many mailboxes the endpoint copies at once.
    ///
    /// # Errors
    /// As for [`Self::endpoints`].
    pub async fn set_concurrency(
        &self,
        endpoint: &Identity,
        migrations: u32,
    ) -> Result<(), EndpointError> {
        let cmdlet = set_migration_endpoint::concurrency(endpoint, migrations, None);
        self.run(&cmdlet).await.map(drop)
    }

    /// The batches of the tenant.
    ///
    /// # Errors
    /// As for [`Self::endpoints`].
    pub async fn batches(&self) -> Result<Vec<MigrationBatch>, EndpointError> {
        let objects = self.run(&get_migration_batch::all()).await?;
        Ok(objects.iter().filter_map(MigrationBatch::read).collect())
    }

    /// The batch of this name, if there is one.
    ///
    /// # Errors
    /// As for [`Self::endpoints`].
    pub async fn batch(&self, name: &Identity) -> Result<Option<MigrationBatch>, EndpointError> {
        let mut batches = self.batches().await?.into_iter();
        Ok(batches.find(|batch| name.is(&batch.identity)))
    }

    /// Makes a batch, or finds the one of this name: never a second one. A request whose answer was lost may have been
    /// carried out, so what follows it is a look, for as long as something new may be unknown; not another request.
    ///
    /// # Errors
    /// If the service refuses the batch, or it cannot be told whether there is one.
    pub async fn make_batch(
        &self,
        new: &NewMigrationBatch<'_>,
    ) -> Result<MigrationBatch, EndpointError> {
        if let Some(found) = self.batch(new.name()).await? {
            return Ok(found);
        }
        let lost = match self.exchange.invoke(&new.cmdlet()).await {
            Ok(objects) => match objects.iter().find_map(MigrationBatch::read) {
                Some(made) => return Ok(made),
                None => None,
            },
            Err(CmdletError::Failed(error)) if error.is_already_there() => None,
            Err(CmdletError::Failed(error)) if error.status < 500 => {
                return Err(CmdletError::Failed(error).into());
            }
            Err(error) => Some(EndpointError::from(error)),
        };
        if let Some(error) = &lost
            && matches!(
                error.kind,
                EndpointErrorKind::Throttled { .. } | EndpointErrorKind::SignInRefused
            )
        {
            // Not carried out: whoever asks again later asks for the first time.
            return Err(error.clone());
        }
        let until = Instant::now() + self.replication.limit;
        loop {
            if let Some(found) = self.batch(new.name()).await? {
                return Ok(found);
            }
            if Instant::now() >= until {
                return Err(lost.unwrap_or_else(|| {
                    EndpointError::new(
                        EndpointErrorKind::NotFound,
                        "Exchange Online made the batch and does not find it",
                    )
                }));
            }
            tokio::time::sleep(self.replication.step).await;
        }
    }

    /// Starts a batch, goes on with a stopped one, or tries its failed users again. One that was just made may not be
    /// known yet where the request goes.
    ///
    /// # Errors
    /// As for [`Self::endpoints`].
    pub async fn start(&self, batch: &Identity) -> Result<(), EndpointError> {
        self.once_known(&start_migration_batch::start(batch)).await
    }

    /// Stops it: what is copied stays.
    ///
    /// # Errors
    /// As for [`Self::endpoints`].
    pub async fn stop(&self, batch: &Identity) -> Result<(), EndpointError> {
        self.once_known(&stop_migration_batch::stop(batch)).await
    }

    async fn once_known(&self, cmdlet: &Cmdlet) -> Result<(), EndpointError> {
        let until = Instant::now() + self.replication.limit;
        loop {
            match self.run(cmdlet).await {
                Err(error)
                    if error.kind == EndpointErrorKind::NotFound && Instant::now() < until =>
                {
                    tokio::time::sleep(self.replication.step).await;
                }
                other => return other.map(drop),
            }
        }
    }

    /// Removes a batch that has come to rest. The mailboxes stay.
    ///
    /// # Errors
    /// As for [`Self::endpoints`]; or if the batch is still at work, or there is none.
    pub async fn remove(&self, batch: &Identity) -> Result<(), EndpointError> {
        let found = self.batch(batch).await?.ok_or_else(|| {
            EndpointError::new(
                EndpointErrorKind::NotFound,
                format!("there is no batch {batch}"),
            )
        })?;
        if !found.status.stage().is_at_rest() {
            return Err(EndpointError::new(
                EndpointErrorKind::Refused,
                format!("the batch {batch} is {}: stop it first", found.status),
            ));
        }
        self.run(&remove_migration_batch::remove(batch))
            .await
            .map(drop)
    }

    /// Every user of a batch: one call for each thousand.
    ///
    /// # Errors
    /// As for [`Self::endpoints`].
    pub async fn users(&self, batch: &Identity) -> Result<Vec<MigrationUser>, EndpointError> {
        let objects = self.run(&get_migration_user::of_batch(batch)).await?;
        Ok(objects.iter().filter_map(MigrationUser::read).collect())
    }

    /// One user in detail, with what was left out. Dear to the service: for a few at a time.
    ///
    /// # Errors
    /// As for [`Self::endpoints`], or if there is no such user.
    pub async fn statistics(
        &self,
        user: &Identity,
    ) -> Result<MigrationUserStatistics, EndpointError> {
        let cmdlet = get_migration_user_statistics::with_skipped_items(user, MOST_SKIPPED);
        let objects = self.run(&cmdlet).await?;
        objects
            .iter()
            .filter_map(MigrationUserStatistics::read)
            .find(|found| user.is(&found.user.identity))
            .ok_or_else(|| {
                EndpointError::new(
                    EndpointErrorKind::NotFound,
                    format!("Exchange Online knows no migration of {user}"),
                )
            })
    }
}
