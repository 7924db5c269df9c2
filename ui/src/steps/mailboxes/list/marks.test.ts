import { expect, test } from 'vitest';

import { marks, plain, type Mark } from './marks';

/** `-gone- +new+ {HIDDEN}` and plain text: a mark as it can be read. */
const read = (all: Mark[]) =>
  all.map(({ kind, text }) => ({ same: text, gone: `-${text}-`, new: `+${text}+`, hidden: `{${text}}` })[kind]).join('');

const both = (was: string, becomes: string) => {
  const found = marks(was, becomes);
  return [read(found.was), read(found.becomes)];
};

test('letters that changed are marked one by one', () => {
  expect(both('åsa.öhrström@n.example', 'asa.ohrstrom@n.example')).toEqual([
    '-å-sa.-ö-hrstr-ö-m@n.example',
    '+a+sa.+o+hrstr+o+m@n.example',
  ]);
  expect(both('per.manson@n.example', 'per.mansson@n.example')).toEqual(['per.manson@n.example', 'per.mans+s+on@n.example']);
});

test('a name around an address is struck as a whole, not letter by letter', () => {
  expect(both('Märta Ågren <marta.agren@n.example>', 'marta.agren@n.example')).toEqual([
    '-Märta Ågren <-marta.agren@n.example->-',
    'marta.agren@n.example',
  ]);
  expect(both('mailto:a@n.example', 'a@n.example')[0]).toBe('-mailto:-a@n.example');
});

test('what cannot be seen is named', () => {
  expect(both('a@n.example\u00a0', 'a@n.example')[0]).toBe('a@n.example{NBSP}');
  expect(both('a\u200b@n.example\t', 'a@n.example')[0]).toBe('a{ZWSP}@n.example{TAB}');
  expect(both('  a@n.example', 'a@n.example')[0]).toBe('{SPACE}{SPACE}a@n.example');
  expect(both('a@n\u2028.example', 'a@n.example')[0]).toBe('a@n{U+2028}.example');
});

test('letters that were encoded twice become one', () => {
  expect(both('Nystr\u00c3\u00b6m', 'Nystr\u00f6m')).toEqual(['Nystr-\u00c3\u00b6-m', 'Nystr+\u00f6+m']);
});

test('two texts that have little in common are two texts', () => {
  expect(both('kalle', 'order@n.example')).toEqual(['-kalle-', '+order@n.example+']);
  expect(both('', 'a@n.example')).toEqual(['', '+a@n.example+']);
  expect(both('#SAKNAS!', '')).toEqual(['-#SAKNAS!-', '']);
});

test('a text that stays is only looked through', () => {
  expect(read(plain('a b\u00a0c '))).toBe('a b{NBSP}c ');
  expect(read(plain(' '))).toBe('{SPACE}');
});

test('a letter outside the first plane is one letter', () => {
  expect(both('a😀@n.example', 'a@n.example')).toEqual(['a-😀-@n.example', 'a@n.example']);
});

test('the longest text that is told takes no time', () => {
  const [long, other] = ['ab'.repeat(4000), 'ba'.repeat(4000)];
  const started = performance.now();
  marks(long, other);
  expect(performance.now() - started).toBeLessThan(500);
});
