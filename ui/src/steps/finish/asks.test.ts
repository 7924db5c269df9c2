// What is asked of the core: what takes long keeps nothing else waiting, and a refusal leaves nothing behind.
import { expect, test } from 'vitest';

import { FakePlatform } from '../../platform/fake';
import type { LetterPreview, ReportFile } from '../../platform/types';
import { Session } from '../../session/session.svelte';
import { FinishState } from './state.svelte';

async function begin() {
  const platform = new FakePlatform({ scene: 'synced', finish: 'short', tick: 0 });
  const session = new Session(platform);
  await session.load();
  const state = new FinishState(session);
  await state.asks.enter();
  return { platform, session, state, asks: state.asks };
}

/** A promise that is kept from outside. */
function later<T>() {
  let keep: (value: T) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((resolve, reject) => ([keep, fail] = [resolve, reject]));
  return { promise, keep, fail };
}

test('letters that are sent for an hour keep nothing else waiting, and are not sent twice', async () => {
  const { platform, asks } = await begin();
  const sending = later<Awaited<ReturnType<typeof platform.sendLetters>>>();
  platform.sendLetters = () => sending.promise;
  const sent = asks.send('notice');
  expect(asks.doing('send')).toBe(true);
  expect(await asks.send('notice')).toBe(false);
  expect(await asks.look()).toBe(true);
  expect(await asks.taskDone(1, true)).toBe(true);
  sending.keep(await platform.lettersView());
  expect(await sent).toBe(true);
  expect(asks.doing('send')).toBe(false);
});

test('of two letters the one asked for last is shown, whichever answer comes first', async () => {
  const { platform, asks } = await begin();
  const view = (subject: string): LetterPreview => ({ to: 'a@nordvik.example', name: '', subject, text: '', attachments: [], people: [] });
  const first = later<LetterPreview>();
  platform.letterPreview = (letter) => (letter === 'notice' ? first.promise : Promise.resolve(view(letter)));
  const slow = asks.show('notice', 'en', null);
  await asks.show('ready', 'sv', null);
  first.keep(view('notice'));
  await slow;
  expect(asks.preview).toMatchObject({ letter: 'ready', language: 'sv', view: { subject: 'ready' } });
});

test('after a refusal it is asked again who has a licence, and the refusal stays said', async () => {
  const { platform, session, asks } = await begin();
  await asks.askLicences();
  const view = await platform.licencesView(asks.wishes);
  platform.assignLicences = () => {
    session.finish.licences = { ...view, running: true };
    return Promise.reject({ code: 'Refused', message: 'Too many requests', help: '', retry: true });
  };
  expect(await asks.assign()).toBe(false);
  expect(session.finish.licences?.running).toBe(false);
  expect(session.trouble).not.toBeNull();
});

test('an answer about licences that a later one overtook is dropped', async () => {
  const { platform, session, asks } = await begin();
  const view = await platform.licencesView(asks.wishes);
  const first = later<typeof view>();
  platform.licencesView = ({ location }) => (location === null ? first.promise : Promise.resolve({ ...view, own: 77 }));
  const slow = asks.askLicences();
  await asks.readLicences({ preferred: [], location: 'SE' });
  first.keep({ ...view, own: 11 });
  await slow;
  expect(session.finish.licences?.own).toBe(77);
});

test('what could not be read is a trouble of its own card', async () => {
  const { platform, asks } = await begin();
  platform.finishView = () => Promise.reject({ code: 'Internal', message: 'no', help: '', retry: false });
  await asks.enter();
  expect(asks.troubles.end).toBeDefined();
  expect(asks.troubles.dns).toBeUndefined();
});

test('a report without names is written before it is opened, and not opened when it could not be written', async () => {
  const { platform, state } = await begin();
  await state.read();
  const told: string[] = [];
  const [save, refused] = [platform.saveReport.bind(platform), later<ReportFile[]>()];
  platform.saveReport = (language, redact) => (told.push(`save ${redact}`), save(language, redact));
  platform.openReport = () => (told.push('open'), Promise.resolve(undefined));
  await state.open('html');
  await state.open('html');
  state.redact = true;
  await state.open('html');
  expect(told).toEqual(['save false', 'open', 'open', 'save true', 'open']);
  state.redact = false;
  platform.saveReport = () => refused.promise;
  const opened = state.open('html');
  expect(await state.save()).toBe(false); // one is being written
  refused.fail({ code: 'Internal', message: 'disk full', help: '', retry: false });
  await opened;
  expect(told.filter((one) => one === 'open')).toHaveLength(3);
});
