import { expect, test } from 'vitest';

import { Picked } from './picked.svelte';

test('what is picked is on at once, and off again when it is refused', async () => {
  const picked = new Picked();
  let inForce = 'Direct';
  let refuse = () => {};
  const waiting = picked.pick('Service', () => new Promise<void>((resolve) => (refuse = resolve)));
  expect(picked.on(inForce)).toBe('Service');
  refuse();
  await waiting;
  expect(picked.on(inForce)).toBe('Direct');

  await picked.pick('Service', async (value) => (inForce = value));
  expect(picked.on(inForce)).toBe('Service');
});

test('of two that are picked one after the other the later stays', async () => {
  const picked = new Picked();
  let end = () => {};
  const first = picked.pick('A', () => new Promise<void>((resolve) => (end = resolve)));
  void picked.pick('B', () => new Promise(() => {}));
  end();
  await first;
  expect(picked.on('C')).toBe('B');
});
