// The rows that were fetched, page by page. A page that an edit made old is shown until the new one is there,
// so that the table never blinks.
import type { Span } from './window';

/** Rows of a page. */
export const PAGE = 100;

/** Pages kept: more than any window shows, less than a list. */
const MOST = 24;

interface Page<Row> {
  rows: Row[];
  /** The edit after which it was fetched. */
  stamp: number;
}

export class PageCache<Row> {
  /** In the order of their last use. */
  #pages = new Map<number, Page<Row>>();
  #stamp = 0;

  /** What a request must carry back to be believed. */
  get stamp(): number {
    return this.#stamp;
  }

  get size(): number {
    return this.#pages.size;
  }

  /** A row, as it was fetched last. */
  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.rows[index % PAGE];
  }

  /** Pages that a span needs and that are missing or old, those in its middle first. */
  wanted({ from, to }: Span): number[] {
    if (to <= from) return [];
    const [first, last] = [Math.floor(from / PAGE), Math.floor((to - 1) / PAGE)];
    const middle = (from + to) / 2 / PAGE - 0.5;
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
      .filter((page) => this.#pages.get(page)?.stamp !== this.#stamp)
      .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  }

  /** Keeps a page, unless an edit came in between. Whether it was kept. */
  put(page: number, rows: Row[], stamp: number): boolean {
    if (stamp !== this.#stamp) return false;
    this.#pages.delete(page);
    this.#pages.set(page, { rows, stamp });
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MOST) break;
      this.#pages.delete(oldest);
    }
    return true;
  }

  /** What was fetched is old: an edit was made. */
  age(): void {
    this.#stamp += 1;
  }

  /** What was fetched is of another question. */
  clear(): void {
    this.#stamp += 1;
    this.#pages.clear();
  }
}
