//! Batch after batch of a rehearsal that copies from here, as an administrator starts them.

use std::time::Duration;

use stegvis_api::dto::{MailboxChoice, PlanView, RunView};
use stegvis_api::{App, Error, ErrorCode};
use tokio_util::sync::CancellationToken;

use super::ROUNDS;
use crate::terminal::Rehearsal;

/// The pilot: as many as a careful administrator would dare first.
const PILOT: usize = 2;

/// Batch after batch, the pilot first, until nothing waits any more.
pub async fn migrate(app: &App, shown: &Rehearsal, stop: &CancellationToken) -> Result<(), Error> {
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
        ended(app, stop).await?;
    }
}

/// Waits until nothing runs; a stop that is asked for is passed on first.
pub async fn ended(app: &App, stop: &CancellationToken) -> Result<RunView, Error> {
    loop {
        let view = app.run_view().await?;
        if !view.running {
            return Ok(view);
        }
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

pub fn announce(plan: &PlanView, shown: &Rehearsal) {
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
pub async fn choose(app: &App) -> Result<(), Error> {
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
