/** Beside the curve: every method's choice, and the figures of what is on show. */
import type { VNode } from 'preact';
import { methodPath } from '../../../charts/methods';
import { percent, plural, precise } from '../../../text/units';
import { choose, chosen, point, type Shown } from '../bench';
import { methodOnShow, stop, trial } from '../play';

export function Side({ shown }: { shown: Shown }): VNode {
  const { report } = shown;
  const method = methodOnShow();
  return (
    <div class="stage-side" role="region" aria-label="Methods and figures" tabIndex={0}>
      <Readout shown={shown} />
      <h3>What each method chooses</h3>
      <ul class="stage-methods">
        {report.methods.map((one) => (
          <li key={one.name} class={one === method ? 'chosen' : ''}>
            <button
              type="button"
              class="lab-method"
              title={one.summary}
              aria-label={one.name}
              aria-pressed={one.name === (trial.value?.name ?? chosen.value)}
              onClick={() => {
                stop();
                choose(one);
              }}
            >
              <svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">
                <path d={methodPath(one.name, 5)} />
              </svg>
              {one.name}
            </button>
            <span class="stage-method-error" title="relative error: √(Σ w (x − y)² / Σ w x²), w the importance">
              {percent(one.relativeError, 2)}
            </span>
            <span class="stage-method-scale" title="scale">
              {precise(Number(one.scale.toPrecision(3)))}
            </span>
          </li>
        ))}
      </ul>
      {method && (
        <p class="small">
          <strong>{method.name}</strong>: {method.summary}
        </p>
      )}
      <p class="quiet small">
        Beside each name: relative error, scale. A lower error means that these weights come back closer to what they
        were. It does not promise that a model answers better; only trying the model tells.
      </p>
    </div>
  );
}

function Readout({ shown: { bench, report } }: { shown: Shown }): VNode | null {
  const now = point.value;
  if (!now) return null;
  return (
    <dl class="lab-readout" data-testid="lab-readout">
      <div>
        <dt>scale</dt>
        <dd>{precise(now.scale)}</dd>
      </div>
      {report.affine && (
        <div>
          <dt>offset</dt>
          <dd>{precise(now.offset)}</dd>
        </div>
      )}
      <div>
        <dt>relative error</dt>
        <dd>{percent(now.relativeError, 3)}</dd>
      </div>
      <div>
        <dt title={report.affine ? '(largest − smallest weight) / scale' : 'max |x| / |scale|'}>
          {report.affine ? 'range / scale' : 'max |x| / scale'}
        </dt>
        <dd>{now.divisor.toFixed(3)}</dd>
      </div>
      <div>
        <dt>largest error</dt>
        <dd>{precise(now.maxError)}</dd>
      </div>
      <div>
        <dt>clipped</dt>
        <dd>
          {now.clipped} of {plural(bench.weights.length, 'weight')}
        </dd>
      </div>
    </dl>
  );
}
