// The last step on the pretend platform: DNS moved in its order and watched, licences assigned, letters sent, rights and
// habits gone through, and what is ours taken back.
import { expect, pick } from './browser.mjs';

/** The journeys; `test`, `id` and `says` are those of run.mjs. */
export async function finishJourneys({ test, id, says, address }) {
  const go = async (page, query) => {
    await page.goto(address({ lang: 'en', theme: 'light', tick: 0, latency: 0, ...query }));
    await id(page, 'step-finish').click();
  };
  const state = (page, name, value) => page.locator(`[data-testid="${name}"][data-state="${value}"]`).waitFor();

  await test('finish: MX is refused too early, moves after the last mailbox, is watched and proved', async (page) => {
    await go(page, { scene: 'needs', finish: 'locked' });
    await state(page, 'dns-mx', 'locked');
    await id(page, 'dns-mx').getByText('After the last mailbox').waitFor();
    await id(page, 'dns-mx').locator('.rowlink').click();
    await state(page, 'step-moveMx', 'locked');
    await id(page, 'mail-after').getByText('would go round until a server gives up').waitFor();
    await id(page, 'practice-moveMx').click();
    await id(page, 'trouble').waitFor();
    await id(page, 'back').click();
    await expect(id(page, 'dns-mx')).toHaveAttribute('data-state', 'locked');

    await go(page, { scene: 'synced' });
    await says(page, 'Every mailbox is copied; now DNS.');
    await id(page, 'primary').click();
    await says(page, 'MX may move to Microsoft 365 now.');
    await expect(id(page, 'step-finish').locator('.ss')).toHaveText('MX may move');
    await id(page, 'primary').click();
    await id(page, 'record-mx').getByText('still leads to the old server').waitFor();
    await id(page, 'practice-moveMx').click();
    await state(page, 'step-moveMx', 'done');
    await state(page, 'step-tidySpf', 'locked');
    await id(page, 'dns-history').getByText('nordvik-example.mail.protection.outlook.com').waitFor();
    await id(page, 'watch').click();
    await id(page, 'watching').waitFor();
    await id(page, 'headers').fill('nothing of the sort');
    await id(page, 'judge').click();
    await page.locator('[data-testid="verdict"][data-direct="false"]').getByText('no mail with Received headers').waitFor();
    await id(page, 'practice-mail').click();
    await page.locator('[data-testid="verdict"][data-direct="true"]').waitFor();
    await id(page, 'back').click();
    await state(page, 'dns-mx', 'waiting');
    await id(page, 'dns-mx').getByText('old value').waitFor();
    await says(page, 'MX has moved; now Autodiscover.');
  });

  await test('finish: mailboxes that nobody chose are named, MX waits for a decision, and the decision can be undone', async (page) => {
    await go(page, { scene: 'synced', finish: 'left' });
    await says(page, 'Nobody chose twelve mailboxes of the old server; MX waits for a decision.');
    await expect(id(page, 'step-finish').locator('.ss')).toHaveText('12 chosen by nobody');
    await id(page, 'dns-mx').getByText('After a decision about 12').waitFor();
    await id(page, 'primary').click();
    await state(page, 'step-moveMx', 'locked');
    await id(page, 'step-moveMx').getByText('nobody said that they stay behind').waitFor();
    await id(page, 'unchosen').getByText('per.mansson@nordvik.example').waitFor();
    await expect(id(page, 'unchosen').getByText('arkiv@nordvik.example')).toBeHidden();
    await id(page, 'names-more').locator('summary').click();
    await id(page, 'unchosen').getByText('arkiv@nordvik.example').waitFor();
    await id(page, 'stay').click();
    await id(page, 'stay-dialog').getByText('mail no longer reaches them').waitFor();
    await page.keyboard.press('Escape'); // nothing is decided
    await id(page, 'stay-dialog').waitFor({ state: 'detached' });
    await state(page, 'step-moveMx', 'locked');
    await id(page, 'stay').click();
    await id(page, 'stay-now').click();
    await id(page, 'unchosen').waitFor({ state: 'detached' });
    await state(page, 'step-moveMx', 'may');
    await id(page, 'count-again').click();
    await state(page, 'step-moveMx', 'locked');
    await id(page, 'choose-left').click();
    await expect(id(page, 'step-mailboxes')).toHaveAttribute('aria-current', 'step');
  });

  await test('finish: a record is told in the words of each kind of DNS host', async (page) => {
    await go(page, { scene: 'synced', finish: 'short' });
    await id(page, 'dns-mx').locator('.rowlink').click();
    const record = id(page, 'record-mx');
    await record.getByText('Priority:').waitFor();
    await pick(record.locator('[data-testid="style-mx-zone"]'));
    await record.getByText('nordvik.example. 300 IN MX 0').waitFor();
    await pick(record.locator('[data-testid="style-mx-windows"]'));
    await record.getByText('Add-DnsServerResourceRecordMX').waitFor();
    await id(page, 'dns-resolvers').fill('9.9.9.9 149.112.112.112');
    await id(page, 'dns-save').click();
    await page.getByText('Asked now: 9.9.9.9 and 149.112.112.112').waitFor();
    await id(page, 'save-lines').click();
    await page.getByText('Saved: /projekt/Nordvik.stegvis/dns.txt').waitFor();
  });

  await test('finish: licences that are too few say for whom, why one was refused and what to do', async (page) => {
    await go(page, { scene: 'synced', finish: 'short' });
    await says(page, 'One person loses the mailbox in two days.');
    await expect(id(page, 'step-finish')).toHaveAttribute('aria-current', /step/);
    await id(page, 'primary').click();
    await says(page, 'Five people need a licence; the first has two days left.');
    await expect(id(page, 'need-goran.wikstrom@nordvik.example')).toHaveAttribute('data-alarm', 'Three');
    await expect(id(page, 'missing')).toHaveText('1 person without a country');
    await id(page, 'country').selectOption('SE');
    await page.waitForFunction(() => document.querySelector('[data-testid="missing"]')?.textContent === '2 licences short');
    await page.locator('body').press('Enter'); // Enter alone assigns nothing
    await expect(id(page, 'given')).toHaveCount(0);
    await id(page, 'assign').click();
    await id(page, 'refused').locator('summary').click();
    await id(page, 'refused').getByText('Choose another product').waitFor();
    await expect(id(page, 'given').locator('li')).toHaveCount(2);
  });

  await test('finish: a letter is read, its template edited, a broken one refused, and sent to each once', async (page) => {
    await go(page, { scene: 'synced', finish: 'moving' });
    await id(page, 'open-letters').click();
    await id(page, 'letter-text').getByText('Hello Göran Wikström').waitFor();
    await id(page, 'letter-person').selectOption('orjan.hallgren@nordvik.example');
    await id(page, 'letter-text').getByText('Hello Örjan Hällgren').waitFor();
    await id(page, 'ask-redo').click();
    await id(page, 'redo').getByText('Inkorgen/Ritningar').waitFor();
    await id(page, 'edit-template').click();
    await id(page, 'template').fill('Ready\nDear {{ name }');
    await id(page, 'keep-template').click();
    await id(page, 'trouble').waitFor();
    await id(page, 'template').fill('Ready\nDear {{ name }}, welcome.');
    await id(page, 'keep-template').click();
    await id(page, 'letter-text').getByText('Dear Örjan Hällgren, welcome.').waitFor();
    await pick(id(page, 'letter-language-sv'));
    await id(page, 'letter-text').getByText('Hej Örjan Hällgren').waitFor();
    await id(page, 'send-letters').click();
    await id(page, 'letter-ready').getByText('12 / 14').waitFor();
    await id(page, 'send-failed').click();
    await id(page, 'letter-ready').getByText('13 / 14').waitFor();
    await id(page, 'send-unknown').click();
    await id(page, 'letter-ready').getByText('14 / 14').waitFor();
  });

  await test('finish: letters do not leave without the day of the move', async (page) => {
    await go(page, { scene: 'synced' });
    await id(page, 'open-letters').click();
    await id(page, 'letter-text').waitFor();
    await expect(id(page, 'missing')).toHaveText('The day of the move is missing');
    await id(page, 'send-letters').click();
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'field-date');
    await id(page, 'field-date').fill('28 November');
    await id(page, 'save-fields').click();
    await id(page, 'letter-text').getByText('on 28 November').waitFor();
    await id(page, 'send-letters').click();
    await id(page, 'letter-notice').getByText('14 / 14').waitFor();
  });

  await test('finish: rights and habits are read, and their tasks ticked off', async (page) => {
    await go(page, { scene: 'synced', finish: 'moving' });
    await id(page, 'habits-card').getByText('not read').waitFor();
    await id(page, 'open-habits').click();
    await id(page, 'read-habits').click();
    await says(page, 'Four things to do by hand.');
    await id(page, 'done-1').check();
    await says(page, 'Three things to do by hand.');
    await id(page, 'habits-marta.agren@nordvik.example').locator('summary').click();
    await id(page, 'habits-marta.agren@nordvik.example').getByText('Could not be read here').waitFor();
    await id(page, 'back').click();
    await id(page, 'habits-card').getByText('3 tasks left').waitFor();
  });

  await test('finish: the clean-up says first and takes back then; a batch is removed when nothing keeps it', async (page) => {
    await go(page, { scene: 'synced', finish: 'caches', engine: 'Service' });
    await page.locator('[data-testid="batch-Batch 2"]').getByText('72 hours after MX').waitFor();
    await id(page, 'open-cleanup').click();
    await id(page, 'dry-run').click();
    await says(page, 'Nothing has been changed.');
    await state(page, 'foot-MailboxAccess', 'Present');
    await page.keyboard.press('Enter'); // pressed twice, it asks: nothing is taken back
    await id(page, 'cleanup-dialog').getByText('The project stays').waitFor();
    await page.keyboard.press('Escape');
    await id(page, 'cleanup-dialog').waitFor({ state: 'detached' });
    await state(page, 'foot-MailboxAccess', 'Present');
    await id(page, 'clean-up').click();
    await id(page, 'clean-up-now').click();
    await state(page, 'foot-MailboxAccess', 'Gone');
    await state(page, 'foot-Application', 'Unknown');
    await id(page, 'back').click();
    await id(page, 'open-server').click();
    await state(page, 'gate-CleanedUp', 'Passed');
    await pick(id(page, 'keepsSync-No'));
    await page.locator('[data-testid="advice"][data-route="RemoveAll"]').waitFor();
    await pick(id(page, 'keepsSync-Yes'));
    await id(page, 'advice').getByText('Client Access').waitFor();
  });

  await test('finish: the report has its charts, its acts and what is still to do, and is saved without names', async (page) => {
    await go(page, { scene: 'synced', finish: 'caches' });
    await id(page, 'read-report').click();
    await id(page, 'charts').getByRole('img').first().waitFor();
    await id(page, 'report-acts').getByText('Made the batch').waitFor();
    await id(page, 'report-todo').getByText('Convert these old mailboxes').waitFor();
    const acts = (words) => id(page, 'report-acts').getByRole('rowheader', { name: words, exact: true });
    await id(page, 'redact').check();
    await id(page, 'save-report-page').click();
    await acts('Saved this report without names').waitFor();
    await expect(acts('Saved this report')).toHaveCount(0);
    await id(page, 'open-report-page').click(); // it is as the switch says: opened as it is
    await id(page, 'redact').uncheck();
    await id(page, 'open-report-page').click(); // and written anew first when the switch differs
    await acts('Saved this report').waitFor();
    await expect(acts('Saved this report without names')).toHaveCount(1);
  });
}
