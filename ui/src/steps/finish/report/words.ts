// Words for the report's codes (`stegvis-api`: report). A code of a later version is shown as it is.
import { m } from '../../../paraglide/messages.js';

type Words = Record<string, () => string>;
const word = (words: Words, code: string) => (Object.hasOwn(words, code) ? (words[code]?.() ?? code) : code);

const kinds: Words = {
  Mail: m.report_kind_Mail,
  Calendar: m.report_kind_Calendar,
  Contacts: m.report_kind_Contacts,
  Tasks: m.report_kind_Tasks,
  Notes: m.report_kind_Notes,
  Journal: m.report_kind_Journal,
  Outbox: m.report_kind_Outbox,
  SyncIssues: m.report_kind_SyncIssues,
  PublicFolders: m.report_kind_PublicFolders,
};
export const kindCodes = Object.keys(kinds);
export const itemKindWord = (kind: string) => word(kinds, kind);

const acts: Words = {
  BatchCreated: m.report_act_BatchCreated,
  BatchStarted: m.report_act_BatchStarted,
  BatchRetried: m.report_act_BatchRetried,
  BatchResumed: m.report_act_BatchResumed,
  BatchStopped: m.report_act_BatchStopped,
  BatchRemoved: m.report_act_BatchRemoved,
  GapFilled: m.report_act_GapFilled,
  AccessRemoved: m.report_act_AccessRemoved,
  EndpointSaved: m.report_act_EndpointSaved,
  EngineChosen: m.report_act_EngineChosen,
  SkippedSigned: m.report_act_SkippedSigned,
  AdministratorsWord: m.report_act_AdministratorsWord,
  ForwardingWritten: m.report_act_ForwardingWritten,
  ForwardingProved: m.report_act_ForwardingProved,
  ForwardingUndone: m.report_act_ForwardingUndone,
  ForwardingFailed: m.report_act_ForwardingFailed,
  ConversionWritten: m.report_act_ConversionWritten,
  ConversionProved: m.report_act_ConversionProved,
  ConversionUndone: m.report_act_ConversionUndone,
  ConversionFailed: m.report_act_ConversionFailed,
  DnsBefore: m.report_act_DnsBefore,
  MxMoved: m.report_act_MxMoved,
  MxMovedBack: m.report_act_MxMovedBack,
  DnsHostChanged: m.report_act_DnsHostChanged,
  LicenceAssigned: m.report_act_LicenceAssigned,
  LetterSent: m.report_act_LetterSent,
  LetterFailed: m.report_act_LetterFailed,
  LetterUnknown: m.report_act_LetterUnknown,
  HabitsRead: m.report_act_HabitsRead,
  DeliveryNotProved: m.report_act_DeliveryNotProved,
  DeliveryProved: m.report_act_DeliveryProved,
  ReportSaved: m.report_act_ReportSaved,
  ReportSavedRedacted: m.report_act_ReportSavedRedacted,
  ReportsSavedBeforeRemoval: m.report_act_ReportsSavedBeforeRemoval,
  CleanedUp: m.report_act_CleanedUp,
  TaskDone: m.report_act_TaskDone,
  TaskNotDone: m.report_act_TaskNotDone,
  BatchRemovalOnWord: m.report_act_BatchRemovalOnWord,
  MailboxesStay: m.report_act_MailboxesStay,
  MailboxesCountAgain: m.report_act_MailboxesCountAgain,
};
export const actCodes = Object.keys(acts);
export const actWord = (what: string) => word(acts, what);

const tasks: Words = {
  Reconcile: m.report_task_Reconcile,
  FinishMailboxes: m.report_task_FinishMailboxes,
  DecideMailboxes: m.report_task_DecideMailboxes,
  ReadBack: m.report_task_ReadBack,
  SignSkipped: m.report_task_SignSkipped,
  Convert: m.report_task_Convert,
  CarryExcluded: m.report_task_CarryExcluded,
  MoveMx: m.report_task_MoveMx,
  ProveDelivery: m.report_task_ProveDelivery,
  Habits: m.report_task_Habits,
  ReadHabits: m.report_task_ReadHabits,
  Licences: m.report_task_Licences,
  SendLetters: m.report_task_SendLetters,
  RemoveBatches: m.report_task_RemoveBatches,
  CleanUp: m.report_task_CleanUp,
  KeepOldServer: m.report_task_KeepOldServer,
};
export const taskCodes = Object.keys(tasks);
export const taskWord = (task: string) => word(tasks, task);
