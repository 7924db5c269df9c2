import { expect, test } from 'vitest';

import { FakePlatform } from '../platform/fake';
import { ProjectState } from '../steps/project/state.svelte';
import { Session } from './session.svelte';

test('a refusal becomes the trouble, and the next success clears it', async () => {
  const session = new Session(new FakePlatform());
  await session.load();
  expect(await session.ask(() => session.platform.plan())).toBeUndefined();
  expect(session.trouble?.code).toBe('NoProject');
  await session.ask(() => session.platform.appView());
  expect(session.trouble).toBeNull();
});

test('the practice company is opened and the project’s facts follow its events', async () => {
  const session = new Session(new FakePlatform());
  await session.load();
  expect(session.project).toBeNull();
  expect(await new ProjectState(session).openPractice()).toBe(true);
  expect(session.project?.kind).toBe('Practice');
  await session.platform.runPreflight();
  expect(session.project?.facts.preflight?.fail).toBe(2);
  expect(session.preflight?.ranAt).not.toBeNull();
});

test('what is told of DNS is known wherever one is', async () => {
  const platform = new FakePlatform({ scene: 'synced', tick: 0 });
  const session = new Session(platform);
  await session.load();
  expect(session.finish.dns).toBeNull();
  await platform.checkDns();
  expect(session.finish.dns?.view).not.toBeNull();
  session.end();
});

test('answers given beforehand fill only what the project does not know', async () => {
  const platform = new FakePlatform();
  const session = new Session(platform);
  await session.load();
  const state = new ProjectState(session);
  await state.answer('exchange', 'Exchange2010OrLater');
  expect(state.verdict.route).toBe('MinimalHybrid');
  await state.openPractice();
  expect(state.answers.exchange).toBe('Exchange2007');
});
