//! `stegvis habits`: who could do what with whose mailbox, before and after, and what is to be done about it.

use stegvis_api::Error;
use stegvis_api::dto::HabitsView;

use super::project::ProjectArguments;
use crate::terminal::{Rehearsal, print_json};

/// Exit code 0 when both sides were read and nothing is to be done, 1 when something is.
#[derive(Debug, clap::Subcommand)]
pub enum HabitsCommand {
    /// Read both sides now: the old one once, before conversion takes it away; the tenant as it is.
    Read(ProjectArguments),
    /// What was read last, and the tasks.
    List(ProjectArguments),
    /// Call a task done.
    Done {
        /// Its number.
        task: u32,
        /// It is not done after all.
        #[arg(long)]
        undo: bool,
        #[command(flatten)]
        project: ProjectArguments,
    },
}

pub async fn run(command: HabitsCommand) -> Result<bool, Error> {
    let (HabitsCommand::Read(project)
    | HabitsCommand::List(project)
    | HabitsCommand::Done { project, .. }) = &command;
    let shown = Rehearsal::new(project.json);
    let app = project.open(&shown).await?;
    let told = match &command {
        HabitsCommand::Read(_) => app.read_habits().await,
        HabitsCommand::List(_) => app.habits_view().await,
        HabitsCommand::Done { task, undo, .. } => app.task_done(*task, !undo).await,
    };
    shown.finish();
    app.close_project().await?;
    let view = told?;
    if project.json {
        print_json(&view)?;
    } else {
        print(&view);
    }
    let read = view.before_at.is_some() && view.after_at.is_some();
    let hindered = view.before_words.is_some() || view.after_words.is_some();
    Ok(read && !hindered && view.tasks.iter().all(|task| task.done))
}

fn print(view: &HabitsView) {
    for (side, at, words) in [
        ("before", &view.before_at, &view.before_words),
        ("after", &view.after_at, &view.after_words),
    ] {
        let at = at.as_deref().unwrap_or("never");
        println!("{side:<7} read: {at}");
        if let Some(words) = words {
            println!("  not read now: {}", plain(words));
        }
    }
    for mailbox in &view.mailboxes {
        println!("{}", mailbox.address);
        for habit in &mailbox.habits {
            let was = if habit.before { "before" } else { "      " };
            let is = match habit.after {
                Some(true) => "after",
                Some(false) => "gone ",
                None => "?    ",
            };
            let ours = if habit.footprint {
                "  (this program's, goes with the clean-up)"
            } else {
                ""
            };
            println!(
                "  {was} {is}  {:<14} {} {}{ours}",
                format!("{:?}", habit.kind),
                plain(&habit.who),
                habit.detail.as_deref().map_or_else(String::new, plain)
            );
        }
        for kind in &mailbox.unreadable {
            println!("  not readable over this connection, ask the user: {kind:?}");
        }
    }
    println!("tasks");
    for task in &view.tasks {
        let done = if task.done { "x" } else { " " };
        let outside = if task.outside {
            "  (not among the migrated mailboxes: see that the tenant knows them)"
        } else {
            ""
        };
        let what = match (&task.command, &task.who) {
            (Some(command), _) => command.clone(),
            (None, Some(who)) => {
                format!("{:?} {}: the owner makes it again", task.kind, plain(who))
            }
            (None, None) => format!("{:?}: ask the owner, who makes it again", task.kind),
        };
        println!(
            "  [{done}] {:>3} {:<34} {what}{outside}",
            task.id, task.address
        );
    }
}

/// What others wrote, without what a terminal would obey.
fn plain(text: &str) -> String {
    text.replace(char::is_control, "?")
}
