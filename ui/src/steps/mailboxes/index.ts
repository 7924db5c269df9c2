import { count } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { StepDefinition } from '../../wizard/step';
import MailboxesStep from './MailboxesStep.svelte';

export const mailboxes: StepDefinition = {
  id: 'mailboxes',
  title: m.mailboxes_title,
  standing(project, list) {
    const facts = project?.facts;
    const chosen = (facts?.mailboxesChosen ?? 0) + (facts?.inBatches ?? 0);
    if (list && list.counts.decide > 0) {
      const { decide } = list.counts;
      return { state: 'warn', detail: m.mailboxes_list_missing_decide({ n: decide, count: count(decide) }) };
    }
    if (list && chosen === 0) {
      const { ready } = list.counts;
      return { state: 'todo', detail: m.mailboxes_list_standing_ready({ n: ready, count: count(ready) }) };
    }
    if (!facts || (!facts.preflight && facts.mailboxesChosen + facts.inBatches === 0)) {
      return { state: 'lock', detail: m.mailboxes_locked() };
    }
    const n = facts.mailboxesChosen;
    if (n === 0 && facts.inBatches > 0) {
      const batched = facts.inBatches;
      return { state: 'done', detail: m.mailboxes_standing_batches({ n: batched, count: count(batched) }) };
    }
    if (n === 0) return { state: 'todo', detail: m.standing_not_started() };
    const pilot = facts.pilotChosen;
    const detail =
      pilot > 0
        ? m.mailboxes_standing_pilot({ n, count: count(n), pilot: count(pilot) })
        : m.mailboxes_standing({ n, count: count(n) });
    return { state: 'done', detail };
  },
  component: MailboxesStep,
};
