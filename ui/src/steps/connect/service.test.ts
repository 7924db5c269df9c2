import { expect, test } from 'vitest';

import { setLocale } from '../../i18n/locale.svelte';
import { FakePlatform } from '../../platform/fake';
import type { ServiceView } from '../../platform/types';
import { Session } from '../../session/session.svelte';
import { routeState, routeWords, serviceFocus, serviceMissing, serviceOutcome } from './service';
import { ConnectState } from './state.svelte';

const idle = { reading: false, trying: false };
const service = (more: Partial<ServiceView> = {}): ServiceView => ({
  endpoints: [{ name: 'Old', proxy: 'mail.nordvik.example', atOnce: 20 }],
  chosen: 'Old',
  tested: { works: true, words: null, at: '2026-11-25T09:00:00Z' },
  routes: [],
  commands: [],
  trouble: null,
  ...more,
});

test('the service works only when its own test of an endpoint that is still there passed', () => {
  expect(serviceOutcome(service(), idle)).toBe('works');
  expect(serviceOutcome(service({ tested: null }), idle)).toBe('untested');
  expect(serviceOutcome(service({ tested: { works: false, words: '401', at: '' } }), idle)).toBe('fails');
  expect(serviceOutcome(service({ chosen: 'Removed since' }), idle)).toBe('choose');
  expect(serviceOutcome(service({ endpoints: [] }), idle)).toBe('none');
  expect(serviceOutcome(service({ endpoints: [], trouble: 'Access Denied' }), idle)).toBe('trouble');
  expect(serviceOutcome(service(), { reading: false, trying: true })).toBe('testing');
  expect(serviceOutcome(service({ endpoints: [] }), { reading: true, trying: false })).toBe('reading');
  // Looked at again, what is known stays on the page.
  expect(serviceOutcome(service(), { reading: true, trying: false })).toBe('works');
});

test('whatever is missing has words, and a place to go to', () => {
  setLocale('en');
  for (const outcome of ['reading', 'trouble', 'none', 'choose', 'untested', 'testing', 'fails'] as const) {
    expect(serviceMissing(outcome)).toMatch(/\w/);
    expect(serviceFocus(outcome)).toMatch(/\w/);
  }
  expect(serviceMissing('works')).toBeNull();
});

test('a way to make an endpoint that this version does not know is shown by its name', () => {
  expect(routeWords('Pigeon').title).toBe('Pigeon');
  expect(routeState('Asleep')).toBe('Asleep');
});

test('an endpoint that is made meanwhile is found by looking again, and tested before it is saved', async () => {
  setLocale('en');
  const session = new Session(new FakePlatform({ scene: 'listed', tenant: 'none', tick: 0 }));
  await session.load();
  const state = new ConnectState(session);
  await state.enter();
  await state.chooseEngine('Service');
  expect(state.serviceOutcome).toBe('none');
  expect(state.foundNone).toBeNull(); // that was the first look
  await state.readService();
  expect(state.foundNone).not.toBeNull();
  await state.readService();
  expect(state.serviceOutcome).toBe('untested');
  expect(await state.save()).toBe(false);
  expect(session.trouble?.code).toBe('EndpointMissing');
  await state.tryService();
  expect(state.title()).toBe('The service reaches your old server.');
  expect(await state.save()).toBe(true);
  session.end();
});

test('another endpoint has neither the test nor the settings of the first', async () => {
  const session = new Session(new FakePlatform({ scene: 'connected', engine: 'Service', tick: 0 }));
  await session.load();
  const state = new ConnectState(session);
  await state.enter();
  expect(state.serviceOutcome).toBe('works');
  state.setAtOnce(40);
  await state.save();
  expect(state.view!.service.endpoints.map((one) => one.atOnce)).toEqual([40, 2]);
  await state.chooseCloudEndpoint('Gammal prov');
  expect(state.serviceOutcome).toBe('untested');
  expect(state.atOnce).toBe(2); // what was set for the first is not meant for it
  state.setAtOnce(7);
  session.platform.chooseCloudEndpoint = () => Promise.reject(new Error('refused'));
  await state.chooseCloudEndpoint('Outlook Anywhere Nordvik');
  expect(state.atOnce).toBe(7); // nothing was chosen, so nothing is forgotten
  session.end();
});
