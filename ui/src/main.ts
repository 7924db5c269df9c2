import { mount } from 'svelte';

import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/table.css';
import './styles/frame.css';

import App from './App.svelte';
import { m } from './paraglide/messages.js';
import type { Platform } from './platform/types';
import { Session } from './session/session.svelte';
import { Settings } from './session/settings.svelte';

/** The core when there is one; otherwise, in builds made for it, the pretend platform. */
async function findPlatform(): Promise<Platform | null> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./platform/tauri')).tauriPlatform;
  if (__FAKE_PLATFORM__) return (await import('./platform/fake')).fakePlatformOfPage();
  return null;
}

const settings = new Settings();
const platform = await findPlatform();
const target = document.getElementById('app');
if (target && platform) {
  mount(App, { target, props: { session: new Session(platform), settings } });
} else if (target) {
  target.textContent = m.frame_desktop_only();
}
