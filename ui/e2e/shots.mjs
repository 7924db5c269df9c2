// Screenshots of every page in both languages and both themes: npm run shots -- DIRECTORY, or in SHOTS
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { open, pages, visit } from './browser.mjs';

const directory = process.argv[2] ?? process.env.SHOTS ?? 'shots';
const only = process.argv[3];
await mkdir(directory, { recursive: true });

const { browser, address, close } = await open();
for (const [width, height, suffix] of [
  [1180, 760, ''],
  [900, 600, '.900x600'],
]) {
  for (const lang of ['en', 'sv']) {
    for (const theme of ['light', 'dark']) {
      if (suffix && theme === 'dark') continue;
      const page = await browser.newPage({ viewport: { width, height }, timezoneId: 'Europe/Stockholm' });
      await page.clock.setFixedTime(new Date('2026-11-24T10:43:00+01:00'));
      for (const one of pages.filter(({ name }) => !only || name.startsWith(only))) {
        await visit(page, address, one, { lang, theme });
        await page.screenshot({ path: join(directory, `${one.name}.${theme}-${lang}${suffix}.png`) });
      }
      await page.close();
    }
  }
}
await close();
console.log(`Screenshots of ${pages.length} pages in ${directory}.`);
