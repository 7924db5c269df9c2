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

/**
 * The rows of a table that was scrolled `top` pixels down and shows `height` pixels of its rows. As many wherever it
 * was scrolled to, so that the row that leaves at one end can be the one that comes at the other.
 */
export function spanOf(top: number, height: number, total: number, overscan = OVERSCAN): Span {
  if (total === 0 || height <= 0) return { from: 0, to: 0 };
  const many = Math.min(total, Math.ceil(height / ROW) + 1 + 2 * overscan);
  const first = Math.floor(Math.max(0, top) / ROW) - overscan;
  const from = Math.min(Math.max(0, first), total - many);
  return { from, to: from + many };
}

/** How far down a table must be scrolled so that a row can be seen; as little as will do. */
export function scrollFor(row: number, top: number, height: number): number {
  const start = row * ROW;
  if (start < top) return start;
  return start + ROW > top + height ? start + ROW - height : top;
}
