/** What a person should know of a model or a plan. */
import type { ComponentChildren, VNode } from 'preact';
import type { Note } from '../../core/types';
import { coreLang, texts } from '../../text/texts';
import { Rich, strong } from './rich';

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
  const t = texts().parts;
  const more = children ?? [];
  return (
    <>
      {warnings.length > 0 && (
        <ul class="notice bad notes" aria-label={t.warnings}>
          {warnings.map(({ text }) => (
            <li key={text}>
              <Rich text={t.warning} parts={{ strong, text: <span {...coreLang(text)}>{text}</span> }} />
            </li>
          ))}
        </ul>
      )}
      {others.length + more.length > 0 && (
        <ul class="notice warn notes" aria-label={t.notes}>
          {others.map(({ text }) => (
            <li key={text} {...coreLang(text)}>
              {text}
            </li>
          ))}
          {more}
        </ul>
      )}
    </>
  );
}
