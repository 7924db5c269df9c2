// The real platform: the core behind Tauri's bridge. The only file that may import `@tauri-apps/*`.
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

import type { AppEvent, Platform } from './types';

export const tauriPlatform: Platform = {
  appView: () => invoke('app_view'),
  createPractice: (mailboxes) => invoke('create_practice', { mailboxes }),
  openProject: (path) => invoke('open_project', { path }),
  closeProject: () => invoke('close_project'),
  projectView: () => invoke('project_view'),
  answer: (answers) => invoke('answer', { answers }),

  preflightView: () => invoke('preflight_view'),
  runPreflight: () => invoke('run_preflight'),
  retest: (check) => invoke('retest', { check }),

  mailboxesView: () => invoke('mailboxes_view'),
  chooseMailboxes: (choices) => invoke('choose_mailboxes', { choices }),

  endpointView: () => invoke('endpoint_view'),
  testEndpoint: (settings) => invoke('test_endpoint', { settings }),
  saveEndpoint: (settings) => invoke('save_endpoint', { settings }),

  plan: () => invoke('plan'),
  start: () => invoke('start'),
  stop: () => invoke('stop'),
  resume: () => invoke('resume'),
  retryFailed: () => invoke('retry_failed'),
  runView: () => invoke('run_view'),

  reportView: () => invoke('report_view'),
  saveReport: (language) => invoke('save_report', { language }),
  openReport: (format) => invoke('open_report', { format }),

  setLanguage: (language) => invoke('set_language', { language }),
  commands: (step) => invoke('commands', { step }),
  onEvent(listener) {
    const ending = listen<AppEvent>('app-event', ({ payload }) => listener(payload));
    return () => void ending.then((end) => end());
  },
};
