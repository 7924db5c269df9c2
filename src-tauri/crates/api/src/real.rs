//! A real migration's project: made in a folder of its own, and connected part by part, each when a person says where it is.

mod change;
mod endpoint;
mod sign_in;
mod waits;

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use stegvis_connect::tls::client_config;
use stegvis_engine::preflight::ORDER;
use stegvis_journal::{Journal, JournalError, Tx};
use stegvis_model::{Engine, Security};
use tokio::sync::MutexGuard;

use crate::app::{REAL, holds_project};
use crate::certificate::server_certificate;
use crate::connections::person_opens_nothing;
use crate::dto::{
    AppEvent, CertificateQuestion, DirectoryDto, MailDto, PlacesView, ProjectKind, ProjectView,
    ServerCertificateView, SignedInDto, SourceDto, TrustDto,
};
use crate::places::{Places, security, smtp_address, trust};
use crate::prepare::{ABOUT_SOURCE, found_before};
use crate::project::{Project, key};
use crate::secrets::SecretName;
use crate::{App, Error, ErrorCode, TypedPassword};

pub use endpoint::ENDPOINT_PATIENCE;
pub use sign_in::Farewells;
pub(crate) use waits::Waits;

/// A name for a project's folder has at most so many letters.
const LONGEST_NAME: usize = 60;

impl App {
    /// Makes a real project in `folder`, or in one of its own beside the others, and opens it.
    pub async fn create_project(
        &self,
        name: String,
        folder: Option<PathBuf>,
    ) -> Result<ProjectView, Error> {
        let name = named(&name)?;
        let dir = match folder {
            Some(folder) => folder,
            None => free_folder(&self.data.join("projects"), &name),
        };
        let dir = std::path::absolute(&dir).map_err(|error| Error::cannot_write(&dir, &error))?;
        if holds_project(&dir) {
            return Err(Error::invalid(
                format!("{} holds a project already", dir.display()),
                "Open it, or choose another folder.",
            ));
        }
        std::fs::create_dir_all(&dir).map_err(|error| Error::cannot_write(&dir, &error))?;
        let journal = Journal::open(&dir.join(REAL))?;
        journal.transaction(|tx| {
            tx.set_setting(key::KIND, "Real")?;
            tx.set_setting(key::NAME, &name)?;
            Ok::<_, JournalError>(())
        })?;
        drop(journal);
        self.open_real(&dir).await
    }

    /// What the project is connected to.
    pub async fn places_view(&self) -> Result<PlacesView, Error> {
        self.project().await?.places_view().await
    }

    /// Names the company.
    pub async fn set_company(&self, name: String) -> Result<PlacesView, Error> {
        let name = named(&name)?;
        let change = |places: &mut Places| places.company = name;
        let project = self.project().await?;
        let view = project.change(change).await?;
        project.tell_project();
        Ok(view)
    }

    /// Says who gets the status mail; nobody where none is named.
    pub async fn set_notify(&self, address: Option<String>) -> Result<PlacesView, Error> {
        let address = address.filter(|address| !address.trim().is_empty());
        let notify = address.map(|text| smtp_address(&text)).transpose()?;
        let change = |places: &mut Places| places.notify = notify;
        self.project().await?.change(change).await
    }

    /// Says where the old server is. Without a password the kept one stays, for the same server and account.
    pub async fn set_source(
        &self,
        source: SourceDto,
        password: Option<TypedPassword>,
    ) -> Result<PlacesView, Error> {
        self.project().await?.set_source(source, password).await
    }

    /// Says where the old directory is. Without a password the kept one stays, for the same controllers and account.
    pub async fn set_directory(
        &self,
        directory: DirectoryDto,
        password: Option<TypedPassword>,
    ) -> Result<PlacesView, Error> {
        let project = self.project().await?;
        project.set_directory(directory, password).await
    }

    /// Says how our own mail is sent, or that none is.
    pub async fn set_mail(
        &self,
        mail: Option<MailDto>,
        password: Option<TypedPassword>,
    ) -> Result<PlacesView, Error> {
        self.project().await?.set_mail(mail, password).await
    }

    /// Looks at a server's certificate; nothing is trusted by that.
    pub async fn server_certificate(
        &self,
        question: CertificateQuestion,
    ) -> Result<ServerCertificateView, Error> {
        trusted(&question.trust)?;
        server_certificate(&question).await
    }
}

impl Project {
    /// A practice company is what it is.
    pub(crate) fn is_real(&self) -> Result<(), Error> {
        match self.places().kind {
            ProjectKind::Real => Ok(()),
            ProjectKind::Practice => Err(Error::invalid(
                "the practice company's connections are its own",
                "Make a project for a migration of your own.",
            )),
        }
    }

    /// Changes where things are, keeps it, and goes by it from now on. Never beside something that runs.
    pub(crate) async fn change(
        &self,
        change: impl FnOnce(&mut Places),
    ) -> Result<PlacesView, Error> {
        let still = self.stand_still().await?;
        self.change_held(still, change, |_| Ok(())).await
    }

    /// What is held while the connections change: nothing runs, and nothing begins.
    pub(crate) async fn stand_still(&self) -> Result<MutexGuard<'_, ()>, Error> {
        self.is_real()?;
        let still = self.changing.lock().await;
        self.nothing_moves()?;
        Ok(still)
    }

    /// Changes them, and in the journal what must change with them.
    pub(crate) async fn change_held(
        &self,
        still: MutexGuard<'_, ()>,
        change: impl FnOnce(&mut Places),
        also: impl FnOnce(&Tx<'_>) -> Result<(), JournalError>,
    ) -> Result<PlacesView, Error> {
        let mut places = Places::clone(&self.places());
        change(&mut places);
        self.go_by(places, also).await?;
        drop(still);
        self.tell_change().await
    }

    /// What is gone by now, told to everybody.
    async fn tell_change(&self) -> Result<PlacesView, Error> {
        let view = self.places_view().await?;
        (self.events)(AppEvent::Places { view: view.clone() });
        Ok(view)
    }

    /// Tells everybody that what the checks asked is connected otherwise.
    fn tell_unchecked(&self) {
        self.tell_project();
        match self.preflight_view() {
            Ok(view) => (self.events)(AppEvent::Preflight { view }),
            Err(error) => tracing::warn!(%error, "what the checks found could not be read"),
        }
    }

    fn nothing_moves(&self) -> Result<(), Error> {
        self.nothing_runs("Change the connections when it has ended or is stopped.")?;
        if self.busy() {
            return Err(Error {
                retry: true,
                ..Error::new(
                    ErrorCode::Running,
                    "licences or letters are on their way",
                    "Change the connections when that has ended or is stopped.",
                )
            });
        }
        if *self
            .checking
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
        {
            return Err(Error::new(
                ErrorCode::Running,
                "the checks are running",
                "Change the connections when they have ended.",
            ));
        }
        Ok(())
    }

    async fn set_source(
        &self,
        source: SourceDto,
        password: Option<TypedPassword>,
    ) -> Result<PlacesView, Error> {
        let source = SourceDto {
            host: server(&source.host, source.port)?,
            account: account(&source.account)?,
            ..source
        };
        protected(&source.security, &source.trust, &[source.host.as_str()])?;
        let (host, account) = (source.host.clone(), source.account.clone());
        let same = |places: &Places| {
            let before = places.source.as_ref();
            before.is_some_and(|before| (&before.host, &before.account) == (&host, &account))
        };
        let change = |places: &mut Places| places.source = Some(source);
        // What was tested was another server: that, too, is over at once or not at all.
        let untested = |tx: &Tx<'_>| {
            self.endpoint_tests().forget();
            found_before(tx, &ABOUT_SOURCE)?;
            tx.clear_setting(key::ENDPOINT_SAVED)
        };
        let view = self
            .change_typed(SecretName::Source, password, same, change, untested)
            .await?;
        self.tell_unchecked();
        Ok(view)
    }

    async fn set_directory(
        &self,
        directory: DirectoryDto,
        password: Option<TypedPassword>,
    ) -> Result<PlacesView, Error> {
        let hosts = directory
            .hosts
            .iter()
            .map(|host| server(host, directory.port))
            .collect::<Result<Vec<_>, _>>()?;
        if hosts.is_empty() {
            return Err(Error::invalid(
                "no domain controller is named",
                "Name one at least.",
            ));
        }
        let base_dn = directory.base_dn.map(|base| base.trim().to_owned());
        let directory = DirectoryDto {
            account: account(&directory.account)?,
            base_dn: base_dn.filter(|base| !base.is_empty()),
            hosts,
            ..directory
        };
        let names: Vec<&str> = directory.hosts.iter().map(String::as_str).collect();
        protected(&directory.security, &directory.trust, &names)?;
        let (hosts, account) = (directory.hosts.clone(), directory.account.clone());
        let same = |places: &Places| {
            let before = places.directory.as_ref();
            before.is_some_and(|before| {
                before.account == account && hosts.iter().all(|host| before.hosts.contains(host))
            })
        };
        let change = |places: &mut Places| places.directory = Some(directory);
        let unchecked = |tx: &Tx<'_>| found_before(tx, &ORDER);
        let view = self
            .change_typed(SecretName::Directory, password, same, change, unchecked)
            .await?;
        self.tell_unchecked();
        Ok(view)
    }

    async fn set_mail(
        &self,
        mail: Option<MailDto>,
        password: Option<TypedPassword>,
    ) -> Result<PlacesView, Error> {
        let mail = match mail {
            None => None,
            Some(MailDto::Graph { from }) => Some(MailDto::Graph {
                from: smtp_address(&from)?.to_string(),
            }),
            Some(MailDto::Smtp {
                host,
                port,
                security,
                account,
                from,
                trust,
            }) => {
                let host = server(&host, port)?;
                protected(&security, &trust, &[host.as_str()])?;
                let account = account.filter(|account| !account.trim().is_empty());
                let named = (host.clone(), account.clone());
                let mail = Some(MailDto::Smtp {
                    host,
                    port,
                    security,
                    account,
                    from: smtp_address(&from)?.to_string(),
                    trust,
                });
                if named.1.is_some() {
                    let same = |places: &Places| {
                        matches!(
                            &places.mail,
                            Some(MailDto::Smtp { host, account, .. })
                                if (host, account) == (&named.0, &named.1)
                        )
                    };
                    let change = |places: &mut Places| places.mail = mail;
                    return self
                        .change_typed(SecretName::Mail, password, same, change, |_| Ok(()))
                        .await;
                }
                mail
            }
        };
        self.change(|places| places.mail = mail).await
    }

    /// Keeps a secret. One that ends with the program is noted: a keychain that is there the next time may hold an older
    /// one, for another server.
    async fn keep_secret(&self, name: SecretName, secret: &SecretString) -> Result<(), Error> {
        let project = self.secrets_name();
        let outlives = self.secrets.keep(&project, name, secret).await;
        let key = key::secret_here(name);
        self.setting(|tx| {
            if outlives {
                tx.clear_setting(&key)
            } else {
                tx.set_setting(&key, "true")
            }
        })
    }

    /// What the project is connected to.
    pub(crate) async fn places_view(&self) -> Result<PlacesView, Error> {
        let (places, ports) = self.standing();
        let project = self.secrets_name();
        let kept = async |name| self.secrets.find(&project, name).await.is_some();
        let person = matches!(&ports.tenant_sign_in, Ok(sign_in) if sign_in.is_person());
        Ok(PlacesView {
            company: places.company.clone(),
            kind: places.kind,
            notify: places.notify.as_ref().map(ToString::to_string),
            source: places.source.clone(),
            source_password_kept: kept(SecretName::Source).await,
            directory: places.directory.clone(),
            directory_password_kept: kept(SecretName::Directory).await,
            mail: places.mail.clone(),
            mail_password_kept: kept(SecretName::Mail).await,
            signed_in: places.tenant.as_ref().map(|signed| {
                let view = signed.view();
                SignedInDto {
                    way: view.way.to_owned(),
                    name: view.name,
                    tenant_id: view.tenant_id,
                    client_id: view.client_id,
                }
            }),
            sign_in: self.waits.sign_in(),
            certificate: self.app_certificate().await,
            copy_trouble: (person && self.engine()? == Engine::Direct)
                .then(|| "personOpensNoMailbox".to_owned()),
        })
    }

    /// Whether this computer would find the mailboxes closed.
    pub(crate) fn may_copy(&self) -> Result<(), Error> {
        let ports = self.connections();
        let person = matches!(&ports.tenant_sign_in, Ok(sign_in) if sign_in.is_person());
        if person && self.engine()? == Engine::Direct {
            return Err(person_opens_nothing().error().into());
        }
        Ok(())
    }
}

fn named(name: &str) -> Result<String, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Error::invalid("there is no name", "Name the company."));
    }
    Ok(name.to_owned())
}

fn account(account: &str) -> Result<String, Error> {
    let account = account.trim();
    if account.is_empty() {
        return Err(Error::invalid(
            "there is no account",
            "Name the account that signs in there.",
        ));
    }
    Ok(account.to_owned())
}

fn server(host: &str, port: u16) -> Result<String, Error> {
    let host = host.trim();
    let odd = |c: char| c.is_whitespace() || c.is_control() || "/@".contains(c);
    if host.is_empty() || port == 0 || host.chars().any(odd) {
        return Err(Error::invalid(
            format!("{host}:{port} is no server"),
            "Give a name or an address, and a port.",
        ));
    }
    Ok(host.to_owned())
}

/// A trust that can be built, and a password in the clear on this computer only.
fn protected(name: &str, trusted_by: &TrustDto, hosts: &[&str]) -> Result<(), Error> {
    trusted(trusted_by)?;
    let here = |host: &&str| {
        *host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    };
    if security(name)? == Security::Plaintext && !hosts.iter().all(here) {
        return Err(Error::invalid(
            "a password goes without TLS on this computer only",
            "Choose TLS or STARTTLS.",
        ));
    }
    Ok(())
}

fn trusted(trusted_by: &TrustDto) -> Result<(), Error> {
    client_config(&trust(trusted_by))
        .map(drop)
        .map_err(|error| {
            Error::invalid(
                error.detail,
                "Give a fingerprint of 64 hexadecimal digits, or a certificate in PEM.",
            )
        })
}

/// A folder that nothing is in, named after the company.
fn free_folder(projects: &Path, name: &str) -> PathBuf {
    let word: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .take(LONGEST_NAME)
        .collect();
    let word = word.trim_matches('-');
    let word = if word.is_empty() { "project" } else { word };
    let first = projects.join(word);
    if !first.exists() {
        return first;
    }
    (2..u32::MAX)
        .map(|number| projects.join(format!("{word}-{number}")))
        .find(|folder| !folder.exists())
        .unwrap_or(first)
}
