use serde::{Deserialize, Serialize};

use super::MailboxName;

/// The end of a migration, as the project knows it: nobody is asked for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FinishView {
    /// The batches that stand, or stood, in the migration service.
    pub batches: Vec<FinishBatch>,
    /// What this program left in the world, in the order in which it goes.
    pub footprint: Vec<FootprintItem>,
    /// When it was last tried to clean up.
    pub cleaned_at: Option<String>,
    /// What only a person knows of the old server.
    pub answers: FinishAnswersDto,
    /// Whether the old server may go, and what first.
    pub advice: DecommissionView,
}

/// A batch of the migration service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FinishBatch {
    /// Our name for it.
    pub name: String,
    /// Its name in the tenant.
    pub cloud_name: String,
    /// Its mailboxes.
    pub mailboxes: u32,
    /// What keeps it there.
    pub guards: Vec<RemovalGuardView>,
    /// Whether it may be removed now.
    pub removable: bool,
    /// When it was removed.
    pub removed_at: Option<String>,
    /// When the service removes it by itself.
    pub cleanup_at: Option<String>,
    /// In how many whole days that is; 0 when it is overdue.
    pub cleanup_in_days: Option<u32>,
    /// Whether that is near: its reports go with it.
    pub cleanup_near: bool,
    /// The same by hand.
    pub command: String,
}

/// Something that keeps a batch in the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct RemovalGuardView {
    /// What.
    pub guard: RemovalGuardId,
    /// How many mailboxes, where it is about some.
    pub mailboxes: Option<u32>,
    /// Until when, where it ends by itself.
    pub until: Option<String>,
}

/// What keeps a batch in the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum RemovalGuardId {
    /// The service is still at work on it.
    NotAtRest,
    /// Some of its mailboxes are neither synced nor completed.
    NotSynced,
    /// Mailboxes of other batches are not synced: MX could not have moved rightly.
    OthersNotSynced,
    /// MX leads to the old server, or nobody looked.
    MxNotMoved,
    /// It moved less than 72 hours ago.
    MxMovedLately,
    /// No test mail has proved that mail comes directly.
    DeliveryUnproved,
    /// The test mail is from before MX moved.
    ProofTooOld,
}

/// Something that this program, or its being used, left in the world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FootprintItem {
    /// What.
    pub kind: FootprintKind,
    /// How it stands, as far as is known.
    pub state: FootprintState,
    /// How many there are of it.
    pub count: u32,
    /// Which: addresses, names, ids.
    pub values: Vec<String>,
    /// Whether this program takes it back itself; else a person does.
    pub removable: bool,
    /// The page where a person does it, in Microsoft's own names.
    pub place: Option<String>,
    /// The same by hand, as it is typed.
    pub commands: Vec<String>,
    /// Why it is still there, in the words of whoever would not take it.
    pub server_words: Option<String>,
}

/// What was left in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum FootprintKind {
    /// Full access to the new mailboxes.
    MailboxAccess,
    /// Mailboxes whose largest message was raised for the run.
    ReceiveSize,
    /// Batches in the migration service.
    Batches,
    /// The migration service's endpoint, if this program made it.
    MigrationEndpoint,
    /// A time to live that was lowered for the change.
    TimeToLive,
    /// The application, as Exchange Online knows it.
    ServicePrincipal,
    /// The application's consent and its registration.
    Application,
    /// The migration account's rights on the old server.
    SourceAccount,
    /// The account that writes the directory.
    DirectoryAccount,
    /// The project's secrets, the sign-in among them. They go last: without them nothing else can be taken back.
    Secrets,
}

/// How something of the footprint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum FootprintState {
    /// It is there.
    Present,
    /// It was there and is gone, or never was.
    Gone,
    /// It could not be taken back.
    Kept,
    /// Nobody has looked.
    Unknown,
}

/// A clean-up, or what one would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct CleanupView {
    /// Whether nothing was changed, and only said.
    pub dry_run: bool,
    /// When.
    pub at: String,
    /// Item by item.
    pub items: Vec<CleanupItem>,
    /// Whether nothing that this program takes back itself is left.
    pub clean: bool,
    /// The project afterwards.
    pub finish: FinishView,
}

/// One item of a clean-up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct CleanupItem {
    /// What.
    pub kind: FootprintKind,
    /// How it stood before.
    pub before: FootprintState,
    /// How it stands now; in a dry run how it would.
    pub after: FootprintState,
    /// How many were taken back, or would be.
    pub taken: u32,
    /// Those that were not.
    pub kept: Vec<CleanupKept>,
}

/// Something that a clean-up could not take back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct CleanupKept {
    /// Which.
    pub what: String,
    /// Why, in the words of whoever would not.
    pub server_words: String,
}

/// What only a person knows of the old server: `Yes`, `No`, `NotSure`, or nothing yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase", default)]
pub struct FinishAnswersDto {
    /// Whether there are public folders that are still used.
    pub public_folders: Option<String>,
    /// Whether printers, scanners or programs still send through the old server.
    pub relays: Option<String>,
    /// Whether directory synchronisation goes on after the migration.
    pub keeps_sync: Option<String>,
    /// Whether what a person takes back by hand is gone: the application with its consent, the accounts' rights.
    pub by_hand: Option<String>,
}

/// Whether the old server may go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DecommissionView {
    /// Which way it ends.
    pub route: DecommissionRoute,
    /// Why, reason by reason.
    pub reasons: Vec<DecommissionReason>,
    /// The roles of the server that stays, in Microsoft's words; nothing where none stays, or where the version has no roles.
    pub keep_roles: Vec<String>,
    /// The tools it is kept for.
    pub keep_tools: Vec<String>,
    /// What comes first, in order.
    pub gates: Vec<DecommissionGateView>,
    /// Whether every gate is passed.
    pub ready: bool,
    /// What is never to be done first.
    pub never: Vec<DecommissionNever>,
    /// Mailboxes that stay behind, because somebody said so: they go with the old server.
    pub staying: Vec<MailboxName>,
}

/// Which way the old organisation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum DecommissionRoute {
    /// One server stays, to edit mail attributes with.
    KeepOneServer,
    /// The last may go.
    RemoveAll,
    /// An answer is missing.
    Undecided,
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum DecommissionReason {
    /// Single sign-on is used.
    SingleSignOn,
    /// Directory synchronisation goes on: attributes are edited on the premises.
    DirectorySyncStays,
    /// Neither.
    NothingNeedsIt,
    /// Nobody said whether single sign-on is used.
    SignOnUnknown,
    /// Nobody said whether directory synchronisation goes on.
    SyncUnknown,
    /// Nobody said which version it is, so which roles stay is not known.
    VersionUnknown,
}

/// Something that comes before the old server goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DecommissionGateView {
    /// What.
    pub id: DecommissionGateId,
    /// How it stands.
    pub state: DecommissionGateState,
    /// How many are left, where it is about some.
    pub left: Option<u32>,
    /// Until when, where it ends by itself.
    pub until: Option<String>,
}

/// What comes before the old server goes, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum DecommissionGateId {
    /// Every mailbox is synced.
    Synced,
    /// Of every mailbox of the old server somebody said whether it moves or stays behind.
    Chosen,
    /// Every old mailbox is converted.
    Converted,
    /// MX leads to the tenant for 72 hours.
    MxMoved,
    /// A test mail came directly.
    DeliveryProved,
    /// The batches are removed from the migration service.
    BatchesRemoved,
    /// Tasks of rights and habits are done.
    HabitsDone,
    /// Public folders are moved or given up.
    PublicFolders,
    /// Whatever sent through the old server sends another way.
    Relays,
    /// This program's footprint is taken back.
    CleanedUp,
    /// The old databases are kept, read only, for 30 days.
    DatabasesKept,
}

/// How a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum DecommissionGateState {
    /// Passed.
    Passed,
    /// Not yet.
    Open,
    /// It is not known; a person says, or looks.
    Unknown,
}

/// What is never to be done first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum DecommissionNever {
    /// Removing the last server, or Exchange's attributes with it, while directory synchronisation runs.
    RemoveLastServerWhileSynced,
    /// Turning directory synchronisation off before a backup: there is no simple way back.
    TurnSyncOffWithoutBackup,
    /// Deleting old mailboxes, and the users with them, instead of converting.
    DeleteUsersInstead,
    /// Switching the server off while something still sends through it.
    SwitchOffBeforeRelays,
    /// Uninstalling without asking Microsoft's support first.
    UninstallWithoutSupport,
}
