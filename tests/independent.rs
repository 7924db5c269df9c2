//! Clients nobody here wrote against the practice tenant: Microsoft's own libraries for signing in and for Graph, in
//! Python. `cargo xtask setup test` installs them; a missing one is a failure.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use stegvis_lab::{Lab, LabOptions};
use tempfile::TempDir;
use tokio::process::Command;

fn python() -> PathBuf {
    let given = std::env::var_os("STEGVIS_PYTHON").map(PathBuf::from);
    given.unwrap_or_else(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        target.join("independent").join("bin").join("python")
    })
}

async fn lab(change: impl FnOnce(&mut LabOptions)) -> (TempDir, Lab) {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 7;
    change(&mut options);
    let lab = Lab::start(options).await.unwrap();
    (dir, lab)
}

/// Runs a script that asserts what it finds, and ends with its last line.
async fn script(lab: &Lab, name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("independent");
    let output = Command::new(python())
        .arg(folder.join(name))
        .env("LAB", serde_json::to_string(lab.details()).unwrap())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // Whatever the machine's own network is like, the practice tenant is on this computer.
        .env("NO_PROXY", "localhost")
        .env_remove("REQUESTS_CA_BUNDLE")
        .env_remove("CURL_CA_BUNDLE")
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap_or_else(|error| {
            panic!(
                "{}: {error} (`cargo xtask setup test` installs it)",
                python().display()
            )
        });
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}\n{errors}");
    said.lines().last().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn msal_signs_in_on_another_device_and_redeems_one_sign_in_for_each_resource() {
    let (_dir, lab) = lab(|_| ()).await;
    assert_eq!(script(&lab, "device_code.py").await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn msal_signs_in_in_a_browser_renews_its_tokens_and_learns_that_consent_was_withdrawn() {
    let (_dir, lab) = lab(|options| options.tenant.token_life = Duration::from_secs(2)).await;
    assert_eq!(script(&lab, "browser.py").await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn msal_answers_a_claims_challenge() {
    let (_dir, lab) = lab(|_| ()).await;
    assert_eq!(script(&lab, "claims.py").await, "ok 200");
    lab.demand_claims(true);
    assert_eq!(script(&lab, "claims.py").await, "ok 401");
}

#[tokio::test(flavor = "multi_thread")]
async fn msal_proves_with_a_certificate_who_it_is() {
    let (_dir, lab) = lab(|_| ()).await;
    assert_eq!(script(&lab, "certificate.py").await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn microsofts_graph_library_reads_the_tenant_and_gives_a_licence() {
    let (_dir, lab) = lab(|_| ()).await;
    assert_eq!(script(&lab, "graph.py").await, "ok");
}
