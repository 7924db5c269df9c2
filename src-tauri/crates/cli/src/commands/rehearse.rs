pub mod batches;
mod convert;
mod outcome;
pub mod service;
pub mod stage;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use stegvis_api::dto::FindingView;
use stegvis_api::{App, Error, ErrorCode, Secrets};
use stegvis_lab::{FaultScript, LabOptions};
use tokio_util::sync::CancellationToken;

use super::copy::stop_on_interrupt;
use crate::practice::{CompanyChoice, OwnPractice, TenantArguments};
use crate::terminal::{Rehearsal, print_json};
use batches::{choose, migrate};
use outcome::{Outcome, outcome, print};
use stage::{RunningPractice, Stage};

/// Rounds of retrying what a flaky line broke.
const ROUNDS: u32 = 3;

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Faults {
    /// Nothing goes wrong.
    None,
    /// Connections are cut in the middle.
    Flaky,
    /// The tenant asks everyone to wait.
    Throttled,
    /// All of it.
    Hostile,
}

impl From<Faults> for FaultScript {
    fn from(faults: Faults) -> Self {
        match faults {
            Faults::None => Self::None,
            Faults::Flaky => Self::Flaky,
            Faults::Throttled => Self::Throttled,
            Faults::Hostile => Self::Hostile,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum EngineChoice {
    /// This computer copies.
    Direct,
    /// Microsoft's migration service copies, and this computer what it leaves.
    Service,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum SourceChoice {
    /// Over EWS; not available yet.
    Exchange2007,
    /// Over WebDAV; not available yet.
    Exchange2003,
    /// Over IMAP.
    Imap,
}

#[derive(Debug, clap::Args)]
pub struct RehearseArguments {
    /// Mailboxes of the practice company.
    #[arg(long, default_value_t = 10)]
    mailboxes: u32,
    /// What everything random follows from.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Who moves the mail.
    #[arg(long, value_enum, default_value_t = EngineChoice::Direct)]
    engine: EngineChoice,
    /// How the old server is read.
    #[arg(long, value_enum, default_value_t = SourceChoice::Imap)]
    source: SourceChoice,
    /// What goes wrong.
    #[arg(long, value_enum, default_value_t = Faults::None)]
    faults: Faults,
    /// Folder of the project; run again with the same one to go on. By default a new one among the system's temporary files.
    #[arg(long)]
    project: Option<PathBuf>,
    /// A practice organisation that runs already, by the ready-file of `stegvis lab serve`.
    #[arg(long, value_name = "READY_FILE")]
    lab: Option<PathBuf>,
    #[command(flatten)]
    tenant: TenantArguments,
    /// Language of the report and of the mails: en or sv.
    #[arg(long, default_value = "en")]
    language: String,
    /// Hide names, subjects and people's own folder names in the report's files.
    #[arg(long)]
    redact: bool,
    /// Print the outcome as one JSON object.
    #[arg(long)]
    json: bool,
}

impl RehearseArguments {
    /// Where the company comes from.
    fn stage(&self) -> Stage {
        if let Some(file) = &self.lab {
            return Stage::Running(Arc::new(RunningPractice(file.clone())));
        }
        let mut tenant = self.tenant.clone();
        if self.engine == EngineChoice::Service {
            tenant.company = CompanyChoice::Service;
            tenant.endpoint = true;
        }
        Stage::Own(Arc::new(OwnPractice::of(tenant.applied(LabOptions {
            seed: self.seed,
            faults: self.faults.into(),
            ..LabOptions::new("")
        }))))
    }
}

pub async fn run(arguments: RehearseArguments) -> Result<bool, Error> {
    let not_yet = |what: &str| {
        Error::new(
            ErrorCode::NotAvailableYet,
            format!("{what} is not available yet"),
            "Leave the option out.",
        )
    };
    match arguments.source {
        SourceChoice::Imap => {}
        SourceChoice::Exchange2007 => return Err(not_yet("--source exchange2007")),
        SourceChoice::Exchange2003 => return Err(not_yet("--source exchange2003")),
    }
    let project = arguments.project.clone().unwrap_or_else(|| {
        std::env::temp_dir().join(format!("stegvis-rehearsal-{}", std::process::id()))
    });
    let stage = arguments.stage();
    let shown = Rehearsal::new(arguments.json);
    let app = App::new(
        &project,
        Secrets::in_memory(),
        stage.practice(),
        shown.events(),
    );
    let stop = stop_on_interrupt();
    let done = rehearse(&app, &stage, &arguments, &project, &shown, &stop).await;
    shown.finish();
    app.close_project().await?;
    let outcome = done?;
    let agrees = outcome.agrees();
    if arguments.json {
        print_json(&outcome)?;
    } else {
        print(&outcome);
    }
    Ok(agrees)
}

async fn rehearse(
    app: &App,
    stage: &Stage,
    arguments: &RehearseArguments,
    project: &std::path::Path,
    shown: &Rehearsal,
    stop: &CancellationToken,
) -> Result<Outcome, Error> {
    let view = app
        .open_practice(project, Some(arguments.mailboxes))
        .await?;
    app.set_language(&arguments.language).await?;
    shown.say(&format!("{} opened in {}", view.name, view.path));

    // What the service is at is watched from the start, and nothing is checked beside it.
    let by_service = arguments.engine == EngineChoice::Service;
    if by_service {
        service::watched(app, stop).await?;
        // Some checks weigh otherwise for it.
        app.choose_engine("Service".to_owned()).await?;
    }
    let findings = check(app, shown).await?;
    let facts = app.project_view().await?.facts;
    // Run again on a company whose every mailbox is converted, there is none left to check; and what the service has
    // been given it has judged by itself.
    let over = facts.in_batches > 0 && (by_service || facts.completed == facts.in_batches);
    let expected = match by_service {
        true => service::expected(&stage.mailboxes().await?),
        false => BTreeMap::new(),
    };
    let mut fails = findings
        .iter()
        .filter(|finding| finding.severity == "Fail" && !service::foretold(finding, &expected));
    if let Some(fail) = fails.next().filter(|_| !over) {
        return Err(Error::new(
            ErrorCode::Endpoint,
            format!(
                "the preflight stops the migration: {} is {}",
                fail.check, fail.code
            ),
            "Mend what it names and run the command again with the same --project.",
        ));
    }
    let by_service = if by_service {
        service::prepare(app, shown).await?;
        let faults = !matches!(arguments.faults, Faults::None);
        Some(service::migrate(app, &stage.mailboxes().await?, faults, shown, stop).await?)
    } else {
        // Who is converted is no mailbox to choose any more; by then everything was chosen and tested.
        if facts.conversion.is_none() {
            prepare(app, shown).await?;
        }
        migrate(app, shown, stop).await?;
        convert::convert(app, shown, stop).await?;
        None
    };

    let files = app
        .save_report(&arguments.language, arguments.redact)
        .await?;
    let report = app.report_view().await?;
    let judge = stage.judge().await?;
    let language = &arguments.language;
    Ok(outcome(
        report, findings, judge, files, by_service, language,
    ))
}

/// Every check; what a bad line broke is tested again, as a person would.
async fn check(app: &App, shown: &Rehearsal) -> Result<Vec<FindingView>, Error> {
    let mut findings = app.run_preflight().await?.findings;
    for _ in 0..ROUNDS {
        let again: Vec<String> = findings
            .iter()
            .filter(|finding| finding.severity != "Pass")
            .map(|finding| finding.check.clone())
            .collect();
        for check in again {
            findings = app.retest(&check).await?.findings;
        }
    }
    for finding in &findings {
        shown.say(&format!(
            "  {:<8} {:<24} {}",
            finding.severity, finding.check, finding.code
        ));
    }
    Ok(findings)
}

/// The list and the endpoint.
async fn prepare(app: &App, shown: &Rehearsal) -> Result<(), Error> {
    choose(app).await?;
    let settings = app.endpoint_view().await?.settings;
    let mut tested = app.test_endpoint(settings.clone()).await?;
    for _ in 0..ROUNDS {
        if tested.tests.iter().any(|test| test.severity == "Fail") {
            tested = app.test_endpoint(settings.clone()).await?;
        }
    }
    for test in &tested.tests {
        let values: Vec<&str> = test.values.values().map(String::as_str).collect();
        shown.say(&format!(
            "  {:<8} {:<24} {}",
            test.severity,
            format!("{:?}", test.test),
            values.join(" ")
        ));
    }
    app.save_endpoint(settings).await?;
    Ok(())
}
