/** Which language the page speaks: each is called by its own name. */
import type { VNode } from 'preact';
import { language, type Language, LANGUAGES, texts } from '../../text/texts';
import { choose } from '../state/speaking';

export function LanguageChoice(): VNode {
  const spoken = language();
  return (
    <p class="languages" role="group" aria-label={texts().language.choose}>
      {(Object.entries(LANGUAGES) as [Language, string][]).map(([code, name]) => (
        <button
          key={code}
          type="button"
          class="link-button"
          lang={code}
          aria-pressed={code === spoken}
          onClick={() => void choose(code)}
        >
          {name}
        </button>
      ))}
    </p>
  );
}
