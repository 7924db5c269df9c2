import { expect, test } from 'vitest';

import type { RunView } from '../../platform/types';
import { phaseOf } from './state.svelte';

const run = (statuses: string[], running = false, stopping = false) =>
  ({ running, stopping, users: statuses.map((status) => ({ status })) }) as RunView;

test('a run is what its users are', () => {
  expect(phaseOf(run(['Syncing', 'Failed'], true))).toBe('running');
  expect(phaseOf(run(['Syncing'], true, true))).toBe('stopping');
  expect(phaseOf(run(['Stopped', 'Failed', 'Synced']))).toBe('stopped');
  expect(phaseOf(run(['Failed', 'Synced']))).toBe('needs');
  expect(phaseOf(run(['Synced', 'Completed']))).toBe('synced');
});
