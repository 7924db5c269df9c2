// A small list doctor: enough of the real one's judgement for the pretend platform's lists to behave.
import type { ListFindingView } from '../types';

const UNSEEN = /[\p{Cc}\u00a0\u00ad\u200b-\u200f\u2060\ufeff]/gu;
const TWICE: Record<string, string> = { '\u00c3\u00a5': 'å', '\u00c3\u00a4': 'ä', '\u00c3\u00b6': 'ö' };

const repairs: [string, (text: string) => string][] = [
  ['double-encoded', (text) => text.replace(/\u00c3[\u00a4\u00a5\u00b6]/g, (pair) => TWICE[pair] ?? pair)],
  ['invisible-characters', (text) => text.replace(UNSEEN, '')],
  ['outer-spaces', (text) => text.trim()],
  ['smart-punctuation', (text) => text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/[–—]/g, '-')],
  ['display-name', (text) => /^[^<]*\S[^<]*<([^>]*)>$/.exec(text)?.[1]?.trim() ?? text],
  ['enclosed', (text) => /^[<("']([^>)"']*)[>)"']$/.exec(text)?.[1] ?? text],
  ['hyperlink', (text) => /^=HYPERLINK\("([^"]*)"/i.exec(text)?.[1] ?? text],
  ['mailto', (text) => text.replace(/^mailto:/i, '').replace(/\?.*$/, '')],
  ['smtp-prefix', (text) => text.replace(/^smtp:/i, '')],
];

export interface Diagnosis {
  /** The address as far as it could be mended. */
  text: string;
  findings: ListFindingView[];
}

/** What a cell becomes, and why. */
export function diagnose(cell: string): Diagnosis {
  const findings: ListFindingView[] = [];
  const note = (code: string, was: string, becomes: string | null) =>
    findings.push({ code, column: 'EmailAddress', was, becomes, takenBack: false });
  if (/^=(?!HYPERLINK)/i.test(cell)) note('formula', cell, null);
  else if (cell.startsWith('#')) note('error-value', cell, null);
  if (findings.length > 0) return { text: '', findings };
  let text = cell;
  for (const [code, repair] of repairs) {
    const becomes = repair(text);
    if (becomes !== text) note(code, text, becomes);
    text = becomes;
  }
  const refusal = refused(text);
  if (refusal) note(refusal, text, null);
  return { text, findings };
}

/** Why a text is no address; nothing when it is one. */
export function refused(text: string): string | null {
  if (text === '') return 'no-address';
  const [local = '', domain = '', more] = text.split('@');
  if (domain !== '' && more === undefined && /[^\u0000-\u007f]/.test(local)) return 'non-ascii-local-part';
  const whole = more === undefined && /^[\w.'+-]+$/.test(local) && /^[\w-]+(\.[\w-]+)+$/.test(domain);
  return whole ? null : 'not-an-address';
}
