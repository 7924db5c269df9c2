mod print;

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use secrecy::SecretString;
use stegvis_api::directory::{
    ChangeRequest, ChangedUser, CheckedMailbox, ConversionGate, DirectoryAccess, OldDirectory,
    Progress, SignIn, What, decode_bounce, exchange_version, forget, remember, remembered,
};
use stegvis_api::{Error, ErrorCode};
use tokio_util::sync::CancellationToken;

use super::copy::{data_folder, stop_on_interrupt};
use super::files::{read, read_pem};
use crate::terminal::print_json;

/// Exit code 0 when all is done, 1 when some mailboxes failed (each is named with its cause and remedy), 2 when
/// nothing could begin. The password comes from STEGVIS_DIRECTORY_PASSWORD, or from this computer's keychain.
#[derive(Debug, clap::Subcommand)]
pub enum DirectoryCommand {
    /// Tell what the directory holds, and what of it will bite.
    List {
        #[command(flatten)]
        access: Access,
        /// Print it as one JSON object.
        #[arg(long)]
        json: bool,
        /// Nothing is ever written by this command.
        #[arg(long)]
        dry_run: bool,
    },
    /// Prove that the account may write what forwarding and conversion write, mailbox by mailbox.
    Check {
        #[command(flatten)]
        access: Access,
        /// These mailboxes only.
        #[arg(long, num_args = 1.., value_name = "ADDRESS")]
        only: Vec<String>,
        /// Do not even write a value back over itself: believe what the controller says.
        #[arg(long)]
        dry_run: bool,
        /// Print it as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Send new mail to the cloud mailboxes (targetAddress).
    Forward {
        #[command(flatten)]
        access: Access,
        #[command(flatten)]
        to: To,
        #[command(flatten)]
        cloud: Cloud,
        /// Take it back instead, where this project wrote it.
        #[arg(long, conflicts_with = "cloud")]
        undo: bool,
    },
    /// Turn mailboxes into mail-enabled users: one first, and when it is proved, the rest.
    Convert {
        #[command(flatten)]
        access: Access,
        #[command(flatten)]
        to: To,
        #[command(flatten)]
        cloud: Cloud,
        #[command(flatten)]
        confirmed: Confirmed,
        /// The servers' version, where they do not tell it: 2003 or 2007.
        #[arg(long, value_name = "VERSION")]
        exchange: Option<String>,
        /// Take back what the last run converted, whole, instead.
        #[arg(long, conflicts_with_all = ["cloud", "only"])]
        roll_back: bool,
    },
    /// Give converted mailboxes back every attribute, as it was.
    Undo {
        #[command(flatten)]
        access: Access,
        #[command(flatten)]
        to: To,
    },
    /// Sign in with STEGVIS_DIRECTORY_PASSWORD and keep it in this computer's keychain, for every later command.
    Remember {
        #[command(flatten)]
        access: Access,
    },
    /// Take the password out of this computer's keychain.
    Forget {
        /// As it was remembered.
        #[arg(long)]
        server: String,
        /// As it was remembered.
        #[arg(long)]
        account: String,
    },
    /// Read the X500 address to add out of a bounce ("IMCEAEX-_O=...").
    DecodeBounce {
        /// The address, or the whole bounce; from standard input where it is not given.
        text: Option<String>,
        /// Print it as one JSON object.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
pub struct Access {
    /// ldaps://HOST[,HOST...][:PORT], ldap+starttls://..., or with --kerberos ldap://...
    #[arg(long)]
    server: String,
    /// user@domain, DOMAIN\user or a distinguished name.
    #[arg(long, required_unless_present = "kerberos")]
    account: Option<String>,
    /// Sign in as whoever is signed in to this computer.
    #[arg(long, conflicts_with = "account")]
    kerberos: bool,
    /// Where to look; by default the controller's whole domain.
    #[arg(long, value_name = "DN")]
    base_dn: Option<String>,
    /// A certificate authority to trust besides the system's, in PEM.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The SHA-256 fingerprint of the one certificate that is good.
    #[arg(long, value_name = "FINGERPRINT")]
    pin: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct To {
    /// Folder that remembers what was changed, with the backups; by default one for this server.
    #[arg(long)]
    project: Option<PathBuf>,
    /// These mailboxes only.
    #[arg(long, num_args = 1.., value_name = "ADDRESS")]
    only: Vec<String>,
    /// Say what would be written, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the outcome as one JSON object.
    #[arg(long)]
    json: bool,
    /// In a dry run, show the same as LDIF and for the Exchange Management Shell.
    #[arg(long)]
    show_commands: bool,
}

#[derive(Debug, Default, clap::Args)]
pub struct Cloud {
    /// What ExportO365UserInfo.ps1 wrote: LegacyExchangeDN,CloudEmailAddress,OnPremiseEmailAddress,MailboxGUID
    #[arg(long, value_name = "FILE.csv")]
    cloud: Option<PathBuf>,
    /// A host that the MX records of the routing domain name; together with --own-mail-host, loops are seen in them too.
    #[arg(long, num_args = 1.., value_name = "HOST")]
    routing_mx: Vec<String>,
    /// A host under which the old organisation takes mail.
    #[arg(long, num_args = 1.., value_name = "HOST")]
    own_mail_host: Vec<String>,
}

/// What only the administrator knows where the project holds no migration. Each is written down as your word.
#[derive(Debug, clap::Args)]
pub struct Confirmed {
    /// I say: everything in these mailboxes has been copied.
    #[arg(long)]
    confirm_synced: bool,
    /// I say: what was not copied may stay behind.
    #[arg(long)]
    confirm_signed: bool,
    /// I say: the cloud mailboxes exist and open.
    #[arg(long)]
    confirm_readable: bool,
}

pub async fn run(command: DirectoryCommand) -> Result<bool, Error> {
    match command {
        DirectoryCommand::List { access, json, .. } => {
            let list = open(&access).await?.list().await?;
            if json {
                print_json(&list)?;
            } else {
                print::list(&list);
            }
            Ok(true)
        }
        DirectoryCommand::Check {
            access,
            only,
            dry_run,
            json,
        } => {
            let pace = Pace::new(json);
            let tell = move |mailbox: &CheckedMailbox, done: usize, of: usize| {
                let outcome = if mailbox.is_well() { "ok" } else { "REFUSED" };
                pace.tell(&mailbox.email_address, outcome, done, of);
            };
            let check = open(&access).await?.check(&only, dry_run, &tell).await?;
            if json {
                print_json(&check)?;
            } else {
                print::check(&check);
            }
            Ok(check.refused == 0)
        }
        DirectoryCommand::Forward {
            access,
            to,
            cloud,
            undo,
        } => {
            let what = if undo {
                What::StopForwarding
            } else {
                What::Forward
            };
            change(what, &access, to, cloud, None, Vec::new()).await
        }
        DirectoryCommand::Convert {
            access,
            to,
            cloud,
            confirmed,
            exchange,
            roll_back,
        } => {
            let what = if roll_back {
                What::RollBack
            } else {
                What::Convert
            };
            let gates = confirmed.gates();
            change(what, &access, to, cloud, exchange, gates).await
        }
        DirectoryCommand::Undo { access, to } => {
            change(What::Undo, &access, to, Cloud::default(), None, Vec::new()).await
        }
        DirectoryCommand::Remember { access } => {
            let (Some(account), Some(password)) = (&access.account, given()) else {
                return Err(Error::new(
                    ErrorCode::InvalidInput,
                    "there is no password to remember",
                    "Give --account, and its password in STEGVIS_DIRECTORY_PASSWORD.",
                ));
            };
            // Only what opens the door is worth keeping.
            open(&access).await?;
            remember(&access.server, account, &password).await?;
            println!(
                "kept in this computer's keychain, for {account} at {}",
                access.server
            );
            Ok(true)
        }
        DirectoryCommand::Forget { server, account } => {
            forget(&server, &account).await?;
            println!("not kept any more");
            Ok(true)
        }
        DirectoryCommand::DecodeBounce { text, json } => {
            let found = decode_bounce(&text.map_or_else(standard_input, Ok)?)?;
            if json {
                print_json(&found)?;
            } else {
                for bounced in found {
                    println!("{}", bounced.x500);
                }
            }
            Ok(true)
        }
    }
}

async fn change(
    what: What,
    access: &Access,
    to: To,
    cloud: Cloud,
    exchange: Option<String>,
    confirmed: Vec<ConversionGate>,
) -> Result<bool, Error> {
    let request = ChangeRequest {
        what,
        project: match to.project {
            Some(project) => project,
            None => default_project(&access.server)?,
        },
        only: to.only,
        cloud: cloud.cloud.as_deref().map(read).transpose()?,
        routing_mx: cloud.routing_mx,
        own_mail_hosts: cloud.own_mail_host,
        dry_run: to.dry_run,
        exchange: exchange.as_deref().map(exchange_version).transpose()?,
        confirmed,
        by: access
            .account
            .clone()
            .unwrap_or_else(|| "the signed-in user".to_owned()),
    };
    let directory = open(access).await?;
    let stop: CancellationToken = stop_on_interrupt();
    let pace = Pace::new(to.json);
    let progress: Progress = Arc::new(move |user: &ChangedUser, done, of| {
        pace.tell(&user.email_address, user.outcome, done, of);
    });
    let report = directory.change(&request, &progress, &stop).await?;
    if to.json {
        print_json(&report)?;
    } else {
        print::report(&report, to.show_commands);
    }
    Ok(report.is_well())
}

async fn open(access: &Access) -> Result<OldDirectory, Error> {
    let sign_in = match &access.account {
        Some(account) => SignIn::Password {
            account: account.clone(),
            password: password(&access.server, account).await?,
        },
        None => SignIn::Kerberos,
    };
    OldDirectory::open(&DirectoryAccess {
        server: access.server.clone(),
        sign_in,
        base_dn: access.base_dn.clone(),
        ca: access.ca.as_deref().map(read_pem).transpose()?,
        pin: access.pin.clone(),
    })
    .await
}

/// The password of this run alone.
fn given() -> Option<SecretString> {
    let given = std::env::var("STEGVIS_DIRECTORY_PASSWORD").ok()?;
    Some(given.into())
}

async fn password(server: &str, account: &str) -> Result<SecretString, Error> {
    if let Some(given) = given() {
        return Ok(given);
    }
    remembered(server, account).await.ok_or_else(|| {
        Error::new(
            ErrorCode::InvalidInput,
            "the account's password is not given",
            "Set STEGVIS_DIRECTORY_PASSWORD, where no process list shows it; `stegvis directory remember` keeps it in the keychain.",
        )
    })
}

impl Confirmed {
    fn gates(&self) -> Vec<ConversionGate> {
        [
            (self.confirm_synced, ConversionGate::Synced),
            (self.confirm_signed, ConversionGate::SkippedSigned),
            (self.confirm_readable, ConversionGate::CloudMailboxReadable),
        ]
        .into_iter()
        .filter_map(|(given, gate)| given.then_some(gate))
        .collect()
    }
}

/// A line a mailbox, with how fast it goes and how long it will take. Silent under `--json`.
#[derive(Clone, Copy)]
struct Pace {
    begun: Instant,
    quiet: bool,
}

impl Pace {
    fn new(quiet: bool) -> Self {
        Self {
            begun: Instant::now(),
            quiet,
        }
    }

    fn tell(&self, address: &str, outcome: &str, done: usize, of: usize) {
        if self.quiet {
            return;
        }
        let seconds = self.begun.elapsed().as_secs_f64().max(0.001);
        let number = |count: usize| u32::try_from(count).map_or(f64::from(u32::MAX), f64::from);
        let rate = number(done) / seconds;
        let left = number(of.saturating_sub(done)) / rate.max(0.001);
        eprintln!(
            "{done:>5}/{of}  {address:<40} {outcome:<14} {rate:.1} a second, about {left:.0} s left"
        );
    }
}

/// The folder where data of this user's programs lives, and in it one for this server.
fn default_project(server: &str) -> Result<PathBuf, Error> {
    let plain: String = server
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    Ok(data_folder()?.join("directories").join(plain))
}

/// At most a megabyte: a bounce is not longer.
fn standard_input() -> Result<String, Error> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(1 << 20)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            Error::new(
                ErrorCode::InvalidInput,
                format!("standard input: {error}"),
                "Give the address as an argument.",
            )
        })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
