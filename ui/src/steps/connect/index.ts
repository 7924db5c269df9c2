import { m } from '../../paraglide/messages.js';
import type { StepDefinition } from '../../wizard/step';
import ConnectStep from './ConnectStep.svelte';

export const connect: StepDefinition = {
  id: 'connect',
  title: m.connect_title,
  standing(project) {
    const facts = project?.facts;
    if (facts?.endpointSaved) return { state: 'done', detail: m.connect_standing_saved() };
    if (!facts || facts.mailboxesChosen === 0) return { state: 'lock', detail: m.connect_locked() };
    return { state: 'todo', detail: m.standing_not_started() };
  },
  component: ConnectStep,
};
