use serde::{Deserialize, Serialize};

use super::EvidenceLine;

/// The conversion of the old mailboxes to mail-enabled users: who may, who did, and how to go back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ConvertView {
    /// What moves now, if anything does.
    pub run: Option<ConvertRun>,
    /// When the gates were last examined; null when never since the project was opened.
    pub checked_at: Option<String>,
    /// Every mailbox that is synced or further, in a stable order.
    pub users: Vec<ConvertUser>,
    /// The dry run of the mailbox that was asked about, or what was written to it.
    pub dry_run: Option<DryRun>,
    /// The five steps, derived from what has been done.
    pub sequence: Vec<SequenceStep>,
    /// The mailbox that goes first and alone; null once one is proved.
    pub first: Option<u32>,
    /// Whom *Convert* would convert now.
    pub next: Vec<u32>,
    /// How far back one can go.
    pub undo: UndoFacts,
}

/// What moves now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ConvertRun {
    /// What it does.
    pub kind: ConvertRunKind,
    /// Mailboxes that are through.
    pub done: u32,
    /// Of those, refused.
    pub failed: u32,
    /// Mailboxes asked for.
    pub total: u32,
    /// The mailbox it is at.
    pub current: Option<String>,
    /// Whether it was asked to stop, and ends after the mailbox it is at.
    pub stopping: bool,
    /// When it started.
    pub started_at: String,
    /// Mailboxes a minute, so far; null before two are through.
    pub per_minute: Option<u32>,
    /// The earliest expected end.
    pub expected_from: Option<String>,
    /// The latest expected end.
    pub expected_to: Option<String>,
}

/// What a [`ConvertRun`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum ConvertRunKind {
    /// Examines the gates.
    Checking,
    /// Keeps the directory objects and reads what was kept.
    BackingUp,
    /// Converts, one after the other.
    Converting,
    /// Tests that a converted mailbox works.
    Proving,
    /// Writes everything back.
    Undoing,
}

/// A mailbox on its way to become a mail-enabled user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ConvertUser {
    /// Its number in the journal.
    pub id: u32,
    /// Its address.
    pub address: String,
    /// The name people know it by.
    pub name: String,
    /// RecipientKind name.
    pub kind: String,
    /// Where it stands.
    pub state: ConvertState,
    /// What must hold before it may be converted, in the order of the table.
    pub gates: Vec<GateView>,
    /// Whether all of them hold.
    pub may_convert: bool,
    /// DirectoryChangeCause name, where something stands in the way or went wrong.
    pub cause: Option<String>,
    /// The server's own words about it.
    pub server_words: Option<String>,
    /// When the last sync ended.
    pub synced_at: Option<String>,
    /// When the object was last kept and read back.
    pub backed_up_at: Option<String>,
    /// Who signed for what was skipped, if someone did.
    pub signed_by: Option<String>,
    /// When it was converted, while it is.
    pub converted_at: Option<String>,
    /// When it was proved, while it is.
    pub proved_at: Option<String>,
    /// When its conversion was undone, while it is.
    pub undone_at: Option<String>,
    /// Until when the old server keeps the mailbox, while it is converted and where the server says.
    pub undo_until: Option<String>,
    /// For how many days its store keeps it once nobody owns it, where the store says.
    pub retention_days: Option<u32>,
    /// The tests that the converted mailbox has passed, in their order; empty unless it passed all of them.
    pub proofs: Vec<ProofView>,
}

/// Where a conversion stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum ConvertState {
    /// A gate does not hold, or was not examined.
    NotYet,
    /// It may be converted.
    Ready,
    /// It is being converted.
    Converting,
    /// It is converted, and not proved.
    Converted,
    /// It is converted and proved.
    Proved,
    /// It was converted and is a mailbox again.
    Undone,
    /// Something stands in the way, or the conversion failed: the object is as it was.
    Failed,
}

/// A condition of the conversion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct GateView {
    /// ConversionGate name.
    pub gate: String,
    /// GateState name: `Pass`, `Fail`, `NotKnown`.
    pub state: String,
    /// Why, as a code.
    pub code: String,
    /// A number, a name or the server's own words for it; may be empty.
    pub detail: String,
}

/// A test that a converted mailbox has passed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    /// Which.
    pub proof: ConvertProof,
    /// What was read.
    pub evidence: Vec<EvidenceLine>,
}

/// Which test of a converted mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum ConvertProof {
    /// Every attribute that was written reads as it was written.
    ReadsBack,
    /// Each of its addresses, old X500 ones included, leads to it and to nothing else.
    FoundByAddresses,
    /// The directory does not list it as a mailbox any more.
    NoMailbox,
    /// The cloud mailbox opens.
    CloudOpens,
}

/// What the conversion writes to an object, or has written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    /// Whose.
    pub user: u32,
    /// The object.
    pub dn: String,
    /// Whether it is written already.
    pub written: bool,
    /// Values that go: the old server lets go of the mailbox.
    pub removed: Vec<AttributeDiff>,
    /// Values that become others: it becomes a mail-enabled user.
    pub changed: Vec<AttributeDiff>,
    /// Values that come: replies to old mail keep working.
    pub added: Vec<AttributeDiff>,
    /// Attributes that stay as they are.
    pub untouched: Vec<String>,
    /// Why there is none, in the server's own words.
    pub server_words: Option<String>,
}

/// An attribute before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AttributeDiff {
    /// The attribute.
    pub attribute: String,
    /// What stands there.
    pub was: Option<AttributeValue>,
    /// What will.
    pub becomes: Option<AttributeValue>,
}

/// A value to look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AttributeValue {
    /// As text; null for what only a machine reads.
    pub text: Option<String>,
    /// How long it is.
    pub bytes: u32,
}

/// A step of the sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SequenceStep {
    /// Which.
    pub step: SequenceStepId,
    /// Where it stands.
    pub state: SequenceState,
    /// The name of the one mailbox it is about, if it is about one.
    pub name: Option<String>,
}

/// Which step of the sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum SequenceStepId {
    /// Back up every object, and read the copies.
    BackUp,
    /// Show what will be written.
    DryRun,
    /// Convert one.
    ConvertOne,
    /// Prove it.
    Prove,
    /// Convert the rest.
    ConvertRest,
}

/// Where a step of the sequence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum SequenceState {
    /// Done.
    Done,
    /// Next, or under way.
    Now,
    /// Waits for those before it.
    Todo,
}

/// How far back one can go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct UndoFacts {
    /// The first day on which a converted mailbox may be gone from the old server; null while none is converted.
    pub until: Option<String>,
    /// How many days the store that forgets first keeps a mailbox that nobody owns, where it says.
    pub retention_days: Option<u32>,
}
