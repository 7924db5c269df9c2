// Words for the end of a migration (`stegvis-api`: dto/finish). A code of a later version is shown as it is, and is
// never green.
import type { IconName } from '../../../components/icons';
import { count, moment } from '../../../i18n/format';
import { m } from '../../../paraglide/messages.js';
import type {
  DecommissionGateId,
  DecommissionGateState,
  DecommissionGateView,
  DecommissionNever,
  DecommissionReason,
  DecommissionRoute,
  FootprintKind,
  FootprintState,
  RemovalGuardId,
  RemovalGuardView,
} from '../../../platform/types';

interface Look {
  icon: IconName;
  tone: string;
  word: () => string;
}
type Values = { n: number; count: string; when: string };
const valuesOf = (left: number | null, until: string | null, now: number): Values => ({
  n: left ?? 0,
  count: count(left ?? 0),
  when: until ? moment(until, now) : '–',
});

const guards: Record<RemovalGuardId, (values: Values) => string> = {
  NotAtRest: () => m.guard_NotAtRest(),
  NotSynced: m.guard_NotSynced,
  OthersNotSynced: m.guard_OthersNotSynced,
  MxNotMoved: () => m.guard_MxNotMoved(),
  MxMovedLately: ({ when }) => m.guard_MxMovedLately({ when }),
  DeliveryUnproved: () => m.guard_DeliveryUnproved(),
  ProofTooOld: () => m.guard_ProofTooOld(),
};
export const guardCodes = Object.keys(guards);
export const guardWords = (guard: RemovalGuardView, now: number) => guards[guard.guard]?.(valuesOf(guard.mailboxes, guard.until, now)) ?? guard.guard;

const kinds: Record<FootprintKind, { name: () => string; text: () => string }> = {
  MailboxAccess: { name: m.foot_MailboxAccess, text: m.foot_MailboxAccess_text },
  ReceiveSize: { name: m.foot_ReceiveSize, text: m.foot_ReceiveSize_text },
  Batches: { name: m.foot_Batches, text: m.foot_Batches_text },
  MigrationEndpoint: { name: m.foot_MigrationEndpoint, text: m.foot_MigrationEndpoint_text },
  TimeToLive: { name: m.foot_TimeToLive, text: m.foot_TimeToLive_text },
  ServicePrincipal: { name: m.foot_ServicePrincipal, text: m.foot_ServicePrincipal_text },
  Application: { name: m.foot_Application, text: m.foot_Application_text },
  SourceAccount: { name: m.foot_SourceAccount, text: m.foot_SourceAccount_text },
  DirectoryAccount: { name: m.foot_DirectoryAccount, text: m.foot_DirectoryAccount_text },
  Secrets: { name: m.foot_Secrets, text: m.foot_Secrets_text },
};
export const footprintCodes = Object.keys(kinds);
export const footprintWord = (kind: string) => kinds[kind as FootprintKind]?.name() ?? kind;
export const footprintText = (kind: string) => kinds[kind as FootprintKind]?.text() ?? '';

const states: Record<FootprintState, Look> = {
  Present: { icon: 'warn', tone: 'warn', word: m.foot_state_Present },
  Gone: { icon: 'ok', tone: 'ok', word: m.foot_state_Gone },
  Kept: { icon: 'fail', tone: 'fail', word: m.foot_state_Kept },
  Unknown: { icon: 'none', tone: 'none', word: m.foot_state_Unknown },
};
export const stateCodes = Object.keys(states);
export const footprintLook = (state: string): Look => states[state as FootprintState] ?? { icon: 'none', tone: 'none', word: () => state };

const gates: Record<DecommissionGateId, { name: () => string; open: (values: Values) => string }> = {
  Synced: { name: m.gate_Synced, open: m.gate_Synced_open },
  Chosen: { name: m.gate_Chosen, open: m.gate_Chosen_open },
  Converted: { name: m.gate_Converted, open: m.gate_Converted_open },
  MxMoved: { name: m.gate_MxMoved, open: (values) => (values.when === '–' ? m.gate_MxMoved_open() : m.gate_MxMoved_until(values)) },
  DeliveryProved: { name: m.gate_DeliveryProved, open: () => m.gate_DeliveryProved_open() },
  BatchesRemoved: { name: m.gate_BatchesRemoved, open: m.gate_BatchesRemoved_open },
  HabitsDone: { name: m.gate_HabitsDone, open: m.gate_HabitsDone_open },
  PublicFolders: { name: m.gate_PublicFolders, open: () => m.gate_PublicFolders_open() },
  Relays: { name: m.gate_Relays, open: () => m.gate_Relays_open() },
  CleanedUp: { name: m.gate_CleanedUp, open: () => m.gate_CleanedUp_open() },
  DatabasesKept: { name: m.gate_DatabasesKept, open: (values) => (values.when === '–' ? m.gate_DatabasesKept_open() : m.gate_DatabasesKept_until(values)) },
};
export const gateCodes = Object.keys(gates);
export const gateWord = (gate: string) => gates[gate as DecommissionGateId]?.name() ?? gate;
export function gateText(gate: DecommissionGateView, now: number): string {
  if (gate.state === 'Passed') return '';
  if (gate.id === 'HabitsDone' && gate.state === 'Unknown') return m.gate_HabitsDone_unknown();
  return gates[gate.id]?.open(valuesOf(gate.left, gate.until, now)) ?? gate.id;
}
const gateStates: Record<DecommissionGateState, Look> = {
  Passed: { icon: 'ok', tone: 'ok', word: m.gate_state_Passed },
  Open: { icon: 'warn', tone: 'warn', word: m.gate_state_Open },
  Unknown: { icon: 'none', tone: 'none', word: m.gate_state_Unknown },
};
export const gateLook = (state: string): Look => gateStates[state as DecommissionGateState] ?? { icon: 'none', tone: 'none', word: () => state };

const routes: Record<DecommissionRoute, { name: () => string; text: () => string }> = {
  KeepOneServer: { name: m.route_KeepOneServer, text: m.route_KeepOneServer_text },
  RemoveAll: { name: m.route_RemoveAll, text: m.route_RemoveAll_text },
  Undecided: { name: m.route_Undecided, text: m.route_Undecided_text },
};
export const routeCodes = Object.keys(routes);
export const routeWord = (route: string) => routes[route as DecommissionRoute]?.name() ?? route;
export const routeText = (route: string) => routes[route as DecommissionRoute]?.text() ?? '';

const reasons: Record<DecommissionReason, () => string> = {
  SingleSignOn: m.reason_SingleSignOn,
  DirectorySyncStays: m.reason_DirectorySyncStays,
  NothingNeedsIt: m.reason_NothingNeedsIt,
  SignOnUnknown: m.reason_SignOnUnknown,
  SyncUnknown: m.reason_SyncUnknown,
  VersionUnknown: m.reason_VersionUnknown,
};
export const reasonCodes = Object.keys(reasons);
export const reasonWord = (reason: string) => reasons[reason as DecommissionReason]?.() ?? reason;

const nevers: Record<DecommissionNever, () => string> = {
  RemoveLastServerWhileSynced: m.never_RemoveLastServerWhileSynced,
  TurnSyncOffWithoutBackup: m.never_TurnSyncOffWithoutBackup,
  DeleteUsersInstead: m.never_DeleteUsersInstead,
  SwitchOffBeforeRelays: m.never_SwitchOffBeforeRelays,
  UninstallWithoutSupport: m.never_UninstallWithoutSupport,
};
export const neverCodes = Object.keys(nevers);
export const neverWord = (never: string) => nevers[never as DecommissionNever]?.() ?? never;
