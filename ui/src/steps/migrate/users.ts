// What a mailbox's migration looks like: its place in the table, its shape, and what comes next.
import type { IconName } from '../../components/icons';
import { clock, count } from '../../i18n/format';
import { statusWord } from '../../i18n/words';
import { m } from '../../paraglide/messages.js';
import type { MigrationUserView } from '../../platform/types';

export type Group = 'synced' | 'moving' | 'throttled' | 'queued' | 'stopped' | 'needs';

const groups: Record<string, Group> = {
  Queued: 'queued',
  Validating: 'moving',
  Provisioning: 'moving',
  Forwarding: 'moving',
  Syncing: 'moving',
  Synced: 'synced',
  IncrementalSyncing: 'moving',
  Converting: 'moving',
  Completed: 'synced',
  CompletedWithWarnings: 'synced',
  Failed: 'needs',
  Stopped: 'stopped',
};

export function throttled(user: MigrationUserView, now: number): boolean {
  return user.throttledUntil !== null && Date.parse(user.throttledUntil) > now && groups[user.status] === 'moving';
}

export function groupOf(user: MigrationUserView, now: number): Group {
  return throttled(user, now) ? 'throttled' : (groups[user.status] ?? 'queued');
}

/** Red rows, then amber, then the rest as the core orders them within these ranks. Rates and progress never move a row. */
const ranks: Record<Group, number> = { needs: 0, throttled: 1, stopped: 2, moving: 3, synced: 4, queued: 5 };
const later: Record<string, number> = { Syncing: 0, IncrementalSyncing: 0, Converting: 0, Forwarding: 1, Provisioning: 2, Validating: 3 };

export function inOrder(users: readonly MigrationUserView[], now: number): MigrationUserView[] {
  const rank = (user: MigrationUserView) => ranks[groupOf(user, now)] * 10 + (later[user.status] ?? 0);
  return [...users].sort((a, b) => rank(a) - rank(b));
}

interface Look {
  icon: IconName;
  tone: string;
  word: string;
  /** Only an exception is a chip. */
  chip: boolean;
  row: '' | 'red' | 'amb';
  bar: '' | 'red' | 'amb' | 'grn';
}

const icons: Record<Group, IconName> = {
  synced: 'ok',
  moving: 'run',
  throttled: 'pause',
  queued: 'queue',
  stopped: 'stop',
  needs: 'fail',
};

export function lookOf(user: MigrationUserView, now: number): Look {
  const group = groupOf(user, now);
  const word = statusWord(user.status);
  switch (group) {
    case 'needs':
      return { icon: icons[group], tone: 'fail', word, chip: true, row: 'red', bar: 'red' };
    case 'throttled':
      return { icon: icons[group], tone: 'pause', word: m.status_throttled(), chip: true, row: 'amb', bar: 'amb' };
    case 'stopped':
      return { icon: icons[group], tone: 'stopped', word, chip: false, row: '', bar: '' };
    case 'moving':
      return user.status === 'Forwarding'
        ? { icon: 'fwd', tone: 'fwd', word, chip: false, row: '', bar: '' }
        : { icon: icons[group], tone: 'run', word, chip: false, row: '', bar: '' };
    case 'synced':
      return { icon: icons[group], tone: 'ok', word, chip: false, row: '', bar: 'grn' };
    case 'queued':
      return { icon: icons[group], tone: 'queue', word, chip: false, row: '', bar: '' };
  }
}

export function share(user: MigrationUserView): number {
  if (user.itemsTotal === 0) return groups[user.status] === 'synced' ? 1 : 0;
  return Math.min(1, user.itemsDone / user.itemsTotal);
}

/** What happens next, in words; what needs a press is told apart by the caller. */
export function nextOf(user: MigrationUserView, now: number): string {
  if (throttled(user, now)) return m.next_continues({ time: clock(user.throttledUntil ?? now) });
  switch (user.status) {
    case 'Queued':
      return m.next_waits();
    case 'Validating':
      return m.next_checks();
    case 'Provisioning':
      return m.next_gets_mailbox();
    case 'Forwarding':
      return m.next_copies();
    case 'Syncing':
    case 'IncrementalSyncing':
      return user.expectedAt ? m.next_done_about({ time: clock(user.expectedAt) }) : m.next_copying();
    case 'Synced':
      return user.itemsSkipped > 0
        ? m.next_skipped({ n: user.itemsSkipped, count: count(user.itemsSkipped) })
        : m.next_convert();
    case 'Stopped':
      return m.next_resume();
    case 'Failed':
      return m.next_see_fix();
    default:
      return '–';
  }
}
