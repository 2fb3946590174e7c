/** Offers to go on with runs that were cut short. */
import type { VNode } from 'preact';
import type { Unfinished } from '../../worker/unfinished';
import { chooseFiles } from '../files-in';
import { mono, Rich } from '../parts/rich';
import { atHand, goOn } from '../state/going-on';
import { discard, unfinished } from '../state/keeping';
import { opened } from '../state/opening';
import { isRunning } from '../state/running';
import { texts } from '../../text/texts';
import { bytes, percent } from '../../text/units';

/** All of them where no model is open, else those of the model. */
export function UnfinishedRuns(): VNode | null {
  const shown = opened.value ? atHand.value : unfinished.value;
  if (shown.length === 0 || isRunning.value) return null;
  return (
    <ul class="notice unfinished" aria-label={texts().run.cutShort}>
      {shown.map((one) => (
        <Offer key={one.folder} one={one} />
      ))}
    </ul>
  );
}

function Offer({ one }: { one: Unfinished }): VNode {
  const { title, type, outputFiles } = one.run;
  const t = texts().run;
  const all = outputFiles.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <li>
      <span>
        <Rich text={t.wasCutShort(type, percent(one.bytes / all, 0), bytes(all))} parts={{ title: mono(title) }} />
      </span>
      <span class="unfinished-actions">
        {opened.value ? (
          <button type="button" class="button small primary" onClick={() => void goOn(one)}>
            {t.goOn}
          </button>
        ) : (
          <button type="button" class="button small" onClick={() => void chooseFiles()}>
            {t.chooseAgain}
          </button>
        )}
        <button type="button" class="button small" onClick={() => void discard(one)}>
          {t.discard}
        </button>
      </span>
    </li>
  );
}
