// What Finish asks of the core beside its report. What was read stays in the session, for the rail; what could not be
// read on entering is told on its own card, and keeps nobody from the others.
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
  LicenceWishesDto,
  RedoItem,
} from '../../platform/types';
import type { FinishSession } from '../../session/finish.svelte';
import type { Session } from '../../session/session.svelte';

export type Area = 'dns' | 'licences' | 'letters' | 'habits' | 'end';

export class FinishAsks {
  #session: Session;
  #platform: FinishPlatform;

  /** What is being done, by name. */
  busy = $state<string | null>(null);
  troubles = $state.raw<Partial<Record<Area, CoreError>>>({});

  wishes = $state.raw<LicenceWishesDto>({ preferred: [], location: null });
  preview = $state.raw<LetterPreview | null>(null);
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

  /** Takes up what is told while one of the pages is open. */
  listen(): () => void {
    return this.#session.platform.onEvent((event) => {
      if (event.event === 'Dns') this.known.dns = event.view;
      if (event.event === 'Licences') this.known.licences = event.view;
      if (event.event === 'Letters') this.known.letters = event.view;
    });
  }

  /** Reads what is known; the tenant is asked for its licences alone. */
  async enter(): Promise<void> {
    const { known } = this;
    await this.#read('dns', async () => (known.dns = await this.#platform.dnsView()));
    await this.#read('end', async () => (known.end = await this.#platform.finishView()));
    await this.#read('letters', async () => (known.letters = await this.#platform.lettersView()));
    await this.#read('habits', async () => (known.habits = await this.#platform.habitsView()));
    await this.#read('licences', async () => (known.licences = await this.#platform.licencesView(this.wishes)));
  }

  async #read(area: Area, request: () => Promise<unknown>): Promise<void> {
    try {
      await request();
      this.troubles = { ...this.troubles, [area]: undefined };
    } catch (error) {
      this.troubles = { ...this.troubles, [area]: present.coreError(error) };
    }
  }

  /** One thing at a time; a refusal goes to the top of the page. */
  async #do<T>(name: string, request: () => Promise<T>, take: (answer: T) => void): Promise<boolean> {
    if (this.busy) return false;
    this.busy = name;
    this.saved = null;
    const answer = await this.#session.ask(request);
    this.busy = null;
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

  readLicences = (wishes = this.wishes) =>
    this.#do('licences', () => this.#platform.licencesView(wishes), (view) => {
      this.wishes = wishes;
      this.known.licences = view;
      this.troubles = { ...this.troubles, licences: undefined };
    });
  assign = () => this.#do('assign', () => this.#platform.assignLicences(this.wishes), (view) => (this.known.licences = view));

  /** Beside what runs: it ends after the one it is at. */
  async stopLicences(): Promise<void> {
    await this.#session.ask(() => this.#platform.stopLicences());
  }

  /* letters */

  setFields = (fields: LetterFieldsDto) => this.#do('fields', () => this.#platform.setLetterFields(fields), (view) => (this.known.letters = view));
  send = (letter: string, only: string[] | null = null) =>
    this.#do('send', () => this.#platform.sendLetters(letter, only), (view) => (this.known.letters = view));
  async stopLetters(): Promise<void> {
    const view = await this.#session.ask(() => this.#platform.stopLetters());
    if (view) this.known.letters = view;
  }
  saveLetters = (letter: string) =>
    this.#do('save-letters', () => this.#platform.saveLetters(letter), (files) => (this.saved = files.map((file) => file.path).join(', ')));
  show = (letter: string, language: string, address: string | null) =>
    this.#do('preview', () => this.#platform.letterPreview(letter, language, address), (view) => (this.preview = view));
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
