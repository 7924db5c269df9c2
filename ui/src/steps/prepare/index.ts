import { count } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import { missingFor } from '../../session/places';
import type { StepDefinition } from '../../wizard/step';
import PrepareStep from './PrepareStep.svelte';

export const prepare: StepDefinition = {
  id: 'prepare',
  title: m.prepare_title,
  standing(project, _list, _known, places = null) {
    const tally = project?.facts.preflight;
    if (!tally) return { state: 'todo', detail: m.standing_not_started() };
    // What was found while it was connected, or connected otherwise, says nothing of now.
    if (tally.ofBefore > 0 || missingFor('prepare', places).length > 0) return { state: 'now', detail: m.prepare_standing_of_before() };
    if (tally.fail > 0) return { state: 'fail', detail: m.prepare_standing_fail({ n: tally.fail, count: count(tally.fail) }) };
    if (tally.notRun > 0) {
      return { state: 'now', detail: m.prepare_standing_partly({ n: tally.notRun, count: count(tally.notRun) }) };
    }
    if (tally.warn > 0) return { state: 'done', detail: m.prepare_standing_warn({ n: tally.warn, count: count(tally.warn) }) };
    return { state: 'done', detail: m.prepare_standing_ready() };
  },
  component: PrepareStep,
};
