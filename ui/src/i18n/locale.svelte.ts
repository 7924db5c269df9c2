// The language of the interface. Messages are functions that read it, so that every text on the page
// follows a change at once.
import { baseLocale, isLocale, overwriteGetLocale, type Locale } from '../paraglide/runtime.js';

const current = $state<{ locale: Locale }>({ locale: baseLocale });

overwriteGetLocale(() => current.locale);

export type { Locale };

export function locale(): Locale {
  return current.locale;
}

export function setLocale(next: Locale): void {
  current.locale = next;
}

/** The first language of `wanted` that the wizard speaks. */
export function chooseLocale(wanted: readonly (string | null | undefined)[]): Locale {
  for (const tag of wanted) {
    const language = tag?.toLowerCase().split('-')[0];
    if (language && isLocale(language)) return language;
  }
  return baseLocale;
}
