use serde::{Deserialize, Serialize};

use super::{
    ConvertView, DnsPageView, LettersView, LicencesView, MigrationUserView, PreflightView,
    ProjectView, RunView,
};

/// The program itself, before a project is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AppView {
    /// The version.
    pub version: String,
    /// Whether secrets can be kept.
    pub keychain: KeychainView,
    /// Projects opened before, the latest first.
    pub recent: Vec<RecentProject>,
    /// The project that is open.
    pub project: Option<ProjectView>,
}

/// The operating system's keychain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "state")]
pub enum KeychainView {
    /// It answers.
    Available {
        /// Its name, e.g. `Secret Service`.
        store: String,
    },
    /// It does not: secrets are asked for again after a restart, and never written anywhere else.
    Unavailable {
        /// The system's own words.
        #[serde(rename = "serverWords")]
        server_words: String,
    },
}

/// A project opened before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct RecentProject {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub path: String,
    /// When it was last open.
    pub opened_at: String,
    /// Whether it is a practice company's.
    pub practice: bool,
}

/// The equivalent of what a step does, to read or to run elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct CommandLine {
    /// What it is written for.
    pub shell: Shell,
    /// What it does, as a code the wizard has words for.
    pub does: String,
    /// The line or lines.
    pub text: String,
}

/// What a [`CommandLine`] is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum Shell {
    /// Exchange Online or Exchange PowerShell.
    PowerShell,
    /// LDIF, for ldifde or ldapmodify.
    Ldif,
    /// This program's own command line.
    Stegvis,
}

/// What the core tells the wizard unasked. Whole small snapshots: a lost one costs nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "event")]
pub enum AppEvent {
    /// The project's facts changed.
    Project {
        /// The facts.
        view: ProjectView,
    },
    /// What a project is connected to changed, or a sign-in went on.
    Places {
        /// All of it.
        view: super::PlacesView,
    },
    /// A check finished.
    Preflight {
        /// All checks.
        view: PreflightView,
    },
    /// One mailbox moved on.
    User {
        /// The mailbox.
        view: MigrationUserView,
    },
    /// The run as a whole moved on.
    Run {
        /// The run.
        view: RunView,
    },
    /// A conversion, or what surrounds it, moved on.
    Convert {
        /// All of it.
        view: ConvertView,
    },
    /// DNS was looked at.
    Dns {
        /// All of it.
        view: DnsPageView,
    },
    /// Licences were assigned.
    Licences {
        /// All of it.
        view: LicencesView,
    },
    /// Letters were sent.
    Letters {
        /// All of it.
        view: LettersView,
    },
}
