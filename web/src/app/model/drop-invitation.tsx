import type { VNode } from 'preact';
import { bytes } from '../../text/units';
import { Rich } from '../parts/rich';
import { term } from '../parts/term';
import { texts } from '../../text/texts';
import { chooseFiles, chooseFolder } from '../files-in';
import { openSample, SAMPLE } from '../state/sample-model';

/** What stands where the model will be. */
export function DropInvitation(): VNode {
  const t = texts().model;
  const toLab = (words: string) => <a href="#/lab">{words}</a>;
  return (
    <div class="invitation">
      <p class="invitation-lead">{t.dropAModel}</p>
      <div class="invitation-actions">
        <button type="button" class="button primary large" onClick={() => void chooseFiles()}>
          {t.chooseFile}
        </button>
        <button type="button" class="button large" onClick={() => void chooseFolder()}>
          {t.chooseFolder}
        </button>
        <button type="button" class="button large" onClick={() => void openSample()}>
          {t.tryStory(bytes(SAMPLE.bytes))}
        </button>
      </div>
      <p class="invitation-note">
        <Rich text={t.whatItBecomes} parts={{ gguf: term('gguf') }} />
      </p>
      <p class="invitation-note">
        <Rich text={t.aboutStory(SAMPLE.name)} parts={{ lab: toLab, quantize: term('quantize') }} />
      </p>
      <p class="quiet small">{t.usualStart}</p>
    </div>
  );
}
