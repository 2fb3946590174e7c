/** The way from a model to its output, and how far on it things are: each place with its state, as a link. */
import type { VNode } from 'preact';
import { addressOf, place, type PlaceId } from './address';
import { opened } from './state/opening';
import { options, plan } from './state/planning';
import { result } from './state/results';
import { isRunning, outcome, run, runShare } from './state/running';
import { bytes, percent } from '../text/units';
import { stemOf } from './engine';
import { mix } from './state/mixing';
import { texts } from '../text/texts';

export function Stepper(): VNode {
  const t = texts().page;
  const model = opened.value;
  const made = plan.value;
  const size = made && 'plan' in made ? bytes(made.plan.outputBytes) : '';
  const ended = outcome.value;
  const last = result.value;
  const share = runShare.value;
  const runState =
    run.value && (isRunning.value ? (share === null ? '…' : percent(share, 0)) : ended && t.ended[ended.kind]);
  return (
    <nav class="steps" aria-label={t.places}>
      <ol>
        <Step id="model" title={t.model} state={model && stemOf(model.title)} />
        <Step id="plan" title={t.plan} state={model && (mix.value ? t.aMix : options.value.type)} more={size} />
        <Step id="run" title={t.run} state={runState} />
        <Step id="result" title={t.result} state={last?.plan.fileType} more={last && bytes(last.report.outputBytes)} />
        <Step id="lab" title={texts().common.lab} />
      </ol>
    </nav>
  );
}

interface StepProps {
  id: PlaceId;
  title: string;
  /** None while there is nothing at the place. */
  state?: string | null | undefined;
  /** What is said as well where there is room. */
  more?: string | null;
}

function Step({ id, title, state, more }: StepProps): VNode {
  const here = place.value === id;
  return (
    <li class={state || id === 'lab' ? 'live' : ''}>
      <a href={addressOf(id)} aria-current={here ? 'page' : undefined}>
        <span class="step-title">{title}</span>
        {state && (
          <span class="step-state">
            {' '}
            {state}
            {more && <span class="step-more"> {more}</span>}
          </span>
        )}
      </a>
    </li>
  );
}
