import { describe, expect, test } from 'vitest';

import { setLocale } from '../i18n/locale.svelte';
import { FakePlatform, type Scene } from '../platform/fake';
import type { ProjectView, StepId } from '../platform/types';
import { safety } from './safe';
import { restingPlace } from './wizard.svelte';

const at = (scene: Scene): Promise<ProjectView> => new FakePlatform({ scene, tick: 0 }).projectView();

describe('a program opened anew lands where the work is', () => {
  test('without a project, on Project', () => expect(restingPlace(null)).toBe('project'));

  const places: [Scene, StepId][] = [
    ['opened', 'prepare'],
    ['prepared', 'prepare'], // two checks fail
    ['listed', 'connect'],
    ['connected', 'migrate'],
    ['running', 'migrate'],
    ['stopped', 'migrate'],
    ['needs', 'migrate'],
    ['synced', 'finish'],
    ['proved', 'convert'],
    ['converted', 'convert'], // one was refused, one taken back
  ];
  test.each(places)('%s → %s', async (scene, step) => expect(restingPlace(await at(scene))).toBe(step));

  test('when the read-back was kept from its end, on Migrate', async () => {
    const project = await at('synced');
    expect(restingPlace({ ...project, facts: { ...project.facts, verified: null } })).toBe('migrate');
  });

  test('when no check fails, on Mailboxes', async () => {
    const project = await at('prepared');
    const preflight = { pass: 9, warn: 0, fail: 0, waiting: 0, notRun: 0, ofBefore: 0 };
    expect(restingPlace({ ...project, facts: { ...project.facts, preflight } })).toBe('mailboxes');
    const before = { ...preflight, pass: 7, ofBefore: 2 };
    expect(restingPlace({ ...project, facts: { ...project.facts, preflight: before } })).toBe('prepare');
  });
});

describe('is it safe', () => {
  test('nothing is changed until a batch starts', async () => {
    setLocale('en');
    for (const scene of ['opened', 'prepared', 'listed', 'connected'] as const) {
      expect(safety(await at(scene), 'prepare').fact).toBe('Nothing has been changed');
    }
  });

  test('while mail is forwarded, the number says so', async () => {
    const project = await at('running');
    expect(safety(project, 'migrate').fact).toBe(`${project.facts.forwarding} mailboxes forward`);
  });

  test('what the service left is told before anything is said to reconcile', async () => {
    setLocale('en');
    const project = await at('synced');
    expect(safety(project, 'migrate', false, 3).fact).toBe('3 items are in the source alone');
    expect(safety(project, 'migrate', false, 0).fact).toBe('Every count reconciles');
  });

  test('on Convert, until when one can go back', async () => {
    setLocale('en');
    expect(safety(await at('synced'), 'convert').fact).toBe('Every count reconciles');
    expect(safety(await at('proved'), 'convert').fact).toMatch(/^Undo until \d+ \w+$/);
  });

  test('counts that differ come first, in red, once nothing moves', async () => {
    const project = await at('synced');
    const facts = { ...project.facts, failed: 0 };
    const bad = (more: Partial<typeof facts>) => safety({ ...project, facts: { ...facts, ...more } }, 'finish').bad;
    const ledger = { ...project.facts.ledger!, reconciles: false };
    expect(bad({})).toBe(false);
    expect(bad({ ledger })).toBe(true);
    expect(bad({ verified: false })).toBe(true);
    expect(bad({ ledger, running: true })).toBe(false);
    expect(bad({ ledger, failed: 1 })).toBe(false);
  });
});
