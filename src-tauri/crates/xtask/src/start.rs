//! `cargo xtask start`: the practice company, in a window or without one.

use std::env;

use crate::run::{self, Outcome};
use crate::{setup, web};

const HEADLESS: [&str; 8] = [
    "run",
    "--quiet",
    "-p",
    "stegvis-cli",
    "--",
    "rehearse",
    "--mailboxes",
    "10",
];

/// Opens the wizard where there is a screen; otherwise rehearses the same migration in the terminal.
pub fn start(words: &[&str]) -> Outcome {
    let (own, rest) = match words.iter().position(|word| *word == "--") {
        Some(at) => (
            words.get(..at).unwrap_or(&[]),
            words.get(at + 1..).unwrap_or(&[]),
        ),
        None => (words, &[] as &[&str]),
    };
    let headless = match own {
        [] => !has_display(),
        ["--headless"] => true,
        _ => {
            return Err(format!(
                "start understands only --headless, not {}",
                own.join(" ")
            ));
        }
    };
    if headless {
        // Rust and its linker are all that this needs, and this program was built with them.
        if own.is_empty() {
            println!("No display here, so the practice migration runs in the terminal.");
        }
        let mut args = HEADLESS.to_vec();
        args.extend(rest);
        return run::interactive(&mut run::cargo_command(&args));
    }
    setup::packages(&[setup::BUILD])?;
    setup::node()?;
    web::build()?;
    let mut args = vec!["run", "-p", "stegvis-desktop", "--", "--practice"];
    args.extend(rest);
    run::interactive(&mut run::cargo_command(&args))
}

fn has_display() -> bool {
    cfg!(windows)
        || cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}
