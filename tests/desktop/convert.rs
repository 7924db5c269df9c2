//! The conversion by clicks: one first, proved; the rest; one taken back. The practice organisation judges what its
//! directory holds in the end, and shares no line with what wrote it.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use stegvis_lab::{DirectoryState, Lab};

use super::desk::{Desk, Keychain, kill_program_of};
use super::window::Window;
use super::{SCREEN, prepare_choose_and_connect, project};

const MAILBOXES: &str = "8";

/// With the hidden one.
const TOTAL: usize = 9;

#[tokio::test]
async fn one_mailbox_is_converted_and_proved_then_the_rest_and_one_is_taken_back() {
    let _screen = SCREEN.lock().await;
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::new(Keychain::Unlocked);
    let words = ["--practice", "--mailboxes", MAILBOXES];
    let driver = desk.driver();
    let mut window = Window::open(&driver, "convert", data.path(), &words).await;
    let chosen = migrate(&mut window).await;

    // What the directory is, as it tells itself.
    window.press("step-prepare").await;
    window.press("open-directory").await;
    window.one("bite-retentionShort").await;
    window.shows("SRV-MAIL01").await;
    window.picture("directory").await;
    window.press("directory-close").await;

    window.press("step-convert").await;
    // The gates are examined by themselves; nothing may be converted before its object is kept.
    window.one("back-up").await;
    window.picture("convert-examined").await;
    window.press("back-up").await;
    window.one("convert-one").await;
    assert_eq!(states(&window).await, ["Ready"; TOTAL]);
    window.shows("msExchMailboxSecurityDescriptor").await;
    window.picture("convert-dry-run").await;

    window.press("convert-one").await;
    window
        .says("One of nine mailboxes is converted and proved.")
        .await;
    let first = address_of(&window, "Proved").await;
    choose(&window, &first).await;
    window.one("proof-FoundByAddresses").await;
    window.picture("convert-proved").await;
    assert_the_directory_holds(data.path(), &chosen, &[&first]);

    window.press("convert-rest").await;
    window.says("All nine mailboxes are converted.").await;
    assert_eq!(states(&window).await, ["Proved"; TOTAL]);
    window.picture("convert-all").await;
    let all: Vec<&str> = chosen.iter().map(String::as_str).collect();
    assert_the_directory_holds(data.path(), &chosen, &all);

    choose(&window, &first).await;
    window.press("undo").await;
    window.shows("It is not copied back.").await;
    window.picture("convert-undo").await;
    window.press("undo-now").await;
    window
        .until(
            "the first mailbox is a mailbox again",
            "return document.querySelector(`[data-testid=\"convert-${arguments[0]}\"]`)?.dataset.state === 'Undone'",
            vec![first.clone().into()],
        )
        .await;
    window.picture("convert-undone").await;
    window.close().await;
    let others: Vec<&str> = all
        .into_iter()
        .filter(|address| *address != first)
        .collect();
    assert_the_directory_holds(data.path(), &chosen, &others);
}

#[tokio::test]
async fn a_window_killed_while_it_converts_opens_on_the_truth_and_goes_on() {
    let _screen = SCREEN.lock().await;
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::new(Keychain::Unlocked);
    let chosen = {
        let words = ["--practice", "--mailboxes", MAILBOXES];
        let driver = desk.driver();
        let mut window = Window::open(&driver, "convert-kill", data.path(), &words).await;
        let chosen = migrate(&mut window).await;
        window.press("step-convert").await;
        window.press("back-up").await;
        window.press("convert-one").await;
        window.press("convert-rest").await;
        window.says("Converting, one at a time").await;
        kill_program_of(data.path());
        chosen
    };
    let verdict = Lab::judge_dir(&project(data.path()).join("practice")).unwrap();
    assert_eq!(verdict.half_converted, 0, "{:#?}", verdict.examples);
    assert!(
        verdict.converted < chosen.len() as u64,
        "it was killed in the middle"
    );

    let driver = desk.driver();
    let window = Window::open(&driver, "convert-kill-again", data.path(), &["--practice"]).await;
    window.press("step-convert").await;
    // One that was written but not proved is proved first; the page says what comes next, until all are.
    let go_on = "const next = document.querySelector('.btn.primary');\
         const names = ['check-gates', 'back-up', 'prove', 'convert-one', 'convert-rest'];\
         if (next && next.ariaBusy === 'false' && names.includes(next.dataset.testid)) next.click();\
         return document.querySelectorAll('[data-state=\"Proved\"]').length === arguments[0]";
    window
        .until("all are converted", go_on, vec![TOTAL.into()])
        .await;
    window.says("All nine mailboxes are converted.").await;
    window.close().await;
    let all: Vec<&str> = chosen.iter().map(String::as_str).collect();
    assert_the_directory_holds(data.path(), &chosen, &all);
}

/// From the first check to the last copied message.
async fn migrate(window: &mut Window) -> BTreeSet<String> {
    let chosen = prepare_choose_and_connect(window, MAILBOXES).await;
    window.says("when you start the batch").await;
    window.press("primary").await;
    window.says("All nine mailboxes are synced.").await;
    // The read-back, without which nobody would convert.
    window
        .until(
            "source and target are compared",
            "return document.querySelector('[data-testid=\"safe\"] b').textContent === 'Every count reconciles'",
            Vec::new(),
        )
        .await;
    chosen
}

async fn states(window: &Window) -> Vec<String> {
    let script =
        "return [...document.querySelectorAll('tr[data-state]')].map((row) => row.dataset.state)";
    let Value::Array(rows) = window.ask(script, Vec::new()).await else {
        panic!("a list of rows")
    };
    rows.iter()
        .map(|state| state.as_str().unwrap().to_owned())
        .collect()
}

async fn address_of(window: &Window, state: &str) -> String {
    let script = "return document.querySelector(`tr[data-state=\"${arguments[0]}\"]`).dataset.testid.slice('convert-'.length)";
    let address = window.ask(script, vec![state.into()]).await;
    address.as_str().unwrap().to_owned()
}

async fn choose(window: &Window, address: &str) {
    let row = format!("[data-testid='convert-{address}'] .rowlink");
    window.all(&row).await[0].click().await.unwrap();
}

/// Exactly these mailboxes are mail-enabled users, whole; every other one is the mailbox it was.
fn assert_the_directory_holds(data: &Path, chosen: &BTreeSet<String>, converted: &[&str]) {
    let verdict = Lab::judge_dir(&project(data).join("practice")).unwrap();
    assert!(
        verdict.agrees_on(|address| chosen.contains(address)),
        "{:#?}",
        verdict.examples
    );
    assert_eq!(verdict.half_converted, 0, "{:#?}", verdict.examples);
    for mailbox in verdict
        .mailboxes
        .iter()
        .filter(|mailbox| chosen.contains(&mailbox.address))
    {
        let expected = if converted.contains(&mailbox.address.as_str()) {
            DirectoryState::Converted
        } else {
            DirectoryState::Forwarding
        };
        assert_eq!(
            mailbox.directory, expected,
            "{}: {:?}",
            mailbox.address, mailbox.directory_defects
        );
    }
}
