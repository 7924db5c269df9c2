//! `stegvis`: the product without a window. Mirrors `stegvis-api`, verb by verb.
//!
//! Lives here: arguments, the environment, progress on a terminal, text and `--json`.
//! May import: `stegvis-api`, and `stegvis-lab` for the practice organisation.
//! Deliberately absent: anything the wizard would have to do again.

mod commands;
mod practice;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Staged Exchange migrations, step by step.
#[derive(Debug, Parser)]
#[command(name = "stegvis", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Copy mailboxes from one IMAP server to another; run it again to copy what is new.
    Copy(commands::copy::CopyArguments),
    /// The whole staged migration against the practice organisation.
    Rehearse(commands::rehearse::RehearseArguments),
    /// Mailbox lists: check them, convert them for Exchange Online.
    #[command(subcommand)]
    List(commands::list::ListCommand),
    /// The old directory: what is in it, forwarding, conversion, and back.
    #[command(subcommand)]
    Directory(commands::directory::DirectoryCommand),
    /// What DNS should say of a domain, what it says, and when it may be changed.
    #[command(subcommand)]
    Dns(commands::dns::DnsCommand),
    /// The tenant: signing in, what the program may do there, what is true there.
    #[command(subcommand)]
    Tenant(commands::tenant::TenantCommand),
    /// A real migration's project: what it is connected to, its checks, its copying.
    #[command(subcommand)]
    Project(commands::real::ProjectCommand),
    /// The migration service's way to the old server.
    #[command(subcommand)]
    Endpoint(commands::endpoint::EndpointCommand),
    /// Batches of the migration service.
    #[command(subcommand)]
    Batch(commands::batch::BatchCommand),
    /// Rights and habits: what people could do with each other's mailboxes, before and after.
    #[command(subcommand)]
    Habits(commands::habits::HabitsCommand),
    /// Mailboxes of the old server that nobody chose, and those that stay behind.
    #[command(subcommand)]
    Mailboxes(commands::mailboxes::MailboxesCommand),
    /// At the end: take back what this program left in the world.
    Cleanup(commands::cleanup::CleanupArguments),
    /// Licences: who needs one, what is free, giving them away.
    #[command(subcommand)]
    Licence(commands::licence::LicenceCommand),
    /// Letters to the people whose mailboxes move.
    #[command(subcommand)]
    Letters(commands::letters::LettersCommand),
    /// The hand-over report of a project: to read, and as tables and JSON to keep.
    Report(commands::report::ReportArguments),
    /// The practice organisation by itself.
    #[command(subcommand)]
    Lab(commands::lab::LabCommand),
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("STEGVIS_LOG"))
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the program could not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(async {
        match arguments.command {
            Command::Copy(arguments) => commands::copy::run(arguments).await,
            Command::Rehearse(arguments) => commands::rehearse::run(arguments).await,
            Command::List(command) => commands::list::run(command),
            Command::Directory(command) => commands::directory::run(command).await,
            Command::Dns(command) => commands::dns::run(command).await,
            Command::Tenant(command) => commands::tenant::run(command).await,
            Command::Project(command) => commands::real::run(command).await,
            Command::Endpoint(command) => commands::endpoint::run(command).await,
            Command::Batch(command) => commands::batch::run(command).await,
            Command::Habits(command) => commands::habits::run(command).await,
            Command::Mailboxes(command) => commands::mailboxes::run(command).await,
            Command::Cleanup(arguments) => commands::cleanup::run(arguments).await,
            Command::Licence(command) => commands::licence::run(command).await,
            Command::Letters(command) => commands::letters::run(command).await,
            Command::Report(arguments) => commands::report::run(&arguments),
            Command::Lab(command) => commands::lab::run(command).await,
        }
    });
    // A connection that hangs must not keep a finished command from ending.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {}", error.message);
            eprintln!("help:  {}", error.help);
            ExitCode::from(2)
        }
    }
}
