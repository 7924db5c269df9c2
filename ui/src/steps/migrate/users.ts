// What a mailbox's migration looks like: its place in the table, its shape, and what comes next.
import type { IconName } from '../../components/icons';
import { clock, count } from '../../i18n/format';
import { statusWord } from '../../i18n/words';
import { m } from '../../paraglide/messages.js';
import type { MigrationUserView } from '../../platform/types';

export type Group = 'synced' | 'moving' | 'throttled' | 'stalled' | 'queued' | 'stopped' | 'needs';

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

/** The service says that something holds the mailbox up. */
export function stalled(user: MigrationUserView): boolean {
  return user.stalled && groups[user.status] === 'moving';
}

export function groupOf(user: MigrationUserView, now: number): Group {
  if (throttled(user, now)) return 'throttled';
  return stalled(user) ? 'stalled' : (groups[user.status] ?? 'queued');
}

/** Words of the service that ours say as well. */
const same: Record<string, readonly string[]> = {
  Queued: ['Queued'],
  Validating: ['Validating'],
  Provisioning: ['Provisioning'],
  Forwarding: ['Provisioning'],
  Syncing: ['Syncing'],
  Synced: ['Synced'],
  Converting: ['Synced'],
  Completed: ['Synced', 'Completed'],
  CompletedWithWarnings: ['Synced', 'CompletedWithWarnings'],
  Failed: ['Failed'],
  Stopped: ['Stopped'],
};

/** The service's own word, where ours says less. */
export function cloudWord(user: MigrationUserView): string | null {
  return user.cloudStatus === null || same[user.status]?.includes(user.cloudStatus) ? null : user.cloudStatus;
}

/** Red rows, then amber, then the rest as the core orders them within these ranks. Rates and progress never move a row. */
const ranks: Record<Group, number> = { needs: 0, stalled: 1, throttled: 2, stopped: 3, moving: 4, synced: 5, queued: 6 };
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
  stalled: 'wait',
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
    case 'stalled':
      return { icon: icons[group], tone: 'warn', word: m.status_stalled(), chip: true, row: 'amb', bar: 'amb' };
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
  if (stalled(user)) return m.next_held_up();
  const word = cloudWord(user);
  if (word !== null) return m.next_service({ word });
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
