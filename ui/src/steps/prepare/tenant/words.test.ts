import { describe, expect, it } from 'vitest';

import { tenant } from '../../../platform/fake/tenant';
import { removalWord, resultLook, stepWord, whyWord } from './words';

describe('the tenant in words', () => {
  const view = tenant('2026-11-25T09:00:00Z');

  it('says why each permission is needed, and each step of the guide', () => {
    for (const { name } of view.permissions) expect(whyWord(name), name).not.toBe('');
    for (const { id } of view.steps) expect(stepWord(id), id).not.toBe('');
    for (const { id } of view.removal) expect(removalWord(id), id).not.toBe('');
  });

  it('shows a result that it does not know as one that shows nothing', () => {
    expect(resultLook('granted').tone).toBe('ok');
    expect(resultLook('of a later version').tone).toBe('warn');
  });
});
