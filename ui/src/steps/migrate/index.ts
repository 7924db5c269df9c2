import { count } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { StepDefinition } from '../../wizard/step';
import MigrateStep from './MigrateStep.svelte';

export const migrate: StepDefinition = {
  id: 'migrate',
  title: m.migrate_title,
  standing(project) {
    const facts = project?.facts;
    if (!facts || (facts.inBatches === 0 && !(facts.endpointSaved && facts.mailboxesChosen > 0))) {
      return { state: 'lock', detail: m.migrate_locked() };
    }
    if (facts.inBatches === 0) return { state: 'now', detail: m.migrate_standing_ready() };
    // A mailbox that is being converted is copied.
    const done = facts.synced + facts.completed + (facts.conversion?.running ? facts.active : 0);
    const progress = m.migrate_standing_running({ done: count(done), total: count(facts.inBatches) });
    if (facts.failed > 0) {
      return { state: 'fail', detail: m.migrate_standing_needs({ n: facts.failed, count: count(facts.failed) }) };
    }
    if (facts.running) return { state: 'run', detail: progress };
    if (facts.stopped > 0) return { state: 'warn', detail: m.migrate_standing_stopped() };
    return { state: done === facts.inBatches ? 'done' : 'now', detail: progress };
  },
  component: MigrateStep,
};
