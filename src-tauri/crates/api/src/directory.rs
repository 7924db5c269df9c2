//! The old directory by itself: what it holds, what this account may do there, forwarding, conversion, and back.
//!
//! Changes are kept in a project folder: the journal, and `backups` beside it. Running the same request again goes on
//! where the last one ended, whatever ended it.

mod access;
mod change;
mod check;
mod cloud;
pub(crate) mod equivalents;
mod list;
mod password;
pub(crate) mod read;
mod words;

pub use access::{DirectoryAccess, SignIn};
pub use change::{
    ChangeReport, ChangeRequest, ChangedUser, PlannedAttribute, PlannedChange, PlannedGate,
    Progress, What,
};
pub use check::{CheckedMailbox, DirectoryCheck};
pub use list::{
    DirectoryFindingView, DirectoryList, ListedDomain, ListedMailbox, ListedOrganization,
    ListedOther, ListedServer,
};
pub use password::{forget, remember, remembered};
pub use stegvis_model::ConversionGate;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use stegvis_connect::clock::SystemClock;
use stegvis_connect::ldap::ActiveDirectory;
use stegvis_engine::directory::DirectoryChanges;
use stegvis_journal::Journal;
use stegvis_model::{ExchangeVersion, SmtpAddress};

use crate::Error;
use crate::backups::FolderBackups;
use crate::journals::only_journal;

use read::DirectoryRead;

/// An old directory that can be asked.
pub struct OldDirectory {
    directory: Arc<ActiveDirectory>,
}

impl OldDirectory {
    /// Signs in.
    ///
    /// # Errors
    /// If no controller can be reached, its certificate is not trusted, or it refuses the sign-in.
    pub async fn open(access: &DirectoryAccess) -> Result<Self, Error> {
        let directory = ActiveDirectory::new(access.settings()?).map_err(words::refused)?;
        directory.check().await.map_err(words::refused)?;
        Ok(Self {
            directory: Arc::new(directory),
        })
    }

    async fn read(&self) -> Result<DirectoryRead, Error> {
        DirectoryRead::of(&*self.directory)
            .await
            .map_err(words::refused)
    }

    fn changes(&self, project: &Project) -> DirectoryChanges {
        DirectoryChanges {
            journal: Arc::clone(&project.journal),
            directory: self.directory.clone(),
            backups: Arc::new(FolderBackups(project.folder.join("backups"))),
            clock: Arc::new(SystemClock),
            first_pause: Duration::from_millis(250),
        }
    }
}

/// The folder that remembers what was changed.
struct Project {
    folder: PathBuf,
    journal: Arc<Journal>,
}

impl Project {
    /// A wizard's project where there is one, so that its migrations are known; a journal of the directory alone otherwise.
    fn open(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(|error| Error::cannot_write(folder, &error))?;
        // A bare copy has no migration in it.
        let file = only_journal(folder, |name| name != "copy")?
            .unwrap_or_else(|| folder.join("directory.stegvis"));
        Ok(Self {
            folder: folder.to_owned(),
            journal: Arc::new(Journal::open(&file)?),
        })
    }
}

/// An address out of a bounce, and the value that makes replies arrive again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BouncedAddress {
    /// As it stands in the bounce.
    pub found: String,
    /// The value to add to `proxyAddresses`, and in the cloud to `EmailAddresses`.
    pub x500: String,
}

/// Reads the addresses out of a bounce.
///
/// # Errors
/// If there is none.
pub fn decode_bounce(text: &str) -> Result<Vec<BouncedAddress>, Error> {
    let found: Vec<BouncedAddress> = stegvis_wire::bounce::decode(text)
        .into_iter()
        .map(|bounced| BouncedAddress {
            found: bounced.found,
            x500: bounced.x500,
        })
        .collect();
    if found.is_empty() {
        return Err(Error::invalid(
            "the text holds no IMCEAEX address",
            "Paste the line of the bounce that begins with IMCEAEX-, or the whole bounce.",
        ));
    }
    Ok(found)
}

/// The version that an administrator names.
///
/// # Errors
/// If it is not one that is converted.
pub fn exchange_version(text: &str) -> Result<ExchangeVersion, Error> {
    match text {
        "2003" => Ok(ExchangeVersion::Exchange2003),
        "2007" => Ok(ExchangeVersion::Exchange2007),
        _ => Err(Error::invalid(
            format!("Exchange {text} is not converted this way"),
            "Name 2003 or 2007.",
        )),
    }
}

fn parse(addresses: &[String]) -> Result<Vec<SmtpAddress>, Error> {
    let mut parsed: Vec<SmtpAddress> = Vec::new();
    for address in addresses {
        let address = address
            .parse()
            .map_err(|error: stegvis_model::AddressError| {
                Error::invalid(
                    error.to_string(),
                    "Name mailboxes by their primary address.",
                )
            })?;
        if !parsed.contains(&address) {
            parsed.push(address);
        }
    }
    Ok(parsed)
}
