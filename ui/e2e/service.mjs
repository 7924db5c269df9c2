// Microsoft's migration service on the pretend platform: chosen, given an endpoint, tested, started, watched, and
// what it left copied from this computer.
import { expect, pick } from './browser.mjs';

/** The journeys; `test`, `id` and `says` are those of run.mjs. */
export async function serviceJourneys({ test, id, says, address }) {
  const shown = (page, name, value) =>
    page.waitForFunction(
      ([name, value]) => document.querySelector(`[data-testid="${name}"]`)?.dataset.outcome === value,
      [name, value],
    );

  await test('the service is chosen, its endpoint made meanwhile, tested, and the batch watched to its gap', async (page) => {
    await page.goto(address({ scene: 'listed', tenant: 'none', lang: 'en', theme: 'light', latency: 5, tick: 60 }));
    await id(page, 'step-connect').click();
    await says(page, 'can read your old server');
    await pick(id(page, 'engine-Service'));
    await says(page, 'The service has no way to your old server yet.');
    await expect.poll(() => page.evaluate(() => document.activeElement?.dataset.testid)).toBe('engine-Service');

    // What stands in the way has the focus of whoever presses too early.
    await expect(id(page, 'missing')).toHaveText('Make an endpoint in the tenant');
    await id(page, 'primary').click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('look-again');
    await id(page, 'route-AdminCentre').getByText('srv-mail01.nordvik.example').waitFor();
    await expect(id(page, 'route-DirectRest')).toHaveAttribute('data-state', 'Unproved');
    await id(page, 'route-PowerShell').locator('summary').click();
    await id(page, 'route-PowerShell').getByText('New-MigrationEndpoint').waitFor();
    await id(page, 'look-again').click();
    await page.getByText('still none').waitFor();
    await id(page, 'look-again').click();

    await says(page, 'The service has not tried your old server yet.');
    await expect(id(page, 'endpoint-0')).toBeChecked();
    await id(page, 'primary').click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('service-test');
    await page.keyboard.press('Enter');
    await says(page, 'The service reaches your old server.');
    await id(page, 'show-commands').click();
    await id(page, 'commands').getByText('Test-MigrationServerAvailability').waitFor();
    await page.keyboard.press('Escape');
    await id(page, 'primary').click();

    await says(page, 'when you start the batch Pilot');
    await page.getByText('Give Microsoft’s migration service a batch of 3 mailboxes').waitFor();
    await id(page, 'show-commands').click();
    await id(page, 'commands').getByText('New-MigrationBatch').waitFor();
    await page.keyboard.press('Escape');
    await id(page, 'primary').click();
    await page.getByText('the migration goes on without us').waitFor();
    await says(page, 'mailboxes are synced.');
    await id(page, 'next-batch').click();
    await says(page, 'when you start the batch Batch 2');
    await id(page, 'primary').click();
    await id(page, 'cloud-name').getByText('Batch 2 (Stegvis 4f2a)').waitFor();
    await says(page, 'the rest is copied');
    await id(page, 'retry').click();
    await says(page, 'All 14 mailboxes are synced.');

    await id(page, 'gap').getByText('The service left 3 items in 2 mailboxes.').waitFor();
    await id(page, 'fill-gap').click();
    await says(page, 'What the service left is being copied from this computer.');
    await id(page, 'gap').getByText('Nothing is left to copy.').waitFor();
    await says(page, 'All 14 mailboxes are synced.');
  });

  await test('a batch starts at a set time and never at one that is over', async (page) => {
    await page.goto(address({ scene: 'connected', engine: 'Service', lang: 'en', theme: 'light', latency: 5, tick: 60 }));
    await id(page, 'step-migrate').click();
    await id(page, 'start-later').check();
    await expect(id(page, 'primary')).toHaveText('Schedule the migration');
    await id(page, 'start-at').fill('2001-01-01T08:00');
    await id(page, 'primary').click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('start-at');
    await expect(id(page, 'start-at')).toHaveAttribute('aria-invalid', 'true');
    await expect(id(page, 'missing')).toHaveText('Set a time that is still to come');
    await id(page, 'start-at').fill('2099-03-01T22:30');
    await id(page, 'primary').click();
    await says(page, 'The service has the batch Pilot; nothing is moving yet.');
    await page.waitForTimeout(300);
    await says(page, 'nothing is moving yet.');
    await id(page, 'stop').click();
    await says(page, 'Stopped, with three mailboxes left to copy.');
  });

  await test('a refused test, and a tenant that refuses, say why in the server’s own words', async (page) => {
    await page.goto(address({ scene: 'listed', engine: 'Service', tenant: 'refusing', lang: 'sv', theme: 'light', tick: 0, latency: 0 }));
    await id(page, 'step-connect').click();
    await says(page, 'Välj den slutpunkt som tjänsten använder.');
    await id(page, 'endpoint-0').check();
    await id(page, 'service-test').click();
    await says(page, 'Tjänsten når inte din gamla server än.');
    await id(page, 'service-tested').getByText('(401) Unauthorized').waitFor();
    await expect(id(page, 'missing')).toHaveText('Tjänstens test misslyckas');
    await id(page, 'endpoint-1').check();
    await says(page, 'Tjänsten har inte provat din gamla server än.');

    await page.goto(address({ scene: 'listed', engine: 'Service', tenant: 'silent', lang: 'en', theme: 'light', tick: 0, latency: 0 }));
    await id(page, 'step-connect').click();
    await shown(page, 'service', 'trouble');
    await id(page, 'service-trouble').locator('summary').click();
    await id(page, 'service-trouble').getByText('not within your scope of roles').waitFor();
  });

  await test('who is held up, throttled and failed are told apart', async (page) => {
    await page.goto(address({ scene: 'running', engine: 'Service', lang: 'en', theme: 'light', tick: 0, latency: 0 }));
    await id(page, 'step-migrate').click();
    const row = (local) => id(page, `row-${local}@nordvik.example`);
    await row('gunilla.backstrom').getByText('Held up').waitFor();
    await row('hakan.sjogren').getByText('Throttled').waitFor();
    await row('goran.wikstrom').getByText('Needs you').waitFor();
    await row('gunilla.backstrom').locator('.rowlink').click();
    await id(page, 'pane').getByText('StalledDueToTarget_MdbReplication').waitFor();
    await page.getByText('You can close Stegvis, and switch this computer off.').waitFor();
  });
}
