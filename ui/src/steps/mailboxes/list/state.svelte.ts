// The open list as its page has it: which rows are asked for, seen, selected and edited. The rows themselves are
// the core's; every change goes there and comes back.
import { present } from '../../../errors/present';
import { m } from '../../../paraglide/messages.js';
import type { ListEdit, ListFilter, ListQuery, ListRowView, ListSort, ListView, SavedList } from '../../../platform/types';
import type { Session } from '../../../session/session.svelte';
import { PAGE, PageCache } from './pages';
import { spanOf, type Span } from './window';
import { PILOT } from './words';

/** Rows asked for at once when a long range is selected. */
const STRIDE = 500;

/** Rows fetched before they are needed, at both ends. */
const AHEAD = 80;

type Question = Omit<ListQuery, 'from' | 'many'>;

export class ListState {
  #session: Session;
  #pages = new PageCache<ListRowView>();
  /** Grows when rows arrive: what is read through `row` is read again. */
  #arrived = $state(0);
  #question: Question = { filter: 'All', search: '', sort: 'Attention', descending: false };
  #asked = 0;
  #filling = false;
  #generation = -1;
  #top = 0;
  #height = 0;

  /** Of the rows that are shown now, which may be those of the question before. */
  total = $state(0);
  ready = $state(false);
  span = $state.raw<Span>({ from: 0, to: 0 });
  question = $state.raw<Question>(this.#question);
  /** The place of the row that the keyboard is on. */
  active = $state(0);
  /** Rows by their numbers: a row keeps its number wherever it is sorted to. */
  selected = $state.raw<ReadonlySet<number>>(new Set());
  editing = $state.raw<{ row: number; text: string } | null>(null);
  saved = $state.raw<SavedList[] | null>(null);
  saving = $state(false);
  #anchor = 0;
  #coming = false;
  /** Called when another question was answered: the table begins at its top. */
  rewind: () => void = () => undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  get view(): ListView | null {
    return this.#session.list.view;
  }

  row(index: number): ListRowView | undefined {
    void this.#arrived;
    return this.#pages.row(index);
  }

  /** The row that the keyboard is on, when it alone is selected. */
  get only(): ListRowView | undefined {
    if (this.selected.size !== 1) return undefined;
    const row = this.row(this.active);
    return row && this.selected.has(row.row) ? row : undefined;
  }

  /** Starts over when another list was opened; whether one was. */
  enter(): boolean {
    if (this.#generation === this.#session.list.opened) return false;
    this.#generation = this.#session.list.opened;
    this.saved = null;
    this.editing = null;
    this.ready = false;
    void this.ask({ filter: 'All', search: '', sort: 'Attention', descending: false });
    return true;
  }

  /** Asks another question. The old rows stay until the new ones are here. */
  async ask(change: Partial<Question>): Promise<void> {
    const question = { ...this.question, ...change };
    this.question = question;
    this.#asked += 1;
    const asked = this.#asked;
    const page = await this.#quietly(() => this.#session.platform.listRows({ ...question, from: 0, many: PAGE }));
    if (!page || asked !== this.#asked) return;
    this.#question = question;
    this.#pages.clear();
    this.#pages.put(0, page.rows, this.#pages.stamp);
    this.total = page.total;
    this.active = this.#anchor = 0;
    this.selected = new Set();
    this.#coming = false;
    this.ready = true;
    this.#top = 0;
    this.rewind();
    this.#arrive();
  }

  filter(filter: ListFilter): void {
    void this.ask({ filter });
  }

  /** A heading pressed again turns the order round. */
  sort(sort: ListSort): void {
    void this.ask({ sort, descending: this.question.sort === sort && !this.question.descending });
  }

  scrolled(top: number, height: number): void {
    this.#top = top;
    this.#height = height;
    this.#look();
  }

  /* selection */

  async go(index: number, extend = false): Promise<void> {
    if (this.total === 0) return;
    this.active = Math.min(Math.max(0, index), this.total - 1);
    if (extend) return this.#selectRange();
    this.#anchor = this.active;
    this.#selectActive();
  }

  /** Selects a row besides the others, or no longer. */
  toggle(index: number): void {
    const row = this.row(index);
    if (!row) return;
    const selected = new Set(this.selected);
    if (!selected.delete(row.row)) selected.add(row.row);
    this.active = this.#anchor = index;
    this.selected = selected;
  }

  clearSelection(): void {
    this.selected = new Set();
  }

  async selectAll(): Promise<void> {
    this.#anchor = 0;
    this.selected = new Set(await this.#numbers(0, this.total));
  }

  /* edits */

  edit(index: number): void {
    const row = this.row(index);
    if (row) this.editing = { row: row.row, text: row.becomes || row.was };
  }

  async commit(): Promise<void> {
    const { editing } = this;
    if (!editing) return;
    this.editing = null;
    const row = this.#rows().find((one) => one.row === editing.row);
    if (row && editing.text === (row.becomes || row.was)) return;
    await this.change({ edit: 'Address', row: editing.row, text: editing.text });
  }

  /** Puts the selected rows, or the one that the keyboard is on, into the pilot; out, when it is in. */
  async togglePilot(): Promise<void> {
    const row = this.row(this.active);
    if (!row) return;
    const rows = this.selected.has(row.row) ? [...this.selected] : [row.row];
    await this.move(rows, row.batch === PILOT ? null : PILOT);
  }

  move(rows: number[], batch: string | null): Promise<void> {
    return this.change({ edit: 'Batch', rows, batch });
  }

  leaveOut(rows: number[], out: boolean): Promise<void> {
    return this.change({ edit: 'LeaveOut', rows, out });
  }

  /** Where nobody is ready, what keeps them from it comes first. */
  async suggest(): Promise<void> {
    if (this.view?.counts.ready === 0) await this.ask({ filter: this.view.counts.decide > 0 ? 'Decide' : 'All', search: '' });
    else await this.change({ edit: 'SuggestPilot' });
  }

  async undo(): Promise<void> {
    if (this.view?.undo) await this.change({ edit: 'Undo' });
  }

  async change(edit: ListEdit): Promise<void> {
    const view = await this.#session.ask(() => this.#session.platform.editList(edit));
    if (!view) return;
    this.#session.list.view = view;
    this.saved = null;
    // Another sheet, or other columns, are another list of rows.
    if (edit.edit === 'Sheet' || edit.edit === 'Columns' || edit.edit === 'Undo') this.selected = new Set();
    this.#pages.age();
    // The last decision is made: what comes next is the whole list.
    if (this.question.filter === 'Decide' && view.counts.decide === 0) return this.ask({ filter: 'All' });
    if (this.total === 0) return this.ask({});
    await this.#fill();
    // A row that went where its new state belongs does not take the keyboard along.
    if (this.selected.size === 1 && !this.only) this.#selectActive();
    else if (edit.edit === 'LeaveOut' && this.selected.size > 1) this.selected = new Set();
  }

  /* the file */

  async pick(): Promise<void> {
    const view = await this.#session.ask(() =>
      this.#session.platform.pickList(m.mailboxes_list_dialog(), m.mailboxes_list_kind()),
    );
    if (view) this.#session.list.open(view);
  }

  async close(): Promise<void> {
    await this.#session.ask(() => this.#session.platform.closeList());
    this.#session.list.close();
  }

  async save(forPerson = false): Promise<void> {
    this.saving = true;
    const saved = await this.#session.ask(() =>
      this.#session.platform.saveList(m.mailboxes_list_save_dialog(), m.mailboxes_list_save_kind(), forPerson),
    );
    this.saving = false;
    if (saved && saved.length > 0 && !forPerson) this.saved = saved;
  }

  /** Takes the rows as the mailboxes that move. Whether the core did. */
  async use(): Promise<boolean> {
    this.saving = true;
    const used = await this.#session.ask(async () => {
      await this.#session.platform.useList();
      return true;
    });
    this.saving = false;
    if (used) await this.#session.refresh();
    return used ?? false;
  }

  /* within */

  /** The rows that are in the page now. */
  #rows(): ListRowView[] {
    const rows: ListRowView[] = [];
    for (let index = this.span.from; index < this.span.to; index += 1) {
      const row = this.#pages.row(index);
      if (row) rows.push(row);
    }
    return rows;
  }

  /** A row that is not here yet is selected when it comes. */
  #selectActive(): void {
    const row = this.#pages.row(this.active);
    this.#coming = !row;
    this.selected = new Set(row ? [row.row] : []);
  }

  async #selectRange(): Promise<void> {
    const [from, to] = [Math.min(this.#anchor, this.active), Math.max(this.#anchor, this.active) + 1];
    const { active } = this;
    const numbers = await this.#numbers(from, to);
    if (active === this.active) this.selected = new Set(numbers);
  }

  /** The numbers of the rows at these places; asked for where they are not here. */
  async #numbers(from: number, to: number): Promise<number[]> {
    const numbers: number[] = [];
    for (let index = from; index < to; ) {
      const row = this.#pages.row(index);
      if (row) {
        numbers.push(row.row);
        index += 1;
        continue;
      }
      const query = { ...this.#question, from: index, many: Math.min(STRIDE, to - index) };
      const page = await this.#quietly(() => this.#session.platform.listRows(query));
      if (!page || page.rows.length === 0) break;
      for (const one of page.rows) numbers.push(one.row);
      index += page.rows.length;
    }
    return numbers;
  }

  #look(): void {
    const span = spanOf(this.#top, this.#height, this.total);
    if (span.from === this.span.from && span.to === this.span.to) return;
    this.span = span;
    void this.#fill();
  }

  /** Fetches what the window needs, one page after the other, what is in its middle first. */
  async #fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    for (;;) {
      const { from, to } = this.span;
      const [page] = this.#pages.wanted({ from: Math.max(0, from - AHEAD), to: Math.min(this.total, to + AHEAD) });
      if (page === undefined) break;
      const { stamp } = this.#pages;
      const query = { ...this.#question, from: page * PAGE, many: PAGE };
      const answer = await this.#quietly(() => this.#session.platform.listRows(query));
      if (!answer) break;
      if (!this.#pages.put(page, answer.rows, stamp)) continue;
      this.total = answer.total;
      this.active = Math.min(this.active, Math.max(0, answer.total - 1));
      this.#arrive();
    }
    this.#filling = false;
  }

  #arrive(): void {
    this.#arrived += 1;
    if (this.#coming) this.#selectActive();
    this.#look();
  }

  /** A request that the table makes by itself: it clears no message that a person has not read. */
  async #quietly<T>(request: () => Promise<T>): Promise<T | undefined> {
    try {
      return await request();
    } catch (error) {
      this.#session.trouble = present.coreError(error);
      return undefined;
    }
  }
}
