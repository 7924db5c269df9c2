//! A practice company that runs in the test's own process, so that it outlives a program that is killed, and the project of
//! its migration. A test gives [`Stage`] the verbs that it needs.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use stegvis_journeys::{Measured, Running, stegvis};
use stegvis_lab::{Lab, LabOptions};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A company that runs, and the project of its migration.
pub struct Stage {
    /// The company.
    pub lab: Lab,
    _runtime: Runtime,
    /// `company`, `project` and `ready.json` are in it.
    pub folder: TempDir,
}

impl Stage {
    /// Starts a company of so many mailboxes, changed as the test wants it.
    pub fn of(mailboxes: usize, change: impl FnOnce(&mut LabOptions)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let mut options = LabOptions::new(folder.path().join("company"));
        options.mailboxes = mailboxes.try_into().unwrap();
        change(&mut options);
        let lab = runtime.block_on(Lab::start(options)).unwrap();
        let details = serde_json::to_string(lab.details()).unwrap();
        std::fs::write(folder.path().join("ready.json"), details).unwrap();
        Self {
            lab,
            _runtime: runtime,
            folder,
        }
    }

    /// Something in the folder.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command of the program on this project and this company.
    pub fn of_project<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .arg("--project")
            .arg(self.at("project"))
            .arg("--lab")
            .arg(self.at("ready.json"))
    }

    /// Starts it.
    pub fn begin(&self, words: &[&str]) -> Running {
        let mut command = stegvis();
        Running::start(self.of_project(command.args(words)))
    }

    /// Runs it to its end, for JSON.
    pub fn run(&self, words: &[&str]) -> Measured {
        let mut command = stegvis();
        Running::start(self.of_project(command.args(words)).arg("--json")).finish()
    }

    /// How it ended, and what it printed.
    pub fn ask(&self, words: &[&str]) -> (i32, Value) {
        let run = self.run(words);
        let json: Result<Value, _> = serde_json::from_str(&run.stdout);
        assert!(json.is_ok(), "{json:?} in {}\n{}", run.stdout, run.stderr);
        (run.status.code().unwrap(), json.unwrap())
    }
}
