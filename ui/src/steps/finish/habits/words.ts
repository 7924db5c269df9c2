// Words for rights and habits (`stegvis-api`: dto/habits). A kind of a later version is shown as it is.
import { m } from '../../../paraglide/messages.js';
import type { HabitKindView, HabitTaskView } from '../../../platform/types';

interface Words {
  name: () => string;
  task: (values: { who: string; detail: string }) => string;
  /** Where nobody could read it: the owner is asked. */
  ask: () => string;
}
const kinds: Record<HabitKindView, Words> = {
  FullAccess: { name: m.habit_FullAccess, task: m.habit_FullAccess_task, ask: m.habit_FullAccess_ask },
  SendAs: { name: m.habit_SendAs, task: m.habit_SendAs_task, ask: m.habit_SendAs_ask },
  SendOnBehalf: { name: m.habit_SendOnBehalf, task: m.habit_SendOnBehalf_task, ask: m.habit_SendOnBehalf_ask },
  Forwarding: { name: m.habit_Forwarding, task: m.habit_Forwarding_task, ask: m.habit_Forwarding_ask },
  InboxRule: { name: m.habit_InboxRule, task: m.habit_InboxRule_task, ask: m.habit_InboxRule_ask },
  AutomaticReply: { name: m.habit_AutomaticReply, task: m.habit_AutomaticReply_task, ask: m.habit_AutomaticReply_ask },
};
export const habitCodes = Object.keys(kinds);
export const habitWord = (kind: string) => kinds[kind as HabitKindView]?.name() ?? kind;

const details: Record<string, () => string> = { keepsCopy: m.habit_detail_keepsCopy, forwards: m.habit_detail_forwards };
/** What a code of a habit says; anything else is what somebody wrote. */
export const habitDetail = (detail: string) => (Object.hasOwn(details, detail) ? (details[detail]?.() ?? detail) : detail);

export function taskWords(task: HabitTaskView): string {
  const words = kinds[task.kind];
  if (!words) return task.kind;
  return task.who === null ? words.ask() : words.task({ who: task.who, detail: habitDetail(task.detail ?? '') });
}
