// The real platform: the core behind Tauri's bridge, by the commands and the event that are generated from
// its Rust types. Where a shape here is not what `types.ts` says, this file does not compile. The only files
// that may import `@tauri-apps/*` are the generated one and this.
import { commands, events } from './bindings.gen';
import type { Platform } from './types';

export const tauriPlatform: Platform = {
  ...commands,
  setLanguage: async (language) => void (await commands.setLanguage(language)),
  openReport: async (format) => void (await commands.openReport(format)),
  onEvent(listener) {
    const ending = events.coreEvent.listen(({ payload }) => listener(payload));
    return () => void ending.then((end) => end());
  },
};
