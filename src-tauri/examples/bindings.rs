//! Writes ui/src/platform/bindings.gen.ts from the Rust types; with `--check`, only compares it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use specta_typescript::Typescript;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/platform/bindings.gen.ts");
    let outcome = match words.as_slice() {
        [] => write(&file),
        ["--check"] => check(&file),
        _ => Err("bindings [--check]".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("{what}");
            ExitCode::FAILURE
        }
    }
}

fn write(file: &Path) -> Result<(), String> {
    let language = Typescript::default()
        .header("// Generated from the Rust types by `cargo xtask bindings`; do not edit.\n");
    stegvis_desktop::contract()
        .export(language, file)
        .map_err(|error| error.to_string())
}

fn check(file: &Path) -> Result<(), String> {
    let fresh = fresh_file()?;
    write(&fresh)?;
    let read = |file: &Path| {
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
    };
    let (wanted, have) = (read(&fresh)?, read(file)?);
    // What cannot be removed from the folder of temporary files is nobody's loss.
    drop(std::fs::remove_file(&fresh));
    // A checkout on Windows may have given the lines other ends.
    if wanted == have.replace("\r\n", "\n") {
        Ok(())
    } else {
        Err(format!(
            "{} is not what the Rust types say: run `cargo xtask bindings`",
            file.display()
        ))
    }
}

fn fresh_file() -> Result<PathBuf, String> {
    let folder = std::env::temp_dir();
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder.join(format!("stegvis-bindings-{}.ts", std::process::id())))
}
