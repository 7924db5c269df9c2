// Words for licences (`stegvis-api`: dto/licences). A code of a later version is shown as it is.
import type { IconName } from '../../../components/icons';
import { count, words } from '../../../i18n/format';
import { locale } from '../../../i18n/locale.svelte';
import { m } from '../../../paraglide/messages.js';
import type { LicenceAlarm, LicencePlanKind, LicenceRefusal } from '../../../platform/types';

interface Look {
  icon: IconName;
  tone: string;
}
const alarms: Record<LicenceAlarm, Look> = {
  Over: { icon: 'fail', tone: 'fail' },
  Three: { icon: 'fail', tone: 'fail' },
  Seven: { icon: 'warn', tone: 'warn' },
  Fourteen: { icon: 'warn', tone: 'warn' },
  None: { icon: 'none', tone: 'none' },
};
export const alarmLook = (alarm: string): Look => alarms[alarm as LicenceAlarm] ?? alarms.None;

/** A number of days in running text, with its noun; and in figures. */
export const daysText = (days: number) => m.licence_days({ n: days, count: words(days) });
export const daysCount = (days: number) => m.licence_days({ n: days, count: count(days) });

export function daysWord(days: number | null): string {
  if (days === null) return m.licence_days_unknown();
  return days === 0 ? m.licence_days_over() : daysCount(days);
}

const plans: Record<LicencePlanKind, () => string> = { Kiosk: m.licence_plan_Kiosk, Full: m.licence_plan_Full };
export const planWord = (plan: string) => plans[plan as LicencePlanKind]?.() ?? plan;

const refusals: Record<LicenceRefusal, { cause: () => string; remedy: () => string }> = {
  NoneFree: { cause: m.licence_refused_NoneFree, remedy: m.licence_refused_NoneFree_do },
  NoLocation: { cause: m.licence_refused_NoLocation, remedy: m.licence_refused_NoLocation_do },
  Prohibited: { cause: m.licence_refused_Prohibited, remedy: m.licence_refused_Prohibited_do },
  Conflict: { cause: m.licence_refused_Conflict, remedy: m.licence_refused_Conflict_do },
  NoUser: { cause: m.licence_refused_NoUser, remedy: m.licence_refused_NoUser_do },
  NotAllowed: { cause: m.licence_refused_NotAllowed, remedy: m.licence_refused_NotAllowed_do },
  Other: { cause: m.licence_refused_Other, remedy: m.licence_refused_Other_do },
};
export const refusalCodes = Object.keys(refusals);
export function refusalWords(cause: string): { cause: string; remedy: string } {
  const words = refusals[cause as LicenceRefusal] ?? refusals.Other;
  return { cause: words.cause(), remedy: words.remedy() };
}

/** Microsoft's words for what keeps a group from giving a licence. */
const groups: Record<string, () => string> = {
  CountViolation: m.licence_group_CountViolation,
  ProhibitedInUsageLocationViolation: m.licence_group_Prohibited,
  MutuallyExclusiveViolation: m.licence_group_Exclusive,
  DependencyViolation: m.licence_group_Dependency,
};
export const groupWord = (error: string) => groups[error]?.() ?? m.licence_group_other({ code: error });

/** A country by its name in the reader's language. */
export function countryName(code: string): string {
  try {
    return new Intl.DisplayNames([locale()], { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}
