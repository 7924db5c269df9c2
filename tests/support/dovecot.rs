//! Debian's Dovecot 2.3 as a child process: own folder, own ports, loopback only, gone on drop.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Every user's password; any user name is a mailbox.
pub const PASSWORD: &str = "Sommar-2015";

/// Debian's `nobody` and `nogroup`, who keep the mail when the tests run as root.
const NOBODY: u32 = 65534;

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
    /// Plain IMAP.
    pub port: u16,
    child: Child,
    folder: TempDir,
}

impl Dovecot {
    /// Starts a server with no mail. It keeps its files in memory where the system has /dev/shm.
    pub fn start(store: Store) -> Self {
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
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
            chown(folder.path().join("mail"), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let port = free_port();
        let conf = folder.path().join("dovecot.conf");
        fs::write(&conf, config(folder.path(), port, store, root)).unwrap();
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
            let late = begun.elapsed() > Duration::from_secs(20);
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
        Command::new("sh")
            .arg("-c")
            .arg(format!("kill {}", self.child.id()))
            .status()
            .ok();
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

fn is_root() -> bool {
    words("id", "-u") == "0"
}

fn words(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn config(folder: &Path, port: u16, store: Store, root: bool) -> String {
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
ssl = no
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
    port = 0
  }}
}}
"
    );
    for service in ["anvil", "stats"] {
        writeln!(text, "service {service} {{\n  chroot =\n}}").unwrap();
    }
    text
}
