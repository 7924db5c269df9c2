//! A real project's checks, and its copying from this computer.

use std::collections::BTreeSet;

use stegvis_api::dto::{MailboxChoice, RunView};
use stegvis_api::{App, Error, ErrorCode};

use super::print;
use crate::commands::copy::stop_on_interrupt;
use crate::commands::rehearse::batches::{announce, ended};
use crate::terminal::{Rehearsal, print_json};

/// Whether nothing stands in the way.
pub async fn check(app: &App, json: bool) -> Result<bool, Error> {
    let view = app.run_preflight().await?;
    if json {
        print_json(&view)?;
    } else {
        print::findings(&view.findings);
    }
    Ok(!view
        .findings
        .iter()
        .any(|finding| finding.severity == "Fail"))
}

/// Whether every mailbox that was asked for is where it should be.
pub async fn migrate(
    app: &App,
    only: &[String],
    shown: &Rehearsal,
    json: bool,
) -> Result<bool, Error> {
    let checks = app.preflight_view().await?;
    if checks.of_before {
        shown.say(&format!("The checks: {}.", print::OF_BEFORE));
    }
    if !only.is_empty() {
        choose(app, only).await?;
    }
    let settings = app.endpoint_view().await?.settings;
    let tested = app.test_endpoint(settings.clone()).await?;
    if let Some(failed) = tested.tests.iter().find(|test| test.severity == "Fail") {
        let words = failed.server_words.as_deref().unwrap_or(&failed.code);
        return Err(Error::new(
            ErrorCode::Endpoint,
            format!("the old server's test {:?} failed: {words}", failed.test),
            "Mend what it names, and run the command again.",
        ));
    }
    app.save_endpoint(settings).await?;
    let plan = app.plan().await?;
    announce(&plan, shown);
    let stop = stop_on_interrupt();
    let run = if plan.startable {
        app.start().await?;
        ended(app, &stop).await?
    } else {
        app.run_view().await?
    };
    if json {
        print_json(&run)?;
    } else {
        rows(&run);
    }
    Ok(!run.users.is_empty() && run.users.iter().all(|user| is_there(&user.status)))
}

fn is_there(status: &str) -> bool {
    ["Synced", "Completed", "CompletedWithWarnings"].contains(&status)
}

async fn choose(app: &App, only: &[String]) -> Result<(), Error> {
    let view = app.mailboxes_view().await?;
    let wanted: BTreeSet<String> = only.iter().map(|address| address.to_lowercase()).collect();
    let known: BTreeSet<String> = view
        .rows
        .iter()
        .map(|row| row.address.to_lowercase())
        .collect();
    if let Some(missing) = wanted.difference(&known).next() {
        return Err(Error::new(
            ErrorCode::InvalidInput,
            format!("the directory has no mailbox {missing}"),
            "Name mailboxes by their primary address.",
        ));
    }
    let choices = view
        .rows
        .into_iter()
        .map(|row| MailboxChoice {
            chosen: row.chosen || wanted.contains(&row.address.to_lowercase()),
            pilot: row.pilot,
            address: row.address,
        })
        .collect();
    app.choose_mailboxes(choices).await.map(drop)
}

fn rows(run: &RunView) {
    for user in &run.users {
        let cause = user
            .cause
            .as_ref()
            .map_or_else(String::new, |cause| format!(" ({cause})"));
        println!("  {:<34} {}{cause}", user.address, user.status);
    }
}
