/** The words of the page in the language it speaks now. */
import { signal } from '@preact/signals-core';
import { en, type Texts } from './en';

/** What the page can speak: each language by its own name, and its words, which only those fetch who read it. */
export const LANGUAGES = {
  en: { name: 'English', words: () => Promise.resolve(en) },
  de: { name: 'Deutsch', words: async () => (await import('./de')).de },
} as const satisfies Record<string, { name: string; words: () => Promise<Texts> }>;
export type Language = keyof typeof LANGUAGES;

interface Spoken {
  language: Language;
  words: Texts;
}

const ENGLISH: Spoken = { language: 'en', words: en };
const spoken = signal<Spoken>(ENGLISH);
/** What is asked while something is made in English whatever the page speaks. */
let instead: Spoken | null = null;

/** Asked where they are shown, never kept: what asks is drawn again when the language changes. */
export function texts(): Texts {
  return (instead ?? spoken.value).words;
}

export function language(): Language {
  return (instead ?? spoken.value).language;
}

/** What `make` makes at once, in English: files that programs read are the same in every language. */
export function inEnglish<T>(make: () => T): T {
  const before = instead;
  instead = ENGLISH;
  try {
    return make();
  } finally {
    instead = before;
  }
}

/** Speaks a language from now on. Rejects where its words cannot be fetched; the page goes on as it was. */
export async function speak(language: Language): Promise<void> {
  spoken.value = { language, words: await LANGUAGES[language].words() };
}
