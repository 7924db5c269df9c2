//! Debian's Dovecot 2.3 as a child process: own folder, own ports, loopback only, gone on drop.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use crate::ports::free_ports;

/// Every user's password; any user name is a mailbox.
pub const PASSWORD: &str = "Sommar-2015";

/// Until it must be up: long, for a machine with other work.
const PATIENCE: Duration = Duration::from_secs(90);

/// How Dovecot keeps mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// One file per message, indexes apart.
    Sdbox,
    /// Maildir.
    Maildir,
}

/// A running server.
pub struct Dovecot {
    /// Plain IMAP; STARTTLS too when the server has a certificate.
    pub port: u16,
    /// IMAP over TLS, when the server has a certificate.
    pub tls_port: u16,
    child: Child,
    folder: TempDir,
}

impl Dovecot {
    /// Starts a server with no mail. It keeps its files in memory where the system has /dev/shm.
    pub fn start(store: Store) -> Self {
        Self::launch(store, false)
    }

    /// The same with a certificate of its own authority, for `localhost` and 127.0.0.1.
    pub fn start_with_tls(store: Store) -> Self {
        Self::launch(store, true)
    }

    /// The authority that a client of [`Self::start_with_tls`] must trust.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    fn launch(store: Store, tls: bool) -> Self {
        let program = program();
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() {
            memory.to_path_buf()
        } else {
            std::env::temp_dir()
        };
        let folder = tempfile::Builder::new()
            .prefix("stegvis-dovecot-")
            .tempdir_in(parent)
            .unwrap();
        let root = is_root();
        for name in ["run", "state", "mail"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        if root {
            // Then Debian's `nobody` keeps the mail, and must get as far as its folder.
            shell(&format!(
                "chmod 755 {0} && chown nobody:nogroup {0}/mail",
                folder.path().display()
            ));
        }
        if tls {
            certify(folder.path());
        }
        let [port, tls_port] = free_ports();
        let conf = folder.path().join("dovecot.conf");
        fs::write(
            &conf,
            config(folder.path(), port, tls.then_some(tls_port), store, root),
        )
        .unwrap();
        let child = Command::new(program)
            .arg("-F")
            .arg("-c")
            .arg(&conf)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("stderr")).unwrap())
            .spawn()
            .expect("start dovecot");
        let mut server = Self {
            port,
            tls_port,
            child,
            folder,
        };
        server.wait();
        server
    }

    /// What the server wrote into its log.
    pub fn log(&self) -> String {
        ["stderr", "log"]
            .iter()
            .filter_map(|name| fs::read_to_string(self.folder.path().join(name)).ok())
            .collect()
    }

    fn wait(&mut self) {
        let begun = Instant::now();
        loop {
            if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
                stream
                    .set_read_timeout(Some(Duration::from_secs(10)))
                    .unwrap();
                let mut greeting = [0; 4];
                if stream.read_exact(&mut greeting).is_ok() && &greeting == b"* OK" {
                    stream.write_all(b"a LOGOUT\r\n").ok();
                    return;
                }
            }
            let ended = self.child.try_wait().unwrap();
            let late = begun.elapsed() > PATIENCE;
            assert!(
                ended.is_none() && !late,
                "Dovecot did not start: {ended:?}\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // Asked politely, the master stops its children; killed, it would leave them behind.
        // It may have ended already; then there is nobody to ask.
        let ask = format!("kill {} 2>/dev/null", self.child.id());
        Command::new("sh").arg("-c").arg(ask).status().ok();
        self.child.wait().ok();
    }
}

fn program() -> PathBuf {
    [
        "/usr/sbin/dovecot",
        "/usr/bin/dovecot",
        "/usr/local/sbin/dovecot",
    ]
    .iter()
    .map(PathBuf::from)
    .find(|path| path.is_file())
    .expect("no Dovecot on this machine: `cargo xtask setup test` installs it")
}

fn shell(script: &str) {
    let status = Command::new("sh").arg("-c").arg(script).status();
    assert!(status.is_ok_and(|status| status.success()), "{script}");
}

fn is_root() -> bool {
    words("id", "-u") == "0"
}

fn words(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// An authority and a certificate signed by it: clients refuse a server that is its own authority.
fn certify(folder: &Path) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::default();
    // With the name of the certificates that it signs it would look like one of them.
    authority
        .distinguished_name
        .push(DnType::CommonName, "Practice authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names)
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    fs::write(folder.join("authority.pem"), authority_pem).unwrap();
    fs::write(folder.join("certificate.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
}

fn config(folder: &Path, port: u16, tls: Option<u16>, store: Store, root: bool) -> String {
    let (user, group) = if root {
        ("nobody".to_owned(), "nogroup".to_owned())
    } else {
        (words("id", "-un"), words("id", "-gn"))
    };
    let dir = folder.display();
    let store = match store {
        Store::Sdbox => "sdbox",
        Store::Maildir => "maildir",
    };
    let ssl = match tls {
        Some(_) => {
            format!("ssl = yes\nssl_cert = <{dir}/certificate.pem\nssl_key = <{dir}/key.pem")
        }
        None => "ssl = no".to_owned(),
    };
    let tls_port = tls.unwrap_or(0);
    let mut text = format!(
        "base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
instance_name = stegvis-{port}
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_vsz_limit = 0
first_valid_uid = 1
mail_uid = {user}
mail_gid = {group}
mail_location = {store}:{dir}/mail/%u
mail_home = {dir}/mail/%u
mail_fsync = never
mail_max_userip_connections = 200
{ssl}
disable_plaintext_auth = no
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={dir}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"
    );
    for service in ["anvil", "stats"] {
        writeln!(text, "service {service} {{\n  chroot =\n}}").unwrap();
    }
    // Without it, one wrong password makes every later sign-in wait up to fifteen seconds.
    text.push_str("service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n");
    text
}
