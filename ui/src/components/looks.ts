// The shape and colour of a severity: one for each, so that colour never speaks alone.
import type { IconName } from './icons';

interface Look {
  icon: IconName;
  /** Class of a status word. */
  tone: string;
  /** Class of the icon inside a filter pill. */
  pill: string;
}

const looks: Record<string, Look> = {
  Fail: { icon: 'fail', tone: 'fail', pill: 'f' },
  Warn: { icon: 'warn', tone: 'warn', pill: 'w' },
  Waiting: { icon: 'wait', tone: 'wait', pill: '' },
  NotRun: { icon: 'none', tone: 'none', pill: '' },
  Pass: { icon: 'ok', tone: 'ok', pill: 'o' },
};

/** A severity that is not known looks like one that did not run: never green. */
export function severityLook(severity: string): Look {
  return looks[severity] ?? { icon: 'none', tone: 'none', pill: '' };
}
