//! Microsoft's migration service by clicks: chosen, tested, started; left in mid-batch and found again as it was; what
//! it left in the source copied from this computer. The service and the judge are the practice organisation's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use stegvis_lab::Lab;

use super::desk::{Desk, Keychain, kill_program_of, programs_of, wait_until};
use super::window::Window;
use super::{SCREEN, frame, prepare_and_choose, project};

/// Two of them hold an item that is larger than the tenant takes. The service takes its time: a batch that is left
/// must not have come to its end meanwhile.
const COMPANY: [&str; 6] = [
    "--mailboxes",
    "16",
    "--company",
    "serviceRehearsal",
    "--pace",
    "700",
];

/// Somebody is being copied.
const MOVING: &str = "return document.querySelectorAll('tr[data-status=\"Syncing\"]').length > 0";

#[tokio::test]
async fn a_window_closed_while_the_service_copies_opens_on_the_same_batch_and_fills_the_gap() {
    let _screen = SCREEN.lock().await;
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::new(Keychain::Unlocked);
    let (chosen, name) = {
        let driver = desk.driver();
        let words: Vec<&str> = ["--practice"].into_iter().chain(COMPANY).collect();
        let mut window = Window::open(&driver, "service-close", data.path(), &words).await;
        let begun = begin(&mut window).await;
        frame::close(&desk.display);
        wait_until("the program has ended by itself", || {
            programs_of(data.path()).is_empty()
        });
        begun
    };
    go_on(&desk, "service-close-again", data.path(), &chosen, &name).await;
}

#[tokio::test]
async fn a_window_killed_while_the_service_copies_opens_on_the_same_batch_and_fills_the_gap() {
    let _screen = SCREEN.lock().await;
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::new(Keychain::Unlocked);
    let (chosen, name) = {
        let driver = desk.driver();
        let words: Vec<&str> = ["--practice"].into_iter().chain(COMPANY).collect();
        let mut window = Window::open(&driver, "service-kill", data.path(), &words).await;
        let begun = begin(&mut window).await;
        kill_program_of(data.path());
        begun
    };
    go_on(&desk, "service-kill-again", data.path(), &chosen, &name).await;
}

/// From the first check until the service copies. Who moves, and the batch's name in the tenant.
async fn begin(window: &mut Window) -> (BTreeSet<String>, String) {
    let chosen = prepare_and_choose(window).await;
    window.says("can read your old server").await;
    window.choose("engine-Service").await;
    window.one("service-test").await;
    window.picture("service-endpoint").await;
    window.press("service-test").await;
    window.says("The service reaches your old server.").await;
    window.picture("service-tested").await;
    window.press("primary").await;

    window.says("when you start the batch").await;
    window.shows("migration service a batch of").await;
    window.picture("service-plan").await;
    window.press("primary").await;
    window.until("the service copies", MOVING, Vec::new()).await;
    window.picture("service-running").await;
    let name = cloud_name(window).await;
    assert!(name.contains("Stegvis"), "{name}");
    assert_moving(window, "when the window is left").await;
    (chosen, name)
}

/// Opened again: the same batch, by itself to its end; then what was left.
async fn go_on(
    desk: &Desk,
    journey: &'static str,
    data: &Path,
    chosen: &BTreeSet<String>,
    name: &str,
) {
    let driver = desk.driver();
    let words: Vec<&str> = ["--practice"].into_iter().chain(COMPANY).collect();
    let mut window = Window::open(&driver, journey, data, &words).await;
    // Nobody is asked where they were, and nobody resumes: the service went on.
    window.press("step-migrate").await;
    window.one("cloud-name").await;
    assert_eq!(cloud_name(&window).await, name);
    let there: BTreeSet<String> = statuses(&window).await.into_keys().collect();
    assert_eq!(&there, chosen);
    assert_moving(&window, "when it is found again").await;
    window.picture("opened-again").await;

    // Everything is compared, and two mailboxes lack an item that was too large for the service.
    window.one("fill-gap").await;
    let statuses = statuses(&window).await;
    let synced: BTreeSet<&str> = statuses
        .iter()
        .filter(|(_, status)| *status == "Synced")
        .map(|(address, _)| address.as_str())
        .collect();
    assert!(!synced.is_empty(), "{statuses:?}");
    let missing = window.attribute("gap", "data-missing").await;
    assert_ne!(missing, "0", "the service left what was too large for it");
    window.picture("gap").await;
    window.press("fill-gap").await;
    let filled = "return document.querySelector('[data-testid=\"gap\"]')?.dataset.missing === '0'";
    window.until("the gap is filled", filled, Vec::new()).await;
    window.picture("gap-filled").await;
    window.close().await;

    let verdict = Lab::judge_dir(&project(data).join("practice")).unwrap();
    assert!(
        verdict.agrees_on(|address| synced.contains(address)),
        "{:#?}",
        verdict.examples
    );
    println!(
        "{} mailboxes moved by the service, {missing} items copied from here, {} compared",
        synced.len(),
        verdict.compared
    );
}

/// The service is at work, and not done with everybody.
async fn assert_moving(window: &Window, when: &str) {
    let statuses = statuses(window).await;
    let of = |status: &str| statuses.values().filter(|one| *one == status).count();
    assert!(of("Syncing") > 0, "the batch moves {when}: {statuses:?}");
    assert!(of("Synced") < statuses.len(), "{when}: {statuses:?}");
}

async fn cloud_name(window: &Window) -> String {
    window.attribute("cloud-name", "title").await
}

/// Every mailbox of the table, with its status.
async fn statuses(window: &Window) -> BTreeMap<String, String> {
    let script = "return [...document.querySelectorAll('tr[data-status]')]\
         .map((row) => [row.dataset.testid.slice('row-'.length), row.dataset.status])";
    let Value::Array(rows) = window.ask(script, Vec::new()).await else {
        panic!("a list of rows")
    };
    rows.iter()
        .map(|row| {
            let word = |at: usize| row[at].as_str().unwrap().to_owned();
            (word(0), word(1))
        })
        .collect()
}
