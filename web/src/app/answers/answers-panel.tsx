/** What differs in what two files say, over the same text. */
import type { VNode } from 'preact';
import { duration, integer, percent, plural } from '../../text/units';
import { Figures } from '../parts/figures';
import { GpuChoice } from '../parts/gpu-choice';
import { Going } from '../parts/going';
import { Term } from '../parts/term';
import { TextChoice } from '../parts/text-choice';
import { type Answered, type Answering, type Answers, type Offer, type Pair, SHORT } from '../state/answering';
import { chosenGpu, engineWords } from '../state/gpu';
import { costWords, secondsOf } from '../state/pass-cost';
import { ownText, textName } from '../state/text';
import { definitionsFor } from '../../text/glossary';
import type { Names } from './names';
import { DriftChart } from './drift-chart';
import { OutputErrorChart } from './output-error-chart';
import { TokenView } from './token-view';

/** Of a pair of files. `answers`: what was found, and what can be run; `names`: what the two are to the person. */
export function AnswersOf({ answers, names }: { answers: Answers; names: Names }): VNode | null {
  const pair = answers.pair.value;
  const offers = answers.offers.value;
  if (!pair) return null;
  if (typeof offers === 'string')
    return (
      <p class="quiet small">
        What {names.second} answers cannot be measured. {offers}
      </p>
    );
  const now = answers.now.value;
  return (
    <>
      <p class="small quiet">
        {capital(names.first)} and {names.second} read the same text,{' '}
        {ownText.value ? ownText.value.name : 'the one that comes with this page'}, in stretches of {SHORT.length}{' '}
        <Term of="token">tokens</Term>. In the second half of each, their probabilities of the next token are compared.
      </p>
      {now && !now.done && (
        <Going
          label="Comparing answers"
          share={now.share}
          words={(paused) => wordsOf(now, paused)}
          pause={now.pause}
          stop="Stop comparing"
          onStop={() => answers.stop()}
        />
      )}
      {now?.done && <Found now={now} done={now.done} names={names} />}
      {(now === null || now.done) && offers && <Offers answers={answers} pair={pair} found={offers} done={now} />}
    </>
  );
}

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

const wordsOf = ({ cost, text, share, secondsLeft }: Answering, paused: boolean) =>
  cost === null
    ? 'Reading the text…'
    : `${integer(cost.tokens)} tokens of ${text}: ` +
      `${percent(share, 0)}, ${paused ? 'paused' : `about ${duration(secondsLeft ?? secondsOf(cost))} left`}`;

/** What can be run next, and what it takes. */
function Offers({
  answers,
  pair,
  found,
  done,
}: {
  answers: Answers;
  pair: Pair;
  found: readonly Offer[];
  done: Answering | null;
}): VNode {
  const isNew = ({ extent }: Offer) =>
    extent !== done?.extent || done.text !== textName.value || done.gpu !== (chosenGpu() !== null);
  return (
    <p class="answers-offers">
      {found.filter(isNew).map(({ extent, cost }) => (
        <span key={extent.name}>
          <button type="button" class="button" onClick={() => void answers.compare(pair, extent)}>
            {extent === SHORT ? 'Compare answers' : 'Compare over more text'}
          </button>{' '}
          <span class="small quiet">{costWords(cost)}</span>
        </span>
      ))}
      <TextChoice />
      <GpuChoice />
    </p>
  );
}

function Found({ now, done, names }: { now: Answering; done: Answered; names: Names }): VNode {
  const { report } = done;
  const definitions = definitionsFor(names);
  return (
    <>
      <Figures
        label="What differs in the answers"
        figures={[
          {
            label: 'same first choice',
            value: percent(report.sameTop.value),
            detail: `± ${percent(report.sameTop.error)}, of ${integer(report.tokens)} tokens`,
            definition: definitions.top,
          },
          {
            label: 'mean divergence',
            value: report.divergence.value.toFixed(5),
            detail: `± ${report.divergence.error.toFixed(5)} nats`,
            definition: definitions.divergence,
          },
          {
            label: '99 % below',
            value: report.divergence99.toFixed(4),
            detail: 'nats',
            definition: definitions.worst,
          },
          {
            label: 'probability kept',
            value: percent(report.kept.value),
            detail: `± ${percent(report.kept.error)}`,
            definition: definitions.kept,
          },
          {
            label: 'perplexity',
            value: report.secondPerplexity.value.toFixed(3),
            detail:
              `± ${report.secondPerplexity.error.toFixed(3)}; ` +
              `${names.shortFirst} ${report.perplexity.value.toFixed(3)}`,
            definition: definitions.perplexity,
          },
        ]}
      />
      <p class="small quiet">
        {`Measured on ${plural(done.texts.length, 'stretch', 'stretches')} of ${now.text}` +
          `${now.chat?.used ? ', as turns in the model’s chat template,' : ''} ` +
          `in ${duration(done.seconds)}, on this computer. ${engineWords(done.engine)}`}
        {now.chat && !now.chat.used && now.chat.why && ` ${now.chat.why}`}
      </p>
      <TokenView done={done} names={names} />
      <OutputErrorChart outputs={done.outputs} names={names} />
      <DriftChart streams={done.streams} names={names} />
    </>
  );
}
