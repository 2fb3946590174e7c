/** Error feedback and descent on a short row, step by step: why a worse weight can be a better answer. */
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { FeedbackErrors, OUTPUT_ERROR } from '../../../charts/feedback-errors';
import { FeedbackRow } from '../../../charts/feedback-row';
import { ChartFrame, lazily, Switch } from '../../../charts/frame';
import { MetricMap } from '../../../charts/metric-map';
import { answer } from '../../../core/module';
import type { FeedbackPath, FeedbackReport, FeedbackRequest, FeedbackStep } from '../../../core/types';
import { percent, precise, WEIGHT_UNITS } from '../../../text/units';
import { toJson } from '../../../wasm/json';
import { core } from '../../engine';
import { opened } from '../../state/opening';
import { stillness } from '../play';
import { type FeedbackExample, INVENTED } from './example';
import { PieceOfModel } from './piece-of-model';

const STEP_MS = 900;
const BITS = ['2', '3', '4'] as const;

const levelsOf = (bits: number) => Array.from({ length: 2 ** bits }, (_, index) => index - 2 ** (bits - 1));
const stepsOf = ({ rounding, descent }: FeedbackPath): FeedbackStep[] => [...rounding, ...descent];

export function FeedbackPanel(): VNode | null {
  const module = core.value?.module;
  const [example, setExample] = useState<FeedbackExample>(INVENTED);
  const [bits, setBits] = useState<(typeof BITS)[number]>('2');
  const report = useMemo(() => {
    const request: FeedbackRequest = {
      weights: example.weights,
      metric: example.metric,
      levels: levelsOf(Number(bits)),
    };
    return module ? answer(module.feedbackReport(toJson(request))) : null;
  }, [module, example, bits]);
  useEffect(() => {
    setExample(INVENTED);
  }, [opened.value]);
  if (!report) return null;
  return (
    <section class="feedback-lab" aria-labelledby="feedback-title">
      <h3 id="feedback-title">Why a worse weight can be a better answer</h3>
      <p>
        A layer puts out Σ weight × input. Where inputs of columns rise and fall together, an error in one column can be
        made good in the next. The method <em>calibrated</em> rounds column by column and hands each error on to the
        columns that follow (<em>feedback</em>), then moves single codes as long as the output gains (<em>descent</em>).
        What counts is eᵀHe: e the errors of the weights, H the mean product of the inputs of each two columns.
      </p>
      <div class="feedback-choices">
        <Switch
          label="Bits of a weight"
          value={bits}
          onChange={setBits}
          choices={BITS.map((value) => ({ value, label: `${value} bits` }))}
        />
        {example !== INVENTED && (
          <button type="button" class="button small" onClick={() => setExample(INVENTED)}>
            Back to the invented row
          </button>
        )}
      </div>
      {opened.value && <PieceOfModel key={opened.value.title} opened={opened.value} onPiece={setExample} />}
      <p class="small quiet" role="status">
        {example.from}
      </p>
      <Stepper key={JSON.stringify([example, bits])} example={example} report={report} bits={Number(bits)} />
    </section>
  );
}

function Stepper({ example, report, bits }: { example: FeedbackExample; report: FeedbackReport; bits: number }): VNode {
  const { weights, first } = example;
  const [plain, feedback] = useMemo(() => [stepsOf(report.plain), stepsOf(report.feedback)], [report]);
  const last = Math.max(plain.length, feedback.length);
  const [now, setNow] = useState(0);
  const [playing, setPlaying] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    if (!playing) return undefined;
    if (now >= last || stillness.value) {
      setPlaying(false);
      return undefined;
    }
    timer.current = setTimeout(() => setNow(now + 1), STEP_MS);
    return () => clearTimeout(timer.current);
  }, [playing, now, last]);
  const go = (step: number) => {
    setPlaying(false);
    setNow(Math.min(last, Math.max(0, step)));
  };
  const at = (steps: readonly FeedbackStep[]) => (now === 0 ? null : steps[Math.min(now, steps.length) - 1]!);
  const [plainNow, feedbackNow] = [at(plain), at(feedback)];
  const n = weights.length;
  const words = sentenceOf(now, feedback, n, first, weights);
  const column = now > 0 && now <= feedback.length ? feedback[now - 1]!.column : null;
  const columns = weights.map((weight, index) => ({
    weight,
    wanted: index < now && now <= n ? feedback[index]!.wanted : now > n ? weight : (feedbackNow?.row[index] ?? weight),
    stored: index < now ? feedbackNow!.row[index]! : null,
    plain: index < now ? plainNow!.row[index]! : null,
  }));
  const share = (error: number) => Math.sqrt(error / (report.outputSquare || 1));
  const paths = useMemo(
    () =>
      (
        [
          ['plain rounding, then descent', plain, report.plain, 'plain'],
          ['feedback, then descent', feedback, report.feedback, 'feedback'],
        ] as const
      ).map(([name, steps, { rounding }, kind]) => ({
        name,
        kind,
        rounding: rounding.length,
        errors: steps.map(({ outputError }) => share(outputError)),
      })),
    [report],
  );
  return (
    <>
      <div class="feedback-steps" role="group" aria-label="Steps">
        <button type="button" class="button" aria-label="To the beginning" disabled={now === 0} onClick={() => go(0)}>
          «
        </button>
        <button type="button" class="button" aria-label="A step back" disabled={now === 0} onClick={() => go(now - 1)}>
          ‹
        </button>
        {!stillness.value && (
          <button
            type="button"
            class="button"
            onClick={() => {
              if (!playing && now >= last) setNow(0);
              setPlaying(!playing);
            }}
          >
            {playing ? 'Hold' : 'Play'}
          </button>
        )}
        <button type="button" class="button" aria-label="A step on" disabled={now === last} onClick={() => go(now + 1)}>
          ›
        </button>
        <input
          class="lab-slider"
          type="range"
          aria-label="Step"
          aria-valuetext={words}
          min={0}
          max={last}
          step={1}
          value={now}
          onInput={({ currentTarget }) => go(currentTarget.valueAsNumber)}
        />
        <output class="feedback-step">
          step {now} of {last}
        </output>
      </div>
      <p class="feedback-words" aria-live={playing ? 'off' : 'polite'}>
        {words}
      </p>
      <div class="feedback-charts">
        <ChartFrame
          title="H: which inputs go together"
          note={
            'The mean product of the inputs of each two columns, in squared units of the inputs; on the diagonal ' +
            'their mean squares, which an importance matrix has. A tenth of the mean of the diagonal is added to it.'
          }
          file="feedback-h"
          table={lazily(() => ({
            columns: [
              { title: 'column' },
              ...weights.map((_, index) => ({ title: `with column ${first + index}, inputs squared` })),
            ],
            rows: weights.map((_, row) => [first + row, ...report.damped.slice(row * n, (row + 1) * n)]),
          }))}
        >
          {(width) => <MetricMap width={width} values={report.damped} columns={n} first={first} marked={column} />}
        </ChartFrame>
        <ChartFrame
          title="The row"
          note={
            'What each weight was, what is wanted of it by now, and what is stored: whole multiples of ' +
            `${precise(report.scale)}, ` +
            'the scale with the least error weighted by the diagonal of H (faint lines).'
          }
          file="feedback-row"
          legend={
            <ul class="legend feedback-legend">
              <li>
                <Key kind="weight" /> weight
              </li>
              <li>
                <Key kind="wanted" /> wanted, with errors handed on
              </li>
              <li>
                <Key kind="stored" /> stored, with feedback
              </li>
              <li>
                <Key kind="plain" /> stored plainly
              </li>
            </ul>
          }
          table={() => ({
            columns: [
              { title: 'column' },
              ...['weight', 'wanted by now', 'stored with feedback', 'stored plainly'].map((title) => ({
                title,
                unit: WEIGHT_UNITS,
              })),
            ],
            rows: columns.map(({ weight, wanted, stored, plain: other }, index) => [
              first + index,
              weight,
              wanted,
              stored,
              other,
            ]),
          })}
        >
          {(width) => (
            <FeedbackRow
              width={width}
              columns={columns}
              first={first}
              stored={levelsOf(bits).map((level) => level * report.scale)}
              marked={column}
            />
          )}
        </ChartFrame>
        <ChartFrame
          title="Error of the row’s output"
          note={
            '√(eᵀHe / wᵀHw) after each step; columns that are not rounded yet count as right. Behind the line, the ' +
            'descent: one code changes a step.'
          }
          file="feedback-errors"
          legend={
            <ul class="legend feedback-legend">
              <li>
                <Key kind="plain" /> plain rounding, then descent
              </li>
              <li>
                <Key kind="stored" /> feedback, then descent
              </li>
            </ul>
          }
          table={lazily(() => ({
            columns: [
              { title: 'step' },
              ...paths.map(({ name }) => ({ title: `${name}: ${OUTPUT_ERROR.title}`, unit: OUTPUT_ERROR.unit })),
            ],
            rows: Array.from({ length: last + 1 }, (_, step) => [
              step,
              ...paths.map(({ errors }) => (step === 0 ? 0 : (errors[step - 1] ?? null))),
            ]),
          }))}
        >
          {(width) => <FeedbackErrors width={width} paths={paths} now={now} />}
        </ChartFrame>
      </div>
      <Ends report={report} weights={weights} />
    </>
  );
}

function Key({ kind }: { kind: 'weight' | 'wanted' | 'stored' | 'plain' }): VNode {
  return (
    <svg class="feedback-row" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
      {kind === 'weight' && <circle class="feedback-weight" r={4.5} />}
      {kind === 'wanted' && <path class="feedback-wanted" d="M0,-5l5,5l-5,5l-5,-5Z" />}
      {kind === 'stored' && <rect class="feedback-stored" x={-4} y={-4} width={8} height={8} />}
      {kind === 'plain' && <path class="feedback-plain" d="M-4,-4l8,8m0,-8l-8,8" />}
    </svg>
  );
}

/** What the step on show did, with feedback. */
function sentenceOf(
  now: number,
  feedback: readonly FeedbackStep[],
  n: number,
  first: number,
  weights: readonly number[],
): string {
  if (now === 0) return 'Nothing is rounded yet.';
  const step = feedback[now - 1];
  if (!step) return 'With feedback no change of a single code helps any more; plain rounding is still descending.';
  const { column, wanted, row } = step;
  const name = `Column ${first + column}`;
  const stored = precise(row[column]!);
  if (now > n)
    return (
      `Descent: ${name.toLowerCase()} goes to ${stored}, nearest to ${precise(wanted)}, ` +
      'where the output’s error is least.'
    );
  const moved = wanted - weights[column]!;
  const handed =
    column === 0
      ? 'its error of '
      : `${Math.abs(moved) < 1e-9 ? 'nothing was' : `${precise(moved)} was`} handed on to it, ` +
        `so ${precise(wanted)} is wanted; its error of `;
  const on =
    column === n - 1 ? ' has nowhere to go.' : ' is handed on to the columns that follow, as far as they go together.';
  const error = precise(weights[column]! - row[column]!);
  return `${name}: weight ${precise(weights[column]!)}, ${handed}${error} (stored as ${stored})${on}`;
}

/** At the end: weights and outputs, each way. */
function Ends({ report, weights }: { report: FeedbackReport; weights: readonly number[] }): VNode {
  const square = weights.reduce((sum, weight) => sum + weight * weight, 0) || 1;
  const ends = (
    [
      ['each weight to its nearest', report.plain.rounding.at(-1)],
      ['… then descent: one pass', stepsOf(report.plain).at(-1)],
      ['feedback', report.feedback.rounding.at(-1)],
      ['… then descent: layer after layer', stepsOf(report.feedback).at(-1)],
    ] as const
  ).map(([name, step]) => ({
    name,
    ofWeights: Math.sqrt(step!.weightError / square),
    ofOutput: Math.sqrt(step!.outputError / (report.outputSquare || 1)),
  }));
  const [plain, , , best] = ends as [(typeof ends)[0], (typeof ends)[0], (typeof ends)[0], (typeof ends)[0]];
  return (
    <>
      <div class="method-table beside" role="region" aria-label="Errors of weights and output, each way" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">way</th>
              <th scope="col" class="number" title="√(Σe² / Σw²)">
                error of the weights
              </th>
              <th scope="col" class="number" title="√(eᵀHe / wᵀHw)">
                error of the output
              </th>
            </tr>
          </thead>
          <tbody>
            {ends.map(({ name, ofWeights, ofOutput }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{percent(ofWeights)}</td>
                <td class="number">{percent(ofOutput)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        {best.ofOutput >= plain.ofOutput
          ? 'Here nothing is gained: plain rounding is as good for the output, for these eight inputs hardly go ' +
            'together. In a whole row each column has hundreds of others to hand its error to.'
          : best.ofWeights > plain.ofWeights
            ? `The weights end further from what they were (${percent(best.ofWeights)} instead of ` +
              `${percent(plain.ofWeights)}), and the output nearer to what it was: ${percent(best.ofOutput)} ` +
              `instead of ${percent(plain.ofOutput)}.`
            : `Here the weights end no further from what they were, and the output is nearer to what it was: ` +
              `${percent(best.ofOutput)} instead of ${percent(plain.ofOutput)}.`}
      </p>
    </>
  );
}
