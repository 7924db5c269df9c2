//! The last step by clicks, on a company whose last mailbox has been moved: mail changes its way, people get their licences
//! and their letters, rights are looked through, and what was left in the world is taken back; the window is closed
//! once in between, and opens on the same truth. What the company says of it is asked of its own log and of its mail
//! sink.

use std::path::{Path, PathBuf};

use stegvis_journeys::stegvis;
use stegvis_lab::{Company, Lab, LabOptions};
use tokio::process::Command;

use super::SCREEN;
use super::desk::{Desk, Keychain, programs_of, wait_until};
use super::frame;
use super::window::Window;

/// A room and a shared mailbox are among them, and one whom a group pays for.
const MAILBOXES: usize = 14;
const PEOPLE: usize = 12;
/// Eight are free; one of them is for somebody who may not have it.
const LICENSED: usize = 7;
const LETTERS: [&str; 4] = ["notice", "reminder", "ready", "phone"];
const DATE: &str = "Monday 14 December";

#[tokio::test(flavor = "multi_thread")]
async fn mail_moves_people_are_told_and_the_footprint_goes_by_clicks_in_a_window_that_is_closed_in_between()
 {
    let _screen = SCREEN.lock().await;
    let data = tempfile::tempdir().unwrap();
    let project = migrated(data.path()).await;
    let desk = Desk::new(Keychain::Unlocked);
    let task = {
        let driver = desk.driver();
        let mut window = Window::open(&driver, "finish", data.path(), &[]).await;
        window.press(&format!("reopen-{}", project.display())).await;
        let opened = "return !document.querySelector('[data-testid^=\"reopen-\"]')";
        window
            .until("the project is opened", opened, Vec::new())
            .await;
        window.press("step-finish").await;
        move_mail(&mut window).await;
        give_licences(&mut window).await;
        send_letters(&mut window, &project).await;
        let task = tick_one_off(&mut window).await;
        frame::close(&desk.display);
        wait_until("the program has ended by itself", || {
            programs_of(data.path()).is_empty()
        });
        task
    };

    let driver = desk.driver();
    let mut window = Window::open(&driver, "finish-again", data.path(), &["--practice"]).await;
    window.press("step-finish").await;
    find_it_again(&mut window, &task).await;
    clean_up(&mut window, &project).await;
    see_the_old_server_and_the_report(&mut window, &desk).await;
    window.close().await;
}

/// A practice project whose every mailbox Microsoft's service has moved, as the command line makes one.
async fn migrated(data: &Path) -> PathBuf {
    let project = data.join("projects/nordvik");
    let lab = Lab::start(LabOptions {
        mailboxes: MAILBOXES.try_into().unwrap(),
        company: Company::FewLicences,
        endpoint: Some(20),
        ..LabOptions::new(project.join("practice"))
    })
    .await
    .unwrap();
    let ready = data.join("ready.json");
    let details = serde_json::to_string(lab.details()).unwrap();
    std::fs::write(&ready, details).unwrap();
    let mut rehearse = stegvis();
    rehearse.args(["rehearse", "--engine", "service", "--json", "--mailboxes"]);
    rehearse.arg(MAILBOXES.to_string());
    rehearse.arg("--project").arg(&project);
    rehearse.arg("--lab").arg(ready);
    let done = Command::from(rehearse).output().await.unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    lab.stop().await;
    // Where the program was last, it tells the window.
    std::fs::copy(project.join("recent.json"), data.join("recent.json")).unwrap();
    project
}

/// MX first, then the rest; watched, and proved by a mail from outside. Nothing is dallied over between the first look and
/// the second: whoever remembers the old value remembers it for a minute.
async fn move_mail(window: &mut Window) {
    window.says("Every mailbox is copied; now DNS.").await;
    window.press("primary").await;
    window.says("MX may move to Microsoft 365 now.").await;
    window.becomes("dns-mx", "data-state", "wrong").await;
    window.press("primary").await;
    // Before MX moves, mail comes by the old server and proves nothing.
    window.becomes("step-moveMx", "data-state", "may").await;
    window.press("practice-mail").await;
    window.becomes("verdict", "data-direct", "false").await;
    window.tells("verdict", "It passed the old server").await;
    window.tells("proved", "Not proved yet").await;
    window.press("practice-moveMx").await;
    window.becomes("step-moveMx", "data-state", "done").await;
    window.press("back").await;
    // The server that decides says one thing, the one that remembers another.
    window.becomes("dns-mx", "data-state", "waiting").await;
    let cells = "return [...document.querySelectorAll('[data-testid=\"dns-mx\"] td')]\
         .slice(1, 3).map((cell) => cell.innerText.trim())";
    let said = window.ask(cells, Vec::new()).await;
    assert_eq!(said[0], "= as expected", "{said}");
    assert!(said[1].as_str().unwrap().starts_with("old value"), "{said}");
    window.says("MX has moved; now Autodiscover.").await;
    window.press("watch").await;
    window.one("watching").await;
    window.pictures("moved").await;

    window.press("primary").await;
    window.tells("dns-history", "mail.nordvik.example").await;
    window.pictures("dns").await;
    for step in ["moveAutodiscover", "addSpf", "dkim"] {
        let button = format!("practice-{step}");
        window.press(&button).await;
        let gone = "return !document.querySelector(`[data-testid=\"${arguments[0]}\"]`)";
        window
            .until(&button, gone, vec![button.clone().into()])
            .await;
    }
    window.press("practice-dmarc").await;
    window.tells("dns-history", "v=DMARC1").await;
    window.press("practice-mail").await;
    window.becomes("verdict", "data-direct", "true").await;
    window
        .tells("verdict", "It did not pass the old server.")
        .await;
    window.tells("proved", "Last proved").await;
    window
        .becomes("step-removeBatches", "data-state", "locked")
        .await;
    window.pictures("proved").await;
    window.press("back").await;
}

/// Too few, and one in a country where there is none to be had.
async fn give_licences(window: &mut Window) {
    window.tells("licences-card", "29 days").await;
    window.press("open-licences").await;
    window
        .says("Eleven people need a licence; the first has 29 days left.")
        .await;
    assert_eq!(window.all("[data-testid^='need-']").await.len(), 11);
    window.tells("missing", "8 people without a country").await;
    window.take("country", "SE").await;
    window.tells("missing", "3 licences short").await;
    window.pictures("licences").await;
    window.press("assign").await;
    window.one("refused").await;
    window.says("Four people need a licence").await;
    assert_eq!(window.all("[data-testid='given'] li").await.len(), LICENSED);
    window.pictures("licences-given").await;
    window.press("back").await;
    window.one("licences-card").await;
}

/// All four, to everybody; the sink has each once.
async fn send_letters(window: &mut Window, project: &Path) {
    window.press("open-letters").await;
    window.tells("letter-text", "Hello").await;
    // Without the day of the move nothing is sent: its field is opened instead.
    window
        .tells("missing", "The day of the move is missing")
        .await;
    window.press("send-letters").await;
    window.fill("field-date", DATE).await;
    window.fill("field-helpdesk", "Åsa, 1234").await;
    window.press("save-fields").await;
    window.tells("letter-text", DATE).await;
    window.tells("letter-text", "Åsa, 1234").await;
    window.pictures("letter").await;
    let before = sunk(project).len();
    for (sent, letter) in LETTERS.iter().enumerate() {
        window.press(&format!("letter-{letter}")).await;
        window
            .becomes(&format!("letter-{letter}"), "aria-pressed", "true")
            .await;
        window.press("send-letters").await;
        let all = format!("{PEOPLE} / {PEOPLE}");
        window.tells(&format!("letter-{letter}"), &all).await;
        assert_eq!(
            sunk(project).len() - before,
            (sent + 1) * PEOPLE,
            "{letter}"
        );
    }
    let mut each: Vec<_> = sunk(project).split_off(before);
    assert!(
        each.iter().any(|(_, subject)| subject.contains(DATE)),
        "{each:?}"
    );
    each.sort_unstable();
    each.dedup();
    assert_eq!(
        each.len(),
        LETTERS.len() * PEOPLE,
        "each person has each letter once"
    );
    window.pictures("letters-sent").await;
    window.press("back").await;
    window
        .tells("letters-card", &format!("{PEOPLE} / {PEOPLE}"))
        .await;
}

/// Whom each mail of the sink was to, and its subject.
fn sunk(project: &Path) -> Vec<(String, String)> {
    let verdict = Lab::judge_dir(&project.join("practice")).unwrap();
    let mails = verdict.mails.into_iter();
    mails
        .map(|mail| (mail.to.join(","), mail.subject))
        .collect()
}

/// Reads rights and habits on both sides, and calls one of them done. Its name on the page.
async fn tick_one_off(window: &mut Window) -> String {
    window.press("open-habits").await;
    window.press("read-habits").await;
    // The old side was read before anybody moved, and has its tasks: the tenant's answer is waited for.
    window.becomes("read-habits", "aria-busy", "false").await;
    window.says("by hand.").await;
    // What the tenant was seen to have got by itself is done already.
    let all = window.all("[data-testid='tasks'] li").await.len();
    let done = window.all("[data-testid='tasks'] li.done").await.len();
    assert!(done < all, "{done} of {all}");
    window.pictures("habits").await;
    let first = window.all("[data-testid='tasks'] li:not(.done)").await;
    let task = first[0].attr("data-testid").await.unwrap().unwrap();
    window.press(&task.replacen("task-", "done-", 1)).await;
    window.becomes(&task, "data-done", "true").await;
    window.shows(&format!("{} of {all} done", done + 1)).await;
    task
}

/// What the window before this one did is all there; the watch has gone on and come to its end.
async fn find_it_again(window: &mut Window, task: &str) {
    window.becomes("dns-mx", "data-state", "right").await;
    for subject in [
        "autodiscover",
        "spf",
        "dkimSelector1",
        "dkimSelector2",
        "dmarc",
    ] {
        window
            .becomes(&format!("dns-{subject}"), "data-state", "right")
            .await;
    }
    window.one("watch").await;
    window.says("mailboxes to convert").await;
    let all = format!("{PEOPLE} / {PEOPLE}");
    let sent = "return [...document.querySelectorAll('[data-testid=\"letters-card\"] li')].filter((one) => one.innerText.includes(arguments[0])).length === arguments[1]";
    window
        .until(
            "every letter is sent",
            sent,
            vec![all.into(), LETTERS.len().into()],
        )
        .await;
    window.pictures("found").await;
    window.press("open-habits").await;
    window.becomes(task, "data-done", "true").await;
    window.press("back").await;
    window.press("open-licences").await;
    window.one("given").await;
    assert_eq!(window.all("[data-testid='given'] li").await.len(), LICENSED);
    window.press("back").await;
}

/// Said first, then done; the tenant's own log has seen each access taken.
async fn clean_up(window: &mut Window, project: &Path) {
    let log = |what: &str| {
        let log = std::fs::read(project.join("practice/world.log")).unwrap();
        let log = String::from_utf8_lossy(&log).into_owned();
        log.matches(&format!("\"t\":\"{what}\"")).count()
    };
    let granted = log("granted");
    assert!(granted >= MAILBOXES, "{granted}");
    window.press("open-cleanup").await;
    window
        .becomes("foot-MailboxAccess", "data-state", "Present")
        .await;
    window.press("dry-run").await;
    window.says("Nothing has been changed.").await;
    window
        .tells("foot-MailboxAccess", &format!("{MAILBOXES} would go"))
        .await;
    assert_eq!(log("revoked"), 0, "a look takes nothing");
    window.pictures("cleanup").await;
    window.press("clean-up").await;
    window.one("cleanup-dialog").await;
    window.picture("cleanup-ask").await;
    window.press("clean-up-now").await;
    window
        .becomes("foot-MailboxAccess", "data-state", "Gone")
        .await;
    assert_eq!(log("revoked"), granted);
    window.pictures("cleaned").await;
    window.press("back").await;
}

/// What comes first before the old server may go, and the report of it all.
async fn see_the_old_server_and_the_report(window: &mut Window, desk: &Desk) {
    window.press("open-server").await;
    for (gate, state) in [
        ("Synced", "Passed"),
        ("Converted", "Open"),
        ("MxMoved", "Open"),
        ("DeliveryProved", "Passed"),
        ("BatchesRemoved", "Open"),
        ("HabitsDone", "Open"),
    ] {
        window
            .becomes(&format!("gate-{gate}"), "data-state", state)
            .await;
    }
    window.pictures("server").await;
    window.press("primary").await;
    window.becomes("report", "data-reconciled", "true").await;
    window
        .shows(&format!(
            "All {MAILBOXES} mailboxes are copied and every count reconciles."
        ))
        .await;
    window.tells("report", "DNS: MX of nordvik.example").await;
    window.tells("report", "Proved by a test mail").await;
    window
        .tells("report", &format!("{PEOPLE} letters sent"))
        .await;
    window.pictures("report").await;
    window.press("open-report-page").await;
    wait_until("the system is asked to show the report", || {
        desk.opened().trim_end().ends_with(".html")
    });
}
