import { capital, count, duration, moment, words } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { DirectoryView, FindingView, PreflightView, TenantView } from '../../platform/types';
import { missingFor, type Part } from '../../session/places';
import type { Session } from '../../session/session.svelte';
import { SignInForm } from './tenant/state.svelte';

export type Filter = 'Problems' | 'All' | 'Fail' | 'Warn' | 'Waiting' | 'NotRun' | 'Pass';

/** Failures of these stop every mailbox; the others stop only the mailboxes they name. */
const stopsEverything = new Set(['DirectorySync', 'DirectoryReadable', 'SourceEndpoint', 'TargetEndpoint']);

/** Worst first: what needs a person, what is worth knowing, what waits, what did not run, what passed. */
const order = ['Fail', 'Warn', 'Waiting', 'NotRun', 'Pass'];

export function sorted(findings: readonly FindingView[]): FindingView[] {
  const rank = (finding: FindingView) => {
    const index = order.indexOf(finding.severity);
    return index === -1 ? order.length : index;
  };
  return [...findings].sort((a, b) => rank(a) - rank(b));
}

export function tally(findings: readonly FindingView[]): Record<Filter, number> {
  const of = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  const counts = { Fail: of('Fail'), Warn: of('Warn'), Waiting: of('Waiting'), NotRun: of('NotRun'), Pass: of('Pass') };
  return { ...counts, All: findings.length, Problems: findings.length - counts.Pass };
}

export class PrepareState {
  #session: Session;

  filter = $state<Filter | null>(null);
  open = $state<string | null>(null);
  retesting = $state<string | null>(null);
  asked = $state(false);
  /** The old directory as it was read last. */
  directory = $state.raw<DirectoryView | null>(null);
  /** Whether it is shown. */
  showing = $state(false);
  /** The tenant, while it is shown. */
  tenant = $state.raw<TenantView | null>(null);
  /** Whether it is being read. */
  asking = $state(false);
  /** Which part of a real project is open to be connected. */
  opened = $state<'tenant' | 'directory' | 'mail' | null>(null);
  #signIn: SignInForm | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Where one signs in to the tenant of a real project. */
  get signInForm(): SignInForm | null {
    if (this.#session.project?.kind !== 'Real') return null;
    return (this.#signIn ??= new SignInForm(this.#session));
  }

  /** What keeps the checks from running at all. */
  get waitsFor(): Part[] {
    return missingFor('prepare', this.#session.places);
  }

  get view(): PreflightView | null {
    return this.#session.preflight;
  }

  get running(): boolean {
    return this.asked || (this.view?.running ?? false);
  }

  get counts(): Record<Filter, number> {
    return tally(this.view?.findings ?? []);
  }

  /** The filter in force: problems first, everything once there are none. */
  get shownFilter(): Filter {
    return this.filter ?? (this.counts.Problems > 0 && !this.running ? 'Problems' : 'All');
  }

  get shown(): FindingView[] {
    const filter = this.shownFilter;
    const all = sorted(this.view?.findings ?? []);
    if (filter === 'All') return all;
    if (filter === 'Problems') return all.filter((finding) => finding.severity !== 'Pass');
    return all.filter((finding) => finding.severity === filter);
  }

  get ran(): number {
    return (this.view?.findings.length ?? 0) - this.counts.NotRun;
  }

  /** The first finding that no mailbox can get past, if there is one. */
  get blocker(): FindingView | null {
    if (this.ofBefore) return null;
    return this.view?.findings.find((f) => f.severity === 'Fail' && stopsEverything.has(f.check)) ?? null;
  }

  get everRan(): boolean {
    return this.view?.ranAt != null;
  }

  /** Whether something that was found is of before the connections changed: then the checks run again before anything is concluded. */
  get ofBefore(): boolean {
    return this.everRan && !this.running && ((this.view?.ofBefore ?? false) || this.waitsFor.length > 0);
  }

  title(): string {
    const { Fail, Warn, NotRun } = this.counts;
    if (this.waitsFor.length > 0) return m.prepare_h_connect();
    if (this.running) return m.prepare_h_running();
    if (!this.everRan) return m.prepare_h_not_run();
    if (this.ofBefore) return m.prepare_h_of_before();
    if (Fail > 0) return capital(m.prepare_h_failed({ n: Fail, word: words(Fail) }));
    if (NotRun > 0) return m.prepare_h_partly();
    if (Warn > 0) return m.prepare_h_warned({ n: Warn, word: words(Warn) });
    return m.prepare_h_ready();
  }

  sub(now: number): string {
    const total = count(this.view?.findings.length ?? 0);
    const ran = count(this.ran);
    if (this.running) return m.prepare_sub_running({ ran, total });
    if (this.waitsFor.length > 0) return m.prepare_sub_connect();
    if (!this.view?.ranAt) return m.prepare_sub_not_run();
    return m.prepare_sub_ran({ ran, total, when: moment(this.view.ranAt, now), took: duration(this.view.tookMs) });
  }

  /** Reads what is known and, the first time, runs the checks: they only read. */
  async enter(): Promise<void> {
    if (!this.#session.project) return;
    if (!this.view) await this.#take(() => this.#session.platform.preflightView());
    if (this.waitsFor.length > 0) return;
    if (this.view && !this.view.ranAt && !this.view.running) await this.runAll();
    else await this.readDirectory();
  }

  /** That the directory does not answer, a check says: here it is only absent. */
  async readDirectory(): Promise<void> {
    try {
      this.directory = await this.#session.platform.directoryView();
    } catch {
      this.directory = null;
    }
  }

  /** Reads the tenant anew each time that it is shown: permissions come and go. */
  async showTenant(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.tenant = (await this.#session.ask(() => this.#session.platform.tenantView())) ?? null;
    this.asking = false;
  }

  /** Opens a part of a real project, to be looked at or connected. */
  async openPart(part: 'tenant' | 'directory' | 'mail'): Promise<void> {
    this.#session.dismiss();
    this.opened = part;
    if (part === 'tenant' && this.#session.places?.signedIn) await this.#readTenant();
  }

  closePart(): void {
    this.opened = null;
    this.tenant = null;
    this.#session.dismiss();
  }

  /** What the tenant refuses is told beside what is signed in with. */
  async #readTenant(): Promise<void> {
    const form = this.signInForm;
    if (form) form.refused = null;
    await this.showTenant();
    if (!form || !this.#session.trouble) return;
    form.refused = this.#session.trouble;
    this.#session.dismiss();
  }

  /** Somebody has signed in, or out: what is known of the connections is read again. */
  async tenantChanged(): Promise<void> {
    this.tenant = null;
    await this.#take(() => this.#session.platform.preflightView());
    if (this.#session.places?.signedIn) await this.#readTenant();
    await this.#again();
  }

  /** The directory is another: it is read, and its drawer makes room for what it says. */
  async directoryChanged(): Promise<void> {
    this.opened = null;
    await this.#take(() => this.#session.platform.preflightView());
    await this.readDirectory();
    await this.#again();
  }

  /** What was found of the connections of before is found anew, unless one is missing or it was never looked for. */
  async #again(): Promise<void> {
    if (this.everRan && this.waitsFor.length === 0) await this.runAll();
  }

  async runAll(): Promise<void> {
    if (this.running) return;
    this.asked = true;
    this.open = null;
    await this.#take(() => this.#session.platform.runPreflight());
    this.asked = false;
    await this.#session.refresh();
    await this.readDirectory();
  }

  async retest(check: string): Promise<void> {
    this.retesting = check;
    await this.#take(() => this.#session.platform.retest(check));
    this.retesting = null;
    await this.#session.refresh();
  }

  async #take(request: () => Promise<PreflightView>): Promise<void> {
    const view = await this.#session.ask(request);
    if (view) this.#session.preflight = view;
  }
}
