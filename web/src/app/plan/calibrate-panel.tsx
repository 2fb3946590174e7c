/** Making an importance matrix from a text, in the page. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { duration, percent } from '../../text/units';
import { GpuChoice } from '../parts/gpu-choice';
import { Going } from '../parts/going';
import { TextChoice } from '../parts/text-choice';
import { calibrate, calibrating, calibrationCost } from '../state/calibrating';
import type { Opened } from '../state/opening';
import { costWords } from '../state/pass-cost';
import { textName } from '../state/text';
import { coreLang, texts } from '../../text/texts';
import { aside, Rich } from '../parts/rich';

export function CalibratePanel({ model }: { model: Opened }): VNode {
  const [shown, setShown] = useState(false);
  return (
    <details class="disclosure" onToggle={({ currentTarget }) => setShown(currentTarget.open)}>
      <summary>
        <Rich text={texts().plan.makeFromText} parts={{ aside }} />
      </summary>
      {shown && <Shown model={model} />}
    </details>
  );
}

function Shown({ model }: { model: Opened }): VNode {
  const t = texts().plan;
  const now = calibrating.value;
  if (now) {
    const { share, secondsLeft, pause, stop } = now;
    return (
      <Going
        label={t.makingMatrix}
        share={share}
        words={(paused) =>
          paused
            ? t.paused(percent(share, 0))
            : secondsLeft === null
              ? percent(share, 0)
              : t.left(percent(share, 0), duration(secondsLeft))
        }
        pause={pause}
        onStop={() => stop.abort()}
      />
    );
  }
  const cost = calibrationCost(model);
  if (typeof cost === 'string')
    return (
      <p class="small">
        <Rich text={t.noneCanBeMade} parts={{ why: <span {...coreLang(cost)}>{cost}</span> }} />
      </p>
    );
  return (
    <>
      <p class="small quiet">{t.meanSquare(textName.value)}</p>
      <p class="answers-offers">
        <span>
          <button type="button" class="button" onClick={() => void calibrate(model)}>
            {t.makeMatrix}
          </button>{' '}
          <span class="small quiet">{costWords(cost)}</span>
        </span>
        <TextChoice />
        <GpuChoice />
      </p>
    </>
  );
}
