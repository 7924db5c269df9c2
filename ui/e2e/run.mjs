// The wizard in a real browser on the pretend platform: the whole journey, the keyboard, and axe on every page
// in both languages, both themes and both window sizes. Prints one line a test and a closing count.
// `npm run e2e -- WORDS` runs the tests alone that have these words in their name; SLOW=6 before it makes the
// browser's processor six times slower.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { PATIENCE, expect, open, pages, pick, visit } from './browser.mjs';
import { finishJourneys } from './finish.mjs';
import { listJourneys } from './list.mjs';
import { realJourneys } from './real.mjs';
import { serviceJourneys } from './service.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const { browser, address, close } = await open();

const only = process.argv[2] ?? '';
const slow = Number(process.env.SLOW ?? 1);
let passed = 0;
const failures = [];
async function test(name, run) {
  if (!name.includes(only)) return;
  const page = await browser.newPage({
    viewport: { width: 1180, height: 760 },
    timezoneId: 'Europe/Stockholm',
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  page.setDefaultTimeout(PATIENCE);
  if (slow > 1) await (await page.context().newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: slow });
  const noise = [];
  page.on('pageerror', (error) => noise.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && noise.push(message.text()));
  page.on('request', (request) => !request.url().startsWith(address({}).split('?')[0]) && noise.push(`request to ${request.url()}`));
  try {
    await run(page);
    assert.deepEqual(noise, []);
    passed += 1;
    console.log(`ok    ${name}`);
  } catch (error) {
    failures.push(`FAIL  ${name}\n${error instanceof Error ? error.stack : error}\n${await now(page)}`);
    console.log(failures.at(-1));
  } finally {
    await page.close();
  }
}

const id = (page, name) => page.locator(`[data-testid="${name}"]`);
const heading = (page) => page.locator('h1').first();
async function says(page, text) {
  // A sentence that stands for a moment only is seen too: this looks at every frame.
  try {
    await page.waitForFunction((text) => document.querySelector('h1')?.textContent?.includes(text), text);
  } catch (error) {
    throw new Error(`the page says “${await heading(page).textContent()}”, not “${text}”`, { cause: error });
  }
}

/** Where a page stood when its test failed: whoever reads the log has no window to look at. */
async function now(page) {
  const text = await page.locator('body').innerText({ timeout: 2000 }).catch((error) => String(error));
  return `the page then, ${page.url()}:\n${text.replace(/\n+/g, ' | ').slice(0, 3000)}`;
}

/** Violations of the page as it is, as lines to read. */
async function violations(page) {
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(' | ')}`);
  });
  return found;
}

await test('the practice company is migrated from its first question to its report, with a stop on the way', async (page) => {
  await page.goto(address({ lang: 'en', theme: 'light', latency: 5, tick: 60 }));
  await says(page, 'Practise first');
  await expect(id(page, 'safe').locator('b')).toHaveText('Nothing has been changed');
  await id(page, 'primary').click();

  await says(page, 'Two things stop you');
  await expect(id(page, 'step-prepare')).toHaveAttribute('aria-current', 'step');
  await id(page, 'row-MailUserExists').locator('.disc').click();
  await page.getByText('How to fix it').waitFor();
  await id(page, 'primary').click();

  await says(page, 'Choose the mailboxes');
  await id(page, 'primary').click();
  await expect(id(page, 'missing')).toHaveText('Choose at least one mailbox');
  await id(page, 'choose-all').check();
  await id(page, 'choose-per.mansson@nordvik.example').uncheck();
  await id(page, 'suggest-pilot').click();
  await says(page, '14 mailboxes will move, three of them first.');
  await id(page, 'primary').click();

  await says(page, 'can read your old server');
  await expect(id(page, 'test-OpensMailboxes')).toHaveAttribute('data-severity', 'Pass');
  await id(page, 'primary').click();

  await says(page, 'when you start the batch Pilot');
  await page.locator('body').press('Enter');
  await says(page, 'when you start the batch Pilot'); // Enter alone starts nothing
  await id(page, 'primary').click();

  await says(page, 'moving');
  await id(page, 'stop').click();
  await says(page, 'Stopped, with');
  await id(page, 'resume').click();
  await says(page, 'mailboxes are synced.');
  await id(page, 'next-batch').click();
  await says(page, 'when you start the batch Batch 2');
  await id(page, 'primary').click();
  await says(page, 'the rest is copied');
  await expect(id(page, 'row-goran.wikstrom@nordvik.example')).toHaveAttribute('data-status', 'Failed');
  await id(page, 'row-goran.wikstrom@nordvik.example').locator('.rowlink').click();
  await id(page, 'pane').getByText('INSUFF_ACCESS_RIGHTS').waitFor();
  await id(page, 'retry-user').click();
  await says(page, 'All 14 mailboxes are synced.');
  await id(page, 'primary').click();

  await says(page, 'Every mailbox is copied; now DNS.');
  await expect(id(page, 'ledger')).toHaveAttribute('data-reconciled', 'true');
  await expect(id(page, 'verification')).toHaveAttribute('data-agrees', 'true');
  await id(page, 'save-report').click();
  await id(page, 'open-html').waitFor();
  await id(page, 'read-report').click();
  await page.getByText('All 14 mailboxes are copied and every count reconciles.').waitFor();
  await id(page, 'back').click();
  await says(page, 'Every mailbox is copied; now DNS.');
});

await test('one mailbox is converted, and the others follow; what is skipped is read first; a conversion is undone', async (page) => {
  await page.goto(address({ scene: 'synced', lang: 'en', theme: 'light', latency: 5, tick: 50 }));
  await id(page, 'step-convert').click();
  await id(page, 'back-up').waitFor();
  const row = (local) => id(page, `convert-${local}@nordvik.example`);
  await expect(row('orjan.hallgren')).toHaveAttribute('data-state', 'NotYet');
  await id(page, 'back-up').click();
  await id(page, 'convert-one').waitFor();
  await page.locator('body').press('Enter');
  await page.waitForTimeout(300);
  await expect(row('siv.jonsson')).toHaveAttribute('data-state', 'Ready'); // Enter alone converts nothing
  await id(page, 'diff').getByText('msExchMailboxSecurityDescriptor').waitFor();
  await id(page, 'convert-one').click();
  await says(page, 'One of 14 mailboxes is converted and proved.');
  await row('siv.jonsson').locator('.rowlink').click();
  await id(page, 'proof-FoundByAddresses').waitFor();
  await id(page, 'sign-orjan.hallgren@nordvik.example').click();
  await id(page, 'sign').getByText('Inkorgen/Ritningar').waitFor();
  await page.keyboard.press('Escape');
  await id(page, 'sign').waitFor({ state: 'detached' });
  await expect(row('orjan.hallgren')).toHaveAttribute('data-state', 'NotYet');
  await id(page, 'sign-orjan.hallgren@nordvik.example').click();
  await id(page, 'sign-now').click();
  await id(page, 'back-up').click(); // whoever has just come to be allowed
  await id(page, 'convert-rest').click();
  await says(page, 'Converting, one at a time');
  await id(page, 'stop-converting').click();
  await id(page, 'convert-rest').click();
  await says(page, 'needs you; nothing is half converted.');
  await id(page, 'failure').getByText('AdminSDHolder').waitFor();
  await row('siv.jonsson').locator('.rowlink').click();
  await expect(id(page, 'safe').locator('b')).toHaveText(/^Undo until \d+ \w+$/);
  await id(page, 'undo').click();
  await id(page, 'undo-dialog').getByText('It is not copied back').waitFor();
  await id(page, 'undo-now').click();
  await page.waitForFunction(() => document.querySelector('[data-testid="convert-siv.jonsson@nordvik.example"]')?.dataset.state === 'Undone');
});

await test('the keyboard alone opens the practice company, and focus follows the sentence', async (page) => {
  await page.goto(address({ lang: 'sv', theme: 'light', latency: 0 }));
  await says(page, 'Öva först');
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  await expect(page).toHaveTitle('Projekt – Stegvis');
  await page.keyboard.press('Enter');
  await says(page, 'Två saker hindrar dig');
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  await expect(page).toHaveTitle('Förbered – Stegvis');
  await page.keyboard.press('Tab');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('run-all');
});

await test('the questions are answered before anything is made, and give their verdict', async (page) => {
  await page.goto(address({ lang: 'en', theme: 'light', latency: 0 }));
  await pick(id(page, 'kind-Real'));
  await pick(id(page, 'exchange-Exchange2010OrLater'));
  await expect(id(page, 'verdict')).toHaveAttribute('data-route', 'MinimalHybrid');
  await expect(id(page, 'primary')).toHaveText('Make the project');
});

await test('without a keychain, the first page says where passwords are kept', async (page) => {
  await page.goto(address({ lang: 'en', keychain: 'no', latency: 0 }));
  await page.getByText('No keychain answers on this computer.').waitFor();
});

await test('language and theme are kept, and change the page at once', async (page) => {
  await page.goto(address({ scene: 'needs', tick: 0, latency: 0 }));
  await id(page, 'step-finish').click();
  await says(page, 'still needs you');
  await id(page, 'lang').click();
  await says(page, 'kräver åtgärd');
  await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe('sv');
  const theme = await page.evaluate(() => document.documentElement.dataset.theme);
  await id(page, 'theme').click();
  await page.reload();
  await heading(page).waitFor();
  await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe('sv');
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).not.toBe(theme);
});

await test('a step that must wait can be opened and says what it waits for', async (page) => {
  await page.goto(address({ lang: 'en', latency: 0 }));
  for (const [step, words] of [
    ['prepare', 'No project is open.'],
    ['mailboxes', 'No project is open.'],
    ['connect', 'No project is open.'],
    ['migrate', 'Open a project, or make one.'],
    ['convert', 'No mailbox is synced yet.'],
    ['finish', 'There is nothing to hand over yet.'],
  ]) {
    await id(page, `step-${step}`).click();
    await page.getByText(words).first().waitFor();
  }
});

await test('what a refused request says stays at the top until it is closed', async (page) => {
  await page.goto(address({ scene: 'prepared', lang: 'en', tick: 0, latency: 0 }));
  await id(page, 'step-connect').click();
  await id(page, 'test-again').click();
  const trouble = id(page, 'trouble');
  await trouble.getByText('No mailbox is chosen. Choose at least one under Mailboxes.').waitFor();
  await trouble.getByText('Details').click();
  await trouble.getByText('NothingChosen').waitFor();
  await trouble.getByRole('button', { name: 'Close the message' }).click();
  await trouble.waitFor({ state: 'detached' });
});

await test('the commands of a step can be read, and Escape closes them', async (page) => {
  await page.goto(address({ scene: 'running', lang: 'en', tick: 0, latency: 0 }));
  await id(page, 'show-commands').click();
  await id(page, 'commands').getByText('changetype: modify').waitFor();
  await page.keyboard.press('Escape');
  await id(page, 'commands').waitFor({ state: 'detached' });
  await id(page, 'step-project').click();
  await expect(id(page, 'close-project')).toHaveCount(0); // not while something moves
});

await test('the report is printed as paper: light, and without the buttons', async (page) => {
  await visit(page, address, pages.find(({ name }) => name === '10-report'), { lang: 'sv', theme: 'dark' });
  await page.emulateMedia({ media: 'print' });
  await expect(id(page, 'print')).toBeHidden();
  const ink = await page.evaluate(() => getComputedStyle(document.querySelector('.sheet')).color);
  assert.equal(ink, 'rgb(36, 36, 36)');
});

await test('nothing scrolls sideways and no page is taller than its window', async (page) => {
  for (const [width, height] of [
    [1180, 760],
    [900, 600],
  ]) {
    await page.setViewportSize({ width, height });
    for (const one of pages) {
      await visit(page, address, one, { lang: 'sv', theme: 'light' });
      const over = await page.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.documentElement;
        const body = document.querySelector('.body');
        return [scrollWidth > innerWidth, scrollHeight > innerHeight, body !== null && body.scrollWidth > body.clientWidth];
      });
      assert.deepEqual(over, [false, false, false], `${one.name} at ${width}x${height}`);
    }
  }
});

await listJourneys({ test, id, says, address });
await realJourneys({ test, id, says, address });
await serviceJourneys({ test, id, says, address });
await finishJourneys({ test, id, says, address });

const waiting = ['prepare', 'mailboxes', 'migrate', 'convert', 'finish'].map((step) => ({
  name: `empty ${step}`,
  scene: 'fresh',
  step,
  press: [],
}));
const real = { name: 'real migration', scene: 'fresh', step: 'project', press: ['kind-Real'] };
const commands = { name: 'commands', scene: 'connected', step: 'migrate', press: ['show-commands'] };
const inLanguage = (lang) =>
  test(`axe finds nothing on any page in ${lang}, light and dark, wide and narrow`, async (page) => {
    const bad = [];
    for (const one of [...pages, ...waiting, real, commands]) {
      await page.setViewportSize({ width: 1180, height: 760 });
      await visit(page, address, one, { lang, theme: 'light' });
      await page.evaluate(axe);
      for (const [width, height] of [
        [1180, 760],
        [900, 600],
      ]) {
        await page.setViewportSize({ width, height });
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30))));
        for (const theme of ['light', 'dark']) {
          await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme);
          bad.push(...(await violations(page)).map((line) => `${one.name}, ${theme}, ${width}x${height}: ${line}`));
        }
      }
    }
    assert.deepEqual(bad, []);
  });
await Promise.all(['en', 'sv'].map(inLanguage));

await close();
// Once more at the end, where a long log is read first.
for (const failure of failures) console.log(`\n${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
