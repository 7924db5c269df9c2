//! A list from Excel, in the real window: opened through the system's dialog and by the command line, looked
//! through to its end, mended, undone, saved through the system's dialog, and read back byte for byte.

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::Value;

use crate::SCREEN;
use crate::desk::{Desk, Keychain};
use crate::drag::Drag;
use crate::frame::answer_dialog;
use crate::window::Window;

/// Rows of the list, without its heading.
const ROWS: usize = 5_000;

const MAILBOXES: &str = "12";

const END: char = '\u{e010}';
const ENTER: char = '\u{e007}';
const ESCAPE: char = '\u{e00c}';
const CONTROL: char = '\u{e009}';

struct Person {
    name: String,
    address: String,
}

#[tokio::test]
async fn a_list_of_5000_rows_is_opened_mended_undone_and_saved_through_the_systems_own_dialogs() {
    let _screen = SCREEN.lock().await;
    let data = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Flytt.csv");
    let desk = Desk::new(Keychain::Unlocked);
    let list;
    {
        let driver = desk.driver();
        let words = ["--practice", "--mailboxes", MAILBOXES];
        let mut window = Window::open(&driver, "list", data.path(), &words).await;
        let mut people = people(&window).await;
        // One of the directory is not on the list, for a person to write there.
        let absent = people.pop().unwrap();
        list = excel(&people);
        fs::write(&file, &list).unwrap();

        window.choose("source-file").await;
        window.says("No list is open yet.").await;
        window.picture("empty").await;
        window.press("pick-list").await;
        answer_dialog(&desk.display, "Choose the mailbox list", path(&file));
        look_through(&mut window, &people).await;
        mend_and_undo(&mut window, &people, &absent).await;
        // As the list has them; the one that was written over stands below all the others.
        people.push(absent);
        save(&mut window, &desk, &people, folder.path()).await;
        window.close().await;
    }

    // The file itself is as it was, and can be named when the program is started.
    assert_eq!(fs::read(&file).unwrap(), list);
    let driver = desk.driver();
    let words = ["--practice", "--list", path(&file)];
    let mut window = Window::open(&driver, "list-named", data.path(), &words).await;
    window.says("5,000 rows read").await;
    window.picture("named").await;

    // A second file is dropped on it; what is no list is refused, and the first one stays.
    let picture = folder.path().join("bild.png");
    fs::write(&picture, b"\x89PNG\r\n\x1a\n").unwrap();
    let drag = Drag::over(&desk.display, &picture);
    window.one("drop-zone").await;
    window.picture("held-over").await;
    drag.away();
    let gone = "return document.querySelector('[data-testid=\"drop-zone\"]') === null";
    window.until("it is taken away", gone, Vec::new()).await;
    Drag::over(&desk.display, &picture).let_go();
    window.shows("The file is no list of mailboxes.").await;
    window.says("5,000 rows read").await;
    window.picture("refused").await;
    let short = folder.path().join("kort.csv");
    fs::write(&short, "Mail\r\nokand@fjarran.example\r\n").unwrap();
    Drag::over(&desk.display, &short).let_go();
    window.says("One row read; it needs your decision.").await;
    window.picture("dropped").await;
    window.close().await;
}

/// What the directory of the practice company holds, from the table that shows it.
async fn people(window: &Window) -> Vec<Person> {
    window.press("step-mailboxes").await;
    window.one("choose-all").await;
    let rows = "return [...document.querySelectorAll('tr[data-testid^=\"row-\"]')]\
         .map((row) => [row.querySelector('th').textContent, row.dataset.testid.slice('row-'.length)])";
    let Value::Array(rows) = window.ask(rows, Vec::new()).await else {
        panic!("a list of rows")
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| Person {
            name: text(&row[0]),
            address: text(&row[1]),
        })
        .collect()
}

/// As Excel writes it in Sweden: semicolons, Windows-1252, CRLF, and what people paste into cells. First those whom
/// the directory knows, then strangers, then the first two of all again.
fn excel(people: &[Person]) -> Vec<u8> {
    let cell = |index: usize, Person { name, address }: &Person| match index % 5 {
        0 => address.clone(),
        1 => format!("{address}\u{a0}"),
        2 => format!("mailto:{address}"),
        3 => format!("{name} <{address}>"),
        _ => format!("SMTP:{address}"),
    };
    let mut lines = vec!["Namn;E-post;Anmärkning".to_owned()];
    for (index, person) in people.iter().enumerate() {
        let cell = cell(index, person);
        lines.push(format!("{};{cell};på övre våningen", person.name));
    }
    for number in 0..strangers(people) {
        let address = format!("okand.{number:05}@fjarran.example");
        lines.push(format!("Okänd Å {number};{address};"));
    }
    for Person { name, address } in &people[..2] {
        lines.push(format!("{name};{};", address.to_uppercase()));
    }
    assert_eq!(lines.len(), ROWS + 1);
    let text = lines.join("\r\n") + "\r\n";
    // Whatever is in it, Latin-1 and Windows-1252 write alike.
    text.chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect()
}

fn strangers(people: &[Person]) -> usize {
    ROWS - people.len() - 2
}

/// The page says what was read, holds a few of its rows, and comes to the last one.
async fn look_through(window: &mut Window, people: &[Person]) {
    window.says("5,000 rows read").await;
    window.shows("Windows-1252").await;
    window.shows("Semicolon").await;
    counts(window, "filter-All", ROWS).await;
    counts(window, "filter-Decide", strangers(people)).await;
    // Four of five cells were mended, and the last two rows are merged with the first.
    let mended = (0..people.len()).filter(|index| index % 5 != 0).count();
    counts(window, "filter-Repaired", mended + 2).await;
    window.picture("opened").await;

    window.press("sort-Row").await;
    row(window, 2).await;
    let scrolled = window.scroll("list-rows", 100, 2_000).await;
    println!("2,000 px in steps of 100: {scrolled}");
    let started = Instant::now();
    let focus = "document.querySelector('[data-testid=\"list-grid\"]').focus()";
    window.ask(focus, Vec::new()).await;
    window.key(&[], END).await;
    row(window, ROWS + 1).await;
    let took = started.elapsed().as_millis();
    let held = "return document.querySelectorAll('tr[data-row]').length";
    let held = window.ask(held, Vec::new()).await.as_u64().unwrap();
    assert!(held < 80, "{held} rows are in the page");
    window.shows("Same address as row 3").await;
    window.picture("end").await;
    println!("to the last of {ROWS} rows in {took} ms, with {held} of them in the page");
}

/// Searches, takes back, writes over, thinks better of it, and decides about all the rest at once.
async fn mend_and_undo(window: &mut Window, people: &[Person], absent: &Person) {
    let strangers = strangers(people);
    // The third of them was a link.
    window.fill("search", &people[2].address).await;
    only_row(window, 4).await;
    window.shows("Link prefix removed").await;
    window.picture("searched").await;
    window.press("take-back-4").await;
    counts(window, "filter-Decide", strangers + 1).await;
    window.picture("taken-back").await;
    window.press("undo").await;
    counts(window, "filter-Decide", strangers).await;

    let number = people.len() + 7 + 2;
    let edit = format!("edit-{number}");
    window.fill("search", "okand.00007").await;
    only_row(window, number).await;
    for held_back in [true, false] {
        window.press(&edit).await;
        window.one(&format!("cell-{number}")).await;
        window.type_over(&absent.address).await;
        window.picture("writing").await;
        if held_back {
            window.key(&[], ESCAPE).await;
            window.one(&edit).await;
            counts(window, "filter-Decide", strangers).await;
        }
    }
    window.key(&[], ENTER).await;
    counts(window, "filter-Decide", strangers - 1).await;
    window.shows("Written by you").await;
    window.press("undo").await;
    counts(window, "filter-Decide", strangers).await;
    window.press(&edit).await;
    window.one(&format!("cell-{number}")).await;
    window.type_over(&absent.address).await;
    window.key(&[], ENTER).await;
    counts(window, "filter-Decide", strangers - 1).await;

    // The others are nobody's mailboxes: they are shown when one would save, and left out at once.
    window.fill("search", "").await;
    window.press("primary").await;
    let shown = "return document.querySelector('[data-testid=\"list-grid\"]').ariaRowCount === arguments[0]\
         && document.activeElement.dataset.testid === 'list-grid'";
    let many = strangers.to_string();
    window
        .until("the undecided rows are shown", shown, vec![many.into()])
        .await;
    window.key(&[CONTROL], 'a').await;
    window.shows("4,979 rows selected").await;
    window.picture("selected").await;
    window.press("leave-out-selected").await;
    window.says("nothing is left to decide").await;
    counts(window, "filter-LeftOut", strangers - 1).await;
}

/// Two files, the pilot first, exactly as Exchange Online wants them.
async fn save(window: &mut Window, desk: &Desk, people: &[Person], folder: &Path) {
    window.press("suggest-pilot").await;
    counts(window, "filter-Pilot", 3).await;
    window.press("preview-list").await;
    window.one("bytes").await;
    let shown = "return [...document.querySelectorAll('[data-testid=\"bytes\"] > span')]\
         .map((line) => line.textContent.replace('CRLF\\n', '\\r\\n')).join('')";
    let shown = window.ask(shown, Vec::new()).await;
    window.picture("preview").await;
    window.key(&[], ESCAPE).await;
    window.press("primary").await;
    answer_dialog(
        &desk.display,
        "Save the list",
        path(&folder.join("Klar.csv")),
    );
    window.shows("The list is saved.").await;
    window.picture("saved").await;

    let pilot = fs::read(folder.join("Klar-Pilot.csv")).unwrap();
    let rest = fs::read(folder.join("Klar-Batch 2.csv")).unwrap();
    let pilot = String::from_utf8(pilot).unwrap();
    assert_eq!(shown, pilot, "what is shown is what is written");
    let first: Vec<&str> = pilot.lines().skip(1).collect();
    assert_eq!(first.len(), 3);
    let written = |passes: &dyn Fn(&&str) -> bool| {
        let addresses = people.iter().map(|person| person.address.as_str());
        let lines = std::iter::once("EmailAddress").chain(addresses.filter(passes));
        lines.map(|line| format!("{line}\r\n")).collect::<String>()
    };
    assert_eq!(pilot, written(&|address| first.contains(address)));
    let expected = written(&|address| !first.contains(address));
    assert_eq!(String::from_utf8(rest).unwrap(), expected);
    println!("{} rows saved in two files, byte for byte", people.len());

    window.press("primary").await;
    let there = "return document.querySelector('[data-testid=\"step-connect\"]').getAttribute('aria-current') === 'step'";
    window
        .until("the next step is there", there, Vec::new())
        .await;
    window.press("step-mailboxes").await;
    window.choose("source-directory").await;
    window
        .says("mailboxes will move, three of them first.")
        .await;
    window.picture("used").await;
}

/// Waits until a row is in the page.
async fn row(window: &Window, number: usize) {
    let there = "return document.querySelector(`tr[data-row=\"${arguments[0]}\"]`) !== null";
    window
        .until("the row is there", there, vec![number.into()])
        .await;
}

/// Waits until it is the only one.
async fn only_row(window: &Window, number: usize) {
    let alone = "const rows = [...document.querySelectorAll('tr[data-row]')];\
         return rows.length === 1 && rows[0].dataset.row === String(arguments[0])";
    window
        .until("only that row is there", alone, vec![number.into()])
        .await;
}

/// Waits until a filter promises so many rows.
async fn counts(window: &Window, filter: &str, many: usize) {
    let digits = "return document.querySelector(`[data-testid=\"${arguments[0]}\"] b`)\
         .textContent.replace(/[^0-9]/g, '') === arguments[1]";
    let arguments = vec![filter.into(), many.to_string().into()];
    window
        .until(&format!("{filter} is {many}"), digits, arguments)
        .await;
}

fn path(file: &Path) -> &str {
    file.to_str().unwrap()
}
