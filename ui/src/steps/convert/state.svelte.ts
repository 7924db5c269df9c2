import { capital, clock, clockRange, count, words } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { ConvertUser, ConvertView, SkippedItemView } from '../../platform/types';
import type { Session } from '../../session/session.svelte';

export const isConverted = (user: ConvertUser) => user.state === 'Converted' || user.state === 'Proved';

/** The gate that does not hold, if one does not. */
export function failing(user: ConvertUser) {
  return user.gates.filter((gate) => gate.state !== 'Pass');
}

export function unsigned(user: ConvertUser): number {
  const gate = user.gates.find((gate) => gate.gate === 'SkippedSigned' && gate.state === 'Fail');
  return Number(gate?.detail ?? 0);
}

/** Whose object is not kept yet, of those that may be converted otherwise. */
export function withoutBackup(view: ConvertView): ConvertUser[] {
  const lacks = (user: ConvertUser) => failing(user).some((gate) => gate.gate === 'BackupReadBack');
  return view.users.filter((user) => user.mayConvert && lacks(user));
}

/**
 * Who is proved before anything else is written: the pilot, and whoever was converted when the program was cut off
 * before it had proved it. A proof that was tried and does not hold does not keep the others waiting.
 */
export function toProve(view: ConvertView): ConvertUser | undefined {
  const unproved = view.users.filter((user) => user.state === 'Converted');
  return unproved.find((user) => user.id === view.first) ?? unproved.find((user) => user.cause === null);
}

/** Whether there are mailboxes whose gates nobody has looked at. */
export function unexamined(view: ConvertView): boolean {
  const open = (user: ConvertUser) => failing(user).some((gate) => gate.state === 'NotKnown' && gate.gate !== 'BackupReadBack' && gate.gate !== 'Licensed');
  return view.users.some((user) => !isConverted(user) && open(user));
}

/** Red rows first; within that, the core's order. */
export function inOrder(users: readonly ConvertUser[]): ConvertUser[] {
  return [...users].sort((a, b) => Number(b.state === 'Failed') - Number(a.state === 'Failed'));
}

export const nameOf = (user: ConvertUser) => user.name || user.address;

export class ConvertState {
  #session: Session;

  chosen = $state<number | null>(null);
  /** The mailbox whose skipped items are being read. */
  signing = $state.raw<{ user: ConvertUser; items: SkippedItemView[] } | null>(null);
  /** The mailboxes whose conversion someone thinks of undoing. */
  undoing = $state.raw<ConvertUser[] | null>(null);
  /** Where the LDIF was saved. */
  saved = $state<string | null>(null);
  busy = $state(false);

  constructor(session: Session) {
    this.#session = session;
  }

  get view(): ConvertView | null {
    return this.#session.convert;
  }

  /** The mailbox that is shown: the chosen one, else the one that comes next. */
  get selected(): ConvertUser | null {
    const { view } = this;
    if (!view) return null;
    const by = (id: number | null | undefined) => view.users.find((user) => user.id === id);
    return by(this.chosen) ?? by(view.first) ?? view.users.find((user) => user.state === 'Failed') ?? by(view.next[0]) ?? view.users[0] ?? null;
  }

  async enter(): Promise<void> {
    if (!this.#session.project || this.#session.project.facts.inBatches === 0) return;
    await this.read();
    const { view } = this;
    if (view && view.users.length > 0 && !view.run && view.checkedAt === null && unexamined(view)) await this.check();
  }

  /** Reads the page again, with the dry run of the mailbox that is shown. */
  async read(): Promise<void> {
    if (!this.view) await this.#take(() => this.#session.platform.convertView(null));
    const id = this.selected?.id ?? null;
    if (id !== null) await this.#take(() => this.#session.platform.convertView(id));
  }

  async select(id: number): Promise<void> {
    this.chosen = id;
    await this.read();
  }

  check = () => this.#change(() => this.#session.platform.checkGates());
  backUp = (users: readonly ConvertUser[]) => this.#change(() => this.#session.platform.backUp(users.map((user) => user.id)));
  /** The page shows who comes next, and afterwards who needs someone. */
  convert = (users: readonly number[]) => {
    this.chosen = users.length === 1 ? (users[0] ?? null) : null;
    return this.#change(() => this.#session.platform.convert([...users]));
  };
  prove = (users: readonly number[]) => this.#change(() => this.#session.platform.prove([...users]));
  stop = () => this.#change(() => this.#session.platform.stopConverting());

  async openSkipped(user: ConvertUser): Promise<void> {
    const items = await this.#session.ask(() => this.#session.platform.skippedItems(user.id));
    if (items) this.signing = { user, items };
  }

  async sign(): Promise<void> {
    const { signing } = this;
    if (!signing) return;
    this.signing = null;
    this.chosen = signing.user.id;
    await this.#change(() => this.#session.platform.signSkipped(signing.user.id, signing.items.length));
  }

  async undo(): Promise<void> {
    const users = this.undoing;
    this.undoing = null;
    if (users) await this.#change(() => this.#session.platform.undoConversion(users.map((user) => user.id)));
  }

  async save(): Promise<void> {
    const files = await this.#session.ask(() => this.#session.platform.saveLdif());
    if (files) this.saved = files.map((file) => file.path).join(', ');
  }

  async #change(request: () => Promise<ConvertView>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.saved = null;
    await this.#take(request);
    this.busy = false;
    await this.#session.refresh();
  }

  async #take(request: () => Promise<ConvertView>): Promise<void> {
    const view = await this.#session.ask(request);
    if (view) this.#session.convertArrived(view);
  }

  title(view: ConvertView): string {
    const total = view.users.length;
    const of = (test: (user: ConvertUser) => boolean) => view.users.filter(test).length;
    const converted = of(isConverted);
    const { run } = view;
    const failed = of((user) => user.state === 'Failed');
    if (run) {
      const n = run.total;
      const counts = { n, done: count(run.done), total: count(n) };
      switch (run.kind) {
        case 'Checking':
          return m.convert_h_checking();
        case 'BackingUp':
          return m.convert_h_backing_up(counts);
        case 'Converting':
          return n === 1 ? m.convert_h_converting_one({ name: this.#name(view, run.current) }) : m.convert_h_converting(counts);
        case 'Proving':
          return m.convert_h_proving({ name: this.#name(view, run.current) });
        case 'Undoing':
          return m.convert_h_undoing(counts);
      }
    }
    if (failed > 0) return capital(m.convert_h_failed({ n: failed, word: words(failed) }));
    const unproved = toProve(view);
    if (unproved) return m.convert_h_unproved({ name: nameOf(unproved) });
    if (converted === total) return m.convert_h_all({ n: total, word: words(total) });
    const may = of((user) => user.mayConvert);
    if (converted > 0) return capital(m.convert_h_some({ n: converted, word: words(converted), total: words(total) }));
    if (may === total) return m.convert_h_may_all({ n: may, word: words(may) });
    if (may > 0) return capital(m.convert_h_may({ n: may, word: words(may), total: words(total) }));
    return m.convert_h_none_may();
  }

  sub(view: ConvertView): string {
    const { run } = view;
    if (run) {
      if (run.stopping) return m.convert_sub_stopping();
      if (run.kind === 'Checking') return m.convert_sub_checking();
      if (run.perMinute !== null && run.expectedFrom && run.expectedTo) {
        return m.convert_sub_rate({ rate: count(run.perMinute), range: clockRange(run.expectedFrom, run.expectedTo) });
      }
      return m.convert_sub_running({ time: clock(run.startedAt) });
    }
    const converted = view.users.filter(isConverted);
    const first = view.users.find((user) => user.id === view.first);
    if (view.users.some((user) => user.state === 'Failed')) return m.convert_sub_failed();
    if (converted.length === view.users.length) return m.convert_sub_all();
    if (first && isConverted(first)) return m.convert_sub_unproved();
    if (first) return m.convert_sub_first({ name: nameOf(first) });
    const next = view.next.length;
    return next > 0 ? m.convert_sub_rest({ n: next, count: count(next) }) : m.convert_sub_waits();
  }

  #name(view: ConvertView, address: string | null): string {
    const user = view.users.find((user) => user.address === address);
    return user ? nameOf(user) : (address ?? '–');
  }
}
