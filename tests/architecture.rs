//! The floors and invariants of src-tauri/crates/README.md, checked. What this file does not hold is opinion.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Who may import whom (of ours), from the ground up.
const FLOORS: [(&str, &[&str]); 12] = [
    ("stegvis-model", &[]),
    ("stegvis-wire", &[]),
    ("stegvis-journal", &["stegvis-model"]),
    ("stegvis-engine", &["stegvis-journal", "stegvis-model"]),
    ("stegvis-lists", &["stegvis-journal", "stegvis-model"]),
    (
        "stegvis-connect",
        &["stegvis-engine", "stegvis-model", "stegvis-wire"],
    ),
    (
        "stegvis-api",
        &[
            "stegvis-connect",
            "stegvis-engine",
            "stegvis-journal",
            "stegvis-lists",
            "stegvis-model",
            "stegvis-wire",
        ],
    ),
    ("stegvis-cli", &["stegvis-api", "stegvis-lab"]),
    ("stegvis-desktop", &["stegvis-api", "stegvis-lab"]),
    // The judge shares no brain with the accused.
    ("stegvis-lab", &["stegvis-model", "stegvis-wire"]),
    ("xtask", &[]),
    ("stegvis-journeys", &[]),
];

/// Crates that decide and record, and so do nothing else.
const CORE: [&str; 4] = ["model", "wire", "journal", "engine"];

/// What the core asks its ports for instead.
const WORLD: [&str; 9] = [
    "std::env",
    "println!",
    "eprintln!",
    "print!",
    "dbg!",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
    "ZonedDateTime::now",
];

/// Longest file, in lines; and the length from which a file is named in the output.
const LONGEST: usize = 800;
const LONG: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap()
}

/// Every file in the repository, by its path from the root. Git knows what is generated and what is not.
fn files() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let names = String::from_utf8(output.stdout).unwrap();
    let files: BTreeSet<PathBuf> = names
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        .collect();
    files
        .into_iter()
        .filter(|file| root().join(file).is_file())
        .collect()
}

fn rust_files(under: &str) -> Vec<PathBuf> {
    files()
        .into_iter()
        .filter(|file| {
            file.starts_with(under) && file.extension().is_some_and(|extension| extension == "rs")
        })
        .collect()
}

fn text(file: &Path) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// Lines that are code: comments may speak of anything. A file's test module is at its end.
fn code(file: &Path) -> Vec<(usize, String)> {
    text(file)
        .split("#[cfg(test)]\nmod ")
        .next()
        .unwrap()
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| (number + 1, line.to_owned()))
        .collect()
}

fn crate_name(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn every_crate_imports_only_from_floors_it_may_look_down_on() {
    let allowed: BTreeMap<&str, &[&str]> = FLOORS.into_iter().collect();
    let metadata = metadata();
    let ours: BTreeSet<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    assert_eq!(
        ours,
        allowed.keys().copied().collect(),
        "the table names every crate of the workspace"
    );
    let mut checked = 0;
    for package in &metadata.packages {
        let may = allowed.get(package.name.as_str()).unwrap();
        for dependency in &package.dependencies {
            if dependency.kind != DependencyKind::Normal || !ours.contains(dependency.name.as_str())
            {
                continue;
            }
            assert!(
                may.contains(&dependency.name.as_str()),
                "{} may not import {}",
                package.name,
                dependency.name
            );
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} imports were found");
}

#[test]
fn a_crate_outside_the_core_is_not_tested_with_what_it_may_not_import() {
    // Development dependencies of the lab would be a way around the judge's independence.
    let metadata = metadata();
    let lab = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "stegvis-lab")
        .unwrap();
    for dependency in &lab.dependencies {
        let name = dependency.name.as_str();
        assert!(
            !name.starts_with("stegvis-") || name == "stegvis-model" || name == "stegvis-wire",
            "the lab imports {name}"
        );
    }
}

#[test]
fn connect_knows_the_engine_only_by_its_ports() {
    for file in rust_files("src-tauri/crates/connect") {
        for (number, line) in code(&file) {
            for (at, name) in line.match_indices("stegvis_engine") {
                let after = line.get(at + name.len()..).unwrap();
                assert!(
                    after.starts_with("::ports"),
                    "{}:{number} reaches past the engine's ports: {line}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn tauri_is_a_dependency_of_the_shell_alone() {
    let with_tauri: Vec<String> = metadata()
        .packages
        .iter()
        .filter(|package| {
            package
                .dependencies
                .iter()
                .any(|dependency| dependency.name.starts_with("tauri"))
        })
        .map(|package| package.name.to_string())
        .collect();
    assert_eq!(with_tauri, ["stegvis-desktop"]);
}

#[test]
fn sql_is_written_in_the_journal_alone() {
    for file in rust_files("src-tauri") {
        if file.starts_with("src-tauri/crates/journal") {
            continue;
        }
        for (number, line) in code(&file) {
            let found = [
                "INSERT INTO ",
                "DELETE FROM ",
                "CREATE TABLE ",
                "UPDATE OR ",
                "rusqlite::",
            ]
            .iter()
            .any(|word| line.contains(word))
                || (line.contains("\"SELECT ") && line.contains(" FROM "));
            assert!(!found, "SQL in {}:{number}: {line}", file.display());
        }
    }
}

#[test]
fn the_core_does_not_print_or_read_the_environment_or_the_clock() {
    let mut read = 0;
    for name in CORE {
        for file in rust_files(&format!("src-tauri/crates/{name}/src")) {
            read += 1;
            for (number, line) in code(&file) {
                for word in WORLD {
                    assert!(
                        !line.contains(word),
                        "{word} in {}:{number}",
                        file.display()
                    );
                }
            }
        }
    }
    assert!(read > 10, "only {read} files were read");
}

#[test]
fn no_file_is_a_book() {
    let mut long = Vec::new();
    for file in files() {
        let known = file.extension().is_some_and(|extension| {
            ["rs", "ts", "svelte", "css", "mjs"]
                .iter()
                .any(|one| extension == *one)
        });
        if !known || file.to_string_lossy().ends_with(".gen.ts") {
            continue;
        }
        let lines = text(&file).lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", file.display());
        if lines > LONG {
            long.push(format!("{lines:>5}  {}", file.display()));
        }
    }
    println!("files above {LONG} lines:\n{}", long.join("\n"));
}

#[test]
fn every_crate_opens_with_what_lives_there() {
    let metadata = metadata();
    let mut checked = 0;
    for package in &metadata.packages {
        for target in &package.targets {
            let source = fs::read_to_string(&target.src_path).unwrap();
            // Cargo's own scripts explain themselves where they need to.
            if target.name.as_str() == "build-script-build" {
                continue;
            }
            assert!(
                source.starts_with("//!"),
                "{} does not open with //!",
                target.src_path
            );
            checked += 1;
        }
    }
    assert!(checked >= FLOORS.len());
    for (name, _) in FLOORS {
        let Some(folder) = name
            .strip_prefix("stegvis-")
            .filter(|_| !name.contains("desktop"))
        else {
            continue;
        };
        let lib = Path::new("src-tauri/crates")
            .join(folder)
            .join("src/lib.rs");
        if root().join(&lib).is_file() {
            let opening = text(&lib);
            assert!(
                opening.contains("May import:"),
                "{} does not say what it may import",
                lib.display()
            );
        }
    }
}

#[test]
fn every_journey_is_run() {
    let metadata = metadata();
    for package in &metadata.packages {
        let folder = package.manifest_path.parent().unwrap().as_std_path();
        let tests = if crate_name(folder) == "tests" {
            folder.to_path_buf()
        } else {
            folder.join("tests")
        };
        let Ok(entries) = fs::read_dir(&tests) else {
            continue;
        };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let declared = package
                .targets
                .iter()
                .any(|target| target.src_path.as_std_path() == path);
            let is_test = path.extension().is_some_and(|extension| extension == "rs");
            assert!(
                declared || !is_test,
                "{} is not a test target",
                path.display()
            );
        }
    }
    for file in rust_files("") {
        for (number, line) in code(&file) {
            let ignored = line.trim_start().starts_with("#[ignore");
            assert!(!ignored, "{}:{number} is never run", file.display());
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Spelled apart, so that this file does not find itself.
    let words = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["XX", "X:"].concat(),
    ];
    for file in files() {
        let known = file.extension().is_some_and(|extension| {
            ["rs", "ts", "svelte", "css", "mjs", "toml", "md"]
                .iter()
                .any(|one| extension == *one)
        });
        if !known {
            continue;
        }
        for (number, line) in text(&file).lines().enumerate() {
            for word in &words {
                assert!(
                    !line.contains(word.as_str()),
                    "{word} in {}:{}",
                    file.display(),
                    number + 1
                );
            }
        }
    }
}

#[test]
fn no_machine_of_ours_is_named() {
    // Paths of the machine this was built on are nobody's business, nor is where its packages came from:
    // each user's npm asks the registry that it is set up for. (Cargo.lock names a default by design.)
    let words = [
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/home", "/"].concat(),
        ["C:\\Us", "ers"].concat(),
        ["index.crates", ".io-"].concat(),
    ];
    for file in files() {
        let Ok(content) = fs::read_to_string(root().join(&file)) else {
            continue;
        };
        for word in &words {
            assert!(
                !content.contains(word.as_str()),
                "{word} in {}",
                file.display()
            );
        }
        let registry =
            file.ends_with("package-lock.json") && content.contains("\"resolved\": \"http");
        assert!(
            !registry,
            "{} names the registry it was made with",
            file.display()
        );
    }
}
