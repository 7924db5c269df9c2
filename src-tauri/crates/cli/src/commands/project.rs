//! The practice project that `endpoint` and `batch` work on: one that `rehearse --engine service` made, or makes.

use std::path::PathBuf;
use std::sync::Arc;

use stegvis_api::{App, Error, ErrorCode, Secrets};
use stegvis_lab::LabOptions;

use super::rehearse::stage::{RunningPractice, Stage};
use crate::practice::{CompanyChoice, OwnPractice, TenantArguments};
use crate::terminal::Rehearsal;

#[derive(Debug, Clone, clap::Args)]
pub struct ProjectArguments {
    /// Folder of the project.
    #[arg(long)]
    project: PathBuf,
    /// A practice organisation that runs already, by the ready-file of `stegvis lab serve`; else the project's own is
    /// started for as long as this command runs.
    #[arg(long, value_name = "READY_FILE")]
    lab: Option<PathBuf>,
    /// Mailboxes of the practice company, where the project is new.
    #[arg(long, default_value_t = 40)]
    mailboxes: u32,
    /// What everything random of the practice company follows from.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Print the outcome as one JSON object.
    #[arg(long)]
    pub json: bool,
}

impl ProjectArguments {
    /// A project that is there already.
    pub const fn at(project: PathBuf, lab: Option<PathBuf>, json: bool) -> Self {
        Self {
            project,
            lab,
            mailboxes: 40,
            seed: 7,
            json,
        }
    }

    /// Opens the project.
    pub async fn open(&self, shown: &Rehearsal) -> Result<App, Error> {
        let stage = match &self.lab {
            Some(file) => Stage::Running(Arc::new(RunningPractice(file.clone()))),
            None => {
                let tenant = TenantArguments {
                    company: CompanyChoice::Service,
                    endpoint: true,
                    token_life: None,
                    replication: None,
                    pace: None,
                    mail_withheld: false,
                };
                let options = LabOptions {
                    seed: self.seed,
                    ..LabOptions::new("")
                };
                // A company that is there is what it was made as.
                let there = LabOptions::of_world(&self.project.join("practice"))
                    .map_err(|error| {
                        Error::new(
                            ErrorCode::Practice,
                            error.to_string(),
                            "Name the folder of a project that this version can open.",
                        )
                    })?;
                let options = match there {
                    Some(there) => LabOptions {
                        company: there.company,
                        ..tenant.applied(there)
                    },
                    None => tenant.applied(options),
                };
                Stage::Own(Arc::new(OwnPractice::of(options)))
            }
        };
        let app = App::new(
            &self.project,
            Secrets::in_memory(),
            stage.practice(),
            shown.events(),
        );
        app.open_practice(&self.project, Some(self.mailboxes))
            .await?;
        Ok(app)
    }
}
