import { count } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { StepDefinition } from '../../wizard/step';
import MailboxesStep from './MailboxesStep.svelte';

export const mailboxes: StepDefinition = {
  id: 'mailboxes',
  title: m.mailboxes_title,
  standing(project) {
    const facts = project?.facts;
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
