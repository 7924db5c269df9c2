//! `stegvis mailboxes`: those of the old directory that are in no batch and that nobody chose; the choice of some, and the
//! word that others stay behind.

use stegvis_api::dto::{MailboxChoice, MailboxName, MailboxesLeft};
use stegvis_api::{App, Error};

use super::project::ProjectArguments;
use crate::terminal::{Rehearsal, print_json};

/// Mailboxes of the old directory that nobody chose. Exit code 0 when there is none, 1 while there is one: MX is not moved
/// until then.
#[derive(Debug, clap::Subcommand)]
pub enum MailboxesCommand {
    /// Read the old directory, and list whom nobody chose and who stays behind.
    List(ProjectArguments),
    /// Choose mailboxes that move, beside those chosen before. Which batch they go into follows from the next start.
    Choose {
        /// Their addresses.
        #[arg(value_name = "ADDRESS", required = true)]
        addresses: Vec<String>,
        #[command(flatten)]
        project: ProjectArguments,
    },
    /// Say that mailboxes stay behind. Once MX has moved, mail no longer reaches them.
    Stay {
        /// Their addresses.
        #[arg(value_name = "ADDRESS", required_unless_present = "all")]
        addresses: Vec<String>,
        /// All that nobody chose; with --again all that stay behind.
        #[arg(long, conflicts_with = "addresses")]
        all: bool,
        /// They do not stay behind after all: they count again.
        #[arg(long)]
        again: bool,
        #[command(flatten)]
        project: ProjectArguments,
    },
}

pub async fn run(command: MailboxesCommand) -> Result<bool, Error> {
    let (MailboxesCommand::List(project)
    | MailboxesCommand::Choose { project, .. }
    | MailboxesCommand::Stay { project, .. }) = &command;
    let shown = Rehearsal::new(project.json);
    let app = project.open(&shown).await?;
    let told = match &command {
        MailboxesCommand::List(_) => app.read_mailboxes_left().await,
        MailboxesCommand::Choose { addresses, .. } => choose(&app, addresses).await,
        MailboxesCommand::Stay {
            addresses,
            all,
            again,
            ..
        } => stay(&app, &shown, addresses, *all, *again).await,
    };
    shown.finish();
    app.close_project().await?;
    let left = told?;
    if project.json {
        print_json(&left)?;
    } else {
        print(&left);
    }
    Ok(left.unchosen.is_empty())
}

/// What was chosen before stays chosen.
async fn choose(app: &App, addresses: &[String]) -> Result<MailboxesLeft, Error> {
    let rows = app.mailboxes_view().await?.rows;
    let known = rows.iter().filter(|row| row.chosen);
    let mut choices: Vec<MailboxChoice> = known
        .map(|row| MailboxChoice {
            address: row.address.clone(),
            chosen: true,
            pilot: row.pilot,
        })
        .collect();
    for address in addresses {
        let is = |one: &str| one.eq_ignore_ascii_case(address);
        if choices.iter().any(|choice| is(&choice.address)) {
            continue;
        }
        let row = rows.iter().find(|row| is(&row.address));
        choices.push(MailboxChoice {
            // One that the directory does not have is refused by its name.
            address: row.map_or_else(|| address.clone(), |row| row.address.clone()),
            chosen: true,
            pilot: false,
        });
    }
    app.choose_mailboxes(choices).await?;
    app.mailboxes_left().await
}

async fn stay(
    app: &App,
    shown: &Rehearsal,
    addresses: &[String],
    all: bool,
    again: bool,
) -> Result<MailboxesLeft, Error> {
    // Of those that were read before, it can be decided without the old directory as well.
    let before = match app.read_mailboxes_left().await {
        Ok(before) => before,
        Err(error) => {
            shown.say(&format!("the old directory is not read again: {error}"));
            app.mailboxes_left().await?
        }
    };
    let these = match (all, again) {
        (false, _) => addresses.to_vec(),
        (true, false) => addresses_of(&before.unchosen),
        (true, true) => addresses_of(&before.staying),
    };
    app.stay_behind(&these, !again).await?;
    app.mailboxes_left().await
}

fn addresses_of(mailboxes: &[MailboxName]) -> Vec<String> {
    mailboxes.iter().map(|one| one.address.clone()).collect()
}

fn print(left: &MailboxesLeft) {
    for (mailboxes, none, some) in [
        (
            &left.unchosen,
            "Every mailbox of the old server was chosen, or stays behind.",
            "in no batch, chosen by nobody",
        ),
        (
            &left.staying,
            "",
            "stay behind: mail no longer reaches them once MX has moved",
        ),
    ] {
        if mailboxes.is_empty() {
            if !none.is_empty() {
                println!("{none}");
            }
            continue;
        }
        println!("{} {some}", mailboxes.len());
        for one in mailboxes {
            println!("  {:<40} {}", plain(&one.address), plain(&one.name));
        }
    }
}

/// What others wrote, without what a terminal would obey.
fn plain(text: &str) -> String {
    text.replace(char::is_control, "?")
}
