// Words for the gates of a conversion and for the tests after it. A name of a later version is shown as it is.
import type { IconName } from '../../components/icons';
import { clock, count } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { ConvertGate, ConvertUser, GateView, ProofView, SequenceStep } from '../../platform/types';

export const gateNames: Record<ConvertGate, () => string> = {
  Synced: m.convert_col_synced,
  SkippedSigned: m.convert_col_skipped,
  CloudReadable: m.convert_col_cloud,
  Licensed: m.convert_col_licence,
  ForwardingVerified: m.convert_col_forwarding,
  BackupReadBack: m.convert_col_backup,
};

interface Look {
  icon: IconName;
  tone: string;
  word: string;
  /** Only what needs a person is a chip. */
  chip: boolean;
}

const number = (gate: GateView) => {
  const n = Number(gate.values.count ?? 0);
  return { n, count: count(n) };
};
const time = (gate: GateView) => (gate.values.at ? clock(gate.values.at) : m.convert_yes());

const passed: Record<ConvertGate, (gate: GateView) => string> = {
  Synced: time,
  SkippedSigned: (gate) => (gate.code === 'none' ? m.convert_none() : m.convert_signed(number(gate))),
  CloudReadable: m.convert_yes,
  Licensed: m.convert_yes,
  ForwardingVerified: m.convert_on,
  BackupReadBack: time,
};

const failed: Record<ConvertGate, (gate: GateView) => string> = {
  Synced: m.convert_no,
  SkippedSigned: (gate) => m.convert_unsigned(number(gate)),
  CloudReadable: m.convert_no,
  Licensed: m.convert_no,
  ForwardingVerified: m.convert_off,
  BackupReadBack: m.convert_no,
};

export function gateLook(gate: GateView): Look {
  if (gate.severity === 'Pass') return { icon: 'ok', tone: 'ok', word: passed[gate.gate](gate), chip: false };
  if (gate.severity === 'Fail') return { icon: 'fail', tone: 'fail', word: failed[gate.gate](gate), chip: true };
  const word = gate.gate === 'BackupReadBack' ? m.convert_not_yet() : m.convert_not_run();
  return { icon: 'none', tone: 'none', word, chip: false };
}

export const gateRemedies: Record<ConvertGate, () => string> = {
  Synced: m.convert_fix_Synced,
  SkippedSigned: m.convert_fix_SkippedSigned,
  CloudReadable: m.convert_fix_CloudReadable,
  Licensed: m.convert_fix_Licensed,
  ForwardingVerified: m.convert_fix_ForwardingVerified,
  BackupReadBack: m.convert_fix_BackupReadBack,
};

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

const proofs: Record<string, { title: () => string; why: () => string; failed: () => string }> = {
  ReadBack: { title: m.proof_ReadBack, why: m.proof_ReadBack_why, failed: m.proof_ReadBack_failed },
  CloudOpens: { title: m.proof_CloudOpens, why: m.proof_CloudOpens_why, failed: m.proof_CloudOpens_failed },
  MailArrives: { title: m.proof_MailArrives, why: m.proof_MailArrives_why, failed: m.proof_MailArrives_failed },
  RepliesArrive: { title: m.proof_RepliesArrive, why: m.proof_RepliesArrive_why, failed: m.proof_RepliesArrive_failed },
};

export function proofWords(proof: ProofView): { title: string; text: string } {
  const words = Object.hasOwn(proofs, proof.proof) ? proofs[proof.proof] : undefined;
  if (!words) return { title: proof.proof, text: '' };
  return { title: words.title(), text: proof.severity === 'Fail' ? words.failed() : words.why() };
}

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
