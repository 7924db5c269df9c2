// What no compiler checks: who may import whom, that both languages say everything, and that no colour is
// written outside the tokens. Exits with 1 and the list of what is wrong.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');
const wrong = [];

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'paraglide') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

/* Import direction. A part of the wizard, and the parts it may use besides itself. */
const shared = ['session', 'components', 'errors', 'i18n', 'paraglide', 'platform/types'];
const allowed = {
  components: ['i18n', 'paraglide'],
  i18n: ['paraglide'],
  errors: ['i18n', 'paraglide', 'platform/types'],
  session: ['errors', 'i18n', 'paraglide', 'platform/types'],
  wizard: shared,
  steps: [...shared, 'wizard'],
  platform: [],
};

/** `steps/project/parts/Verdict.svelte` → `steps/project`; other files → their folder; platform files one by one. */
function partOf(path) {
  const [top, next] = path.split('/');
  if (top === 'steps') return `steps/${next}`;
  if (top === 'platform') return `platform/${next?.replace(/\.\w+$/, '')}`;
  return path.includes('/') ? top : path;
}

const imports = /(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|import\s*\(?\s*['"]([^'"]+)['"]/g;

for (const file of files(src)) {
  if (!/\.(ts|svelte)$/.test(file)) continue;
  const path = relative(src, file).replaceAll('\\', '/');
  const from = partOf(path);
  const text = readFileSync(file, 'utf8');
  for (const [, a, b] of text.matchAll(imports)) {
    const target = a ?? b;
    if (target.startsWith('@tauri-apps/') && path !== 'platform/tauri.ts' && path !== 'platform/bindings.gen.ts') {
      wrong.push(`${path} imports ${target}: only platform/tauri.ts may`);
    }
    if (!target.startsWith('.')) continue;
    const to = partOf(relative(src, resolve(dirname(file), target)).replaceAll('\\', '/'));
    if (to.startsWith('platform/bindings') && !['platform/tauri', 'platform/types'].includes(from)) {
      wrong.push(`${path} imports the generated bindings: only platform/tauri.ts and types.ts may`);
    }
    if (!from.includes('/') && !(from in allowed)) continue; // App.svelte, main.ts: the top
    if (to === from || path.endsWith('.test.ts')) continue;
    if (path === 'wizard/registry.ts' && to.startsWith('steps/')) continue;
    if (from.startsWith('platform/')) {
      if (!to.startsWith('platform/')) wrong.push(`${path} imports ${target}: the platform knows nothing of the wizard`);
      continue;
    }
    const rule = allowed[from.startsWith('steps/') ? 'steps' : from];
    if (!rule?.includes(to)) wrong.push(`${path} imports ${target}: ${from} may not use ${to}`);
    if (to === 'wizard' && from.startsWith('steps/') && target.endsWith('/registry')) {
      wrong.push(`${path} imports the registry: a step knows no other step`);
    }
  }
}

/* Messages: the same names and values in both languages, all of them used, in the house's tone. */
const messages = Object.fromEntries(
  ['en', 'sv'].map((locale) => [locale, JSON.parse(readFileSync(join(root, `messages/${locale}.json`), 'utf8'))]),
);
const code = [...files(src)]
  .filter((file) => /\.(ts|svelte)$/.test(file))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');
const forms = (message) => (typeof message === 'string' ? [message] : message.flatMap((one) => Object.values(one.match)));
const values = (message) => [...new Set(forms(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1])))].sort().join();

for (const key of new Set([...Object.keys(messages.en), ...Object.keys(messages.sv)])) {
  const { [key]: en } = messages.en;
  const { [key]: sv } = messages.sv;
  if (en === undefined || sv === undefined) {
    wrong.push(`messages: ${key} is missing in ${en === undefined ? 'en' : 'sv'}`);
    continue;
  }
  if (typeof en !== typeof sv) wrong.push(`messages: ${key} has plural forms in one language alone`);
  // A plural may leave a value out of one form ("the other mailbox"), so only plain messages must agree.
  if (typeof en === 'string' && values(en) !== values(sv)) wrong.push(`messages: ${key} has other values in the other language`);
  if (!new RegExp(`\\bm\\.${key}\\b`).test(code)) wrong.push(`messages: ${key} is not used`);
  for (const text of [...forms(en), ...forms(sv)]) {
    if (text.trim() === '') wrong.push(`messages: ${key} is empty`);
    if (text.includes('!')) wrong.push(`messages: ${key} exclaims`);
  }
  for (const text of forms(sv)) {
    if (/\be-post/i.test(text)) wrong.push(`messages: ${key} breaks e-post at its hyphen (use U+2011)`);
    if (/\b(Ni|Er)\b(?! )/.test(text)) wrong.push(`messages: ${key} does not say du`);
  }
}

/* Colours live in tokens.css. */
for (const file of files(src)) {
  if (!/\.(css|svelte)$/.test(file) || file.endsWith('tokens.css')) continue;
  const path = relative(src, file);
  for (const [colour] of readFileSync(file, 'utf8').matchAll(/#[0-9a-f]{3,8}\b(?=[;\s),])|\brgba?\(|\bhsl\(/gi)) {
    wrong.push(`${path} writes the colour ${colour}: use a token`);
  }
}

if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exit(1);
}
console.log(`Imports, ${Object.keys(messages.en).length} messages in two languages and colours are as they should be.`);
