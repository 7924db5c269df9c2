//! A real Active Directory for a test: Debian's Samba as a domain controller with the Exchange attributes, an
//! Exchange organisation and its mailboxes. Own folder, own loopback address, no system service; gone on drop.

mod dump;
mod golden;
mod ldif;
mod organization;
mod people;
mod schema;

use std::fs;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};
use tempfile::TempDir;

pub use people::{Person, What};

/// Where the domain is.
pub const BASE: &str = "DC=nordvik,DC=local";
const CONFIGURATION: &str = "CN=Configuration,DC=nordvik,DC=local";
/// The controller's name; only its certificate and Kerberos know it, no name server does.
pub const CONTROLLER: &str = "dc1.nordvik.local";
/// The account that migrates: it may write what forwarding and conversion change below `OU=Staff`, and nothing else.
pub const MIGRATION: &str = "migration";
/// The account that may do everything.
pub const ADMINISTRATOR: &str = "administrator";
/// The password of every account that has one.
const PASSWORD: &str = "Sommar-2015";

/// Which Exchange the forest has been prepared for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// No recipient types in the schema, no accepted domains; a resource is a disabled account that stands for itself.
    V2003,
    /// Exchange 2007 SP3.
    V2007,
}

/// How the forest begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forest {
    /// Which Exchange.
    pub exchange: Exchange,
    /// How many mailboxes, the particular ones included.
    pub mailboxes: usize,
}

impl Default for Forest {
    fn default() -> Self {
        Self {
            exchange: Exchange::V2007,
            mailboxes: 60,
        }
    }
}

/// A running domain controller: LDAP on 389 (TLS demanded), LDAPS on 636, the global catalogue on 3268 and 3269,
/// Kerberos on 88, all on an address of its own.
pub struct Samba {
    /// Its address, of 127.0.53.0/24.
    pub host: String,
    /// How the forest began.
    pub forest: Forest,
    child: Option<Child>,
    folder: TempDir,
    _reserved: TcpListener,
}

impl Samba {
    /// Starts a controller of a fresh forest. The first test ever takes the time to make the forest.
    pub fn start(forest: Forest) -> Self {
        let root = golden::output(Command::new("id").arg("-u")).trim() == "0";
        assert!(
            root,
            "a domain controller's ports and file attributes are root's: run this test as root, as in a container"
        );
        let image = golden::image(forest);
        let (host, reserved) = reserve();
        let folder = tempfile::Builder::new()
            .prefix("stegvis-samba-")
            .tempdir_in(memory())
            .unwrap();
        golden::output(
            Command::new("tar")
                .args(["--extract", "--sparse", "--file"])
                .arg(image)
                .arg("--directory")
                .arg(folder.path()),
        );
        configure(folder.path(), &host);
        certify(folder.path(), &host);
        let mut samba = Self {
            host,
            forest,
            child: None,
            folder,
            _reserved: reserved,
        };
        samba.resume();
        samba
    }

    /// The password of every account.
    pub const fn password() -> &'static str {
        PASSWORD
    }

    /// The name to bind with: `account@nordvik.local`.
    pub fn account(name: &str) -> String {
        format!("{name}@nordvik.local")
    }

    /// The authority that a client must trust, in PEM form. The certificate is for the address and [`CONTROLLER`].
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("private/tls/ca.pem")
    }

    /// Gets a Kerberos ticket for an account; a program with these variables in its environment has it.
    pub fn kerberos_ticket(&self, name: &str) -> Vec<(&'static str, String)> {
        let folder = self.folder.path();
        let configuration = folder.join("client-krb5.conf");
        let realm = "NORDVIK.LOCAL";
        fs::write(
            &configuration,
            format!(
                "[libdefaults]\n default_realm = {realm}\n dns_lookup_realm = false\n dns_lookup_kdc = false\n \
                 dns_canonicalize_hostname = false\n rdns = false\n[realms]\n {realm} = {{\n  kdc = {host}\n }}\n\
                 [domain_realm]\n .nordvik.local = {realm}\n nordvik.local = {realm}\n",
                host = self.host
            ),
        )
        .unwrap();
        let ticket = folder.join(format!("ticket-{name}"));
        let environment = vec![
            ("KRB5_CONFIG", configuration.display().to_string()),
            ("KRB5CCNAME", format!("FILE:{}", ticket.display())),
        ];
        let mut kinit = Command::new("kinit")
            .arg(format!("{name}@{realm}"))
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("no kinit on this machine: `cargo xtask setup test` installs it");
        // Read from its input where there is no terminal.
        writeln!(kinit.stdin.take().unwrap(), "{PASSWORD}").unwrap();
        assert!(kinit.wait().unwrap().success(), "no ticket for {name}");
        environment
    }

    /// Everyone with a mailbox, the particular ones first.
    pub fn people(&self) -> Vec<Person> {
        people::people(self.forest.mailboxes)
    }

    /// The first mailbox that is particular in this way.
    pub fn person(&self, what: What) -> Person {
        let mut people = self.people().into_iter();
        people.find(|person| person.what == what).unwrap()
    }

    /// Everything below [`BASE`] as text, entry by entry, what changes by itself left out: equal before and after
    /// means that nothing has changed.
    pub fn dump(&self) -> String {
        dump::dump(&self.database())
    }

    /// One object of [`Self::dump`].
    pub fn dump_of(&self, dn: &str) -> String {
        dump::dump_of(&self.database(), dn)
    }

    /// Changes the directory as somebody else would, LDIF with `changetype`.
    pub fn apply(&self, ldif: &str) {
        golden::apply(self.folder.path(), "a change", ldif);
    }

    /// The controller is gone, and its ports are closed.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }

    /// The controller is back, with what it knew.
    pub fn resume(&mut self) {
        self.stop();
        let folder = self.folder.path();
        let setting =
            |name: &str, path: &str| format!("--option={name}={}", folder.join(path).display());
        let child = Command::new("samba")
            // In the foreground it ends when its input does: with us, whatever happens to us.
            .args([
                "--interactive",
                "--debug-stdout",
                "--debuglevel=1",
                "--model=single",
            ])
            .arg("--configfile")
            .arg(folder.join("etc/smb.conf"))
            .arg("--option=server services=ldap, kdc, rpc, cldap")
            .arg(setting("pid directory", "run"))
            .arg(setting("ncalrpc dir", "run/ncalrpc"))
            .arg(setting("winbindd socket directory", "run/winbindd"))
            .arg(setting("ntp signd socket directory", "run/ntp"))
            .arg(setting("log file", "log.%m"))
            .stdin(Stdio::piped())
            .stdout(fs::File::create(folder.join("samba.out")).unwrap())
            .stderr(fs::File::create(folder.join("samba.err")).unwrap())
            .spawn()
            .expect("no Samba on this machine: `cargo xtask setup test` installs it");
        self.child = Some(child);
        self.wait();
    }

    /// What the controller wrote into its log.
    pub fn log(&self) -> String {
        ["samba.out", "samba.err"]
            .iter()
            .filter_map(|name| fs::read_to_string(self.folder.path().join(name)).ok())
            .collect()
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("private/sam.ldb")
    }

    fn wait(&mut self) {
        let begun = Instant::now();
        for port in [389, 636, 3268, 3269, 88] {
            let address: SocketAddr = format!("{}:{port}", self.host).parse().unwrap();
            while TcpStream::connect(address).is_err() {
                let ended = self.child.as_mut().unwrap().try_wait().unwrap();
                assert!(
                    ended.is_none() && begun.elapsed() < Duration::from_secs(120),
                    "Samba did not start: {ended:?}\n{}",
                    self.log()
                );
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

impl Drop for Samba {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Where files are in memory, if the system has such a place.
fn memory() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        memory.to_path_buf()
    } else {
        std::env::temp_dir()
    }
}

/// An address that no other test has, as long as the listener lives, whatever process it is in.
fn reserve() -> (String, TcpListener) {
    (1..=254)
        .find_map(|number| {
            let host = format!("127.0.53.{number}");
            let reserved = TcpListener::bind((&*host, 47_000)).ok()?;
            // One that outlived its test would still answer.
            TcpStream::connect((&*host, 389))
                .is_err()
                .then_some((host, reserved))
        })
        .expect("every address of 127.0.53.0/24 is taken")
}

/// The configuration knows its folder and its address.
fn configure(folder: &Path, host: &str) {
    let file = folder.join("etc/smb.conf");
    let before = fs::read_to_string(&file).unwrap();
    let old = before
        .lines()
        .find_map(|line| line.trim().strip_prefix("lock directory = "))
        .unwrap();
    let after = before
        .replace(old, &folder.display().to_string())
        .replace("127.0.53.1/8", &format!("{host}/8"));
    fs::write(file, after).unwrap();
    for name in ["run/ncalrpc", "run/winbindd", "run/ntp"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
}

/// An authority and a certificate below it. The one that Samba would make is for a common name alone.
fn certify(folder: &Path, host: &str) {
    let tls = folder.join("private/tls");
    fs::create_dir_all(&tls).unwrap();
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::default();
    authority
        .distinguished_name
        .push(DnType::CommonName, "Nordvik authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new([CONTROLLER.to_owned()]).unwrap();
    leaf.subject_alt_names
        .push(SanType::IpAddress(host.parse().unwrap()));
    let certificate = leaf.signed_by(&key, &issuer).unwrap();
    fs::write(tls.join("ca.pem"), authority_pem).unwrap();
    fs::write(tls.join("cert.pem"), certificate.pem()).unwrap();
    let file = tls.join("key.pem");
    fs::write(&file, key.serialize_pem()).unwrap();
    // Samba refuses a key that others may read.
    golden::output(Command::new("chmod").arg("600").arg(file));
}
