// The wizard's words against the names that the core can send, read from the core's own source.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { batchStatusWord, commandWords, fixerWord, kindWord, severityWord, skipReasonWord, statusWord } from '../i18n/words';
import { setLocale } from '../i18n/locale.svelte';
import type { FindingView } from '../platform/types';
import { directoryChangeCauses } from './directory';
import { biteCodes } from './bites';
import { checkIds, findingWords } from './findings';
import { errorCodes, failureCodes, present } from './present';
import { signInCauses, signInTrouble } from './sign_in';

const crates = fileURLToPath(new URL('../../../src-tauri/crates/', import.meta.url));

/** The variants of `name` in a Rust file, declared as an enum or by `named_enum!`. */
function variants(file: string, name: string): string[] {
  const source = readFileSync(`${crates}${file}`, 'utf8').replace(/\/\/.*$/gm, '');
  const start = source.search(new RegExp(`\\b${name}\\s*\\{`));
  expect(start, `${name} in ${file}`).toBeGreaterThan(-1);
  const open = source.indexOf('{', start);
  let depth = 0;
  let end = open;
  do {
    if (source[end] === '{') depth += 1;
    if (source[end] === '}') depth -= 1;
    end += 1;
  } while (depth > 0);
  const body = source.slice(open + 1, end - 1).replace(/\{[^}]*\}|#\[[^\]]*\]/g, '');
  return body.split(',').map((part) => part.trim()).filter(Boolean);
}

test('every error of the facade has words', () => {
  expect([...errorCodes].sort()).toEqual(variants('api/src/error.rs', 'enum ErrorCode').sort());
});

test('every failure of a mailbox has a cause and a remedy', () => {
  expect([...failureCodes].sort()).toEqual(variants('model/src/failure.rs', 'FailureCode').sort());
});

test('every cause of a failed directory change has words', () => {
  expect([...directoryChangeCauses].sort()).toEqual(variants('model/src/directory.rs', 'DirectoryChangeCause').sort());
});

test('everything that will bite has words', () => {
  const source = readFileSync(`${crates}engine/src/directory/findings.rs`, 'utf8');
  const codes = [...source.matchAll(/Self::\w+ => "(\w+)"/g)].map((found) => found[1] ?? '');
  expect(codes.length).toBeGreaterThan(10);
  expect([...biteCodes].sort()).toEqual(codes.sort());
});

test('every refusal of a sign-in has a cause and a remedy', () => {
  const source = readFileSync(`${crates}api/src/sign_in/words.rs`, 'utf8');
  const told = source.slice(source.indexOf('fn told'), source.indexOf('#[cfg(test)]'));
  const causes = [...told.matchAll(/=> \(\s*"([^"]+)"/g)].map((found) => found[1] ?? '');
  expect(causes.length).toBeGreaterThan(15);
  expect(causes.filter((cause) => !signInCauses.includes(cause))).toEqual([]);
  setLocale('en');
  const refusal = (message: string) => signInTrouble({ code: 'Endpoint', message, help: '', retry: false });
  expect(refusal('the account belongs to another tenant: AADSTS50020: words')).toMatchObject({
    cause: 'The account belongs to another tenant.',
    words: 'AADSTS50020: words',
  });
  expect(refusal('the weather is bad')).toBeNull();
});

test('every check of the preflight has words', () => {
  expect([...checkIds].sort()).toEqual(variants('model/src/preflight.rs', 'CheckId').sort());
});

test('every command that the core shows has words', () => {
  setLocale('en');
  const source = ['api/src/commands.rs', 'api/src/cloud/commands.rs'].map((file) => readFileSync(crates + file, 'utf8')).join('\n');
  const does = [...source.matchAll(/\bline\(\s*(?:Shell::\w+, )?"(\w+)"/g)].map((found) => found[1] ?? '');
  expect(does).toContain('makeBatch');
  expect(does.length).toBeGreaterThan(15);
  expect(does.filter((name) => commandWords(name) === commandWords('neverHeardOf'))).toEqual([]);
});

describe.each(['en', 'sv'] as const)('in %s', (language) => {
  const tables: [string, string, string, (name: string) => string][] = [
    ['Severity', 'model/src/preflight.rs', 'Severity', severityWord],
    ['Fixer', 'model/src/preflight.rs', 'Fixer', fixerWord],
    ['RecipientKind', 'model/src/recipient.rs', 'RecipientKind', kindWord],
    ['SkipReason', 'model/src/item.rs', 'SkipReason', skipReasonWord],
    ['MigrationUserStatus', 'model/src/status.rs', 'enum MigrationUserStatus', statusWord],
    ['BatchStatus', 'model/src/batch.rs', 'BatchStatus', batchStatusWord],
  ];

  test.each(tables)('every %s has a word of its own', (_, file, name, word) => {
    setLocale(language);
    const words = variants(file, name).map(word);
    expect(words.length).toBeGreaterThan(2);
    for (const [index, name_] of variants(file, name).entries()) {
      // "Synced" is also its English word; what must not happen is a name that no table knows.
      expect(words[index], name_).toMatch(/\S/);
      if (/[a-z][A-Z]/.test(name_)) expect(words[index], name_).not.toBe(name_);
    }
    expect(new Set(words).size).toBe(words.length);
  });

  test('a failure says what to do, step by step, and an unknown one still does', () => {
    setLocale(language);
    for (const code of [...failureCodes, 'NeverHeardOf']) {
      const { cause, remedy } = present.failure(code);
      expect(cause.length).toBeGreaterThan(20);
      expect(remedy.length).toBeGreaterThan(0);
    }
  });
});

const finding = (check: string, code: string, values: Record<string, string> = {}): FindingView => ({
  check,
  code,
  values,
  severity: 'Fail',
  evidence: [],
  fixer: 'You',
  command: null,
  checkedAt: null,
  ofBefore: false,
});

test('a finding is said with its values', () => {
  setLocale('en');
  expect(findingWords(finding('DirectorySync', 'ok', { minutes: '1' })).found).toBe('Last synchronised 1 minute ago');
  expect(findingWords(finding('MailUserExists', 'missing', { count: '2', addresses: 'a, b' })).found).toBe('Missing for 2: a, b');
  expect(findingWords(finding('Licences', 'few', { free: '3', needed: '10' })).fix).not.toBeNull();
});

test('whatever a check finds is said', () => {
  setLocale('en');
  const files = ['judge.rs', 'ask.rs', 'provisioning.rs'].map((name) => readFileSync(`${crates}engine/src/preflight/${name}`, 'utf8'));
  const pattern = /(?:Severity::\w+|severity),\s*"(\w+)"/g;
  const codes = new Set(files.flatMap((text) => [...text.matchAll(pattern)].map((found) => found[1] ?? '')));
  expect(codes.size).toBeGreaterThan(10);
  const unknown = (code: string) => findingWords(finding('Weather', code)).found;
  const said = (code: string) => checkIds.some((check) => findingWords(finding(check, code)).found !== unknown(code));
  expect([...codes].filter((code) => code !== 'notRun' && !said(code))).toEqual([]);
});

test('a check that did not run says what it waits for', () => {
  setLocale('en');
  const words = findingWords(finding('SourceOpens', 'notRun', { because: 'SourceEndpoint' }));
  expect(words.found).toBe('Waits for: The old server answers');
  expect(findingWords(finding('SourceOpens', 'notRun', { because: 'no route to host' })).found).not.toContain('route');
});

test('a code of a later version is shown with its name, not hidden', () => {
  setLocale('en');
  expect(findingWords(finding('Licences', 'expiring')).found).toContain('expiring');
  expect(findingWords(finding('Weather', 'rain')).title).toContain('Weather');
});

test('whatever a request rejects with becomes an error with words', () => {
  setLocale('en');
  const error = { code: 'ProjectInUse', message: 'locked by 4711', help: '', retry: true };
  expect(present.error(present.coreError(error)).title).toBe('The project is open in another window.');
  expect(present.coreError(new TypeError('x is undefined'))).toMatchObject({ code: 'Internal', message: 'TypeError: x is undefined' });
  expect(present.coreError('boom').code).toBe('Internal');
});
