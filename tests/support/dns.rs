//! Debian's Knot as the server that decides and Debian's Unbound as a resolver in front of it: own folder,
//! own ports, loopback only, gone on drop.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::ports::free_ports;

/// The domain that both know.
pub const ZONE: &str = "nordvik.example";

/// Until they must be up, or have taken a zone: long, for a machine with other work.
const PATIENCE: Duration = Duration::from_secs(90);

/// A server that decides for [`ZONE`], and a resolver that asks it and remembers.
pub struct Dns {
    /// Of the server that decides, `127.0.0.1:port`.
    pub authoritative: String,
    /// Of the resolver.
    pub resolver: String,
    knot: Child,
    unbound: Child,
    folder: TempDir,
    serial: u32,
}

impl Dns {
    /// Starts both. `records` are lines of a zone file, without the SOA and NS records.
    pub fn start(records: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("stegvis-dns-")
            .tempdir()
            .unwrap();
        let path = folder.path();
        let [knot_port, unbound_port] = free_ports();
        for name in ["run", "db"] {
            fs::create_dir(path.join(name)).unwrap();
        }
        write_zone(&folder, 1, records);
        // What the tenant's SPF record includes, for the resolver to find without a network.
        let microsoft = "$TTL 3600\n@ SOA ns1 hostmaster 1 3600 600 86400 300\n@ NS ns1\nns1 A 127.0.0.1\n\
            spf.protection TXT \"v=spf1 ip4:40.92.0.0/15 -all\"\nautodiscover A 127.0.0.2\n";
        fs::write(path.join("outlook.com.zone"), microsoft).unwrap();
        fs::write(path.join("knot.conf"), knot_conf(&folder, knot_port)).unwrap();
        fs::write(
            path.join("unbound.conf"),
            unbound_conf(&folder, unbound_port, knot_port),
        )
        .unwrap();
        let run = |name: &str, words: &[&str]| {
            let log = fs::File::create(path.join(format!("{name}.out"))).unwrap();
            Command::new(program(name))
                .args(words)
                .current_dir(path)
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let knot = run("knotd", &["-c", "knot.conf"]);
        let unbound = run("unbound", &["-d", "-p", "-c", "unbound.conf"]);
        let at = |port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port).to_string();
        let mut servers = Self {
            authoritative: at(knot_port),
            resolver: at(unbound_port),
            knot,
            unbound,
            folder,
            serial: 1,
        };
        servers.wait();
        servers
    }

    /// Replaces the zone's records and waits until the server says so. The resolver hears of it in its own time.
    pub fn change(&mut self, records: &str) {
        self.serial += 1;
        write_zone(&self.folder, self.serial, records);
        let told = Command::new("kill")
            .args(["-HUP", &self.knot.id().to_string()])
            .status();
        assert!(told.is_ok_and(|status| status.success()));
        let begun = Instant::now();
        while serial(&self.authoritative) != Some(self.serial) {
            assert!(
                begun.elapsed() < PATIENCE,
                "Knot did not take the zone\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn log(&self) -> String {
        ["knotd.out", "unbound.out"]
            .iter()
            .filter_map(|name| fs::read_to_string(self.folder.path().join(name)).ok())
            .collect()
    }

    fn wait(&mut self) {
        let begun = Instant::now();
        loop {
            if serial(&self.authoritative).is_some() && answers(&self.resolver) {
                return;
            }
            let ended = [&mut self.knot, &mut self.unbound].map(|child| child.try_wait().unwrap());
            let late = begun.elapsed() > PATIENCE;
            assert!(
                ended == [None, None] && !late,
                "the DNS servers did not start: {ended:?}\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        for child in [&mut self.unbound, &mut self.knot] {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

fn write_zone(folder: &TempDir, serial: u32, records: &str) {
    let text = format!(
        "$TTL 300\n@ SOA ns1 hostmaster {serial} 3600 600 86400 300\n@ NS ns1\nns1 A 127.0.0.1\n{records}\n"
    );
    // In one step: the server may read at any time.
    let fresh = folder.path().join("fresh");
    fs::write(&fresh, text).unwrap();
    fs::rename(fresh, folder.path().join(format!("{ZONE}.zone"))).unwrap();
}

fn knot_conf(folder: &TempDir, port: u16) -> String {
    let dir = folder.path().display();
    let zone = |domain: &str| {
        format!(
            "  - domain: {domain}\n    storage: {dir}\n    file: {domain}.zone\n    \
             zonefile-load: whole\n    journal-content: none\n"
        )
    };
    format!(
        "server:\n    rundir: {dir}/run\n    listen: 127.0.0.1@{port}\n    tcp-workers: 1\n    udp-workers: 1\n    \
         background-workers: 1\nlog:\n  - target: stderr\n    any: info\ndatabase:\n    storage: {dir}/db\nzone:\n{}{}",
        zone(ZONE),
        zone("outlook.com")
    )
}

fn unbound_conf(folder: &TempDir, port: u16, knot: u16) -> String {
    let dir = folder.path().display();
    let stub = |domain: &str| {
        format!("stub-zone:\n    name: \"{domain}.\"\n    stub-addr: 127.0.0.1@{knot}\n")
    };
    format!(
        "server:\n    directory: \"{dir}\"\n    chroot: \"\"\n    username: \"\"\n    interface: 127.0.0.1@{port}\n    \
         access-control: 127.0.0.0/8 allow\n    do-daemonize: no\n    use-syslog: no\n    do-ip6: no\n    \
         do-not-query-localhost: no\n    module-config: \"iterator\"\n    num-threads: 1\n    root-hints: \"\"\n\
         remote-control:\n    control-enable: no\n{}{}",
        stub(ZONE),
        stub("outlook.com")
    )
}

fn program(name: &str) -> PathBuf {
    ["/usr/sbin", "/usr/bin", "/usr/local/sbin"]
        .iter()
        .map(|folder| PathBuf::from(folder).join(name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| {
            panic!("no {name} on this machine: `cargo xtask setup test` installs it")
        })
}

/// The zone's serial number, asked in the plainest way there is.
fn serial(server: &str) -> Option<u32> {
    let answer = ask(server)?;
    // The answer is one SOA record, whose last five numbers of four bytes begin with the serial.
    let authority_free = answer.len().checked_sub(20)?;
    (answer[7] > 0).then(|| u32::from_be_bytes(answer[authority_free..][..4].try_into().unwrap()))
}

fn answers(server: &str) -> bool {
    ask(server).is_some()
}

fn ask(server: &str) -> Option<Vec<u8>> {
    let mut question = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in ZONE.split('.') {
        question.push(u8::try_from(label.len()).unwrap());
        question.extend(label.bytes());
    }
    question.extend([0, 0, 6, 0, 1]);
    let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    let server: SocketAddr = server.parse().unwrap();
    socket.send_to(&question, server).ok()?;
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer).ok()?;
    // No error, and not only a greeting.
    (length > 12 && answer[3] & 0x0f == 0).then(|| answer[..length].to_vec())
}
