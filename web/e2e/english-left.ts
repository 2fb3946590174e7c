/** Which English sentences a page still shows while it speaks German, by the words of both languages. */
import type { Page } from '@playwright/test';
import { de } from '../src/text/de';
import { en } from '../src/text/en';

/** Shorter pieces of sentences may be names, or words of both languages. */
const FEWEST_LETTERS = 10;

/** What an entry says, in the pieces between what it counts or names. */
function piecesOf(texts: object): string[] {
  return Object.values(texts).flatMap((value: unknown) => {
    if (typeof value === 'object') return piecesOf(value as object);
    const literals =
      typeof value === 'string'
        ? [value]
        : [...String(value).matchAll(/`[^`]*`|'[^']*'/g)].map(([text]) => text.slice(1, -1));
    return literals.flatMap((text) => text.split(/\$?\{\w*[^|{}]*\}|\$?\{\w+\||\}/));
  });
}

const german = new Set(piecesOf(de).map((piece) => piece.trim()));
const ENGLISH = [...new Set(piecesOf(en).map((piece) => piece.trim()))].filter(
  (piece) => piece.length >= FEWEST_LETTERS && /\p{L} \p{L}/u.test(piece) && !german.has(piece),
);

/** Those that are to be seen, read out or hinted at; what is marked as English may be. `part`: where to look. */
export async function englishLeft(page: Page, part = 'body'): Promise<string[]> {
  const shown = await page.locator(part).evaluateAll((roots) => {
    const found: string[] = [];
    for (const root of roots) {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.closest('body [lang="en"]') || !element.checkVisibility()) continue;
        for (const name of ['title', 'aria-label', 'placeholder', 'aria-valuetext']) {
          const text = element.getAttribute(name);
          if (text) found.push(text);
        }
        if ([...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()))
          found.push(element.textContent ?? '');
      }
    }
    return found;
  });
  const text = shown.map((one) => one.replace(/\s+/g, ' ')).join('\n');
  return ENGLISH.filter((piece) => text.includes(piece));
}
