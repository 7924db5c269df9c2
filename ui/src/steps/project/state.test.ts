import { expect, test } from 'vitest';

import { FakePlatform } from '../../platform/fake';
import { Session } from '../../session/session.svelte';
import { ProjectState } from './state.svelte';

test('the company of a real project gets another name, and never none', async () => {
  const session = new Session(new FakePlatform({ scene: 'opened', kind: 'Real', tick: 0 }));
  await session.load();
  const state = new ProjectState(session);
  state.renaming = '  ';
  expect(await state.rename()).toBe(false);
  state.renaming = ' Ångström & Söner AB ';
  expect(await state.rename()).toBe(true);
  expect(session.project?.name).toBe('Ångström & Söner AB');
  expect(session.places?.company).toBe('Ångström & Söner AB');
  expect(state.renaming).toBeNull();
});
