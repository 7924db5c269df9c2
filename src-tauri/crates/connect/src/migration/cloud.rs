//! The service as the engine asks for it. Its words are kept beside what they come to, and a name that would pick
//! nothing or everything is refused before it is sent.

use async_trait::async_trait;
use stegvis_engine::ports::{
    CloudBatch, CloudEndpoint, CloudMigration, CloudStage, CloudUser, CloudUserDetail,
    EndpointError, EndpointErrorKind, LeftOut, NewCloudBatch, Reached, RefusedRow,
};
use stegvis_wire::exchange_online::Identity;
use stegvis_wire::exchange_online::get_migration_batch::{MigrationBatch, RowError};
use stegvis_wire::exchange_online::get_migration_endpoint::MigrationEndpoint;
use stegvis_wire::exchange_online::get_migration_user::MigrationUser;
use stegvis_wire::exchange_online::get_migration_user_statistics::{
    MigrationUserStatistics, SkippedItem,
};
use stegvis_wire::exchange_online::migration_status::Stage;
use stegvis_wire::exchange_online::new_migration_batch::NewMigrationBatch;

use super::MigrationApi;

/// The migration service of one tenant, for the engine.
#[derive(Debug, Clone)]
pub struct TenantMigration(pub MigrationApi);

fn identity(text: &str) -> Result<Identity, EndpointError> {
    Identity::new(text).map_err(|error| refused(format!("“{text}”: {error}")))
}

fn refused(words: String) -> EndpointError {
    EndpointError::new(EndpointErrorKind::Refused, words)
}

/// What a stage means to a staged migration. The passes after the first copy and the ends of a move do not belong to
/// one: reached, they are as good as *Synced*; on their way they are a word to show, and nothing to act on.
const fn stage(stage: Stage) -> CloudStage {
    match stage {
        Stage::Created => CloudStage::Created,
        Stage::Waiting => CloudStage::Waiting,
        Stage::Provisioning => CloudStage::Provisioning,
        Stage::Copying => CloudStage::Copying,
        // Which users have errors, the users tell.
        Stage::Synced | Stage::SyncedWithErrors | Stage::Completed => CloudStage::Synced,
        Stage::Failed => CloudStage::Failed,
        Stage::Stopping => CloudStage::Stopping,
        Stage::Stopped => CloudStage::Stopped,
        Stage::Removing => CloudStage::Removing,
        Stage::Corrupted => CloudStage::Corrupted,
        Stage::Incremental | Stage::Completing | Stage::Unknown => CloudStage::Unknown,
    }
}

fn endpoint(found: MigrationEndpoint) -> CloudEndpoint {
    CloudEndpoint {
        name: found.identity,
        proxy: found.rpc_proxy_server,
        at_once: found
            .max_concurrent_migrations
            .and_then(|number| u32::try_from(number).ok()),
    }
}

fn batch(found: MigrationBatch) -> CloudBatch {
    CloudBatch {
        name: found.identity,
        stage: stage(found.status.stage()),
        status: found.status.as_str().to_owned(),
        refused: found.row_errors.into_iter().map(row).collect(),
        created: found.created,
        started: found.started,
        last_synced: found.last_synced,
    }
}

fn row(error: RowError) -> RefusedRow {
    RefusedRow {
        address: error.email_address,
        words: error.message,
    }
}

fn user(found: MigrationUser) -> CloudUser {
    CloudUser {
        address: found.identity,
        stage: stage(found.status.stage()),
        status: found.status.as_str().to_owned(),
        synced: found.synced_item_count,
        skipped: found.skipped_item_count,
        error: found.error_summary,
    }
}

fn detail(found: MigrationUserStatistics) -> CloudUserDetail {
    let mut user = user(found.user);
    // The longer account names the class of the exception.
    user.error = found.error.or(user.error);
    CloudUserDetail {
        user,
        bytes: found.bytes_transferred,
        bytes_total: found.estimated_size,
        items_total: found.estimated_count,
        bytes_per_minute: found.bytes_per_minute,
        stalled: found.stalled,
        left_out: found.skipped_items.into_iter().map(left_out).collect(),
    }
}

fn left_out(item: SkippedItem) -> LeftOut {
    LeftOut {
        kind: item.kind,
        // Where the service sends an item in words alone, they are all that names it.
        subject: item.subject.or(item.raw),
        folder: item.folder,
        sent: item.date_sent,
        size: item.size,
    }
}

#[async_trait]
impl CloudMigration for TenantMigration {
    async fn endpoints(&self) -> Result<Vec<CloudEndpoint>, EndpointError> {
        let found = self.0.endpoints().await?;
        Ok(found.into_iter().map(endpoint).collect())
    }

    async fn test(&self, endpoint: &str) -> Result<Reached, EndpointError> {
        let found = self.0.test(&identity(endpoint)?).await?;
        Ok(Reached {
            works: found.is_success(),
            words: found.message.or(found.error_detail),
        })
    }

    async fn set_at_once(&self, endpoint: &str, at_once: u32) -> Result<(), EndpointError> {
        self.0.set_concurrency(&identity(endpoint)?, at_once).await
    }

    async fn make(&self, new: &NewCloudBatch) -> Result<CloudBatch, EndpointError> {
        let (name, endpoint) = (identity(&new.name)?, identity(&new.endpoint)?);
        let notify: Vec<String> = new.notify.iter().map(ToString::to_string).collect();
        let notify: Vec<&str> = notify.iter().map(String::as_str).collect();
        let mut wanted = NewMigrationBatch::new(&name, &endpoint, &new.list)
            .map_err(|error| refused(error.to_string()))?;
        wanted.notification_emails = &notify;
        wanted.start_after = new.start_after;
        // A batch that is not told to start waits for its time and for that word.
        wanted.auto_start = new.start_after.is_some();
        self.0.make_batch(&wanted).await.map(batch)
    }

    async fn batch(&self, name: &str) -> Result<Option<CloudBatch>, EndpointError> {
        Ok(self.0.batch(&identity(name)?).await?.map(batch))
    }

    async fn start(&self, name: &str) -> Result<(), EndpointError> {
        self.0.start(&identity(name)?).await
    }

    async fn stop(&self, name: &str) -> Result<(), EndpointError> {
        self.0.stop(&identity(name)?).await
    }

    async fn remove(&self, name: &str) -> Result<(), EndpointError> {
        self.0.remove(&identity(name)?).await
    }

    async fn users(&self, name: &str) -> Result<Vec<CloudUser>, EndpointError> {
        let found = self.0.users(&identity(name)?).await?;
        Ok(found.into_iter().map(user).collect())
    }

    async fn user(&self, address: &str) -> Result<CloudUserDetail, EndpointError> {
        self.0.statistics(&identity(address)?).await.map(detail)
    }
}

#[cfg(test)]
mod tests {
    use stegvis_wire::exchange_online::migration_status::{
        MigrationBatchStatus, MigrationUserStatus,
    };

    use super::*;

    #[test]
    fn what_is_at_rest_for_the_service_is_at_rest_for_the_engine() {
        let users = MigrationUserStatus::KNOWN
            .iter()
            .map(|status| (status.stage(), status.as_str()));
        let batches = MigrationBatchStatus::KNOWN
            .iter()
            .map(|status| (status.stage(), status.as_str()));
        for (of_service, word) in users.chain(batches) {
            assert_eq!(
                stage(of_service).is_at_rest(),
                of_service.is_at_rest(),
                "{word}"
            );
        }
    }

    #[test]
    fn only_a_pass_that_a_staged_migration_does_not_have_is_shown_and_not_acted_on() {
        let unacted: Vec<_> = MigrationUserStatus::KNOWN
            .iter()
            .filter(|status| stage(status.stage()) == CloudStage::Unknown)
            .map(MigrationUserStatus::as_str)
            .collect();
        assert_eq!(
            unacted,
            ["IncrementalSyncing", "Completing", "CompletionSynced"]
        );
    }
}
