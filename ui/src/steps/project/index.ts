import { words, capital } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { StepDefinition } from '../../wizard/step';
import ProjectStep from './ProjectStep.svelte';

export const project: StepDefinition = {
  id: 'project',
  title: m.project_title,
  standing(open) {
    if (!open) return { state: 'todo', detail: m.standing_not_started() };
    if (open.facts.answered === 5 || open.kind === 'Practice') {
      return { state: 'done', detail: open.kind === 'Practice' ? m.frame_kind_Practice() : m.frame_kind_Real() };
    }
    const { answered } = open.facts;
    return { state: 'now', detail: capital(m.project_answered({ n: answered, word: words(answered) })) };
  },
  component: ProjectStep,
};
