import { expect, test, vi } from 'vitest';

import { setLocale } from '../../i18n/locale.svelte';
import { FakePlatform } from '../../platform/fake';
import { Session } from '../../session/session.svelte';
import { opWords } from './ops';
import { cleanupWords, MigrateState } from './state.svelte';

async function at(scene: 'connected' | 'synced' | 'running', tick = 0) {
  setLocale('en');
  const session = new Session(new FakePlatform({ scene, engine: 'Service', tick }));
  await session.load();
  const state = new MigrateState(session);
  await state.enter();
  return { session, state };
}

test('the plan of the service makes a batch, compares, and can be pasted', async () => {
  const { session, state } = await at('connected');
  const titles = state.plan!.steps.map((step) => opWords(step).title);
  expect(titles[0]).toBe('Give Microsoft’s migration service a batch of 3 mailboxes');
  expect(titles.at(-2)).toBe('Compare source and target in 3 mailboxes');
  expect(state.plan!.commands.map((line) => line.text).join('\n')).toContain('New-MigrationBatch');
  session.end();
});

test('a time that is over, or none, starts nothing', async () => {
  const { session, state } = await at('connected');
  state.later = true;
  for (const when of ['', '2001-01-01T08:00']) {
    state.at = when;
    expect(state.startsAt).toBeNull();
    await state.start();
    expect(state.begun).toBe(false);
  }
  session.end();
});

test('a batch for later is with the service, and nothing in it moves', async () => {
  const { session, state } = await at('connected');
  const start = vi.spyOn(session.platform, 'startAt');
  state.later = true;
  state.at = '2099-03-01T22:30';
  await state.start();
  expect(start).toHaveBeenCalledWith(new Date('2099-03-01T22:30').toISOString());
  expect(state.title(state.run!)).toBe('The service has the batch Pilot; nothing is moving yet.');
  expect(state.later).toBe(false);
  expect(state.sub(state.run!)).toMatch(/^It starts by itself 1 Mar 2099, \d\d:30\. You can close Stegvis/);
  session.end();
});

test('the direct engine knows no later time', async () => {
  setLocale('en');
  const session = new Session(new FakePlatform({ scene: 'connected', tick: 0 }));
  await session.load();
  const state = new MigrateState(session);
  await state.enter();
  state.later = true;
  state.at = '2099-03-01T22:30';
  expect(state.startsAt).toBeNull();
  await state.start();
  expect(state.run!.engine).toBe('Direct');
  session.end();
});

test('what the service left is copied on request, and then nothing is left', async () => {
  const { session, state } = await at('synced', 5);
  expect(state.run!.gap).toMatchObject({ missing: 3, mailboxes: 2 });
  await state.fillGap();
  expect(state.title(state.run!)).toBe('What the service left is being copied from this computer.');
  await vi.waitFor(() => expect(state.run!.running).toBe(false), { timeout: 4000 });
  expect(state.run!.gap).toMatchObject({ missing: 0, mailboxes: 0 });
  session.end();
});

test('while the service runs, one may leave', async () => {
  const { session, state } = await at('running');
  expect(state.sub(state.run!)).toBe('Microsoft copies. You can close Stegvis, and switch this computer off.');
  session.end();
});

test('what the service will do to a batch is said: stop it, or remove it', async () => {
  const { session, state } = await at('synced');
  const batch = state.run!.batches[0]!;
  expect(cleanupWords({ ...batch, cleanupKind: 'Stops' }).fact).toMatch(/^The service stops Batch 2 by itself on \d/);
  expect(cleanupWords({ ...batch, cleanupKind: 'Removes' }).fact).toMatch(/^The service removes Batch 2 by itself on \d/);
  session.end();
});
