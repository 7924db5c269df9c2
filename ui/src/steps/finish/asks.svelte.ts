// What Finish asks of the core beside its report. What was read stays in the session, for the rail; what could not be
// read on entering is told on its own card, and keeps nobody from the others.
import { SvelteSet } from 'svelte/reactivity';

import { present } from '../../errors/present';
import { locale } from '../../i18n/locale.svelte';
import type {
  CleanupView,
  CoreError,
  DnsSettingsDto,
  FinishAnswersDto,
  FinishPlatform,
  LetterFieldsDto,
  LetterPreview,
  LicencesView,
  LicenceWishesDto,
  RedoItem,
} from '../../platform/types';
import type { FinishSession } from '../../session/finish.svelte';
import type { Session } from '../../session/session.svelte';

export type Area = 'dns' | 'licences' | 'letters' | 'habits' | 'end';

export class FinishAsks {
  #session: Session;
  #platform: FinishPlatform;

  /** What is being done, by name: sending letters or assigning licences can take an hour, and keeps nothing else waiting. */
  #under = new SvelteSet<string>();
  troubles = $state.raw<Partial<Record<Area, CoreError>>>({});

  wishes = $state.raw<LicenceWishesDto>({ preferred: [], location: null });
  /** The letter as it was shown last, and which it is. */
  preview = $state.raw<{ letter: string; language: string; view: LetterPreview } | null>(null);
  #shown = 0;
  redo = $state.raw<RedoItem[] | null>(null);
  cleanup = $state.raw<CleanupView | null>(null);
  /** Where something was saved, until something else is done. */
  saved = $state<string | null>(null);

  constructor(session: Session) {
    this.#session = session;
    this.#platform = session.platform;
  }

  get known(): FinishSession {
    return this.#session.finish;
  }

  /** Whether this is under way. */
  doing(name: string): boolean {
    return this.#under.has(name);
  }

  #entering = false;
  #again = false;
  /** Reads what is known, without asking anybody; what moves meanwhile is read once more after it. */
  async enter(): Promise<void> {
    this.#again = true;
    if (this.#entering) return;
    this.#entering = true;
    const { known } = this;
    while (this.#again) {
      this.#again = false;
      await this.#read('dns', async () => (known.dns = await this.#platform.dnsView()));
      await this.#read('end', async () => (known.end = await this.#platform.finishView()));
      await this.#read('letters', async () => (known.letters = await this.#platform.lettersView()));
      await this.#read('habits', async () => (known.habits = await this.#platform.habitsView()));
    }
    this.#entering = false;
  }

  async #read(area: Area, request: () => Promise<unknown>): Promise<void> {
    try {
      await request();
      this.troubles = { ...this.troubles, [area]: undefined };
    } catch (error) {
      this.troubles = { ...this.troubles, [area]: present.coreError(error) };
    }
  }

  /** Each thing once at a time; a refusal goes to the top of the page. */
  async #do<T>(name: string, request: () => Promise<T>, take: (answer: T) => void): Promise<boolean> {
    if (this.#under.has(name)) return false;
    this.#under.add(name);
    this.saved = null;
    const answer = await this.#session.ask(request);
    this.#under.delete(name);
    if (answer === undefined) return false;
    take(answer);
    return true;
  }

  /* DNS */

  look = () => this.#do('look', () => this.#platform.checkDns(), (view) => this.#dns(view));
  watch = (on: boolean) => this.#do('watch', () => this.#platform.watchDns(on), (view) => this.#dns(view));
  chooseDns = (settings: DnsSettingsDto) => this.#do('choose', () => this.#platform.chooseDns(settings), (view) => this.#dns(view));
  prove = (mail: string) => this.#do('prove', () => this.#platform.proveDelivery(mail), (view) => this.#dns(view));
  practiceDns = (step: string) => this.#do(`practice-${step}`, () => this.#platform.practiceDns(step), (view) => this.#dns(view));
  stayBehind = (addresses: string[], stays: boolean) =>
    this.#do('stay', () => this.#platform.stayBehind(addresses, stays), (view) => this.#dns(view));
  saveLines = () => this.#do('save-lines', () => this.#platform.saveDnsLines(), (file) => (this.saved = file.path));

  pickMail = (title: string, kind: string) =>
    this.#do('pick', () => this.#platform.pickTestMail(title, kind), (view) => {
      if (view) this.#dns(view);
    });

  /** Somebody outside sends a mail; its headers are judged as they came. */
  async practiceMail(): Promise<string | null> {
    let text: string | null = null;
    await this.#do('practice-mail', () => this.#platform.practiceMail(), (mail) => (text = mail.mail));
    if (text !== null) await this.prove(text);
    return text;
  }

  #dns(view: FinishSession['dns']): void {
    this.known.dns = view;
    // What may be removed, and whether the old server may go, follow from where mail goes.
    void this.#read('end', async () => (this.known.end = await this.#platform.finishView()));
  }

  /* licences */

  /** Which question to the tenant was the last, and which is answered: an answer that a later one overtook is dropped. */
  #licencesAsked = 0;
  #licencesTaken = 0;

  #takeLicences(asked: number, view: LicencesView): void {
    if (asked < this.#licencesTaken) return;
    this.#licencesTaken = asked;
    this.known.licences = view;
  }

  readLicences = (wishes = this.wishes) => {
    const asked = ++this.#licencesAsked;
    return this.#do('licences', () => this.#platform.licencesView(wishes), (view) => {
      this.wishes = wishes;
      this.troubles = { ...this.troubles, licences: undefined };
      this.#takeLicences(asked, view);
    });
  };

  /** Asks the tenant without a word at the top of the page: on entering, and after a run. */
  askLicences(): Promise<void> {
    const asked = ++this.#licencesAsked;
    return this.#read('licences', async () => {
      const view = await this.#platform.licencesView(this.wishes);
      this.#takeLicences(asked, view);
    });
  }

  async assign(): Promise<boolean> {
    if (this.doing('assign')) return false;
    const done = await this.#do('assign', () => this.#platform.assignLicences(this.wishes), (view) => this.#takeLicences(++this.#licencesAsked, view));
    // What was told meanwhile says that it runs, and who has one by now.
    if (!done) await this.askLicences();
    return done;
  }

  /** Beside what runs: it ends after the one it is at. */
  async stopLicences(): Promise<void> {
    await this.#session.ask(() => this.#platform.stopLicences());
  }

  /* letters */

  setFields = (fields: LetterFieldsDto) => this.#do('fields', () => this.#platform.setLetterFields(fields), (view) => (this.known.letters = view));
  async send(letter: string, only: string[] | null = null): Promise<boolean> {
    if (this.doing('send')) return false;
    const done = await this.#do('send', () => this.#platform.sendLetters(letter, only), (view) => (this.known.letters = view));
    if (!done) await this.#read('letters', async () => (this.known.letters = await this.#platform.lettersView()));
    return done;
  }
  async stopLetters(): Promise<void> {
    const view = await this.#session.ask(() => this.#platform.stopLetters());
    if (view) this.known.letters = view;
  }
  saveLetters = (letter: string) =>
    this.#do('save-letters', () => this.#platform.saveLetters(letter), (files) => (this.saved = files.map((file) => file.path).join(', ')));
  /** Beside whatever is under way; of several, the one asked for last is shown. */
  async show(letter: string, language: string, address: string | null): Promise<boolean> {
    const asked = ++this.#shown;
    this.saved = null;
    const view = await this.#session.ask(() => this.#platform.letterPreview(letter, language, address));
    if (!view) return false;
    if (asked === this.#shown) this.preview = { letter, language, view };
    return true;
  }
  askRedo = (address: string) => this.#do('redo', () => this.#platform.redoList(address), (items) => (this.redo = items));

  async template(letter: string, language: string): Promise<string | null> {
    let text: string | null = null;
    await this.#do('template', () => this.#platform.letterTemplate(letter, language), (answer) => (text = answer));
    return text;
  }

  setTemplate = (letter: string, language: string, text: string | null) =>
    this.#do('set-template', () => this.#platform.setLetterTemplate(letter, language, text), (view) => (this.known.letters = view));

  get language(): string {
    return this.known.letters?.fields.language ?? locale();
  }

  /* rights and habits */

  readHabits = () => this.#do('habits', () => this.#platform.readHabits(), (view) => (this.known.habits = view));
  taskDone = (id: number, done: boolean) => this.#do(`task-${id}`, () => this.#platform.taskDone(id, done), (view) => (this.known.habits = view));

  /* the end */

  removeBatch = (name: string) => this.#do(`remove-${name}`, () => this.#platform.removeBatch(name), (view) => (this.known.end = view));
  answerEnd = (answers: FinishAnswersDto) => this.#do('answer', () => this.#platform.finishAnswer(answers), (view) => (this.known.end = view));
  cleanUp = (dryRun: boolean) =>
    this.#do(dryRun ? 'dry-run' : 'clean-up', () => this.#platform.cleanUp(dryRun), (view) => {
      this.cleanup = view;
      this.known.end = view.finish;
    });
}
