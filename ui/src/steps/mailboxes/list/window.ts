// Which rows of a long table are in the page: those that can be seen, and some more at both ends.

/** The height of every row, in pixels; `list.css` says the same. */
export const ROW = 44;

/** Rows kept above and below what can be seen, so that a turn of the wheel finds them drawn. */
export const OVERSCAN = 12;

export interface Span {
  /** The first row. */
  from: number;
  /** The row after the last. */
  to: number;
}

/** The rows of a table that was scrolled `top` pixels down and shows `height` pixels of its rows. */
export function spanOf(top: number, height: number, total: number, overscan = OVERSCAN): Span {
  if (total === 0 || height <= 0) return { from: 0, to: 0 };
  const first = Math.min(Math.max(0, Math.floor(top / ROW)), total - 1);
  const last = Math.min(total, Math.ceil((Math.max(0, top) + height) / ROW));
  // An even start: rows come and go in pairs, and half as often.
  const from = Math.max(0, first - overscan);
  return { from: from - (from % 2), to: Math.min(total, Math.max(last, first + 1) + overscan) };
}

/** How far down a table must be scrolled so that a row can be seen; as little as will do. */
export function scrollFor(row: number, top: number, height: number): number {
  const start = row * ROW;
  if (start < top) return start;
  return start + ROW > top + height ? start + ROW - height : top;
}
