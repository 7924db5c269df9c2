// What the reader chose for the window itself: language and theme. Kept by the web view, no secret.
import { createContext } from 'svelte';

import { chooseLocale, locale, setLocale } from '../i18n/locale.svelte';

type Theme = 'light' | 'dark';

/** The keys of the two choices in the web view's storage. */
const KEYS = { language: 'stegvis.language', theme: 'stegvis.theme' } as const;

export class Settings {
  theme = $state<Theme>('light');

  constructor() {
    const asked = new URLSearchParams(window.location.search);
    const kept = (key: string) => window.localStorage.getItem(key);
    setLocale(chooseLocale([asked.get('lang'), kept(KEYS.language), ...navigator.languages]));
    const theme = asked.get('theme') ?? kept(KEYS.theme);
    const dark = window.matchMedia('(prefers-color-scheme: dark)').matches;
    this.theme = theme === 'dark' || theme === 'light' ? theme : dark ? 'dark' : 'light';
  }

  otherLanguage(): void {
    const next = locale() === 'sv' ? 'en' : 'sv';
    setLocale(next);
    window.localStorage.setItem(KEYS.language, next);
  }

  otherTheme(): void {
    this.theme = this.theme === 'dark' ? 'light' : 'dark';
    window.localStorage.setItem(KEYS.theme, this.theme);
  }
}

export const [settings, provideSettings] = createContext<Settings>();
