//! `stegvis cleanup`: what this program left in the world is taken back.

use stegvis_api::Error;
use stegvis_api::dto::{CleanupView, FootprintState};

use super::copy::stop_on_interrupt;
use super::project::ProjectArguments;
use crate::terminal::{Rehearsal, print_json};

#[derive(Debug, clap::Args)]
pub struct CleanupArguments {
    /// Look, say what would be taken back, and take nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    project: ProjectArguments,
}

/// Exit code 0 when nothing is left that this program takes back itself, 1 when something is.
pub async fn run(arguments: CleanupArguments) -> Result<bool, Error> {
    let json = arguments.project.json;
    let shown = Rehearsal::new(json);
    let app = arguments.project.open(&shown).await?;
    let taken = app
        .clean_up_until(arguments.dry_run, &stop_on_interrupt())
        .await;
    shown.finish();
    app.close_project().await?;
    let view = taken?;
    if json {
        print_json(&view)?;
    } else {
        print(&view);
    }
    Ok(view.clean)
}

fn print(view: &CleanupView) {
    let would = if view.dry_run { "would be" } else { "were" };
    for item in &view.items {
        println!(
            "{:<18} {} -> {}",
            format!("{:?}", item.kind),
            state(item.before),
            state(item.after)
        );
        if item.taken > 0 {
            println!("  {} {would} taken back", item.taken);
        }
        for kept in &item.kept {
            let words = if kept.server_words.is_empty() {
                "it waits for the others"
            } else {
                &kept.server_words
            };
            println!(
                "  {:<34} stays: {}",
                kept.what,
                words.replace(char::is_control, "?")
            );
        }
    }
    let left = |state| !matches!(state, FootprintState::Gone);
    println!("by hand, and what is left for a person:");
    for item in view.finish.footprint.iter().filter(|item| left(item.state)) {
        if item.commands.is_empty() && item.place.is_none() && item.values.is_empty() {
            continue;
        }
        println!("  {:?} ({})", item.kind, state(item.state));
        if let Some(place) = &item.place {
            println!("    {place}");
        }
        let lines = if item.commands.is_empty() {
            &item.values
        } else {
            &item.commands
        };
        for line in lines {
            println!("    {line}");
        }
    }
}

const fn state(state: FootprintState) -> &'static str {
    match state {
        FootprintState::Present => "there",
        FootprintState::Gone => "gone",
        FootprintState::Kept => "kept",
        FootprintState::Unknown => "not looked at",
    }
}
