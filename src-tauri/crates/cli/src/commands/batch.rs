use serde::Serialize;
use stegvis_api::dto::{BatchView, GapView, RunView};
use stegvis_api::{App, BatchGuard, Error, ErrorCode, MailFacts};
use tokio_util::sync::CancellationToken;

use super::copy::stop_on_interrupt;
use super::project::ProjectArguments;
use super::rehearse::service;
use crate::terminal::{Rehearsal, print_json};

#[derive(Debug, clap::Subcommand)]
pub enum BatchCommand {
    /// The batches, how far the service is with each, and what keeps it there.
    List(ProjectArguments),
    /// Give the service what waits, or let it go on, and watch.
    Start {
        /// When the service starts it by itself (RFC 3339).
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        #[command(flatten)]
        project: ProjectArguments,
    },
    /// Stop what the service is at; what is copied stays.
    Stop(ProjectArguments),
    /// Try the failed mailboxes again, and no others.
    Retry(ProjectArguments),
    /// Copy from this computer what the service left in the source.
    Fill(ProjectArguments),
    /// Take a batch out of the service; the mailboxes stay.
    Remove {
        /// Our name for it.
        name: String,
        /// An administrator's word since when MX leads to the tenant (RFC 3339), where the project has not looked itself.
        #[arg(long, value_name = "TIME")]
        mx_moved_at: Option<String>,
        /// An administrator's word that a mail from outside arrived there.
        #[arg(long)]
        delivery_proved: bool,
        #[command(flatten)]
        project: ProjectArguments,
    },
    /// Watch what the service is at until it is at rest.
    Watch(ProjectArguments),
}

/// A batch, and what keeps it in the service.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    batch: BatchView,
    guards: Vec<BatchGuard>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    batches: Vec<Listed>,
    failed: Vec<Failed>,
    gap: Option<GapView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failed {
    address: String,
    cause: Option<String>,
    server_words: Option<String>,
}

pub async fn run(command: BatchCommand) -> Result<bool, Error> {
    let project = match &command {
        BatchCommand::List(project)
        | BatchCommand::Stop(project)
        | BatchCommand::Retry(project)
        | BatchCommand::Fill(project)
        | BatchCommand::Watch(project)
        | BatchCommand::Start { project, .. }
        | BatchCommand::Remove { project, .. } => project.clone(),
    };
    let shown = Rehearsal::new(project.json);
    let app = project.open(&shown).await?;
    let done = answer(&app, &command).await;
    shown.finish();
    app.close_project().await?;
    let outcome = done?;
    if project.json {
        print_json(&outcome)?;
    } else {
        print(&outcome);
    }
    Ok(outcome.failed.is_empty())
}

/// Waits until nothing runs. Told to end, it only stops watching: the service goes on.
async fn watched(app: &App, stop: &CancellationToken) -> Result<RunView, Error> {
    let nobody = CancellationToken::new();
    tokio::select! {
        run = service::watched(app, &nobody) => run,
        () = stop.cancelled() => Err(Error::new(
            ErrorCode::Running,
            "stopped watching",
            "The service goes on without us. `stegvis batch watch` watches again, `stegvis batch stop` stops it.",
        )),
    }
}

async fn answer(app: &App, command: &BatchCommand) -> Result<Outcome, Error> {
    let stop = stop_on_interrupt();
    // What the service is at is watched from the moment the project is open.
    let run = match command {
        BatchCommand::List(_) => app.run_view().await?,
        BatchCommand::Stop(_) => {
            app.stop().await?;
            watched(app, &stop).await?
        }
        BatchCommand::Watch(_) => watched(app, &stop).await?,
        BatchCommand::Start { at, .. } => {
            watched(app, &stop).await?;
            app.start_at(at.clone()).await?;
            watched(app, &stop).await?
        }
        BatchCommand::Retry(_) => {
            watched(app, &stop).await?;
            app.retry_failed().await?;
            watched(app, &stop).await?
        }
        BatchCommand::Fill(_) => {
            watched(app, &stop).await?;
            app.fill_gap().await?;
            watched(app, &stop).await?
        }
        BatchCommand::Remove {
            name,
            mx_moved_at,
            delivery_proved,
            ..
        } => {
            let word = MailFacts {
                mx_moved_at: mx_moved_at.clone(),
                delivery_proved: *delivery_proved,
            };
            if word.mx_moved_at.is_none() && !word.delivery_proved {
                // What the project itself knows of where mail goes decides.
                app.remove_batch_checked(name).await?;
                app.run_view().await?
            } else {
                app.remove_batch(name, &word).await?
            }
        }
    };
    outcome(app, run).await
}

async fn outcome(app: &App, run: RunView) -> Result<Outcome, Error> {
    let mut batches = Vec::new();
    for batch in run.batches {
        let guards = match &batch.cloud_name {
            Some(_) => app.batch_guards(&batch.name).await?,
            None => Vec::new(),
        };
        batches.push(Listed { batch, guards });
    }
    let failed = run.users.into_iter().filter(|user| user.status == "Failed");
    Ok(Outcome {
        batches,
        failed: failed
            .map(|user| Failed {
                address: user.address,
                cause: user.cause,
                server_words: user.server_words,
            })
            .collect(),
        gap: run.gap,
    })
}

fn print(outcome: &Outcome) {
    for Listed { batch, guards } in &outcome.batches {
        println!(
            "{:<16} {:<12} {} mailboxes, {} in the service: {}",
            batch.name,
            batch.status,
            batch.users,
            batch.cloud_name.as_deref().unwrap_or("not"),
            batch.cloud_status.as_deref().unwrap_or("-")
        );
        if let Some(at) = &batch.cleanup_at {
            println!("  the service tidies it up by itself at {at}");
        }
        for guard in guards {
            println!("  stays: {}", guard.words);
        }
    }
    for failed in &outcome.failed {
        let cause = failed.cause.as_deref().unwrap_or("-");
        println!("{:<34} {cause}", failed.address);
        if let Some(remedy) = failed
            .cause
            .as_deref()
            .and_then(|cause| stegvis_api::remedy(cause, "en"))
        {
            println!("    {remedy}");
        }
    }
    if let Some(gap) = &outcome.gap {
        println!(
            "{} items of the source stand in the target; {} do not, in {} mailboxes",
            gap.there, gap.missing, gap.mailboxes
        );
    }
}
