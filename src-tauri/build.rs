//! Puts the wizard's pages where the shell can embed them, then lets Tauri prepare the program.
//!
//! A plain `cargo run -p stegvis-desktop` on a fresh clone works: pages that were never built are built
//! here. Pages that are older than their sources are `cargo xtask`'s to rebuild, for a build script that
//! runs a bundler at every change of a page would make every other build wait for it.

use std::path::Path;
use std::process::{Command, ExitCode};

const UI: &str = "../ui";

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed={UI}/dist");
    println!("cargo::rerun-if-changed=../icons");
    if let Err(what) = pages() {
        println!("cargo::error={what}");
        return ExitCode::FAILURE;
    }
    tauri_build::build();
    ExitCode::SUCCESS
}

fn pages() -> Result<(), String> {
    let ui = Path::new(UI);
    if ui.join("dist").join("index.html").is_file() {
        return Ok(());
    }
    if !ui.join("node_modules").is_dir() {
        npm(ui, &["ci", "--no-audit", "--no-fund"])?;
    }
    npm(ui, &["run", "build"])
}

fn npm(ui: &Path, words: &[&str]) -> Result<(), String> {
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(name).args(words).current_dir(ui).output().map_err(|error| {
        format!(
            "the wizard's pages are built with Node 20.19 or newer, and `npm` cannot be run ({error}). Install Node from https://nodejs.org or your system's packages"
        )
    })?;
    if output.status.success() {
        return Ok(());
    }
    // What npm printed is the only explanation there is; cargo shows one line of an error.
    for line in String::from_utf8_lossy(&output.stderr)
        .lines()
        .chain(String::from_utf8_lossy(&output.stdout).lines())
    {
        println!("cargo::warning={line}");
    }
    Err(format!(
        "`npm {}` in ui/ ended with {}",
        words.join(" "),
        output.status
    ))
}
