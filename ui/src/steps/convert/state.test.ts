import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { setLocale } from '../../i18n/locale.svelte';
import { FakePlatform, type Scene } from '../../platform/fake';
import { Session } from '../../session/session.svelte';
import { ConvertState, inOrder, isConverted, toProve, unsigned, withoutBackup } from './state.svelte';
import { conversionGates, gateLook, stateLook } from './words';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-24T09:43:00Z') });
  setLocale('en');
});
afterEach(() => vi.useRealTimers());

async function opened(scene: Scene) {
  const session = new Session(new FakePlatform({ scene, tick: 50 }));
  await session.load();
  const state = new ConvertState(session);
  await state.enter();
  return { session, state, view: () => state.view! };
}

test('every gate of the core has its column', () => {
  const model = fileURLToPath(new URL('../../../../src-tauri/crates/model/src/directory.rs', import.meta.url));
  const source = readFileSync(model, 'utf8').replace(/\/\/.*$/gm, '');
  const body = /ConversionGate \{([^}]*)\}/.exec(source)?.[1] ?? '';
  expect([...conversionGates].sort()).toEqual(body.split(',').map((part) => part.trim()).filter(Boolean).sort());
});

test('the gates are examined by themselves, and nothing is green before', async () => {
  const { view } = await opened('synced');
  expect(view().run?.kind).toBe('Checking');
  const [user] = view().users;
  expect(user?.gates.filter((gate) => gate.state === 'Pass').map((gate) => gate.gate)).toEqual(['Synced', 'SkippedSigned']);
  expect(gateLook(user!.gates[2]!, user!)).toMatchObject({ tone: 'none', word: 'Not run' });
  await vi.advanceTimersByTimeAsync(5000);
  expect(view().run).toBeNull();
  expect(withoutBackup(view()).length).toBeGreaterThan(10);
});

test('what was skipped is signed only as it was shown', async () => {
  const { session, state, view } = await opened('gated');
  const orjan = view().users.find((user) => unsigned(user) > 0)!;
  expect(stateLook(orjan).word).toBe('Not yet');
  await expect(session.platform.signSkipped(orjan.id, 1)).rejects.toMatchObject({ code: 'InvalidInput' });
  await state.openSkipped(orjan);
  expect(state.signing?.items.length).toBe(2);
  await state.sign();
  expect(view().users.find((user) => user.id === orjan.id)?.state).toBe('Ready');
});

test('one goes first and alone; when it is proved the rest follows, and what is refused is on top', async () => {
  const { state, view } = await opened('gated');
  expect(view().next).toEqual([view().first]);
  expect(state.title(view())).toBe('13 of 14 mailboxes can be converted.');
  await state.convert(view().next);
  await vi.advanceTimersByTimeAsync(2000);
  expect(view().users.filter(isConverted).length).toBe(1);
  expect(view().first).toBeNull();
  expect(view().next.length).toBe(12);
  await state.convert(view().next);
  await vi.advanceTimersByTimeAsync(4000);
  expect(state.title(view())).toMatch(/^Converting, one at a time; \d of 12 are done\.$/);
  await vi.advanceTimersByTimeAsync(12_000);
  expect(state.title(view())).toBe('One mailbox needs you; nothing is half converted.');
  expect(inOrder(view().users)[0]).toMatchObject({ name: 'Göran Wikström', state: 'Failed', cause: 'RightsMissing' });
});

test('stopped between two mailboxes, none is half converted', async () => {
  const { state, view } = await opened('proved');
  await state.convert(view().next);
  await vi.advanceTimersByTimeAsync(2500);
  await state.stop();
  await vi.advanceTimersByTimeAsync(2000);
  expect(view().run).toBeNull();
  expect(view().users.some((user) => user.state === 'Converting')).toBe(false);
  expect(view().users.filter(isConverted).length).toBeLessThan(6);
});

test('one that was cut off between written and proved is proved before the rest goes on', async () => {
  const { state, view } = await opened('proved');
  expect(toProve(view())).toBeUndefined();
  const [id] = view().next;
  const cut = (cause: string | null) => {
    const users = view().users.map((user) => (user.id === id ? { ...user, state: 'Converted' as const, cause } : user));
    return { ...view(), users, next: view().next.filter((one) => one !== id) };
  };
  expect(view().first).toBeNull();
  expect(toProve(cut(null))?.id).toBe(id);
  expect(state.title(cut(null))).toMatch(/ is converted; now it is proved\.$/);
  expect(toProve(cut('ProofFailed'))).toBeUndefined();
});

test('a conversion that was undone may be done again', async () => {
  const { state, view } = await opened('proved');
  const siv = view().users.find(isConverted)!;
  state.undoing = [siv];
  await state.undo();
  await vi.advanceTimersByTimeAsync(2000);
  expect(view().users.find((user) => user.id === siv.id)).toMatchObject({ state: 'Undone', mayConvert: true, convertedAt: null });
  expect(view().first).not.toBeNull();
});
