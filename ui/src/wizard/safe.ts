// Is it safe: one fact and its proof, from what has been done. Never a slogan.
import { count, day } from '../i18n/format';
import { m } from '../paraglide/messages.js';
import type { ProjectView, StepId } from '../platform/types';

export interface Safety {
  fact: string;
  proof: string;
  /** A fact that asks for a person. */
  bad: boolean;
}

/** `left`: how many items the migration service left in the source and nobody has copied yet. */
export function safety(project: ProjectView | null, step: StepId, list = false, left = 0): Safety {
  const facts = project?.facts;
  // While a mailbox moves, waits or needs a person its counts cannot add up yet: that is told elsewhere.
  const whole = facts && !facts.running && (facts.conversion?.running ? 0 : facts.active) + facts.stopped + facts.failed === 0;
  if (whole && (facts.ledger?.reconciles === false || facts.verified === false)) {
    return { fact: m.safe_differs(), proof: m.safe_differs_proof(), bad: true };
  }
  if (facts && step === 'convert' && facts.completed > 0) {
    const { undoUntil: until, retentionDays: days } = facts.conversion ?? { undoUntil: null, retentionDays: null };
    if (until === null || days === null) return { fact: m.safe_undo(), proof: m.safe_undo_proof(), bad: false };
    return { fact: m.safe_undo_until({ date: day(until) }), proof: m.safe_undo_kept({ n: days, days: count(days) }), bad: false };
  }
  if (facts && facts.forwarding > 0) {
    if (facts.verified === true && !facts.running && left > 0) {
      return { fact: m.safe_left({ n: left, count: count(left) }), proof: m.safe_left_proof(), bad: false };
    }
    if (facts.verified === true && !facts.running) {
      return { fact: m.safe_reconciles(), proof: m.safe_verified_proof(), bad: false };
    }
    const forwarding = m.safe_forwarding({ n: facts.forwarding, count: count(facts.forwarding) });
    return { fact: forwarding, proof: m.safe_source_read(), bad: false };
  }
  if (facts && facts.inBatches > 0) {
    return { fact: m.safe_undoable(), proof: m.safe_source_only_read(), bad: false };
  }
  const proof =
    step === 'prepare'
      ? m.safe_proof_checks()
      : step === 'mailboxes' && list
        ? m.safe_proof_list()
        : step === 'connect'
          ? m.safe_proof_tests()
          : step === 'project' && project?.kind === 'Practice'
            ? m.safe_proof_practice()
            : m.safe_proof_reads();
  return { fact: m.safe_unchanged(), proof, bad: false };
}
