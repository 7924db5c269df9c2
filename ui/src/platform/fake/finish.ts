// The last step on the pretend platform: what it asks, put together; and the scenes it can be seen in.
import type { AppEvent, CoreError, ErrorCode, FinishPlatform, ProjectFacts, RunView } from '../types';
import { FakeDns, type MailFacts } from './finish-dns';
import { FakeEnd } from './finish-end';
import { FakeHabits } from './finish-habits';
import { FakeLetters } from './finish-letters';
import { FakeLicences } from './finish-licences';
import { FakeUnchosen } from './finish-unchosen';

/** How far DNS and the rest are when the page is opened. */
export const finishScenes = ['unseen', 'locked', 'moving', 'caches', 'done', 'short', 'left'] as const;
export type FinishScene = (typeof finishScenes)[number];

interface Around {
  scene: FinishScene;
  latency: number;
  cloud: boolean;
  facts: () => ProjectFacts;
  run: () => RunView;
  tell: (event: AppEvent) => void;
}

function refuse(code: ErrorCode, message: string): never {
  const error: CoreError = { code, message, help: '', retry: false };
  throw error;
}

/** Answers every request of the last step. */
export function fakeFinish({ scene, latency, cloud, facts, run, tell }: Around): FinishPlatform {
  const dns = new FakeDns(true, scene === 'moving' || scene === 'caches' ? 3600 : 86_400);
  const licences = new FakeLicences(scene === 'short');
  const letters = new FakeLetters();
  const habits = new FakeHabits();
  const end = new FakeEnd(dns, cloud || scene !== 'unseen');
  const unchosen = new FakeUnchosen(scene === 'left');
  let arranged = false;

  const addresses = () => run().users.map((user) => user.address);
  const mail = (): MailFacts => {
    const { inBatches, synced, completed } = facts();
    return { mailboxes: inBatches, notSynced: inBatches - synced - completed, notConverted: inBatches - completed, unchosen: unchosen.view(), staying: unchosen.staying() };
  };
  const loops = () => run().users.filter((user) => user.itemsDone === 0).map((user) => user.address);
  const page = () => dns.view(mail(), loops(), Date.now());
  const tasks = () => (habits.view().afterAt === null ? null : habits.view().tasks.filter((task) => !task.done).length);
  const finish = () => end.view(mail(), tasks(), Date.now());

  /** Puts everything where the scene has it, when it is first looked at. */
  function arrange(): void {
    if (arranged) return;
    arranged = true;
    const now = Date.now();
    if (scene === 'unseen') return;
    letters.begin(addresses(), now - 3_600_000);
    dns.look(now - 60_000);
    if (scene === 'moving' || scene === 'caches') {
      for (const step of ['moveMx', 'dkim']) dns.change(step, now - 1_140_000);
      dns.watch(true);
    }
    if (scene === 'caches') for (const step of ['moveAutodiscover', 'tidySpf', 'dmarc']) dns.change(step, now - 600_000);
    if (scene === 'done') {
      dns.settle(now);
      habits.read(now);
      for (const id of [1, 2, 3, 4]) habits.mark(id, true, now);
      end.settle(now);
      const all = addresses();
      for (const letter of ['ready', 'phone']) letters.send(letter, all, now);
      licences.assign(all, { preferred: [], location: null }, now);
    }
  }

  async function answer<T>(make: () => T): Promise<T> {
    if (latency > 0) await new Promise((resume) => setTimeout(resume, latency));
    arrange();
    return structuredClone(make());
  }

  return {
    dnsView: () => answer(page),
    checkDns: () => answer(() => (dns.look(Date.now()), page())),
    watchDns: (on) => answer(() => (dns.watch(on), page())),
    chooseDns: (settings) => answer(() => (dns.choose(settings), page())),
    proveDelivery: (text) => answer(() => (dns.prove(text, Date.now()), page())),
    pickTestMail: () => answer(() => (dns.prove(dns.mail(), Date.now()), page())),
    practiceDns: (step) =>
      answer(() => {
        if (!dns.allowed(step, mail(), Date.now())) refuse('InvalidInput', `${step} is refused`);
        dns.change(step, Date.now());
        tell({ event: 'Dns', view: page() });
        return page();
      }),
    stayBehind: (which, stays) => answer(() => (unchosen.decide(which, stays), page())),
    practiceMail: () => answer(() => ({ to: addresses()[0] ?? '', mail: dns.mail() })),
    saveDnsLines: () => answer(() => ({ format: 'txt', path: '/projekt/Nordvik.stegvis/dns.txt' })),

    licencesView: (wishes) => answer(() => licences.view(addresses(), wishes, Date.now())),
    assignLicences: (wishes) => answer(() => (licences.assign(addresses(), wishes, Date.now()), licences.view(addresses(), wishes, Date.now()))),
    stopLicences: () => answer(() => undefined),

    lettersView: () => answer(() => letters.view(addresses())),
    setLetterFields: (fields) => answer(() => (letters.setFields(fields), letters.view(addresses()))),
    letterPreview: (letter, language, address) => answer(() => letters.preview(letter, language, address, addresses())),
    letterTemplate: (letter, language) => answer(() => letters.template(letter, language)),
    setLetterTemplate: (letter, language, text) =>
      answer(() => {
        if (!letters.setTemplate(letter, language, text)) refuse('InvalidInput', 'line 3: unexpected end of template');
        return letters.view(addresses());
      }),
    sendLetters: (letter, only) =>
      answer(() => {
        const to = only ?? addresses().filter((address) => letters.person(letter, address).state === 'Waiting');
        letters.send(letter, to, Date.now());
        return letters.view(addresses());
      }),
    stopLetters: () => answer(() => letters.view(addresses())),
    saveLetters: (letter) => answer(() => [{ format: 'eml', path: `/projekt/Nordvik.stegvis/letters/${letter}` }]),
    redoList: (address) => answer(() => letters.redo(address)),

    habitsView: () => answer(() => habits.view()),
    readHabits: () => answer(() => (habits.read(Date.now()), habits.view())),
    taskDone: (id, done) => answer(() => (habits.mark(id, done, Date.now()), habits.view())),

    finishView: () => answer(finish),
    finishAnswer: (answers) => answer(() => (end.answer(answers), finish())),
    removeBatch: () => answer(() => (end.remove(Date.now()), finish())),
    cleanUp: (dryRun) => answer(() => end.cleanUp(dryRun, mail(), tasks(), Date.now())),
  };
}
