use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::path::PathBuf;

use secrecy::SecretString;
use stegvis_api::copy::{CopyReport, CopyRequest, copy};
use stegvis_api::{Error, ErrorCode};
use tokio_util::sync::CancellationToken;

use super::files::{read, read_pem};
use crate::terminal::{Watcher, human_bytes, print_json};

/// Passwords come from STEGVIS_SOURCE_PASSWORD and STEGVIS_TARGET_PASSWORD, or from the list.
#[derive(Debug, clap::Args)]
pub struct CopyArguments {
    /// imap://user@host:port or imaps://user@host:port
    #[arg(long)]
    source: String,
    /// imap://user@host:port or imaps://user@host:port
    #[arg(long)]
    target: String,
    /// CSV: EmailAddress,SourceUser,SourcePassword,TargetUser,TargetPassword
    #[arg(long)]
    list: Option<PathBuf>,
    /// Folder that remembers what was copied; by default one for this source and target.
    #[arg(long)]
    project: Option<PathBuf>,
    /// Mailboxes at the same time.
    #[arg(long, default_value_t = 20)]
    concurrency: u32,
    /// A certificate authority to trust besides the system's, in PEM.
    #[arg(long)]
    trust_ca: Option<PathBuf>,
    /// Speak without encryption to a server that is not this computer.
    #[arg(long)]
    allow_plaintext: bool,
    /// Print the outcome as one JSON object.
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: CopyArguments) -> Result<bool, Error> {
    if arguments.allow_plaintext {
        eprintln!("warning: passwords and mail go without encryption (--allow-plaintext)");
    }
    let project = match arguments.project {
        Some(project) => project,
        None => default_project(&arguments.source, &arguments.target)?,
    };
    let request = CopyRequest {
        list: arguments.list.as_deref().map(read).transpose()?,
        trusted_ca: arguments.trust_ca.as_deref().map(read_pem).transpose()?,
        source_password: secret("STEGVIS_SOURCE_PASSWORD"),
        target_password: secret("STEGVIS_TARGET_PASSWORD"),
        source: arguments.source,
        target: arguments.target,
        project,
        concurrency: arguments.concurrency,
        allow_plaintext: arguments.allow_plaintext,
    };
    let watcher = Watcher::new(arguments.json);
    let stop = stop_on_interrupt();
    let report = copy(request, watcher.events(), &stop).await;
    watcher.finish();
    let report = report?;
    if arguments.json {
        print_json(&report)?;
    } else {
        print(&report);
    }
    Ok(report.reconciled)
}

/// The first Ctrl-C stops between two messages; the second is the terminal's own.
pub fn stop_on_interrupt() -> CancellationToken {
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            eprintln!("stopping after what is under way; run the same command again to go on");
            stopping.cancel();
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(130);
        }
    });
    stop
}

fn print(report: &CopyReport) {
    for user in &report.users {
        let skipped = if user.skipped > 0 {
            format!(", {} skipped", user.skipped)
        } else {
            String::new()
        };
        println!(
            "{}  {}: {} copied ({} now), {}{skipped}",
            user.email_address,
            user.status,
            user.synced,
            user.copied_now,
            human_bytes(user.bytes)
        );
        if !user.server_words.is_empty() {
            println!("    the server said: {}", user.server_words);
        }
    }
    println!(
        "{}",
        if report.reconciled {
            "Every count reconciles."
        } else {
            "NOT RECONCILED: see above."
        }
    );
}

fn secret(name: &str) -> Option<SecretString> {
    std::env::var(name).ok().map(SecretString::from)
}

/// The folder where data of this user's programs lives, and in it one for this source and target.
fn default_project(source: &str, target: &str) -> Result<PathBuf, Error> {
    let mut hash = DefaultHasher::new();
    (source, target).hash(&mut hash);
    Ok(data_folder()?
        .join("copies")
        .join(format!("{:016x}", hash.finish())))
}

/// Where this user's data lives on this system.
pub fn data_folder() -> Result<PathBuf, Error> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share")))
    };
    base.map(|base| base.join("stegvis")).ok_or_else(|| {
        Error::new(
            ErrorCode::CannotWrite,
            "there is no home folder to keep the project in",
            "Name one with --project.",
        )
    })
}
