//! The typed contract between the shell and the pages.

use crate::run::{self, Outcome};
use crate::{setup, web};

/// Writes ui/src/platform/bindings.gen.ts from the Rust types.
pub fn write() -> Outcome {
    generate(&[])
}

/// Fails when the file in the repository is not what the Rust types say.
pub fn check() -> Outcome {
    generate(&["--check"])
}

fn generate(flags: &[&str]) -> Outcome {
    setup::packages(&[setup::BUILD])?;
    setup::node()?;
    // The shell embeds the pages, so they must be there before it compiles.
    web::build()?;
    let mut args = vec![
        "run",
        "--quiet",
        "-p",
        "stegvis-desktop",
        "--example",
        "bindings",
        "--",
    ];
    args.extend(flags);
    run::cargo(&args)
}
