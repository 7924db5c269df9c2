//! Microsoft's migration service in a project: its endpoint, its batches, and what it leaves in the source.

mod commands;
mod endpoint;
mod gap;
mod needs;
mod plan;
mod removal;
mod run;
mod sizes;
mod view;

pub(crate) use endpoint::module_program;
pub use removal::{BatchGuard, MailFacts};
pub(crate) use sizes::take_over_sizes;
pub(crate) use view::followed;

use std::time::Duration;

use stegvis_connect::migration::Replication;
use stegvis_model::{Engine, StoredName as _};

use crate::Error;
use crate::dto::CloudEndpointView;
use crate::project::{Project, damaged, key};

/// How long something new in the tenant may be unknown to whoever answers, and how often it is looked for.
pub(crate) const REPLICATION: Replication = Replication {
    step: Duration::from_secs(1),
    limit: Duration::from_secs(300),
};

/// What the tenant was asked for since the project was opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct TenantRead {
    pub(crate) endpoints: Vec<CloudEndpointView>,
    pub(crate) routes: Vec<crate::dto::EndpointRouteView>,
    pub(crate) trouble: Option<String>,
}

impl Project {
    /// Who moves the mail of the next batch.
    pub(crate) fn engine(&self) -> Result<Engine, Error> {
        match self.setting(|tx| tx.setting(key::ENGINE))? {
            Some(name) => Engine::from_name(&name).map_err(|error| damaged(key::ENGINE, &error)),
            None => Ok(Engine::Direct),
        }
    }
}
