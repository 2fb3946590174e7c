/** How scales and codes are searched: for llama.cpp's bytes, for the weights, or for what layers put out. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { core } from '../engine';
import { Term } from '../parts/term';
import { CALIBRATED, calibrationOffer, whyNotCalibrated } from '../state/calibrated-method';
import type { Opened } from '../state/opening';
import { ask, currentPlan, methodOfType, options } from '../state/planning';
import { REFERENCE_METHOD } from '../state/reference';
import { CalibratedPanel, timeWords } from './calibrated-panel';
import { worseSentences } from './method-answers';

const MAIN: readonly { method: string; label: string; note: string }[] = [
  { method: REFERENCE_METHOD, label: REFERENCE_METHOD, note: 'the same bytes as llama-quantize' },
  { method: 'lowest-error', label: 'lowest error', note: 'weights nearest to what they were' },
  { method: 'unbiased', label: 'unbiased', note: 'no output too small; without a text the best for 2 and 3 bits' },
];

/** The types that the plan has a method for. */
const typesBy = (wanted: string) =>
  (currentPlan.value?.tensors ?? []).flatMap(({ method, to }) => (method === wanted ? [to] : []));

export function SearchPanel({ model }: { model: Opened }): VNode {
  const main = new Set(MAIN.map(({ method }) => method));
  const others = [...new Set((core.value?.formats ?? []).flatMap((format) => format.methods))].filter(
    (method) => !main.has(method),
  );
  const chosen = options.value.method ?? REFERENCE_METHOD;
  const isOther = others.includes(chosen);
  const why = useMemo(() => whyNotCalibrated(model.model), [model]);
  const offer = calibrationOffer.value;
  const choose = (method: string) => ask({ method: method === REFERENCE_METHOD ? undefined : method });
  return (
    <>
      <fieldset class="search-choice">
        <legend>
          <Term of="scaleSearch">Scale search</Term>
        </legend>
        {MAIN.map(({ method, label, note }) => (
          <label key={method} class={method === chosen ? 'chosen' : ''}>
            <input
              type="radio"
              name="scale-search"
              value={method}
              checked={method === chosen}
              onChange={() => choose(method)}
            />
            <span class="option-label">{label}</span> <span class="option-note">{note}</span>
          </label>
        ))}
        <label class={chosen === CALIBRATED ? 'chosen' : why === null ? '' : 'refused'}>
          <input
            type="radio"
            name="scale-search"
            value={CALIBRATED}
            checked={chosen === CALIBRATED}
            disabled={why !== null && chosen !== CALIBRATED}
            aria-describedby={why === null ? undefined : 'not-calibrated'}
            onChange={() => choose(CALIBRATED)}
          />
          <span class="option-label">calibrated</span>{' '}
          <span class="option-note">
            answers nearest to what they were; needs a text
            {offer !== null && typeof offer !== 'string' && `. ${timeWords(offer.seconds)}`}
          </span>
        </label>
        <div class={isOther ? 'chosen' : ''}>
          <label class="option-label" for="other-search">
            another
          </label>{' '}
          <select
            id="other-search"
            class="select"
            value={isOther ? chosen : ''}
            onChange={({ currentTarget }) => choose(currentTarget.value || REFERENCE_METHOD)}
          >
            <option value="">none</option>
            {others.map((method) => (
              <option key={method} value={method}>
                {method}
              </option>
            ))}
          </select>
        </div>
      </fieldset>
      {chosen === methodOfType(options.value.type) && (
        <p class="small quiet">
          “{chosen}” stands here because in this type it changed answers least of all searches that need no text, for
          the same size: on two small models by 1 to 26 % less than llama.cpp’s.
        </p>
      )}
      {worseSentences(chosen, typesBy(chosen)).map((sentence) => (
        <p key={sentence} class="small">
          {sentence}
        </p>
      ))}
      {why !== null && (
        <p class="small quiet" id="not-calibrated">
          This model cannot be calibrated. {why}
        </p>
      )}
      {chosen === CALIBRATED && why === null && <CalibratedPanel />}
    </>
  );
}
