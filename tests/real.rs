//! `stegvis project`: a real migration's project, made and connected part by part, pointed at the practice organisation's
//! servers as it would be at anybody's. Every command is another start of the program, so that everything is known from the
//! project's journal and the keychain, which is a real one on a session bus of the test's own.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use stegvis_journeys::{Keyring, Measured, Running, der, files_hold_none, fill_in, stegvis};
use stegvis_lab::{Lab, LabOptions};
use tempfile::TempDir;

struct Desk {
    lab: Lab,
    keyring: Keyring,
    folder: TempDir,
}

/// What a command came to.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    errors: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// As JSON, of a command that must have gone well.
    fn well(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        self.json()
    }

    /// The error and its help, without what was logged.
    fn refusal(&self) -> String {
        assert_eq!(self.code, 2, "{self:?}");
        let lines = self.errors.lines();
        let told: Vec<&str> = lines
            .filter(|line| line.starts_with("error: ") || line.starts_with("help:  "))
            .collect();
        told.join("\n")
    }
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = LabOptions::new(folder.path().join("lab"));
        options.mailboxes = 4;
        Self {
            lab: Lab::start(options).await.unwrap(),
            keyring: Keyring::start(),
            folder,
        }
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// `stegvis AREA VERB` on the project.
    fn command(&self, area: &str, verb: &str, words: &[&str]) -> Command {
        let mut command = stegvis();
        command
            .args([area, verb, "--json", "--project"])
            .arg(self.project())
            .args(words)
            .env("DBUS_SESSION_BUS_ADDRESS", self.keyring.address())
            .env("XDG_DATA_HOME", self.folder.path().join("data"))
            // Whatever is logged holds no secret either.
            .env("STEGVIS_LOG", "debug")
            .env("NO_PROXY", "localhost");
        command
    }

    /// `stegvis project VERB`, with the passwords that this verb may be given.
    fn run(&self, verb: &str, words: &[&str], passwords: &[(&str, &str)]) -> Said {
        let mut command = self.command("project", verb, words);
        self.said(Running::start(command.envs(passwords.iter().copied())).finish())
    }

    /// `stegvis endpoint VERB`, with a module in the place of PowerShell's where one is wanted.
    fn endpoint(&self, verb: &str, words: &[&str], module: Option<&Path>) -> Said {
        let mut command = self.command("endpoint", verb, words);
        if let Some(folder) = module {
            let path = std::env::var("PATH").unwrap();
            command.env("PATH", format!("{}:{path}", folder.display()));
        }
        self.said(Running::start(&mut command).finish())
    }

    fn said(&self, run: Measured) -> Said {
        let said = Said {
            code: run.status.code().unwrap(),
            out: run.stdout,
            errors: run.stderr,
        };
        for secret in self.secrets() {
            let seen = said.out.contains(&secret) || said.errors.contains(&secret);
            assert!(!seen, "a secret is shown: {said:?}");
        }
        said
    }

    /// The names of what is in the keychain, as another program lists them.
    fn keychain(&self) -> String {
        let output = Command::new("secret-tool")
            .args(["search", "--all", "service", "Stegvis"])
            .env("DBUS_SESSION_BUS_ADDRESS", self.keyring.address())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        // Its secrets are nobody's to see, in a failed test either.
        let names = text.lines().filter(|line| !line.starts_with("secret = "));
        names.collect::<Vec<_>>().join("\n")
    }

    fn show(&self) -> Value {
        self.run("show", &[], &[]).well()
    }

    fn ca(&self) -> String {
        self.lab.details().ca_path.display().to_string()
    }

    /// The old server, by the fingerprint of its certificate; the directory, by its authority; mail, by SMTP.
    fn connect_premises(&self) {
        let details = self.lab.details();
        let source = &details.source;
        let pin = fingerprint(&source.host, source.port);
        let port = source.port.to_string();
        let password = [("STEGVIS_SOURCE_PASSWORD", source.password.as_str())];
        let words = [
            "--host",
            &source.host,
            "--port",
            &port,
            "--account",
            &source.account,
            "--pin",
            &pin,
        ];
        self.run("source", &words, &password).well();

        let directory = &details.directory;
        let (port, ca) = (directory.port.to_string(), self.ca());
        let password = [("STEGVIS_DIRECTORY_PASSWORD", directory.password.as_str())];
        let words = [
            "--host",
            &directory.host,
            "--port",
            &port,
            "--account",
            &directory.account,
            "--ca",
            &ca,
        ];
        self.run("directory", &words, &password).well();

        let smtp = format!("{}:{}", details.smtp.host, details.smtp.port);
        let password = [("STEGVIS_MAIL_PASSWORD", details.smtp.password.as_str())];
        let words = [
            "--from",
            &details.notify,
            "--smtp",
            &smtp,
            "--account",
            &details.smtp.account,
            "--ca",
            &ca,
        ];
        self.run("mail", &words, &password).well();
    }

    fn sign_in(&self, more: &[&str]) -> Said {
        let mut command = self.signing_in(more);
        self.said(Running::start(&mut command).finish())
    }

    fn signing_in(&self, more: &[&str]) -> Command {
        let details = self.lab.details();
        let tenant = &details.tenant;
        let cloud = tenant.graph.strip_suffix("/graph/v1.0").unwrap();
        let imap = format!("{}:{}", tenant.imap_host, tenant.imap_port);
        let ca = self.ca();
        let mut words = vec![
            "--client-id",
            &tenant.client_id,
            "--tenant",
            &details.tenant_id,
            "--cloud",
            cloud,
            "--cloud-imap",
            &imap,
            "--ca",
            &ca,
            "--no-browser",
        ];
        words.extend(more);
        self.command("project", "sign-in", &words)
    }

    /// Somebody with another device reads what to type there, and types it.
    fn on_device(&self) -> Value {
        let mut child = self
            .signing_in(&["--device"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let tenant = &self.lab.details().tenant;
        let (mut told, mut typed) = (String::new(), false);
        for line in BufReader::new(child.stderr.take().unwrap()).lines() {
            let line = line.unwrap();
            // Among what is logged.
            if line.starts_with("Open ") {
                let words: Vec<&str> = line.split(' ').collect();
                let answers = [
                    ("login", tenant.administrator.as_str()),
                    ("passwd", &tenant.administrator_password),
                    ("code", words[words.len() - 1]),
                    ("answer", "accept"),
                ];
                fill_in(&self.lab.details().ca_path, words[1], &answers);
                typed = true;
            }
            told.push_str(&line);
        }
        let mut out = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut out)
            .unwrap();
        assert!(child.wait().unwrap().success() && typed, "{told}");
        for secret in self.secrets() {
            assert!(!told.contains(&secret) && !out.contains(&secret), "{told}");
        }
        serde_json::from_str(&out).unwrap()
    }

    /// What must never be seen.
    fn secrets(&self) -> Vec<String> {
        let details = self.lab.details();
        vec![
            details.source.password.clone(),
            details.directory.password.clone(),
            details.smtp.password.clone(),
            details.tenant.administrator_password.clone(),
            details.tenant.client_secret.clone(),
            "PRIVATE KEY".to_owned(),
        ]
    }

    /// No file of the project holds a secret, whatever kind of file it is.
    fn files_hold_no_secret(&self) -> usize {
        files_hold_none(&self.project(), &self.secrets())
    }
}

/// In the place of PowerShell: notes what it is given, and answers as the module would that made the endpoint.
struct Module(TempDir);

impl Module {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("pwsh");
        let script = format!(
            "#!/bin/sh\nfor word in \"$@\"; do :; done\ncase \"$word\" in\n*ListAvailable*) echo 3.9.2;;\n\
             *) echo \"$@\" > {0}/arguments; cat > {0}/input; echo 'Nya vägen';;\nesac\n",
            folder.path().display()
        );
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

/// What OpenSSL says that a server shows.
fn fingerprint(host: &str, port: u16) -> String {
    let script = format!(
        "openssl s_client -connect {host}:{port} -servername {host} </dev/null 2>/dev/null \
         | openssl x509 -noout -fingerprint -sha256"
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().rsplit('=').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_project_is_connected_part_by_part_moves_a_mailbox_and_knows_it_all_when_opened_again()
 {
    let desk = Desk::new().await;
    let details = desk.lab.details().clone();
    let words = ["--name", "Nordvik riktiga AB", "--notify", &details.notify];
    let made = desk.run("new", &words, &[]).well();
    assert_eq!(made["kind"], "Real");
    assert!(made["source"].is_null() && made["signedIn"].is_null());
    // Nothing is made twice.
    let twice = desk.run("new", &words, &[]).refusal();
    assert!(twice.contains("holds a project already"), "{twice}");

    // What is not connected says so, and where to mend it.
    let early = desk.run("check", &[], &[]);
    assert_eq!(early.code, 1, "{early:?}");
    assert!(early.out.contains("not connected yet"), "{}", early.out);
    let address = details.mailboxes[0].address.clone();
    let early = desk.run("migrate", &["--only", &address], &[]).refusal();
    assert!(
        early.contains("the old directory is not connected yet"),
        "{early}"
    );
    assert!(early.contains("Prepare"), "{early}");

    // A server without its password is not kept, and one whose certificate is another is not spoken to.
    let port = details.source.port.to_string();
    let server = [
        "--host",
        &details.source.host,
        "--port",
        &port,
        "--account",
        &details.source.account,
    ];
    let nameless = desk.run("source", &server, &[]).refusal();
    assert!(nameless.contains("the password is missing"), "{nameless}");
    desk.connect_premises();
    let view = desk.show();
    assert_eq!(view["sourcePasswordKept"], true, "{view:#}");
    assert_eq!(view["source"]["trust"]["trust"], "Pinned");
    assert_eq!(view["directory"]["trust"]["trust"], "Authority");
    // The kept password goes to no other server.
    let elsewhere = [
        "--host",
        "127.0.0.1",
        "--port",
        &port,
        "--account",
        &details.source.account,
    ];
    let elsewhere = desk.run("source", &elsewhere, &[]).refusal();
    assert!(elsewhere.contains("the password is missing"), "{elsewhere}");

    // The application signs in with a certificate that was made in the project.
    let made = desk.run("certificate", &[], &[]).well();
    let file = PathBuf::from(made["certificate"]["file"].as_str().unwrap());
    let unknown = desk.sign_in(&["--certificate"]).refusal();
    assert!(unknown.contains("AADSTS700027"), "{unknown}");
    desk.lab.register_certificate(&der(&file)).unwrap();
    let signed = desk.sign_in(&["--certificate"]).well();
    assert_eq!(signed["signedIn"]["way"], "certificate");
    assert!(signed["copyTrouble"].is_null());

    let checked = desk.run("check", &[], &[]);
    assert_eq!(checked.code, 0, "{checked:?}");

    let moved = desk.run("migrate", &["--only", &address], &[]).well();
    let users = moved["users"].as_array().unwrap();
    assert_eq!(users.len(), 1, "{moved:#}");
    assert_eq!(users[0]["status"], "Synced", "{moved:#}");
    let verdict = desk.lab.judge().await.unwrap();
    let mailbox = verdict
        .mailboxes
        .iter()
        .find(|mailbox| mailbox.address == address)
        .unwrap();
    assert!(mailbox.compared > 0, "{mailbox:?}");
    assert_eq!(
        (mailbox.missing, verdict.extra, verdict.differing),
        (0, 0, 0),
        "{mailbox:?}"
    );

    // Opened again: all of it is known, and nobody is asked for anything.
    let view = desk.show();
    assert_eq!(view["company"], "Nordvik riktiga AB");
    assert_eq!(view["notify"], details.notify.as_str());
    assert_eq!(view["signedIn"]["tenantId"], details.tenant_id.as_str());
    assert_eq!(view["mail"]["way"], "Smtp");
    for kept in [
        "sourcePasswordKept",
        "directoryPasswordKept",
        "mailPasswordKept",
    ] {
        assert_eq!(view[kept], true, "{view:#}");
    }
    // The verbs of every project work on this one too. A name that is not there changes nothing.
    let listed = desk.endpoint("list", &[], None).well();
    assert!(listed["trouble"].is_null(), "{listed:#}");
    let wrong = desk.endpoint("choose", &["Ingen"], None).refusal();
    assert!(wrong.contains("no endpoint Ingen"), "{wrong}");
    let view = desk.run("migrate", &[], &[]).well();
    assert_eq!(
        view["users"][0]["status"], "Synced",
        "the engine is the same"
    );

    // Without the module the way by it is closed; with it, it is told everything on its standard input.
    let make = ["Nya vägen", "--host", "mail.nordvik.example"];
    let closed = desk.endpoint("make", &make, None).refusal();
    assert!(
        closed.contains("pwsh") && closed.contains("admin centre"),
        "{closed}"
    );
    let module = Module::new();
    desk.lab.make_migration_endpoint("Nya vägen", 20).unwrap();
    let made = desk.endpoint("make", &make, Some(module.0.path())).well();
    assert_eq!(made["chosen"], "Nya vägen", "{made:#}");
    let (arguments, input) = (module.read("arguments"), module.read("input"));
    assert!(!arguments.contains(&details.source.password));
    let input: Value = serde_json::from_str(&input).unwrap();
    assert_eq!(input["password"], details.source.password.as_str());
    assert_eq!(input["userName"], details.source.account.replace('/', "\\"));
    assert_eq!(
        input["parameters"]["RPCProxyServer"],
        "mail.nordvik.example"
    );
    // What a person made in the admin centre is waited for, and here it is.
    let centre = [
        "Nya vägen",
        "--host",
        "mail.nordvik.example",
        "--route",
        "admin-centre",
    ];
    assert_eq!(
        desk.endpoint("make", &centre, None).well()["chosen"],
        "Nya vägen"
    );

    // The way that is not proved is off until somebody says that they try it; what it made is this program's to remove.
    let mut direct = vec![
        "Direkt",
        "--host",
        "mail.nordvik.example",
        "--exchange-server",
        "ex07.nordvik.example",
        "--route",
        "direct-rest",
    ];
    let off = desk.endpoint("make", &direct, None).refusal();
    assert!(
        off.contains("nobody has proved") && off.contains("--unproved"),
        "{off}"
    );
    let listed = desk.endpoint("list", &[], None).well();
    assert!(!listed.to_string().contains("Direkt"), "{listed:#}");
    direct.push("--unproved");
    let made = desk.endpoint("make", &direct, None).well();
    assert_eq!(made["chosen"], "Direkt", "{made:#}");

    assert!(desk.files_hold_no_secret() >= 2);
    let out = desk.run("sign-out", &[], &[]).well();
    assert!(out["signedIn"].is_null() && !out["certificate"].is_null());
    let after = desk.run("check", &[], &[]);
    assert!(after.out.contains("nobody is signed in"), "{}", after.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_administers_and_opens_nobodys_mailbox_until_the_application_signs_in() {
    let desk = Desk::new().await;
    let details = desk.lab.details().clone();
    desk.run("new", &["--name", "Nordvik"], &[]).well();
    desk.connect_premises();
    let signed = desk.on_device();
    assert_eq!(signed["signedIn"]["way"], "person");
    assert_eq!(
        signed["signedIn"]["name"],
        details.tenant.administrator.as_str()
    );
    assert_eq!(signed["copyTrouble"], "personOpensNoMailbox");
    desk.files_hold_no_secret();
    // Each start redeems what was kept, and asks nobody.
    for _ in 0..2 {
        let listed = desk.endpoint("list", &[], None).well();
        assert!(listed["trouble"].is_null(), "{listed:#}");
    }
    let address = details.mailboxes[0].address.clone();
    let refused = desk.run("migrate", &["--only", &address], &[]).refusal();
    assert!(
        refused.contains("opens no mailbox but their own"),
        "{refused}"
    );
    assert!(refused.contains("certificate"), "{refused}");

    // The application takes the person's place; of the person nothing is kept.
    let made = desk.run("certificate", &[], &[]).well();
    let file = PathBuf::from(made["certificate"]["file"].as_str().unwrap());
    desk.lab.register_certificate(&der(&file)).unwrap();
    let signed = desk.sign_in(&["--certificate"]).well();
    assert!(signed["copyTrouble"].is_null());
    assert!(!desk.keychain().contains("/session"), "{}", desk.keychain());
    assert_eq!(
        desk.run("migrate", &[], &[]).well()["users"][0]["status"],
        "Synced"
    );
    // Another certificate leaves no key of the first behind.
    let keys = || desk.keychain().matches("tenant certificate/").count();
    let before = keys();
    desk.run("certificate", &["--replace"], &[]).well();
    assert_eq!(keys(), before);
    desk.files_hold_no_secret();
}
