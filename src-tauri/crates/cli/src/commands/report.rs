//! `stegvis report`: the hand-over report of a project, written without asking any server.

use std::path::PathBuf;

use stegvis_api::dto::ReportView;
use stegvis_api::{Error, write_report};

use crate::terminal::print_json;

#[derive(Debug, clap::Args)]
pub struct ReportArguments {
    /// The project: its folder, or its file.
    #[arg(long)]
    project: PathBuf,
    /// Folder for the files; by default `report` in the project's own.
    #[arg(long)]
    output: Option<PathBuf>,
    /// Language of what is read: en or sv. The tables of a Swedish report are parted by semicolons.
    #[arg(long, default_value = "en", value_parser = ["en", "sv"])]
    language: String,
    /// Hide names, subjects, servers' words and people's own folder names.
    #[arg(long)]
    redact: bool,
    /// Print the report as one JSON object; it is the same as in the file.
    #[arg(long)]
    json: bool,
}

/// False where the counts differ.
pub fn run(arguments: &ReportArguments) -> Result<bool, Error> {
    let written = write_report(
        &arguments.project,
        arguments.output.as_deref(),
        &arguments.language,
        arguments.redact,
    )?;
    if arguments.json {
        print_json(&written.view)?;
    } else {
        print(&written.view);
    }
    Ok(written.view.reconciled)
}

fn print(view: &ReportView) {
    let total = &view.total;
    println!(
        "{}: {} mailboxes\nsource {} = copied {} + skipped {} + excluded {}",
        view.project,
        view.users.len(),
        total.source,
        total.copied,
        total.skipped,
        total.excluded
    );
    for state in &view.states {
        println!("  {:<24} {}", state.status, state.mailboxes);
    }
    for task in &view.to_do {
        println!("  to do: {:?} ({})", task.task, task.count);
    }
    if !view.staying.is_empty() {
        println!("  stay on the old server: {}", view.staying.len());
    }
    for file in &view.files {
        println!("{}: {}", file.format, file.path);
    }
    if view.reconciled {
        println!("Every count reconciles.");
    } else {
        println!("NOT RECONCILED: {}", view.differing.join(", "));
    }
}
