/** Where the words of each language are. Those of another than English are fetched by who reads them. */
import { en, type Texts } from './en';
import type { Language } from './texts';

const WORDS: Record<Language, () => Texts | Promise<Texts>> = {
  en: () => en,
  de: async () => (await import('./de')).de,
};

/** Rejects where they cannot be fetched. */
export async function wordsOf(language: Language): Promise<Texts> {
  return WORDS[language]();
}

/** The first language that a person reads and the page speaks; English where there is none. */
export function preferred(read: readonly string[], spoken: readonly Language[]): Language {
  const known = read.map((tag) => spoken.find((code) => code === tag.toLowerCase().split('-')[0]));
  return known.find((code) => code !== undefined) ?? 'en';
}
