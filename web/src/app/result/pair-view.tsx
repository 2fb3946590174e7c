/** Two results beside each other: sizes, errors, answers and codes, and what the differences are. */
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { CodeShares } from '../../charts/code-shares';
import { ErrorByLayer, RoleLegend, type ValueFormat } from '../../charts/error-by-layer';
import { ChartFrame, Switch } from '../../charts/frame';
import { errorRatios, errorRows, typeChanges, wholeRatio } from '../../charts/result-pair';
import { type CodeUse, codesByType } from '../../charts/spending-series';
import type { ErrorReport } from '../../core/index';
import { answersOf, type MeasuredAnswer } from '../state/measured-answers';
import type { Result } from '../state/results';
import { bitsPerWeight, bytes, decibels, duration, integer, listed, percent, plural, precise } from '../../text/units';
import { DEFINITIONS } from '../../text/glossary';

const RATIO: ValueFormat = {
  title: 'relative error of the second over the first’s',
  value: (value) => `${value.toFixed(3)} of the first’s relative error`,
};

export function PairView({ first, second }: { first: Result; second: Result }): VNode {
  const rows = useMemo(
    () => [errorRows(first.report.tensors), errorRows(second.report.tensors)] as const,
    [first, second],
  );
  const { series, loose } = useMemo(() => errorRatios(...rows), [rows]);
  const types = `${first.plan.fileType}-${second.plan.fileType}`;
  const answers = [answersOf(first), answersOf(second)] as const;
  return (
    <>
      <div class="pair-top">
        <Differences first={first} second={second} ratio={wholeRatio(...rows)} answers={answers} />
        <FactTable first={first} second={second} answers={answers} />
      </div>
      {series.length > 0 && (
        <ChartFrame
          title="Error of the second over the first’s"
          note={
            `The relative error of ${second.plan.fileType}’s tensors over that of ${first.plan.fileType}’s, by ` +
            `layer, one line for each role. Below 1 the second lost less. ${DEFINITIONS.relative}`
          }
          file={`error-ratio-${types}`}
          legend={<RoleLegend roles={series.map(({ role }) => role)} loose={loose} values={RATIO} />}
          table={() => ({
            columns: [{ title: 'role' }, { title: 'layer' }, RATIO, { title: 'type' }, { title: 'tensors' }],
            rows: [
              ...series.flatMap(({ role, points }) =>
                points.map(({ layer, value, type, names }) => [role, layer, value, type, names.join(' ')]),
              ),
              ...loose.map(({ role, value, type, names }) => [role, null, value, type, names.join(' ')]),
            ],
          })}
        >
          {(width) => <ErrorByLayer width={width} series={series} values={RATIO} />}
        </ChartFrame>
      )}
      <Codes first={first} second={second} />
    </>
  );
}

type Answers = readonly [MeasuredAnswer | null, MeasuredAnswer | null];

const more = (value: number, words: readonly [string, string]) => words[value > 0 ? 0 : 1];

/** The differences, in sentences. */
function Differences({
  first,
  second,
  ratio,
  answers: [one, other],
}: {
  first: Result;
  second: Result;
  ratio: number | null;
  answers: Answers;
}): VNode {
  const size = second.report.outputBytes - first.report.outputBytes;
  const { changes, onlyFirst, onlySecond } = useMemo(
    () => typeChanges(first.report.tensors, second.report.tensors),
    [first, second],
  );
  const changed = changes.reduce((sum, { names }) => sum + names.length, 0);
  return (
    <ul class="differences">
      {first.opened.title !== second.opened.title && (
        <li>
          They are made from two models, <span class="mono">{first.opened.title}</span> and{' '}
          <span class="mono">{second.opened.title}</span>: figures say how far each is from its own.
        </li>
      )}
      <li>
        {size === 0
          ? 'Both have the same size.'
          : `The second is ${bytes(Math.abs(size))} ${more(size, ['larger', 'smaller'])}: ` +
            `${percent(second.report.outputBytes / first.report.outputBytes)} of the first.`}
      </li>
      {ratio !== null && (
        <li>
          {`The weights of the second have ${ratio.toFixed(3)} times the relative error of the first’s`}
          {ratio !== 1 && ` (${decibels(Math.abs(20 * Math.log10(ratio)))} ${more(ratio - 1, ['more', 'less'])})`}.
        </li>
      )}
      <li>{answerWords(one, other)}</li>
      <li>
        {changed === 0
          ? 'Every tensor of both has the same type.'
          : `${plural(changed, 'tensor')} ${changed === 1 ? 'has' : 'have'} another type: ` +
            `${listed(
              changes.map(({ from, to, names }) => `${integer(names.length)} ${from} → ${to}`),
              6,
            )}.`}
        {onlyFirst.length + onlySecond.length > 0 &&
          ` ${plural(onlyFirst.length, 'tensor')} only in the first, ${integer(onlySecond.length)} only in the second.`}
      </li>
    </ul>
  );
}

function answerWords(one: MeasuredAnswer | null, other: MeasuredAnswer | null): string {
  if (!one || !other)
    return !one && !other
      ? 'The answers of neither were measured.'
      : `The answers of the ${one ? 'second' : 'first'} were not measured: show it, and compare under Answers.`;
  if (one.text !== other.text || one.report.tokens !== other.report.tokens)
    return (
      `Answers were measured on different texts (${integer(one.report.tokens)} tokens of ${one.text}, ` +
      `${integer(other.report.tokens)} of ${other.text}), so their figures are not compared.`
    );
  const [a, b] = [one.report, other.report];
  return (
    `The first choice is the original’s for ${percent(b.sameTop.value)} ± ${percent(b.sameTop.error)} of tokens ` +
    `instead of ${percent(a.sameTop.value)} ± ${percent(a.sameTop.error)}; the mean divergence is ` +
    `${b.divergence.value.toFixed(5)} instead of ${a.divergence.value.toFixed(5)} nats` +
    `${a.divergence.value > 0 ? `, ${(b.divergence.value / a.divergence.value).toFixed(2)} times as much` : ''}, on ` +
    `${integer(a.tokens)} tokens of ${one.text}.`
  );
}

interface Fact {
  title: string;
  hint?: string;
  of: (one: Result, answers: MeasuredAnswer | null) => string | null;
}

const ofError = (of: (error: ErrorReport) => string) => (one: Result) =>
  one.report.total ? of(one.report.total) : null;
const ofAnswers = (of: (report: MeasuredAnswer['report']) => string) => (_: Result, answers: MeasuredAnswer | null) =>
  answers && of(answers.report);

const FACTS: readonly Fact[] = [
  { title: 'model', of: (one) => one.opened.title },
  { title: 'type', of: (one) => one.plan.fileType },
  { title: 'scale search', of: (one) => one.plan.method },
  { title: 'importance', of: (one) => one.matrix?.name ?? 'none' },
  { title: 'size', of: (one) => bytes(one.report.outputBytes) },
  { title: 'bits per weight', hint: DEFINITIONS.bits, of: (one) => bitsPerWeight(one.report.bitsPerWeight) },
  { title: 'signal to noise', hint: DEFINITIONS.sqnr, of: ofError(({ sqnrDb }) => decibels(sqnrDb)) },
  {
    title: 'relative error',
    hint: DEFINITIONS.relative,
    of: ofError(({ rmse, rmsWeight }) => percent(rmsWeight > 0 ? rmse / rmsWeight : 0, 2)),
  },
  { title: 'RMSE', hint: DEFINITIONS.rmse, of: ofError(({ rmse }) => precise(rmse)) },
  { title: 'largest error', hint: DEFINITIONS.max, of: ofError(({ maxError }) => precise(maxError)) },
  {
    title: 'same first choice',
    of: ofAnswers(({ sameTop }) => `${percent(sameTop.value)} ± ${percent(sameTop.error)}`),
  },
  {
    title: 'mean divergence, nats',
    of: ofAnswers(({ divergence }) => `${divergence.value.toFixed(5)} ± ${divergence.error.toFixed(5)}`),
  },
  { title: '99 % below, nats', of: ofAnswers(({ divergence99 }) => divergence99.toFixed(4)) },
  { title: 'scored tokens', of: (_, answers) => answers && `${integer(answers.report.tokens)}, ${answers.text}` },
  { title: 'run', of: ({ report }) => `${duration(report.seconds)} on ${plural(report.workers, 'worker')}` },
  {
    title: 'SHA-256 begins',
    of: ({ report }) => report.files.map(({ sha256 }) => sha256?.slice(0, 8) ?? '–').join(' '),
  },
];

function FactTable({ first, second, answers }: { first: Result; second: Result; answers: Answers }): VNode {
  return (
    <div class="method-table beside" role="region" aria-label="Both results in figures" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">of the whole file</th>
            <th scope="col" class="number">
              first
            </th>
            <th scope="col" class="number">
              second
            </th>
          </tr>
        </thead>
        <tbody>
          {FACTS.map(({ title, hint, of }) => {
            const values = [of(first, answers[0]), of(second, answers[1])];
            return values[0] === null && values[1] === null ? null : (
              <tr key={title}>
                <th scope="row" title={hint}>
                  {title}
                </th>
                {values.map((value, at) => (
                  <td key={at} class="number">
                    {value ?? '–'}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const used = ({ type, bits, entropy }: CodeUse) => `${type} ${entropy.toFixed(3)} of ${bits} bits`;

/** How well the codes of both are used; of a type that both have, code by code. */
function Codes({ first, second }: { first: Result; second: Result }): VNode | null {
  const [one, other] = useMemo(
    () => [first, second].map(({ report, opened: { model } }) => codesByType(report, model.core.formats)),
    [first, second],
  ) as [CodeUse[], CodeUse[]];
  const both = one.flatMap((use) => {
    const match = other.find(({ type }) => type === use.type);
    return match ? [[use, match] as const] : [];
  });
  const [chosen, setChosen] = useState('');
  const shown = both.find(([{ type }]) => type === chosen) ?? both[0];
  if (one.length === 0 && other.length === 0) return null;
  const words =
    `Bits that a code carries (entropy, −Σ p log₂ p): the first ${one.map(used).join(', ') || 'none'}; ` +
    `the second ${other.map(used).join(', ') || 'none'}.`;
  if (!shown) return <p class="small quiet">{words} No type is in both.</p>;
  const [a, b] = shown;
  return (
    <ChartFrame
      title="Use of the codes in both"
      note={`${words} Bars are the first’s ${a.type}, the outline is the second’s; the dashed line is even use.`}
      file={`codes-${a.type}-of-both`}
      controls={
        both.length > 1 ? (
          <Switch
            label="Type"
            value={a.type}
            onChange={setChosen}
            choices={both.map(([{ type }]) => ({ value: type, label: type }))}
          />
        ) : undefined
      }
      table={() => ({
        columns: [{ title: 'code' }, { title: 'weights of the first' }, { title: 'weights of the second' }],
        rows: a.counts.map((count, code) => [code, count, b.counts[code] ?? 0]),
      })}
    >
      {(width) => <CodeShares width={width} counts={a.counts} beside={b.counts} />}
    </ChartFrame>
  );
}
