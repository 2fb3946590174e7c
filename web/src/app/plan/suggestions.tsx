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

const AIMS: readonly { aim: Aim; title: string }[] = [
  { aim: 'small', title: 'Smallest worth trying' },
  { aim: 'recommended', title: 'Recommended' },
  { aim: 'lossless', title: 'Nearly lossless' },
];

/** The error that a signal to noise means, as a share of the weights' root mean square. */
const errorOf = (db: number, digits = 0) => percent(10 ** (-db / 20), digits);

function reasonOf(aim: Aim, type: string): string {
  if (aim === 'recommended' && type === USUAL_TYPE) return 'llama.cpp’s usual choice';
  const least = `the smallest whose error is at most ${errorOf(LEAST_DB[aim])} of the weights`;
  return aim === 'small' ? `${least}; measure its answers` : least;
}

export function Suggestions(): VNode | null {
  const model = opened.value;
  if (!model) return null;
  const found = suggestions.value;
  const before = model.info.files.reduce((sum, file) => sum + file.bytes, 0);
  const none = found !== null && Object.keys(found).length === 0;
  return (
    <fieldset class="suggestions">
      <legend class="visually-hidden">Suggested for this model</legend>
      {none && memoryThere.value !== null && (
        <p class="quiet">No file type that is worth trying fits {bytes(memoryThere.value)}.</p>
      )}
      {AIMS.map(({ aim, title }) => {
        // The usual type needs no measuring to be named.
        const type = found === null ? (aim === 'recommended' ? USUAL_TYPE : null) : (found[aim]?.type ?? null);
        return type === null ? (
          found === null && (
            <div class="suggestion" key={aim}>
              <span class="suggestion-title">{title}</span>
              <span class="suggestion-type" />
              <span class="suggestion-reason">known when some rows are measured</span>
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
  return (
    <label class={chosen ? 'suggestion chosen' : 'suggestion'}>
      <input type="radio" name="suggestion" value={type} checked={chosen} onChange={() => ask({ type })} />
      <span class="suggestion-title">{title}</span>
      <span class="suggestion-type">
        <strong class="mono">{type}</strong>
        {size !== null && ` ${bytes(size)}, ${percent(size / before, 0)} of the size`}
      </span>
      <span class="suggestion-reason">
        {typeof predicted === 'number' && `error ${errorOf(predicted, 1)} (${decibels(predicted)}) predicted: `}
        {reason}
        {answers && `; answers measured: ${divergenceWords(answers)} apart`}
      </span>
    </label>
  );
}
