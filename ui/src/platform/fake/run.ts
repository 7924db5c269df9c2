// A pretend run that follows the same life as a real one, step by step, without chance.
import type {
  BatchView,
  LedgerView,
  MigrationUserView,
  RunView,
  ThrottledSpan,
  ThroughputPoint,
} from '../types';
import { people } from './company';

const SERVER_WORDS = {
  ForwardingRefused: '00002098: SecErr: DSID-03150BB9,\nproblem 4003 (INSUFF_ACCESS_RIGHTS), data 0',
  MailUserMissing: "A valid primary e-mail address couldn't be found in the cloud-based service.",
};

/** How long each phase before the copying takes, in simulated milliseconds. */
const PHASE_MS = 600;
/** One mailbox is throttled once, this far into its copying. */
const THROTTLED_AFTER = 0.4;

interface Life {
  view: MigrationUserView;
  inPhase: number;
  attempts: number;
  throttledOnce: boolean;
}

export interface Size {
  /** Divides items and bytes, so that a browser sees the end of it. */
  scale: number;
  /** Megabytes a minute and mailbox. */
  rate: number;
  /** How much slower the phases pass. */
  pace: number;
  /** How long a throttled mailbox waits, in milliseconds. */
  wait: number;
}

const iso = (at: number) => new Date(at).toISOString();

/** Statuses of a mailbox whose mail is copied. */
export const COPIED = ['Synced', 'Converting', 'Completed', 'CompletedWithWarnings'];

export class FakeRun {
  running = false;
  stopping = false;
  #lives: Life[] = [];
  #batches: { name: string; started: boolean }[] = [];
  #throughput: ThroughputPoint[] = [];
  #throttled: ThrottledSpan[] = [];
  #startedAt: number | null = null;
  #lastAt: number | null = null;
  #statusMailAt: number | null = null;
  #reportMailAt: number | null = null;
  #lastPoint = 0;
  #size: Size;
  #concurrency: number;

  constructor(size: Size, concurrency: number) {
    this.#size = size;
    this.#concurrency = concurrency;
  }

  add(batch: string, addresses: readonly string[], at: number): void {
    this.#batches.push({ name: batch, started: true });
    for (const address of addresses) {
      const person = people.find((one) => one.address === address);
      if (!person) continue;
      this.#lives.push({
        inPhase: 0,
        attempts: 0,
        throttledOnce: false,
        view: {
          id: this.#lives.length + 1,
          address,
          name: person.name,
          batch,
          status: 'Queued',
          cause: null,
          retry: null,
          serverWords: null,
          itemsDone: 0,
          itemsTotal: Math.max(4, Math.round(person.items / this.#size.scale)),
          itemsSkipped: 0,
          bytesDone: 0,
          bytesTotal: Math.round((person.megabytes * 1e6) / this.#size.scale),
          bytesPerMinute: null,
          lastProgressAt: null,
          expectedAt: null,
          throttledUntil: null,
          cloudStatus: null,
          stalled: false,
        },
      });
    }
    this.#startedAt ??= at;
    this.#reportMailAt = null;
    this.running = true;
  }

  get begun(): boolean {
    return this.#lives.length > 0;
  }

  inBatch(address: string): string | null {
    return this.#lives.find((life) => life.view.address === address)?.view.batch ?? null;
  }

  stop(): void {
    if (this.running) this.stopping = true;
  }

  requeue(status: 'Stopped' | 'Failed'): void {
    for (const { view } of this.#lives) {
      if (view.status !== status || view.retry === 'Never') continue;
      this.#set(view, { status: 'Queued', cause: null, retry: null, serverWords: null });
      this.running = true;
    }
  }

  /** What a conversion makes of a mailbox. */
  become(id: number, status: 'Converting' | 'Completed' | 'Synced'): void {
    const life = this.#lives.find((life) => life.view.id === id);
    if (life) this.#set(life.view, { status });
  }

  /** Lets `ms` pass, ending at `at`. */
  advance(ms: number, at: number): void {
    if (!this.running) return;
    if (this.stopping) {
      for (const { view } of this.#lives) {
        if (![...COPIED, 'Failed'].includes(view.status)) {
          this.#set(view, { status: 'Stopped', cause: 'Administrator', bytesPerMinute: null, expectedAt: null });
        }
      }
      this.stopping = false;
      this.running = false;
      return;
    }
    const moving = () => this.#lives.filter(({ view }) => ![...COPIED, 'Queued', 'Failed', 'Stopped'].includes(view.status));
    for (const life of this.#lives) {
      if (life.view.status === 'Queued' && moving().length < this.#concurrency) {
        life.inPhase = 0;
        life.attempts += 1;
        this.#set(life.view, { status: life.view.itemsDone > 0 ? 'Syncing' : 'Validating', lastProgressAt: iso(at) });
      }
    }
    let rate = 0;
    for (const life of moving()) rate += this.#step(life, ms, at);
    if (at - this.#lastPoint >= 1000 * this.#size.pace) {
      this.#throughput.push({ at: iso(at), bytesPerMinute: Math.round(rate) });
      this.#lastPoint = at;
    }
    if (this.#statusMailAt === null && this.#lives.every(({ view }) => [...COPIED, 'Syncing', 'Failed'].includes(view.status))) {
      this.#statusMailAt = at;
    }
    if (this.#lives.every(({ view }) => COPIED.includes(view.status) || view.status === 'Failed')) {
      this.running = false;
      this.#reportMailAt = at;
    }
  }

  #step(life: Life, ms: number, at: number): number {
    const { view } = life;
    life.inPhase += ms;
    const phase = PHASE_MS * this.#size.pace;
    const next: Record<string, string> = { Validating: 'Provisioning', Provisioning: 'Forwarding', Forwarding: 'Syncing' };
    const to = next[view.status];
    if (to) {
      if (life.inPhase < phase) return 0;
      life.inPhase = 0;
      if (view.status === 'Validating' && view.address.startsWith('per.mansson')) {
        this.#fail(view, 'MailUserMissing', 'AfterFix', at);
      } else if (view.status === 'Forwarding' && view.address.startsWith('goran.wikstrom') && life.attempts === 1) {
        this.#fail(view, 'ForwardingRefused', 'AfterFix', at);
      } else this.#set(view, { status: to, lastProgressAt: iso(at) });
      return 0;
    }
    if (view.throttledUntil !== null && Date.parse(view.throttledUntil) > at) {
      this.#set(view, { bytesPerMinute: 0 });
      return 0;
    }
    const done = view.bytesTotal === 0 ? 1 : view.bytesDone / view.bytesTotal;
    if (view.address.startsWith('hakan.sjogren') && done >= THROTTLED_AFTER && !life.throttledOnce) {
      life.throttledOnce = true;
      const until = at + this.#size.wait;
      this.#set(view, { throttledUntil: iso(until), bytesPerMinute: 0, expectedAt: null });
      this.#throttled.push({ from: iso(at), to: iso(until) });
      return 0;
    }
    // Every mailbox has a rate of its own, and it breathes a little.
    const rate = this.#size.rate * 1e6 * (0.7 + (view.id % 5) * 0.12) * (0.92 + 0.08 * Math.sin(life.inPhase / phase + view.id));
    const bytesDone = Math.min(view.bytesTotal, view.bytesDone + (rate * ms) / 60_000);
    const whole = bytesDone >= view.bytesTotal;
    const skipped = people.find((one) => one.address === view.address)?.skipped ?? 0;
    this.#set(view, {
      bytesDone: Math.round(bytesDone),
      itemsDone: whole ? view.itemsTotal : Math.floor((bytesDone / view.bytesTotal) * view.itemsTotal),
      itemsSkipped: bytesDone > view.bytesTotal / 2 ? skipped : 0,
      bytesPerMinute: whole ? null : Math.round(rate),
      lastProgressAt: iso(at),
      expectedAt: whole ? null : iso(at + ((view.bytesTotal - bytesDone) / rate) * 60_000),
      throttledUntil: null,
      status: whole ? 'Synced' : 'Syncing',
    });
    this.#lastAt = at;
    return rate;
  }

  #fail(view: MigrationUserView, cause: keyof typeof SERVER_WORDS, retry: string, at: number): void {
    this.#set(view, { status: 'Failed', cause, retry, serverWords: SERVER_WORDS[cause], lastProgressAt: iso(at) });
  }

  #set(view: MigrationUserView, change: Partial<MigrationUserView>): void {
    Object.assign(view, change);
  }

  #batchStatus(name: string): string {
    const statuses = this.#lives.filter(({ view }) => view.batch === name).map(({ view }) => view.status);
    if (statuses.every((status) => status === 'Completed')) return 'Completed';
    if (statuses.some((status) => ![...COPIED, 'Failed', 'Stopped'].includes(status))) return 'Syncing';
    if (statuses.includes('Stopped')) return 'Stopped';
    if (statuses.every((status) => status === 'Failed')) return 'Failed';
    return statuses.includes('Failed') ? 'SyncedWithErrors' : 'Synced';
  }

  view(): RunView {
    const left = this.#lives.map(({ view }) => view.bytesTotal - view.bytesDone).reduce((sum, bytes) => sum + bytes, 0);
    const rate = this.#throughput.at(-1)?.bytesPerMinute ?? 0;
    const now = this.#lastAt ?? this.#startedAt;
    const expected = this.running && rate > 0 && now !== null ? now + (left / rate) * 60_000 : null;
    const batches: BatchView[] = this.#batches.map(({ name }) => ({
      name,
      status: this.#batchStatus(name),
      users: this.#lives.filter(({ view }) => view.batch === name).length,
      cloudName: null,
      cloudStatus: null,
      cleanupAt: null,
      cleanupKind: null,
      startsAt: null,
    }));
    return structuredClone({
      running: this.running,
      stopping: this.stopping,
      batches,
      users: this.#lives.map(({ view }) => view),
      throughput: this.#throughput,
      throttled: this.#throttled,
      startedAt: this.#startedAt === null ? null : iso(this.#startedAt),
      lastProgressAt: this.#lastAt === null ? null : iso(this.#lastAt),
      expectedFrom: expected === null || now === null ? null : iso(now + (expected - now) * 0.85),
      expectedTo: expected === null || now === null ? null : iso(now + (expected - now) * 1.25),
      statusMailAt: this.#statusMailAt === null ? null : iso(this.#statusMailAt),
      reportMailAt: this.#reportMailAt === null ? null : iso(this.#reportMailAt),
      engine: 'Direct',
      gap: null,
      watchTrouble: null,
      sizesRaised: [],
    });
  }

  ledger(users: readonly MigrationUserView[]): LedgerView {
    const counted = users.filter((user) => user.status !== 'Failed');
    const sum = (pick: (user: MigrationUserView) => number) => counted.reduce((total, user) => total + pick(user), 0);
    const source = sum((user) => user.itemsTotal);
    const skipped = sum((user) => user.itemsSkipped);
    const excluded = sum((user) => (COPIED.includes(user.status) ? Math.floor(user.itemsTotal / 900) : 0));
    const copied = sum((user) => user.itemsDone) - skipped - excluded;
    return {
      source,
      copied: Math.max(0, copied),
      skipped,
      excluded,
      bytes: sum((user) => user.bytesDone),
      reconciles: source === copied + skipped + excluded,
    };
  }
}
