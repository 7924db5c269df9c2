//! Forwarding, conversion, and what takes them back: tried out first, then done, mailbox by mailbox.

mod outcome;
mod planned;

pub use outcome::{ChangeReport, ChangedUser};
pub use planned::{PlannedAttribute, PlannedChange, PlannedGate};

use std::path::PathBuf;
use std::sync::Arc;

use stegvis_engine::conversion::{Conversions, Words};
use stegvis_engine::directory::{ChangeEvent, DirectoryChanges, Forwardings, MxFacts, Tell};
use stegvis_engine::ports::{Directory as _, DirectoryOrganization};
use stegvis_model::{
    ConversionGate, DirectoryChangeCause as Cause, DirectoryChangeKind, ExchangeVersion,
    SmtpAddress, StoredName as _,
};
use tokio_util::sync::CancellationToken;

use super::cloud::CloudList;
use super::{OldDirectory, Project, parse, words};
use crate::{Error, ErrorCode};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// TargetAddress is written.
    Forward,
    /// TargetAddress is removed where it was written.
    StopForwarding,
    /// Mailboxes become mail-enabled users.
    Convert,
    /// What the last run converted becomes mailboxes again.
    RollBack,
    /// Converted mailboxes become mailboxes again.
    Undo,
}

/// What is to be done, to whom.
#[derive(Debug, Clone)]
pub struct ChangeRequest {
    /// What.
    pub what: What,
    /// The folder that remembers.
    pub project: PathBuf,
    /// To these mailboxes; by default to all of the list, or to all that were changed.
    pub only: Vec<String>,
    /// Microsoft's `cloud.csv`: where mail goes, and what the cloud calls the mailboxes.
    pub cloud: Option<Vec<u8>>,
    /// The hosts that the MX records of the routing domain name, where somebody looked.
    pub routing_mx: Vec<String>,
    /// The hosts under which the old organisation takes mail: an MX that names one of them would make a loop.
    pub own_mail_hosts: Vec<String>,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
    /// The version of servers that do not tell it themselves.
    pub exchange: Option<ExchangeVersion>,
    /// What the administrator says is so, where nobody here can know.
    pub confirmed: Vec<ConversionGate>,
    /// Whose word that is.
    pub by: String,
}

/// Who is told of each mailbox: with how many are through, and of how many.
pub type Progress = Arc<dyn Fn(&ChangedUser, usize, usize) + Send + Sync>;

impl OldDirectory {
    /// Does it, until it is done or `stop`; between two mailboxes it can be stopped, and run again it goes on.
    ///
    /// # Errors
    /// For what is wrong with the request, and when the directory or the project cannot be opened; what goes wrong with a
    /// mailbox is in the report.
    pub async fn change(
        &self,
        request: &ChangeRequest,
        progress: &Progress,
        stop: &CancellationToken,
    ) -> Result<ChangeReport, Error> {
        let project = Project::open(&request.project)?;
        let changes = self.changes(&project);
        match request.what {
            What::Forward | What::Convert => {
                let (cloud, addresses) = cloud(request)?;
                let organization = self
                    .directory
                    .organization()
                    .await
                    .map_err(words::refused)?;
                let begun = Begun {
                    changes,
                    cloud: Arc::new(cloud),
                    organization,
                    addresses,
                };
                if request.what == What::Forward {
                    begun.forward(request, progress, stop).await
                } else {
                    begun.convert(request, progress, stop).await
                }
            }
            What::StopForwarding | What::RollBack | What::Undo => {
                take_back(request, &changes, progress, stop).await
            }
        }
    }
}

/// What was read before the first mailbox.
struct Begun {
    changes: DirectoryChanges,
    cloud: Arc<CloudList>,
    organization: DirectoryOrganization,
    addresses: Vec<SmtpAddress>,
}

impl Begun {
    async fn forward(
        self,
        request: &ChangeRequest,
        progress: &Progress,
        stop: &CancellationToken,
    ) -> Result<ChangeReport, Error> {
        let forwardings = Forwardings {
            changes: self.changes,
            cloud: self.cloud,
            accepted_domains: self.organization.accepted_domains,
            mx: mx(request),
            tell: tell(progress),
        };
        if !request.dry_run {
            let outcomes = forwardings.forward(&self.addresses, stop).await?;
            return Ok(ChangeReport::of(outcomes));
        }
        let look = async |address: &SmtpAddress| {
            Ok(match forwardings.consider(address).await {
                Ok(plan) => planned::forwarding(&plan),
                Err(trouble) => ChangedUser::failed(address, trouble.cause, trouble.detail),
            })
        };
        try_out(&self.addresses, look, progress, stop).await
    }

    async fn convert(
        self,
        request: &ChangeRequest,
        progress: &Progress,
        stop: &CancellationToken,
    ) -> Result<ChangeReport, Error> {
        let conversions = Conversions {
            changes: self.changes,
            cloud: self.cloud,
            organization: self.organization,
            version: request.exchange,
            mx: mx(request),
            words: Words {
                by: request.by.clone(),
                gates: request.confirmed.iter().copied().collect(),
            },
            tell: tell(progress),
        };
        if !request.dry_run {
            let outcomes = conversions.convert(&self.addresses, stop).await?;
            return Ok(ChangeReport::of(outcomes));
        }
        let look = async |address: &SmtpAddress| {
            let considered = conversions.consider(address).await?;
            Ok(planned::conversion(&considered))
        };
        try_out(&self.addresses, look, progress, stop).await
    }
}

/// A dry run: what would become of each mailbox, as far as the directory still answers.
async fn try_out(
    addresses: &[SmtpAddress],
    look: impl AsyncFn(&SmtpAddress) -> Result<ChangedUser, Error>,
    progress: &Progress,
    stop: &CancellationToken,
) -> Result<ChangeReport, Error> {
    let mut users = Vec::new();
    for address in addresses {
        let user = look(address).await?;
        progress(&user, users.len() + 1, addresses.len());
        // Nothing more can be asked of a directory that is gone.
        let gone = user.cause.as_deref() == Some(Cause::Unreachable.name());
        users.push(user);
        if gone || stop.is_cancelled() {
            break;
        }
    }
    Ok(ChangeReport::tried(users, addresses))
}

async fn take_back(
    request: &ChangeRequest,
    changes: &DirectoryChanges,
    progress: &Progress,
    stop: &CancellationToken,
) -> Result<ChangeReport, Error> {
    let kind = match request.what {
        What::Forward | What::StopForwarding => DirectoryChangeKind::Forwarding,
        What::Convert | What::RollBack | What::Undo => DirectoryChangeKind::Conversion,
    };
    let only = Some(parse(&request.only)?).filter(|only| !only.is_empty());
    let last_run_only = request.what == What::RollBack;
    if request.dry_run {
        let all = changes
            .journal
            .transaction(|tx| tx.directory_changes(kind))?;
        let last = all.iter().map(|change| change.run).max().unwrap_or(0);
        let users: Vec<ChangedUser> = all
            .iter()
            .filter(|change| change.run > 0)
            .filter(|change| !last_run_only || change.run == last)
            .filter(|change| {
                only.as_ref()
                    .is_none_or(|only| only.contains(&change.planned.address))
            })
            .map(planned::taking_back)
            .collect();
        return Ok(ChangeReport::tried(users, &[]));
    }
    let tell = tell(progress);
    changes.recover(kind).await?;
    let outcomes = if last_run_only {
        if only.is_some() {
            return Err(Error::invalid(
                "a run is rolled back whole",
                "Leave --only out, or undo single mailboxes with `stegvis directory undo --only`.",
            ));
        }
        changes.roll_back(kind, &tell, stop).await?
    } else {
        changes.undo(kind, only.as_deref(), &tell, stop).await?
    };
    Ok(ChangeReport::of(outcomes))
}

/// The cloud's side, and the mailboxes that are meant.
fn cloud(request: &ChangeRequest) -> Result<(CloudList, Vec<SmtpAddress>), Error> {
    let bytes = request.cloud.as_deref().ok_or_else(|| {
        Error::new(
            ErrorCode::InvalidInput,
            "the cloud mailboxes are not known",
            "Export them with Microsoft's ExportO365UserInfo.ps1, and give the file as --cloud cloud.csv.",
        )
    })?;
    let cloud = CloudList::read(bytes)?;
    let addresses = if request.only.is_empty() {
        cloud.addresses()
    } else {
        parse(&request.only)?
    };
    if addresses.is_empty() {
        return Err(Error::new(
            ErrorCode::NothingChosen,
            "the list of cloud mailboxes is empty",
            "Export it again, with the migrated addresses in the script's list.",
        ));
    }
    Ok((cloud, addresses))
}

fn mx(request: &ChangeRequest) -> MxFacts {
    MxFacts {
        routing: request.routing_mx.clone(),
        own: request.own_mail_hosts.clone(),
    }
}

fn tell(progress: &Progress) -> Tell {
    let progress = Arc::clone(progress);
    Arc::new(move |event: ChangeEvent| {
        progress(&ChangedUser::of(event.outcome), event.done, event.of);
    })
}
