/** Three answers to "how small, how good", each with its reason. */
import type { VNode } from 'preact';
import { divergenceWords, measuredAnswerOf } from '../state/measured-answers';
import { memoryThere } from '../state/fitting';
import { mix } from '../state/mixing';
import { opened } from '../state/opening';
import { ask, options, prices } from '../state/planning';
import { bytes, decibels, percent } from '../../text/units';
import { type Aim, LEAST_DB, USUAL_TYPE } from './suggest';
import { suggestions } from './suggested';
import { texts } from '../../text/texts';

const AIMS: readonly Aim[] = ['small', 'recommended', 'lossless'];

/** The error that a signal to noise means, as a share of the weights' root mean square. */
const errorOf = (db: number, digits = 0) => percent(10 ** (-db / 20), digits);

function reasonOf(aim: Aim, type: string): string {
  const t = texts().plan;
  if (aim === 'recommended' && type === USUAL_TYPE) return t.usualChoice;
  return (aim === 'small' ? t.smallestToMeasure : t.smallestBelow)(errorOf(LEAST_DB[aim]));
}

export function Suggestions(): VNode | null {
  const model = opened.value;
  if (!model) return null;
  const t = texts().plan;
  const found = suggestions.value;
  const before = model.info.files.reduce((sum, file) => sum + file.bytes, 0);
  const none = found !== null && Object.keys(found).length === 0;
  return (
    <fieldset class="suggestions">
      <legend class="visually-hidden">{t.suggested}</legend>
      {none && memoryThere.value !== null && <p class="quiet">{t.nothingFits(bytes(memoryThere.value))}</p>}
      {AIMS.map((aim) => {
        const title = t.aims[aim];
        // The usual type needs no measuring to be named.
        const type = found === null ? (aim === 'recommended' ? USUAL_TYPE : null) : (found[aim]?.type ?? null);
        return type === null ? (
          found === null && (
            <div class="suggestion" key={aim}>
              <span class="suggestion-title">{title}</span>
              <span class="suggestion-type" />
              <span class="suggestion-reason">{t.knownLater}</span>
            </div>
          )
        ) : (
          <Suggestion key={aim} title={title} type={type} reason={reasonOf(aim, type)} before={before} />
        );
      })}
    </fieldset>
  );
}

interface SuggestionProps {
  title: string;
  type: string;
  reason: string;
  before: number;
}

function Suggestion({ title, type, reason, before }: SuggestionProps): VNode {
  const chosen = options.value.type === type && mix.value === null;
  const priced = prices.value.get(type);
  const size = priced && 'price' in priced ? priced.price.outputBytes : null;
  const predicted = suggestions.value && Object.values(suggestions.value).find((one) => one.type === type)?.sqnrDb;
  const answers = measuredAnswerOf(type);
  const t = texts().plan;
  const why =
    typeof predicted === 'number' ? t.errorPredicted(errorOf(predicted, 1), decibels(predicted), reason) : reason;
  return (
    <label class={chosen ? 'suggestion chosen' : 'suggestion'}>
      <input type="radio" name="suggestion" value={type} checked={chosen} onChange={() => ask({ type })} />
      <span class="suggestion-title">{title}</span>
      <span class="suggestion-type">
        <strong class="mono">{type}</strong>
        {size !== null && ` ${t.sizeAndShare(bytes(size), percent(size / before, 0))}`}
      </span>
      <span class="suggestion-reason">{answers ? t.answersApart(why, divergenceWords(answers)) : why}</span>
    </label>
  );
}
