import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type Parsed, writeNumbers } from './numbers';

/**
 * Numbers as text. What can be read is used at once, and the text is tidied when it is left; what cannot be read stays,
 * with what is wrong, until it is put right or other numbers take its place.
 */
export function NumbersField({
  label,
  note,
  noteLang = {},
  values,
  parse,
  onChange,
  rows,
  className = '',
}: {
  label: string;
  note: string;
  /** Where the note is in the words of the core (texts.ts). */
  noteLang?: { lang?: 'en' };
  values: readonly number[];
  /** The numbers of a text as they will come back in `values`. */
  parse: (text: string) => Parsed;
  onChange: (values: number[]) => void;
  rows?: number;
  className?: string;
}): VNode {
  const tidy = writeNumbers(values);
  /** What is typed, and the numbers it belongs to: it is dropped when they change by other means. */
  const [draft, setDraft] = useState<{ text: string; of: string } | null>(null);
  const shown = draft?.of === tidy ? draft : null;
  const parsed = shown && parse(shown.text);
  const said = parsed?.problem ?? parsed?.understood ?? note;
  return (
    <label class={`option lab-numbers ${className}`}>
      <span class="option-label">{label}</span>
      <textarea
        class="input mono"
        rows={rows ?? (values.length > 16 ? 4 : 1)}
        spellcheck={false}
        aria-invalid={parsed?.problem != null}
        value={shown?.text ?? tidy}
        onInput={(event) => {
          const text = event.currentTarget.value;
          const read = parse(text);
          setDraft({ text, of: read.values ? writeNumbers(read.values) : tidy });
          if (read.values) onChange(read.values);
        }}
        onBlur={() => {
          if (parsed?.values) setDraft(null);
        }}
      />
      <span
        class={parsed?.problem ? 'option-note lab-wrong' : 'option-note'}
        aria-live="polite"
        {...(said === note ? noteLang : {})}
      >
        {said}
      </span>
    </label>
  );
}
