//! Running other programs, visibly, from the root of the repository.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::words;

/// What every sub-command returns: nothing, or a sentence for the person at the terminal.
pub type Outcome = Result<(), String>;

/// The folder that holds the workspace's Cargo.toml.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).unwrap_or(here).to_path_buf()
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Whether a program is on the PATH.
pub fn exists(program: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else {
        return false;
    };
    std::env::split_paths(&path).any(|folder| {
        let file = folder.join(program);
        file.is_file() || (cfg!(windows) && file.with_extension("exe").is_file())
    })
}

/// cargo itself, linking with mold where that is installed. No compiler flag changes, so nothing is
/// built twice because of it.
pub fn cargo_command(args: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = if cfg!(target_os = "linux") && exists("mold") {
        let mut command = Command::new("mold");
        command.arg("-run").arg(cargo);
        command
    } else {
        Command::new(cargo)
    };
    command.args(args);
    clean(&mut command);
    command
}

/// Cargo tells a program that it runs which package it belongs to. Our children are other packages.
fn clean(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("CARGO_PKG_")
            || name_text.starts_with("CARGO_MANIFEST_")
            || name_text.starts_with("CARGO_BIN_")
        {
            command.env_remove(&name);
        }
    }
    command.current_dir(root());
}

/// Runs cargo.
pub fn cargo(args: &[&str]) -> Outcome {
    visible(&mut cargo_command(args))
}

/// Prints the command, runs it, and turns anything but success into a sentence. What it prints is seen as it comes,
/// and kept by [`words`].
pub fn visible(command: &mut Command) -> Outcome {
    let shown = show(command);
    println!("$ {shown}");
    let status = words::heard(command).map_err(|error| format!("{shown}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{shown}: {status}"))
    }
}

/// Like [`visible`], but the program keeps the terminal: for what a person talks to.
pub fn interactive(command: &mut Command) -> Outcome {
    let shown = show(command);
    println!("$ {shown}");
    let status = command
        .status()
        .map_err(|error| format!("{shown}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{shown}: {status}"))
    }
}

/// What a program prints, or nothing when it cannot be run.
pub fn output(name: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(name)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn show(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| {
            let word = word.to_string_lossy();
            if word.contains(' ') {
                format!("'{word}'")
            } else {
                word.into_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}
