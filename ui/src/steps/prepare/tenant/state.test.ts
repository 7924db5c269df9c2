import { expect, test } from 'vitest';

import { FakePlatform } from '../../../platform/fake';
import { Session } from '../../../session/session.svelte';
import { SignInForm } from './state.svelte';

async function form(connected: boolean) {
  const platform = new FakePlatform({ scene: 'opened', kind: 'Real', connected, signIn: connected ? 'ok' : 'waits', tick: 0 });
  const session = new Session(platform);
  await session.load();
  return { platform, form: new SignInForm(session) };
}

const refusal = { code: 'Running', message: 'a batch is running', help: '', retry: true };

test('a sign-in that was cancelled hides nothing that is refused later', async () => {
  const { platform, form: signIn } = await form(false);
  signIn.clientId = '69f63fbf-3c89-b6f8-b3b4-816819b02fcc';
  const waiting = signIn.signIn('device');
  await signIn.cancel();
  expect(await waiting).toBe(false);
  expect(signIn.refused).toBeNull();
  platform.makeCertificate = () => Promise.reject(refusal);
  await signIn.makeCertificate();
  expect(signIn.refused?.message).toBe('a batch is running');
});

test('a refused sign-out is told, and the next one begins anew; a second press asks nothing', async () => {
  const { platform, form: signIn } = await form(true);
  const { signOut } = platform;
  let asked = 0;
  platform.signOut = () => ((asked += 1), Promise.reject(refusal));
  const both = [signIn.signOut(), signIn.signOut()];
  expect(await Promise.all(both)).toEqual([false, false]);
  expect(asked).toBe(1);
  expect(signIn.refused?.code).toBe('Running');
  expect(signIn.who).toBe('admin@nordvik.onmicrosoft.example');
  platform.signOut = signOut;
  expect(await signIn.signOut()).toBe(true);
  expect(signIn.refused).toBeNull();
  expect(signIn.who).toBeNull();
});

test('a code ends when it was to end when it was first shown', async () => {
  const { form: signIn } = await form(false);
  const first = signIn.codeEnds('F7KQ2XNPD', 900);
  expect(signIn.codeEnds('F7KQ2XNPD', 1800)).toBe(first);
  expect(signIn.codeEnds('ANOTHER', 1800)).toBeGreaterThan(first);
});
