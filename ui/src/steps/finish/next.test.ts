// What comes next: the rail, the sentence and the button follow from it.
import { describe, expect, test } from 'vitest';

import { setLocale } from '../../i18n/locale.svelte';
import { FakePlatform, type Scene } from '../../platform/fake';
import type { FinishScene } from '../../platform/fake/finish';
import type { ProjectFacts } from '../../platform/types';
import { nextOf, type Known } from './next';
import { standingOfFinish, subOf, titleOf, verbOf } from './sentences';

const now = Date.parse('2026-11-25T12:00:00Z');

async function at(scene: Scene, finish: FinishScene, more: Partial<ProjectFacts> = {}) {
  const platform = new FakePlatform({ scene, finish, tick: 0 });
  const { facts } = await platform.projectView();
  const known: Known = {
    dns: await platform.dnsView(),
    licences: await platform.licencesView({ preferred: [], location: null }),
    letters: await platform.lettersView(),
    habits: await platform.habitsView(),
    end: await platform.finishView(),
  };
  return { platform, known, facts: { ...facts, ...more } };
}

describe('what comes next', () => {
  const stories: [string, Scene, FinishScene, string][] = [
    ['a mailbox needs someone: that first', 'needs', 'locked', 'failed'],
    ['nobody has looked at DNS', 'synced', 'unseen', 'look'],
    ['mailboxes were chosen by nobody', 'synced', 'left', 'choose'],
    ['MX has moved', 'synced', 'moving', 'autodiscover'],
    ['others still remember', 'synced', 'caches', 'caches'],
    ['somebody loses the mailbox this week', 'synced', 'short', 'licences'],
    ['nothing is left but to convert', 'synced', 'done', 'convert'],
  ];
  test.each(stories)('%s', async (_, scene, finish, next) => {
    const { facts, known } = await at(scene, finish);
    expect(nextOf(facts, false, known).next).toBe(next);
  });

  test('while mailboxes move, MX is locked, and that is no trouble; when they stand still, it is', async () => {
    setLocale('en');
    const { facts, known } = await at('running', 'unseen');
    const next = nextOf(facts, false, known);
    expect(next.next).toBe('sync');
    expect(standingOfFinish(next, facts)).toEqual({ state: 'now', detail: 'MX is locked' });
    expect(standingOfFinish(next, { ...facts, running: false }).state).toBe('warn');
  });

  test('counts that differ come before everything', async () => {
    const { facts, known } = await at('synced', 'short');
    expect(nextOf(facts, true, known).next).toBe('differs');
  });

  test('after the last conversion it goes on to what is left, and ends', async () => {
    const all = await at('synced', 'done');
    const facts = { ...all.facts, synced: 0, completed: all.facts.inBatches };
    const { known } = all;
    if (!known.end || !known.dns) throw new Error('the scene has both');
    expect(nextOf(facts, false, known).next).toBe('server');
    const passed = known.end.advice.gates.map((gate) => ({ ...gate, state: 'Passed' as const }));
    const end = { ...known.end, advice: { ...known.end.advice, gates: passed, ready: true } };
    const done = nextOf(facts, false, { ...known, end });
    expect(done.next).toBe('done');
    expect(standingOfFinish(done, facts).state).toBe('done');
    const footprint = known.end.footprint.map((item) => ({ ...item, state: 'Present' as const }));
    expect(nextOf(facts, false, { ...known, end: { ...end, footprint } }).next).toBe('cleanUp');
    const batches = [{ name: 'B', cloudName: 'B', mailboxes: 1, guards: [], removable: true, removedAt: null, cleanupAt: null, cleanupInDays: null, cleanupNear: false, command: '' }];
    expect(nextOf(facts, false, { ...known, end: { ...end, batches } }).next).toBe('batches');
  });

  test('what could not be read is never taken for done', async () => {
    const all = await at('synced', 'done');
    const facts = { ...all.facts, synced: 0, completed: all.facts.inBatches };
    const { dns, licences, end } = all.known;
    if (!dns?.view || !licences || !end) throw new Error('the scene has them');
    const over = { ...end, advice: { ...end.advice, gates: [], ready: true } };
    const known = { ...all.known, end: over };
    expect(nextOf(facts, false, known).next).toBe('done');
    expect(nextOf(facts, false, { ...known, end: null }).next).toBe('look');
    expect(nextOf(facts, false, { ...known, end: { ...over, advice: { ...over.advice, ready: false } } }).next).toBe('server');
    const unknown = nextOf(facts, false, { ...known, licences: { ...licences, unknown: ['siv.jonsson@nordvik.example'] } });
    expect(unknown.next).toBe('licencesUnknown');
    expect(standingOfFinish(unknown, facts).state).not.toBe('done');
    expect(nextOf(facts, false, { ...known, licences: null }).next).toBe('licencesUnknown');
    const subjects = dns.view.subjects.map((one) => (one.subject === 'mx' ? { ...one, state: 'unknown' as const } : one));
    expect(nextOf(facts, false, { ...known, dns: { ...dns, view: { ...dns.view, subjects } } }).next).toBe('look');
    const others = dns.view.subjects.filter((one) => one.subject !== 'mx');
    expect(nextOf(facts, false, { ...known, dns: { ...dns, view: { ...dns.view, subjects: others } } }).next).toBe('look');
  });

  test('the 72 hours are waited for only while a batch stands in the service', async () => {
    const all = await at('synced', 'done');
    const facts = { ...all.facts, synced: 0, completed: all.facts.inBatches };
    const { dns, end } = all.known;
    if (!dns || !end) throw new Error('the scene has both');
    const until = '2026-11-28T12:00:00Z';
    const steps = [{ step: 'removeBatches', allowed: false, refusal: 'tooEarly', left: null, until, words: null }];
    const batch = { name: 'B', cloudName: 'B', mailboxes: 1, guards: [], removable: false, removedAt: null, cleanupAt: null, cleanupInDays: null, cleanupNear: false, command: '' };
    const known = { ...all.known, dns: { ...dns, steps } };
    expect(nextOf(facts, false, { ...known, end: { ...end, batches: [batch] } })).toEqual({ next: 'wait', until });
    expect(nextOf(facts, false, { ...known, end: { ...end, batches: [{ ...batch, removedAt: until }] } }).next).toBe('server');
    expect(nextOf(facts, false, { ...known, end: { ...end, batches: [] } }).next).toBe('server');
  });

  test('one day left is one day, in both languages', () => {
    const facts = {} as ProjectFacts;
    const one = { next: 'licences' as const, people: 1, days: 1 };
    const two = { next: 'licencesLater' as const, people: 1, days: 2 };
    setLocale('sv');
    expect(titleOf(one, now)).toBe('En person förlorar sin postlåda om en dag.');
    expect(titleOf({ ...one, people: 2 }, now)).toBe('Två personer förlorar sin postlåda om en dag.');
    expect(titleOf(two, now)).toBe('En person behöver en licens inom två dagar.');
    expect(standingOfFinish(one, facts).detail).toBe('1 dag kvar för 1 person');
    setLocale('en');
    expect(titleOf({ ...one, people: 2 }, now)).toBe('Two people lose their mailbox in one day.');
    expect(titleOf({ ...two, days: 1 }, now)).toBe('One person needs a licence within one day.');
    expect(standingOfFinish({ ...one, people: 2 }, facts).detail).toBe('1 day left for 2 people');
  });

  test('nothing is green before somebody has looked', async () => {
    const { facts } = await at('synced', 'unseen');
    const nothing: Known = { dns: null, licences: null, letters: null, habits: null, end: null };
    const next = nextOf(facts, false, nothing);
    expect(next.next).toBe('look');
    expect(standingOfFinish(next, facts).state).not.toBe('done');
  });

  test.each(['en', 'sv'] as const)('every turn has a sentence, a line of context and a verb in %s', async (language) => {
    setLocale(language);
    const { facts } = await at('synced', 'done');
    const turns = [
      ...(['nothing', 'differs', 'look', 'prove', 'cleanUp', 'server', 'licencesUnknown', 'done'] as const).map((next) => ({ next })),
      { next: 'licences' as const, people: 2, days: 0 },
      { next: 'licencesLater' as const, people: 1, days: 19 },
      ...(['failed', 'sync', 'choose', 'convert'] as const).map((next) => ({ next, left: 3 })),
      ...(['mx', 'autodiscover', 'records'] as const).map((next) => ({ next, records: 2 })),
      { next: 'caches' as const, until: null },
      { next: 'caches' as const, until: '2026-11-25T12:41:00Z' },
      { next: 'habits' as const, tasks: 4 },
      { next: 'batches' as const, batches: 1 },
      { next: 'wait' as const, until: '2026-11-28T12:00:00Z' },
    ];
    for (const turn of turns) {
      expect(titleOf(turn, now), turn.next).toMatch(/^\p{Lu}.*\.$/u);
      expect(subOf(turn), turn.next).toMatch(/\.$/);
      expect(verbOf(turn, 2), turn.next).toMatch(/^\p{Lu}[^.]*$/u);
      expect(standingOfFinish(turn, facts).detail, turn.next).toMatch(/\S/);
    }
  });
});

test('MX waits for a decision about mailboxes that nobody chose, and again when it is taken back', async () => {
  const { platform, known } = await at('synced', 'left');
  const addresses = (known.dns?.unchosen ?? []).map((one) => one.address);
  expect(addresses).toHaveLength(12);
  await expect(platform.practiceDns('moveMx')).rejects.toMatchObject({ code: 'InvalidInput' });
  const step = (view: Known['dns']) => view?.steps.find((one) => one.step === 'moveMx');
  expect(step(known.dns)).toMatchObject({ refusal: 'notChosen', left: 12 });
  const decided = await platform.stayBehind(addresses, true);
  expect(decided.unchosen).toEqual([]);
  expect(step(decided)?.allowed).toBe(true);
  const again = await platform.stayBehind(addresses.slice(0, 1), false);
  expect(step(again)).toMatchObject({ refusal: 'notChosen', left: 1 });
});

test('MX is refused too early, by the same law as in earnest, and moves after the last mailbox', async () => {
  const early = await at('needs', 'locked');
  await expect(early.platform.practiceDns('moveMx')).rejects.toMatchObject({ code: 'InvalidInput' });
  const late = await at('synced', 'unseen');
  const view = await late.platform.practiceDns('moveMx');
  expect(view.mxMovedAt).not.toBeNull();
  expect(view.view?.subjects.find((one) => one.subject === 'mx')?.state).toBe('waiting');
  await expect(late.platform.practiceDns('tidySpf')).rejects.toMatchObject({ code: 'InvalidInput' });
});
