// A list from Excel on the pretend platform: opened, looked through, decided, edited, undone and saved; by mouse,
// by keyboard and by dropping; and how a table of 50,000 rows scrolls.
import assert from 'node:assert/strict';

import { expect, pick } from './browser.mjs';

/** The journeys; `test`, `id` and `says` are those of run.mjs. */
export async function listJourneys({ test, id, says, address }) {
  const row = (page, number) => page.locator(`tr[data-row="${number}"]`);
  const status = (page, number) => row(page, number).getAttribute('data-status');
  const many = async (page, filter) => Number((await id(page, `filter-${filter}`).locator('b').textContent()).replace(/[^0-9]/g, ''));
  const until = (page, filter, number) =>
    page.waitForFunction(
      ([filter, number]) => document.querySelector(`[data-testid="filter-${filter}"] b`).textContent.replace(/[^0-9]/g, '') === String(number),
      [filter, number],
    );

  async function open(page, query = {}) {
    await page.goto(address({ scene: 'prepared', lang: 'en', theme: 'light', tick: 0, latency: 5, ...query }));
    await id(page, 'step-mailboxes').click();
    await pick(id(page, 'source-file'));
    await says(page, 'No list is open yet.');
    await id(page, 'pick-list').click();
    await id(page, 'list-rows').waitFor();
  }

  await test('a list is opened, decided row by row, saved and used', async (page) => {
    await open(page);
    await says(page, '39 rows read, 12 repaired; seven need your decision.');
    await expect(id(page, 'missing')).toHaveText('7 rows to decide');
    await expect(id(page, 'step-mailboxes').locator('.ss')).toHaveText('7 rows to decide');
    await expect(id(page, 'safe').locator('.ss, span').last()).toHaveText('Your Excel file is untouched');

    // What was, what becomes, to the letter.
    await expect(row(page, 14).locator('.was')).toHaveText('wasåsa.öhrström@nordvik.example');
    await expect(row(page, 14).locator('del')).toHaveText(['å', 'ö', 'ö']);
    await expect(row(page, 14).locator('ins')).toHaveText(['a', 'o', 'o']);
    await id(page, 'filter-Repaired').click();
    await row(page, 26).waitFor();
    await expect(row(page, 26).locator('.hid')).toHaveText(['ZWSP', 'TAB']);
    await expect.poll(() => status(page, 12)).toBe('merged');
    await id(page, 'filter-All').click();

    // Pressed too early, the primary leads to the first decision.
    await id(page, 'primary').click();
    await page.waitForFunction(() => document.querySelectorAll('tr[data-row]').length === 7);
    await expect.poll(() => page.evaluate(() => document.activeElement?.dataset.testid)).toBe('list-grid');
    await id(page, 'use-14').click();
    await until(page, 'Decide', 6);
    await id(page, 'use-15').click();
    await until(page, 'Decide', 5);
    // Rows move up as those above them are decided: one after the other.
    for (const number of [20, 21, 22, 23]) {
      await id(page, `leave-out-${number}`).click();
      await row(page, number).waitFor({ state: 'detached' });
    }
    await until(page, 'Decide', 1);

    // Written over in place; Escape takes nothing along.
    await id(page, 'edit-19').click();
    await expect(id(page, 'cell-19')).toHaveValue('#SAKNAS!');
    await id(page, 'cell-19').fill('ekonomi@nordvik.example');
    await page.keyboard.press('Escape');
    await expect.poll(() => many(page, 'Decide')).toBe(1);
    await id(page, 'edit-19').click();
    await id(page, 'cell-19').fill('mailto:ekonomi@nordvik.example');
    await page.keyboard.press('Enter');
    await says(page, 'nothing is left to decide.');
    await expect(id(page, 'filter-All')).toHaveAttribute('aria-pressed', 'true');
    await expect(id(page, 'undo')).toHaveAttribute('data-undo', 'Address');
    await id(page, 'undo').click();
    await says(page, 'one needs your decision.');
    await id(page, 'leave-out-19').click();
    await says(page, 'nothing is left to decide.');
    await id(page, 'filter-LeftOut').click();
    await id(page, 'take-in-22').waitFor();
    await id(page, 'filter-All').click();

    // A repair is taken back, and made again.
    await id(page, 'take-back-8').click();
    await until(page, 'Decide', 1);
    await id(page, 'again-8').click();
    await until(page, 'Decide', 0);

    await id(page, 'suggest-pilot').click();
    await until(page, 'Pilot', 3);
    await expect(id(page, 'files')).toHaveText('2');
    await row(page, 27).locator('th').click();
    await row(page, 29).locator('th').click({ modifiers: ['Shift'] });
    await expect(id(page, 'selected')).toHaveText('3 rows selected');
    await id(page, 'move-selected').selectOption('Batch 3');
    await page.waitForFunction(() => document.querySelector('tr[data-row="28"] td:last-child').textContent === 'Batch 3');
    await page.keyboard.press('Escape');

    await id(page, 'preview-list').click();
    await id(page, 'preview').getByText('3 rows,').waitFor();
    await expect.poll(() => id(page, 'bytes').locator('> span').first().textContent()).toBe('EmailAddressCRLF\n');
    await id(page, 'preview-file').selectOption({ label: 'Batch 3' });
    await id(page, 'bytes').getByText('britta.berg@nordvik.example').waitFor();
    await page.keyboard.press('Escape');
    await id(page, 'preview').waitFor({ state: 'detached' });

    await id(page, 'primary').click();
    await page.getByText('The list is saved.').waitFor();
    await expect(id(page, 'primary')).toHaveText('Use the list');
    await id(page, 'primary').click();
    await page.waitForFunction(() => document.querySelector('[data-testid="step-connect"]').getAttribute('aria-current') === 'step');
    await expect(id(page, 'step-mailboxes').locator('.ss')).toHaveText(/33 chosen, pilot 3/);
  });

  await test('the keyboard alone goes through a list, edits, selects and takes back', async (page) => {
    await open(page, { list: '5000' });
    await id(page, 'sort-Row').click();
    await row(page, 2).waitFor();
    await id(page, 'list-grid').focus();
    const active = () => page.evaluate(() => document.querySelector('tr.active')?.dataset.row);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => active()).toBe('3');
    await page.keyboard.press('End');
    await row(page, 5001).waitFor();
    await expect(id(page, 'list-grid')).toHaveAttribute('aria-activedescendant', 'list-row-4999');
    await expect(row(page, 5001)).toHaveAttribute('aria-rowindex', '5001');
    await expect(id(page, 'list-grid')).toHaveAttribute('aria-rowcount', '5001');
    await page.keyboard.press('Home');
    await row(page, 2).waitFor();
    await page.keyboard.press('Space');
    await until(page, 'Pilot', 1);
    await page.keyboard.press('F2');
    await id(page, 'cell-2').waitFor();
    await page.keyboard.type('siv.jonsson@nordvik.example');
    await page.keyboard.press('Enter');
    await row(page, 2).getByText('Written by you').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.dataset.testid)).toBe('list-grid');
    await page.keyboard.press('Control+z');
    await page.waitForFunction(() => document.querySelector('[data-testid="undo"]').dataset.undo === 'Batch');
    await page.keyboard.press('Control+z');
    await until(page, 'Pilot', 0);
    await page.keyboard.press('Shift+PageDown');
    await page.keyboard.press('Shift+ArrowDown');
    await id(page, 'selected').waitFor();
    await page.keyboard.press('Control+a');
    await page.getByText('5,000 rows selected').waitFor();
    await page.keyboard.press('Delete');
    await until(page, 'LeftOut', 5000);
    await expect(id(page, 'missing')).toHaveText('No row is left to write');
    await id(page, 'list-grid').focus();
    await page.keyboard.press('Control+z');
    await until(page, 'LeftOut', 0);
    // The rows come back a moment after the counts.
    await page.locator('tr.active [data-testid^="pilot-"]:enabled').waitFor();
    // Past the headings, a tab leads into the row that the keyboard is on, Escape back out of it.
    const focused = () => page.evaluate(() => document.activeElement?.dataset.testid);
    for (let tab = 0; tab < 6; tab += 1) await page.keyboard.press('Tab');
    await expect.poll(() => focused()).toMatch(/^pilot-/);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate(() => document.activeElement?.dataset.testid)).toBe('list-grid');
  });

  await test('a file is dropped anywhere; what is no list says so and changes nothing', async (page) => {
    await page.goto(address({ scene: 'prepared', lang: 'sv', theme: 'light', tick: 0, latency: 0 }));
    await page.locator('h1').first().waitFor();
    const drag = (kind, name) =>
      page.evaluate(
        ([kind, name]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([''], name));
          document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
        },
        [kind, name],
      );
    await drag('dragenter', 'bild.png');
    await id(page, 'drop-zone').getByText('Släpp filen för att öppna den').waitFor();
    await drag('drop', 'bild.png');
    await id(page, 'drop-zone').waitFor({ state: 'detached' });
    await id(page, 'trouble').getByText('Filen är ingen lista med postlådor.').waitFor();
    await drag('dragenter', 'Flytt.csv');
    await drag('drop', 'Flytt.csv');
    await says(page, '39 rader lästa, 12 har lagats; sju behöver ditt beslut.');
    await expect(id(page, 'step-mailboxes')).toHaveAttribute('aria-current', 'step');
    await expect(id(page, 'trouble')).toHaveCount(0);
  });

  await test('a list named at the start is what the program opens on', async (page) => {
    await page.goto(address({ scene: 'prepared', lang: 'en', theme: 'light', tick: 0, latency: 0, started: 'yes', list: 'sheet' }));
    await says(page, '39 rows read');
    await id(page, 'list-notes').getByText('4 rows are hidden').waitFor();
    await id(page, 'list-notes').locator('summary').click();
    await id(page, 'list-notes').getByText('Not read: Gamla.').waitFor();
    await id(page, 'list-sheet').selectOption('Gamla');
    await page.waitForFunction(() => document.querySelector('[data-testid="undo"]').dataset.undo === 'Sheet');
    await id(page, 'list-columns').click();
    await id(page, 'column-EmailAddress').selectOption({ label: 'Lösenord' });
    await expect(id(page, 'column-Password')).toHaveValue('-1');
    await id(page, 'columns-save').click();
    await id(page, 'list-columns').getByText('Lösenord').waitFor();
    await id(page, 'close-list').click();
    await says(page, 'No list is open yet.');
  });

  await test('50,000 rows scroll with few of them in the page', async (page) => {
    await open(page, { list: '50000', latency: 2 });
    await says(page, '50,000 rows read');
    // What the thread itself takes: a machine with other work makes frames late, not this number larger.
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busy = async () => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
    for (const [step, distance] of [
      [100, 20_000],
      [2000, 400_000],
    ]) {
      const before = await busy();
      const seen = await page.evaluate(scroll, [step, distance]);
      const took = ((await busy()) - before) / seen.frames;
      assert.ok(seen.most < 80, `${seen.most} rows are in the page`);
      console.log(
        `      ${distance} px by ${step}: ${seen.frames} frames, median ${seen.median} ms, 95% ${seen.p95} ms, longest ${seen.longest} ms, ` +
          `${seen.over50} over 50 ms; ${took.toFixed(1)} ms a frame of its own time; ${seen.holes} frames with an empty row; at most ${seen.most} rows in the page`,
      );
    }
    await page.evaluate(() => {
      const box = document.querySelector('[data-testid="list-rows"]');
      box.scrollTop = box.scrollHeight;
    });
    await page.locator('tr[aria-rowindex="50001"]').waitFor();
  });
}

/** Scrolls the table so far, a step each frame, and tells how long the frames took. */
async function scroll([step, distance]) {
  const box = document.querySelector('[data-testid="list-rows"]');
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const frames = [];
  let [last, most, holes] = [await frame(), 0, 0];
  for (let gone = 0; gone < distance; gone += step) {
    box.scrollTop += step;
    const now = await frame();
    frames.push(now - last);
    last = now;
    most = Math.max(most, document.querySelectorAll('tr[data-row]').length);
    holes += document.querySelector('tr.hole') ? 1 : 0;
  }
  frames.sort((a, b) => a - b);
  const at = (part) => Math.round(frames[Math.floor((frames.length - 1) * part)] * 10) / 10;
  return { frames: frames.length, median: at(0.5), p95: at(0.95), longest: at(1), over50: frames.filter((one) => one > 50).length, holes, most };
}
