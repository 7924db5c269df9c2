import { expect, test } from 'vitest';

import type { EndpointTest, EndpointTestId } from '../../platform/types';
import { outcome } from './state.svelte';
import { testFound, testIds } from './words';

const all = (severity: string): EndpointTest[] =>
  testIds.map((test) => ({ test, severity, code: 'ok', values: {}, serverWords: null }));
const but = (test: EndpointTestId, severity: string) =>
  all('Pass').map((one) => (one.test === test ? { ...one, severity } : one));

test('an endpoint works only when every test that matters ran and passed', () => {
  expect(outcome(all('Pass'), false)).toBe('works');
  expect(outcome(all('NotRun'), false)).toBe('untested');
  expect(outcome([], false)).toBe('untested');
  expect(outcome(but('OpensMailboxes', 'NotRun'), false)).toBe('untested');
  expect(outcome(but('Speed', 'NotRun'), false)).toBe('works');
  expect(outcome(but('Tls', 'Warn'), false)).toBe('warns');
  expect(outcome(but('Certificate', 'Fail'), false)).toBe('fails');
  expect(outcome(all('Pass'), true)).toBe('testing');
});

test('a long fingerprint is told by its ends', () => {
  const test = { test: 'Certificate', severity: 'Warn', code: 'pinned', values: { fingerprint: '7F3A'.repeat(16) }, serverWords: null };
  expect(testFound(test as EndpointTest, false)).toContain('7F 3A … 7F 3A');
});
