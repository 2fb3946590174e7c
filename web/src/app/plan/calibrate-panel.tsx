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

export function CalibratePanel({ model }: { model: Opened }): VNode {
  const [shown, setShown] = useState(false);
  return (
    <details class="disclosure" onToggle={({ currentTarget }) => setShown(currentTarget.open)}>
      <summary>
        Make one from a text <span class="aside">the model reads it here, and what its columns meet is measured</span>
      </summary>
      {shown && <Shown model={model} />}
    </details>
  );
}

function Shown({ model }: { model: Opened }): VNode {
  const now = calibrating.value;
  if (now) {
    const { share, secondsLeft, pause, stop } = now;
    return (
      <Going
        label="Making the importance matrix"
        share={share}
        words={(paused) =>
          percent(share, 0) +
          (paused ? ', paused' : secondsLeft === null ? '' : `, about ${duration(secondsLeft)} left`)
        }
        pause={pause}
        onStop={() => stop.abort()}
      />
    );
  }
  const cost = calibrationCost(model);
  if (typeof cost === 'string') return <p class="small">None can be made here. {cost}</p>;
  return (
    <>
      <p class="small quiet">
        For every column of every matrix: the mean square of what it is multiplied with while the model reads{' '}
        {textName.value}. Quantizing then errs where that is small.
      </p>
      <p class="answers-offers">
        <span>
          <button type="button" class="button" onClick={() => void calibrate(model)}>
            Make an importance matrix
          </button>{' '}
          <span class="small quiet">{costWords(cost)}</span>
        </span>
        <TextChoice />
        <GpuChoice />
      </p>
    </>
  );
}
