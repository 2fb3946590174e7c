/** Which text a model reads. */
import { fileOpen } from 'browser-fs-access';
import type { VNode } from 'preact';
import { ownText, SHIPPED_TEXT } from '../state/text';
import { texts } from '../../text/texts';

export function TextChoice(): VNode {
  return (
    <>
      <button type="button" class="link-button" onClick={() => void chooseText()}>
        {texts().parts.anotherText}
      </button>
      {ownText.value && (
        <button type="button" class="link-button" onClick={() => (ownText.value = null)}>
          {texts().parts.shippedText(SHIPPED_TEXT)}
        </button>
      )}
    </>
  );
}

/** Closing the picker without choosing changes nothing. */
async function chooseText(): Promise<void> {
  const wanted = { description: texts().page.kinds.text, extensions: ['.txt', '.md'], mimeTypes: ['text/*'] };
  const file = await fileOpen(wanted).catch(() => null);
  if (file) ownText.value = file;
}
