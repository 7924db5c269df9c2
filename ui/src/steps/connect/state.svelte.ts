import { m } from '../../paraglide/messages.js';
import type { EndpointSettings, EndpointTest, EndpointView } from '../../platform/types';
import type { Session } from '../../session/session.svelte';
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

export class ConnectState {
  #session: Session;

  view = $state.raw<EndpointView | null>(null);
  concurrency = $state(20);
  asked = $state(false);
  saving = $state(false);

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
    if (this.outcome === 'untested' && this.#session.project.facts.mailboxesChosen > 0) await this.test();
  }

  get settings(): EndpointSettings | null {
    return this.view && { ...this.view.settings, maxConcurrentMigrations: this.concurrency };
  }

  get testing(): boolean {
    return this.asked || (this.view?.testing ?? false);
  }

  get outcome(): Outcome {
    return outcome(this.view?.tests ?? [], this.testing);
  }

  title(): string {
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
  }
}
