// A real migration on the pretend platform: made, signed in to in three ways, its servers judged and connected, its
// endpoint made.
import { expect, pick } from './browser.mjs';

const CLIENT = '69f63fbf-3c89-b6f8-b3b4-816819b02fcc';

/** The journeys; `test`, `id` and `says` are those of run.mjs. */
export async function realJourneys({ test, id, says, address }) {
  const focused = (page) => page.evaluate(() => document.activeElement?.id);

  await test('a real migration is made, and each step says what is not connected and leads there', async (page) => {
    await page.goto(address({ lang: 'en', theme: 'light', latency: 40 }));
    await pick(id(page, 'kind-Real'));
    await id(page, 'primary').click();
    await expect.poll(() => focused(page)).toBe('company');
    await expect(id(page, 'company')).toHaveAttribute('aria-invalid', 'true');
    await id(page, 'company').fill('Ångström & Söner AB');
    await pick(id(page, 'exchange-Exchange2007'));
    await id(page, 'primary').click();
    await says(page, 'Connect the tenant and the old directory; then the checks run.');
    await page.getByText('Ångström & Söner AB').waitFor();
    await expect(page.locator('.proj > span')).toHaveText('Real migration');
    for (const [step, parts] of [['mailboxes', 'directory'], ['connect', 'source'], ['migrate', 'tenant directory source'], ['prepare', 'tenant directory']]) {
      await id(page, `step-${step}`).click();
      await page.locator(`[data-testid="not-connected"][data-parts="${parts}"]`).waitFor();
    }
    await id(page, 'step-migrate').click();
    await id(page, 'connect-part').click();
    await id(page, 'tenant').waitFor();
    await expect(id(page, 'step-prepare')).toHaveAttribute('aria-current', 'step');
    await page.keyboard.press('Escape');
    await id(page, 'step-mailboxes').click();
    await id(page, 'connect-part').click();
    await id(page, 'connect-directory').waitFor();
    await page.keyboard.press('Escape');
    await id(page, 'step-project').click();
    await expect(id(page, 'exchange-Exchange2007')).toBeChecked(); // answered before there was a project
    await id(page, 'close-project').click();
    await page.getByText('Fabrikam Trä AB').first().waitFor();
    await id(page, 'reopen-/projekt/Fabrikam Trä AB').click();
    await id(page, 'step-prepare').click(); // sooner than the project is open
    await says(page, 'Connect the tenant and the old directory; then the checks run.');
    await id(page, 'open-mail').waitFor();
  });

  await test('a person signs in in the browser, and the directory is read once its certificate is pinned', async (page) => {
    await page.goto(address({ scene: 'opened', kind: 'Real', connected: 'no', lang: 'en', theme: 'light', latency: 50 }));
    await expect(id(page, 'primary')).toHaveText('Sign in to Microsoft 365'); // it waits for what is connected
    await id(page, 'primary').click();
    await id(page, 'tenant-guide').getByText('Redirect URI: platform').waitFor();
    await id(page, 'sign-in-browser').click();
    await expect.poll(() => focused(page)).toBe('client-id');
    await id(page, 'client-id').fill(CLIENT);
    await page.keyboard.press('Enter');
    await page.locator('[data-testid="sign-in-waits"][data-state="Browser"]').waitFor();
    await id(page, 'permission-Exchange Administrator').waitFor();
    await id(page, 'tenant').getByText('admin@nordvik.onmicrosoft.example').waitFor();
    await page.keyboard.press('Escape');

    await expect(id(page, 'primary')).toHaveText('Connect the directory');
    await id(page, 'primary').click();
    await id(page, 'old-directory-host').fill('srv-dc01.nordvik.example');
    await id(page, 'old-directory-account').fill('NORDVIK\\migrering');
    await id(page, 'old-directory-password').fill('lösen-7');
    await id(page, 'connect-directory-now').click();
    await page.locator('[data-testid="certificate"][data-trusted="false"]').waitFor();
    await id(page, 'fingerprint').getByText('7F 3A C1 09').waitFor();
    await expect(id(page, 'old-directory-password')).toHaveValue('lösen-7'); // nothing was sent yet
    await id(page, 'pin').click();
    await id(page, 'connect-directory-now').click();
    await id(page, 'connect-directory').waitFor({ state: 'detached' });
    await id(page, 'open-directory').waitFor();
    await id(page, 'connect-directory-open').click();
    await expect(id(page, 'old-directory-password')).toHaveValue(''); // it is never shown again
    await page.getByText('One is kept.').waitFor();
    await page.keyboard.press('Escape');
    await id(page, 'primary').click();
    await says(page, 'Two things stop you');
  });

  await test('a sign-in with a code can be cancelled, and a refused one says why and what to do', async (page) => {
    await page.goto(address({ scene: 'opened', kind: 'Real', connected: 'no', signIn: 'waits', lang: 'en', theme: 'light', latency: 5 }));
    await id(page, 'open-tenant').click();
    await id(page, 'client-id').fill(CLIENT);
    await id(page, 'sign-in-device').click();
    await expect(id(page, 'device-code')).toHaveText('F7KQ2XNPD');
    await page.getByText(/good for another 1[45]:\d\d/).waitFor();
    await id(page, 'cancel-sign-in').click();
    await id(page, 'sign-in-browser').waitFor();
    await expect(id(page, 'sign-in-refused')).toHaveCount(0); // to cancel is no trouble

    await page.goto(address({ scene: 'opened', kind: 'Real', connected: 'no', signIn: 'noConsent', lang: 'sv', theme: 'light', latency: 5 }));
    await id(page, 'open-tenant').click();
    await id(page, 'client-id').fill(CLIENT);
    await id(page, 'sign-in-browser').click();
    await id(page, 'sign-in-refused').getByText('Bara en administratör kan ge medgivande').waitFor();
    await id(page, 'sign-in-refused').locator('summary').click();
    await id(page, 'sign-in-refused').getByText('AADSTS90094').waitFor();
  });

  await test('the application signs in with a certificate that is made and uploaded first', async (page) => {
    await page.goto(address({ scene: 'opened', kind: 'Real', connected: 'no', lang: 'en', theme: 'light', latency: 5 }));
    await id(page, 'open-tenant').click();
    await id(page, 'client-id').fill(CLIENT);
    await id(page, 'by-certificate').locator('summary').click();
    await id(page, 'make-certificate').click();
    await id(page, 'by-certificate').getByText('stegvis.cer').waitFor();
    await id(page, 'sign-in-certificate').click();
    await expect.poll(() => focused(page)).toBe('tenant-id'); // nobody signs in who could tell it
    await id(page, 'tenant-id').fill('nordvik.example');
    await id(page, 'sign-in-certificate').click();
    await id(page, 'tenant').getByText('The application, with its certificate.').waitFor();
    await id(page, 'sign-out').click();
    await id(page, 'sign-in-browser').waitFor();
  });

  await test('what was found before somebody signed out is of before; signing in finds it anew', async (page) => {
    await page.goto(address({ scene: 'prepared', kind: 'Real', lang: 'en', theme: 'light', latency: 5, tick: 0 }));
    await says(page, 'Two things stop you');
    await id(page, 'open-tenant').click();
    await id(page, 'sign-out').click();
    await id(page, 'sign-in-browser').waitFor();
    await says(page, 'Connect the tenant and the old directory; then the checks run.');
    await id(page, 'of-before').waitFor();
    await id(page, 'step-prepare').getByText('Not connected').waitFor();
    await id(page, 'client-id').fill(CLIENT);
    await id(page, 'sign-in-browser').click();
    await id(page, 'permission-Exchange Administrator').waitFor();
    await says(page, 'Two things stop you');
    await expect(id(page, 'of-before')).toHaveCount(0);
  });

  await test('the company of a real migration gets another name', async (page) => {
    await page.goto(address({ scene: 'opened', kind: 'Real', lang: 'en', theme: 'light', latency: 5 }));
    await id(page, 'step-project').click();
    await id(page, 'rename').click();
    await expect.poll(() => focused(page)).toBe('company');
    await id(page, 'company').fill('');
    await page.keyboard.press('Enter');
    await expect(id(page, 'company')).toHaveAttribute('aria-invalid', 'true');
    await id(page, 'company').fill('Ångström & Söner AB');
    await page.keyboard.press('Enter');
    await page.locator('.proj').getByText('Ångström & Söner AB').waitFor();
    await expect.poll(() => focused(page)).toBe('rename');
  });

  await test('our own mail goes to whom and by which way one says', async (page) => {
    await page.goto(address({ scene: 'prepared', kind: 'Real', lang: 'en', theme: 'light', latency: 5, tick: 0 }));
    await id(page, 'own-mail-line').getByText('through Microsoft 365').waitFor();
    await id(page, 'open-mail').click();
    await id(page, 'mail-Smtp').check();
    await id(page, 'notify').fill('nobody');
    await id(page, 'save-mail').click();
    await expect.poll(() => focused(page)).toBe('notify');
    await id(page, 'notify').fill('drift@nordvik.example');
    await id(page, 'smtp-host').fill('smtp.fabrikam.example');
    await id(page, 'save-mail').click();
    await id(page, 'own-mail-line').getByText('to drift@nordvik.example, through smtp.fabrikam.example').waitFor();
  });

  await test('the old server is named and tested, and PowerShell makes the endpoint', async (page) => {
    await page.goto(address({ scene: 'listed', kind: 'Real', connected: 'no', tenant: 'none', lang: 'en', theme: 'light', latency: 5, tick: 0 }));
    await id(page, 'step-connect').click();
    await says(page, 'The old server is not named yet.');
    await id(page, 'primary').click();
    await id(page, 'source-host').fill('imap.fabrikam.example');
    await id(page, 'save-source').click();
    await expect.poll(() => focused(page)).toBe('source-account');
    await id(page, 'source-account').fill('NORDVIK/migrering');
    await id(page, 'save-source').click();
    await id(page, 'source').getByText('Something that was entered is not valid.').waitFor(); // no password is kept
    await id(page, 'source-password').fill('lösen-7');
    await id(page, 'save-source').click();
    await says(page, 'This computer can read your old server.');

    await pick(id(page, 'engine-Service'));
    await id(page, 'route-PowerShell').locator('summary').click();
    await id(page, 'make-PowerShell').click();
    await expect.poll(() => focused(page)).toBe('make-PowerShell-proxy');
    await id(page, 'make-PowerShell-proxy').fill('mail.nordvik.example');
    await page.keyboard.press('Enter'); // the form's own, not the page's
    await says(page, 'The service has not tried your old server yet.');
    await page.getByText('mail.nordvik.example').waitFor();
  });
}
