import { expect, test } from 'vitest';

import { OVERSCAN, ROW, scrollFor, spanOf } from './window';

test('only what can be seen is in the page, and some more at both ends', () => {
  expect(spanOf(0, 440, 50_000)).toEqual({ from: 0, to: 11 + 2 * OVERSCAN });
  expect(spanOf(1000 * ROW, 440, 50_000)).toEqual({ from: 1000 - OVERSCAN, to: 1011 + OVERSCAN });
  expect(spanOf(49_990 * ROW, 440, 50_000)).toEqual({ from: 49_989 - 2 * OVERSCAN, to: 50_000 });
});

test('the window holds as many rows wherever it stands', () => {
  for (let top = 0; top < 100 * ROW; top += 7) {
    const { from, to } = spanOf(top, 437, 100);
    expect(to - from).toBe(11 + 2 * OVERSCAN);
    expect(from * ROW <= Math.min(top, 100 * ROW - 437) && to * ROW >= Math.min(top + 437, 100 * ROW)).toBe(true);
  }
});

test('a short table is whole in the page, an empty one is not there', () => {
  expect(spanOf(0, 440, 3)).toEqual({ from: 0, to: 3 });
  expect(spanOf(0, 440, 0)).toEqual({ from: 0, to: 0 });
  expect(spanOf(0, 0, 100)).toEqual({ from: 0, to: 0 });
});

test('a table that became shorter than it was scrolled shows its end', () => {
  expect(spanOf(40_000 * ROW, 440, 5)).toEqual({ from: 0, to: 5 });
});

test('scrolling past the top, as a touchpad can, changes nothing', () => {
  expect(spanOf(-80, 440, 100)).toEqual(spanOf(0, 440, 100));
});

test('half a row at the edge counts as seen', () => {
  expect(spanOf(ROW / 2, ROW, 100, 0)).toEqual({ from: 0, to: 2 });
});

test('a row is brought into sight by the shortest way', () => {
  expect(scrollFor(0, 500, 440)).toBe(0);
  expect(scrollFor(30, 500, 440)).toBe(31 * ROW - 440);
  expect(scrollFor(15, 500, 440)).toBe(500);
});
