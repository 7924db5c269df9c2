use serde::{Deserialize, Serialize};

use super::{LedgerView, PreflightTally};

/// What a project is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum ProjectKind {
    /// The practice company on this computer.
    Practice,
    /// A real migration.
    Real,
}

/// The open project. The wizard derives from the facts which step is done and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ProjectView {
    /// The company's name.
    pub name: String,
    /// What it is for.
    pub kind: ProjectKind,
    /// The folder it lives in.
    pub path: String,
    /// The five answers.
    pub answers: AnswersDto,
    /// What they lead to.
    pub verdict: VerdictView,
    /// What has been done.
    pub facts: ProjectFacts,
}

/// The five answers, each by the stable name of its value (`stegvis-model`: ExchangeVersion, MailboxCount,
/// YesNo, YesNo, Pace), or null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AnswersDto {
    /// `Exchange2003`, `Exchange2007`, `Exchange2010OrLater`.
    pub exchange: Option<String>,
    /// `UpTo150`, `UpTo2000`, `More`.
    pub count: Option<String>,
    /// `Yes`, `No`, `NotSure`.
    pub directory_sync: Option<String>,
    /// `Yes`, `No`, `NotSure`.
    pub single_sign_on: Option<String>,
    /// `InGroups`, `AtOnce`.
    pub pace: Option<String>,
}

/// What the answers lead to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct VerdictView {
    /// `Staged`, `Cutover`, `MinimalHybrid`, `Undecided`.
    pub route: String,
    /// VerdictReason names, in the order of the questions.
    pub reasons: Vec<String>,
}

/// What has been done in a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ProjectFacts {
    /// Questions answered, of five.
    pub answered: u32,
    /// The last preflight, if one ran.
    pub preflight: Option<PreflightTally>,
    /// Mailboxes on the list.
    pub mailboxes_chosen: u32,
    /// Of those, in the pilot.
    pub pilot_chosen: u32,
    /// Whether the endpoint was tested and saved.
    pub endpoint_saved: bool,
    /// Whether something is moving now.
    pub running: bool,
    /// Mailboxes in batches.
    pub in_batches: u32,
    /// Of those: moving or waiting for a place.
    pub active: u32,
    /// Stopped.
    pub stopped: u32,
    /// Need the administrator.
    pub failed: u32,
    /// Synced.
    pub synced: u32,
    /// Converted.
    pub completed: u32,
    /// Mailboxes whose mail is forwarded to the target.
    pub forwarding: u32,
    /// The whole account, once anything was copied.
    pub ledger: Option<LedgerView>,
    /// Whether the read-back of the target agreed, once it ran.
    pub verified: Option<bool>,
    /// The conversion, once its gates were examined.
    pub conversion: Option<ConversionFacts>,
}

/// What has been done of the conversion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ConversionFacts {
    /// Mailboxes that may be converted now.
    pub may_convert: u32,
    /// Mailboxes whose conversion failed.
    pub failed: u32,
    /// Mailboxes that are converted and proved.
    pub proved: u32,
    /// Whether a conversion, or what surrounds it, moves now.
    pub running: bool,
    /// The first day on which a converted mailbox may be gone from the old server, where it says.
    pub undo_until: Option<String>,
    /// How many days the store that forgets first keeps a mailbox that nobody owns, where it says.
    pub retention_days: Option<u32>,
}
