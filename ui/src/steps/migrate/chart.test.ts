import { expect, test } from 'vitest';

import { box, chart, roundUp, ticks } from './chart';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 8, minute)).toISOString();
const points = [0, 10, 20, 30].map((minute, index) => ({ at: at(minute), bytesPerMinute: index * 50e6 }));

test('the scale starts at zero, ends at a round number and never falls', () => {
  expect(roundUp(132)).toBe(200);
  expect(roundUp(61)).toBe(80);
  expect(roundUp(0)).toBe(10);
  expect(chart(points, [], 0)?.top).toBe(200);
  expect(chart(points, [], 400)?.top).toBe(400);
});

test('the line spans the box and ends at the value of now', () => {
  const drawn = chart(points, [], 0)!;
  expect(drawn.line.startsWith(`M${box.left}.0 ${box.bottom}.0`)).toBe(true);
  expect(drawn.last.x).toBe(box.right);
  expect(drawn.now).toBe(150);
});

test('a throttled stretch is a band in time, and one that lasts reaches the end', () => {
  const drawn = chart(points, [{ from: at(10), to: at(20) }, { from: at(25), to: null }], 0)!;
  expect(drawn.bands).toHaveLength(2);
  expect(drawn.bands[1]!.x + drawn.bands[1]!.width).toBeCloseTo(box.right);
});

test('ticks are few and at round moments', () => {
  const marks = ticks(Date.parse(at(2)), Date.parse(at(58)));
  expect(marks.at.length).toBeLessThanOrEqual(5);
  expect(marks.at.every((tick) => tick % (15 * 60_000) === 0)).toBe(true);
});

test('one point is no line', () => {
  expect(chart(points.slice(0, 1), [], 0)).toBeNull();
});
