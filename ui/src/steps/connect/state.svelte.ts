import { m } from '../../paraglide/messages.js';
import type { EndpointSettings, EndpointTest, EndpointView } from '../../platform/types';
import type { Session } from '../../session/session.svelte';
import { serviceOutcome, type ServiceOutcome } from './service';
import { testName } from './words';

export type Outcome = 'untested' | 'testing' | 'works' | 'warns' | 'fails';

/** What the tests say together. One that did not run never counts as passed. */
export function outcome(tests: readonly EndpointTest[], testing: boolean): Outcome {
  if (testing) return 'testing';
  if (tests.some((test) => test.severity === 'Fail')) return 'fails';
  const needed = tests.filter((test) => test.test !== 'Speed');
  if (needed.length === 0 || needed.some((test) => test.severity === 'NotRun')) return 'untested';
  return tests.some((test) => test.severity === 'Warn') ? 'warns' : 'works';
}

/** What an endpoint copies at once where the tenant does not tell. */
const USUAL = 20;

export class ConnectState {
  #session: Session;

  view = $state.raw<EndpointView | null>(null);
  concurrency = $state(20);
  asked = $state(false);
  saving = $state(false);
  /** The tenant is being asked for its endpoints. */
  reading = $state(false);
  /** When it was asked last and had none. */
  foundNone = $state<string | null>(null);
  /** Whether the service's endpoints have been asked for. */
  read = $state(false);
  /** What was set for the chosen endpoint here; null while it is what the tenant has. */
  #set = $state<number | null>(null);
  /** The service is testing its way. */
  trying = $state(false);

  /** Whether the old server of a real project is being set. */
  sourceOpen = $state(false);
  /** The endpoint that is to be made, as the fields have it; and by which route it is being made. */
  made = $state({ name: 'Stegvis', proxy: '', mailbox: '' });
  madePressed = $state(false);
  making = $state<'PowerShell' | 'AdminCentre' | null>(null);

  constructor(session: Session) {
    this.#session = session;
  }

  async enter(): Promise<void> {
    if (!this.#session.project) return;
    const first = this.view === null;
    const view = await this.#session.ask(() => this.#session.platform.endpointView());
    if (!view) return;
    this.#take(view);
    if (!first) return;
    this.concurrency = view.settings.maxConcurrentMigrations;
    if (this.service) {
      await this.readService();
      return;
    }
    if (this.outcome === 'untested' && this.#session.project.facts.mailboxesChosen > 0) await this.test();
  }

  get settings(): EndpointSettings | null {
    const maxConcurrentMigrations = this.service ? this.atOnce : this.concurrency;
    return this.view && { ...this.view.settings, maxConcurrentMigrations };
  }

  /** How many mailboxes the chosen endpoint of the tenant copies at once, or shall. */
  get atOnce(): number {
    const { service } = this.view ?? {};
    const chosen = service?.endpoints.find((one) => one.name === service.chosen);
    return this.#set ?? chosen?.atOnce ?? USUAL;
  }

  setAtOnce(many: number): void {
    this.#set = many;
  }

  get service(): boolean {
    return this.view?.engine === 'Service';
  }

  get serviceOutcome(): ServiceOutcome {
    const { reading, read, trying, view } = this;
    return serviceOutcome(view?.service ?? null, { reading: reading || !read, trying });
  }

  get testing(): boolean {
    return this.asked || (this.view?.testing ?? false);
  }

  get outcome(): Outcome {
    return outcome(this.view?.tests ?? [], this.testing);
  }

  title(): string {
    return this.service ? this.#serviceTitle() : this.#directTitle();
  }

  #serviceTitle(): string {
    switch (this.serviceOutcome) {
      case 'reading':
        return m.connect_h_service_reading();
      case 'trouble':
        return m.connect_h_service_trouble();
      case 'none':
        return m.connect_h_service_none();
      case 'choose':
        return m.connect_h_service_choose();
      case 'untested':
        return m.connect_h_service_untested();
      case 'testing':
        return m.connect_h_service_testing();
      case 'works':
        return m.connect_h_service_works();
      case 'fails':
        return m.connect_h_service_fails();
    }
  }

  #directTitle(): string {
    switch (this.outcome) {
      case 'untested':
        return m.connect_h_untested();
      case 'testing':
        return m.connect_h_testing();
      case 'works':
        return m.connect_h_works();
      case 'warns':
        return m.connect_h_warns();
      case 'fails':
        return m.connect_h_fails();
    }
  }

  verdict(): string {
    switch (this.outcome) {
      case 'untested':
        return m.connect_verdict_untested();
      case 'testing':
        return m.connect_verdict_testing();
      case 'works':
        return m.connect_verdict_works();
      case 'warns':
        return m.connect_verdict_warns();
      case 'fails': {
        const stopper = this.view?.tests.find((test) => test.severity === 'Fail');
        return m.connect_verdict_stops({ test: stopper ? testName(stopper.test, this.view?.settings.port ?? 0) : '–' });
      }
    }
  }

  async test(): Promise<void> {
    const { settings } = this;
    if (!settings || this.testing) return;
    this.asked = true;
    const view = await this.#session.ask(() => this.#session.platform.testEndpoint(settings));
    this.asked = false;
    if (view) this.#take(view);
  }

  async chooseEngine(engine: string): Promise<void> {
    if (!this.view || this.view.engine === engine) return;
    const view = await this.#session.ask(() => this.#session.platform.chooseEngine(engine));
    if (!view) return;
    this.#take(view);
    await this.#session.refresh();
    if (this.service && !this.read) await this.readService();
  }

  async readService(): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    const view = await this.#session.ask(() => this.#session.platform.readService());
    this.reading = false;
    if (!view) return;
    const before = this.read;
    this.read = true;
    this.foundNone = before && view.service.endpoints.length === 0 ? new Date().toISOString() : null;
    this.#take(view);
  }

  async chooseCloudEndpoint(name: string): Promise<void> {
    const view = await this.#session.ask(() => this.#session.platform.chooseCloudEndpoint(name));
    if (!view) return;
    this.#set = null;
    this.#take(view);
  }

  /** Makes an endpoint, or waits until somebody has. The field that is missing, if one is. */
  async make(route: 'PowerShell' | 'AdminCentre'): Promise<'name' | 'proxy' | null> {
    if (!this.view || this.making !== null) return null;
    this.madePressed = true;
    const [name, proxy] = [this.made.name.trim(), this.made.proxy.trim()];
    if (name === '') return 'name';
    if (route === 'PowerShell' && proxy === '') return 'proxy';
    const { host } = this.view.settings;
    this.making = route;
    const view = await this.#session.ask(() =>
      this.#session.platform.makeCloudEndpoint({
        route,
        name,
        host: proxy || host,
        exchangeServer: proxy !== '' && proxy !== host ? host : null,
        emailAddress: this.made.mailbox.trim() || null,
        maxConcurrentMigrations: this.atOnce,
      }),
    );
    this.making = null;
    if (view) this.#take(view);
    return null;
  }

  async cancelMaking(): Promise<void> {
    await this.#session.ask(() => this.#session.platform.cancelCloudEndpoint());
  }

  /** The old server of a real project is another: what was found of the first says nothing of it. */
  async sourceChanged(): Promise<void> {
    this.view = null;
    await this.enter();
  }

  async tryService(): Promise<void> {
    if (this.trying) return;
    this.trying = true;
    const view = await this.#session.ask(() => this.#session.platform.testCloudEndpoint());
    this.trying = false;
    if (view) this.#take(view);
  }

  /** Keeps the endpoint. Whether it is kept. */
  async save(): Promise<boolean> {
    const { settings } = this;
    if (!settings) return false;
    this.saving = true;
    const view = await this.#session.ask(() => this.#session.platform.saveEndpoint(settings));
    this.saving = false;
    if (!view) return false;
    this.#take(view);
    await this.#session.refresh();
    return view.saved;
  }

  #take(view: EndpointView): void {
    this.view = view;
    this.#session.engine = view.engine;
  }
}
