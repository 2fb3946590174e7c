import type { ComponentChildren, VNode } from 'preact';

type Part = ComponentChildren | ((words: string) => ComponentChildren);

/** A sentence of the texts with an element wherever it says {name}, or {name|words} where the words stand in it. */
export function Rich({ text, parts }: { text: string; parts: Record<string, Part> }): VNode {
  const pieces = text.split(/(\{\w+(?:\|[^}]*)?\})/);
  const shown = pieces.map((piece, index) => {
    if (index % 2 === 0) return piece;
    const [name = '', words] = piece.slice(1, -1).split(/\|(.*)/s);
    const part = parts[name];
    return typeof part === 'function' ? part(words ?? '') : (part ?? words ?? piece);
  });
  return <>{shown}</>;
}

/** Parts of many sentences. */
export const strong = (words: string): VNode => <strong>{words}</strong>;
export const aside = (words: string): VNode => <span class="aside">{words}</span>;
export const mono = (words: string): VNode => <span class="mono">{words}</span>;
export const quiet = (words: string): VNode => <span class="quiet">{words}</span>;
