// A list from Excel in memory: opened, asked for row by row, edited, undone and written as the core would.
import type {
  ListBatch,
  ListCounts,
  ListDrop,
  ListEdit,
  ListFindingView,
  ListPage,
  ListQuery,
  ListRowView,
  ListView,
} from '../types';
import { company, people } from './company';
import { diagnose, refused } from './doctor';

export const listSizes = ['small', 'sheet', 5000, 50_000] as const;
export type ListSize = (typeof listSizes)[number];

interface Row {
  row: number;
  name: string;
  /** The cell of the address, as it was read. */
  cell: string;
  /** What a person wrote over it. */
  written: string | null;
  /** What was found outside that cell. */
  others: ListFindingView[];
  suggestion: string | null;
  password: boolean;
  force: boolean | null;
  kind: string | null;
  leftOut: boolean;
  takenBack: boolean;
  batch: string | null;
}

type Change = { code: string; before: Row[]; columns: ListView['columns']; sheet: string | null };

const PILOT = 'Pilot';
const REJECTED = new Set(['too-many-cells', 'no-address', 'not-an-address', 'non-ascii-local-part', 'duplicate', 'formula', 'error-value', 'not-a-boolean']);
const KEPT = new Set(['password-smart-punctuation', 'password-invisible-characters', 'password-outer-spaces']);
const MASK = '••••••••';

export class FakeList {
  #rows: Row[];
  #columns: ListView['columns'];
  #sheet: string | null;
  #workbook: boolean;
  #file: string;
  #bytes: number;
  #history: Change[] = [];
  #turn = 0;
  /** What every row is, as of the last edit. */
  #views: ListRowView[] = [];
  #order: { question: string; places: number[] } | null = null;

  constructor(size: ListSize) {
    this.#workbook = size === 'sheet';
    this.#rows = typeof size === 'number' ? many(size) : few();
    this.#file = size === 'sheet' ? 'Användare flytt nov.xlsx' : 'Användare flytt nov.csv';
    this.#sheet = this.#workbook ? 'Flytt' : null;
    this.#bytes = this.#rows.reduce((sum, row) => sum + row.cell.length + 24, 96);
    this.#columns = ['Namn', 'E-post', 'Lösenord', 'Byt lösenord'].map((source, index) => ({
      index,
      source,
      means: [null, 'EmailAddress', 'Password', 'ForceChangePassword'][index] ?? null,
    }));
    this.#look();
  }

  view(): ListView {
    const counts = this.#counts();
    return {
      file: this.#file,
      size: this.#bytes,
      savedAt: '2026-11-18T13:20:00Z',
      kind: this.#workbook ? 'xlsx' : 'csv',
      encoding: this.#workbook ? null : 'windows-1252',
      delimiter: this.#workbook ? null : ';',
      sheet: this.#sheet,
      sheets: this.#workbook
        ? [
            { name: 'Flytt', hidden: false },
            { name: 'Gamla', hidden: false },
            { name: 'Listor', hidden: true },
          ]
        : [],
      columns: this.#columns,
      mappingRemembered: this.#workbook,
      notes: this.#workbook
        ? [
            { code: 'HiddenRows', count: 4, names: [] },
            { code: 'HiddenSheets', count: 1, names: ['Listor'] },
            { code: 'OtherSheets', count: 1, names: ['Gamla'] },
            { code: 'FederatedDomain', count: 3, names: [company.domain] },
            { code: 'PasswordColumn', count: 2, names: [] },
          ]
        : this.#rows.some((row) => row.password)
          ? [{ code: 'PasswordColumn', count: this.#rows.filter((row) => row.password).length, names: [] }]
          : [],
      counts,
      batches: this.#batches(),
      undo: this.#history.at(-1)?.code ?? null,
      files: this.#files().map(({ name, rows }) => ({ name, rows: rows.length, bytes: new TextEncoder().encode(this.#text(rows)).length })),
    };
  }

  rows(query: ListQuery): ListPage {
    const { from, many: wanted, ...rest } = query;
    const question = JSON.stringify(rest);
    if (this.#order?.question !== question) this.#order = { question, places: this.#places(query) };
    const { places } = this.#order;
    return {
      total: places.length,
      from,
      rows: places.slice(from, from + wanted).map((place) => structuredClone(this.#views[place]!)),
    };
  }

  edit(edit: ListEdit): void {
    const last = this.#history.at(-1);
    switch (edit.edit) {
      case 'Undo':
        if (!last) return;
        this.#history.pop();
        for (const row of last.before) this.#rows[this.#rows.findIndex((one) => one.row === row.row)] = row;
        this.#columns = last.columns;
        this.#sheet = last.sheet;
        break;
      case 'Address':
        this.#change('Address', [edit.row], (row) => ({ ...row, written: edit.text, takenBack: false }));
        break;
      case 'UseSuggestion':
        this.#change('UseSuggestion', [edit.row], (row) => ({ ...row, written: row.suggestion }));
        break;
      case 'TakeBack':
        this.#change('TakeBack', [edit.row], (row) => ({ ...row, takenBack: edit.back }));
        break;
      case 'LeaveOut':
        this.#change('LeaveOut', edit.rows, (row) => ({ ...row, leftOut: edit.out }));
        break;
      case 'Batch':
        this.#change('Batch', edit.rows, (row) => ({ ...row, batch: edit.batch }));
        break;
      case 'SuggestPilot':
        this.#suggest();
        break;
      case 'Columns':
        this.#change('Columns', [], (row) => row);
        this.#columns = this.#columns.map((column) => ({
          ...column,
          means:
            column.index === edit.emailAddress
              ? 'EmailAddress'
              : column.index === edit.password
                ? 'Password'
                : column.index === edit.forceChangePassword
                  ? 'ForceChangePassword'
                  : null,
        }));
        break;
      case 'Sheet':
        this.#change('Sheet', [], (row) => row);
        this.#sheet = edit.name;
        break;
    }
    this.#look();
  }

  preview(index: number): string {
    return this.#text(this.#files()[index]?.rows ?? []);
  }

  /** The addresses that move, and whether in the pilot. */
  chosen(): Map<string, boolean> {
    return new Map(this.#ready().map((row) => [row.becomes, row.batch === PILOT]));
  }

  saved(): { path: string; rows: number }[] {
    const files = this.#files();
    return files.map(({ name, rows }) => ({
      path: `/srv/listor/${files.length > 1 ? `Flytt ${name}` : 'Flytt'}.csv`,
      rows: rows.length,
    }));
  }

  /* within */

  /** What the batch of all the others is called. */
  get #rest(): string {
    const named = new Set(this.#rows.map((row) => row.batch).filter((name) => name !== null));
    const numbers = [...named].map((name) => Number(/^Batch (\d+)$/.exec(name)?.[1] ?? 0));
    return `Batch ${Math.max(0, named.size, ...numbers) + 1}`;
  }

  #change(code: string, rows: number[], make: (row: Row) => Row): void {
    const wanted = new Set(rows);
    const before = this.#rows.filter((row) => wanted.has(row.row));
    this.#history.push({ code, before, columns: this.#columns, sheet: this.#sheet });
    this.#rows = this.#rows.map((row) => (wanted.has(row.row) ? make(row) : row));
  }

  #suggest(): void {
    const easy = this.#views.filter((row) => !row.leftOut && row.status !== 'rejected');
    const rooms = easy.filter((row) => row.kind === 'RoomMailbox').slice(this.#turn, this.#turn + 1);
    const others = easy.filter((row) => row.kind === 'UserMailbox').slice(this.#turn * 2, this.#turn * 2 + 2);
    const pilot = new Set([...rooms, ...others].map((row) => row.row));
    this.#turn += 1;
    const touched = this.#rows.filter((row) => pilot.has(row.row) || row.batch === PILOT).map((row) => row.row);
    this.#change('SuggestPilot', touched, (row) => ({ ...row, batch: pilot.has(row.row) ? PILOT : null }));
  }

  /** Looks at every row anew: a duplicate is one only as long as the other is there. */
  #look(): void {
    this.#order = null;
    const seen = new Map<string, number>();
    const rest = this.#rest;
    this.#views = this.#rows.map((row) => {
      const text = (!row.takenBack && row.written) || row.cell;
      const { text: mended, findings } = diagnose(text);
      const becomes = row.takenBack ? text : mended;
      const all = [...row.others, ...findings.map((finding) => ({ ...finding, takenBack: row.takenBack }))];
      if (row.written !== null) all.unshift({ code: 'edited', column: 'EmailAddress', was: row.cell, becomes: text, takenBack: row.takenBack });
      const refusal = row.takenBack && refused(text);
      if (refusal) all.push({ code: refusal, column: 'EmailAddress', was: text, becomes: null, takenBack: false });
      const key = becomes.toLowerCase();
      const first = seen.get(key);
      if (key !== '' && !row.leftOut) {
        if (first === undefined) seen.set(key, row.row);
        else all.push({ code: 'duplicate', column: 'EmailAddress', was: becomes, becomes: `row ${first}`, takenBack: false });
      }
      const rejected = all.some((finding) => REJECTED.has(finding.code));
      const repaired = all.some((finding) => !KEPT.has(finding.code) && !finding.takenBack);
      return {
        row: row.row,
        name: row.name,
        was: row.cell,
        becomes,
        hasPassword: row.password,
        forceChangePassword: row.force,
        status: rejected ? 'rejected' : repaired ? 'repaired' : 'ok',
        leftOut: row.leftOut,
        batch: row.leftOut || (rejected && first !== undefined) ? null : (row.batch ?? rest),
        kind: row.kind,
        suggestion: rejected ? row.suggestion : null,
        findings: all,
      };
    });
  }

  #places({ filter, search, sort, descending }: ListQuery): number[] {
    const wanted = search.trim().toLowerCase();
    const passes = (row: ListRowView) =>
      (filter === 'All' ||
        (filter === 'Decide' && undecided(row)) ||
        (filter === 'Repaired' && mended(row)) ||
        (filter === 'Pilot' && row.batch === PILOT) ||
        (filter === 'LeftOut' && row.leftOut)) &&
      (wanted === '' || row.name.toLowerCase().includes(wanted) || row.becomes.toLowerCase().includes(wanted) || row.was.toLowerCase().includes(wanted) || String(row.row) === wanted);
    const rank = (row: ListRowView) => (undecided(row) ? 0 : mended(row) ? 1 : row.leftOut ? 3 : 2);
    const collator = new Intl.Collator('sv');
    const order: Record<ListQuery['sort'], (a: ListRowView, b: ListRowView) => number> = {
      Attention: (a, b) => rank(a) - rank(b),
      Row: () => 0,
      Name: (a, b) => collator.compare(a.name, b.name),
      Address: (a, b) => (a.becomes < b.becomes ? -1 : a.becomes > b.becomes ? 1 : 0),
      Batch: (a, b) => (a.batch === b.batch ? 0 : a.batch === PILOT ? -1 : b.batch === PILOT ? 1 : (a.batch ?? '~') < (b.batch ?? '~') ? -1 : 1),
    };
    const places = [...this.#views.keys()].filter((place) => passes(this.#views[place]!));
    const view = (place: number) => this.#views[place]!;
    places.sort((a, b) => order[sort](view(a), view(b)) || view(a).row - view(b).row);
    return descending ? places.reverse() : places;
  }

  #counts(): ListCounts {
    const count = (passes: (row: ListRowView) => boolean) => this.#views.filter(passes).length;
    return {
      all: this.#views.length,
      decide: count(undecided),
      repaired: count(mended),
      ok: count((row) => row.status === 'ok' && !row.leftOut),
      leftOut: count((row) => row.leftOut),
      pilot: count((row) => row.batch === PILOT),
      ready: this.#ready().length,
    };
  }

  #ready(): ListRowView[] {
    return this.#views.filter((row) => row.status !== 'rejected' && !row.leftOut);
  }

  #batches(): ListBatch[] {
    const rows = new Map<string, number>();
    for (const { batch } of this.#ready()) if (batch) rows.set(batch, (rows.get(batch) ?? 0) + 1);
    return [...rows].map(([name, rows]) => ({ name, rows })).sort((a, b) => Number(b.name === PILOT) - Number(a.name === PILOT) || a.name.localeCompare(b.name));
  }

  /** Batch by batch, the pilot first, never more than the service takes. */
  #files(): { name: string; rows: ListRowView[] }[] {
    const ready = this.#ready();
    return this.#batches().flatMap(({ name }) => {
      const rows = ready.filter((row) => row.batch === name);
      const parts = Math.ceil(rows.length / 2000);
      return Array.from({ length: parts }, (_, part) => ({
        name: parts > 1 ? `${name}, ${part + 1}` : name,
        rows: rows.slice(part * 2000, (part + 1) * 2000),
      }));
    });
  }

  #text(rows: ListRowView[]): string {
    const passwords = this.#columns.some((column) => column.means === 'Password') && rows.some((row) => row.hasPassword);
    const line = (row: ListRowView) => (passwords ? `${row.becomes},${row.hasPassword ? MASK : ''}` : row.becomes);
    return [passwords ? 'EmailAddress,Password' : 'EmailAddress', ...rows.map(line), ''].join('\r\n');
  }
}

const row = (number: number, name: string, cell: string, more: Partial<Row> = {}): Row => ({
  row: number,
  name,
  cell,
  written: null,
  others: [],
  suggestion: null,
  password: false,
  force: null,
  kind: 'UserMailbox',
  leftOut: false,
  takenBack: false,
  batch: null,
  ...more,
});

const at = (local: string) => `${local}@${company.domain}`;
const other = (code: string, column: string | null, was: string, becomes: string | null): ListFindingView => ({ code, column, was, becomes, takenBack: false });

/** A list with everything in it that a list can have. */
function few(): Row[] {
  const odd: Row[] = [
    row(3, 'Märta Ågren', `Märta Ågren <${at('marta.agren')}>`),
    row(4, 'Siv Jönsson', at('siv.jonsson'), { others: [other('localised-boolean', 'ForceChangePassword', 'SANT', 'True')], force: true }),
    row(5, 'Björn Lindqvist', `${at('bjorn.lindqvist')}\u00a0`),
    row(6, 'Gunilla Bäckström', at('gunilla.backstrom')),
    row(7, 'Ann-Sofie Hägg', `ann\u2013sofie.hagg@${company.domain}`),
    row(8, 'Håkan Sjögren', `mailto:${at('hakan.sjogren')}`),
    row(9, 'Order', `SMTP:${at('order')}`, { kind: 'SharedMailbox' }),
    row(10, 'Örjan Hällgren', `<${at('orjan.hallgren')}>`),
    row(11, 'Karin Dahlström', `=HYPERLINK("mailto:${at('karin.dahlstrom')}";"Karin")`),
    row(12, 'Gunilla Bäckström', `Gunilla.Backstrom@${company.domain}`),
    row(13, 'Lars-Erik Nyström', `Lars-Erik Nystr\u00c3\u00b6m <${at('lars-erik.nystrom')}>`),
    row(14, 'Åsa Öhrström', at('åsa.öhrström'), { suggestion: at('asa.ohrstrom') }),
    row(15, 'Per Månsson', 'per.manson(at)nordvik.example', { suggestion: at('per.mansson') }),
    row(16, 'Göran Wikström', `  ${at('goran.wikstrom')}`, { others: [other('short-row', null, '2 cells', '4 cells')] }),
    row(17, 'Konferensrum Tallen', at('tallen'), { kind: 'RoomMailbox' }),
    row(18, 'Konferensrum Älgen', at('algen'), { kind: 'RoomMailbox' }),
    row(19, 'Ekonomi', '#SAKNAS!', { kind: null }),
    row(20, 'Lager', `=B2&"@${company.domain}"`, { kind: null }),
    row(21, 'Reception', '', { kind: null }),
    row(22, 'Erik Sjöberg', at('erik.sjoberg'), { others: [other('too-many-cells', null, '6 cells', null)], kind: null }),
    row(23, 'Kerstin Åberg', at('kerstin.aberg'), { others: [other('not-a-boolean', 'ForceChangePassword', 'kanske', null)] }),
    row(24, 'Ulla Lind', at('ulla.lind'), { password: true, others: [other('password-outer-spaces', 'Password', MASK, null)] }),
    row(25, 'Nils Ek', at('nils.ek'), { password: true, others: [other('password-smart-punctuation', 'Password', MASK, null)] }),
    row(26, 'Maj Öberg', `maj.\u200boberg@${company.domain}\t`, { password: true, others: [other('password-invisible-characters', 'Password', MASK, null)] }),
  ];
  const given = ['Anders', 'Britta', 'Carl', 'Disa', 'Elsa', 'Frans', 'Gun', 'Hedda', 'Ivar', 'Jonas', 'Kajsa', 'Lena', 'Mats', 'Nora', 'Olle'];
  return [...odd, ...given.map((name, index) => row(27 + index, `${name} Berg`, at(`${name.toLowerCase()}.berg`)))];
}

/** As many rows as asked for; one in twenty has something, one in a thousand asks for a person. */
function many(size: number): Row[] {
  const odd: ((local: string) => Partial<Row> & { cell: string })[] = [
    (local) => ({ cell: `${at(local)}\u00a0` }),
    (local) => ({ cell: `mailto:${at(local)}` }),
    (local) => ({ cell: `Namn <${at(local)}>` }),
    (local) => ({ cell: `SMTP:${at(local)}` }),
  ];
  return Array.from({ length: size }, (_, index) => {
    const { name } = people[index % people.length]!;
    const local = `${plain(name)}.${index + 1}`;
    if (index % 1000 === 999) return row(index + 2, name, at(name.toLowerCase().replace(/\s+/g, '.')), { suggestion: at(local) });
    const { cell, ...more } = index % 20 === 7 ? odd[(index / 20) % odd.length | 0]!(local) : { cell: at(local) };
    return row(index + 2, name, cell, more);
  });
}

const merged = (row: ListRowView) => row.status === 'rejected' && row.findings.every(({ code }) => code === 'duplicate' || !REJECTED.has(code));
const undecided = (row: ListRowView) => row.status === 'rejected' && !row.leftOut && !merged(row);
const mended = (row: ListRowView) => !row.leftOut && (row.status === 'repaired' || merged(row));

function plain(name: string): string {
  return name.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replace(/[^a-z]+/g, '.');
}

/** A file dragged over the page, as the desktop would tell of it. */
export function watchDrops(tell: (drop: ListDrop) => void, open: (name: string) => ListView): () => void {
  // The unit tests have no window to drag over.
  if (typeof window === 'undefined') return () => undefined;
  const over = (event: DragEvent) => void (event.preventDefault(), tell({ drop: 'Over' }));
  const away = () => tell({ drop: 'Away' });
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    const name = event.dataTransfer?.files[0]?.name ?? '';
    if (/\.(csv|xlsx|xls|ods)$/i.test(name)) return tell({ drop: 'Opened', view: open(name) });
    tell({ drop: 'Refused', error: { code: 'NotAList', message: `no column of ${name} holds e-mail addresses`, help: '', retry: false } });
  };
  window.addEventListener('dragenter', over);
  window.addEventListener('dragleave', away);
  window.addEventListener('drop', dropped);
  return () => {
    window.removeEventListener('dragenter', over);
    window.removeEventListener('dragleave', away);
    window.removeEventListener('drop', dropped);
  };
}
