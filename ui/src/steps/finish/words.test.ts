// The words of the last step against the codes that the core can send, read from the core's own source.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { setLocale } from '../../i18n/locale.svelte';
import type { DnsFindingView, DnsPageView, DnsSubjectView, HabitTaskView, PlannedStep, RedoItem } from '../../platform/types';
import * as dns from './dns/words';
import * as end from './end/words';
import * as habits from './habits/words';
import * as letters from './letters/words';
import * as licences from './licences/words';
import * as report from './report/words';

const crates = fileURLToPath(new URL('../../../../src-tauri/crates/', import.meta.url));
const source = (file: string) => readFileSync(crates + file, 'utf8').replace(/\/\/.*$/gm, '');

/** The stable names that a Rust file gives with `=> "name"`, from one place to another. */
function names(file: string, from: string, to = '\n}\n'): string[] {
  const text = source(file);
  const start = text.indexOf(from);
  expect(start, `${from} in ${file}`).toBeGreaterThan(-1);
  const part = text.slice(start, text.indexOf(to, start));
  return [...part.matchAll(/=> "(\w+)"/g)].map((found) => found[1] ?? '').sort();
}

/** The variants of an enum without values. */
function variants(file: string, name: string): string[] {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source(file))?.[1];
  expect(body, `${name} in ${file}`).toBeDefined();
  return (body ?? '').replace(/#\[[^\]]*\]/g, '').split(',').map((one) => one.trim()).filter(Boolean).sort();
}

const sorted = (codes: readonly string[]) => [...codes].sort();
const now = Date.parse('2026-11-25T12:00:00Z');

describe('every code of the core has words of its own', () => {
  test('DNS: records, states, findings, steps, refusals and verdicts', () => {
    expect(sorted(dns.subjectCodes)).toEqual(names('engine/src/dns/expected.rs', 'Self::Mx => "mx"', 'Self::Mx | Self::Spf'));
    expect(sorted(dns.stateCodes)).toEqual(names('engine/src/dns/check.rs', 'impl SubjectState'));
    expect(sorted(dns.findingCodes)).toEqual(names('engine/src/dns/check.rs', 'impl DnsFinding', 'pub const fn severity'));
    expect(sorted(dns.stepCodes)).toEqual(names('engine/src/dns/order.rs', 'impl Step'));
    expect(sorted(dns.refusalCodes)).toEqual(names('engine/src/dns/order.rs', 'impl Refusal'));
    expect(sorted(dns.deliveryCodes)).toEqual(names('engine/src/dns/delivery.rs', 'impl NotDirect'));
  });

  const tables: [string, string, string, readonly string[]][] = [
    ['licences that are refused', 'licences', 'LicenceRefusal', licences.refusalCodes],
    ['how far a letter is', 'letters', 'LetterSending', letters.sendingCodes],
    ['what must be done again', 'letters', 'RedoKind', letters.redoCodes],
    ['rights and habits', 'habits', 'HabitKindView', habits.habitCodes],
    ['what keeps a batch', 'finish', 'RemovalGuardId', end.guardCodes],
    ['what is left in the world', 'finish', 'FootprintKind', end.footprintCodes],
    ['how that stands', 'finish', 'FootprintState', end.stateCodes],
    ['what comes before the old server goes', 'finish', 'DecommissionGateId', end.gateCodes],
    ['which way it ends', 'finish', 'DecommissionRoute', end.routeCodes],
    ['why', 'finish', 'DecommissionReason', end.reasonCodes],
    ['what is never first', 'finish', 'DecommissionNever', end.neverCodes],
    ['what is still to do', 'report', 'ReportTaskKind', report.taskCodes],
  ];
  test.each(tables)('%s', (_, file, name, codes) => expect(sorted(codes)).toEqual(variants(`api/src/dto/${file}.rs`, name)));

  test('the four letters', () => {
    const text = source('api/src/user_letters/templates.rs');
    for (const letter of letters.letterCodes) expect(text).toContain(`"${letter}"`);
  });

  test('what the report says was done', () => {
    const said = new Set(report.actCodes);
    const labels = source('api/src/report/labels.rs');
    const acts = [...labels.slice(labels.indexOf('fn action(')).matchAll(/"(\w+)" => \(/g)].map((found) => found[1] ?? '');
    expect(acts.length).toBeGreaterThan(15);
    expect(acts.filter((act) => !said.has(act))).toEqual([]);
  });
});

describe.each(['en', 'sv'] as const)('in %s', (language) => {
  const finding = (code: string): DnsFindingView => ({
    code,
    severity: 'fault',
    words: '',
    found: ['mail.nordvik.example'],
    value: '3600',
    server: 'ns1.dnsbolaget.example:53',
    until: '2026-11-25T13:00:00Z',
  });

  test('every finding of DNS is a sentence, and none is another’s', () => {
    setLocale(language);
    const all = dns.findingCodes.map((code) => dns.findingWords(finding(code), 'mx'));
    for (const words of all) expect(words).toMatch(/^\S.*\.$/);
    expect(new Set(all).size).toBe(all.length);
    expect(dns.findingWords(finding('neverHeardOf'), 'mx')).toContain('neverHeardOf');
  });

  test('every refusal says why, and until when where that is known', () => {
    setLocale(language);
    const step = (refusal: string): PlannedStep => ({ step: 'moveMx', allowed: false, refusal, left: 3, until: '2026-11-27T12:00:00Z', words: null });
    const all = dns.refusalCodes.map((code) => dns.refusalWords(step(code), now));
    for (const words of all) expect(words).toMatch(/^\S.*\.$/);
    expect(dns.refusalWords(step('notSynced'), now)).toContain('3');
    expect(dns.refusalWords(step('tooEarly'), now)).toMatch(/27/);
  });

  test('licences, letters, habits and the end say something for every code', () => {
    setLocale(language);
    const task = (kind: string, who: string | null) => ({ id: 1, address: '', kind, who, detail: null, command: null, outside: false, done: false, doneAt: null }) as HabitTaskView;
    const redo = (kind: string) => ({ kind, folder: null, date: null, megabytes: null, value: null }) as RedoItem;
    const said = [
      ...licences.refusalCodes.flatMap((code) => Object.values(licences.refusalWords(code))),
      ...letters.redoCodes.map((code) => letters.redoWords(redo(code))),
      ...habits.habitCodes.flatMap((kind) => [habits.habitWord(kind), habits.taskWords(task(kind, 'siv')), habits.taskWords(task(kind, null))]),
      ...end.guardCodes.map((guard) => end.guardWords({ guard: guard as never, mailboxes: 2, until: '2026-11-27T12:00:00Z' }, now)),
      ...end.footprintCodes.flatMap((kind) => [end.footprintWord(kind), end.footprintText(kind)]),
      ...end.gateCodes.flatMap((id) => [end.gateWord(id), end.gateText({ id: id as never, state: 'Open', left: 1, until: null }, now)]),
      ...end.neverCodes.map(end.neverWord),
      ...report.taskCodes.map(report.taskWord),
    ];
    for (const words of said) expect(words).toMatch(/\S/);
    expect(said.filter((words) => /undefined|\bnull\b/.test(words))).toEqual([]);
  });
});

test('a code of a later version is never green', () => {
  setLocale('en');
  expect(end.footprintLook('Vanished').tone).toBe('none');
  expect(end.gateLook('Vanished').tone).toBe('none');
  expect(letters.sendingLook('Vanished').tone).toBe('none');
  expect(licences.alarmLook('Vanished').tone).toBe('none');
});

test('a record whose step is refused is locked, whatever was found; one that is set is not', () => {
  setLocale('en');
  const subject = (state: string) => ({ subject: 'mx', name: 'nordvik.example', kind: 'MX', expected: [], state, servers: [], findings: [] }) as DnsSubjectView;
  const page = {
    steps: [{ step: 'moveMx', allowed: false, refusal: 'notSynced', left: 3, until: null, words: null }],
    view: { at: '2026-11-25T12:00:00Z' },
  } as unknown as DnsPageView;
  expect(dns.standingOf(subject('wrong'), page, now)).toMatchObject({ state: 'locked', because: 'After the last 3' });
  expect(dns.standingOf(subject('right'), page, now).state).toBe('right');
  expect(dns.standingOf(subject('unknown'), page, now).tone).toBe('none');
});
