import type { FinishBatch, ReportFormat, ReportView } from '../../platform/types';
import { locale } from '../../i18n/locale.svelte';
import type { Session } from '../../session/session.svelte';
import { FinishAsks } from './asks.svelte';

/** The pages of this step; each but the first leads back to it. */
export type FinishPage = 'main' | 'dns' | 'licences' | 'letters' | 'habits' | 'cleanup' | 'server';

export const isSynced = (status: string) => ['Synced', 'Converting', 'Completed', 'CompletedWithWarnings'].includes(status);

export class FinishState {
  #session: Session;
  readonly asks: FinishAsks;

  page = $state<FinishPage>('main');
  /** The record that is opened with the DNS page. */
  subject = $state<string | null>(null);
  /** The letter that is read. */
  letter = $state<string | null>(null);
  /** The batch that someone thinks of removing. */
  removing = $state.raw<FinishBatch | null>(null);

  report = $state.raw<ReportView | null>(null);
  saving = $state(false);
  /** Whether names and subjects are left out of what is saved. */
  redact = $state(false);

  constructor(session: Session) {
    this.#session = session;
    this.asks = new FinishAsks(session);
  }

  openDns(subject: string | null = null): void {
    this.subject = subject;
    this.page = 'dns';
  }

  async remove(): Promise<void> {
    const batch = this.removing;
    this.removing = null;
    if (batch) await this.asks.removeBatch(batch.name);
  }

  /** Whether anything still moves or waits to be resumed, so that the counts are of the moment. */
  get settled(): boolean {
    const facts = this.#session.project?.facts;
    if (!facts) return false;
    const active = facts.conversion?.running ? 0 : facts.active;
    return !facts.running && active + facts.stopped === 0;
  }

  /** The names of the mailboxes that are done and whose counts differ all the same. */
  get differing(): string[] {
    return this.#open(isSynced);
  }

  /** The names of the mailboxes whose counts cannot add up yet: they move, wait or need a person. */
  get unfinished(): string[] {
    return this.#open((status) => !isSynced(status));
  }

  /** Whether something is wrong that no mailbox’s state explains. */
  get differs(): boolean {
    return this.settled && (this.differing.length > 0 || this.report?.verification?.agrees === false);
  }

  #open(of: (status: string) => boolean): string[] {
    const { report } = this;
    return (report?.differing ?? []).flatMap((address) => {
      const user = report?.users.find((user) => user.address === address);
      return user && !of(user.status) ? [] : [user?.name || address];
    });
  }

  async read(): Promise<void> {
    if (!this.#session.project || this.#session.project.facts.inBatches === 0) return;
    const report = await this.#session.ask(() => this.#session.platform.reportView());
    if (report) this.report = report;
  }

  /** Whether names are left out of the files as they are; of files from an earlier session nobody knows. */
  #savedRedacted: boolean | null = null;

  /** Whether it was saved. */
  async save(): Promise<boolean> {
    if (this.saving) return false;
    this.saving = true;
    const { redact } = this;
    const files = await this.#session.ask(() => this.#session.platform.saveReport(locale(), redact));
    this.saving = false;
    if (!files) return false;
    this.#savedRedacted = redact;
    // That it was saved is in its own list of what was done.
    await this.read();
    if (this.report) this.report = { ...this.report, files };
    return true;
  }

  /** Opens a file of the report with the program that the system has for it, writing it first if need be. */
  async open(format: ReportFormat): Promise<void> {
    const written = this.report?.files.some((file) => file.format === format) ?? false;
    if ((!written || (this.#savedRedacted ?? false) !== this.redact) && !(await this.save())) return;
    await this.#session.ask(() => this.#session.platform.openReport(format));
  }
}
