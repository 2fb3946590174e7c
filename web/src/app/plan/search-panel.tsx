/** How scales and codes are searched: for llama.cpp's bytes, for the weights, or for what layers put out. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { core } from '../engine';
import { Rich } from '../parts/rich';
import { Term } from '../parts/term';
import { CALIBRATED, calibrationOffer, whyNotCalibrated } from '../state/calibrated-method';
import type { Opened } from '../state/opening';
import { ask, currentPlan, methodOfType, options } from '../state/planning';
import { REFERENCE_METHOD } from '../state/reference';
import { CalibratedPanel, timeWords } from './calibrated-panel';
import { worseSentences } from './method-answers';
import { coreLang, texts } from '../../text/texts';

function mainSearches(): { method: string; label: string; note: string }[] {
  const words = texts().plan.searches;
  return [
    { method: REFERENCE_METHOD, label: REFERENCE_METHOD, note: words.reference },
    { method: 'lowest-error', label: words.lowestError, note: words.lowestErrorNote },
    { method: 'unbiased', label: words.unbiased, note: words.unbiasedNote },
  ];
}

/** The types that the plan has a method for. */
const typesBy = (wanted: string) =>
  (currentPlan.value?.tensors ?? []).flatMap(({ method, to }) => (method === wanted ? [to] : []));

export function SearchPanel({ model }: { model: Opened }): VNode {
  const t = texts().plan;
  const searches = mainSearches();
  const main = new Set(searches.map(({ method }) => method));
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
          <Term of="scaleSearch">{t.scaleSearch}</Term>
        </legend>
        {searches.map(({ method, label, note }) => (
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
          <span class="option-label">{t.searches.calibrated}</span>{' '}
          <span class="option-note">
            {offer !== null && typeof offer !== 'string'
              ? t.searches.calibratedTime(timeWords(offer.seconds))
              : t.searches.calibratedNote}
          </span>
        </label>
        <div class={isOther ? 'chosen' : ''}>
          <label class="option-label" for="other-search">
            {t.searches.another}
          </label>{' '}
          <select
            id="other-search"
            class="select"
            value={isOther ? chosen : ''}
            onChange={({ currentTarget }) => choose(currentTarget.value || REFERENCE_METHOD)}
          >
            <option value="">{t.searches.none}</option>
            {others.map((method) => (
              <option key={method} value={method}>
                {method}
              </option>
            ))}
          </select>
        </div>
      </fieldset>
      {chosen === methodOfType(options.value.type) && <p class="small quiet">{t.searchBecause(chosen)}</p>}
      {worseSentences(chosen, typesBy(chosen)).map((sentence) => (
        <p key={sentence} class="small">
          {sentence}
        </p>
      ))}
      {why !== null && (
        <p class="small quiet" id="not-calibrated">
          <Rich text={t.notCalibrated} parts={{ why: <span {...coreLang(why)}>{why}</span> }} />
        </p>
      )}
      {chosen === CALIBRATED && why === null && <CalibratedPanel />}
    </>
  );
}
