import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../../text/texts';

const SHOWN_MS = 2000;

/** Copies a text and says so for a moment. */
export function CopyButton({
  text,
  children,
  class: extra = '',
}: {
  text: () => string;
  children: string;
  class?: string;
}): VNode {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setSaid(texts().parts.copied);
    } catch {
      setSaid(texts().parts.notCopied);
    }
    setTimeout(() => setSaid(''), SHOWN_MS);
  };
  return (
    <button type="button" class={`button small copy ${extra}`} onClick={() => void copy()}>
      <span aria-live="polite">{said || children}</span>
    </button>
  );
}
