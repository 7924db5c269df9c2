import { count } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { StepDefinition } from '../../wizard/step';
import ConvertStep from './ConvertStep.svelte';

export const convert: StepDefinition = {
  id: 'convert',
  title: m.convert_title,
  standing(project) {
    const facts = project?.facts;
    if (!facts || facts.synced + facts.completed === 0) return { state: 'lock', detail: m.convert_locked() };
    const total = facts.inBatches;
    const converted = m.convert_standing_converted({ done: count(facts.completed), total: count(total) });
    const { conversion } = facts;
    if (conversion?.running) return { state: 'run', detail: converted };
    if (conversion && conversion.failed > 0) {
      return { state: 'fail', detail: m.migrate_standing_needs({ n: conversion.failed, count: count(conversion.failed) }) };
    }
    if (facts.completed > 0) return { state: facts.completed === total ? 'done' : 'now', detail: converted };
    if (conversion) return { state: 'now', detail: m.convert_standing_may({ may: count(conversion.mayConvert), total: count(total) }) };
    return { state: 'now', detail: m.convert_standing_open() };
  },
  component: ConvertStep,
};
