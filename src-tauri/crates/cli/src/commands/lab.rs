use std::path::PathBuf;

use stegvis_api::{Error, ErrorCode};
use stegvis_lab::{FaultScript, Lab, LabOptions, SourceVersion};

use super::copy::{data_folder, stop_on_interrupt};
use super::rehearse::Faults;
use crate::practice::{CompanyChoice, TenantArguments};

#[derive(Debug, clap::Subcommand)]
pub enum LabCommand {
    /// Start the practice organisation on this computer and keep it up until Ctrl-C.
    Serve(ServeArguments),
}

/// The old server and its directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum OldServer {
    /// Exchange 2007 with Service Pack 3.
    Exchange2007,
    /// Exchange 2003 with Service Pack 2.
    Exchange2003,
}

#[derive(Debug, clap::Args)]
pub struct ServeArguments {
    /// Mailboxes of the company.
    #[arg(long, default_value_t = 10)]
    mailboxes: u32,
    /// What everything random follows from.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// What goes wrong.
    #[arg(long, value_enum, default_value_t = Faults::None)]
    faults: Faults,
    /// What the old server is.
    #[arg(long, value_enum, default_value_t = OldServer::Exchange2007)]
    source: OldServer,
    /// More mailboxes, one for each thing that stands in the way of a migration.
    #[arg(long)]
    hurdles: bool,
    #[command(flatten)]
    tenant: TenantArguments,
    /// Open a loopback port on which a test orders what goes wrong, line by line; the ready-file names it as control.
    #[arg(long)]
    control: bool,
    /// Where its state lives; the same folder is the same company again.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Write one JSON object with every address, account and certificate that a client needs.
    #[arg(long)]
    ready_file: Option<PathBuf>,
}

impl ServeArguments {
    /// A folder name for the company that these make.
    fn world(&self) -> String {
        let mut name = format!("{}-{}", self.seed, self.mailboxes);
        if self.source == OldServer::Exchange2003 {
            name.push_str("-2003");
        }
        match self.tenant.company {
            CompanyChoice::Ordinary => {}
            CompanyChoice::Service => name.push_str("-service"),
            CompanyChoice::Provisioning => name.push_str("-provisioning"),
            CompanyChoice::FewLicences => name.push_str("-few-licences"),
        }
        if self.hurdles {
            name.push_str("-hurdles");
        }
        name
    }
}

pub async fn run(command: LabCommand) -> Result<bool, Error> {
    let LabCommand::Serve(arguments) = command;
    let dir = match arguments.dir {
        Some(dir) => dir,
        None => data_folder()?.join("lab").join(arguments.world()),
    };
    let failed = |words: String| {
        Error::new(
            ErrorCode::Practice,
            words,
            "Name another folder with --dir.",
        )
    };
    let options = arguments.tenant.applied(LabOptions {
        mailboxes: arguments.mailboxes,
        seed: arguments.seed,
        faults: FaultScript::from(arguments.faults),
        hurdles: arguments.hurdles,
        control: arguments.control,
        source: match arguments.source {
            OldServer::Exchange2007 => SourceVersion::Exchange2007,
            OldServer::Exchange2003 => SourceVersion::Exchange2003,
        },
        ..LabOptions::new(dir)
    });
    let lab = Lab::start(options)
        .await
        .map_err(|error| failed(error.to_string()))?;
    let details =
        serde_json::to_string_pretty(lab.details()).map_err(|error| failed(error.to_string()))?;
    match &arguments.ready_file {
        Some(file) => {
            // Whole or not at all: whoever waits for the file may read it the moment it appears.
            let partial = file.with_extension("partial");
            std::fs::write(&partial, &details)
                .and_then(|()| std::fs::rename(&partial, file))
                .map_err(|error| failed(format!("{}: {error}", file.display())))?;
            eprintln!(
                "the practice organisation is up; {} tells where",
                file.display()
            );
        }
        None => println!("{details}"),
    }
    stop_on_interrupt().cancelled().await;
    lab.stop().await;
    Ok(true)
}
