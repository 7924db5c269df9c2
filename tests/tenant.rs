//! `stegvis tenant` against the practice tenant: a person signs in in a browser and on another device, the application with
//! its certificate; each permission is probed before and after consent; what is true is read in few calls. The keychain is a
//! real one, on a session bus of the test's own.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "tests"
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use serde_json::Value;
use stegvis_journeys::{Keyring, Measured, Running, der, files_hold_none, fill_in, stegvis};
use stegvis_lab::{Lab, LabOptions};
use tempfile::TempDir;

struct Desk {
    lab: Lab,
    keyring: Keyring,
    folder: TempDir,
}

impl Desk {
    async fn new(change: impl FnOnce(&mut LabOptions)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = LabOptions::new(folder.path().join("lab"));
        options.mailboxes = 7;
        change(&mut options);
        Self {
            lab: Lab::start(options).await.unwrap(),
            keyring: Keyring::start(),
            folder,
        }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = stegvis();
        command
            .arg("tenant")
            .args(words)
            .arg("--json")
            .env("DBUS_SESSION_BUS_ADDRESS", self.keyring.address())
            .env("XDG_DATA_HOME", self.data())
            // Whatever is logged holds no secret either.
            .env("STEGVIS_LOG", "trace")
            .env("NO_PROXY", "localhost");
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The address of the practice tenant, of which all else follows.
    fn authority(&self) -> String {
        let url = &self.lab.details().tenant.graph;
        url.strip_suffix("/graph/v1.0").unwrap().to_owned()
    }

    fn sign_in(&self, more: &[&str]) -> Command {
        let details = self.lab.details();
        let mut command = self.command(&["sign-in", "--no-browser"]);
        command
            .args(["--client-id", &details.tenant.client_id])
            .args(["--authority", &self.authority(), "--ca"])
            .arg(&details.ca_path)
            .args(more);
        command
    }

    /// Starts a sign-in, and when it has told where to go, lets somebody go there.
    fn signing_in(&self, more: &[&str], visit: impl FnOnce(&str)) -> Said {
        let mut child = self
            .sign_in(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut told = String::new();
        let mut visit = Some(visit);
        loop {
            let mut line = String::new();
            if errors.read_line(&mut line).unwrap() == 0 {
                break;
            }
            told.push_str(&line);
            // Among what is logged.
            if line.starts_with("Sign in in the browser") || line.starts_with("Open ") {
                visit.take().unwrap()(line.trim());
            }
        }
        let mut out = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut out)
            .unwrap();
        Said {
            code: child.wait().unwrap().code().unwrap(),
            out,
            errors: told,
        }
        .without(&self.secrets())
    }

    /// A person in front of a browser answers a page.
    fn in_browser(&self, login: &str, password: &str, answer: &str) -> Said {
        self.signing_in(&[], |line| {
            let address = &line[line.find("https://").unwrap()..];
            self.fill_in(
                address,
                &[("login", login), ("passwd", password), ("answer", answer)],
            );
        })
    }

    fn administrator_signs_in(&self) -> Said {
        let tenant = &self.lab.details().tenant;
        self.in_browser(
            &tenant.administrator,
            &tenant.administrator_password,
            "accept",
        )
    }

    fn on_device(&self, answer: &str) -> Said {
        let tenant = &self.lab.details().tenant;
        self.signing_in(&["--device"], |line| {
            let words: Vec<&str> = line.split(' ').collect();
            let (address, code) = (words[1], words[words.len() - 1]);
            self.fill_in(
                address,
                &[
                    ("login", &tenant.administrator),
                    ("passwd", &tenant.administrator_password),
                    ("code", code),
                    ("answer", answer),
                ],
            );
        })
    }

    fn fill_in(&self, address: &str, typed: &[(&str, &str)]) {
        fill_in(&self.lab.details().ca_path, address, typed);
    }

    fn run(&self, words: &[&str]) -> Said {
        Said::from(Running::start(&mut self.command(words)).finish()).without(&self.secrets())
    }

    /// What must never be seen.
    fn secrets(&self) -> Vec<String> {
        let tenant = &self.lab.details().tenant;
        vec![
            tenant.administrator_password.clone(),
            tenant.client_secret.clone(),
            // Every token of the practice tenant begins so, and every key in PEM.
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT""#)[..12]
                .to_owned(),
            "PRIVATE KEY".to_owned(),
        ]
    }

    /// Nothing that is written to a file is a secret.
    fn files_hold_no_secret(&self) {
        assert!(files_hold_none(&self.data(), &self.secrets()) > 0);
    }
}

/// What a command said.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    errors: String,
}

impl From<Measured> for Said {
    fn from(run: Measured) -> Self {
        Self {
            code: run.status.code().unwrap(),
            out: run.stdout,
            errors: run.stderr,
        }
    }
}

impl Said {
    fn without(self, secrets: &[String]) -> Self {
        for secret in secrets {
            let seen = self.out.contains(secret) || self.errors.contains(secret);
            assert!(!seen, "a secret is shown: {self:?}");
        }
        self
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
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

/// What was found of a permission.
fn found(probed: &Value, name: &str) -> String {
    let permissions = probed["permissions"].as_array().unwrap();
    let one = permissions.iter().find(|one| one["name"] == name).unwrap();
    one["result"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_once_and_the_next_start_goes_on_in_silence_until_the_sign_out() {
    let desk = Desk::new(|options| options.tenant.token_life = Duration::from_secs(10)).await;
    let tenant = &desk.lab.details().tenant;
    assert!(
        desk.run(&["probe"])
            .refusal()
            .contains("nobody is signed in")
    );
    let view = desk.administrator_signs_in().json();
    assert_eq!(view["name"], tenant.administrator.as_str());
    assert_eq!(view["tenantId"], desk.lab.details().tenant_id.as_str());
    desk.files_hold_no_secret();
    // Each start redeems what was kept, and keeps what came back.
    for _ in 0..3 {
        let probed = desk.run(&["probe"]);
        assert_eq!(probed.code, 0, "{probed:?}");
    }
    let probed = desk.run(&["probe"]).json();
    for granted in [
        "Organization.Read.All",
        "Domain.Read.All",
        "User.Read.All",
        "User.ReadWrite.All",
        "LicenseAssignment.ReadWrite.All",
        "Exchange.Manage",
        "Exchange Administrator",
    ] {
        assert_eq!(found(&probed, granted), "granted", "{probed:#}");
    }
    for other in ["Exchange.ManageAsApp", "IMAP.AccessAsApp"] {
        assert_eq!(found(&probed, other), "notAsked");
    }
    // A probe changes nothing and gives nothing away.
    let facts = desk.run(&["facts"]).json();
    assert_eq!(facts["counts"]["licensedUsers"], 1, "{facts:#}");
    // The tenant wants more proved in mid-run: nobody is asked anything.
    desk.lab.demand_claims(true);
    assert_eq!(desk.run(&["facts"]).code, 0);
    assert_eq!(desk.run(&["sign-out"]).json()["signedOut"], true);
    assert!(
        desk.run(&["facts"])
            .refusal()
            .contains("nobody is signed in")
    );
    assert_eq!(desk.run(&["sign-out"]).json()["signedOut"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_sign_in_is_told_why_and_what_to_do() {
    let desk = Desk::new(|options| options.tenant.device_code_forbidden = true).await;
    let tenant = &desk.lab.details().tenant;
    let declined = desk.in_browser(
        &tenant.administrator,
        &tenant.administrator_password,
        "cancel",
    );
    assert!(
        declined.refusal().contains("the person said no"),
        "{declined:?}"
    );
    // Conditional Access against device code: the browser is the remedy.
    let device = desk.on_device("accept").refusal();
    println!("{device}");
    assert!(
        device.contains("AADSTS53003")
            && device.contains("in the browser instead of by device code")
    );
    let elsewhere =
        |more: &[&str]| Said::from(Running::start(&mut desk.sign_in(more)).finish()).refusal();
    let unknown = elsewhere(&["--device", "--tenant", "fabrikam.example"]);
    assert!(unknown.contains("there is no such tenant") && unknown.contains("AADSTS90002"));
    let mut stranger = desk.command(&["sign-in", "--device", "--client-id", "nobody"]);
    stranger
        .args(["--authority", &desk.authority(), "--ca"])
        .arg(&desk.lab.details().ca_path);
    let stranger = Said::from(Running::start(&mut stranger).finish()).refusal();
    assert!(
        stranger.contains("the tenant does not know the application"),
        "{stranger}"
    );
    // Of another tenant than the one that is named by its id. The browser is told by the tenant itself.
    let wrong = elsewhere(&[
        "--device",
        "--tenant",
        "8d4b558f-7b2e-40ba-ad1f-e04d79e6265a",
    ]);
    assert!(wrong.contains("there is no such tenant"), "{wrong}");
    let nothing = elsewhere(&["--certificate"]);
    assert!(nothing.contains("the tenant is not named"), "{nothing}");
    let none = elsewhere(&["--certificate", "--tenant", &desk.lab.details().tenant_id]);
    assert!(none.contains("stegvis tenant certificate"), "{none}");
    assert!(
        desk.run(&["facts"])
            .refusal()
            .contains("nobody is signed in")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_on_another_device_and_one_without_the_role_is_told_which() {
    let desk = Desk::new(|_| ()).await;
    let declined = desk.on_device("cancel").refusal();
    assert!(declined.contains("the person said no"), "{declined}");
    let view = desk.on_device("accept").json();
    assert_eq!(view["way"], "person");
    assert_eq!(desk.run(&["probe"]).code, 0);
    // Somebody else of the company: consented, and no administrator.
    let somebody = &desk.lab.details().mailboxes[0];
    let password = desk.lab.password_of(&somebody.alias);
    let view = desk
        .in_browser(&somebody.address, &password, "accept")
        .json();
    assert_eq!(view["name"], somebody.address.to_lowercase().as_str());
    let probed = desk.run(&["probe"]);
    assert_eq!(probed.code, 1);
    let probed = probed.json();
    assert_eq!(found(&probed, "Exchange.Manage"), "granted", "{probed:#}");
    assert_eq!(found(&probed, "Exchange Administrator"), "missing");
    let role = probed["permissions"].as_array().unwrap().last().unwrap();
    println!("{role:#}");
    assert!(role["remedy"].as_str().unwrap().contains("Roles & admins"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_signs_in_with_a_certificate_made_here_and_consent_decides_what_it_may() {
    let desk = Desk::new(|_| ()).await;
    let tenant_id = desk.lab.details().tenant_id.clone();
    let file = desk.folder.path().join("stegvis.cer");
    let name = file.to_str().unwrap();
    let made = desk.run(&["certificate", "--file", name]).json();
    assert_eq!(made["made"], true);
    // The same one again, for the registration holds it.
    let again = desk.run(&["certificate", "--file", name]).json();
    assert_eq!(
        (&again["made"], &again["thumbprint"]),
        (&Value::from(false), &made["thumbprint"])
    );
    desk.files_hold_no_secret();
    let by_certificate = || {
        let mut command = desk.sign_in(&["--certificate", "--tenant", &tenant_id]);
        Said::from(Running::start(&mut command).finish()).without(&desk.secrets())
    };
    let unknown = by_certificate().refusal();
    println!("{unknown}");
    assert!(unknown.contains("AADSTS700027") && unknown.contains("Certificates & secrets"));

    desk.lab.register_certificate(&der(&file)).unwrap();
    assert_eq!(by_certificate().json()["way"], "certificate");
    let probed = desk.run(&["probe"]);
    assert_eq!(probed.code, 0, "{probed:?}");
    let probed = probed.json();
    assert_eq!(found(&probed, "Exchange.ManageAsApp"), "granted");
    assert_eq!(found(&probed, "IMAP.AccessAsApp"), "granted");
    assert_eq!(found(&probed, "Exchange.Manage"), "notAsked");

    // Without consent an application still gets a token, which may do nothing: each permission is named.
    desk.lab.withdraw_consent().unwrap();
    let probed = desk.run(&["probe"]);
    assert_eq!(probed.code, 1);
    let probed = probed.json();
    for missing in [
        "Organization.Read.All",
        "Domain.Read.All",
        "User.Read.All",
        "Exchange.ManageAsApp",
    ] {
        assert_eq!(found(&probed, missing), "missing", "{probed:#}");
    }
    let refused = desk.run(&["facts"]).refusal();
    assert!(refused.contains("stegvis tenant probe"), "{refused}");
    desk.lab.give_consent().unwrap();
    assert_eq!(desk.run(&["probe"]).code, 0);

    let out = desk.run(&["sign-out", "--certificate"]).json();
    assert_eq!(
        (&out["signedOut"], &out["certificateForgotten"]),
        (&Value::from(true), &Value::from(true))
    );
    assert!(
        by_certificate()
            .refusal()
            .contains("there is no certificate")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_consent_is_named_and_the_next_sign_in_goes_on() {
    let desk = Desk::new(|_| ()).await;
    desk.administrator_signs_in().json();
    assert_eq!(desk.run(&["facts"]).code, 0);
    desk.lab.withdraw_consent().unwrap();
    for verb in ["facts", "probe"] {
        let refused = desk.run(&[verb]).refusal();
        println!("{refused}");
        assert!(
            refused.contains("consent is missing, or was withdrawn"),
            "{refused}"
        );
        assert!(refused.contains("AADSTS65001") && refused.contains("Grant admin consent"));
    }
    // Given back by somebody else, the old sign-in stays worth nothing.
    desk.lab.give_consent().unwrap();
    let revoked = desk.run(&["facts"]).refusal();
    assert!(revoked.contains("stegvis tenant sign-in"), "{revoked}");
    desk.administrator_signs_in().json();
    assert_eq!(desk.run(&["probe"]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_recipients_are_counted_in_a_dozen_calls() {
    let desk = Desk::new(|options| options.mailboxes = 2000).await;
    desk.administrator_signs_in().json();
    let before = desk.lab.requests();
    let facts = desk.run(&["facts"]).json();
    let seen = desk.lab.requests() - before;
    println!("{:#}; the tenant saw {seen} requests", facts["calls"]);
    assert_eq!(facts["organization"], desk.lab.details().company.as_str());
    assert_eq!(
        (&facts["syncEnabled"], &facts["syncStale"]),
        (&Value::from(true), &Value::from(false))
    );
    let domains = facts["domains"].as_array().unwrap();
    assert_eq!(domains.len(), 3);
    assert!(
        domains
            .iter()
            .all(|domain| domain["verified"] == true && domain["federated"] == false)
    );
    assert!(
        facts["licences"]
            .as_array()
            .unwrap()
            .iter()
            .any(|sku| sku["mailbox"] == true)
    );
    assert!(
        facts["counts"]["users"].as_u64().unwrap() >= 2000,
        "{facts:#}"
    );
    let recipients = facts["counts"]["recipients"].as_object().unwrap();
    let all: u64 = recipients
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert!(all >= 2000, "{facts:#}");
    let calls = |side: &str| facts["calls"][side].as_u64().unwrap();
    assert!(calls("graph") + calls("exchange") <= 12, "{facts:#}");
    // What it says of itself, and a token for each of the two.
    assert_eq!(seen, calls("graph") + calls("exchange") + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_tells_the_exact_values_and_what_to_remove() {
    let desk = Desk::new(|_| ()).await;
    let guide = desk
        .run(&["app", "--tenant", "t-1", "--client-id", "a-1"])
        .json();
    let text = guide.to_string();
    assert!(
        text.contains("\"http://localhost\"") && text.contains("t-1/adminconsent?client_id=a-1")
    );
    let steps = guide["steps"].as_array().unwrap();
    assert_eq!(steps[0]["id"], "register");
    assert_eq!(guide["removal"].as_array().unwrap().len(), 5);
}
