import { expect, test } from 'vitest';

import { PAGE, PageCache } from './pages';

const rowsOf = (page: number, word = '') => Array.from({ length: PAGE }, (_, index) => `${page * PAGE + index}${word}`);

test('a row is found in the page it came with', () => {
  const pages = new PageCache<string>();
  pages.put(3, rowsOf(3), pages.stamp);
  expect(pages.row(3 * PAGE + 7)).toBe(String(3 * PAGE + 7));
  expect(pages.row(0)).toBeUndefined();
});

test('only missing pages are wanted, the middle of the window first', () => {
  const pages = new PageCache<string>();
  expect(pages.wanted({ from: 0, to: 0 })).toEqual([]);
  expect(pages.wanted({ from: 90, to: 310 })).toEqual([1, 2, 0, 3]);
  pages.put(1, rowsOf(1), pages.stamp);
  expect(pages.wanted({ from: 90, to: 210 })).toEqual([0, 2]);
});

test('an edit makes pages old, and they are shown until they are fetched again', () => {
  const pages = new PageCache<string>();
  pages.put(0, rowsOf(0), pages.stamp);
  const before = pages.stamp;
  pages.age();
  expect(pages.row(5)).toBe('5');
  expect(pages.wanted({ from: 0, to: 10 })).toEqual([0]);
  expect(pages.put(0, rowsOf(0, ' late'), before)).toBe(false);
  expect(pages.row(5)).toBe('5');
  expect(pages.put(0, rowsOf(0, ' new'), pages.stamp)).toBe(true);
  expect(pages.row(5)).toBe('5 new');
});

test('another question forgets the answers to the last', () => {
  const pages = new PageCache<string>();
  pages.put(0, rowsOf(0), pages.stamp);
  pages.clear();
  expect(pages.row(0)).toBeUndefined();
});

test('what was not looked at for long is forgotten first', () => {
  const pages = new PageCache<string>();
  for (let page = 0; page < 100; page += 1) pages.put(page, rowsOf(page), pages.stamp);
  expect(pages.size).toBeLessThan(30);
  expect(pages.row(0)).toBeUndefined();
  expect(pages.row(99 * PAGE)).toBe(String(99 * PAGE));
});
