/** Beside the curve: every method's choice, and the figures of what is on show. */
import type { VNode } from 'preact';
import { methodPath } from '../../../charts/methods';
import { coreLang, texts } from '../../../text/texts';
import { fixed, percent, precise } from '../../../text/units';
import { choose, chosen, point, type Shown } from '../bench';
import { methodOnShow, stop, trial } from '../play';
import { Told } from '../terms';

export function Side({ shown }: { shown: Shown }): VNode {
  const { report } = shown;
  const method = methodOnShow();
  const words = texts().lab.stage;
  return (
    <div class="stage-side" role="region" aria-label={words.side} tabIndex={0}>
      <Readout shown={shown} />
      <h3>{words.chooses}</h3>
      <ul class="stage-methods">
        {report.methods.map((one) => (
          <li key={one.name} class={one === method ? 'chosen' : ''}>
            <button
              type="button"
              class="lab-method"
              title={one.summary}
              {...coreLang()}
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
            <span class="stage-method-error" title={words.errorHint}>
              {percent(one.relativeError, 2)}
            </span>
            <span class="stage-method-scale" title={texts().lab.heads.scale}>
              {precise(Number(one.scale.toPrecision(3)))}
            </span>
          </li>
        ))}
      </ul>
      {method && (
        <p class="small">
          <strong>{method.name}</strong>: <span {...coreLang()}>{method.summary}</span>
        </p>
      )}
      <p class="quiet small">
        <Told text={words.besideNames} />
      </p>
    </div>
  );
}

function Readout({ shown: { bench, report } }: { shown: Shown }): VNode | null {
  const now = point.value;
  if (!now) return null;
  const { heads, methods, stage: words } = texts().lab;
  return (
    <dl class="lab-readout" data-testid="lab-readout">
      <div>
        <dt>{heads.scale}</dt>
        <dd>{precise(now.scale)}</dd>
      </div>
      {report.affine && (
        <div>
          <dt>{heads.offset}</dt>
          <dd>{precise(now.offset)}</dd>
        </div>
      )}
      <div>
        <dt>{heads.relativeError}</dt>
        <dd>{percent(now.relativeError, 3)}</dd>
      </div>
      <div>
        <dt title={report.affine ? methods.divisorHintOffset : methods.divisorHint}>
          {report.affine ? words.rangeOverScale : words.maxOverScale}
        </dt>
        <dd>{fixed(now.divisor, 3)}</dd>
      </div>
      <div>
        <dt>{heads.largestError}</dt>
        <dd>{precise(now.maxError)}</dd>
      </div>
      <div>
        <dt>{heads.clipped}</dt>
        <dd>{words.clippedOf(now.clipped, bench.weights.length)}</dd>
      </div>
    </dl>
  );
}
