// Is it safe: one fact and its proof, from what has been done. Never a slogan.
import { count } from '../i18n/format';
import { m } from '../paraglide/messages.js';
import type { ProjectView, StepId } from '../platform/types';

export interface Safety {
  fact: string;
  proof: string;
  /** A fact that asks for a person. */
  bad: boolean;
}

export function safety(project: ProjectView | null, step: StepId): Safety {
  const facts = project?.facts;
  // While a mailbox moves, waits or needs a person its counts cannot add up yet: that is told elsewhere.
  const whole = facts && !facts.running && facts.active + facts.stopped + facts.failed === 0;
  if (whole && (facts.ledger?.reconciles === false || facts.verified === false)) {
    return { fact: m.safe_differs(), proof: m.safe_differs_proof(), bad: true };
  }
  if (facts && facts.forwarding > 0) {
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
      : step === 'connect'
        ? m.safe_proof_tests()
        : step === 'project' && project?.kind === 'Practice'
          ? m.safe_proof_practice()
          : m.safe_proof_reads();
  return { fact: m.safe_unchanged(), proof, bad: false };
}
