import { m } from '../../paraglide/messages.js';
import type { StepDefinition } from '../../wizard/step';
import FinishStep from './FinishStep.svelte';
import { nextOf } from './next';
import { standingOfFinish } from './sentences';

export const finish: StepDefinition = {
  id: 'finish',
  title: m.finish_title,
  standing(project, _list, known) {
    const facts = project?.facts;
    if (!facts?.ledger) return { state: 'lock', detail: m.finish_locked() };
    // A mailbox that is being converted is copied.
    const active = facts.conversion?.running ? 0 : facts.active;
    const settled = !facts.running && active + facts.stopped === 0;
    const differs = settled && facts.failed === 0 && (!facts.ledger.reconciles || facts.verified === false);
    const next = nextOf(facts, differs, known ?? { dns: null, licences: null, letters: null, habits: null, end: null });
    return standingOfFinish(next, facts);
  },
  component: FinishStep,
};
