//! What the program can be told when it is started from a terminal. Whoever starts it from an icon says nothing.

use std::path::PathBuf;

use clap::Parser;
use stegvis_api::sign_in::Cloud;
use stegvis_lab::{Company, FaultScript};

/// Stegvis: staged Exchange migrations, step by step.
#[derive(Debug, Clone, Parser)]
#[command(name = "stegvis-desktop", version)]
pub(crate) struct Arguments {
    /// Open the practice company at once: the last one, or else a new one.
    #[arg(long)]
    pub(crate) practice: bool,
    /// Mailboxes of a new practice company.
    #[arg(long)]
    pub(crate) mailboxes: Option<u32>,
    /// What goes wrong in the practice company: none, flaky, throttled or hostile.
    #[arg(long, default_value = "none", value_parser = faults)]
    pub(crate) faults: FaultScript,
    /// What kind of company the practice company is: ordinary, serviceRehearsal or provisioning.
    #[arg(long, default_value = "ordinary", value_parser = company)]
    pub(crate) company: Company,
    /// How many milliseconds the practice company's migration service rests between two steps.
    #[arg(long, value_name = "MS")]
    pub(crate) pace: Option<u64>,
    /// Open a list of mailboxes in the project: a CSV, XLSX, XLS or ODS file.
    #[arg(long, value_name = "FILE")]
    pub(crate) list: Option<PathBuf>,
    /// The address of another cloud than Microsoft's, such as a practice tenant's.
    #[arg(long, value_name = "URL")]
    pub(crate) cloud: Option<String>,
    /// IMAP of that cloud.
    #[arg(long, value_name = "HOST:PORT", requires = "cloud")]
    pub(crate) cloud_imap: Option<String>,
    /// A certificate authority to trust there besides the system's, in PEM.
    #[arg(long, value_name = "FILE", requires = "cloud")]
    pub(crate) ca: Option<PathBuf>,
    /// The folder of projects and settings, instead of this user's own.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn read() -> Self {
        Self::parse()
    }

    /// The cloud of real projects, where another than Microsoft's was named.
    pub(crate) fn cloud(&self) -> std::io::Result<Option<(Cloud, Option<String>)>> {
        let Some(address) = &self.cloud else {
            return Ok(None);
        };
        let mut cloud = Cloud::at(address);
        if let Some(imap) = &self.cloud_imap {
            cloud.imap.clone_from(imap);
        }
        let ca = self.ca.as_ref().map(std::fs::read_to_string).transpose()?;
        Ok(Some((cloud, ca)))
    }

    /// What another start was told, where it was told anything that is understood.
    pub(crate) fn of(words: Vec<String>) -> Option<Self> {
        Self::try_parse_from(words).ok()
    }
}

fn faults(name: &str) -> Result<FaultScript, serde_json::Error> {
    serde_json::from_value(name.into())
}

fn company(name: &str) -> Result<Company, serde_json::Error> {
    serde_json::from_value(name.into())
}
