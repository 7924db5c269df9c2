import { afterEach, expect, test, vi } from 'vitest';

import { tauriPlatform } from './tauri';

afterEach(() => vi.unstubAllGlobals());

test('every request travels as one command of that name, with its arguments by name', async () => {
  const sent: [string, unknown][] = [];
  vi.stubGlobal('window', {
    __TAURI_INTERNALS__: {
      invoke: (command: string, args: unknown) => Promise.resolve(sent.push([command, args])),
      transformCallback: () => 1,
    },
  });
  await tauriPlatform.appView();
  await tauriPlatform.createPractice(25);
  await tauriPlatform.openProject('/tmp/a.stegvis');
  await tauriPlatform.retest('Licences');
  await tauriPlatform.chooseMailboxes([]);
  await tauriPlatform.pickList('Choose', 'Lists');
  await tauriPlatform.editList({ edit: 'LeaveOut', rows: [3, 4], out: true });
  await tauriPlatform.saveList('Save', 'CSV', true);
  await tauriPlatform.saveReport('sv', true);
  await tauriPlatform.commands('migrate');
  expect(sent).toEqual([
    ['app_view', {}],
    ['create_practice', { mailboxes: 25 }],
    ['open_project', { path: '/tmp/a.stegvis' }],
    ['retest', { check: 'Licences' }],
    ['choose_mailboxes', { choices: [] }],
    ['pick_list', { title: 'Choose', kind: 'Lists' }],
    ['edit_list', { edit: { edit: 'LeaveOut', rows: [3, 4], out: true } }],
    ['save_list', { title: 'Save', kind: 'CSV', forPerson: true }],
    ['save_report', { language: 'sv', redact: true }],
    ['commands', { step: 'migrate' }],
  ]);
});

test('a refusal of the core arrives as the core sent it', async () => {
  const refusal = { code: 'NoProject', message: 'No project is open.', help: '', retry: false };
  vi.stubGlobal('window', { __TAURI_INTERNALS__: { invoke: () => Promise.reject(refusal) } });
  await expect(tauriPlatform.plan()).rejects.toEqual(refusal);
});
