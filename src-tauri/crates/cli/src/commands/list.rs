use std::path::{Path, PathBuf};

use stegvis_api::list::{ListCheck, check_list, convert_list, write_list_file};
use stegvis_api::{Error, ErrorCode};

use super::files::read;
use crate::terminal::print_json;

/// Mailbox lists, from any file: CSV in any dialect, XLSX, XLS, ODS.
#[derive(Debug, clap::Subcommand)]
pub enum ListCommand {
    /// Tell what is in a list, and every repair as "was -> becomes". Changes nothing.
    ///
    /// Exit code 0 when no row is rejected, 1 when some are, 2 when the file is no list.
    Check {
        /// The list.
        file: PathBuf,
        /// Print it as one JSON object.
        #[arg(long)]
        json: bool,
        /// The sheet of a spreadsheet; by default the first visible one that holds addresses.
        #[arg(long)]
        sheet: Option<String>,
    },
    /// Write a list as Exchange Online takes it, without the rejected rows; a password column is written too.
    ///
    /// More than 2,000 rows become several files: OUT-1.csv, OUT-2.csv and so on.
    Convert {
        /// The list.
        file: PathBuf,
        /// The file to write.
        #[arg(long)]
        output: PathBuf,
        /// The sheet of a spreadsheet; by default the first visible one that holds addresses.
        #[arg(long)]
        sheet: Option<String>,
    },
}

pub fn run(command: ListCommand) -> Result<bool, Error> {
    let check = match command {
        ListCommand::Check { file, json, sheet } => {
            let check = check_list(&read(&file)?, sheet.as_deref())?;
            if json {
                print_json(&check)?;
            } else {
                print(&check);
            }
            check
        }
        ListCommand::Convert {
            file,
            output,
            sheet,
        } => {
            let converted = convert_list(&read(&file)?, sheet.as_deref())?;
            let paths = paths(&output, converted.files.len());
            // The original is the only place where what was repaired still stands.
            if paths.iter().any(|path| same(path, &file)) {
                return Err(Error::new(
                    ErrorCode::InvalidInput,
                    format!("{} is the list itself", file.display()),
                    "Choose another --output; the original is kept.",
                ));
            }
            print(&converted.check);
            for (path, text) in paths.iter().zip(&converted.files) {
                // Readable by its owner alone: it may hold passwords.
                write_list_file(path, text, true)?;
                println!("written: {}", path.display());
            }
            if paths.is_empty() {
                println!("nothing written: every row is rejected");
            }
            converted.check
        }
    };
    Ok(check.summary.rejected == 0)
}

/// The file itself, or one for every 2,000 rows.
fn paths(output: &Path, files: usize) -> Vec<PathBuf> {
    if files == 1 {
        return vec![output.to_owned()];
    }
    let name = |part: Option<&std::ffi::OsStr>| {
        part.map(|part| part.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let (stem, extension) = (name(output.file_stem()), name(output.extension()));
    (1..=files)
        .map(|number| {
            let dot = if extension.is_empty() { "" } else { "." };
            output.with_file_name(format!("{stem}-{number}{dot}{extension}"))
        })
        .collect()
}

fn same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn print(check: &ListCheck) {
    let format = &check.format;
    let details: Vec<String> = [
        Some(format.kind.clone()),
        format.encoding.clone(),
        format.delimiter.map(|delimiter| format!("{delimiter:?}")),
        format
            .sheet
            .as_ref()
            .map(|sheet| format!("sheet {sheet:?}")),
        format.note.clone(),
    ]
    .into_iter()
    .flatten()
    .collect();
    println!("file:    {}", details.join(", "));
    for column in &check.columns {
        let means = column.means.as_deref().unwrap_or("left out");
        println!("column:  {:?} -> {means}", column.source);
    }
    for row in check.rows.iter().filter(|row| !row.findings.is_empty()) {
        println!("row {}: {}, {:?}", row.row, row.status, row.email_address);
        for finding in &row.findings {
            let column = finding.column.as_deref().unwrap_or("the row");
            // Quoted and escaped: what cannot be seen is shown, and no terminal obeys it.
            let becomes = finding
                .becomes
                .as_ref()
                .map_or_else(String::new, |becomes| format!(" -> {becomes:?}"));
            println!(
                "    {} in {column}: {:?}{becomes}",
                finding.code, finding.was
            );
        }
    }
    let summary = check.summary;
    println!(
        "rows:    {} ok, {} repaired, {} rejected",
        summary.ok, summary.repaired, summary.rejected
    );
}
