//! `cargo xtask`: sets this repository up, starts it, tests it and measures it.
//!
//! Lives here: what would otherwise be a shell script per operating system. Each sub-command first
//! installs what it needs and says so.
//! May import: the standard library only, so that it compiles in seconds on a bare machine.
//! Deliberately absent: anything the product needs at run time.

mod bindings;
mod deny;
mod python;
mod run;
mod setup;
mod start;
mod test;
mod web;
mod words;

use std::process::ExitCode;

use run::Outcome;

const USAGE: &str = "\
cargo xtask setup [build|test|bench]        install what is missing (Debian, Ubuntu), or say what to install
cargo xtask start [--headless] [-- ARGS]    the wizard on the practice company; without a display, the rehearsal
cargo xtask test [--only STAGE]...          every check, in order
cargo xtask bench                           stegvis copy beside mbsync and interimap, as a table
cargo xtask bindings [--check]              write ui/src/platform/bindings.gen.ts, or compare it
cargo xtask installer [ARGS]                build an installer for this system (ARGS go to `tauri build`)
cargo xtask shots DIR                       a picture of every step, in both languages, light and dark";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("xtask: {what}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[&str]) -> Outcome {
    match words {
        ["setup"] => {
            setup::packages(&[setup::BUILD, setup::TEST]).and_then(|()| python::packages())
        }
        ["setup", "build"] => setup::packages(&[setup::BUILD]),
        ["setup", "test"] => {
            setup::packages(&[setup::BUILD, setup::TEST]).and_then(|()| python::packages())
        }
        ["setup", "bench"] => setup::packages(&[setup::TEST, setup::BENCH]),
        ["start", rest @ ..] => start::start(rest),
        ["test", rest @ ..] => test::test(rest),
        ["bench", rest @ ..] => bench(rest),
        ["bindings"] => bindings::write(),
        ["bindings", "--check"] => bindings::check(),
        ["installer", rest @ ..] => installer(rest),
        ["shots", folder] => shots(folder),
        ["help" | "--help" | "-h"] | [] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(format!("not understood.\n{USAGE}")),
    }
}

/// The measured comparison itself is a program of the journeys package, beside what it measures with.
fn bench(words: &[&str]) -> Outcome {
    setup::packages(&[setup::TEST, setup::BENCH])?;
    run::cargo(&[
        "build",
        "--release",
        "-p",
        "stegvis-cli",
        "-p",
        "stegvis-journeys",
    ])?;
    let release = run::target().join("release");
    let program = |name: &str| release.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let mut bench = std::process::Command::new(program("bench"));
    bench.args(words).env("STEGVIS_BIN", program("stegvis"));
    run::visible(&mut bench)
}

/// A package that an administrator can install. Tauri's command line comes with the pages' tools.
fn installer(words: &[&str]) -> Outcome {
    setup::packages(&[setup::BUILD])?;
    setup::node()?;
    web::modules()?;
    // What tells a line in a crash is three quarters of the program: it stays with whoever builds.
    let small = [("CARGO_PROFILE_RELEASE_STRIP", "debuginfo")];
    web::tauri(&[&["build"], words].concat(), &small)
}

/// The wizard against its fake platform, photographed by the browser.
fn shots(folder: &str) -> Outcome {
    setup::packages(&[setup::BUILD, setup::TEST])?;
    setup::node()?;
    web::modules()?;
    let folder = std::path::absolute(folder).map_err(|error| format!("{folder}: {error}"))?;
    web::npm_with("shots", &[("SHOTS", &folder)])
}
