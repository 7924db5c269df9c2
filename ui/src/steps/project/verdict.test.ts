import { describe, expect, test } from 'vitest';

import type { AnswersDto } from '../../platform/types';
import { noAnswers } from './questions';
import { reasonWord, verdict } from './verdict';

const staged: AnswersDto = {
  exchange: 'Exchange2007',
  count: 'UpTo150',
  directorySync: 'Yes',
  singleSignOn: 'No',
  pace: 'InGroups',
};

describe('the verdict follows the core’s rule', () => {
  test('Exchange 2007 with directory synchronisation is moved in stages', () => {
    expect(verdict(staged)).toEqual({
      route: 'Staged',
      reasons: ['VersionSuitsStaged', 'CountFitsCutover', 'SyncClosesCutover', 'LastServerMayGo', 'PilotFirst'],
    });
  });

  test('a newer Exchange goes elsewhere whatever else is answered', () => {
    expect(verdict({ ...noAnswers, exchange: 'Exchange2010OrLater' }).route).toBe('MinimalHybrid');
  });

  test('a small company without synchronisation is sent to cutover, a large one is not', () => {
    expect(verdict({ ...staged, directorySync: 'No' }).route).toBe('Cutover');
    expect(verdict({ ...staged, directorySync: 'No', count: 'More', pace: 'AtOnce' }).route).toBe('Staged');
    expect(verdict({ ...staged, directorySync: 'No', count: 'UpTo2000', pace: 'AtOnce' }).route).toBe('Cutover');
  });

  test('four answers decide nothing', () => {
    expect(verdict({ ...staged, pace: null }).route).toBe('Undecided');
    expect(verdict(noAnswers)).toEqual({ route: 'Undecided', reasons: [] });
  });

  test('every reason has words', () => {
    const values = [staged, { ...staged, count: 'More', directorySync: 'No', singleSignOn: 'Yes', pace: 'AtOnce' }];
    for (const reason of values.flatMap((answers) => verdict(answers).reasons)) {
      expect(reasonWord(reason)).not.toBe(reason);
    }
  });
});
