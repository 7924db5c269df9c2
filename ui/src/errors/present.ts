// Words for everything that can go wrong. The records are exhaustive by type: a code without a cause and
// a remedy in both languages does not compile.
import { m } from '../paraglide/messages.js';
import type { CoreError, ErrorCode } from '../platform/types';

/** Why a MigrationUser failed (`stegvis-model`: FailureCode). */
export type FailureCode =
  | 'DirectorySyncOff'
  | 'MailUserMissing'
  | 'SourceMailboxMissing'
  | 'RecipientKindUnsupported'
  | 'SourceSignInRefused'
  | 'SourceRightsMissing'
  | 'SourceUnreachable'
  | 'TargetSignInRefused'
  | 'TargetUnreachable'
  | 'TargetFull'
  | 'LicenceMissing'
  | 'ProvisioningTimedOut'
  | 'ProvisioningRefused'
  | 'MailboxGuidSynced'
  | 'ForwardingRefused'
  | 'ForwardingDiffers'
  | 'ForwardingLoops'
  | 'CertificateUntrusted'
  | 'ProtocolViolation'
  | 'RowRefused'
  | 'AlreadyMigrating'
  | 'TooManyLargeItems'
  | 'ServiceGaveUp'
  | 'ServiceRecordLost'
  | 'ServiceFailed'
  | 'LedgerDiffers'
  | 'Panicked'
  | 'JournalFailed';

export interface Trouble {
  title: string;
  help: string;
  code: string;
  details: string;
  severity: 'bad' | 'wait';
}

export interface FailureWords {
  cause: string;
  /** What to do, in order. */
  remedy: string[];
}

type Severity = Trouble['severity'];

/** `bad` asks for a person; `wait` says what comes first. */
const errors: Record<ErrorCode, { severity: Severity; title: () => string; help: () => string }> = {
  NoProject: { severity: 'wait', title: m.error_NoProject, help: m.error_NoProject_help },
  ProjectInUse: { severity: 'wait', title: m.error_ProjectInUse, help: m.error_ProjectInUse_help },
  ProjectUnreadable: { severity: 'bad', title: m.error_ProjectUnreadable, help: m.error_ProjectUnreadable_help },
  CannotOpen: { severity: 'bad', title: m.error_CannotOpen, help: m.error_CannotOpen_help },
  CannotWrite: { severity: 'bad', title: m.error_CannotWrite, help: m.error_CannotWrite_help },
  InvalidInput: { severity: 'wait', title: m.error_InvalidInput, help: m.error_InvalidInput_help },
  NotAList: { severity: 'wait', title: m.error_NotAList, help: m.error_NotAList_help },
  Running: { severity: 'wait', title: m.error_Running, help: m.error_Running_help },
  NothingChosen: { severity: 'wait', title: m.error_NothingChosen, help: m.error_NothingChosen_help },
  EndpointMissing: { severity: 'wait', title: m.error_EndpointMissing, help: m.error_EndpointMissing_help },
  Endpoint: { severity: 'bad', title: m.error_Endpoint, help: m.error_Endpoint_help },
  NotConnected: { severity: 'wait', title: m.error_NotConnected, help: m.error_NotConnected_help },
  Keychain: { severity: 'bad', title: m.error_Keychain, help: m.error_Keychain_help },
  Practice: { severity: 'bad', title: m.error_Practice, help: m.error_Practice_help },
  NotAvailableYet: { severity: 'wait', title: m.error_NotAvailableYet, help: m.error_NotAvailableYet_help },
  Internal: { severity: 'bad', title: m.error_Internal, help: m.error_Internal_help },
};

const failures: Record<FailureCode, { cause: () => string; remedy: () => string }> = {
  DirectorySyncOff: { cause: m.failure_DirectorySyncOff, remedy: m.failure_DirectorySyncOff_do },
  MailUserMissing: { cause: m.failure_MailUserMissing, remedy: m.failure_MailUserMissing_do },
  SourceMailboxMissing: { cause: m.failure_SourceMailboxMissing, remedy: m.failure_SourceMailboxMissing_do },
  RecipientKindUnsupported: { cause: m.failure_RecipientKindUnsupported, remedy: m.failure_RecipientKindUnsupported_do },
  SourceSignInRefused: { cause: m.failure_SourceSignInRefused, remedy: m.failure_SourceSignInRefused_do },
  SourceRightsMissing: { cause: m.failure_SourceRightsMissing, remedy: m.failure_SourceRightsMissing_do },
  SourceUnreachable: { cause: m.failure_SourceUnreachable, remedy: m.failure_SourceUnreachable_do },
  TargetSignInRefused: { cause: m.failure_TargetSignInRefused, remedy: m.failure_TargetSignInRefused_do },
  TargetUnreachable: { cause: m.failure_TargetUnreachable, remedy: m.failure_TargetUnreachable_do },
  TargetFull: { cause: m.failure_TargetFull, remedy: m.failure_TargetFull_do },
  LicenceMissing: { cause: m.failure_LicenceMissing, remedy: m.failure_LicenceMissing_do },
  ProvisioningTimedOut: { cause: m.failure_ProvisioningTimedOut, remedy: m.failure_ProvisioningTimedOut_do },
  ProvisioningRefused: { cause: m.failure_ProvisioningRefused, remedy: m.failure_ProvisioningRefused_do },
  MailboxGuidSynced: { cause: m.failure_MailboxGuidSynced, remedy: m.failure_MailboxGuidSynced_do },
  ForwardingRefused: { cause: m.failure_ForwardingRefused, remedy: m.failure_ForwardingRefused_do },
  ForwardingDiffers: { cause: m.failure_ForwardingDiffers, remedy: m.failure_ForwardingDiffers_do },
  ForwardingLoops: { cause: m.failure_ForwardingLoops, remedy: m.failure_ForwardingLoops_do },
  CertificateUntrusted: { cause: m.failure_CertificateUntrusted, remedy: m.failure_CertificateUntrusted_do },
  ProtocolViolation: { cause: m.failure_ProtocolViolation, remedy: m.failure_ProtocolViolation_do },
  RowRefused: { cause: m.failure_RowRefused, remedy: m.failure_RowRefused_do },
  AlreadyMigrating: { cause: m.failure_AlreadyMigrating, remedy: m.failure_AlreadyMigrating_do },
  TooManyLargeItems: { cause: m.failure_TooManyLargeItems, remedy: m.failure_TooManyLargeItems_do },
  ServiceGaveUp: { cause: m.failure_ServiceGaveUp, remedy: m.failure_ServiceGaveUp_do },
  ServiceRecordLost: { cause: m.failure_ServiceRecordLost, remedy: m.failure_ServiceRecordLost_do },
  ServiceFailed: { cause: m.failure_ServiceFailed, remedy: m.failure_ServiceFailed_do },
  LedgerDiffers: { cause: m.failure_LedgerDiffers, remedy: m.failure_LedgerDiffers_do },
  Panicked: { cause: m.failure_Panicked, remedy: m.failure_Panicked_do },
  JournalFailed: { cause: m.failure_JournalFailed, remedy: m.failure_JournalFailed_do },
};

export const failureCodes = Object.keys(failures) as FailureCode[];
export const errorCodes = Object.keys(errors) as ErrorCode[];

function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(failures, code);
}

function isCoreError(error: unknown): error is CoreError {
  return typeof error === 'object' && error !== null && 'code' in error && Object.hasOwn(errors, String(error.code));
}

export const present = {
  /** Whatever a request rejected with, as the core's own error. */
  coreError(error: unknown): CoreError {
    if (isCoreError(error)) return error;
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { code: 'Internal', message, help: '', retry: false };
  },

  error(error: CoreError): Trouble {
    const words = errors[error.code];
    const details = [error.message, error.help].filter(Boolean).join('\n');
    return { title: words.title(), help: words.help(), code: error.code, details, severity: words.severity };
  },

  failure(code: string): FailureWords {
    const words = isFailureCode(code) ? failures[code] : undefined;
    const cause = words ? words.cause() : m.failure_other({ code });
    const remedy = words ? words.remedy() : m.failure_other_do();
    return { cause, remedy: remedy.split(' | ') };
  },
};
