/** What a person should know of a model or a plan. */
import type { ComponentChildren, VNode } from 'preact';
import type { Note } from '../../core/types';

export function isWarning({ level }: Note): boolean {
  return level === 'warning';
}

/**
 * Warnings in a box of their own, each named as one; what else there is, with `children` as further items, in another.
 */
export function NoteBoxes({
  notes,
  children,
}: {
  notes: readonly Note[];
  children?: ComponentChildren[];
}): VNode | null {
  const warnings = notes.filter(isWarning);
  const others = notes.filter((note) => !isWarning(note));
  const more = children ?? [];
  return (
    <>
      {warnings.length > 0 && (
        <ul class="notice bad notes" aria-label="Warnings">
          {warnings.map(({ text }) => (
            <li key={text}>
              <strong>Warning:</strong> {text}
            </li>
          ))}
        </ul>
      )}
      {others.length + more.length > 0 && (
        <ul class="notice warn notes" aria-label="Notes">
          {others.map(({ text }) => (
            <li key={text}>{text}</li>
          ))}
          {more}
        </ul>
      )}
    </>
  );
}
