// Words for the gates of a conversion and for the tests after it. A name of a later version is shown as it is.
import type { IconName } from '../../components/icons';
import { clock, count } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { ConvertProof, ConvertUser, GateView, SequenceStep } from '../../platform/types';

/** What must hold before a mailbox is converted (`stegvis-model`: ConversionGate), in the order of the table. */
export const conversionGates = [
  'Synced',
  'SkippedSigned',
  'CloudMailboxReadable',
  'Licensed',
  'ForwardingVerified',
  'BackupReadBack',
] as const;
export type ConversionGate = (typeof conversionGates)[number];

export const gateNames: Record<ConversionGate, () => string> = {
  Synced: m.convert_col_synced,
  SkippedSigned: m.convert_col_skipped,
  CloudMailboxReadable: m.convert_col_cloud,
  Licensed: m.convert_col_licence,
  ForwardingVerified: m.convert_col_forwarding,
  BackupReadBack: m.convert_col_backup,
};

export const gateRemedies: Record<ConversionGate, () => string> = {
  Synced: m.convert_fix_Synced,
  SkippedSigned: m.convert_fix_SkippedSigned,
  CloudMailboxReadable: m.convert_fix_CloudMailboxReadable,
  Licensed: m.convert_fix_Licensed,
  ForwardingVerified: m.convert_fix_ForwardingVerified,
  BackupReadBack: m.convert_fix_BackupReadBack,
};

export const gateOf = (user: ConvertUser, name: ConversionGate) => user.gates.find((gate) => gate.gate === name);
export const gateName = (gate: GateView) => gateNames[gate.gate as ConversionGate]?.() ?? gate.gate;
export const gateRemedy = (gate: GateView) => gateRemedies[gate.gate as ConversionGate]?.() ?? '';

interface Look {
  icon: IconName;
  tone: string;
  word: string;
  /** Only what needs a person is a chip. */
  chip: boolean;
}

const number = (gate: GateView) => {
  const n = Number(gate.detail);
  return Number.isInteger(n) ? { n, count: count(n) } : { n: 2, count: '–' };
};
const time = (at: string | null) => (at ? clock(at) : m.convert_yes());

const passed: Record<ConversionGate, (gate: GateView, user: ConvertUser) => string> = {
  Synced: (_, user) => time(user.syncedAt),
  SkippedSigned: (gate) => (gate.code === 'nothingSkipped' ? m.convert_none() : m.convert_signed()),
  CloudMailboxReadable: () => m.convert_yes(),
  Licensed: () => m.convert_yes(),
  ForwardingVerified: () => m.convert_on(),
  BackupReadBack: (_, user) => time(user.backedUpAt),
};

const failed: Record<ConversionGate, (gate: GateView) => string> = {
  Synced: () => m.convert_no(),
  SkippedSigned: (gate) => m.convert_unsigned(number(gate)),
  CloudMailboxReadable: () => m.convert_no(),
  Licensed: () => m.convert_no(),
  ForwardingVerified: () => m.convert_off(),
  BackupReadBack: () => m.convert_no(),
};

/** How a gate looks in its cell. What nobody knows is never green. */
export function gateLook(gate: GateView, user: ConvertUser): Look {
  const name = gate.gate as ConversionGate;
  if (gate.state === 'Pass') return { icon: 'ok', tone: 'ok', word: passed[name]?.(gate, user) ?? m.convert_yes(), chip: false };
  if (gate.state === 'Fail') return { icon: 'fail', tone: 'fail', word: failed[name]?.(gate) ?? m.convert_no(), chip: true };
  const word = name === 'BackupReadBack' ? m.convert_not_yet() : m.convert_not_run();
  return { icon: 'none', tone: 'none', word, chip: false };
}

export function stateLook(user: ConvertUser): Look {
  switch (user.state) {
    case 'Ready':
      return { icon: 'ok', tone: 'ok', word: m.convert_yes(), chip: false };
    case 'NotYet':
      return { icon: 'lock', tone: 'lock', word: m.convert_not_yet(), chip: false };
    case 'Converting':
      return { icon: 'run', tone: 'run', word: m.status_Converting(), chip: false };
    case 'Converted':
      return { icon: 'warn', tone: 'warn', word: m.convert_state_unproved(), chip: true };
    case 'Proved':
      return { icon: 'ok', tone: 'ok', word: m.convert_state_converted(), chip: false };
    case 'Undone':
      return { icon: 'undo', tone: 'none', word: m.convert_state_undone(), chip: false };
    case 'Failed':
      return { icon: 'fail', tone: 'fail', word: m.status_Failed(), chip: true };
  }
}

const proofs: Record<ConvertProof, { title: () => string; text: () => string }> = {
  ReadsBack: { title: m.proof_ReadsBack, text: m.proof_ReadsBack_text },
  FoundByAddresses: { title: m.proof_FoundByAddresses, text: m.proof_FoundByAddresses_text },
  NoMailbox: { title: m.proof_NoMailbox, text: m.proof_NoMailbox_text },
  CloudOpens: { title: m.proof_CloudOpens, text: m.proof_CloudOpens_text },
};

export const proofWords = (proof: ConvertProof) => ({ title: proofs[proof].title(), text: proofs[proof].text() });

export function sequenceWord({ step, name }: SequenceStep): string {
  switch (step) {
    case 'BackUp':
      return m.convert_step_BackUp();
    case 'DryRun':
      return m.convert_step_DryRun();
    case 'ConvertOne':
      return name ? m.convert_step_ConvertOne_name({ name }) : m.convert_step_ConvertOne();
    case 'Prove':
      return m.convert_step_Prove();
    case 'ConvertRest':
      return m.convert_step_ConvertRest();
  }
}
