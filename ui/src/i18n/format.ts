// Numbers, sizes and times as people of each language write them. Everything goes through `Intl`.
import { m } from '../paraglide/messages.js';
import { locale } from './locale.svelte';

const tags = { en: 'en-GB', sv: 'sv-SE' } as const;
const tag = () => tags[locale()];

const numbers = new Map<string, Intl.NumberFormat>();
function numberFormat(digits: number): Intl.NumberFormat {
  const key = `${tag()}/${digits}`;
  let format = numbers.get(key);
  if (!format) {
    format = new Intl.NumberFormat(tag(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
    numbers.set(key, format);
  }
  return format;
}

export function count(value: number): string {
  return numberFormat(0).format(value);
}

/** Counts up to twelve in words, as running text wants them; figures above. */
export function words(value: number): string {
  const names = m.number_words().split(' ');
  return names[value] ?? count(value);
}

export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase(tag()) + text.slice(1);
}

/** Megabytes without a unit, for columns whose head carries it. */
export function megabytes(bytes: number): string {
  const value = bytes / 1_000_000;
  return numberFormat(value > 0 && value < 10 ? 1 : 0).format(value);
}

/** A size with the unit that suits it. */
export function size(bytes: number): string {
  const [value, unit] =
    bytes >= 1e9 ? [bytes / 1e9, 'GB'] : bytes >= 1e6 ? [bytes / 1e6, 'MB'] : bytes >= 1e3 ? [bytes / 1e3, 'kB'] : [bytes, 'B'];
  return `${numberFormat(unit === 'GB' || (unit === 'MB' && value < 10) ? 1 : 0).format(value)}\u00a0${unit}`;
}

export function clock(at: string | number): string {
  return new Intl.DateTimeFormat(tag(), { hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at));
}

export function clockWithSeconds(at: string | number): string {
  return new Intl.DateTimeFormat(tag(), {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(new Date(at));
}

export function date(at: string | number): string {
  return new Intl.DateTimeFormat(tag(), { day: 'numeric', month: 'long', year: 'numeric' }).format(new Date(at));
}

/** A day of the months around now: without its year. */
export function day(at: string | number): string {
  return new Intl.DateTimeFormat(tag(), { day: 'numeric', month: 'long' }).format(new Date(at));
}

export function shortDate(at: string | number): string {
  return new Intl.DateTimeFormat(tag(), { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(at));
}

/** "today at 09:14", or the date and the time. */
export function moment(at: string, now: number): string {
  const when = new Date(at);
  const today = new Date(now);
  return when.toDateString() === today.toDateString()
    ? m.time_today_at({ time: clock(at) })
    : m.time_date_at({ date: shortDate(at), time: clock(at) });
}

/** "3 s ago", "12 min ago", "2 h ago", then the date. */
export function ago(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (seconds < 90) return m.time_seconds_ago({ count: count(seconds) });
  if (seconds < 5400) return m.time_minutes_ago({ count: count(Math.round(seconds / 60)) });
  if (seconds < 86_400) return m.time_hours_ago({ count: count(Math.round(seconds / 3600)) });
  return moment(at, now);
}

/** Two clock times as a range; one when they agree. */
export function clockRange(from: string, to: string): string {
  const [a, b] = [clock(from), clock(to)];
  return a === b ? a : `${a}–${b}`;
}

export function dateRange(from: string, to: string): string {
  const format = new Intl.DateTimeFormat(tag(), { day: 'numeric', month: 'long', year: 'numeric' });
  return format.formatRange(new Date(from), new Date(to));
}

export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return m.time_seconds({ count: count(seconds) });
  if (seconds < 7200) return m.time_minutes({ count: count(Math.round(seconds / 60)) });
  return m.time_hours({ count: count(Math.round(seconds / 3600)) });
}

/** Names as a sentence lists them. */
export function list(names: readonly string[]): string {
  return new Intl.ListFormat(tag(), { style: 'long', type: 'conjunction' }).format(names);
}

export function compare(a: string, b: string): number {
  return a.localeCompare(b, tag());
}
