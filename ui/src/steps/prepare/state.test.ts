import { expect, test } from 'vitest';

import { setLocale } from '../../i18n/locale.svelte';
import { FakePlatform } from '../../platform/fake';
import type { FindingView } from '../../platform/types';
import { Session } from '../../session/session.svelte';
import { PrepareState, sorted, tally } from './state.svelte';

const finding = (check: string, severity: string) => ({ check, severity }) as FindingView;

test('what needs a person comes first, what passed last, the rest in the core’s order', () => {
  const findings = [
    finding('a', 'Pass'),
    finding('b', 'NotRun'),
    finding('c', 'Warn'),
    finding('d', 'Fail'),
    finding('e', 'Waiting'),
    finding('f', 'Fail'),
  ];
  expect(sorted(findings).map(({ check }) => check).join('')).toBe('dfceba');
});

test('a check that did not run is a problem, never a pass', () => {
  expect(tally([finding('a', 'NotRun'), finding('b', 'Pass')])).toMatchObject({ Problems: 1, Pass: 1, NotRun: 1, All: 2 });
});

test('the checks run by themselves the first time, and the sentence counts what stops you', async () => {
  setLocale('en');
  const session = new Session(new FakePlatform({ scene: 'opened' }));
  await session.load();
  const state = new PrepareState(session);
  expect(state.title()).toBe('The checks have not run yet.');
  await state.enter();
  expect(state.title()).toBe('Two things stop you; the rest is ready for a pilot.');
  expect(state.shown.every(({ severity }) => severity !== 'Pass')).toBe(true);
  expect(state.blocker).toBeNull();
});
