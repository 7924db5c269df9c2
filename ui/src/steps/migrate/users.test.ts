import { expect, test } from 'vitest';

import { setLocale } from '../../i18n/locale.svelte';
import type { MigrationUserView } from '../../platform/types';
import { cloudWord, groupOf, inOrder, lookOf, nextOf, share } from './users';

const now = Date.parse('2026-11-24T09:00:00Z');

const user = (name: string, status: string, more: Partial<MigrationUserView> = {}): MigrationUserView => ({
  id: name.length,
  address: `${name}@nordvik.example`,
  name,
  batch: 'Pilot',
  status,
  cause: null,
  retry: null,
  serverWords: null,
  itemsDone: 0,
  itemsTotal: 0,
  itemsSkipped: 0,
  bytesDone: 0,
  bytesTotal: 0,
  bytesPerMinute: null,
  lastProgressAt: null,
  expectedAt: null,
  throttledUntil: null,
  cloudStatus: null,
  stalled: false,
  ...more,
});

test('who needs a person floats, then who waits, then the rest as they came', () => {
  const users = [
    user('queued', 'Queued'),
    user('first', 'Syncing', { bytesPerMinute: 1 }),
    user('second', 'Syncing', { bytesPerMinute: 99 }),
    user('failed', 'Failed'),
    user('waits', 'Syncing', { throttledUntil: '2026-11-24T09:01:00Z' }),
    user('synced', 'Synced'),
  ];
  expect(inOrder(users, now).map(({ name }) => name)).toEqual(['failed', 'waits', 'first', 'second', 'synced', 'queued']);
});

test('a wait that is over is no wait', () => {
  const waited = user('a', 'Syncing', { throttledUntil: '2026-11-24T08:59:59Z' });
  expect(groupOf(waited, now)).toBe('moving');
  expect(groupOf(user('b', 'Synced', { throttledUntil: '2026-11-24T09:01:00Z' }), now)).toBe('synced');
});

test('who is held up is neither throttled nor failed, and waits no longer once it is done', () => {
  setLocale('en');
  const held = user('held', 'Syncing', { stalled: true });
  expect(groupOf(held, now)).toBe('stalled');
  expect(lookOf(held, now)).toMatchObject({ word: 'Held up', row: 'amb', icon: 'wait' });
  expect(groupOf(user('done', 'Synced', { stalled: true }), now)).toBe('synced');
  expect(groupOf(user('broke', 'Failed', { stalled: true }), now)).toBe('needs');
  const throttled = user('thr', 'Syncing', { stalled: true, throttledUntil: '2026-11-24T09:01:00Z' });
  expect(lookOf(throttled, now).icon).toBe('pause');
});

test("the service's own word is shown where ours says less, an unknown one as it is", () => {
  setLocale('en');
  expect(cloudWord(user('a', 'Syncing', { cloudStatus: 'Syncing' }))).toBeNull();
  expect(cloudWord(user('a', 'Forwarding', { cloudStatus: 'Provisioning' }))).toBeNull();
  expect(cloudWord(user('a', 'Provisioning', { cloudStatus: 'ProvisionUpdating' }))).toBe('ProvisionUpdating');
  expect(nextOf(user('a', 'Syncing', { cloudStatus: 'Teleporting' }), now)).toBe('Service: Teleporting');
});

test('only exceptions are chips, and a status this version does not know is never green', () => {
  expect(lookOf(user('a', 'Failed'), now)).toMatchObject({ chip: true, row: 'red' });
  expect(lookOf(user('a', 'Synced'), now)).toMatchObject({ chip: false, bar: 'grn' });
  expect(lookOf(user('a', 'Teleporting'), now)).toMatchObject({ bar: '', word: 'Teleporting' });
});

test('an empty mailbox is whole only once it is synced', () => {
  expect(share(user('a', 'Queued'))).toBe(0);
  expect(share(user('a', 'Synced'))).toBe(1);
  expect(share(user('a', 'Syncing', { itemsDone: 5, itemsTotal: 10 }))).toBe(0.5);
});
