mod print;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use stegvis_api::Error;
use stegvis_api::sign_in::{
    Cloud, DeviceInstructions, Remembered, SignInWay, TenantAccess, TenantPlace, app_guide,
    forget_certificate, make_certificate, sign_in, sign_out,
};

use super::copy::data_folder;
use super::files::read_pem;
use crate::terminal::print_json;

/// The tenant. Exit code 0 when all is well, 1 when something is missing, 2 when nobody is signed in or the tenant refuses.
/// The sign-in is kept in this computer's keychain.
#[derive(Debug, clap::Subcommand)]
pub enum TenantCommand {
    /// Show how to register the application, with the exact values to type, and what to remove in the end.
    App {
        /// The tenant's id, to stand in the values.
        #[arg(long)]
        tenant: Option<String>,
        /// The application's id, to stand in the values.
        #[arg(long)]
        client_id: Option<String>,
        /// Print it as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Make the application's certificate: the private key stays in the keychain, the file is for upload.
    Certificate {
        /// Where to write it.
        #[arg(long, default_value = "stegvis.cer")]
        file: PathBuf,
        /// For how many days it is good.
        #[arg(long, default_value_t = 180, value_parser = clap::value_parser!(u32).range(1..=730))]
        days: u32,
        /// Make another one where there is one.
        #[arg(long)]
        replace: bool,
        /// Print it as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Sign in: in the browser, on another device, or as the application with its certificate.
    SignIn(SignInArguments),
    /// Ask for each permission whether it is there, by a call that changes nothing.
    Probe {
        /// Print it as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Tell what is true in the tenant: organisation, directory synchronisation, domains, licences, users, recipients.
    Facts {
        /// Print it as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Sign out: take the sign-in out of the keychain.
    SignOut {
        /// Take the certificate's private key out too.
        #[arg(long)]
        certificate: bool,
        /// Print it as one JSON object.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
pub struct SignInArguments {
    /// On another device, with a code. Many tenants forbid it.
    #[arg(long, conflicts_with = "certificate")]
    device: bool,
    /// As the application, with the certificate made by `stegvis tenant certificate`.
    #[arg(long)]
    certificate: bool,
    /// Print the address, and open no browser.
    #[arg(long)]
    no_browser: bool,
    /// The tenant's id or one of its domains; by default whichever the person belongs to.
    #[arg(long)]
    tenant: Option<String>,
    /// The application (client) ID of the registration.
    #[arg(long)]
    client_id: String,
    /// The address of a practice tenant, in place of Microsoft's.
    #[arg(long, value_name = "URL")]
    authority: Option<String>,
    /// A certificate authority to trust besides the system's, in PEM.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Print who is signed in as one JSON object.
    #[arg(long)]
    json: bool,
}

pub async fn run(command: TenantCommand) -> Result<bool, Error> {
    match command {
        TenantCommand::App {
            tenant,
            client_id,
            json,
        } => {
            let guide = app_guide(tenant.as_deref(), client_id.as_deref());
            if json {
                print_json(&guide)?;
            } else {
                print::guide(&guide);
            }
            Ok(true)
        }
        TenantCommand::Certificate {
            file,
            days,
            replace,
            json,
        } => {
            let made = make_certificate(&remembered()?, &file, days, replace).await?;
            if json {
                print_json(&made)?;
            } else {
                print::certificate(&made);
            }
            Ok(true)
        }
        TenantCommand::SignIn(arguments) => signed_in(arguments).await,
        TenantCommand::Probe { json } => {
            let access = TenantAccess::resume(&remembered()?).await?;
            let probed = access.probe().await?;
            if json {
                print_json(&probed)?;
            } else {
                print::probed(&probed);
            }
            Ok(probed.ready)
        }
        TenantCommand::Facts { json } => {
            let access = TenantAccess::resume(&remembered()?).await?;
            let facts = access.facts().await?;
            if json {
                print_json(&facts)?;
            } else {
                print::who(&access.who());
                print::facts(&facts);
            }
            Ok(true)
        }
        TenantCommand::SignOut { certificate, json } => {
            let data = remembered()?;
            let was_signed_in = sign_out(&data).await?;
            let had_certificate = certificate && forget_certificate(&data).await?;
            if json {
                print_json(&serde_json::json!({
                    "signedOut": was_signed_in, "certificateForgotten": had_certificate,
                }))?;
            } else {
                println!(
                    "{}",
                    if was_signed_in {
                        "signed out"
                    } else {
                        "nobody was signed in"
                    }
                );
                if had_certificate {
                    println!("the certificate's key is not kept any more");
                }
            }
            Ok(true)
        }
    }
}

/// Where this person's sign-in is remembered.
fn remembered() -> Result<Remembered, Error> {
    Ok(Remembered::in_folder(&data_folder()?))
}

async fn signed_in(arguments: SignInArguments) -> Result<bool, Error> {
    let mut place = TenantPlace::new(arguments.tenant.as_deref(), &arguments.client_id)?;
    if let Some(address) = &arguments.authority {
        place.cloud = Cloud::at(address);
    }
    place.ca = arguments.ca.as_deref().map(read_pem).transpose()?;
    let way = if arguments.certificate {
        SignInWay::Certificate
    } else if arguments.device {
        SignInWay::Device {
            show: Box::new(|instructions: &DeviceInstructions| {
                eprintln!(
                    "Open {} on any device and type {}",
                    instructions.address, instructions.code
                );
            }),
        }
    } else {
        let quiet = arguments.no_browser;
        SignInWay::Browser {
            open: Box::new(move |address| {
                eprintln!("Sign in in the browser: {address}");
                if !quiet {
                    open_browser(address.as_str());
                }
            }),
            done: "You are signed in. You can close this page and go back to Stegvis.".to_owned(),
            refused: "You are not signed in. Stegvis tells why.".to_owned(),
        }
    };
    let view = sign_in(&remembered()?, &place, way).await?;
    if arguments.json {
        print_json(&view)?;
    } else {
        print::who(&view);
    }
    Ok(true)
}

/// Opens the system's browser. Where there is none the address has been printed.
pub fn open_browser(address: &str) {
    let (program, arguments): (&str, &[&str]) = if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    let started = Command::new(program)
        .args(arguments)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = started {
        tracing::debug!(%error, program, "no browser was opened");
    }
}
