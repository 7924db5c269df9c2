// *Was → becomes*, character by character: what went, what came, and the names of what cannot be seen.

export interface Mark {
  /** `hidden` is a character without a shape of its own; `text` is its name. */
  kind: 'same' | 'gone' | 'new' | 'hidden';
  text: string;
}

export interface Marks {
  was: Mark[];
  becomes: Mark[];
}

const NAMES: Record<string, string> = {
  '\t': 'TAB',
  '\n': 'LF',
  '\r': 'CR',
  ' ': 'SPACE',
  '\u00a0': 'NBSP',
  '\u00ad': 'SHY',
  '\u200b': 'ZWSP',
  '\u200c': 'ZWNJ',
  '\u200d': 'ZWJ',
  '\u200e': 'LRM',
  '\u200f': 'RLM',
  '\u202f': 'NNBSP',
  '\u2060': 'WJ',
  '\ufeff': 'BOM',
};

/** As `stegvis-lists` has it: no place on the screen, or only the look of a space. */
const UNSEEN =
  /^[\p{Cc}\u00a0\u00ad\u034f\u061c\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufe00-\ufe0f\ufeff]$/u;

export function unseen(character: string): boolean {
  return UNSEEN.test(character);
}

export function nameOf(character: string): string {
  return NAMES[character] ?? `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Longer middles than this are told as a whole: nobody reads them letter by letter. */
const MOST = 40_000;

/** What changed between two texts. */
export function marks(was: string, becomes: string): Marks {
  const [old, fresh] = [[...was], [...becomes]];
  // The address stands whole in what was there: around it all went. Letters of a name are no part of it.
  const at = becomes === '' ? -1 : was.indexOf(becomes);
  const kept = at >= 0 ? block([...was.slice(0, at)].length, fresh.length) : keep(old, fresh);
  return {
    was: runs(old, (index) => (kept.old.has(index) ? 'same' : 'gone')),
    becomes: runs(fresh, (index) => (kept.fresh.has(index) ? 'same' : 'new')),
  };
}

/** A text that nothing became of, with what cannot be seen in it. */
export function plain(text: string): Mark[] {
  return runs([...text], () => 'same');
}

interface Kept {
  old: Set<number>;
  fresh: Set<number>;
}

/** The whole of the new text stands in the old one, from a place on. */
function block(start: number, length: number): Kept {
  const places = Array.from({ length }, (_, index) => index);
  return { old: new Set(places.map((index) => start + index)), fresh: new Set(places) };
}

/** The places of the characters that stay. */
function keep(old: string[], fresh: string[]): Kept {
  const kept: Kept = { old: new Set(), fresh: new Set() };
  const pair = (a: number, b: number) => void (kept.old.add(a), kept.fresh.add(b));
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < fresh.length - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail += 1;
  for (let index = 0; index < head; index += 1) pair(index, index);
  for (let index = 1; index <= tail; index += 1) pair(old.length - index, fresh.length - index);
  for (const [a, b] of longest(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail))) pair(head + a, head + b);
  // Two texts that share a letter here and there are two texts.
  if (kept.fresh.size * 2 < Math.max(old.length, fresh.length)) return { old: new Set(), fresh: new Set() };
  return kept;
}

/** The longest common subsequence, as pairs of places. */
function longest(old: string[], fresh: string[]): [number, number][] {
  const [n, m] = [old.length, fresh.length];
  if (n === 0 || m === 0 || n * m > MOST) return [];
  const width = m + 1;
  const best = new Uint16Array((n + 1) * width);
  for (let a = n - 1; a >= 0; a -= 1) {
    for (let b = m - 1; b >= 0; b -= 1) {
      best[a * width + b] =
        old[a] === fresh[b]
          ? best[(a + 1) * width + b + 1]! + 1
          : Math.max(best[(a + 1) * width + b]!, best[a * width + b + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let a = 0, b = 0; a < n && b < m; ) {
    if (old[a] === fresh[b]) pairs.push([a++, b++]);
    else if (best[(a + 1) * width + b]! >= best[a * width + b + 1]!) a += 1;
    else b += 1;
  }
  return pairs;
}

/** Characters of one kind in a row are one mark; each that cannot be seen is one of its own. */
function runs(characters: string[], kindOf: (index: number) => 'same' | 'gone' | 'new'): Mark[] {
  const all: Mark[] = [];
  characters.forEach((character, index) => {
    const kind = kindOf(index);
    const last = all[all.length - 1];
    if (unseen(character)) all.push({ kind: 'hidden', text: nameOf(character) });
    else if (last?.kind === kind) last.text += character;
    else all.push({ kind, text: character });
  });
  // Spaces that went, or stand at an end, have no shape either.
  return all.flatMap((mark, index) => {
    const edge = index === 0 || index === all.length - 1;
    const blank = mark.kind !== 'hidden' && mark.text.trim() === '';
    return blank && (edge || mark.kind === 'gone') ? [...mark.text].map((one): Mark => ({ kind: 'hidden', text: nameOf(one) })) : [mark];
  });
}
