//! A real migration by clicks: made, signed in to its tenant in the system's browser, its directory connected after a
//! person judged its certificate, the checks run; closed, and found again as it was. The servers are a practice
//! organisation's that runs by itself: to the program they are anybody's.

use std::path::{Path, PathBuf};

use stegvis_journeys::fill_in;
use stegvis_lab::{Lab, LabDetails, LabOptions};

use super::SCREEN;
use super::desk::{Desk, Keychain, wait_until};
use super::window::Window;

const COMPANY: &str = "Ångström & Söner AB";

#[tokio::test(flavor = "multi_thread")]
async fn a_real_migration_is_made_signed_in_to_connected_and_checked_and_keeps_no_secret() {
    let _screen = SCREEN.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let lab = Lab::start(LabOptions::new(folder.path().join("lab")))
        .await
        .unwrap();
    let details = lab.details();
    let data = folder.path().join("data");
    let desk = Desk::new(Keychain::Unlocked);
    {
        let driver = desk.driver();
        let mut window = Window::open(&driver, "real", &data, &words(details)).await;
        make(&mut window).await;
        sign_in(&mut window, &desk, details).await;
        connect_directory(&mut window, details).await;
        check(&mut window).await;
        window.close().await;
    }
    hold_no_secret(&data, details);

    // Another start knows it all: whose project, who is signed in, what was found.
    let driver = desk.driver();
    let mut window = Window::open(&driver, "real-again", &data, &words(details)).await;
    window.shows(COMPANY).await;
    window.shows("Real migration ·").await;
    window.picture("recent").await;
    let reopen =
        "[...document.querySelectorAll('[data-testid^=\"reopen-\"]')][0].click(); return true";
    window
        .until("the project is opened", reopen, Vec::new())
        .await;
    both_sides_were_asked(&window).await;
    window.press("open-tenant").await;
    window.one("permission-Exchange Administrator").await;
    window.shows(&details.tenant.administrator).await;
    window.picture("still-signed-in").await;
    window.close().await;
    lab.stop().await;
}

/// How the program is told of another cloud than Microsoft's.
fn words(details: &LabDetails) -> Vec<&str> {
    let tenant = &details.tenant;
    vec![
        "--cloud",
        tenant.graph.strip_suffix("/graph/v1.0").unwrap(),
        "--ca",
        details.ca_path.to_str().unwrap(),
    ]
}

async fn make(window: &mut Window) {
    window.choose("kind-Real").await;
    window.press("primary").await;
    window.shows("Name the company").await;
    window.fill("company", COMPANY).await;
    window.picture("made").await;
    window.press("primary").await;
    window
        .says("Connect the tenant and the old directory")
        .await;
    // Every step says what it lacks and leads there.
    window.press("step-connect").await;
    assert_eq!(
        window.attribute("not-connected", "data-parts").await,
        "source"
    );
    window.press("step-prepare").await;
    assert_eq!(
        window.attribute("not-connected", "data-parts").await,
        "tenant directory"
    );
    window.picture("nothing-connected").await;
}

/// The system's browser is a person with `curl`.
async fn sign_in(window: &mut Window, desk: &Desk, details: &LabDetails) {
    let tenant = &details.tenant;
    window.press("connect-part").await;
    window.fill("client-id", &tenant.client_id).await;
    window.press("sign-in-browser").await;
    window.one("cancel-sign-in").await;
    window.picture("browser").await;
    wait_until("the system is asked for a browser", || {
        desk.opened().contains("https://")
    });
    let opened = desk.opened();
    let address = opened.lines().last().unwrap();
    let typed = [
        ("login", tenant.administrator.as_str()),
        ("passwd", &tenant.administrator_password),
        ("answer", "accept"),
    ];
    fill_in(&details.ca_path, address, &typed);
    window.one("permission-Exchange Administrator").await;
    window.shows(&tenant.administrator).await;
    window.picture("signed-in").await;
    window.press("tenant-close").await;
}

async fn connect_directory(window: &mut Window, details: &LabDetails) {
    let directory = &details.directory;
    window.press("primary").await;
    window.fill("old-directory-host", &directory.host).await;
    window
        .fill("old-directory-port", &directory.port.to_string())
        .await;
    window
        .fill("old-directory-account", &directory.account)
        .await;
    window
        .fill("old-directory-password", &directory.password)
        .await;
    window.press("connect-directory-now").await;
    // Nobody vouches for it: it is shown, and nothing is sent.
    assert_eq!(
        window.attribute("certificate", "data-trusted").await,
        "false"
    );
    window.picture("certificate").await;
    window.press("pin").await;
    window.press("connect-directory-now").await;
    window.one("open-directory").await;
    window.picture("connected").await;
}

async fn check(window: &mut Window) {
    window.press("primary").await;
    let ran = "return document.querySelector('[data-testid=\"run-all\"]')?.ariaBusy === 'false'";
    window.until("the checks have run", ran, Vec::new()).await;
    both_sides_were_asked(window).await;
    window.picture("checked").await;
}

/// What passed is shown among all checks alone.
async fn both_sides_were_asked(window: &Window) {
    let all = "[...document.querySelectorAll('.filters button')].find((one) => one.textContent.includes('All'))?.click();\
         return ['DirectorySync', 'DirectoryReadable'].every((check) =>\
             document.querySelector(`[data-testid=\"row-${check}\"]`)?.dataset.severity === 'Pass')";
    window
        .until("tenant and directory answered", all, Vec::new())
        .await;
}

/// What is on disk is anybody's to read: no password and no key is in it.
fn hold_no_secret(data: &Path, details: &LabDetails) {
    let secrets = [
        details.directory.password.as_str(),
        &details.tenant.administrator_password,
        &details.tenant.client_secret,
        "PRIVATE KEY",
    ];
    let files = files_of(data);
    assert!(!files.is_empty());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for secret in secrets {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is in {}", file.display());
        }
    }
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_of(&path));
        } else if entry.file_type().unwrap().is_file() {
            files.push(path);
        }
    }
    files
}
