/** The text, each scored token coloured by how much the probabilities of it differ between two files. */
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { AnsweredToken, Candidate } from '../../core/index';
import { texts } from '../../text/texts';
import { decimal, fixed, percent } from '../../text/units';
import { Rich } from '../parts/rich';
import type { Answered } from '../state/answering';
import type { NamesId } from './names';

/** Upper ends of the classes, in nats. A tenth of a nat is about 10 % of a probability. */
export const DIVERGENCE_CLASSES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3];

interface ShownToken {
  text: string;
  /** Null: it only gives context. */
  answered: AnsweredToken | null;
}

/** Which class a divergence belongs to: 0 for the smallest. */
export function classOf(divergence: number): number {
  const found = DIVERGENCE_CLASSES.findIndex((end) => divergence < end);
  return found < 0 ? DIVERGENCE_CLASSES.length : found;
}

/**
 * The stretches, token by token, as far as they were shown. A character whose bytes are spread over tokens stands at
 * the last of them.
 */
export function shownStretches({ texts, tokens, pieces }: Answered): ShownToken[][] {
  let next = 0;
  return texts.flatMap(({ tokens: ids, firstScored }) => {
    if (next >= tokens.length) return [];
    const decoder = new TextDecoder();
    return [
      ids.map((id, index): ShownToken => {
        const text = decoder.decode(pieces.get(id) ?? new Uint8Array(0), { stream: true });
        return { text, answered: index > firstScored ? (tokens[next++] ?? null) : null };
      }),
    ];
  });
}

export function TokenView({ done, names }: { done: Answered; names: NamesId }): VNode {
  const words = texts().answers.tokenView;
  const stretches = useMemo(() => shownStretches(done), [done]);
  const scored = useMemo(
    () =>
      stretches.flat().filter((token): token is ShownToken & { answered: AnsweredToken } => token.answered !== null),
    [stretches],
  );
  const [picked, setPicked] = useState(() => mostChanged(scored));
  const move = (by: number) => setPicked((now) => Math.max(0, Math.min(scored.length - 1, now + by)));
  let number = -1;
  return (
    <div class="token-view">
      <p class="small quiet" id="token-view-help">
        {words.help}
      </p>
      <div
        class="token-text"
        role="application"
        aria-label={words.label}
        aria-describedby="token-view-help"
        tabIndex={0}
        onKeyDown={(event) => {
          const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          move(by);
        }}
      >
        {stretches.map((stretch, index) => (
          <p key={index} dir="auto">
            {stretch.map((token, at) => {
              if (token.answered === null) return <span key={at}>{token.text}</span>;
              number += 1;
              const mine = number;
              return (
                <span
                  key={at}
                  class={`token change-${classOf(token.answered.divergence)}${mine === picked ? ' picked' : ''}`}
                  // Not when it enters: scrolling moves the text under a pointer that rests.
                  onPointerMove={() => setPicked(mine)}
                  onClick={() => setPicked(mine)}
                >
                  {token.text}
                </span>
              );
            })}
          </p>
        ))}
      </div>
      <ClassLegend />
      {scored[picked] && <Detail token={scored[picked]} done={done} names={names} />}
    </div>
  );
}

function mostChanged(scored: readonly { answered: AnsweredToken }[]): number {
  return scored.reduce(
    (most, { answered }, i) => (answered.divergence > scored[most]!.answered.divergence ? i : most),
    0,
  );
}

function ClassLegend(): VNode {
  const { nats, tokenView: words } = texts().answers;
  return (
    <p class="token-legend small" aria-label={words.legend}>
      {DIVERGENCE_CLASSES.map((end, index) => (
        <span key={end} class={`token change-${index}`}>
          &lt; {decimal(end)}
        </span>
      ))}
      <span class={`token change-${DIVERGENCE_CLASSES.length}`}>{words.more}</span> {nats}
    </p>
  );
}

/** What both files held likely at a token. */
function Detail({
  token: { text, answered },
  done,
  names,
}: {
  token: ShownToken & { answered: AnsweredToken };
  done: Answered;
  names: NamesId;
}): VNode {
  const { names: all, tokenView: words } = texts().answers;
  const { inFirst, inSecond, shortFirst, shortSecond } = all[names];
  return (
    <div class="token-detail" aria-live="polite">
      <p>
        <Rich
          text={words.detail(
            percent(answered.probability, 1),
            inFirst,
            percent(answered.secondProbability, 1),
            inSecond,
            fixed(answered.divergence, 4),
          )}
          parts={{ token: <strong class="mono">{readable(text)}</strong> }}
        />
      </p>
      <div class="token-candidates">
        <Candidates title={shortFirst} found={answered.likely} done={done} />
        <Candidates title={shortSecond} found={answered.secondLikely} done={done} />
      </div>
    </div>
  );
}

function Candidates({ title, found, done }: { title: string; found: readonly Candidate[]; done: Answered }): VNode {
  return (
    <table>
      <caption>{title}</caption>
      <tbody>
        {found.map(({ token, probability }) => (
          <tr key={token}>
            <th scope="row" class="mono">
              {readable(new TextDecoder().decode(done.pieces.get(token)))}
            </th>
            <td>{percent(probability, 1)}</td>
            <td class="bar" aria-hidden="true">
              <span style={{ width: `${(100 * probability).toFixed(1)}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Spaces and line ends made visible. */
function readable(text: string): string {
  return text.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥') || texts().answers.tokenView.noText;
}
