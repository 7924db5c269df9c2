//! `stegvis list`: what an administrator sees of a list, and the file for Exchange Online.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stegvis_journeys::{Measured, Running, stegvis};

/// Every cell of these rows is wrong in a way of its own, and one password has whatever a list may choke on.
const LIST: &str = "sep=;\r\n\
    E-postadress;Namn;Lösenord;Tvinga lösenordsbyte;\r\n\
    SMTP:anna@nordvik.example;Anna;\" hem,lig;\"\"å \";SANT;\r\n\
    bo@nordvik.example;Bo;;;\r\n\
    ;;;;\r\n\
    BO@nordvik.example;Bo igen;hemlig2;FALSKT;\r\n\
    åsa@nordvik.example;Åsa;;kanske;\r\n";

fn list(words: &[&str], paths: &[&Path]) -> Measured {
    let mut command = stegvis();
    command.arg("list").args(words).args(paths);
    Running::start(&mut command).finish()
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../src-tauri/crates/lists/tests/fixtures")
        .join(name)
}

fn checked(path: &Path, words: &[&str]) -> (i32, Value) {
    let run = list(&[&["check", "--json"], words].concat(), &[path]);
    let json = serde_json::from_str(&run.stdout).unwrap_or(Value::Null);
    (run.status.code().unwrap(), json)
}

#[test]
fn a_checked_list_is_the_object_that_was_promised() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lista.csv");
    fs::write(&path, LIST).unwrap();
    let (code, found) = checked(&path, &[]);
    assert_eq!(code, 1);
    let finding = |code: &str, column: Value, was: &str, becomes: Value| json!({"code": code, "column": column, "was": was, "becomes": becomes});
    let (address, force) = (json!("EmailAddress"), json!("ForceChangePassword"));
    assert_eq!(
        found,
        json!({
            "format": {"kind": "csv", "encoding": "utf-8", "delimiter": ";", "sheet": null},
            "columns": [
                {"source": "E-postadress", "means": "EmailAddress"},
                {"source": "Namn", "means": null},
                {"source": "Lösenord", "means": "Password"},
                {"source": "Tvinga lösenordsbyte", "means": "ForceChangePassword"},
            ],
            "rows": [
                {"row": 2, "emailAddress": "anna@nordvik.example", "hasPassword": true, "forceChangePassword": true,
                 "status": "repaired", "findings": [
                    finding("smtp-prefix", address.clone(), "SMTP:anna@nordvik.example", json!("anna@nordvik.example")),
                    finding("password-outer-spaces", json!("Password"), "••••••••", Value::Null),
                    finding("localised-boolean", force.clone(), "SANT", json!("True")),
                ]},
                {"row": 3, "emailAddress": "bo@nordvik.example", "hasPassword": false, "forceChangePassword": null,
                 "status": "ok", "findings": []},
                {"row": 5, "emailAddress": "BO@nordvik.example", "hasPassword": true, "forceChangePassword": false,
                 "status": "rejected", "findings": [
                    finding("localised-boolean", force.clone(), "FALSKT", json!("False")),
                    finding("duplicate", address.clone(), "BO@nordvik.example", json!("row 3")),
                ]},
                {"row": 6, "emailAddress": "åsa@nordvik.example", "hasPassword": false, "forceChangePassword": null,
                 "status": "rejected", "findings": [
                    finding("non-ascii-local-part", address, "åsa@nordvik.example", Value::Null),
                    finding("not-a-boolean", force, "kanske", Value::Null),
                ]},
            ],
            "summary": {"ok": 1, "repaired": 1, "rejected": 2},
        })
    );
}

#[test]
fn the_exit_code_says_whether_a_row_is_rejected_and_whether_it_is_a_list() {
    let folder = tempfile::tempdir().unwrap();
    for (content, words, code) in [
        (&b"a@b.se\r\n"[..], &[][..], 0),
        (b"Mail\r\n mailto:a@b.se\r\n", &[], 0),
        (b"a@b.se\r\nA@B.se\r\n", &[], 1),
        (b"", &[], 2),
        (b"Namn;Telefon\r\nAnna;070\r\n", &[], 2),
        (b"PK\x03\x04 and nothing else", &[], 2),
        (b"a@b.se\r\n", &["--sheet", "Blad1"], 2),
    ] {
        let path = folder.path().join("lista.csv");
        fs::write(&path, content).unwrap();
        let run = list(&[&["check"], words].concat(), &[&path]);
        let told = format!("{}{}", run.stdout, run.stderr);
        assert_eq!(run.status.code(), Some(code), "{told}");
        // One sentence, and what to do.
        let lines = run.stderr.lines().count();
        assert_eq!(lines, if code == 2 { 2 } else { 0 }, "{told}");
    }
    let missing = list(&["check"], &[&folder.path().join("none.csv")]);
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn what_is_converted_is_ok_when_it_is_checked_and_the_original_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (path, output) = (
        folder.path().join("lista.csv"),
        folder.path().join("out.csv"),
    );
    fs::write(&path, LIST).unwrap();
    let run = list(&["convert", "--output"], &[&output, &path]);
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(
        fs::read_to_string(&output).unwrap(),
        "EmailAddress,Password,ForceChangePassword\r\n\
         anna@nordvik.example,\" hem,lig;\"\"å \",True\r\n\
         bo@nordvik.example,,\r\n"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&output).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let (code, again) = checked(&output, &[]);
    assert_eq!((code, &again["summary"]["ok"]), (0, &json!(2)));
    let second = folder.path().join("again.csv");
    list(&["convert", "--output"], &[&second, &output]);
    assert_eq!(fs::read(&second).unwrap(), fs::read(&output).unwrap());

    let onto_itself = list(&["convert", "--output"], &[&path, &path]);
    assert_eq!(onto_itself.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&path).unwrap(), LIST);
}

#[test]
fn more_rows_than_a_file_may_have_make_more_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lista.csv");
    let rows: String = (0..4001).map(|n| format!("u{n}@b.se\n")).collect();
    fs::write(&path, rows).unwrap();
    let run = list(
        &["convert", "--output"],
        &[&folder.path().join("out.csv"), &path],
    );
    assert_eq!(run.status.code(), Some(0), "{}", run.stderr);
    let rows = [1, 2, 3].map(|number| {
        let part = folder.path().join(format!("out-{number}.csv"));
        fs::read_to_string(part).unwrap().lines().count() - 1
    });
    assert_eq!(rows, [2000, 2000, 1]);
}

#[test]
fn no_password_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lista.csv");
    let output = folder.path().join("out.csv");
    for content in [
        LIST,
        // Shifted, formulas, no heading, and a delimiter that nobody knows.
        "EmailAddress,Password\na@b.se,hemlig,x\nc@d.se,=hemlig\ne@f.se,\"#N/A\"\n",
        "a@b.se;hemlig;SANT\nc@d.se;hemlig;FALSKT\n",
        "a@b.se~hemlig~SANT\nc@d.se hemlig\n",
        "EmailAddress^Password\na@b.se^hemlig\n",
    ] {
        fs::write(&path, content).unwrap();
        for words in [
            &["check"][..],
            &["check", "--json"],
            &["convert", "--output", output.to_str().unwrap()],
        ] {
            let run = list(words, &[&path]);
            let told = format!("{}{}", run.stdout, run.stderr);
            assert!(!told.contains("hem"), "{told}");
            assert!(!told.is_empty());
        }
    }
}

#[test]
fn a_spreadsheet_is_read_by_what_it_is_and_its_hidden_rows_are_told() {
    let folder = tempfile::tempdir().unwrap();
    for (name, kind) in [
        ("libreoffice.ods", "ods"),
        ("libreoffice.xlsx", "xlsx"),
        ("libreoffice.xls", "xls"),
    ] {
        let path = folder.path().join(format!("{kind}.csv"));
        fs::copy(fixture(name), &path).unwrap();
        let (code, found) = checked(&path, &[]);
        assert_eq!(code, 1);
        assert_eq!(
            found["format"],
            json!({"kind": kind, "encoding": null, "delimiter": null, "sheet": "Användare"})
        );
        assert_eq!(
            found["summary"],
            json!({"ok": 4, "repaired": 3, "rejected": 3})
        );
        let (code, pilot) = checked(&path, &["--sheet", "pilot"]);
        assert_eq!((code, pilot["rows"].as_array().unwrap().len()), (0, 2));
        let told = list(&["check"], &[&path]).stdout;
        assert!(
            told.contains("other sheets not read: Pilot; hidden rows that were read: 2"),
            "{told}"
        );
    }
}
