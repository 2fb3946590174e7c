/** A file's name where it must not widen what it stands in: without room its middle is left out, its ending stays. */
import type { VNode } from 'preact';

/** So many letters always fit. */
const SHORT = 16;
/** Of the ending that stays: "-Q4_K_M.gguf", ".safetensors". */
const ENDING = 14;

export function FileName({ name }: { name: string }): VNode {
  const letters = [...name];
  if (letters.length <= SHORT) return <>{name}</>;
  return (
    <span class="file-name" title={name}>
      <span class="visually-hidden">{name}</span>
      <span class="file-name-start" aria-hidden="true">
        {letters.slice(0, -ENDING).join('')}
      </span>
      <span aria-hidden="true">{letters.slice(-ENDING).join('')}</span>
    </span>
  );
}
