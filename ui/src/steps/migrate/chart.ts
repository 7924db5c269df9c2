// The geometry of the throughput chart: one series, from zero, with round ticks.
import type { ThroughputPoint, ThrottledSpan } from '../../platform/types';

export const box = { width: 372, height: 78, left: 36, right: 366, top: 8, bottom: 61 } as const;

/** A round number at or above `value` whose half is as round. */
export function roundUp(value: number): number {
  if (value <= 0) return 10;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10;
  return Math.max(2, step * power);
}

const MINUTE = 60_000;
const steps = [5_000, 10_000, 15_000, 30_000, ...[1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440].map((n) => n * MINUTE)];

/** At most five moments at round clock times. */
export function ticks(from: number, to: number): { at: number[]; seconds: boolean } {
  const step = steps.find((step) => (to - from) / step <= 5) ?? steps.at(-1)!;
  const at: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to && at.length < 6; tick += step) at.push(tick);
  return { at, seconds: step < MINUTE };
}

export interface Chart {
  line: string;
  area: string;
  last: { x: number; y: number };
  top: number;
  bands: { x: number; width: number; from: number; to: number }[];
  ticks: { x: number; at: number }[];
  seconds: boolean;
  from: number;
  to: number;
  /** Megabytes a minute, now. */
  now: number;
}

/** Null until there is a line to draw. `top` never falls during a run: pass the last one. */
export function chart(points: readonly ThroughputPoint[], throttled: readonly ThrottledSpan[], lastTop: number): Chart | null {
  const series = points.map((point) => ({ at: Date.parse(point.at), value: point.bytesPerMinute / 1e6 }));
  const [first, last] = [series[0], series.at(-1)];
  if (!first || !last || last.at <= first.at) return null;
  const span = last.at - first.at;
  const x = (at: number) => box.left + ((Math.min(Math.max(at, first.at), last.at) - first.at) / span) * (box.right - box.left);
  const top = Math.max(lastTop, roundUp(Math.max(...series.map(({ value }) => value))));
  const y = (value: number) => box.bottom - (value / top) * (box.bottom - box.top);
  const path = series.map(({ at, value }) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`);
  const line = `M${path.join('L')}`;
  const bands = throttled
    .map(({ from, to }) => ({ from: Date.parse(from), to: to === null ? last.at : Date.parse(to) }))
    .filter(({ from, to }) => to > first.at && from < last.at)
    .map(({ from, to }) => ({ x: x(from), width: Math.max(1, x(to) - x(from)), from, to }));
  const marks = ticks(first.at, last.at);
  return {
    line,
    area: `${line}L${box.right} ${box.bottom}L${box.left} ${box.bottom}Z`,
    last: { x: x(last.at), y: y(last.value) },
    top,
    bands,
    ticks: marks.at.map((at) => ({ x: x(at), at })).filter(({ x }) => x > box.left + 12 && x < box.right - 10),
    seconds: marks.seconds,
    from: first.at,
    to: last.at,
    now: last.value,
  };
}
