//! `cargo xtask test`: every check in order, each timed, counted at the end.
//!
//! All cargo stages select the whole workspace and then single targets, so that the features of
//! shared dependencies are the same each time and nothing is compiled twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::run::{self, Outcome};
use crate::{deny, python, setup, web, words};

struct Stage {
    name: &'static str,
    check: fn() -> Outcome,
}

const STAGES: [Stage; 13] = [
    Stage {
        name: "fmt",
        check: fmt,
    },
    Stage {
        name: "clippy",
        check: clippy,
    },
    Stage {
        name: "build",
        check: build,
    },
    Stage {
        name: "unit",
        check: unit,
    },
    Stage {
        name: "kerberos",
        check: kerberos,
    },
    Stage {
        name: "journeys",
        check: journeys,
    },
    Stage {
        name: "ui-check",
        check: || web::script("check"),
    },
    Stage {
        name: "ui-lint",
        check: || web::script("lint"),
    },
    Stage {
        name: "ui-test",
        check: || web::script("test"),
    },
    Stage {
        name: "ui-e2e",
        check: || web::script("e2e"),
    },
    Stage {
        name: "bindings",
        check: bindings,
    },
    Stage {
        name: "desktop",
        check: desktop,
    },
    Stage {
        name: "deny",
        check: deny::deny,
    },
];

/// Runs all stages, or those named; one that fails does not keep the next from running.
pub fn test(words: &[&str]) -> Outcome {
    let chosen = chosen(words)?;
    let started = Instant::now();
    if chosen
        .iter()
        .any(|stage| !["fmt", "deny"].contains(&stage.name))
    {
        setup::packages(&[setup::BUILD, setup::TEST])?;
        setup::node()?;
        // The shell embeds the pages, so they are built before the workspace compiles.
        web::build()?;
    }
    println!("set-up: {}", time(started.elapsed()));
    let mut results = Vec::new();
    let mut complaints = Vec::new();
    for stage in chosen {
        println!("\n== {} ==", stage.name);
        words::forget();
        let begun = Instant::now();
        let outcome = (stage.check)();
        let took = begun.elapsed();
        if let Err(what) = &outcome {
            println!("{what}");
            complaints.push((stage.name, words::complaints()));
        }
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!("== {}: {word} in {} ==", stage.name, time(took));
        results.push((stage.name, word, took));
    }
    // The stages after it have pushed what a failed one said out of sight.
    for (name, said) in complaints {
        println!("\n== {name}: what it said ==\n{said}");
    }
    println!("\nstage      result     time");
    for (name, word, took) in &results {
        println!("{name:<10} {word:<7} {:>8}", time(*took));
    }
    println!("total              {:>8}", time(started.elapsed()));
    let failed = results.iter().filter(|(_, word, _)| *word != "ok").count();
    println!("\n{} passed, {failed} failed", results.len() - failed);
    if failed == 0 {
        Ok(())
    } else {
        Err(format!("{failed} of {} stages failed", results.len()))
    }
}

fn chosen(words: &[&str]) -> Result<Vec<&'static Stage>, String> {
    let names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
    let mut only = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match (*word, rest.next()) {
            ("--only", Some(name)) => {
                let stage = STAGES.iter().find(|stage| stage.name == *name);
                only.push(stage.ok_or(format!("no stage {name}; there are {}", names.join(", ")))?);
            }
            _ => return Err("test understands only --only STAGE".to_owned()),
        }
    }
    Ok(if only.is_empty() {
        STAGES.iter().collect()
    } else {
        only
    })
}

fn fmt() -> Outcome {
    run::cargo(&["fmt", "--all", "--check"])
}

fn clippy() -> Outcome {
    run::cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ])
}

/// Programs, tests and the contract's generator in one go.
fn build() -> Outcome {
    run::cargo(&[
        "build",
        "--workspace",
        "--bins",
        "--tests",
        "--examples",
        "--quiet",
    ])
}

fn unit() -> Outcome {
    let mut words = vec![
        "test",
        "--workspace",
        "--quiet",
        "--no-fail-fast",
        "--lib",
        "--bins",
    ];
    let crates = run::root().join("src-tauri").join("crates");
    let mut names = Vec::new();
    for folder in entries(&crates)? {
        names.extend(test_files(&folder.join("tests"))?);
    }
    for name in &names {
        words.extend(["--test", name]);
    }
    run::cargo(&words)
}

/// The sign-in that is built only when asked for, because it needs libraries that a build otherwise does not.
fn kerberos() -> Outcome {
    let feature = [
        "--features",
        "stegvis-connect/kerberos,stegvis-cli/kerberos",
    ];
    let mut words = vec!["clippy", "--workspace", "--quiet"];
    words.extend(feature);
    words.extend([
        "--lib", "--bins", "--test", "kerberos", "--", "-D", "warnings",
    ]);
    run::cargo(&words)?;
    let mut words = vec!["test", "--workspace", "--quiet"];
    words.extend(feature);
    words.extend(["--test", "kerberos"]);
    run::cargo(&words)
}

/// End to end, against servers that the tests start themselves; and the floors of the architecture.
fn journeys() -> Outcome {
    python::packages()?;
    build()?;
    let mut words = vec!["test", "--workspace", "--no-fail-fast"];
    let mut names = test_files(&run::root().join("tests"))?;
    names.retain(|name| name != "desktop");
    for name in &names {
        words.extend(["--test", name]);
    }
    // What a journey counts and measures is worth reading.
    words.extend(["--", "--show-output"]);
    let mut command = run::cargo_command(&words);
    command
        .env("STEGVIS_BIN", program("stegvis"))
        .env("STEGVIS_PYTHON", python::interpreter());
    run::visible(&mut command)
}

/// As `cargo xtask bindings --check`, with the program that the build stage made.
fn bindings() -> Outcome {
    build()?;
    let mut command = Command::new(program("examples/bindings"));
    command.arg("--check").current_dir(run::root());
    run::visible(&mut command)
}

/// The real window, on a screen and a session bus of the test's own.
fn desktop() -> Outcome {
    build()?;
    let mut command = run::cargo_command(&["test", "--workspace"]);
    command
        .args([
            "--features",
            "stegvis-journeys/desktop",
            "--test",
            "desktop",
        ])
        .args(["--", "--show-output"])
        .env_remove("DISPLAY")
        .env("STEGVIS_BIN", program("stegvis"))
        .env("STEGVIS_DESKTOP_BIN", program("stegvis-desktop"));
    run::visible(&mut command)
}

fn program(name: &str) -> PathBuf {
    run::target()
        .join("debug")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<_> = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    Ok(paths)
}

/// The names of the integration tests in a folder.
fn test_files(folder: &Path) -> Result<Vec<String>, String> {
    Ok(entries(folder)?
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| path.file_stem())
        .map(|stem| stem.to_string_lossy().into_owned())
        .collect())
}

fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        format!(
            "{} min {:02} s",
            duration.as_secs() / 60,
            duration.as_secs() % 60
        )
    }
}
