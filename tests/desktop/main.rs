//! The desktop wizard, by clicks: the real program in a real window, on the practice company, driven by
//! WebKit's own driver. What was migrated is judged by the practice organisation, which shares no line with
//! what migrated it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]
#![cfg(target_os = "linux")]

mod convert;
mod desk;
mod drag;
mod finish;
mod frame;
mod list;
mod real;
mod service;
mod window;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stegvis_lab::Lab;
use tokio::sync::Mutex;

use desk::{Desk, Keychain, kill_program_of, programs_of, wait_until};
use window::Window;

/// Enough that *Stop* finds something to stop.
const MAILBOXES: &str = "25";

/// Items copied, as the table of users tells them.
const ITEMS_DONE: &str = "[...document.querySelectorAll('tr[data-status] .pn b')]\
     .reduce((sum, b) => sum + Number(b.textContent.replace(/[^0-9]/g, '')), 0)";

/// One window at a time: they may share a screen, and always share the machine.
pub static SCREEN: Mutex<()> = Mutex::const_new(());

#[tokio::test]
async fn the_practice_company_is_migrated_by_clicks_with_a_stop_on_the_way() {
    let _screen = SCREEN.lock().await;
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::new(Keychain::Unlocked);
    let driver = desk.driver();
    let mut window = Window::open(&driver, "stop", data.path(), &["--mailboxes", MAILBOXES]).await;
    window.says("Practise first").await;
    assert!(
        !window.showing("No keychain answers").await,
        "there is a keychain, and it is unlocked"
    );
    window.picture("project").await;
    window.press("primary").await;

    let chosen = prepare_choose_and_connect(&mut window, MAILBOXES).await;
    window.says("when you start the batch").await;
    window.picture("migrate-plan").await;
    window.press("primary").await;

    let before = some_progress(&window).await;
    let more = format!("return ({ITEMS_DONE}) > arguments[0]");
    window
        .until("numbers move while one watches", &more, vec![before.into()])
        .await;
    window.picture("migrate-running").await;
    window.press("stop").await;
    window.one("resume").await;
    window.says("Stopped").await;
    window.picture("migrate-stopped").await;
    let stopped = statuses(&window).await;
    assert!(
        stopped.iter().any(|status| status == "Stopped"),
        "something was stopped: {stopped:?}"
    );
    window.press("resume").await;
    read_the_report(&mut window, chosen.len()).await;
    window.press("open-html").await;
    wait_until("the system is asked to show the report", || {
        let opened = desk.opened();
        opened.contains("report/Stegvis-") && opened.trim_end().ends_with(".html")
    });
    window.close().await;
    assert_the_judge_agrees(data.path(), &chosen);
}

#[tokio::test]
async fn a_window_closed_in_mid_batch_stops_between_two_messages_and_goes_on_later() {
    let _screen = SCREEN.lock().await;
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::new(Keychain::Unlocked);
    let chosen = {
        let driver = desk.driver();
        let mut window = Window::open(
            &driver,
            "close",
            data.path(),
            &["--practice", "--mailboxes", MAILBOXES],
        )
        .await;
        let chosen = prepare_choose_and_connect(&mut window, MAILBOXES).await;
        window.says("when you start the batch").await;
        window.press("primary").await;
        some_progress(&window).await;
        frame::close(&desk.display);
        wait_until("the program has ended by itself", || {
            programs_of(data.path()).is_empty()
        });
        chosen
    };

    let driver = desk.driver();
    let mut window = Window::open(&driver, "close-again", data.path(), &["--practice"]).await;
    window.one("resume").await;
    window.all("tr[data-status='Stopped'] .rowlink").await[0]
        .click()
        .await
        .unwrap();
    // Not an interruption: the program had the time to put down what it was carrying.
    window.shows("You stopped it.").await;
    window.picture("closed").await;
    window.press("resume").await;
    read_the_report(&mut window, chosen.len()).await;
    window.close().await;
    assert_the_judge_agrees(data.path(), &chosen);
}

#[tokio::test]
async fn a_window_killed_in_mid_batch_opens_on_what_was_interrupted_and_resumes_to_the_end() {
    let _screen = SCREEN.lock().await;
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::new(Keychain::Absent);
    let chosen = {
        let driver = desk.driver();
        let mut window = Window::open(
            &driver,
            "kill",
            data.path(),
            &["--practice", "--mailboxes", MAILBOXES],
        )
        .await;
        let chosen = prepare_choose_and_connect(&mut window, MAILBOXES).await;
        window.press("step-project").await;
        window.shows("No keychain answers on this computer").await;
        window.picture("no-keychain").await;
        window.press("step-migrate").await;
        window.says("when you start the batch").await;
        window.press("primary").await;
        some_progress(&window).await;
        kill_program_of(data.path());
        chosen
    };

    let driver = desk.driver();
    let mut window = Window::open(&driver, "kill-again", data.path(), &["--practice"]).await;
    // Nobody is asked where they were: the wizard opens on what wants attention.
    window.one("resume").await;
    window.says("Stopped").await;
    window.all("tr[data-status='Stopped'] .rowlink").await[0]
        .click()
        .await
        .unwrap();
    window
        .shows("Stegvis closed while this mailbox was moving.")
        .await;
    window.picture("interrupted").await;
    window.press("resume").await;
    read_the_report(&mut window, chosen.len()).await;
    window.close().await;
    assert_the_judge_agrees(data.path(), &chosen);
}

/// Prepare, Mailboxes and Connect. The addresses that were chosen.
pub async fn prepare_choose_and_connect(window: &mut Window, mailboxes: &str) -> BTreeSet<String> {
    let chosen = prepare_and_choose(window).await;
    // One more than was asked for: the hidden one, who moves like anyone.
    assert_eq!(
        chosen.len(),
        mailboxes.parse::<usize>().unwrap() + 1,
        "{chosen:?}"
    );
    window.says("can read your old server").await;
    assert_eq!(
        window
            .attribute("test-OpensMailboxes", "data-severity")
            .await,
        "Pass"
    );
    window.picture("connect").await;
    window.press("primary").await;
    chosen
}

/// Prepare and Mailboxes: everyone but those whom the list would not take.
pub async fn prepare_and_choose(window: &mut Window) -> BTreeSet<String> {
    // The checks ran by themselves when the page opened; all of them found something to say.
    window.one("row-MailUserExists").await;
    let ran = "const rows = [...document.querySelectorAll('[data-severity]')];\
         return rows.length > 0 && rows.every((row) => row.dataset.severity !== 'NotRun')\
             && document.querySelector('[data-testid=\"run-all\"]').ariaBusy === 'false'";
    window.until("every check has run", ran, Vec::new()).await;
    assert_eq!(
        window
            .attribute("row-MailUserExists", "data-severity")
            .await,
        "Fail"
    );
    window.picture("prepare").await;
    window.press("primary").await;

    window.press("choose-all").await;
    // Who has no MailUser, or is protected, cannot move today: the list says so, and they stay.
    let marked = window.all("tr.att input[data-testid^='choose-']").await;
    assert!(!marked.is_empty(), "the list tells whom it would not take");
    for checkbox in marked {
        checkbox.click().await.unwrap();
    }
    let chosen = "return [...document.querySelectorAll('input[data-testid^=\"choose-\"]:checked')]\
         .map((box) => box.dataset.testid.slice('choose-'.length)).filter((address) => address.includes('@'))";
    let Value::Array(chosen) = window.ask(chosen, Vec::new()).await else {
        panic!("a list of addresses")
    };
    let chosen: BTreeSet<String> = chosen
        .iter()
        .map(|address| address.as_str().unwrap().to_owned())
        .collect();
    window.picture("mailboxes").await;
    window.press("primary").await;
    chosen
}

/// Waits until mailboxes are being copied; how many items have been, all in all.
async fn some_progress(window: &Window) -> u64 {
    let moving = "return document.querySelectorAll('tr[data-status=\"Syncing\"] .pn b').length > 0\
         && [...document.querySelectorAll('tr[data-status] .pn b')].some((b) => b.textContent !== '0')";
    window
        .until("mailboxes are being copied", moving, Vec::new())
        .await;
    items_done(window).await
}

async fn items_done(window: &Window) -> u64 {
    window
        .ask(&format!("return {ITEMS_DONE}"), Vec::new())
        .await
        .as_u64()
        .unwrap()
}

async fn statuses(window: &Window) -> Vec<String> {
    let script =
        "return [...document.querySelectorAll('tr[data-status]')].map((row) => row.dataset.status)";
    let Value::Array(rows) = window.ask(script, Vec::new()).await else {
        panic!("a list of rows")
    };
    rows.iter()
        .map(|status| status.as_str().unwrap().to_owned())
        .collect()
}

/// From the last copied message to the report, in both languages.
async fn read_the_report(window: &mut Window, mailboxes: usize) {
    window.says("mailboxes are synced").await;
    assert!(
        statuses(window)
            .await
            .iter()
            .all(|status| status == "Synced")
    );
    window.picture("migrate-synced").await;
    window.press("primary").await;

    assert_eq!(window.attribute("ledger", "data-reconciled").await, "true");
    assert_eq!(
        window.attribute("verification", "data-agrees").await,
        "true"
    );
    window.press("save-report").await;
    window.one("open-html").await;
    window.picture("finish").await;
    window.press("read-report").await;

    assert_eq!(window.attribute("report", "data-reconciled").await, "true");
    window
        .shows(&format!(
            "All {mailboxes} mailboxes are copied and every count reconciles."
        ))
        .await;
    window.picture("report-en").await;
    window.press("lang").await;
    window
        .shows(&format!(
            "Alla {mailboxes} postlådor är kopierade och alla antal stämmer."
        ))
        .await;
    window.picture("report-sv").await;
    window.press("back").await;
    window.one("read-report").await;
    window.picture("finish-sv").await;
}

/// The one practice project in a folder of projects.
pub fn project(data: &Path) -> PathBuf {
    let projects: Vec<PathBuf> = std::fs::read_dir(data.join("projects"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(projects.len(), 1, "{projects:?}");
    projects[0].clone()
}

fn assert_the_judge_agrees(data: &Path, chosen: &BTreeSet<String>) {
    let project = project(data);
    let verdict = Lab::judge_dir(&project.join("practice")).unwrap();
    assert!(
        verdict.agrees_on(|address| chosen.contains(address)),
        "{:#?}",
        verdict.examples
    );
    let files = std::fs::read_dir(project.join("report")).unwrap();
    let mut files = files.map(|file| file.unwrap().path());
    let json = files.find(|path| path.extension().is_some_and(|end| end == "json"));
    let report = std::fs::read(json.unwrap()).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["reconciled"], true);
    assert_eq!(report["verification"]["agrees"], true);
    println!(
        "{} mailboxes migrated by clicks, {} items the same on both sides, none missing, none twice",
        chosen.len(),
        verdict.compared
    );
}
