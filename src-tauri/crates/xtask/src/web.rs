//! The pages in ui/: installed and built only when something changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::run::{self, Outcome};

/// Everything outside ui/src that a build of the pages depends on.
const INPUTS: [&str; 8] = [
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
    "messages",
    "project.inlang",
];

fn ui() -> PathBuf {
    run::root().join("ui")
}

/// `npm ci`, unless what is installed is what package-lock.json says.
pub fn modules() -> Outcome {
    let lock = ui().join("package-lock.json");
    let stamp = run::target().join("xtask").join("package-lock.json");
    let wanted = fs::read(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let installed = ui()
        .join("node_modules")
        .join(".package-lock.json")
        .is_file();
    if installed && fs::read(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    npm(&["ci", "--no-audit", "--no-fund"])?;
    keep(&stamp, &wanted)
}

/// Builds ui/dist, unless it is newer than all it is made of.
pub fn build() -> Outcome {
    modules()?;
    let built = modified(&ui().join("dist").join("index.html"));
    let sources = INPUTS
        .iter()
        .map(|name| newest(&ui().join(name)))
        .chain([newest(&ui().join("src")), newest(&ui().join("public"))])
        .max()
        .flatten();
    if built.is_some() && built >= sources {
        return Ok(());
    }
    npm(&["run", "build"])
}

/// Runs one of the scripts of ui/package.json.
pub fn script(name: &str) -> Outcome {
    npm(&["run", name])
}

/// The same with something in its environment.
pub fn npm_with(name: &str, environment: &[(&str, &Path)]) -> Outcome {
    let mut command = npm_command(&["run", name]);
    for (key, value) in environment {
        command.env(key, value);
    }
    run::visible(&mut command)
}

/// Runs Tauri's command line from the root, where it finds src-tauri.
pub fn tauri(args: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let name = if cfg!(windows) { "tauri.cmd" } else { "tauri" };
    let mut command = Command::new(ui().join("node_modules").join(".bin").join(name));
    command.args(args).current_dir(run::root());
    command.envs(environment.iter().copied());
    run::visible(&mut command)
}

fn npm(args: &[&str]) -> Outcome {
    run::visible(&mut npm_command(args))
}

fn npm_command(args: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(args).current_dir(ui());
    command
}

fn keep(stamp: &Path, content: &[u8]) -> Outcome {
    let folder = stamp.parent().unwrap_or(stamp);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(stamp, content))
        .map_err(|error| format!("{}: {error}", stamp.display()))
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|data| data.modified()).ok()
}

/// The newest file in a folder, however deep. Generated folders are results, not sources.
fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return modified(path);
    }
    let entries = fs::read_dir(path).ok()?;
    entries
        .flatten()
        .filter(|entry| entry.file_name() != "paraglide")
        .filter_map(|entry| newest(&entry.path()))
        .max()
}
