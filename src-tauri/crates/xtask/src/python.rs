//! The Python libraries that the independent clients' scripts use: a virtual environment of their own, below what cargo
//! builds, with exactly the files whose hashes stand in the list.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::run::{self, Outcome};

fn folder() -> PathBuf {
    run::target().join("independent")
}

/// The environment's interpreter.
pub fn interpreter() -> PathBuf {
    if cfg!(windows) {
        folder().join("Scripts").join("python.exe")
    } else {
        folder().join("bin").join("python")
    }
}

/// Makes the environment, unless it holds what the list says already.
pub fn packages() -> Outcome {
    let list = run::root()
        .join("tests")
        .join("independent")
        .join("requirements.txt");
    let wanted = fs::read(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    // Written last: what was cut short is made anew.
    let stamp = folder().join("requirements.txt");
    if fs::read(&stamp).is_ok_and(|found| found == wanted) && interpreter().is_file() {
        return Ok(());
    }
    let python = if cfg!(windows) { "python" } else { "python3" };
    println!("The clients that the tests run need Python libraries of their own.");
    run::visible(
        Command::new(python)
            .args(["-m", "venv", "--clear"])
            .arg(folder()),
    )?;
    run::visible(
        Command::new(interpreter())
            .args(["-m", "pip", "install", "--quiet", "--no-compile"])
            .args(["--disable-pip-version-check", "--require-hashes", "-r"])
            .arg(&list),
    )?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}
