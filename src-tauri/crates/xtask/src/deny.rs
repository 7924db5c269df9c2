//! Licences, duplicate crates and where they come from, checked by cargo-deny (.ci/deny.toml).
//!
//! Its fourth check, known vulnerabilities, asks a database on the network that a closed build
//! machine cannot reach; run `cargo deny check advisories` by hand where it can.

use std::path::PathBuf;
use std::process::Command;

use crate::run::{self, Outcome};

/// Runs the checks that need no network; builds cargo-deny into target/tools the first time.
pub fn deny() -> Outcome {
    let tool = tool()?;
    let mut command = Command::new(tool);
    command
        .current_dir(run::root())
        .args(["--config", ".ci/deny.toml", "--all-features", "check"])
        .args(["licenses", "bans", "sources"]);
    run::visible(&mut command)
}

fn tool() -> Result<PathBuf, String> {
    if run::exists("cargo-deny") {
        return Ok(PathBuf::from("cargo-deny"));
    }
    let folder = run::target().join("tools");
    let tool = folder.join("bin").join(if cfg!(windows) {
        "cargo-deny.exe"
    } else {
        "cargo-deny"
    });
    if tool.is_file() {
        return Ok(tool);
    }
    let folder_text = folder.display().to_string();
    let mut install =
        run::cargo_command(&["install", "cargo-deny", "--version", "^0.20", "--locked"]);
    install.args(["--quiet", "--root", &folder_text]);
    // It runs for two seconds: built without optimisation it is ready five times sooner.
    install
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    run::visible(&mut install)?;
    Ok(tool)
}
