/** What differs in what two files say, over the same text. */
import type { VNode } from 'preact';
import { coreLang, texts } from '../../text/texts';
import { duration, fixed, integer, percent } from '../../text/units';
import { Figures } from '../parts/figures';
import { GpuChoice } from '../parts/gpu-choice';
import { Going } from '../parts/going';
import { Rich } from '../parts/rich';
import { term } from '../parts/term';
import { TextChoice } from '../parts/text-choice';
import { type Answered, type Answering, type Answers, type Offer, type Pair, SHORT } from '../state/answering';
import { chosenGpu, engineWords } from '../state/gpu';
import { costWords, secondsOf } from '../state/pass-cost';
import { ownText, textName } from '../state/text';
import type { NamesId } from './names';
import { DriftChart } from './drift-chart';
import { OutputErrorChart } from './output-error-chart';
import { TokenView } from './token-view';

/** Of a pair of files. `answers`: what was found, and what can be run; `names`: what the two are to the person. */
export function AnswersOf({ answers, names }: { answers: Answers; names: NamesId }): VNode | null {
  const words = texts().answers;
  const pair = answers.pair.value;
  const offers = answers.offers.value;
  if (!pair) return null;
  if (typeof offers === 'string')
    return (
      <p class="quiet small">
        {words.cannot[names]} <span {...coreLang(offers)}>{offers}</span>
      </p>
    );
  const now = answers.now.value;
  return (
    <>
      <p class="small quiet">
        <Rich
          text={words.intro[names](ownText.value ? ownText.value.name : words.ownText, SHORT.length)}
          parts={{ tokens: term('token') }}
        />
      </p>
      {now && !now.done && (
        <Going
          label={words.comparing}
          share={now.share}
          words={(paused) => wordsOf(now, paused)}
          pause={now.pause}
          stop={words.stop}
          onStop={() => answers.stop()}
        />
      )}
      {now?.done && <Found now={now} done={now.done} names={names} />}
      {(now === null || now.done) && offers && <Offers answers={answers} pair={pair} found={offers} done={now} />}
    </>
  );
}

function wordsOf({ cost, text, share, secondsLeft }: Answering, paused: boolean): string {
  const words = texts().answers;
  if (cost === null) return words.reading;
  return paused
    ? words.paused(integer(cost.tokens), text, percent(share, 0))
    : words.going(integer(cost.tokens), text, percent(share, 0), duration(secondsLeft ?? secondsOf(cost)));
}

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
            {extent === SHORT ? texts().answers.compare : texts().answers.compareMore}
          </button>{' '}
          <span class="small quiet">{costWords(cost)}</span>
        </span>
      ))}
      <TextChoice />
      <GpuChoice />
    </p>
  );
}

function Found({ now, done, names }: { now: Answering; done: Answered; names: NamesId }): VNode {
  const { report } = done;
  const words = texts().answers;
  const definitions = texts().definitions.answersOf(words.names[names]);
  const measured = now.chat?.used ? words.measuredInTurns : words.measured;
  return (
    <>
      <Figures
        label={words.differs}
        figures={[
          {
            label: words.top,
            value: percent(report.sameTop.value),
            detail: words.topOf(percent(report.sameTop.error), integer(report.tokens)),
            definition: definitions.top,
          },
          {
            label: words.divergence,
            value: fixed(report.divergence.value, 5),
            detail: words.natsError(fixed(report.divergence.error, 5)),
            definition: definitions.divergence,
          },
          {
            label: words.worst,
            value: fixed(report.divergence99, 4),
            detail: words.nats,
            definition: definitions.worst,
          },
          {
            label: words.kept,
            value: percent(report.kept.value),
            detail: words.plusMinus(percent(report.kept.error)),
            definition: definitions.kept,
          },
          {
            label: words.perplexity,
            value: fixed(report.secondPerplexity.value, 3),
            detail: words.perplexityOf(
              fixed(report.secondPerplexity.error, 3),
              words.names[names].shortFirst,
              fixed(report.perplexity.value, 3),
            ),
            definition: definitions.perplexity,
          },
        ]}
      />
      <p class="small quiet">
        {measured(done.texts.length, now.text, duration(done.seconds))} {engineWords(done.engine)}
        {now.chat && !now.chat.used && now.chat.why && <span {...coreLang(now.chat.why)}> {now.chat.why}</span>}
      </p>
      <TokenView done={done} names={names} />
      <OutputErrorChart outputs={done.outputs} names={names} />
      <DriftChart streams={done.streams} names={names} />
    </>
  );
}
