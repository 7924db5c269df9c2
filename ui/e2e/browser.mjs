// Chromium on the built wizard with the pretend platform, served from this process.
import { fileURLToPath } from 'node:url';

import { chromium, expect as once } from '@playwright/test';
import { preview } from 'vite';

import { finishPages } from './finish-pages.mjs';

/** How long anything on a page may take: what is read is read again until it is as expected. */
export const PATIENCE = 15_000;
export const expect = once.configure({ timeout: PATIENCE });

export async function open() {
  const server = await preview({
    build: { outDir: process.env.DIST_FAKE ?? 'dist-fake' },
    preview: {
      port: 0,
      host: '127.0.0.1',
      strictPort: false,
      // The desktop's own policy: what it would block must not be needed here either.
      headers: {
        'Content-Security-Policy':
          "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src ipc: http://ipc.localhost",
      },
    },
    logLevel: 'error',
  });
  const base = server.resolvedUrls?.local[0] ?? '';
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    env: { ...process.env, FONTCONFIG_FILE: fileURLToPath(new URL('fonts.conf', import.meta.url)) },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--font-render-hinting=none',
    ],
  });
  return {
    browser,
    address: (query) => `${base}?${new URLSearchParams(query)}`,
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** The pages of the wizard: in which scene, and what is pressed to get there. */
export const pages = [
  { name: '01-project', scene: 'fresh', step: 'project', press: ['kind-Real', 'exchange-Exchange2007', 'count-UpTo150', 'directorySync-Yes', 'singleSignOn-No', 'pace-InGroups', 'kind-Practice'] },
  { name: '01-project-real', scene: 'fresh', step: 'project', press: ['kind-Real', 'primary'] },
  { name: '01-project-real-open', scene: 'opened', query: { kind: 'Real', connected: 'no' }, step: 'project', press: [] },
  { name: '02-prepare-real', scene: 'opened', query: { kind: 'Real', connected: 'no' }, step: 'prepare', press: [] },
  { name: '02-prepare-real-sign-in', scene: 'opened', query: { kind: 'Real', connected: 'no' }, step: 'prepare', press: ['connect-part', 'sign-in-browser'] },
  { name: '02-prepare-real-code', scene: 'opened', query: { kind: 'Real', connected: 'no', signIn: 'waits' }, step: 'prepare', press: ['primary', 'client-id=69f63fbf-3c89-b6f8-b3b4-816819b02fcc', 'sign-in-device'] },
  { name: '02-prepare-real-browser', scene: 'opened', query: { kind: 'Real', connected: 'no', signIn: 'waits' }, step: 'prepare', press: ['primary', 'client-id=69f63fbf-3c89-b6f8-b3b4-816819b02fcc', 'sign-in-browser'] },
  { name: '02-prepare-real-refused', scene: 'opened', query: { kind: 'Real', connected: 'no', signIn: 'wrongTenant' }, step: 'prepare', press: ['primary', 'client-id=69f63fbf-3c89-b6f8-b3b4-816819b02fcc', 'tenant-guide summary', 'by-certificate summary', 'make-certificate', 'sign-in-browser'] },
  { name: '02-prepare-real-directory', scene: 'opened', query: { kind: 'Real', connected: 'no' }, step: 'prepare', press: ['connect-directory-open', 'old-directory-host=srv-dc01.nordvik.example', 'old-directory-account=NORDVIK\\migrering', 'connect-directory-now'] },
  { name: '02-prepare-real-mail', scene: 'prepared', query: { kind: 'Real' }, step: 'prepare', press: ['open-mail', 'mail-Smtp', 'save-mail'] },
  { name: '02-prepare-real-connected', scene: 'prepared', query: { kind: 'Real' }, step: 'prepare', press: [] },
  { name: '03-mailboxes-real', scene: 'opened', query: { kind: 'Real', connected: 'no' }, step: 'mailboxes', press: [] },
  { name: '04-connect-real', scene: 'listed', query: { kind: 'Real', connected: 'no' }, step: 'connect', press: [] },
  { name: '04-connect-real-source', scene: 'listed', query: { kind: 'Real' }, step: 'connect', press: ['change-source'] },
  { name: '04-connect-real-make', scene: 'listed', query: { kind: 'Real', engine: 'Service', tenant: 'none' }, step: 'connect', press: ['look-again', 'route-PowerShell summary', 'make-PowerShell'] },
  { name: '05-wait-real', scene: 'opened', query: { kind: 'Real', connected: 'no' }, step: 'migrate', press: [] },
  { name: '02-prepare', scene: 'prepared', step: 'prepare', press: ['row-TargetAddressWritable .disc'] },
  { name: '02-prepare-twin', scene: 'prepared', step: 'prepare', press: ['row-NoDeletedTwin .disc'] },
  { name: '02-prepare-directory', scene: 'prepared', step: 'prepare', press: ['open-directory', 'bite-protected summary'] },
  { name: '02-prepare-tenant', scene: 'prepared', step: 'prepare', press: ['open-tenant', 'permission-Mail.Send summary'] },
  { name: '03-mailboxes', scene: 'listed', step: 'mailboxes', press: [] },
  { name: '03-list-none', scene: 'prepared', step: 'mailboxes', press: ['source-file'] },
  { name: '03-list', scene: 'prepared', step: 'mailboxes', press: ['source-file', 'pick-list', 'suggest-pilot'] },
  { name: '03-list-decide', scene: 'prepared', step: 'mailboxes', press: ['source-file', 'pick-list', 'primary'] },
  { name: '03-list-selected', scene: 'prepared', step: 'mailboxes', press: ['source-file', 'pick-list', 'suggest-pilot', 'row=4'] },
  { name: '03-list-edit', scene: 'prepared', step: 'mailboxes', press: ['source-file', 'pick-list', 'edit-19'] },
  { name: '03-list-sheet', scene: 'prepared', query: { list: 'sheet' }, step: 'mailboxes', press: ['source-file', 'pick-list'] },
  { name: '03-list-columns', scene: 'prepared', query: { list: 'sheet' }, step: 'mailboxes', press: ['source-file', 'pick-list', 'list-columns'] },
  { name: '03-list-preview', scene: 'prepared', step: 'mailboxes', press: ['source-file', 'pick-list', 'suggest-pilot', 'preview-list'] },
  { name: '03-list-saved', scene: 'prepared', query: { list: '5000' }, step: 'mailboxes', press: ['source-file', 'pick-list', 'primary', 'select-all', 'leave-out-selected', 'primary'] },
  { name: '04-connect', scene: 'connected', step: 'connect', press: [] },
  { name: '04-connect-service', scene: 'connected', query: { engine: 'Service' }, step: 'connect', press: [] },
  { name: '04-connect-service-none', scene: 'listed', query: { engine: 'Service', tenant: 'none' }, step: 'connect', press: ['look-again'] },
  { name: '04-connect-service-fails', scene: 'listed', query: { engine: 'Service', tenant: 'refusing' }, step: 'connect', press: ['endpoint-0', 'service-test'] },
  { name: '04-connect-service-silent', scene: 'listed', query: { engine: 'Service', tenant: 'silent' }, step: 'connect', press: ['service-trouble summary'] },
  { name: '05-start', scene: 'connected', step: 'migrate', press: [] },
  { name: '05-start-service', scene: 'connected', query: { engine: 'Service' }, step: 'migrate', press: ['start-later'] },
  { name: '06-migrate', scene: 'running', step: 'migrate', press: [] },
  { name: '07-migrate-details', scene: 'running', step: 'migrate', press: ['row-goran.wikstrom@nordvik.example .rowlink'] },
  { name: '06-migrate-service', scene: 'running', query: { engine: 'Service', silent: 'yes' }, step: 'migrate', press: [] },
  { name: '07-migrate-service-details', scene: 'running', query: { engine: 'Service' }, step: 'migrate', press: ['row-gunilla.backstrom@nordvik.example .rowlink'] },
  { name: '07-migrate-service-gap', scene: 'synced', query: { engine: 'Service' }, step: 'migrate', press: [] },
  { name: '08-convert', scene: 'gated', step: 'convert', press: [] },
  { name: '08-convert-sign', scene: 'gated', step: 'convert', press: ['sign-orjan.hallgren@nordvik.example'] },
  { name: '08-convert-proved', scene: 'proved', step: 'convert', press: ['convert-siv.jonsson@nordvik.example .rowlink'] },
  { name: '08-convert-running', scene: 'converting', step: 'convert', press: [] },
  { name: '08-convert-refused', scene: 'converted', step: 'convert', press: [] },
  { name: '08-convert-undo', scene: 'converted', step: 'convert', press: ['convert-siv.jonsson@nordvik.example .rowlink', 'undo'] },
  ...finishPages,
];

/** Presses something. A radio or a switch is drawn by its label, and has no place of its own to be hit at. */
export async function pick(target) {
  if ((await target.evaluate((element) => element.tagName)) !== 'INPUT') return target.click();
  await expect(target).toBeEnabled();
  await target.focus();
  await target.dispatchEvent('click');
}

/** Waits until nothing has changed for a moment: a button says what it does only once its page knows. */
export async function still(page) {
  await page.evaluate(
    () =>
      new Promise((done) => {
        const quiet = () => (seen.disconnect(), done());
        let timer = setTimeout(quiet, 50);
        const seen = new MutationObserver(() => (clearTimeout(timer), (timer = setTimeout(quiet, 50))));
        seen.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      }),
  );
}

/** Opens one of the pages and waits until it stands still. */
export async function visit(page, address, { scene, step, press, query = {} }, { lang, theme }) {
  await page.goto(address({ scene, lang, theme, tick: 0, latency: 0, ...query }));
  await page.locator(`[data-testid="step-${step}"]`).click();
  await still(page);
  for (const what of press) {
    // `field=text` types; `row=4` presses a row of the list.
    const typed = /^(?!row=)([\w-]+)=(.*)$/.exec(what);
    if (typed) {
      await page.locator(`[data-testid="${typed[1]}"]`).fill(typed[2]);
      continue;
    }
    const [id, ...rest] = what.startsWith('row=') ? ['list-rows', `tr[data-row="${what.slice(4)}"] th`] : what.split(' ');
    const target = page.locator(`[data-testid="${id}"]`).locator(rest.length > 0 ? rest.join(' ') : 'xpath=.');
    await pick(target);
    if (press.length > 1) await still(page);
  }
  await page.locator('h1').first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.mouse.move(0, 0);
}
