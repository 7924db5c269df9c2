//! The project that a verb works on: a real one, or a practice project that `rehearse --engine service` made, or makes.

use std::path::PathBuf;
use std::sync::Arc;

use stegvis_api::{App, Error, ErrorCode, Events, Secrets, holds_real_project};
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

    /// Opens the project: a real one where the folder holds it, else the practice company's.
    pub async fn open(&self, shown: &Rehearsal) -> Result<App, Error> {
        if self.lab.is_none() && holds_real_project(&self.project) {
            let real = RealFolder {
                project: self.project.clone(),
                json: self.json,
            };
            return real.open(shown).await;
        }
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
                let there =
                    LabOptions::of_world(&self.project.join("practice")).map_err(|error| {
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

/// The folder of a real project.
#[derive(Debug, Clone, clap::Args)]
pub struct RealFolder {
    /// Folder of the project.
    #[arg(long)]
    project: PathBuf,
    /// Print the outcome as one JSON object.
    #[arg(long)]
    pub json: bool,
}

impl RealFolder {
    /// The product, with this computer's keychain: a real project's secrets are there and nowhere else.
    pub fn app(&self, events: Events) -> App {
        let nobody = Stage::Own(Arc::new(OwnPractice::of(LabOptions::new(""))));
        App::new(&self.project, Secrets::native(), nobody.practice(), events)
    }

    /// Makes the project and opens it.
    pub async fn make(&self, shown: &Rehearsal, name: &str) -> Result<App, Error> {
        let app = self.app(shown.events());
        app.create_project(name.to_owned(), Some(self.project.clone()))
            .await?;
        Ok(app)
    }

    /// Opens it.
    pub async fn open(&self, shown: &Rehearsal) -> Result<App, Error> {
        self.enter(self.app(shown.events())).await
    }

    /// Opens it in this product.
    pub async fn enter(&self, app: App) -> Result<App, Error> {
        if !holds_real_project(&self.project) {
            return Err(Error::new(
                ErrorCode::ProjectUnreadable,
                format!("{} holds no real project", self.project.display()),
                "Make one with `stegvis project new`.",
            ));
        }
        app.open_project(&self.project.display().to_string())
            .await?;
        Ok(app)
    }
}
