import { expect, test } from 'vitest';

import { ago, capital, clockRange, count, list, megabytes, moment, size, words } from './format';
import { chooseLocale, setLocale } from './locale.svelte';

const now = Date.parse('2026-11-24T09:14:00Z');

test('numbers are written as each language writes them', () => {
  setLocale('en');
  expect([count(12480), size(15.9e9), megabytes(2.31e9)]).toEqual(['12,480', '15.9\u00a0GB', '2,310']);
  setLocale('sv');
  expect([count(12480), size(15.9e9), megabytes(2.31e9)]).toEqual(['12\u00a0480', '15,9\u00a0GB', '2\u00a0310']);
});

test('up to twelve is said in words', () => {
  setLocale('sv');
  expect([words(1), words(12), words(13), capital(words(3))]).toEqual(['en', 'tolv', '13', 'Tre']);
  setLocale('en');
  expect([words(0), words(12), words(1234)]).toEqual(['zero', 'twelve', '1,234']);
});

test('time is said by how far away it is', () => {
  setLocale('en');
  expect(ago('2026-11-24T09:13:57Z', now)).toBe('3 s ago');
  expect(ago('2026-11-24T09:02:00Z', now)).toBe('12 min ago');
  expect(ago('2026-11-24T07:10:00Z', now)).toBe('2 h ago');
  expect(ago('2026-11-24T09:15:00Z', now)).toBe('0 s ago');
  expect(moment('2026-11-20T09:14:00Z', now)).toContain('20 Nov 2026');
  expect(clockRange('2026-11-24T09:14:10Z', '2026-11-24T09:14:50Z')).not.toContain('–');
});

test('names are listed as a sentence lists them', () => {
  setLocale('sv');
  expect(list(['Åsa', 'Örjan', 'Per'])).toBe('Åsa, Örjan och Per');
});

test('the first language that the wizard speaks is chosen', () => {
  expect(chooseLocale([null, 'de-DE', 'sv-FI', 'en'])).toBe('sv');
  expect(chooseLocale(['EN-us'])).toBe('en');
  expect(chooseLocale(['fi'])).toBe('en');
});
