// The run as it was last told. Events are whole snapshots and come quickly: they are gathered and shown
// at most twice a second, so that numbers can be read.
import type { MigrationUserView, RunView } from '../platform/types';

const QUIET_MS = 500;

export class RunSession {
  view = $state.raw<RunView | null>(null);

  #waiting: { run: RunView | null; users: Map<number, MigrationUserView> } = { run: null, users: new Map() };
  #timer: ReturnType<typeof setTimeout> | null = null;
  #shownAt = 0;

  arrived(run: RunView): void {
    this.#waiting.run = run;
    this.#waiting.users.clear();
    this.#soon();
  }

  moved(user: MigrationUserView): void {
    this.#waiting.users.set(user.id, user);
    this.#soon();
  }

  /** An answer to a request of our own: shown at once. */
  answered(run: RunView): void {
    this.arrived(run);
    this.#show();
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting = { run: null, users: new Map() };
    this.#shownAt = 0;
    this.view = null;
  }

  #soon(): void {
    if (this.#timer !== null) return;
    const wait = Math.max(0, this.#shownAt + QUIET_MS - Date.now());
    if (wait === 0) this.#show();
    else this.#timer = setTimeout(() => this.#show(), wait);
  }

  #show(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const base = this.#waiting.run ?? this.view;
    if (base) {
      const { users } = this.#waiting;
      this.view = users.size === 0 ? base : { ...base, users: base.users.map((user) => users.get(user.id) ?? user) };
      this.#shownAt = Date.now();
    }
    this.#waiting = { run: null, users: new Map() };
  }
}
