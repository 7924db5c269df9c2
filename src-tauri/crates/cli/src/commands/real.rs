mod migrate;
mod print;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use stegvis_api::dto::{
    AppEvent, DirectoryDto, MailDto, PlacesView, PreflightView, SignInState, SourceDto, TrustDto,
};
use stegvis_api::sign_in::Cloud;
use stegvis_api::{App, Error, Events, Farewells, TypedPassword};

use super::files::read_pem;
use super::project::RealFolder;
use super::tenant::open_browser;
use crate::terminal::{Rehearsal, print_json};

/// A real migration's project: what it is connected to, its checks, its copying. Passwords come from STEGVIS_SOURCE_PASSWORD,
/// STEGVIS_DIRECTORY_PASSWORD and STEGVIS_MAIL_PASSWORD, and are kept in this computer's keychain. Exit code 0 when all is
/// well, 1 when something is missing, 2 when nothing could begin.
#[derive(Debug, clap::Subcommand)]
pub enum ProjectCommand {
    /// Make one.
    New {
        #[command(flatten)]
        project: RealFolder,
        /// The company's name.
        #[arg(long)]
        name: String,
        /// Who gets the status mail.
        #[arg(long, value_name = "ADDRESS")]
        notify: Option<String>,
    },
    /// Show what it is connected to.
    Show(RealFolder),
    /// Say where the old server is.
    Source {
        #[command(flatten)]
        project: RealFolder,
        #[command(flatten)]
        server: Server,
        /// The account that opens the mailboxes, as DOMAIN/ACCOUNT.
        #[arg(long)]
        account: String,
    },
    /// Say where the old directory is.
    Directory {
        #[command(flatten)]
        project: RealFolder,
        #[command(flatten)]
        server: Server,
        /// The account, as DOMAIN\ACCOUNT or ACCOUNT@DOMAIN.
        #[arg(long)]
        account: String,
        /// Where to look; by default the controller's whole domain.
        #[arg(long, value_name = "DN")]
        base_dn: Option<String>,
    },
    /// Say how our own mail is sent: through Graph, where no server is named.
    Mail {
        #[command(flatten)]
        project: RealFolder,
        /// Who it is from.
        #[arg(long)]
        from: String,
        /// The mail server, as HOST:PORT.
        #[arg(long, value_name = "HOST:PORT")]
        smtp: Option<String>,
        /// Who hands it in there.
        #[arg(long, requires = "smtp")]
        account: Option<String>,
        /// TLS from the first byte, in place of STARTTLS.
        #[arg(long, requires = "smtp")]
        implicit_tls: bool,
        #[command(flatten)]
        trust: Trusted,
    },
    /// Sign in to the project's tenant: in the browser, on another device, or as the application with its certificate.
    SignIn(SignInArguments),
    /// Sign out.
    SignOut(RealFolder),
    /// Make the application's certificate; the file to upload is in the project's folder.
    Certificate {
        #[command(flatten)]
        project: RealFolder,
        /// Make another one where there is one.
        #[arg(long)]
        replace: bool,
    },
    /// Run every check of the preflight.
    Check(RealFolder),
    /// Copy mailboxes from this computer: choose them, test and keep the endpoint, start, and wait until all is at rest.
    Migrate {
        #[command(flatten)]
        project: RealFolder,
        /// These mailboxes; those chosen before, where none is named.
        #[arg(long, num_args = 1.., value_name = "ADDRESS")]
        only: Vec<String>,
    },
}

#[derive(Debug, Clone, clap::Args)]
pub struct Server {
    /// Its name or address; of a directory, several with commas between.
    #[arg(long)]
    host: String,
    /// Its port.
    #[arg(long)]
    port: u16,
    /// STARTTLS in place of TLS from the first byte.
    #[arg(long)]
    starttls: bool,
    #[command(flatten)]
    trust: Trusted,
}

impl Server {
    fn security(&self) -> String {
        let name = match self.starttls {
            true => "StartTls",
            false => "ImplicitTls",
        };
        name.to_owned()
    }
}

#[derive(Debug, Clone, clap::Args)]
pub struct Trusted {
    /// A certificate authority to trust besides the system's, in PEM.
    #[arg(long, value_name = "FILE", conflicts_with = "pin")]
    ca: Option<PathBuf>,
    /// The SHA-256 fingerprint of the one certificate that is good.
    #[arg(long, value_name = "FINGERPRINT")]
    pin: Option<String>,
}

impl Trusted {
    fn trust(&self) -> Result<TrustDto, Error> {
        Ok(match (&self.ca, &self.pin) {
            (Some(file), _) => TrustDto::Authority {
                pem: read_pem(file)?,
            },
            (None, Some(pin)) => TrustDto::Pinned {
                fingerprint: pin.clone(),
            },
            (None, None) => TrustDto::System,
        })
    }
}

#[derive(Debug, clap::Args)]
pub struct SignInArguments {
    #[command(flatten)]
    project: RealFolder,
    /// On another device, with a code. Many tenants forbid it.
    #[arg(long, conflicts_with = "certificate")]
    device: bool,
    /// As the application, with the certificate that was made in this project.
    #[arg(long, requires = "tenant")]
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
    /// The address of another cloud than Microsoft's, such as a practice tenant's.
    #[arg(long, value_name = "URL")]
    cloud: Option<String>,
    /// IMAP of that cloud.
    #[arg(long, value_name = "HOST:PORT", requires = "cloud")]
    cloud_imap: Option<String>,
    /// A certificate authority to trust there besides the system's, in PEM.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// The password of an environment variable, where no process list shows it.
fn password(name: &str) -> Option<TypedPassword> {
    std::env::var(name).ok().map(TypedPassword::from)
}

pub async fn run(command: ProjectCommand) -> Result<bool, Error> {
    let folder = command.folder().clone();
    let shown = Rehearsal::new(folder.json);
    let app = match &command {
        ProjectCommand::New { name, .. } => folder.make(&shown, name).await?,
        ProjectCommand::SignIn(arguments) => arguments.open(&shown).await?,
        _ => folder.open(&shown).await?,
    };
    let done = match &command {
        ProjectCommand::Check(_) => migrate::check(&app, folder.json).await,
        ProjectCommand::Migrate { only, .. } => {
            migrate::migrate(&app, only, &shown, folder.json).await
        }
        _ => shown_after(&app, &command)
            .await
            .and_then(|(view, checks)| {
                if folder.json {
                    print_json(&Connected {
                        places: &view,
                        checks: (&checks).into(),
                    })?;
                } else {
                    print::places(&view);
                    print::checks(&checks);
                }
                Ok(true)
            }),
    };
    shown.finish();
    app.close_project().await?;
    done
}

impl ProjectCommand {
    const fn folder(&self) -> &RealFolder {
        match self {
            Self::New { project, .. }
            | Self::Show(project)
            | Self::Source { project, .. }
            | Self::Directory { project, .. }
            | Self::Mail { project, .. }
            | Self::SignOut(project)
            | Self::Certificate { project, .. }
            | Self::Check(project)
            | Self::Migrate { project, .. } => project,
            Self::SignIn(arguments) => &arguments.project,
        }
    }
}

/// What the project is connected to, and whether what the checks found is still of that.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Connected<'a> {
    #[serde(flatten)]
    places: &'a PlacesView,
    checks: Checks<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Checks<'a> {
    ran_at: Option<&'a str>,
    of_before: bool,
}

impl<'a> From<&'a PreflightView> for Checks<'a> {
    fn from(view: &'a PreflightView) -> Self {
        Self {
            ran_at: view.ran_at.as_deref(),
            of_before: view.of_before,
        }
    }
}

async fn shown_after(
    app: &App,
    command: &ProjectCommand,
) -> Result<(PlacesView, PreflightView), Error> {
    let view = connect(app, command).await?;
    Ok((view, app.preflight_view().await?))
}

async fn connect(app: &App, command: &ProjectCommand) -> Result<PlacesView, Error> {
    match command {
        ProjectCommand::New { notify, .. } => match notify {
            Some(address) => app.set_notify(Some(address.clone())).await,
            None => app.places_view().await,
        },
        ProjectCommand::Source {
            server, account, ..
        } => {
            let source = SourceDto {
                host: server.host.clone(),
                port: server.port,
                security: server.security(),
                account: account.clone(),
                trust: server.trust.trust()?,
            };
            app.set_source(source, password("STEGVIS_SOURCE_PASSWORD"))
                .await
        }
        ProjectCommand::Directory {
            server,
            account,
            base_dn,
            ..
        } => {
            let directory = DirectoryDto {
                hosts: server.host.split(',').map(str::to_owned).collect(),
                port: server.port,
                security: server.security(),
                account: account.clone(),
                base_dn: base_dn.clone(),
                trust: server.trust.trust()?,
            };
            app.set_directory(directory, password("STEGVIS_DIRECTORY_PASSWORD"))
                .await
        }
        ProjectCommand::Mail {
            from,
            smtp,
            account,
            implicit_tls,
            trust,
            ..
        } => {
            let mail = match smtp {
                None => MailDto::Graph { from: from.clone() },
                Some(server) => {
                    let (host, port) = host_and_port(server)?;
                    let security = if *implicit_tls {
                        "ImplicitTls"
                    } else {
                        "StartTls"
                    };
                    MailDto::Smtp {
                        host,
                        port,
                        security: security.to_owned(),
                        account: account.clone(),
                        from: from.clone(),
                        trust: trust.trust()?,
                    }
                }
            };
            app.set_mail(Some(mail), password("STEGVIS_MAIL_PASSWORD"))
                .await
        }
        ProjectCommand::SignIn(arguments) => arguments.sign_in(app).await,
        ProjectCommand::SignOut(_) => app.sign_out().await,
        ProjectCommand::Certificate { replace, .. } => app.make_certificate(*replace).await,
        ProjectCommand::Show(_) | ProjectCommand::Check(_) | ProjectCommand::Migrate { .. } => {
            app.places_view().await
        }
    }
}

fn host_and_port(server: &str) -> Result<(String, u16), Error> {
    server
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)))
        .ok_or_else(|| {
            Error::new(
                stegvis_api::ErrorCode::InvalidInput,
                format!("{server} is no host and port"),
                "Give it as HOST:PORT.",
            )
        })
}

/// Tells where to go and what to type there, once, beside everything else that is told.
fn telling(events: Events) -> Events {
    let told = AtomicBool::new(false);
    Arc::new(move |event| {
        if let AppEvent::Places { view } = &event
            && let SignInState::Device { address, code, .. } = &view.sign_in
            && !told.swap(true, Ordering::Relaxed)
        {
            eprintln!("Open {address} on any device and type {code}");
        }
        events(event);
    })
}

impl SignInArguments {
    async fn open(&self, shown: &Rehearsal) -> Result<App, Error> {
        let ca = self.ca.as_deref().map(read_pem).transpose()?;
        let mut cloud = self.cloud.as_deref().map_or_else(Cloud::default, Cloud::at);
        if let Some(imap) = &self.cloud_imap {
            cloud.imap.clone_from(imap);
        }
        let app = self
            .project
            .app(telling(shown.events()))
            .with_cloud(cloud, ca);
        self.project.enter(app).await
    }

    async fn sign_in(&self, app: &App) -> Result<PlacesView, Error> {
        let tenant = self.tenant.as_deref();
        if let (true, Some(tenant)) = (self.certificate, tenant) {
            return app.sign_in_certificate(&self.client_id, tenant).await;
        }
        if self.device {
            return app.sign_in_device(&self.client_id, tenant).await;
        }
        let farewells = Farewells {
            done: "You are signed in. You can close this page and go back to Stegvis.".to_owned(),
            refused: "You are not signed in. Stegvis tells why.".to_owned(),
        };
        let quiet = self.no_browser;
        let open = move |address: &str| {
            eprintln!("Sign in in the browser: {address}");
            if !quiet {
                open_browser(address);
            }
        };
        app.sign_in_browser(&self.client_id, tenant, farewells, open)
            .await
    }
}
