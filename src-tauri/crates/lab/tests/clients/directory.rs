//! The directory by OpenLDAP's tools.

use std::collections::BTreeMap;
use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use stegvis_lab::{Lab, LabOptions, SourceVersion};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::{Client, stdout};

pub const PEOPLE: &str = "OU=Personal,OU=Nordvik,DC=nordvik,DC=example";

pub const GORAN: &str = "CN=Göran Wikström,OU=Personal,OU=Nordvik,DC=nordvik,DC=example";

/// The old organisation as it was before Exchange 2007.
pub async fn of_2003(mailboxes: u32) -> (TempDir, Lab) {
    let dir = tempfile::tempdir().unwrap();
    let options = LabOptions {
        mailboxes,
        source: SourceVersion::Exchange2003,
        ..LabOptions::new(dir.path())
    };
    let lab = Lab::start(options).await.unwrap();
    (dir, lab)
}

pub async fn with_hurdles(mailboxes: u32) -> (TempDir, Lab) {
    let dir = tempfile::tempdir().unwrap();
    let options = LabOptions {
        mailboxes,
        hurdles: true,
        ..LabOptions::new(dir.path())
    };
    let lab = Lab::start(options).await.unwrap();
    (dir, lab)
}

/// `ldapmodify` with flags of its own; the result code.
pub async fn modify(lab: &Lab, dn: &str, flags: &[&str], changes: &str) -> i32 {
    let directory = &lab.details().directory;
    let mut child = tokio::process::Command::new("ldapmodify")
        .env("LDAPTLS_CACERT", &lab.details().ca_path)
        .args(["-x", "-D", &directory.account, "-w", &directory.password])
        .args([
            "-H",
            &format!("ldaps://{}:{}", directory.host, directory.port),
        ])
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let ldif = format!("dn: {dn}\nchangetype: modify\n{changes}\n");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(ldif.as_bytes()).await.unwrap();
    drop(stdin);
    child.wait().await.unwrap().code().unwrap()
}

/// What `ldapsearch` prints of one object, with these attributes; values in one order.
pub async fn entry(lab: &Lab, dn: &str, attributes: &[&str]) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut search = Client::ldapsearch(lab, true);
    search.args(["-LLL", "-s", "base", "-b", dn, "(objectClass=*)"]);
    let text = stdout(search.args(attributes)).await;
    let mut found: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (name, value) = match line.split_once(":: ") {
            Some((name, value)) => (name, BASE64.decode(value).unwrap()),
            None => {
                let (name, value) = line.split_once(": ").unwrap_or((line, ""));
                (name, value.as_bytes().to_vec())
            }
        };
        found.entry(name.to_owned()).or_default().push(value);
    }
    found.remove("dn");
    found.values_mut().for_each(|values| values.sort());
    found
}
