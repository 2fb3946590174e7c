/** Which text a model reads. */
import type { VNode } from 'preact';
import { chooseFile } from '../choose';
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
  const wanted = { description: texts().page.kinds.text, extensions: ['.txt', '.md'], mimeType: 'text/*' };
  const file = await chooseFile(wanted);
  if (file) ownText.value = file;
}
