mod convert;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use stegvis_api::dto::{
    FindingView, LedgerView, MailSent, MailboxChoice, PlanView, ReportFile, ReportView,
    VerificationView,
};
use stegvis_api::{App, Error, ErrorCode, Secrets};
use stegvis_lab::{FaultScript, Verdict};
use tokio_util::sync::CancellationToken;

use super::copy::stop_on_interrupt;
use crate::practice::OwnPractice;
use crate::terminal::{Rehearsal, print_json};

/// The pilot: as many as a careful administrator would dare first.
const PILOT: usize = 2;

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
    /// Microsoft's migration service copies; not available yet.
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
    /// Language of the report and of the mails: en or sv.
    #[arg(long, default_value = "en")]
    language: String,
    /// Print the outcome as one JSON object.
    #[arg(long)]
    json: bool,
}

/// The outcome of a rehearsal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    reconciled: bool,
    ledger: LedgerView,
    users: Vec<OutcomeUser>,
    converted: u32,
    verification: Option<VerificationView>,
    judge: Verdict,
    findings: Vec<FindingView>,
    mails: Vec<MailSent>,
    files: Vec<ReportFile>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OutcomeUser {
    email_address: String,
    status: String,
    cause: Option<String>,
    synced: u32,
    skipped: u32,
    bytes: u64,
}

pub async fn run(arguments: RehearseArguments) -> Result<bool, Error> {
    let not_yet = |what: &str| {
        Error::new(
            ErrorCode::NotAvailableYet,
            format!("{what} is not available yet"),
            "Leave the option out.",
        )
    };
    if arguments.engine == EngineChoice::Service {
        return Err(not_yet("--engine service"));
    }
    match arguments.source {
        SourceChoice::Imap => {}
        SourceChoice::Exchange2007 => return Err(not_yet("--source exchange2007")),
        SourceChoice::Exchange2003 => return Err(not_yet("--source exchange2003")),
    }
    let project = arguments.project.clone().unwrap_or_else(|| {
        std::env::temp_dir().join(format!("stegvis-rehearsal-{}", std::process::id()))
    });
    let practice = Arc::new(OwnPractice::new(arguments.seed, arguments.faults.into()));
    let shown = Rehearsal::new(arguments.json);
    let app = App::new(
        &project,
        Secrets::in_memory(),
        practice.clone(),
        shown.events(),
    );
    let stop = stop_on_interrupt();
    let done = rehearse(&app, &practice, &arguments, &project, &shown, &stop).await;
    shown.finish();
    app.close_project().await?;
    let outcome = done?;
    let agrees = outcome.reconciled
        && outcome
            .verification
            .as_ref()
            .is_some_and(|verification| verification.agrees)
        && outcome.judge.agrees()
        && usize::try_from(outcome.converted) == Ok(outcome.users.len())
        && outcome.judge.converted == u64::from(outcome.converted);
    if arguments.json {
        print_json(&outcome)?;
    } else {
        print(&outcome, agrees);
    }
    Ok(agrees)
}

async fn rehearse(
    app: &App,
    practice: &OwnPractice,
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

    let mut findings = app.run_preflight().await?.findings;
    // What a bad line broke is tested again, as a person would.
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
    // Run again on a company whose every mailbox is converted, there is none left to check.
    let facts = app.project_view().await?.facts;
    let over = facts.in_batches > 0 && facts.completed == facts.in_batches;
    let mut fails = findings.iter().filter(|finding| finding.severity == "Fail");
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
    // Who is converted is no mailbox to choose any more; by then everything was chosen and tested.
    if facts.conversion.is_none() {
        prepare(app, shown).await?;
    }
    migrate(app, shown, stop).await?;
    convert::convert(app, shown, stop).await?;

    let files = app.save_report(&arguments.language).await?;
    let report = app.report_view().await?;
    let judge = practice.judge().await.map_err(|error| {
        Error::new(
            ErrorCode::Practice,
            error.to_string(),
            "Keep the project folder and report this.",
        )
    })?;
    let judge = judge.ok_or_else(|| {
        Error::new(
            ErrorCode::Practice,
            "the practice company has ended",
            "Run it again.",
        )
    })?;
    Ok(outcome(report, findings, judge, files))
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

/// Batch after batch, the pilot first, until nothing waits any more.
async fn migrate(app: &App, shown: &Rehearsal, stop: &CancellationToken) -> Result<(), Error> {
    let mut rounds = 0;
    loop {
        let plan = app.plan().await?;
        let verified = app.report_view().await?.verification.is_some();
        if !plan.startable && verified {
            return Ok(());
        }
        announce(&plan, shown);
        let run = app.run_view().await?;
        let failed = run.users.iter().any(|user| user.status == "Failed");
        // A failed mailbox or a read-back that did not come to its end: tried again, but not for ever.
        if failed || !plan.startable {
            rounds += 1;
            if rounds > ROUNDS {
                return Ok(());
            }
        }
        if failed {
            app.retry_failed().await?;
        } else {
            app.start().await?;
        }
        while app.run_view().await?.running {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(100)) => {}
                () = stop.cancelled() => {
                    app.stop().await?;
                    while app.run_view().await?.running {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    return Err(Error::new(
                        ErrorCode::Running,
                        "stopped",
                        "Run the command again with the same --project to go on.",
                    ));
                }
            }
        }
    }
}

fn announce(plan: &PlanView, shown: &Rehearsal) {
    if plan.mailboxes.is_empty() {
        return;
    }
    shown.say(&format!(
        "{}: {} mailboxes",
        plan.batch,
        plan.mailboxes.len()
    ));
    for step in &plan.steps {
        shown.say(&format!(
            "  {:<18} {:>4}  {}",
            format!("{:?}", step.kind),
            step.count,
            step.value
        ));
    }
}

/// Every mailbox, with a pilot where there are enough; a list already made is kept.
async fn choose(app: &App) -> Result<(), Error> {
    let view = app.mailboxes_view().await?;
    if view.rows.iter().any(|row| row.chosen) {
        return Ok(());
    }
    let pilot = if view.rows.len() > 2 * PILOT {
        PILOT
    } else {
        0
    };
    let choice = |(index, address): (usize, String)| MailboxChoice {
        address,
        chosen: true,
        pilot: index < pilot,
    };
    let choices = view
        .rows
        .into_iter()
        .map(|row| row.address)
        .enumerate()
        .map(choice)
        .collect();
    app.choose_mailboxes(choices).await?;
    Ok(())
}

fn outcome(
    report: ReportView,
    findings: Vec<FindingView>,
    judge: Verdict,
    files: Vec<ReportFile>,
) -> Outcome {
    let converted = |status: &str| matches!(status, "Completed" | "CompletedWithWarnings");
    let all_synced = report
        .users
        .iter()
        .all(|user| user.status == "Synced" || converted(&user.status));
    Outcome {
        reconciled: report.reconciled
            && report.total.reconciles
            && all_synced
            && !report.users.is_empty(),
        ledger: report.total,
        users: report
            .users
            .iter()
            .map(|user| OutcomeUser {
                email_address: user.address.clone(),
                status: user.status.clone(),
                cause: user.cause.clone(),
                synced: user.ledger.copied,
                skipped: user.ledger.skipped,
                bytes: user.ledger.bytes,
            })
            .collect(),
        converted: convert::count(report.users.iter().filter(|user| converted(&user.status))),
        verification: report.verification,
        judge,
        findings,
        mails: report.mails,
        files,
    }
}

fn print(outcome: &Outcome, agrees: bool) {
    println!();
    for user in &outcome.users {
        let cause = user
            .cause
            .as_ref()
            .map(|cause| format!(" ({cause})"))
            .unwrap_or_default();
        println!(
            "  {:<34} {}{cause}: {} items",
            user.email_address, user.status, user.synced
        );
    }
    let ledger = &outcome.ledger;
    println!(
        "\nsource {} = copied {} + skipped {} + excluded {}",
        ledger.source, ledger.copied, ledger.skipped, ledger.excluded
    );
    if let Some(found) = &outcome.verification {
        println!(
            "read back: {} compared, {} missing, {} twice, {} differing",
            found.compared, found.missing, found.extra, found.differing
        );
    }
    println!(
        "converted: {} of {}, the first alone and proved",
        outcome.converted,
        outcome.users.len()
    );
    let judge = &outcome.judge;
    println!(
        "the judge: {} compared, {} missing, {} extra, {} differing, {} mailboxes forwarding, {} converted, {} half converted, {} mails in the sink",
        judge.compared,
        judge.missing,
        judge.extra,
        judge.differing,
        judge.forwarding,
        judge.converted,
        judge.half_converted,
        judge.mails.len()
    );
    for file in &outcome.files {
        println!("{}: {}", file.format, file.path);
    }
    println!(
        "{}",
        if agrees {
            "Every count reconciles."
        } else {
            "NOT RECONCILED: see above."
        }
    );
}
