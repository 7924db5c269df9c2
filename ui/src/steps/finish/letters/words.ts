// Words for letters (`stegvis-api`: dto/letters). A code of a later version is shown as it is.
import type { IconName } from '../../../components/icons';
import { count, shortDate } from '../../../i18n/format';
import { m } from '../../../paraglide/messages.js';
import type { LetterSending, LetterState, LetterWay, RedoItem, RedoKind } from '../../../platform/types';
import { habitDetail } from '../habits/words';

const letters: Record<string, { name: () => string; when: () => string }> = {
  notice: { name: m.letter_notice, when: m.letter_notice_when },
  reminder: { name: m.letter_reminder, when: m.letter_reminder_when },
  ready: { name: m.letter_ready, when: m.letter_ready_when },
  phone: { name: m.letter_phone, when: m.letter_phone_when },
};
export const letterCodes = Object.keys(letters);
export const letterName = (letter: string) => letters[letter]?.name() ?? letter;
export const letterWhen = (letter: string) => letters[letter]?.when() ?? '';

const ways: Record<LetterWay, () => string> = { Graph: m.letter_way_Graph, Smtp: m.letter_way_Smtp };
export const wayWord = (way: string) => ways[way as LetterWay]?.() ?? way;

interface Look {
  icon: IconName;
  tone: string;
  word: () => string;
}
const sendings: Record<LetterSending, Look> = {
  Waiting: { icon: 'none', tone: 'none', word: m.letter_state_Waiting },
  Sending: { icon: 'run', tone: 'run', word: m.letter_state_Sending },
  Sent: { icon: 'ok', tone: 'ok', word: m.letter_state_Sent },
  Failed: { icon: 'fail', tone: 'fail', word: m.letter_state_Failed },
  Unknown: { icon: 'warn', tone: 'warn', word: m.letter_state_Unknown },
};
export const sendingCodes = Object.keys(sendings);
export const sendingLook = (state: string): Look => sendings[state as LetterSending] ?? { icon: 'none', tone: 'none', word: () => state };

/** How far a letter is, for its row. */
export function letterLook(letter: LetterState): { icon: IconName; tone: string } {
  if (letter.failed > 0) return { icon: 'fail', tone: 'fail' };
  if (letter.unknown > 0) return { icon: 'warn', tone: 'warn' };
  if (letter.sent === 0) return { icon: 'none', tone: 'none' };
  return letter.sent === letter.total ? { icon: 'ok', tone: 'ok' } : { icon: 'run', tone: 'run' };
}

/** The letter whose turn it is: the first that not everybody has. */
export function nextLetter(all: readonly LetterState[]): LetterState | undefined {
  return all.find((one) => one.sent < one.total) ?? all.at(-1);
}

const redos: Record<RedoKind, (item: { value: string; folder: string; date: string; megabytes: string }) => string> = {
  OutlookProfile: () => m.redo_OutlookProfile(),
  Phone: () => m.redo_Phone(),
  Signature: () => m.redo_Signature(),
  AutomaticReply: ({ value }) => (value ? m.redo_AutomaticReply_words({ value }) : m.redo_AutomaticReply()),
  Rule: ({ value }) => (value ? m.redo_Rule({ value }) : m.redo_Rules()),
  Delegate: ({ value }) => (value ? m.redo_Delegate({ value }) : m.redo_Delegates()),
  Forwarding: ({ value }) => (value ? m.redo_Forwarding({ value }) : m.redo_Forwardings()),
  LeftBehind: m.redo_LeftBehind,
};
export const redoCodes = Object.keys(redos);
export function redoWords(item: RedoItem): string {
  const values = {
    value: (item.value ?? '').split(', ').map(habitDetail).join(', '),
    folder: item.folder ?? '–',
    date: item.date ? shortDate(item.date) : '–',
    megabytes: item.megabytes === null ? '–' : count(item.megabytes),
  };
  return redos[item.kind]?.(values) ?? item.kind;
}
