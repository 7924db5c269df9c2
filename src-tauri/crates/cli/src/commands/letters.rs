use std::path::{Path, PathBuf};

use stegvis_api::user_letters::{
    Letter, LetterFields, LettersRequest, compose_letters, letter_file, write_templates,
};
use stegvis_api::{Error, ErrorCode};

use super::files::read;
use crate::terminal::print_json;

/// Letters: a week before, the day before, the day itself, and one for phones.
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
    },
    /// Write the templates into a folder, to be edited; files that are there already are left alone.
    Templates {
        /// The folder to write to.
        #[arg(long)]
        output: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub struct LetterArguments {
    /// Which: notice, reminder, ready, phone.
    #[arg(long, value_parser = ["notice", "reminder", "ready", "phone"])]
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
    /// A folder with edited templates.
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
                "Choose notice, reminder, ready or phone.",
            )
        })?;
        Ok(LettersRequest {
            letter,
            language: self.language.clone(),
            templates: self.templates.clone(),
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

pub fn run(command: LettersCommand) -> Result<bool, Error> {
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
        LettersCommand::Save { letter, output } => {
            let request = letter.request()?;
            let letters = compose_letters(&request)?;
            std::fs::create_dir_all(&output).map_err(|error| cannot_write(&output, &error))?;
            for one in &letters {
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
                std::fs::write(&path, letter_file(&request.from, one)?)
                    .map_err(|error| cannot_write(&path, &error))?;
                println!("written: {}", path.display());
            }
        }
        LettersCommand::Templates { output } => {
            for path in write_templates(&output)? {
                println!("written: {}", path.display());
            }
        }
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
