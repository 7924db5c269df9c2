import type { ReportFormat, ReportView } from '../../platform/types';
import { locale } from '../../i18n/locale.svelte';
import type { Session } from '../../session/session.svelte';

export class FinishState {
  #session: Session;

  report = $state.raw<ReportView | null>(null);
  saving = $state(false);

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether anything still moves or waits to be resumed, so that the counts are of the moment. */
  get settled(): boolean {
    const facts = this.#session.project?.facts;
    return facts !== undefined && !facts.running && facts.active + facts.stopped === 0;
  }

  /** The names of the mailboxes whose counts differ. */
  get differing(): string[] {
    const { report } = this;
    return (report?.differing ?? []).map((address) => report?.users.find((user) => user.address === address)?.name || address);
  }

  async read(): Promise<void> {
    if (!this.#session.project || this.#session.project.facts.inBatches === 0) return;
    const report = await this.#session.ask(() => this.#session.platform.reportView());
    if (report) this.report = report;
  }

  async save(): Promise<void> {
    this.saving = true;
    const files = await this.#session.ask(() => this.#session.platform.saveReport(locale()));
    this.saving = false;
    if (files && this.report) this.report = { ...this.report, files };
  }

  /** Opens a file of the report with the program that the system has for it, writing it first if need be. */
  async open(format: ReportFormat): Promise<void> {
    if (!this.report?.files.some((file) => file.format === format)) await this.save();
    await this.#session.ask(() => this.#session.platform.openReport(format));
  }
}
