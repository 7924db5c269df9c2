import { expect, test } from 'vitest';

import { FakePlatform } from '../platform/fake';
import { missingFor } from './places';
import { handedOver, ServerForm } from './server.svelte';
import { Session } from './session.svelte';

async function real(connected: boolean) {
  const session = new Session(new FakePlatform({ scene: 'opened', kind: 'Real', connected, tick: 0 }));
  await session.load();
  return session;
}

test('a real project says at each step what is not connected yet', async () => {
  const { places } = await real(false);
  expect(missingFor('project', places)).toEqual([]);
  expect(missingFor('prepare', places)).toEqual(['tenant', 'directory']);
  expect(missingFor('connect', places)).toEqual(['source']);
  expect(missingFor('migrate', places)).toEqual(['tenant', 'directory', 'source']);
});

test('where the service copies, this computer needs no old server', async () => {
  const { places } = await real(false);
  expect(missingFor('migrate', places, 'Service')).toEqual(['tenant', 'directory']);
  expect(missingFor('connect', places, 'Service')).toEqual([]);
  expect(missingFor('connect', places, 'Direct')).toEqual(['source']);
});

test('of one that is connected, and of the practice company, nothing is missing', async () => {
  expect(missingFor('migrate', (await real(true)).places)).toEqual([]);
  const practice = new Session(new FakePlatform({ scene: 'opened' }));
  await practice.load();
  expect(missingFor('migrate', practice.places)).toEqual([]);
});

test('a certificate that nobody vouches for keeps everything from being sent until it is pinned', async () => {
  const session = await real(false);
  const form = new ServerForm(session, 'Ldap', null);
  form.host = 'srv-dc01.nordvik.example, srv-dc02.nordvik.example';
  form.account = 'NORDVIK\\migrering';
  let sent = 0;
  const request = async () => void (sent += 1);
  expect(await form.connect(request)).toBe(false);
  expect(sent).toBe(0);
  expect(form.certificate?.serverWords).toContain('UnknownIssuer');
  form.pin();
  expect(await form.connect(request)).toBe(true);
  expect(sent).toBe(1);
  expect(form.trust).toEqual({ trust: 'Pinned', fingerprint: form.certificate!.fingerprint });
});

test('another server is looked at anew; the port follows the security unless it was typed', async () => {
  const form = new ServerForm(await real(false), 'Imap', null);
  form.host = 'srv-mail01.nordvik.example';
  await form.trusted();
  form.pin();
  form.chooseSecurity('StartTls');
  expect(form.port).toBe(143);
  expect(form.certificate).toBeNull();
  expect(form.trust).toEqual({ trust: 'System' });
  form.port = 1143;
  form.chooseSecurity('ImplicitTls');
  expect(form.port).toBe(1143);
});

test('a password leaves its field when it is handed over', () => {
  const field = { value: 'lösen-7' } as HTMLInputElement;
  expect(handedOver(field)).toBe('lösen-7');
  expect(field.value).toBe('');
  expect(handedOver(field)).toBeNull();
});
