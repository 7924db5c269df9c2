//! Starting the clients. Each test file uses its own part of these.
#![allow(dead_code)]

pub mod directory;
pub mod tenant;

use std::process::Stdio;

use serde_json::Value;
use stegvis_lab::{Lab, LabOptions};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// A lab of so many mailboxes.
pub async fn lab(mailboxes: u32) -> (TempDir, Lab) {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = mailboxes;
    let lab = Lab::start(options).await.unwrap();
    (dir, lab)
}

async fn output(command: &mut Command) -> std::process::Output {
    command.stdin(Stdio::null()).output().await.unwrap_or_else(|error| {
        panic!("{command:?}: {error} (the tests need curl, ldap-utils and python3; `cargo xtask` installs them)")
    })
}

/// What a client that must succeed says.
pub async fn stdout(command: &mut Command) -> String {
    let output = output(command).await;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}\n{errors}");
    text
}

/// What a client that must fail says.
pub async fn stderr(command: &mut Command) -> String {
    let output = output(command).await;
    assert!(!output.status.success(), "{command:?} succeeded");
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Ready-made commands.
pub struct Client;

impl Client {
    pub fn curl(lab: &Lab) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--max-time", "60", "--cacert"])
            .arg(&lab.details().ca_path);
        curl
    }

    fn ldap(lab: &Lab, tool: &str, signed_in: bool) -> Command {
        let directory = &lab.details().directory;
        let mut command = Command::new(tool);
        command
            .env("LDAPTLS_CACERT", &lab.details().ca_path)
            .env("LDAPTLS_REQCERT", "demand")
            .args([
                "-x",
                "-H",
                &format!("ldaps://{}:{}", directory.host, directory.port),
            ]);
        if signed_in {
            command.args(["-D", &directory.account, "-w", &directory.password]);
        }
        command
    }

    pub fn ldapsearch(lab: &Lab, signed_in: bool) -> Command {
        let mut command = Self::ldap(lab, "ldapsearch", signed_in);
        command.args(["-o", "ldif-wrap=no", "-b", &lab.details().directory.base_dn]);
        command
    }

    /// The result code.
    pub async fn ldapmodify(lab: &Lab, ldif: String) -> i32 {
        let mut command = Self::ldap(lab, "ldapmodify", true);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("ldapmodify: {error} (install ldap-utils)"));
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(ldif.as_bytes()).await.unwrap();
        drop(stdin);
        child
            .wait_with_output()
            .await
            .unwrap()
            .status
            .code()
            .unwrap()
    }

    pub async fn token(lab: &Lab, scope: &str) -> String {
        let tenant = &lab.details().tenant;
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={scope}",
            tenant.client_id, tenant.client_secret
        );
        let answer = stdout(Self::curl(lab).args(["-d", &form, &tenant.token_url])).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn get(lab: &Lab, url: &str, token: &str) -> (u16, Value) {
        Self::request(lab, "GET", url, token, None, 1000).await
    }

    pub async fn send(
        lab: &Lab,
        method: &str,
        url: &str,
        token: &str,
        body: &Value,
    ) -> (u16, Value) {
        Self::request(lab, method, url, token, Some(body), 1000).await
    }

    pub async fn cmdlet(lab: &Lab, token: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}/InvokeCommand", lab.details().tenant.admin_api);
        Self::request(lab, "POST", &url, token, Some(body), 1000).await
    }

    pub async fn page(lab: &Lab, url: &str, token: &str, body: &Value, size: u32) -> (u16, Value) {
        Self::request(lab, "POST", url, token, Some(body), size).await
    }

    async fn request(
        lab: &Lab,
        method: &str,
        url: &str,
        token: &str,
        body: Option<&Value>,
        page: u32,
    ) -> (u16, Value) {
        let mut curl = Self::curl(lab);
        curl.args(["-g", "-X", method, "-w", "\n%{http_code}"])
            .args(["-H", &format!("Authorization: Bearer {token}")])
            .args(["-H", &format!("Prefer: odata.maxpagesize={page}")]);
        if let Some(body) = body {
            curl.args([
                "-H",
                "Content-Type: application/json",
                "-d",
                &body.to_string(),
            ]);
        }
        let text = stdout(curl.arg(url)).await;
        let (body, status) = text.rsplit_once('\n').unwrap();
        (
            status.parse().unwrap(),
            serde_json::from_str(body).unwrap_or_default(),
        )
    }
}

/// Copies one mailbox with Python alone: urllib for the tenant, imaplib for both servers.
pub async fn migrate(lab: &Lab, alias: &str, how: &[&str]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/migrate.py");
    let details = serde_json::to_string(lab.details()).unwrap();
    let mut python = Command::new("python3");
    stdout(python.arg(script).arg(alias).args(how).env("LAB", details)).await
}

/// Appends so many messages, ten at a time, and tells what became of each.
pub async fn pump(lab: &Lab, alias: &str, count: u32) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/pump.py");
    let details = serde_json::to_string(lab.details()).unwrap();
    let mut python = Command::new("python3");
    stdout(
        python
            .arg(script)
            .arg(alias)
            .arg(count.to_string())
            .env("LAB", details),
    )
    .await
}
