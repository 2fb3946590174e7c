/** Error feedback and descent on a short row, step by step: why a worse weight can be a better answer. */
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { FeedbackErrors, outputErrorColumn } from '../../../charts/feedback-errors';
import { FeedbackRow } from '../../../charts/feedback-row';
import { ChartFrame, lazily, Switch } from '../../../charts/frame';
import { MetricMap } from '../../../charts/metric-map';
import type { TableColumn } from '../../../charts/table';
import { answer } from '../../../core/module';
import type { FeedbackPath, FeedbackReport, FeedbackRequest, FeedbackStep } from '../../../core/types';
import { language, texts } from '../../../text/texts';
import { percent, precise, weightUnits } from '../../../text/units';
import { toJson } from '../../../wasm/json';
import { wholeCore } from '../../engine';
import { opened } from '../../state/opening';
import { stillness } from '../play';
import { Told } from '../terms';
import { type FeedbackExample, INVENTED } from './example';
import { PieceOfModel } from './piece-of-model';

const STEP_MS = 900;
const BITS = ['2', '3', '4'] as const;

const levelsOf = (bits: number) => Array.from({ length: 2 ** bits }, (_, index) => index - 2 ** (bits - 1));
const stepsOf = ({ rounding, descent }: FeedbackPath): FeedbackStep[] => [...rounding, ...descent];

export function FeedbackPanel(): VNode | null {
  const module = wholeCore.value?.module;
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
  const words = texts().lab.feedback;
  return (
    <section class="feedback-lab" aria-labelledby="feedback-title">
      <h3 id="feedback-title">{words.title}</h3>
      <p>
        <Told text={words.lead} />
      </p>
      <div class="feedback-choices">
        <Switch
          label={words.bitsOf}
          value={bits}
          onChange={setBits}
          choices={BITS.map((value) => ({ value, label: words.bits(value) }))}
        />
        {example !== INVENTED && (
          <button type="button" class="button small" onClick={() => setExample(INVENTED)}>
            {words.backToInvented}
          </button>
        )}
      </div>
      {opened.value && <PieceOfModel key={opened.value.title} opened={opened.value} onPiece={setExample} />}
      <p class="small quiet" role="status">
        {example.from()}
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
  const said = texts().lab.feedback;
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
          [said.plainPath, plain, report.plain, 'plain'],
          [said.feedbackPath, feedback, report.feedback, 'feedback'],
        ] as const
      ).map(([name, steps, { rounding }, kind]) => ({
        name,
        kind,
        rounding: rounding.length,
        errors: steps.map(({ outputError }) => share(outputError)),
      })),
    [report, language()],
  );
  return (
    <>
      <div class="feedback-steps" role="group" aria-label={said.steps}>
        <button type="button" class="button" aria-label={said.beginning} disabled={now === 0} onClick={() => go(0)}>
          «
        </button>
        <button
          type="button"
          class="button"
          aria-label={said.stepBack}
          disabled={now === 0}
          onClick={() => go(now - 1)}
        >
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
            {playing ? said.hold : said.play}
          </button>
        )}
        <button
          type="button"
          class="button"
          aria-label={said.stepOn}
          disabled={now === last}
          onClick={() => go(now + 1)}
        >
          ›
        </button>
        <input
          class="lab-slider"
          type="range"
          aria-label={said.step}
          aria-valuetext={words}
          min={0}
          max={last}
          step={1}
          value={now}
          onInput={({ currentTarget }) => go(currentTarget.valueAsNumber)}
        />
        <output class="feedback-step">{said.stepOf(now, last)}</output>
      </div>
      <p class="feedback-words" aria-live={playing ? 'off' : 'polite'}>
        {words}
      </p>
      <div class="feedback-charts">
        <ChartFrame
          title={said.map.title}
          note={<Told text={said.map.note} />}
          file="feedback-h"
          table={lazily(() => ({
            columns: [
              { title: texts().lab.feedback.map.column },
              ...weights.map((_, index) => ({ title: texts().lab.feedback.map.withColumn(first + index) })),
            ],
            rows: weights.map((_, row) => [first + row, ...report.damped.slice(row * n, (row + 1) * n)]),
          }))}
        >
          {(width) => <MetricMap width={width} values={report.damped} columns={n} first={first} marked={column} />}
        </ChartFrame>
        <ChartFrame
          title={said.rowChart.title}
          note={<Told text={said.rowChart.note(precise(report.scale))} />}
          file="feedback-row"
          legend={
            <ul class="legend feedback-legend">
              <li>
                <Key kind="weight" /> {said.rowChart.weight}
              </li>
              <li>
                <Key kind="wanted" /> {said.rowChart.wanted}
              </li>
              <li>
                <Key kind="stored" /> {said.rowChart.stored}
              </li>
              <li>
                <Key kind="plain" /> {said.rowChart.plain}
              </li>
            </ul>
          }
          table={() => ({
            columns: rowColumns(),
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
          title={said.errors.title}
          note={said.errors.note}
          file="feedback-errors"
          legend={
            <ul class="legend feedback-legend">
              <li>
                <Key kind="plain" /> {said.plainPath}
              </li>
              <li>
                <Key kind="stored" /> {said.feedbackPath}
              </li>
            </ul>
          }
          table={lazily(() => ({
            columns: pathColumns(),
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

function rowColumns(): TableColumn[] {
  const { map, rowChart: words } = texts().lab.feedback;
  const figures = [words.weight, words.wantedByNow, words.storedWith, words.plain];
  return [{ title: map.column }, ...figures.map((title) => ({ title, unit: weightUnits() }))];
}

/** Of both paths. */
function pathColumns(): TableColumn[] {
  const words = texts().lab.feedback;
  const { title, unit } = outputErrorColumn();
  const of = (path: string) => ({ title: words.pathError(path, title), unit });
  return [{ title: words.errors.step }, of(words.plainPath), of(words.feedbackPath)];
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
  const words = texts().lab.feedback;
  if (now === 0) return words.nothingYet;
  const step = feedback[now - 1];
  if (!step) return words.onlyPlain;
  const { column, wanted, row } = step;
  const stored = precise(row[column]!);
  if (now > n) return words.descent(first + column, stored, precise(wanted));
  const [weight, error] = [precise(weights[column]!), precise(weights[column]! - row[column]!)];
  if (column === 0) return words.first(first, weight, error, stored);
  const moved = wanted - weights[column]!;
  const isLast = column === n - 1;
  return Math.abs(moved) < 1e-9
    ? (isLast ? words.lastNothing : words.nextNothing)(first + column, weight, precise(wanted), error, stored)
    : (isLast ? words.last : words.next)(first + column, weight, precise(moved), precise(wanted), error, stored);
}

/** At the end: weights and outputs, each way. */
function Ends({ report, weights }: { report: FeedbackReport; weights: readonly number[] }): VNode {
  const words = texts().lab.feedback.ends;
  const square = weights.reduce((sum, weight) => sum + weight * weight, 0) || 1;
  const ends = (
    [
      [words.nearest, report.plain.rounding.at(-1)],
      [words.nearestDescent, stepsOf(report.plain).at(-1)],
      [words.feedback, report.feedback.rounding.at(-1)],
      [words.feedbackDescent, stepsOf(report.feedback).at(-1)],
    ] as const
  ).map(([name, step]) => ({
    name,
    ofWeights: Math.sqrt(step!.weightError / square),
    ofOutput: Math.sqrt(step!.outputError / (report.outputSquare || 1)),
  }));
  const [plain, , , best] = ends as [(typeof ends)[0], (typeof ends)[0], (typeof ends)[0], (typeof ends)[0]];
  const outputs: [string, string] = [percent(plain.ofOutput), percent(best.ofOutput)];
  return (
    <>
      <div class="method-table beside" role="region" aria-label={words.label} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.way}</th>
              <th scope="col" class="number" title="√(Σe² / Σw²)">
                {words.ofWeights}
              </th>
              <th scope="col" class="number" title="√(eᵀHe / wᵀHw)">
                {words.ofOutput}
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
          ? words.nothing
          : best.ofWeights > plain.ofWeights
            ? words.worseWeights([percent(plain.ofWeights), percent(best.ofWeights)], outputs)
            : words.better(outputs)}
      </p>
    </>
  );
}
