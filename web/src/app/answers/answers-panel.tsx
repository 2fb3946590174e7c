/** What quantizing changed in what the model says: the output and its original over the same text. */
import type { VNode } from 'preact';
import { bytes, duration, integer, percent, plural } from '../../text/units';
import { Figures } from '../parts/figures';
import { TextChoice } from '../parts/text-choice';
import {
  type Answered,
  type Answering,
  answering,
  compareAnswers,
  type Offer,
  offers,
  SHORT,
  stopAnswering,
} from '../state/answering';
import { opened } from '../state/opening';
import type { Result } from '../state/running';
import { ownText, textName } from '../state/text';
import { ANSWER_DEFINITIONS } from './definitions';
import { TokenView } from './token-view';
import { TryPanel } from './try-panel';

export function AnswersPanel({ shown }: { shown: Result }): VNode {
  const now = answering.value?.of === shown ? answering.value : null;
  return (
    <section class="answers" aria-labelledby="answers-title">
      <h3 id="answers-title">Answers</h3>
      <Body shown={shown} now={now} />
      <TryPanel shown={shown} />
    </section>
  );
}

function Body({ shown, now }: { shown: Result; now: Answering | null }): VNode {
  if (opened.value !== shown.opened)
    return <p class="quiet small">Open the original again to compare what the two files answer.</p>;
  if (typeof offers.value === 'string')
    return <p class="quiet small">What this output answers cannot be measured. {offers.value}</p>;
  return (
    <>
      <p class="small quiet">
        The original and the output read the same text,{' '}
        {ownText.value ? ownText.value.name : 'the one that comes with this page'}, in stretches of {SHORT.length}{' '}
        tokens. In the second half of each, their probabilities of the next token are compared.
      </p>
      {now && !now.done && <Going now={now} />}
      {now?.done && <Found now={now} done={now.done} />}
      {(now === null || now.done) && <Offers shown={shown} done={now?.done ? now : null} />}
    </>
  );
}

function Going({ now }: { now: Answering }): VNode {
  const { cost, secondsLeft } = now;
  return (
    <div class="answers-going">
      <progress max={1} value={now.share} aria-label="Comparing answers" />
      <p role="status" class="small">
        {cost === null
          ? 'Reading the text…'
          : `${integer(cost.tokens)} tokens of ${now.text}: ${percent(now.share, 0)}, about ${duration(secondsLeft ?? cost.seconds)} left`}
      </p>
      <button type="button" class="button small" onClick={stopAnswering}>
        Stop comparing
      </button>
    </div>
  );
}

/** What can be run next, and what it takes. */
function Offers({ shown, done }: { shown: Result; done: Answering | null }): VNode {
  const found = typeof offers.value === 'string' ? null : offers.value;
  const isNew = ({ extent }: Offer) => extent !== done?.extent || done.text !== textName.value;
  return (
    <p class="answers-offers">
      {found?.filter(isNew).map(({ extent, cost }) => (
        <span key={extent.name}>
          <button type="button" class="button" onClick={() => void compareAnswers(shown, extent)}>
            {extent === SHORT ? 'Compare answers' : 'Compare over more text'}
          </button>{' '}
          <span class="small quiet">
            {integer(cost.tokens)} tokens, about {duration(cost.seconds)}, up to {bytes(cost.memory)} of memory
          </span>
        </span>
      ))}
      <TextChoice />
    </p>
  );
}

function Found({ now, done }: { now: Answering; done: Answered }): VNode {
  const { report } = done;
  return (
    <>
      <Figures
        label="What quantizing changed in the answers"
        figures={[
          {
            label: 'same first choice',
            value: percent(report.sameTop.value),
            detail: `± ${percent(report.sameTop.error)}, of ${integer(report.tokens)} tokens`,
            definition: ANSWER_DEFINITIONS.top,
          },
          {
            label: 'mean divergence',
            value: report.divergence.value.toFixed(5),
            detail: `± ${report.divergence.error.toFixed(5)} nats`,
            definition: ANSWER_DEFINITIONS.divergence,
          },
          {
            label: '99 % below',
            value: report.divergence99.toFixed(4),
            detail: 'nats',
            definition: ANSWER_DEFINITIONS.worst,
          },
          {
            label: 'probability kept',
            value: percent(report.kept.value),
            detail: `± ${percent(report.kept.error)}`,
            definition: ANSWER_DEFINITIONS.kept,
          },
          {
            label: 'perplexity',
            value: report.secondPerplexity.value.toFixed(3),
            detail: `± ${report.secondPerplexity.error.toFixed(3)}; original ${report.perplexity.value.toFixed(3)}`,
            definition: ANSWER_DEFINITIONS.perplexity,
          },
        ]}
      />
      <p class="small quiet">
        Measured on {plural(done.texts.length, 'stretch', 'stretches')} of {now.text} in {duration(done.seconds)}, on{' '}
        this computer.
      </p>
      <TokenView done={done} />
    </>
  );
}
