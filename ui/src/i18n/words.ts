// Words for the stable names that the core sends. A name that this version does not know is shown as it is:
// never hidden, never guessed at.
import { m } from '../paraglide/messages.js';

type Words = Record<string, () => string>;

const word = (table: Words, name: string): string => (Object.hasOwn(table, name) ? table[name]!() : name);

const severities: Words = {
  Pass: m.severity_Pass,
  Warn: m.severity_Warn,
  Fail: m.severity_Fail,
  Waiting: m.severity_Waiting,
  NotRun: m.severity_NotRun,
};
export const severityWord = (name: string) => word(severities, name);

const fixers: Words = {
  You: m.fixer_You,
  ServerAdmin: m.fixer_ServerAdmin,
  DnsHost: m.fixer_DnsHost,
  Microsoft: m.fixer_Microsoft,
};
export const fixerWord = (name: string) => word(fixers, name);

const statuses: Words = {
  Queued: m.status_Queued,
  Validating: m.status_Validating,
  Provisioning: m.status_Provisioning,
  Forwarding: m.status_Forwarding,
  Syncing: m.status_Syncing,
  Synced: m.status_Synced,
  IncrementalSyncing: m.status_IncrementalSyncing,
  Converting: m.status_Converting,
  Completed: m.status_Completed,
  CompletedWithWarnings: m.status_CompletedWithWarnings,
  Failed: m.status_Failed,
  Stopped: m.status_Stopped,
};
export const statusWord = (name: string) => word(statuses, name);

const batchStatuses: Words = {
  Created: m.batch_status_Created,
  Syncing: m.batch_status_Syncing,
  Stopped: m.batch_status_Stopped,
  Failed: m.batch_status_Failed,
  Synced: m.batch_status_Synced,
  SyncedWithErrors: m.batch_status_SyncedWithErrors,
  Completed: m.batch_status_Completed,
};
export const batchStatusWord = (name: string) => word(batchStatuses, name);

const kinds: Words = {
  UserMailbox: m.mailboxes_kind_UserMailbox,
  LinkedMailbox: m.mailboxes_kind_LinkedMailbox,
  SharedMailbox: m.mailboxes_kind_SharedMailbox,
  RoomMailbox: m.mailboxes_kind_RoomMailbox,
  EquipmentMailbox: m.mailboxes_kind_EquipmentMailbox,
};
export const kindWord = (name: string) => word(kinds, name);

const skipReasons: Words = {
  TooLarge: m.report_reason_TooLarge,
  UnreadableInSource: m.report_reason_UnreadableInSource,
  RefusedByTarget: m.report_reason_RefusedByTarget,
  GoneFromSource: m.report_reason_GoneFromSource,
  LeftByService: m.report_reason_LeftByService,
};
export const skipReasonWord = (name: string) => word(skipReasons, name);

const shells: Words = {
  PowerShell: m.commands_shell_PowerShell,
  Ldif: m.commands_shell_Ldif,
  Stegvis: m.commands_shell_Stegvis,
};
export const shellWords = (name: string) => word(shells, name);

const commands: Words = {
  readOrganization: m.commands_readOrganization,
  readDomains: m.commands_readDomains,
  readRecipient: m.commands_readRecipient,
  startSync: m.commands_startSync,
  stagedCsv: m.commands_stagedCsv,
  fullAccess: m.commands_fullAccess,
  copyOne: m.commands_copyOne,
  assignLicence: m.commands_assignLicence,
  grantAccess: m.commands_grantAccess,
  forward: m.commands_forward,
  undoForward: m.commands_undoForward,
  convert: m.commands_convert,
  undoConversion: m.commands_undoConversion,
  testEndpoint: m.commands_testEndpoint,
  makeEndpoint: m.commands_makeEndpoint,
  makeBatch: m.commands_makeBatch,
  startBatch: m.commands_startBatch,
  readUsers: m.commands_readUsers,
  habit: m.commands_habit,
  cleanUp: m.commands_cleanUp,
};
export const commandWords = (does: string) => (Object.hasOwn(commands, does) ? commands[does]!() : m.commands_other());

const sources: Words = {
  Exchange2003: m.report_source_Exchange2003,
  Exchange2007: m.report_source_Exchange2007,
  Exchange2010OrLater: m.report_source_Exchange2010OrLater,
  Imap: m.report_source_Imap,
};
export const sourceWord = (name: string) => word(sources, name);
