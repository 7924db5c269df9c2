//! The practice organisation: a company on loopback, with an old Exchange server, an Active Directory, a
//! tenant and a mail sink. It speaks the real protocols over real sockets with TLS, so that the wizard
//! runs the very code it runs in earnest, and it judges the result by itself.
//!
//! May import: `stegvis-wire` and `stegvis-model`, and today needs neither. Never `engine`, `journal`,
//! `connect` or `api`: the judge shares no brain with the accused.
//!
//! The directory is an Active Directory with an Exchange organisation of 2007, or of 2003, in it. It answers as
//! Samba's domain controller was seen to, and as Microsoft documents where Samba is more lenient: modifications are
//! all or nothing and refused with the same codes, links are seen from both ends, long lists come in ranges, what
//! an account may write is computed when it is asked for. A user converted to a mail user loses the mailbox on
//! the old server at once, and has it again when the object is as it was; the judge compares every attribute of
//! every mailbox with what it was and with what Microsoft's conversion makes of it.
//!
//! The tenant has Microsoft's migration service, simulated: it drops bad rows, makes mailboxes, lets the old ones
//! forward, copies, skips what is too large, stalls and fails in the real service's words. What goes wrong follows from
//! the fault script, or is ordered: by [`Lab::order`], or from outside on the control port. What the judge excuses for
//! its size it knows from the corpus and from the tenant's own limits.
//!
//! The company's zone and a resolver in front of it answer like any others; its DNS host changes it when it is told to.
//!
//! Deliberately absent: EWS and WebDAV, delivery of mail, making and
//! removing directory objects, sign-ins to the directory other than a simple bind, filters on bytes that are no
//! text, deleting or changing what stands in a target mailbox, and any way to change what a source mailbox holds.
//!
//! The source follows from the seed. What changes (the tenant's mailboxes, the directory's attributes,
//! licences, sunk mails) is an append-only log in the lab's folder, so that the process may be killed at
//! any moment and a start in the same folder gives the same world. Only the ports may differ.

mod ca;
mod company;
mod control;
mod corpus;
mod details;
mod dns;
mod error;
mod faults;
mod imap;
mod item;
mod judge;
mod ldap;
mod migration;
mod net;
mod orders;
mod org;
mod script;
mod seed;
mod smtp;
mod store;
mod subject;
mod tenant;
mod wire;
mod world;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::corpus::Corpus;
use crate::details::{Ports, details};
use crate::faults::{Faults, Side};
use crate::net::Security;
use crate::store::{Identity, Store};
use crate::world::World;

pub use company::Company;
pub use control::tell;
pub use corpus::CorpusSize;
pub use details::{
    DirectoryDetails, DnsDetails, LabDetails, MailboxDetails, SmtpDetails, SourceDetails,
    TenantDetails,
};
pub use dns::DnsStep;
pub use error::LabError;
pub use faults::FaultScript;
pub use judge::{DirectoryState, MailboxVerdict, SunkMail, Verdict};
pub use orders::Order;
pub use org::{Hurdle, MailboxKind, SourceVersion};
pub use script::TenantScript;

/// The name of [`LabOptions::endpoint`].
pub const ENDPOINT: &str = "Nordvik";
/// How long the servers' connections have to end when the organisation stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// What organisation to start.
#[derive(Debug, Clone)]
pub struct LabOptions {
    /// How many mailboxes, in whose way stands what the kind of company says.
    pub mailboxes: u32,
    /// What everything random follows from.
    pub seed: u64,
    /// What goes wrong. May differ from start to start.
    pub faults: FaultScript,
    /// Where the state lives.
    pub dir: PathBuf,
    /// How much mail a mailbox holds.
    pub size: CorpusSize,
    /// How the tenant behaves. May differ from start to start.
    pub tenant: TenantScript,
    /// What kind of company it is.
    pub company: Company,
    /// More mailboxes, one for each [`Hurdle`].
    pub hurdles: bool,
    /// An endpoint of the migration service, called [`ENDPOINT`], which the administrator has made in the admin centre,
    /// for so many mailboxes at once. Made at a start where there is none of that name.
    pub endpoint: Option<u32>,
    /// Whether a port is opened on which a test outside this process may order what goes wrong, line by line.
    pub control: bool,
    /// What the old server and its directory are.
    pub source: SourceVersion,
}

impl LabOptions {
    /// The organisation whose state lives in `dir`, as it was made; `None` where there is none.
    pub fn of_world(dir: &Path) -> Result<Option<Self>, LabError> {
        Ok(store::identity(dir)?.map(|identity| Self {
            mailboxes: identity.mailboxes,
            seed: identity.seed,
            size: identity.size,
            hurdles: identity.hurdles,
            source: identity.source,
            company: identity.company,
            ..Self::new(dir)
        }))
    }

    /// Ten small mailboxes of Exchange 2007, no faults, no hurdles.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            mailboxes: 10,
            seed: 7,
            faults: FaultScript::None,
            dir: dir.into(),
            size: CorpusSize::Small,
            tenant: TenantScript::default(),
            company: Company::Ordinary,
            hurdles: false,
            endpoint: None,
            control: false,
            source: SourceVersion::Exchange2007,
        }
    }
}

/// The practice organisation, running.
pub struct Lab {
    world: Arc<World>,
    details: LabDetails,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Lab {
    /// Starts every server on a free loopback port, with a certificate of its own authority.
    pub async fn start(options: LabOptions) -> Result<Self, LabError> {
        let identity = Identity {
            mailboxes: options.mailboxes,
            seed: options.seed,
            size: options.size,
            hurdles: options.hurdles,
            source: options.source,
            company: options.company,
        };
        options.company.check(options.mailboxes)?;
        let store = open(&options.dir, identity).await?;
        let certificates = ca::certificates(&options.dir)?;
        let personas = org::personas(
            options.seed,
            options.mailboxes,
            options.company,
            options.hurdles,
        );
        let corpus = Corpus::new(options.seed, options.size, &personas);
        let faults = Faults::new(options.faults, options.seed);
        let world = Arc::new(World::new(
            options.seed,
            options.source,
            personas,
            corpus,
            store,
            faults,
            options.tenant,
        ));
        let receives = options.tenant.max_receive_size;
        world
            .receive(receives.min(options.company.max_receive_size()))
            .and_then(|()| world.born_mailboxes())
            .and_then(|()| {
                options
                    .endpoint
                    .map_or(Ok(()), |at_once| world.endpoint(ENDPOINT, at_once, false))
            })
            .map_err(LabError::io("the log"))?;

        let bind = || async { net::bind().await.map_err(LabError::io("a loopback port")) };
        let source = bind().await?;
        let source_start_tls = bind().await?;
        let target = bind().await?;
        let directory = bind().await?;
        let directory_start_tls = bind().await?;
        let tenant = bind().await?;
        let smtp = bind().await?;
        let smtp_implicit = bind().await?;
        let dns_bind = || async { dns::bind().await.map_err(LabError::io("a loopback port")) };
        let authoritative = dns_bind().await?;
        let resolver = dns_bind().await?;
        let control = match options.control {
            true => Some(bind().await?),
            false => None,
        };
        let ports = Ports {
            control: control.as_ref().map(|(_, port)| *port),
            source: source.1,
            source_start_tls: source_start_tls.1,
            target: target.1,
            directory: directory.1,
            directory_start_tls: directory_start_tls.1,
            tenant: tenant.1,
            smtp: smtp.1,
            smtp_implicit: smtp_implicit.1,
            dns_authoritative: authoritative.port,
            dns_resolver: resolver.port,
        };

        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let acceptor = &certificates.acceptor;
        for ((listener, _), side, security) in [
            (source, Side::Source, Security::Implicit),
            (source_start_tls, Side::Source, Security::StartTls),
            (target, Side::Target, Security::Implicit),
        ] {
            let (world, acceptor) = (Arc::clone(&world), acceptor.clone());
            net::serve(&tasks, &stop, listener, move |socket| {
                imap::serve(Arc::clone(&world), side, security, acceptor.clone(), socket)
            });
        }
        for ((listener, _), security) in [
            (smtp, Security::StartTls),
            (smtp_implicit, Security::Implicit),
        ] {
            let (world, acceptor) = (Arc::clone(&world), acceptor.clone());
            net::serve(&tasks, &stop, listener, move |socket| {
                smtp::serve(Arc::clone(&world), security, acceptor.clone(), socket)
            });
        }
        for ((listener, _), security) in [
            (directory, Security::Implicit),
            (directory_start_tls, Security::StartTls),
        ] {
            let (world, acceptor) = (Arc::clone(&world), acceptor.clone());
            net::serve(&tasks, &stop, listener, move |socket| {
                ldap::serve(Arc::clone(&world), security, acceptor.clone(), socket)
            });
        }
        {
            let router = tenant::router(Arc::clone(&world), ports.tenant);
            let acceptor = acceptor.clone();
            net::serve(&tasks, &stop, tenant.0, move |socket| {
                tenant::serve(router.clone(), acceptor.clone(), socket)
            });
        }
        dns::start(&world, authoritative, resolver, &tasks, &stop);
        if let Some((listener, _)) = control {
            let world = Arc::clone(&world);
            net::serve(&tasks, &stop, listener, move |socket| {
                control::serve(Arc::clone(&world), socket)
            });
        }
        tasks.spawn(migration::serve(
            Arc::clone(&world),
            format!("https://localhost:{}", ports.tenant),
            stop.clone(),
        ));
        let details = details(&world, &certificates, &ports);
        Ok(Self {
            world,
            details,
            stop,
            tasks,
        })
    }

    /// Everything an outside client needs to know.
    #[must_use]
    pub const fn details(&self) -> &LabDetails {
        &self.details
    }

    /// An administrator takes back the consent that the application was given: no token is renewed any more.
    pub fn withdraw_consent(&self) -> Result<(), LabError> {
        let done = self.world.withdraw_consent();
        done.map_err(LabError::io("the log"))
    }

    /// An administrator consents again.
    pub fn give_consent(&self) -> Result<(), LabError> {
        self.world.give_consent().map_err(LabError::io("the log"))
    }

    /// From now on the admin interface wants, or no longer wants, tokens that were asked for with the claims of its
    /// challenge.
    pub fn demand_claims(&self, demand: bool) {
        self.world.demand_claims(demand);
    }

    /// Orders something to go wrong, once.
    pub fn order(&self, order: Order) {
        self.world.orders.add(order);
    }

    /// So many days pass for the migration service, at once: it stops and removes what nobody looks after.
    pub fn pass_days(&self, days: u32) -> Result<(), LabError> {
        self.world.pass_days(days).map_err(LabError::io("the log"))
    }

    /// The company's DNS host makes a change.
    pub fn change_dns(&self, step: DnsStep) -> Result<(), LabError> {
        self.world.change_dns(step).map_err(LabError::io("the log"))
    }

    /// A test mail that somebody outside sends to a mailbox of the company, as it came there: it went the way that
    /// the zone says now.
    pub fn test_mail(&self, to: &str) -> Result<String, LabError> {
        dns::test_mail(&self.world, to).ok_or_else(|| {
            let nobody = std::io::Error::from(std::io::ErrorKind::NotFound);
            LabError::io(to)(nobody)
        })
    }

    /// How many requests the tenant has had since the start, sign-ins included.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.world.faults.requests()
    }

    /// With which password somebody of the company signs in to the tenant.
    #[must_use]
    pub fn password_of(&self, alias: &str) -> String {
        org::password(self.world.seed, alias)
    }

    /// An administrator takes out of a mailbox's way what stands in it: a mail user that is missing, or the protection of
    /// its account. Fails for any other mailbox.
    pub fn mend(&self, address: &str) -> Result<(), LabError> {
        self.world.mend(address).map_err(LabError::io(address))
    }

    /// The application's registration gets a certificate, in DER.
    pub fn register_certificate(&self, der: &[u8]) -> Result<(), LabError> {
        let certificate = base64::engine::general_purpose::STANDARD.encode(der);
        let record = store::Record::CertificateRegistered { certificate };
        self.world
            .store
            .note(record)
            .map_err(LabError::io("the log"))
    }

    /// The administrator makes an endpoint in the admin centre, which is how one is made where nothing else is known to
    /// work: over Outlook Anywhere, with the account that migrates, so many mailboxes at once.
    pub fn make_migration_endpoint(&self, name: &str, at_once: u32) -> Result<(), LabError> {
        let made = self.world.endpoint(name, at_once, true);
        made.map_err(LabError::io("the log"))
    }

    /// Compares the old server's mailboxes with the tenant's, item by item. Fails only where the lab's own
    /// folder cannot be read.
    pub async fn judge(&self) -> Result<Verdict, LabError> {
        let dir = self.world.store.dir().to_owned();
        Self::judge_aside(dir).await
    }

    /// The mails in the sink, as they were handed in, in the order of their arrival.
    pub fn sunk(&self) -> Result<Vec<Vec<u8>>, LabError> {
        judge::sunk(&self.world)
    }

    /// [`Self::judge`] from the folder alone, whether or not the organisation runs.
    pub fn judge_dir(dir: &Path) -> Result<Verdict, LabError> {
        judge::judge_dir(dir)
    }

    /// Reading and hashing every message takes its time: not on a thread that serves connections.
    async fn judge_aside(dir: PathBuf) -> Result<Verdict, LabError> {
        tokio::task::spawn_blocking(move || judge::judge_dir(&dir))
            .await
            .unwrap_or_else(|error| Err(LabError::Damaged(error.to_string())))
    }

    /// Ends every connection and closes every port.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        // Connections end at once when told to; one that does not is left to the runtime's end.
        let _ = tokio::time::timeout(FAREWELL, self.tasks.wait()).await;
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Opens the world. A process that was killed a moment ago may hold its lock for an instant: try again.
async fn open(dir: &Path, identity: Identity) -> Result<Store, LabError> {
    for _ in 0..20 {
        match Store::open(dir, identity) {
            Err(LabError::InUse(_)) => tokio::time::sleep(Duration::from_millis(50)).await,
            result => return result,
        }
    }
    Store::open(dir, identity)
}
