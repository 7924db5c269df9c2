//! Progress for people: one line, with rate and the time it should take. Silent under `--json` and
//! where nobody watches.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use stegvis_api::dto::AppEvent;
use stegvis_api::{Error, ErrorCode, RunEvent};

/// Turns the core's events into a progress line.
pub struct Watcher {
    bar: ProgressBar,
    seen: Arc<Mutex<BTreeMap<i64, Counts>>>,
    plain: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    items: u64,
    bytes: u64,
    bytes_total: u64,
    first_bytes: Option<u64>,
}

impl Watcher {
    pub fn new(quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(4)
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = "{spinner} {wide_bar} {bytes} of {total_bytes}  {binary_bytes_per_sec}  {msg}  done in about {eta}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        Self {
            bar,
            seen: Arc::default(),
            plain: quiet,
        }
    }

    /// What the core calls.
    pub fn events(&self) -> Arc<dyn Fn(RunEvent) + Send + Sync> {
        let (bar, seen, quiet) = (self.bar.clone(), Arc::clone(&self.seen), self.plain);
        Arc::new(move |event| match event {
            RunEvent::Progress(progress) => {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                let counts = seen.entry(progress.user.0).or_default();
                counts.items = progress.items_copied + progress.items_skipped;
                counts.bytes = progress.bytes_copied;
                counts.bytes_total = progress.bytes_total;
                // What an earlier run copied is no speed of this one.
                if counts.first_bytes.is_none() {
                    counts.first_bytes = Some(progress.bytes_copied);
                    bar.reset_eta();
                }
                bar.set_length(seen.values().map(|counts| counts.bytes_total).sum());
                bar.set_position(seen.values().map(|counts| counts.bytes).sum());
                bar.set_message(format!(
                    "{} items",
                    seen.values().map(|counts| counts.items).sum::<u64>()
                ));
            }
            RunEvent::User(user) if !quiet => {
                bar.suspend(|| eprintln!("{}  {}", user.address, user.status));
            }
            RunEvent::Mail(Err(error)) => {
                bar.suspend(|| eprintln!("a mail could not be sent: {error}"));
            }
            RunEvent::User(_) | RunEvent::Mail(Ok(())) => {}
        })
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// One JSON value on standard output.
pub fn print_json(value: &impl Serialize) -> Result<(), Error> {
    let failed = |words: String| {
        Error::new(
            ErrorCode::CannotWrite,
            words,
            "Send standard output somewhere it can go.",
        )
    };
    let text = serde_json::to_string(value).map_err(|error| failed(error.to_string()))?;
    writeln!(std::io::stdout(), "{text}").map_err(|error| failed(error.to_string()))
}

/// Bytes as people say them.
pub fn human_bytes(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

/// A rehearsal on the terminal: what happens line by line, and one line of progress below it.
pub struct Rehearsal {
    bar: ProgressBar,
    quiet: bool,
    /// Mailboxes that were told to be in motion.
    touched: Arc<Mutex<BTreeSet<String>>>,
}

impl Rehearsal {
    pub fn new(quiet: bool) -> Self {
        let bar = Watcher::new(quiet).bar;
        Self {
            bar,
            quiet,
            touched: Arc::default(),
        }
    }

    /// What the core calls.
    pub fn events(&self) -> Arc<dyn Fn(AppEvent) + Send + Sync> {
        let (bar, quiet) = (self.bar.clone(), self.quiet);
        let touched = Arc::clone(&self.touched);
        let said: Mutex<BTreeMap<u32, String>> = Mutex::default();
        Arc::new(move |event| match event {
            AppEvent::Run { view } => {
                let moved: u64 = view.users.iter().map(|user| user.bytes_done).sum();
                let all: u64 = view.users.iter().map(|user| user.bytes_total).sum();
                let items: u32 = view.users.iter().map(|user| user.items_done).sum();
                bar.set_length(all);
                bar.set_position(moved);
                bar.set_message(format!("{items} items"));
            }
            AppEvent::User { view } => {
                if view.status != "Synced" {
                    let mut touched = touched.lock().unwrap_or_else(PoisonError::into_inner);
                    touched.insert(view.address.clone());
                }
                if quiet {
                    return;
                }
                let cause = view
                    .cause
                    .map(|cause| format!(" ({cause})"))
                    .unwrap_or_default();
                let words = format!("  {:<34} {}{cause}", view.address, view.status);
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                if said.get(&view.id) != Some(&words) {
                    bar.suspend(|| eprintln!("{words}"));
                    said.insert(view.id, words);
                }
            }
            AppEvent::Project { .. }
            | AppEvent::Places { .. }
            | AppEvent::Preflight { .. }
            | AppEvent::Convert { .. }
            | AppEvent::Dns { .. }
            | AppEvent::Licences { .. }
            | AppEvent::Letters { .. } => {}
        })
    }

    /// The mailboxes that moved since this was last asked.
    pub fn touched(&self) -> BTreeSet<String> {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut touched)
    }

    pub fn say(&self, words: &str) {
        if !self.quiet {
            self.bar.suspend(|| eprintln!("{words}"));
        }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
