import { capital, count, date, moment, size, words } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { BatchView, PlanView, RunView } from '../../platform/types';
import type { Session } from '../../session/session.svelte';

export type Phase = 'running' | 'stopping' | 'stopped' | 'needs' | 'synced';

export function phaseOf(run: RunView): Phase {
  if (run.stopping) return 'stopping';
  if (run.running) return 'running';
  if (run.users.some((user) => user.status === 'Stopped')) return 'stopped';
  return run.users.some((user) => user.status === 'Failed') ? 'needs' : 'synced';
}

/** The service has the last batch, and nobody in it has begun. */
export function waiting(run: RunView): boolean {
  const batch = run.batches.at(-1);
  const users = run.users.filter((user) => user.batch === batch?.name);
  const others = run.users.filter((user) => user.batch !== batch?.name);
  const begun = others.some((user) => !isSynced(user.status) && user.status !== 'Failed');
  return run.engine === 'Service' && !begun && users.length > 0 && users.every((user) => user.status === 'Queued');
}

/** What the service will do to a batch by itself, and what to do before. */
export function cleanupWords({ name, cleanupAt, cleanupKind }: BatchView) {
  const when = { batch: name, date: date(cleanupAt ?? '') };
  return cleanupKind === 'Removes'
    ? { tone: 'wait' as const, fact: m.migrate_cleanup_Removes(when), text: m.migrate_cleanup_Removes_text() }
    : { tone: 'wait' as const, fact: m.migrate_cleanup_Stops(when), text: m.migrate_cleanup_Stops_text() };
}

const isConverted = (status: string) => status.startsWith('Completed');
/** What is being converted is copied. */
const isSynced = (status: string) => status === 'Synced' || status === 'Converting' || isConverted(status);

export class MigrateState {
  #session: Session;

  plan = $state.raw<PlanView | null>(null);
  /** Whether the next batch's plan is shown although one has run. */
  planning = $state(false);
  busy = $state(false);
  /** Whether the service is to start the batch by itself, and when, as the field has it. */
  later = $state(false);
  at = $state('');
  /** Pressed with whatever time the field had. */
  pressed = $state(false);
  selected = $state<string | null>(null);

  constructor(session: Session) {
    this.#session = session;
  }

  get run(): RunView | null {
    return this.#session.run.view;
  }

  get begun(): boolean {
    return (this.run?.users.length ?? 0) > 0;
  }

  async enter(): Promise<void> {
    const facts = this.#session.project?.facts;
    if (!facts) return;
    if (facts.inBatches > 0 && !this.run) {
      const run = await this.#session.ask(() => this.#session.platform.runView());
      if (run) this.#session.run.answered(run);
    }
    if (facts.inBatches > 0) await this.lookAhead();
    else if (facts.mailboxesChosen > 0 && facts.endpointSaved) await this.makePlan();
  }

  /** Whether there is more to start. Nothing left to plan is an answer, no trouble. */
  async lookAhead(): Promise<void> {
    const facts = this.#session.project?.facts;
    if (!facts || facts.running || facts.mailboxesChosen === 0) return;
    try {
      this.plan = await this.#session.platform.plan();
    } catch {
      this.plan = null;
    }
  }

  async makePlan(): Promise<void> {
    const plan = await this.#session.ask(() => this.#session.platform.plan());
    if (plan) this.plan = plan;
  }

  async start(): Promise<void> {
    const at = this.startsAt;
    if (this.scheduled && at === null) return;
    await this.#change(async () => {
      if (at === null) return this.#session.platform.start();
      await this.#session.platform.startAt(at);
      return this.#session.platform.runView();
    });
    if (this.#session.trouble) return;
    this.planning = false;
    this.plan = null;
    this.later = this.pressed = false;
  }

  /** Whether the service starts the batch later by itself. */
  get scheduled(): boolean {
    return this.later && this.plan?.engine === 'Service';
  }

  /** The set time in UTC; null when it is none, or over. */
  get startsAt(): string | null {
    if (!this.scheduled) return null;
    const at = Date.parse(this.at);
    return Number.isNaN(at) || at <= Date.now() ? null : new Date(at).toISOString();
  }

  /** What was left is being copied, as far as this window knows: source and target may be compared as well. */
  filling = $state(false);

  fillGap(): Promise<void> {
    return this.#change(async () => {
      await this.#session.platform.fillGap();
      this.filling = true;
      return this.#session.platform.runView();
    });
  }

  stop = () => this.#change(() => this.#session.platform.stop());
  resume = () => this.#change(() => this.#session.platform.resume());
  retryFailed = () => this.#change(() => this.#session.platform.retryFailed());

  async #change(request: () => Promise<RunView>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const run = await this.#session.ask(request);
    this.busy = false;
    if (!run) return;
    this.#session.run.answered(run);
    await this.#session.refresh();
  }

  planSub(plan: PlanView): string {
    const n = plan.mailboxes.length;
    if (plan.items === null || plan.bytes === null) return m.migrate_sub_plan({ n, count: count(n) });
    return m.migrate_sub_plan_size({ n, count: count(n), items: count(plan.items), size: size(plan.bytes) });
  }

  title(run: RunView): string {
    const of = (status: string) => run.users.filter((user) => user.status === status).length;
    const failed = of('Failed');
    const stopped = of('Stopped');
    const total = run.users.length;
    const synced = run.users.filter((user) => isSynced(user.status)).length;
    const left = total - synced - failed;
    switch (phaseOf(run)) {
      case 'stopping':
        return m.migrate_h_stopping();
      case 'running':
        if (left === 0) return this.filling ? m.migrate_h_filling() : m.migrate_h_comparing();
        if (waiting(run)) return m.migrate_h_waiting_service({ batch: run.batches.at(-1)?.name ?? '–' });
        return failed > 0
          ? capital(m.migrate_h_needs({ n: failed, word: words(failed), m: left, others: words(left) }))
          : capital(m.migrate_h_running({ n: left, word: words(left), done: words(synced), total: words(total) }));
      case 'stopped':
        return m.migrate_h_stopped({ n: stopped, word: words(stopped) });
      case 'needs':
        return capital(m.migrate_h_needs_done({ n: failed, word: words(failed) }));
      case 'synced':
        if (run.users.every((user) => isConverted(user.status))) return m.convert_h_all({ n: total, word: words(total) });
        return total === 1
          ? capital(m.migrate_h_synced({ n: 1, word: words(1) }))
          : m.migrate_h_synced({ n: total, word: words(total) });
    }
  }

  sub(run: RunView): string {
    return run.engine === 'Service' ? this.#cloudSub(run) : this.#directSub(run);
  }

  #cloudSub(run: RunView): string {
    const moving = run.users.some((user) => !isSynced(user.status) && user.status !== 'Failed');
    switch (phaseOf(run)) {
      case 'stopping':
        return m.migrate_sub_stopping_service();
      case 'running':
        if (waiting(run)) {
          const at = run.batches.at(-1)?.startsAt;
          if (at) return m.migrate_sub_waiting_service({ when: moment(at, Date.now()) });
        }
        return moving ? m.migrate_sub_running_service() : m.migrate_sub_comparing_service();
      case 'stopped':
        return m.migrate_sub_stopped_service();
      case 'needs':
        return m.migrate_sub_failed();
      case 'synced':
        return m.migrate_sub_synced_service();
    }
  }

  #directSub(run: RunView): string {
    switch (phaseOf(run)) {
      case 'stopping':
        return m.migrate_sub_stopping();
      case 'running':
        return m.migrate_sub_running();
      case 'stopped':
        return m.migrate_sub_stopped();
      case 'needs':
        return m.migrate_sub_failed();
      case 'synced':
        return m.migrate_sub_synced();
    }
  }
}
