import { count } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { StepDefinition } from '../../wizard/step';
import FinishStep from './FinishStep.svelte';

export const finish: StepDefinition = {
  id: 'finish',
  title: m.finish_title,
  standing(project) {
    const facts = project?.facts;
    if (!facts?.ledger) return { state: 'lock', detail: m.finish_locked() };
    // A mailbox that is being converted is copied.
    const active = facts.conversion?.running ? 0 : facts.active;
    const settled = !facts.running && active + facts.stopped === 0;
    if (settled && facts.failed === 0 && (!facts.ledger.reconciles || facts.verified === false)) {
      return { state: 'fail', detail: m.finish_standing_differs() };
    }
    if (settled && facts.failed > 0) {
      return { state: 'warn', detail: m.migrate_standing_needs({ n: facts.failed, count: count(facts.failed) }) };
    }
    if (settled && facts.verified === true) return { state: 'done', detail: m.finish_standing_ready() };
    return { state: 'now', detail: m.finish_standing_so_far() };
  },
  component: FinishStep,
};
