//! What the program can be told when it is started from a terminal. Whoever starts it from an icon says nothing.

use std::path::PathBuf;

use clap::Parser;
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
    /// Open a list of mailboxes in the project: a CSV, XLSX, XLS or ODS file.
    #[arg(long, value_name = "FILE")]
    pub(crate) list: Option<PathBuf>,
    /// The folder of projects and settings, instead of this user's own.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn read() -> Self {
        Self::parse()
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
