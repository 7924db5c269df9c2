import { expect, test } from 'vitest';

import { setLocale } from '../../i18n/locale.svelte';
import { FakePlatform } from '../../platform/fake';
import type { FindingView } from '../../platform/types';
import { Session } from '../../session/session.svelte';
import { prepare } from './index';
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

async function real() {
  setLocale('en');
  const session = new Session(new FakePlatform({ scene: 'prepared', kind: 'Real', tick: 0 }));
  await session.load();
  const state = new PrepareState(session);
  await state.enter();
  return { session, state };
}

test('what was found before somebody signed out says nothing of now, and is found anew when somebody signs in', async () => {
  const { session, state } = await real();
  const standing = () => prepare.standing(session.project, null, session.finish, session.places).state;
  expect(standing()).toBe('fail');
  const before = state.view!.ranAt;
  expect(await state.signInForm!.signOut()).toBe(true);
  await state.tenantChanged();
  expect(state.ofBefore).toBe(true);
  expect(state.title()).toBe('Connect the tenant and the old directory; then the checks run.');
  expect(standing()).toBe('now');
  expect(state.view!.ranAt).toBe(before);

  const form = state.signInForm!;
  expect(await form.signIn('browser')).toBe(true);
  await state.tenantChanged();
  expect(state.view!.ranAt).not.toBe(before);
  expect(state.ofBefore).toBe(false);
  expect(state.title()).toBe('Two things stop you; the rest is ready for a pilot.');
});

test('when the checks are refused after another directory was named, what they found stays of before', async () => {
  const { session, state } = await real();
  session.platform.runPreflight = () => Promise.reject({ code: 'Running', message: 'a batch is running', help: '', retry: true });
  await session.platform.setDirectory({ ...session.places!.directory!, hosts: ['srv-dc02.nordvik.example'] }, null);
  await state.directoryChanged();
  expect(session.trouble?.code).toBe('Running');
  expect(state.ofBefore).toBe(true);
  expect(state.title()).toBe('The connections have changed; run the checks again.');
  expect(session.project!.facts.preflight).toMatchObject({ pass: 0, fail: 0 });
  expect(prepare.standing(session.project, null, session.finish, session.places).state).toBe('now');
});
