/** Which language the page speaks: the one that was chosen here before, or the first the browser asks for. */
import { effect } from '@preact/signals';
import { preferred, wordsOf } from '../../text/languages';
import { type Language, language, LANGUAGES, speak, texts } from '../../text/texts';
import { tellProblem } from './notices';

const KEY = 'nibble-language';

function isKnown(code: string | null): code is Language {
  return code !== null && Object.hasOwn(LANGUAGES, code);
}

/** Browsers may keep nothing for this page, or throw when asked. */
function kept(): Language | null {
  try {
    const code = localStorage.getItem(KEY);
    return isKnown(code) ? code : null;
  } catch {
    return null;
  }
}

function keep(code: Language): void {
  try {
    localStorage.setItem(KEY, code);
  } catch {
    // Asked for again on the next visit.
  }
}

/** The language to begin with. */
export const firstLanguage = (): Language =>
  kept() ?? preferred(navigator.languages, Object.keys(LANGUAGES).filter(isKnown));

let last: Language = 'en';

/** Speaks a language from now on. Where its words cannot be fetched, the page says so and stays as it is. */
export async function take(code: Language): Promise<boolean> {
  last = code;
  try {
    const words = await wordsOf(code);
    if (last !== code) return false; // another was chosen meanwhile
    speak(code, words);
    return true;
  } catch {
    const { wordsNotFetched, wordsNotFetchedWhy } = texts().page;
    tellProblem(wordsNotFetched(LANGUAGES[code]), wordsNotFetchedWhy);
    return false;
  }
}

/** On a person's word: remembered for the next visit. */
export async function choose(code: Language): Promise<void> {
  if (await take(code)) keep(code);
}

/** What stands around the page says which language it speaks. */
export function followLanguage(): void {
  effect(() => {
    document.documentElement.lang = language();
  });
}
