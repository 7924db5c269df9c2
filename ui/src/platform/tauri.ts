// The real platform: the core behind Tauri's bridge, by the commands that are generated from its facade.
// The only file that may import them, or `@tauri-apps/*`.
import { commands, events } from './bindings.gen';
import type { Platform } from './types';

export const tauriPlatform: Platform = {
  ...commands,
  openReport: async (format) => void (await commands.openReport(format)),
  setLanguage: async (language) => void (await commands.setLanguage(language)),
  startAt: async (at) => void (await commands.startAt(at)),
  stopLicences: async () => void (await commands.stopLicences()),
  fillGap: async () => void (await commands.fillGap()),
  useList: async () => void (await commands.useList()),
  closeList: async () => void (await commands.closeList()),
  onEvent(listener) {
    const ending = events.coreEvent.listen(({ payload }) => listener(payload));
    return () => void ending.then((end) => end());
  },
  onListDrop(listener) {
    const ending = events.listDropped.listen(({ payload }) => listener(payload));
    return () => void ending.then((end) => end());
  },
};
