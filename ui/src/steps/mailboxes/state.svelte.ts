import { SvelteSet } from 'svelte/reactivity';

import { compare } from '../../i18n/format';
import type { MailboxesView, MailboxRow } from '../../platform/types';
import type { Session } from '../../session/session.svelte';
import { suggestPilot } from './pilot';

/** Where the mailboxes that move come from. */
export type Source = 'directory' | 'file';

export type Filter = 'All' | 'Chosen' | 'Pilot' | 'Notes';

/** Hidden is worth knowing and stops nothing. */
const exceptional = (row: MailboxRow) => row.note !== null && row.note !== 'Hidden';

export class MailboxesState {
  #session: Session;

  rows = $state.raw<MailboxRow[] | null>(null);
  chosen = new SvelteSet<string>();
  pilot = new SvelteSet<string>();
  filter = $state<Filter>('All');
  search = $state('');
  saving = $state(false);
  /** What the person chose to see; nothing as long as they did not. */
  source = $state<Source | null>(null);
  #turn = 0;
  /** Whether something was chosen that the core has not been told. */
  #unsaved = false;

  constructor(session: Session) {
    this.#session = session;
  }

  async enter(): Promise<void> {
    if (!this.#session.project) return;
    const view = await this.#session.ask(() => this.#session.platform.mailboxesView());
    if (!view) return;
    if (this.#unsaved) this.rows = view.rows;
    else this.#take(view);
  }

  /** What is shown: exceptions first, then by name. */
  get shown(): MailboxRow[] {
    const wanted = this.search.trim().toLocaleLowerCase();
    return (this.rows ?? [])
      .filter((row) => this.#passes(row))
      .filter((row) => wanted === '' || row.name.toLocaleLowerCase().includes(wanted) || row.address.includes(wanted))
      .sort((a, b) => Number(exceptional(b)) - Number(exceptional(a)) || compare(a.name, b.name));
  }

  /** Whether it is on the list, or in a batch already. */
  moves(row: MailboxRow): boolean {
    return row.batch !== null || this.chosen.has(row.address);
  }

  count(filter: Filter): number {
    return (this.rows ?? []).filter((row) => this.#passes(row, filter)).length;
  }

  get allShownChosen(): boolean {
    const free = this.shown.filter((row) => row.batch === null);
    return free.length > 0 && free.every((row) => this.chosen.has(row.address));
  }

  get someShownChosen(): boolean {
    return this.shown.some((row) => row.batch === null && this.chosen.has(row.address));
  }

  choose(address: string, on: boolean): void {
    this.#unsaved = true;
    if (on) this.chosen.add(address);
    else {
      this.chosen.delete(address);
      this.pilot.delete(address);
    }
  }

  putInPilot(address: string, on: boolean): void {
    this.#unsaved = true;
    if (on) {
      this.pilot.add(address);
      this.chosen.add(address);
    } else this.pilot.delete(address);
  }

  chooseShown(on: boolean): void {
    for (const row of this.shown) if (row.batch === null) this.choose(row.address, on);
  }

  suggest(): void {
    const pilot = suggestPilot(this.rows ?? [], this.#turn);
    this.#turn += 1;
    this.pilot.clear();
    for (const address of pilot) this.putInPilot(address, true);
  }

  /** Tells the core what was chosen. Whether it took it. */
  async save(): Promise<boolean> {
    const choices = (this.rows ?? []).map(({ address }) => ({
      address,
      chosen: this.chosen.has(address),
      pilot: this.pilot.has(address),
    }));
    this.saving = true;
    const view = await this.#session.ask(() => this.#session.platform.chooseMailboxes(choices));
    this.saving = false;
    if (!view) return false;
    this.#take(view);
    await this.#session.refresh();
    return true;
  }

  #take(view: MailboxesView): void {
    this.rows = view.rows;
    this.#unsaved = false;
    this.chosen.clear();
    this.pilot.clear();
    for (const row of view.rows) {
      if (row.chosen) this.chosen.add(row.address);
      if (row.pilot) this.pilot.add(row.address);
    }
  }

  #passes(row: MailboxRow, filter: Filter = this.filter): boolean {
    switch (filter) {
      case 'All':
        return true;
      case 'Chosen':
        return this.moves(row);
      case 'Pilot':
        return this.pilot.has(row.address);
      case 'Notes':
        return row.note !== null;
    }
  }
}
