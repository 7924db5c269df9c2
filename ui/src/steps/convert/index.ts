import { m } from '../../paraglide/messages.js';
import type { StepDefinition } from '../../wizard/step';
import ConvertStep from './ConvertStep.svelte';

export const convert: StepDefinition = {
  id: 'convert',
  title: m.convert_title,
  standing: () => ({ state: 'lock', detail: m.convert_standing() }),
  component: ConvertStep,
};
