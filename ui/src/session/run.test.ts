import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { MigrationUserView, RunView } from '../platform/types';
import { RunSession } from './run.svelte';

const user = (id: number, itemsDone: number) => ({ id, itemsDone }) as MigrationUserView;
const run = (...users: MigrationUserView[]) => ({ running: true, users }) as RunView;

beforeEach(() => vi.useFakeTimers({ now: 10_000 }));
afterEach(() => vi.useRealTimers());

test('the first snapshot is shown at once, the next ones at most twice a second', () => {
  const session = new RunSession();
  session.arrived(run(user(1, 0)));
  expect(session.view?.users[0]?.itemsDone).toBe(0);
  for (let done = 1; done <= 20; done += 1) session.moved(user(1, done));
  expect(session.view?.users[0]?.itemsDone).toBe(0);
  vi.advanceTimersByTime(500);
  expect(session.view?.users[0]?.itemsDone).toBe(20);
});

test('a mailbox’s event replaces that mailbox alone', () => {
  const session = new RunSession();
  session.arrived(run(user(1, 1), user(2, 2)));
  session.moved(user(2, 9));
  vi.advanceTimersByTime(500);
  expect(session.view?.users.map(({ itemsDone }) => itemsDone)).toEqual([1, 9]);
});

test('a whole snapshot overrules what came before it', () => {
  const session = new RunSession();
  session.arrived(run(user(1, 1)));
  session.moved(user(1, 2));
  session.arrived(run(user(1, 3)));
  vi.advanceTimersByTime(500);
  expect(session.view?.users[0]?.itemsDone).toBe(3);
});

test('an answer to a press is shown without waiting', () => {
  const session = new RunSession();
  session.arrived(run(user(1, 1)));
  session.answered(run(user(1, 5)));
  expect(session.view?.users[0]?.itemsDone).toBe(5);
});
