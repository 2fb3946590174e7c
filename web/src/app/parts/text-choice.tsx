/** Which text a model reads. */
import { fileOpen } from 'browser-fs-access';
import type { VNode } from 'preact';
import { ownText, SHIPPED_TEXT } from '../state/text';

export function TextChoice(): VNode {
  return (
    <>
      <button type="button" class="link-button" onClick={() => void chooseText()}>
        Use another text…
      </button>
      {ownText.value && (
        <button type="button" class="link-button" onClick={() => (ownText.value = null)}>
          Use {SHIPPED_TEXT} again
        </button>
      )}
    </>
  );
}

/** Closing the picker without choosing changes nothing. */
async function chooseText(): Promise<void> {
  const wanted = { description: 'A text', extensions: ['.txt', '.md'], mimeTypes: ['text/*'] };
  const file = await fileOpen(wanted).catch(() => null);
  if (file) ownText.value = file;
}
