import type { ComponentChildren, VNode } from 'preact';

/** A sentence of the texts with an element wherever it says {name}. */
export function Rich({ text, parts }: { text: string; parts: Record<string, ComponentChildren> }): VNode {
  const pieces = text.split(/\{(\w+)\}/);
  return <>{pieces.map((piece, index) => (index % 2 === 0 ? piece : (parts[piece] ?? `{${piece}}`)))}</>;
}
