// Words for the codes of a list: what was found in a row, what the next undo takes back, how a file is written.
import { count, list } from '../../../i18n/format';
import { m } from '../../../paraglide/messages.js';
import type { ListFindingView, ListNote, ListRowView } from '../../../platform/types';

type Words = Record<string, () => string>;

/** A code of `stegvis-lists`; a test reads them from there. */
export const findingWords: Words = {
  'invisible-characters': m.mailboxes_finding_invisible_characters,
  'outer-spaces': m.mailboxes_finding_outer_spaces,
  'smart-punctuation': m.mailboxes_finding_smart_punctuation,
  mailto: m.mailboxes_finding_mailto,
  'smtp-prefix': m.mailboxes_finding_smtp_prefix,
  'display-name': m.mailboxes_finding_display_name,
  enclosed: m.mailboxes_finding_enclosed,
  hyperlink: m.mailboxes_finding_hyperlink,
  'double-encoded': m.mailboxes_finding_double_encoded,
  'localised-boolean': m.mailboxes_finding_localised_boolean,
  'hidden-row': m.mailboxes_finding_hidden_row,
  'short-row': m.mailboxes_finding_short_row,
  'password-smart-punctuation': m.mailboxes_finding_password_smart_punctuation,
  'password-invisible-characters': m.mailboxes_finding_password_invisible_characters,
  'password-outer-spaces': m.mailboxes_finding_password_outer_spaces,
  'too-many-cells': m.mailboxes_finding_too_many_cells,
  'no-address': m.mailboxes_finding_no_address,
  'not-an-address': m.mailboxes_finding_not_an_address,
  'non-ascii-local-part': m.mailboxes_finding_non_ascii_local_part,
  edited: m.mailboxes_finding_edited,
  'alias-address': m.mailboxes_finding_alias_address,
  'federated-domain': m.mailboxes_finding_federated_domain,
  'unknown-address': m.mailboxes_finding_unknown_address,
  duplicate: () => m.mailboxes_finding_duplicate({ row: '–' }),
  formula: m.mailboxes_finding_formula,
  'error-value': m.mailboxes_finding_error_value,
  'not-a-boolean': m.mailboxes_finding_not_a_boolean,
};

/** What was found, in a few words. A code of a later version is shown by its name. */
export function findingWord(finding: ListFindingView): string {
  if (finding.code === 'duplicate') return m.mailboxes_finding_duplicate({ row: /\d+/.exec(finding.becomes ?? '')?.[0] ?? '–' });
  return findingWords[finding.code]?.() ?? m.mailboxes_finding_other({ code: finding.code });
}

/** Codes that stop their row until a person decides; a row that goes with another is not stopped. */
export const stopping: ReadonlySet<string> = new Set([
  'too-many-cells',
  'no-address',
  'not-an-address',
  'non-ascii-local-part',
  'unknown-address',
  'formula',
  'error-value',
  'not-a-boolean',
]);
const stops = (finding: ListFindingView) => stopping.has(finding.code);

/** Codes that are worth a word and change nothing. */
export const quiet: ReadonlySet<string> = new Set([
  'hidden-row',
  'password-smart-punctuation',
  'password-invisible-characters',
  'password-outer-spaces',
]);

/** Whether the person decides about a row: it can go as it is nowhere, and is not the second of two. */
export const decides = (row: ListRowView) => row.status === 'rejected' && !row.leftOut && row.findings.some(stops);

/** Whether a row goes with another one of the same mailbox. */
export const merged = (row: ListRowView) => row.findings.some((finding) => finding.code === 'duplicate') && !row.findings.some(stops);

/** What was found in a row, the gravest first. */
export function findingsOf(row: ListRowView): ListFindingView[] {
  const grave = (finding: ListFindingView) => (finding.code === 'duplicate' || stops(finding) ? 0 : quiet.has(finding.code) ? 2 : 1);
  return [...row.findings].sort((a, b) => grave(a) - grave(b));
}

/** The findings of a row in full: also what stood in cells that the table does not show. */
export function findingsInFull(row: ListRowView): string {
  const lines = findingsOf(row).map((finding) => {
    const word = findingWord(finding);
    if (finding.column === null || finding.column === 'EmailAddress' || finding.column === 'Password') return word;
    const { column, was, becomes } = finding;
    const cell = becomes === null ? m.mailboxes_list_found({ column, was }) : m.mailboxes_list_changed({ column, was, becomes });
    return `${word} (${cell})`;
  });
  if (row.suggestion) lines.push(m.mailboxes_list_suggestion({ address: row.suggestion }));
  if (lines.length === 0) lines.push(m.mailboxes_list_right());
  return [...new Set(lines)].join('; ');
}

const undos: Words = {
  Address: m.mailboxes_list_undo_Address,
  UseSuggestion: m.mailboxes_list_undo_UseSuggestion,
  TakeBack: m.mailboxes_list_undo_TakeBack,
  LeaveOut: m.mailboxes_list_undo_LeaveOut,
  Batch: m.mailboxes_list_undo_Batch,
  Columns: m.mailboxes_list_undo_Columns,
  Sheet: m.mailboxes_list_undo_Sheet,
  SuggestPilot: m.mailboxes_list_undo_SuggestPilot,
  Replaced: m.mailboxes_list_undo_Replaced,
};
export const undoCodes = Object.keys(undos);
export const undoWord = (code: string) => undos[code]?.() ?? m.mailboxes_list_undo_other();

const notes: Record<string, (note: ListNote) => string> = {
  HiddenRows: (note) => m.mailboxes_list_note_HiddenRows({ n: note.count, count: count(note.count) }),
  HiddenSheets: (note) => m.mailboxes_list_note_HiddenSheets({ names: list(note.names) }),
  OtherSheets: (note) => m.mailboxes_list_note_OtherSheets({ names: list(note.names) }),
  FederatedDomain: (note) => m.mailboxes_list_note_FederatedDomain({ names: list(note.names) }),
  DirectoryNotRead: () => m.mailboxes_list_note_DirectoryNotRead(),
  DomainsNotRead: () => m.mailboxes_list_note_DomainsNotRead(),
  PasswordColumn: (note) => m.mailboxes_list_note_PasswordColumn({ n: note.count, count: count(note.count) }),
};
export const noteCodes = Object.keys(notes);
/** What changes what is moved comes first. */
const noteOrder = ['HiddenRows', 'FederatedDomain', 'DirectoryNotRead', 'DomainsNotRead', 'PasswordColumn', 'HiddenSheets', 'OtherSheets'];
export const notesInOrder = (all: readonly ListNote[]) =>
  [...all].sort((a, b) => (noteOrder.indexOf(a.code) + 1 || 99) - (noteOrder.indexOf(b.code) + 1 || 99));
export const noteWords = (note: ListNote) => notes[note.code]?.(note) ?? m.mailboxes_finding_other({ code: note.code });

/** Names that people know from Excel and from Microsoft; they are the same in every language. */
const encodings: Record<string, string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
  'windows-1252': 'Windows-1252',
  macintosh: 'Mac Roman',
};
export const encodingName = (name: string) => encodings[name] ?? name;

const delimiters: Words = {
  ',': m.mailboxes_list_comma,
  ';': m.mailboxes_list_semicolon,
  '\t': m.mailboxes_list_tab,
  '|': m.mailboxes_list_bar,
};
export const delimiterWord = (delimiter: string) => delimiters[delimiter]?.() ?? delimiter;

export const PILOT = 'Pilot';

/** The name of a batch that is not there yet. */
export function nextBatch(names: readonly string[]): string {
  const numbers = names.map((name) => Number(/^Batch (\d+)$/.exec(name)?.[1] ?? 1));
  return `Batch ${Math.max(1, ...numbers) + 1}`;
}
