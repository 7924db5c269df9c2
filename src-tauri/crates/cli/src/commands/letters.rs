use std::path::{Path, PathBuf};

use stegvis_api::dto::{LetterFieldsDto, LetterSending, LetterState, LetterWay, LettersView};
use stegvis_api::user_letters::{
    Letter, LetterFields, LettersRequest, compose_letters, letter_files, redo_line, write_templates,
};
use stegvis_api::{Error, ErrorCode};

use super::copy::stop_on_interrupt;
use super::files::read;
use super::project::ProjectArguments;
use crate::terminal::{Rehearsal, print_json};

/// Letters: a week before, the day before, the day itself, one for phones, and the guide for Outlook.
#[derive(Debug, clap::Subcommand)]
pub enum LettersCommand {
    /// Show a letter to each person.
    Preview {
        #[command(flatten)]
        letter: LetterArguments,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write a letter to each person as an .eml file, which Outlook opens as a draft.
    Save {
        #[command(flatten)]
        letter: LetterArguments,
        /// The folder to write to.
        #[arg(long)]
        output: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the templates into a folder, to be edited; files that are there already are left alone.
    Templates {
        /// The folder to write to; else the project's own.
        #[arg(long, required_unless_present = "project")]
        output: Option<PathBuf>,
        /// A project, whose letters use its own templates.
        #[arg(long)]
        project: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Send a letter to everyone of a project who was not sent it yet.
    Send(SendArguments),
    /// What one person must do again in the new mailbox.
    Redo {
        #[command(flatten)]
        project: ProjectArguments,
        /// Whose mailbox.
        #[arg(long)]
        address: String,
        /// The language: en or sv. JSON has codes, whatever the language.
        #[arg(long, default_value = "en", value_parser = ["en", "sv"])]
        language: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct SendArguments {
    #[command(flatten)]
    project: ProjectArguments,
    /// Which: notice, reminder, ready, phone.
    #[arg(long, value_parser = ["notice", "reminder", "ready", "phone"])]
    letter: String,
    /// Only to this person, whether or not they have it: your word counts. May be given again.
    #[arg(long, value_name = "ADDRESS")]
    only: Vec<String>,
    /// To those to whom it could not be sent.
    #[arg(long, conflicts_with = "only")]
    failed: bool,
    /// Send nothing; say how far each letter is.
    #[arg(long)]
    dry_run: bool,
    /// Through what; it is kept, as all words below.
    #[arg(long, value_parser = ["graph", "smtp"])]
    way: Option<String>,
    /// The mailbox of the tenant that it is from.
    #[arg(long)]
    from: Option<String>,
    /// The language: en or sv.
    #[arg(long, value_parser = ["en", "sv"])]
    language: Option<String>,
    /// The organisation, which signs.
    #[arg(long)]
    company: Option<String>,
    /// The day of the move, as it should be read.
    #[arg(long)]
    date: Option<String>,
    /// The hours, as they should be read.
    #[arg(long)]
    hours: Option<String>,
    /// Whom to ask.
    #[arg(long)]
    helpdesk: Option<String>,
    /// How long the old Outlook profile is kept, as it should be read.
    #[arg(long)]
    keep_until: Option<String>,
    /// The largest message that moves, in megabytes.
    #[arg(long)]
    limit_mb: Option<u32>,
}

#[derive(Debug, clap::Args)]
pub struct LetterArguments {
    /// Which: notice, reminder, ready, phone, guide.
    #[arg(long, value_parser = ["notice", "reminder", "ready", "phone", "guide"])]
    letter: String,
    /// The language: en or sv.
    #[arg(long, default_value = "en", value_parser = ["en", "sv"])]
    language: String,
    /// A list of mailboxes, in any form that `stegvis list` reads.
    #[arg(long)]
    list: Option<PathBuf>,
    /// A project: its people, their names, and what could not be moved. With a list, those of the list.
    #[arg(long)]
    project: Option<PathBuf>,
    /// A folder with edited templates; else the project's own, where there are any.
    #[arg(long)]
    templates: Option<PathBuf>,
    /// Who the letter is from.
    #[arg(long)]
    from: String,
    /// The organisation, which signs.
    #[arg(long)]
    company: String,
    /// The day of the move, as it should be read.
    #[arg(long)]
    date: String,
    /// The hours, as they should be read.
    #[arg(long, default_value = "")]
    hours: String,
    /// Whom to ask.
    #[arg(long, default_value = "")]
    helpdesk: String,
    /// How long the old Outlook profile is kept, as it should be read.
    #[arg(long, default_value = "")]
    keep_until: String,
    /// The largest message that moves, in megabytes.
    #[arg(long, default_value_t = 25)]
    limit_mb: u32,
}

impl LetterArguments {
    fn request(&self) -> Result<LettersRequest, Error> {
        let letter = Letter::of(&self.letter).ok_or_else(|| {
            Error::new(
                ErrorCode::InvalidInput,
                format!("there is no letter {:?}", self.letter),
                "Choose notice, reminder, ready, phone or guide.",
            )
        })?;
        Ok(LettersRequest {
            letter,
            language: self.language.clone(),
            templates: self
                .templates
                .clone()
                .or_else(|| Some(self.project.as_ref()?.join("letters"))),
            from: self.from.clone(),
            list: self.list.as_deref().map(read).transpose()?,
            project: self.project.clone(),
            fields: LetterFields {
                company: self.company.clone(),
                date: self.date.clone(),
                hours: self.hours.clone(),
                helpdesk: self.helpdesk.clone(),
                keep_until: self.keep_until.clone(),
                limit_mb: self.limit_mb,
            },
        })
    }
}

pub async fn run(command: LettersCommand) -> Result<bool, Error> {
    match command {
        LettersCommand::Preview { letter, json } => {
            let letters = compose_letters(&letter.request()?)?;
            if json {
                print_json(&letters)?;
            } else {
                for letter in &letters {
                    println!(
                        "To: {}\nSubject: {}\n\n{}",
                        letter.to, letter.subject, letter.text
                    );
                }
            }
        }
        LettersCommand::Send(arguments) => return send(arguments).await,
        LettersCommand::Redo {
            project,
            address,
            language,
        } => return redo(project, &address, &language).await,
        LettersCommand::Save {
            letter,
            output,
            json,
        } => {
            let request = letter.request()?;
            let letters = letter_files(&request)?;
            std::fs::create_dir_all(&output).map_err(|error| cannot_write(&output, &error))?;
            let mut written = Vec::new();
            for (one, file) in &letters {
                // An address may hold characters that a file name may not.
                let name: String = one
                    .to
                    .chars()
                    .map(|c| {
                        if c.is_ascii_alphanumeric() || ".-_@".contains(c) {
                            c
                        } else {
                            '-'
                        }
                    })
                    .collect();
                let path = output.join(format!("{}-{name}.eml", letter.letter));
                std::fs::write(&path, file).map_err(|error| cannot_write(&path, &error))?;
                written.push(path);
            }
            told(&written, json)?;
        }
        LettersCommand::Templates {
            output,
            project,
            json,
        } => {
            let own = project.map(|project| project.join("letters"));
            let folder = output.or(own).unwrap_or_default();
            told(&write_templates(&folder)?, json)?;
        }
    }
    Ok(true)
}

fn told(written: &[PathBuf], json: bool) -> Result<(), Error> {
    if json {
        return print_json(&written);
    }
    for path in written {
        println!("written: {}", path.display());
    }
    Ok(())
}

/// Exit code 0 when everyone has the letter, 1 when somebody has not or nobody knows.
async fn send(arguments: SendArguments) -> Result<bool, Error> {
    let json = arguments.project.json;
    let shown = Rehearsal::new(json);
    let app = arguments.project.open(&shown).await?;
    let before = app.letters_view().await?;
    app.set_letter_fields(arguments.fields(before.fields))
        .await?;
    let failed = || {
        let people = before
            .letters
            .iter()
            .find(|one| one.letter == arguments.letter);
        people
            .iter()
            .flat_map(|one| &one.people)
            .filter(|person| person.state == LetterSending::Failed)
            .map(|person| person.address.clone())
            .collect()
    };
    let only = match (arguments.failed, arguments.only.is_empty()) {
        (true, _) => Some(failed()),
        (false, false) => Some(arguments.only.clone()),
        (false, true) => None,
    };
    let sent = if arguments.dry_run {
        Ok(())
    } else {
        let interrupted = stop_on_interrupt();
        tokio::select! {
            sent = app.send_letters(&arguments.letter, only) => sent.map(drop),
            // The letter that is on its way is waited for.
            never = async {
                interrupted.cancelled().await;
                match app.stop_letters().await {
                    Ok(_) => std::future::pending().await,
                    Err(error) => Err(error),
                }
            } => never,
        }
    };
    shown.finish();
    let view = app.letters_view().await;
    app.close_project().await?;
    let view = view?;
    if json {
        print_json(&view)?;
    } else {
        print(&view);
    }
    sent?;
    let of = |one: &&LetterState| one.letter == arguments.letter;
    let letter = view.letters.iter().find(of);
    Ok(letter.is_some_and(|letter| letter.sent == letter.total))
}

impl SendArguments {
    fn fields(&self, kept: LetterFieldsDto) -> LetterFieldsDto {
        let text = |said: &Option<String>, kept: String| said.clone().unwrap_or(kept);
        LetterFieldsDto {
            company: text(&self.company, kept.company),
            date: text(&self.date, kept.date),
            hours: text(&self.hours, kept.hours),
            helpdesk: text(&self.helpdesk, kept.helpdesk),
            keep_until: text(&self.keep_until, kept.keep_until),
            limit_mb: self.limit_mb.unwrap_or(kept.limit_mb),
            language: text(&self.language, kept.language),
            way: match self.way.as_deref() {
                Some("graph") => LetterWay::Graph,
                Some(_) => LetterWay::Smtp,
                None => kept.way,
            },
            from: text(&self.from, kept.from),
        }
    }
}

fn print(view: &LettersView) {
    for letter in &view.letters {
        println!(
            "{:<10} {} of {} sent, {} failed, {} not known",
            letter.letter, letter.sent, letter.total, letter.failed, letter.unknown
        );
        for person in &letter.people {
            match person.state {
                LetterSending::Failed => {
                    println!("  {:<40} not sent: {}", person.address, person.server_words);
                }
                LetterSending::Unknown => println!(
                    "  {:<40} it is not known whether it was sent; with --only {} it is sent again",
                    person.address, person.address
                ),
                LetterSending::Waiting | LetterSending::Sending | LetterSending::Sent => {}
            }
        }
    }
}

async fn redo(arguments: ProjectArguments, address: &str, language: &str) -> Result<bool, Error> {
    let shown = Rehearsal::new(arguments.json);
    let app = arguments.open(&shown).await?;
    let items = app.redo_list(address).await;
    shown.finish();
    app.close_project().await?;
    let items = items?;
    if arguments.json {
        print_json(&items)?;
        return Ok(true);
    }
    for item in &items {
        // What a rule is called, others wrote.
        println!(
            "{}",
            redo_line(item, language).replace(char::is_control, "?")
        );
    }
    Ok(true)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        ErrorCode::CannotWrite,
        format!("{} cannot be written: {error}", path.display()),
        "Choose a folder you may write to, on a disk with room.",
    )
}
