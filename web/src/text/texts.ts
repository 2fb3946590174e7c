/** The words of the page in the language it speaks now. The command line never changes it: it speaks English. */
import { signal } from '@preact/signals-core';
import { en, type Texts } from './en';
import { writeNumbersBy } from './units';

/** What the page can speak, each by its own name; languages.ts has their words. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
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

writeNumbersBy(() => texts().units);

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

/** Sentences that the page made itself and throws among those of the core. */
const own = new Set<string>();

/** Marks a sentence of the page that is thrown. */
export function ownSentence(sentence: string): string {
  own.add(sentence);
  return sentence;
}

/** For an element with a sentence of the core, which speaks English whatever the page speaks. */
export function coreLang(sentence?: string): { lang?: 'en' } {
  return language() === 'en' || (sentence !== undefined && own.has(sentence)) ? {} : { lang: 'en' };
}

/** Speaks a language from now on. */
export function speak(language: Language, words: Texts): void {
  spoken.value = { language, words };
}
