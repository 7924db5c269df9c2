//! `stegvis cleanup`: what this program was allowed is given back.

use stegvis_api::Error;

use super::copy::stop_on_interrupt;
use super::project::ProjectArguments;
use crate::terminal::{Rehearsal, print_json};

#[derive(Debug, clap::Args)]
pub struct CleanupArguments {
    /// Say what would be taken back, and take nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    project: ProjectArguments,
}

/// Exit code 0 when no mailbox of the project opens for this program any more, 1 when some still do.
pub async fn run(arguments: CleanupArguments) -> Result<bool, Error> {
    let json = arguments.project.json;
    let shown = Rehearsal::new(json);
    let app = arguments.project.open(&shown).await?;
    let taken = app
        .remove_access(arguments.dry_run, &stop_on_interrupt())
        .await;
    shown.finish();
    app.close_project().await?;
    let view = taken?;
    let done = view.failed.is_empty()
        && view.left.is_empty()
        && (view.dry_run || view.sizes_raised.is_empty());
    if json {
        print_json(&view)?;
        return Ok(done);
    }
    let would = if view.dry_run { "would be" } else { "is" };
    println!(
        "access to {} mailboxes {would} taken back",
        view.removed.len()
    );
    for kept in &view.failed {
        println!("  {:<34} still opens: {}", kept.address, kept.server_words);
    }
    for raised in &view.sizes_raised {
        let why = match raised.server_words.as_str() {
            "" => "is put back",
            words => words,
        };
        println!("  {:<34} takes larger messages than before: {why}", raised.address);
    }
    for address in &view.left {
        println!("  {address:<34} not asked for: the tenant no longer answers; run it again");
    }
    if !view.unfinished.is_empty() {
        println!(
            "{} of them are not converted yet: a later pass asks for access again",
            view.unfinished.len()
        );
    }
    println!("by hand, and what is left for a person:");
    for line in &view.commands {
        println!("  {line}");
    }
    Ok(done)
}
