// The geometry of the report's bars: from zero, to a round top.
import type { ReportThroughput } from '../../../platform/types';

export const box = { width: 720, height: 132, left: 48, right: 716, top: 10, bottom: 110 } as const;

/** A round number at or above `value` whose half is as round. */
export function roundUp(value: number): number {
  if (value <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10;
  return Math.max(2, step * power);
}

export interface Bars {
  bars: { x: number; width: number; y: number; height: number; serviceY: number; serviceHeight: number }[];
  ticks: { x: number; at: number; anchor: 'start' | 'middle' | 'end' }[];
  top: number;
  most: number;
  from: number;
  to: number;
}

/** Null while nothing came over. */
export function bars(throughput: ReportThroughput): Bars | null {
  const { points, secondsPerPoint } = throughput;
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || secondsPerPoint === 0) return null;
  const most = Math.max(...points.map((point) => point.items + point.serviceItems));
  if (most === 0) return null;
  const top = roundUp(most);
  const step = (box.right - box.left) / points.length;
  const tall = (items: number) => (items / top) * (box.bottom - box.top);
  const from = Date.parse(first.at);
  const to = Date.parse(last.at) + secondsPerPoint * 1000;
  const at = (part: number) => from + (to - from) * part;
  return {
    bars: points.map((point, index) => {
      const height = tall(point.items);
      const serviceHeight = tall(point.serviceItems);
      return {
        x: box.left + index * step,
        width: Math.max(0.5, step - (step > 4 ? 1 : 0)),
        y: box.bottom - height,
        height,
        serviceY: box.bottom - height - serviceHeight,
        serviceHeight,
      };
    }),
    ticks: [
      { x: box.left, at: at(0), anchor: 'start' },
      { x: (box.left + box.right) / 2, at: at(0.5), anchor: 'middle' },
      { x: box.right, at: at(1), anchor: 'end' },
    ],
    top,
    most,
    from,
    to,
  };
}

const fills: Record<string, string> = {
  Completed: 'grn',
  CompletedWithWarnings: 'grn',
  Synced: 'brd',
  Converting: 'brd',
  Queued: 'gry',
  Stopped: 'stp',
  Failed: 'red',
};
/** How a state's part of the bar is filled. */
export const fillOf = (status: string) => fills[status] ?? 'amb';
