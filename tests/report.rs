//! The hand-over report of a rehearsal, opened by the programs that people open it with: a browser, a printer, a
//! spreadsheet in Swedish.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use stegvis_journeys::{Measured, Running, stegvis};
use tempfile::TempDir;

const MAILBOXES: usize = 25;

/// What a spreadsheet would calculate, or run.
const FORMULA: &str = "=1+1|cmd";

/// A subject that nobody else may read.
const SUBJECT: &str = "=HYPERLINK(\"http://evil.example\";\"Skilsmässan\")";

/// A rehearsal that ended, and what must be in no report of it.
struct Rehearsed {
    folder: TempDir,
    secrets: Vec<String>,
}

/// One rehearsal for every test here. The practice company runs outside, so that its secrets are known.
fn rehearsed() -> &'static Rehearsed {
    static ONE: OnceLock<Rehearsed> = OnceLock::new();
    ONE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let ready = folder.path().join("ready.json");
        let mut lab = stegvis();
        lab.args(["lab", "serve", "--mailboxes", &MAILBOXES.to_string()])
            .arg("--dir")
            .arg(folder.path().join("lab"))
            .arg("--ready-file")
            .arg(&ready);
        let mut lab = Running::start(&mut lab);
        assert!(lab.wait_until(|| ready.is_file()), "the company ended");
        let mut rehearse = stegvis();
        rehearse
            .args(["rehearse", "--json", "--language", "sv", "--lab"])
            .arg(&ready)
            .arg("--project")
            .arg(folder.path().join("project"));
        let json = Running::start(&mut rehearse).finish().reconciled();
        assert_eq!(json["users"].as_array().unwrap().len(), MAILBOXES);
        // A rehearsal tells where its report is.
        assert!(json["files"].as_array().unwrap().len() >= 3, "{json}");
        let company: Value = serde_json::from_slice(&fs::read(&ready).unwrap()).unwrap();
        let secrets = [
            "/source/password",
            "/directory/password",
            "/tenant/administratorPassword",
            "/tenant/clientSecret",
            "/smtp/password",
        ];
        let secrets = secrets.map(|place| {
            let secret = company.pointer(place).and_then(Value::as_str);
            secret.unwrap_or_else(|| panic!("no {place}")).to_owned()
        });
        Rehearsed {
            folder,
            secrets: secrets.into(),
        }
    })
}

/// A project of its own for one test: two at a time cannot have one open.
fn project(mend: &str) -> TempDir {
    let own = tempfile::tempdir().unwrap();
    let path = own.path().join("practice.stegvis");
    let journal = rehearsed().folder.path().join("project/practice.stegvis");
    fs::copy(journal, &path).unwrap();
    let script = "import sqlite3, sys\nd = sqlite3.connect(sys.argv[1])\nd.executescript(sys.argv[2])\nd.commit()";
    let mended = Command::new("python3")
        .args(["-c", script])
        .arg(&path)
        .arg(mend)
        .status();
    assert!(mended.unwrap().success(), "{mend}");
    own
}

/// As an unkind world has it: a mailbox with a formula for its name, and a skipped item with one for its subject.
fn unkind() -> TempDir {
    let subject = SUBJECT.replace('\'', "''");
    project(&format!(
        "UPDATE migration_user SET display_name = '{FORMULA}' WHERE id = 3;
         UPDATE item SET state = 'Skipped', reason = 'TooLarge', subject = '{subject}',
         detail = 'refused: {FORMULA}' WHERE id = (SELECT min(id) FROM item WHERE state = 'Copied');"
    ))
}

fn report(project: &Path, output: &Path, words: &[&str]) -> Measured {
    let mut command = stegvis();
    command
        .args(["report", "--project"])
        .arg(project)
        .arg("--output")
        .arg(output)
        .args(words);
    Running::start(&mut command).finish()
}

/// The file whose name ends so.
fn file(folder: &Path, end: &str) -> PathBuf {
    let mut files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let found = files.find(|path| path.to_string_lossy().ends_with(end));
    found.unwrap_or_else(|| panic!("no {end} in {}", folder.display()))
}

/// Chromium without a window; what it complains of.
fn chromium(profile: &Path, words: &[String]) -> String {
    let program = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    let mut command = Command::new(program);
    command
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--hide-scrollbars",
            "--enable-logging=stderr",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(words)
        // Where there is no home, and where there is little memory to share, as in a container.
        .arg("--disable-dev-shm-usage")
        .env("HOME", profile);
    let run = Running::start(&mut command).finish();
    assert!(run.status.success(), "{}", run.stderr);
    run.stderr
}

#[test]
fn the_report_opens_in_a_browser_without_a_complaint_and_prints_on_pages() {
    let project = unkind();
    let kept = std::env::var_os("STEGVIS_KEEP_REPORTS").map(PathBuf::from);
    for (language, verdict) in [
        (
            "sv",
            "Alla 25 postlådor har flyttats och alla antal stämmer.",
        ),
        (
            "en",
            "All 25 mailboxes have moved, and every count reconciles.",
        ),
    ] {
        let output = tempfile::tempdir().unwrap();
        let run = report(project.path(), output.path(), &["--language", language]);
        assert!(run.status.success(), "{}{}", run.stdout, run.stderr);
        let page = file(output.path(), ".html");
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        assert!(name.starts_with("Stegvis-Nordvik-Bygg-AB-20"), "{name}");
        let text = fs::read_to_string(&page).unwrap();
        assert!(text.contains(verdict), "{language}");
        // Nothing of it is anywhere else, and nothing runs; the page's own policy makes a browser complain of both.
        for foreign in [
            "<script", "<link", "<img", "<iframe", "@import", "url(", " src=",
        ] {
            assert!(!text.contains(foreign), "{foreign}");
        }
        assert!(text.contains("default-src 'none'"));
        let address = format!("file://{}", page.display());
        let (shot, print) = (
            output.path().join("shot.png"),
            output.path().join("print.pdf"),
        );
        let told = chromium(
            output.path(),
            &[
                "--window-size=900,2400".to_owned(),
                format!("--screenshot={}", shot.display()),
                address.clone(),
            ],
        );
        assert!(!told.contains("CONSOLE"), "{told}");
        let told = chromium(
            output.path(),
            &[
                "--no-pdf-header-footer".to_owned(),
                format!("--print-to-pdf={}", print.display()),
                address,
            ],
        );
        assert!(!told.contains("CONSOLE"), "{told}");
        assert!(fs::metadata(&shot).unwrap().len() > 50_000);
        let pdf = fs::read(&print).unwrap();
        let pages = pages(&pdf);
        assert!((3..=12).contains(&pages), "{pages} pages");
        println!("{language}: {} bytes of HTML, {pages} pages", text.len());
        if let Some(kept) = &kept {
            fs::copy(&shot, kept.join(format!("report-{language}.png"))).unwrap();
            fs::copy(&print, kept.join(format!("report-{language}.pdf"))).unwrap();
        }
    }
}

/// How many pages a printed file has.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    text.match_indices("/Type /Page")
        .filter(|(at, word)| {
            !text
                .get(at + word.len()..)
                .is_some_and(|rest| rest.starts_with('s'))
        })
        .count()
}

/// The judge can tell: a page that asks somebody else is complained of.
#[test]
fn a_page_that_breaks_its_own_policy_is_complained_of() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">";
    fs::write(
        &page,
        format!("<!doctype html>{policy}<img src=\"http://127.0.0.1:9/x.png\">"),
    )
    .unwrap();
    let shot = folder.path().join("shot.png");
    let told = chromium(
        folder.path(),
        &[
            format!("--screenshot={}", shot.display()),
            format!("file://{}", page.display()),
        ],
    );
    assert!(told.contains("CONSOLE"), "{told}");
}

/// LibreOffice set to Swedish reads a table and writes it down as flat XML; it calculates whatever it takes for a
/// formula.
fn calc(table: &Path, folder: &Path) -> String {
    let profile = folder.join("office");
    fs::create_dir_all(profile.join("user")).unwrap();
    fs::write(
        profile.join("user/registrymodifications.xcu"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<oor:items xmlns:oor=\"http://openoffice.org/2001/registry\">\n\
         <item oor:path=\"/org.openoffice.Setup/L10N\"><prop oor:name=\"ooSetupSystemLocale\" oor:op=\"fuse\">\
         <value>sv-SE</value></prop></item>\n</oor:items>\n",
    )
    .unwrap();
    // Semicolons, quotes, UTF-8, from the first row on, Swedish, dates and numbers recognised, formulas calculated.
    let filter = "Text - txt - csv (StarCalc):59,34,76,1,,1053,false,true,false,false,false,0,true";
    let mut command = Command::new("soffice");
    command
        .arg(format!(
            "-env:UserInstallation=file://{}",
            profile.display()
        ))
        .args([
            "--headless",
            &format!("--infilter={filter}"),
            "--convert-to",
            "fods",
            "--outdir",
        ])
        .arg(folder.join("sheets"))
        .arg(table)
        .env("HOME", &profile);
    let run = Running::start(&mut command).finish();
    assert!(run.status.success(), "{}{}", run.stdout, run.stderr);
    fs::read_to_string(file(&folder.join("sheets"), ".fods")).unwrap()
}

#[test]
fn the_tables_open_in_a_swedish_spreadsheet_with_their_letters_and_nothing_is_calculated() {
    let project = unkind();
    let output = tempfile::tempdir().unwrap();
    let run = report(project.path(), output.path(), &["--language", "sv"]);
    assert!(run.status.success(), "{}{}", run.stdout, run.stderr);
    let csv = fs::read(table(output.path(), ".csv")).unwrap();
    assert!(csv.starts_with(b"\xef\xbb\xbfEmailAddress;DisplayName;"));
    for (end, expected) in [
        (".csv", ["Åsa Öhrström", "Göran Wikström", FORMULA]),
        ("-skipped.csv", ["Skilsmässan", "TooLarge", FORMULA]),
        (
            "-actions.csv",
            ["BatchCreated", "ConversionWritten", "nordvik.example"],
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let sheet = calc(&table(output.path(), end), folder.path());
        for word in expected {
            assert!(sheet.contains(word), "{end} has no {word}");
        }
        assert!(!sheet.contains("table:formula"), "{end} is calculated");
        // A row is as many cells as there are names of columns: nothing is pushed into the next.
        assert!(!sheet.contains("Ã"), "{end} lost its letters");
    }
}

/// The table whose name ends so; the shortest name is the one without another word.
fn table(folder: &Path, end: &str) -> PathBuf {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let fitting = files.filter(|path| path.to_string_lossy().ends_with(end));
    fitting.min_by_key(|path| path.as_os_str().len()).unwrap()
}

/// The judge can tell: a cell that nobody made safe is calculated.
#[test]
fn an_unsafe_table_is_calculated_by_the_same_spreadsheet() {
    let folder = tempfile::tempdir().unwrap();
    let unsafe_table = folder.path().join("unsafe.csv");
    fs::write(&unsafe_table, "\u{feff}a;b\r\n=1+1;å\r\n").unwrap();
    assert!(calc(&unsafe_table, folder.path()).contains("table:formula"));
}

#[test]
fn no_secret_of_the_company_is_in_any_file_of_its_report() {
    let project = unkind();
    let output = tempfile::tempdir().unwrap();
    let run = report(project.path(), output.path(), &["--json"]);
    let view: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(!view["actions"].as_array().unwrap().is_empty());
    let mut seen = 0;
    let own = rehearsed().folder.path().join("project/report");
    for folder in [output.path(), &own] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            for secret in &rehearsed().secrets {
                assert!(!text.contains(secret), "{} holds a secret", path.display());
            }
            for word in ["Bearer ", "eyJ", "BEGIN PRIVATE KEY", "client_secret"] {
                assert!(!text.contains(word), "{} holds {word}", path.display());
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 10);
}

#[test]
fn a_redacted_report_adds_up_and_names_nobody() {
    let project = unkind();
    let open = tempfile::tempdir().unwrap();
    let run = report(project.path(), open.path(), &["--json"]);
    let full: Value = serde_json::from_str(&run.stdout).unwrap();
    let output = tempfile::tempdir().unwrap();
    let run = report(project.path(), output.path(), &["--json", "--redact"]);
    assert!(run.status.success(), "{}", run.stderr);
    let redacted: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(redacted["total"], full["total"]);
    assert_eq!(redacted["redacted"], true);
    let mut hidden = vec![
        SUBJECT.to_owned(),
        "Skilsmässan".to_owned(),
        FORMULA.to_owned(),
    ];
    for user in full["users"].as_array().unwrap() {
        hidden.push(user["address"].as_str().unwrap().to_owned());
        hidden.push(user["name"].as_str().unwrap().to_owned());
    }
    assert_eq!(hidden.len(), 3 + 2 * MAILBOXES);
    let mut seen = 0;
    for entry in fs::read_dir(output.path()).unwrap() {
        let path = entry.unwrap().path();
        assert!(path.to_string_lossy().contains("redacted"));
        let text = fs::read_to_string(&path).unwrap().to_lowercase();
        for word in &hidden {
            assert!(
                !text.contains(&word.to_lowercase()),
                "{} names {word}",
                path.display()
            );
        }
        seen += 1;
    }
    assert_eq!(seen, 5);
    // The same words are all in the report for those who may read it: the search finds what is there.
    let text = fs::read_to_string(table(open.path(), ".json")).unwrap();
    assert!(text.contains("Skilsmässan") && text.contains(FORMULA));
}

#[test]
fn a_report_whose_counts_differ_says_so_first_and_the_command_fails() {
    let project = project(
        "UPDATE folder SET source_items = source_items + 3
         WHERE id = (SELECT min(id) FROM folder WHERE target_path IS NOT NULL);",
    );
    let output = tempfile::tempdir().unwrap();
    let run = report(
        project.path(),
        output.path(),
        &["--language", "sv", "--json"],
    );
    assert_eq!(run.status.code(), Some(1), "{}", run.stderr);
    let view: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(view["reconciled"], false);
    assert_eq!(view["differing"].as_array().unwrap().len(), 1);
    assert_eq!(view["toDo"][0]["task"], "Reconcile");
    let page = fs::read_to_string(file(output.path(), ".html")).unwrap();
    let verdict = page.find("Antalen stämmer inte.").unwrap();
    let red = page.find("class=\"verdict bad\"").unwrap();
    assert!(red < verdict && verdict < page.find("<h2>").unwrap());
    assert!(page.contains("≠ Skiljer sig"));
    if let Some(kept) = std::env::var_os("STEGVIS_KEEP_REPORTS") {
        fs::copy(
            file(output.path(), ".html"),
            Path::new(&kept).join("report-red.html"),
        )
        .unwrap();
    }
}

#[test]
fn a_report_tells_who_did_what_and_when_and_is_read_from_a_file_alone() {
    let project = unkind();
    let output = tempfile::tempdir().unwrap();
    let file = project.path().join("practice.stegvis");
    let run = report(&file, output.path(), &["--json"]);
    assert!(run.status.success(), "{}", run.stderr);
    let view: Value = serde_json::from_str(&run.stdout).unwrap();
    let actions = view["actions"].as_array().unwrap();
    for what in [
        "EndpointSaved",
        "BatchCreated",
        "BatchStarted",
        "ConversionWritten",
    ] {
        let one = actions.iter().find(|action| action["what"] == what);
        let one = one.unwrap_or_else(|| panic!("no {what}"));
        assert!(
            one["who"].as_str().is_some_and(|who| !who.is_empty()),
            "{one}"
        );
    }
    // What a chart shows is what the account holds.
    let points = view["throughput"]["points"].as_array().unwrap();
    let moved: u64 = points
        .iter()
        .map(|point| point["items"].as_u64().unwrap())
        .sum();
    let copied =
        view["total"]["copied"].as_u64().unwrap() + view["total"]["skipped"].as_u64().unwrap();
    assert_eq!(moved, copied);
    let states: u64 = view["states"]
        .as_array()
        .unwrap()
        .iter()
        .map(|state| state["mailboxes"].as_u64().unwrap())
        .sum();
    assert_eq!(states, MAILBOXES as u64);
    let kinds: u64 = view["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["ledger"]["source"].as_u64().unwrap())
        .sum();
    assert_eq!(Some(kinds), view["total"]["source"].as_u64());
}
