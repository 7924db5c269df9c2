// Every code of the list doctor has words, in both languages; the codes are read from its own source.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { setLocale } from '../../../i18n/locale.svelte';
import type { ListFindingView, ListRowView } from '../../../platform/types';
import { listHead } from './head';
import { decides, findingsInFull, findingWord, findingWords, merged, nextBatch, noteCodes, quiet, stopping, undoCodes, undoWord } from './words';

const crates = fileURLToPath(new URL('../../../../../src-tauri/crates/', import.meta.url));
const read = (file: string) => readFileSync(`${crates}${file}`, 'utf8');

const finding = (code: string, more: Partial<ListFindingView> = {}): ListFindingView => ({
  code,
  column: 'EmailAddress',
  was: 'a',
  becomes: 'b',
  takenBack: false,
  ...more,
});

describe.each(['en', 'sv'] as const)('in %s', (language) => {
  test('every finding of the list doctor has words of its own', () => {
    setLocale(language);
    const codes = [...read('lists/src/finding.rs').matchAll(/Self::\w+ => "([a-z-]+)"/g)].map((found) => found[1] ?? '');
    const ranks = ['ok', 'repaired', 'rejected'];
    const wanted = codes.filter((code) => !ranks.includes(code)).sort();
    expect(wanted.length).toBeGreaterThan(20);
    expect(Object.keys(findingWords).sort()).toEqual(wanted);
    const words = wanted.map((code) => findingWord(finding(code)));
    expect(new Set(words).size).toBe(words.length);
  });

  test('what a code does to its row is what the list doctor says', () => {
    const source = read('lists/src/finding.rs');
    const name = (variant: string) => new RegExp(`Self::${variant} => "([a-z-]+)"`).exec(source)?.[1];
    const arms = /fn status[\s\S]*?\n {4}\}/.exec(source)?.[0] ?? '';
    const of = (status: string) =>
      [...arms.matchAll(/((?:\|?\s*Self::\w+\s*)+)=> RowStatus::(\w+)/g)]
        .filter((arm) => arm[2] === status)
        .flatMap((arm) => [...(arm[1] ?? '').matchAll(/Self::(\w+)/g)].map((found) => name(found[1] ?? '')));
    expect(of('Repaired').length).toBeGreaterThan(8);
    expect([...stopping, 'duplicate'].sort()).toEqual(of('Rejected').sort());
    expect([...quiet].sort()).toEqual(of('Ok').sort());
  });

  test('a code of a later version is shown by its name', () => {
    setLocale(language);
    expect(findingWord(finding('weather'))).toContain('weather');
    expect(undoWord('Weather')).toMatch(/\S/);
  });
});

test('every note and every edit of the contract has words', () => {
  const contract = read('api/src/dto/list.rs');
  const codes = /`HiddenRows`[\s\S]*?pub code/.exec(contract)?.[0] ?? '';
  expect([...noteCodes].sort()).toEqual([...codes.matchAll(/`(\w+)`/g)].map((found) => found[1]).sort());
  const edits = /pub enum ListEdit \{([\s\S]*?)\n\}/.exec(contract)?.[1] ?? '';
  const names = [...edits.matchAll(/^ {4}(\w+)(?: \{|,)/gm)].map((found) => found[1] ?? '').filter((name) => name !== 'Undo');
  expect([...undoCodes].sort()).toEqual(names.sort());
});

const row = (more: Partial<ListRowView>): ListRowView => ({
  row: 4,
  name: '',
  was: 'a@b.se',
  becomes: 'a@b.se',
  hasPassword: false,
  forceChangePassword: null,
  status: 'ok',
  leftOut: false,
  batch: null,
  kind: null,
  suggestion: null,
  findings: [],
  ...more,
});

test('the gravest finding comes first, and cells without a column are told with what they were', () => {
  setLocale('en');
  const findings = [
    finding('localised-boolean', { column: 'ForceChangePassword', was: 'SANT', becomes: 'True' }),
    finding('duplicate', { becomes: 'row 6' }),
  ];
  expect(findingsInFull(row({ status: 'rejected', findings }))).toBe(
    'Same address as row 6; Yes or no translated (ForceChangePassword: SANT → True)',
  );
  expect(findingsInFull(row({}))).toBe('Right as it was');
});

test('a person decides about a row that can go nowhere, not about the second of two', () => {
  const second = finding('duplicate', { becomes: 'row 6' });
  const broken = finding('not-an-address', { becomes: null });
  expect(decides(row({ status: 'rejected', findings: [second] }))).toBe(false);
  expect(merged(row({ status: 'rejected', findings: [second] }))).toBe(true);
  expect(decides(row({ status: 'rejected', findings: [finding('mailto'), broken] }))).toBe(true);
  expect(decides(row({ status: 'rejected', findings: [broken], leftOut: true }))).toBe(false);
  expect(merged(row({ status: 'rejected', findings: [second, broken] }))).toBe(false);
});

test('a new batch takes the next number', () => {
  expect(nextBatch([])).toBe('Batch 2');
  expect(nextBatch(['Pilot', 'Batch 2', 'Batch 7'])).toBe('Batch 8');
});

test('the sentence counts what was read, repaired and left to decide', () => {
  setLocale('en');
  const counts = { all: 39, decide: 2, repaired: 9, ok: 28, leftOut: 0, pilot: 0, ready: 37 };
  expect(listHead(counts)).toBe('39 rows read, 9 repaired; two need your decision.');
  expect(listHead({ ...counts, decide: 1 })).toBe('39 rows read, 9 repaired; one needs your decision.');
  expect(listHead({ ...counts, decide: 0 })).toBe('39 rows read, 9 repaired; nothing is left to decide.');
  expect(listHead({ ...counts, decide: 0, repaired: 0 })).toBe('39 rows read; nothing had to be repaired.');
  expect(listHead({ ...counts, all: 1, decide: 1, repaired: 0 })).toBe('One row read; it needs your decision.');
});
