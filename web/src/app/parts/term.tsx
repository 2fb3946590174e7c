import type { ComponentChildren, VNode } from 'preact';
import type { Texts } from '../../text/en';
import { texts } from '../../text/texts';
import { useTip } from './tip';

/** Words that a newcomer does not know; texts().glossary says what they mean. */
type TermId = keyof Texts['glossary'];

/** A word, with what it means one hover, tap or focus away. Not for labels: it is a button. */
export function Term({ of, children }: { of: TermId; children?: ComponentChildren }): VNode {
  const { word, means } = texts().glossary[of];
  const { around, describedBy, tip } = useTip(word, means);
  return (
    <span class="term" {...around}>
      <button type="button" class="term-word" aria-describedby={describedBy}>
        {children ?? word}
      </button>
      {tip}
    </span>
  );
}

/** For sentences that have the word in them (rich.tsx). */
export const term =
  (of: TermId) =>
  (words: string): VNode => <Term of={of}>{words}</Term>;
