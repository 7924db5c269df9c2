//! The only types that cross a process boundary: to the web view, and as `--json` to the terminal.
//! Codes and values, never sentences: the words are the wizard's, in both languages. The exception is
//! a server's own words, in fields called `serverWords`, which are shown under *Details* alone.
//! Times are RFC 3339 in UTC.

mod access;
mod app;
mod connect;
mod convert;
mod directory;
mod dns;
mod finish;
mod habits;
mod letters;
mod licences;
mod list;
mod mailboxes;
mod migrate;
mod places;
mod prepare;
mod project;
mod report;
mod tenant;

pub use access::AccessKept;
pub use app::{AppEvent, AppView, CommandLine, KeychainView, RecentProject, Shell};
pub use connect::{
    CloudEndpointView, EndpointRouteView, EndpointSettings, EndpointTest, EndpointTestId,
    EndpointView, ServiceTest, ServiceView,
};
pub use convert::{
    AttributeDiff, AttributeValue, ConvertProof, ConvertRun, ConvertRunKind, ConvertState,
    ConvertUser, ConvertView, DryRun, GateView, ProofView, SequenceState, SequenceStep,
    SequenceStepId, UndoFacts,
};
pub use directory::{
    DirectoryConnection, DirectoryDomain, DirectoryFindingView, DirectoryOther, DirectoryServer,
    DirectoryView,
};
pub use dns::{
    DeliveryView, DnsChangeView, DnsFindingView, DnsHistoryLine, DnsPageView, DnsRecordView,
    DnsServerView, DnsSettingsDto, DnsSubjectView, DnsView, MailView, PlannedChange, PlannedFields,
    PlannedStep, PracticeMail, TtlLine,
};
pub use finish::{
    CleanupItem, CleanupKept, CleanupView, DecommissionGateId, DecommissionGateState,
    DecommissionGateView, DecommissionNever, DecommissionReason, DecommissionRoute,
    DecommissionView, FinishAnswersDto, FinishBatch, FinishView, FootprintItem, FootprintKind,
    FootprintState, RemovalGuardId, RemovalGuardView,
};
pub use habits::{HabitKindView, HabitTaskView, HabitView, HabitsView, MailboxHabitsView};
pub use letters::{
    LetterFieldsDto, LetterPerson, LetterPreview, LetterSending, LetterState, LetterWay,
    LettersView, RedoItem, RedoKind,
};
pub use licences::{
    LicenceAlarm, LicenceAssignmentView, LicenceGivenView, LicenceNeedView, LicencePlanKind,
    LicenceProductView, LicenceRefusal, LicenceRefusalView, LicenceWishesDto, LicencesView,
};
pub use list::{
    ListBatch, ListColumn, ListCounts, ListEdit, ListFile, ListFilter, ListFindingView, ListNote,
    ListPage, ListQuery, ListRowView, ListSheet, ListSort, ListView, SavedList,
};
pub use mailboxes::{
    MailboxChoice, MailboxName, MailboxNote, MailboxRow, MailboxesLeft, MailboxesView,
};
pub use migrate::{
    BatchView, GapView, MigrationUserView, PlanStep, PlanStepKind, PlanView, RunView,
    ThrottledSpan, ThroughputPoint,
};
pub use places::{
    AppCertificateView, AppGuideView, CertificateQuestion, DirectoryDto, MailDto, NewEndpointDto,
    PlacesView, ServerCertificateView, SignInState, SignedInDto, SourceDto, TrustDto,
};
pub use prepare::{ConnectionView, EvidenceLine, FindingView, PreflightTally, PreflightView};
pub use project::{
    AnswersDto, ConversionFacts, ProjectFacts, ProjectKind, ProjectView, VerdictView,
};
pub use report::{
    BatchLedger, CloudBatchAccount, ConvertedMailbox, DnsAccount, FolderLedger, ItemsOfKind,
    LedgerView, LettersOfKind, LicencesOfProduct, MailSent, MailSentKind, MailboxesInState,
    MovedPoint, ReportAction, ReportFile, ReportTask, ReportTaskKind, ReportThroughput, ReportView,
    SkippedItemView, SkippedReason, UserLedger, VerificationView,
};
pub use tenant::{
    TenantDomainView, TenantLicenceView, TenantPermissionView, TenantStepView, TenantValueView,
    TenantView,
};
