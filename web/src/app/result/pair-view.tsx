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
import { texts } from '../../text/texts';
import { bitsPerWeight, bytes, decibels, duration, fixed, integer, listed, percent, precise } from '../../text/units';
import { Rich } from '../parts/rich';
import { seriesTable } from './error-charts';

function ratioFormat(): ValueFormat {
  const { ratio, ratioValue } = texts().result.pair;
  return { title: ratio, value: (value) => ratioValue(fixed(value, 3)) };
}

export function PairView({ first, second }: { first: Result; second: Result }): VNode {
  const rows = useMemo(
    () => [errorRows(first.report.tensors), errorRows(second.report.tensors)] as const,
    [first, second],
  );
  const { series, loose } = useMemo(() => errorRatios(...rows), [rows]);
  const types = `${first.plan.fileType}-${second.plan.fileType}`;
  const answers = [answersOf(first), answersOf(second)] as const;
  const words = texts().result.pair;
  return (
    <>
      <div class="pair-top">
        <Differences first={first} second={second} ratio={wholeRatio(...rows)} answers={answers} />
        <FactTable first={first} second={second} answers={answers} />
      </div>
      {series.length > 0 && (
        <ChartFrame
          title={words.title}
          note={words.note(second.plan.fileType, first.plan.fileType, texts().definitions.relative)}
          file={`error-ratio-${types}`}
          legend={<RoleLegend roles={series.map(({ role }) => role)} loose={loose} values={ratioFormat()} />}
          table={() => seriesTable(ratioFormat(), series, loose)}
        >
          {(width) => <ErrorByLayer width={width} series={series} values={ratioFormat()} />}
        </ChartFrame>
      )}
      <Codes first={first} second={second} />
    </>
  );
}

type Answers = readonly [MeasuredAnswer | null, MeasuredAnswer | null];

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
  const words = texts().result.pair;
  return (
    <ul class="differences">
      {first.opened.title !== second.opened.title && (
        <li>
          <Rich
            text={words.twoModels}
            parts={{
              first: <span class="mono">{first.opened.title}</span>,
              second: <span class="mono">{second.opened.title}</span>,
            }}
          />
        </li>
      )}
      <li>
        {size === 0
          ? words.sameSize
          : (size > 0 ? words.larger : words.smaller)(
              bytes(Math.abs(size)),
              percent(second.report.outputBytes / first.report.outputBytes),
            )}
      </li>
      {ratio !== null && (
        <li>
          {ratio === 1
            ? words.sameError(fixed(ratio, 3))
            : (ratio > 1 ? words.moreError : words.lessError)(
                fixed(ratio, 3),
                decibels(Math.abs(20 * Math.log10(ratio))),
              )}
        </li>
      )}
      <li>{answerWords(one, other)}</li>
      <li>
        {changed === 0
          ? words.sameTypes
          : words.otherTypes(
              changed,
              listed(
                changes.map(({ from, to, names }) => words.change(integer(names.length), from, to)),
                6,
              ),
            )}
        {onlyFirst.length + onlySecond.length > 0 && ` ${words.only(onlyFirst.length, integer(onlySecond.length))}`}
      </li>
    </ul>
  );
}

function answerWords(one: MeasuredAnswer | null, other: MeasuredAnswer | null): string {
  const words = texts().result.pair;
  if (!one || !other) return !one && !other ? words.neither : one ? words.notSecond : words.notFirst;
  if (one.text !== other.text || one.report.tokens !== other.report.tokens)
    return words.otherTexts([integer(one.report.tokens), integer(other.report.tokens)], [one.text, other.text]);
  const [a, b] = [one.report, other.report];
  const top = [topText(a), topText(b)] as [string, string];
  const divergence = [fixed(a.divergence.value, 5), fixed(b.divergence.value, 5)] as [string, string];
  return a.divergence.value > 0
    ? words.answersTimes(
        top,
        divergence,
        fixed(b.divergence.value / a.divergence.value, 2),
        integer(a.tokens),
        one.text,
      )
    : words.answers(top, divergence, integer(a.tokens), one.text);
}

const topText = ({ sameTop }: MeasuredAnswer['report']) => `${percent(sameTop.value)} ± ${percent(sameTop.error)}`;

interface Fact {
  title: string;
  hint?: string;
  of: (one: Result, answers: MeasuredAnswer | null) => string | null;
}

const ofError = (of: (error: ErrorReport) => string) => (one: Result) =>
  one.report.total ? of(one.report.total) : null;
const ofAnswers = (of: (report: MeasuredAnswer['report']) => string) => (_: Result, answers: MeasuredAnswer | null) =>
  answers && of(answers.report);

function factsOf(): Fact[] {
  const words = texts().result.pair.facts;
  const { definitions } = texts();
  return [
    { title: words.model, of: (one) => one.opened.title },
    { title: words.type, of: (one) => one.plan.fileType },
    { title: words.search, of: (one) => one.plan.method },
    { title: words.importance, of: (one) => one.matrix?.name ?? words.noImportance },
    { title: words.size, of: (one) => bytes(one.report.outputBytes) },
    { title: words.bits, hint: definitions.bits, of: (one) => bitsPerWeight(one.report.bitsPerWeight) },
    { title: words.sqnr, hint: definitions.sqnr, of: ofError(({ sqnrDb }) => decibels(sqnrDb)) },
    {
      title: words.relative,
      hint: definitions.relative,
      of: ofError(({ rmse, rmsWeight }) => percent(rmsWeight > 0 ? rmse / rmsWeight : 0, 2)),
    },
    { title: words.rmse, hint: definitions.rmse, of: ofError(({ rmse }) => precise(rmse)) },
    { title: words.largest, hint: definitions.max, of: ofError(({ maxError }) => precise(maxError)) },
    { title: words.top, of: ofAnswers(topText) },
    {
      title: words.divergence,
      of: ofAnswers(({ divergence }) => `${fixed(divergence.value, 5)} ± ${fixed(divergence.error, 5)}`),
    },
    { title: words.worst, of: ofAnswers(({ divergence99 }) => fixed(divergence99, 4)) },
    {
      title: words.tokens,
      of: (_, answers) => answers && words.tokensOf(integer(answers.report.tokens), answers.text),
    },
    { title: words.run, of: ({ report }) => words.runOn(duration(report.seconds), report.workers) },
    { title: words.sha, of: ({ report }) => report.files.map(({ sha256 }) => sha256?.slice(0, 8) ?? '–').join(' ') },
  ];
}

function FactTable({ first, second, answers }: { first: Result; second: Result; answers: Answers }): VNode {
  const words = texts().result.pair;
  return (
    <div class="method-table beside" role="region" aria-label={words.figures} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.whole}</th>
            <th scope="col" class="number">
              {words.first}
            </th>
            <th scope="col" class="number">
              {words.second}
            </th>
          </tr>
        </thead>
        <tbody>
          {factsOf().map(({ title, hint, of }) => {
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

const used = ({ type, bits, entropy }: CodeUse) => texts().result.pair.used(type, fixed(entropy, 3), bits);

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
  const words = texts().result.pair;
  const use = words.codes(one.map(used).join(', ') || words.noneUsed, other.map(used).join(', ') || words.noneUsed);
  if (!shown) return <p class="small quiet">{`${use} ${words.noCommonType}`}</p>;
  const [a, b] = shown;
  return (
    <ChartFrame
      title={words.codesTitle}
      note={`${use} ${words.codesNote(a.type)}`}
      file={`codes-${a.type}-of-both`}
      controls={
        both.length > 1 ? (
          <Switch
            label={words.codeType}
            value={a.type}
            onChange={setChosen}
            choices={both.map(([{ type }]) => ({ value: type, label: type }))}
          />
        ) : undefined
      }
      table={() => {
        const { heads, pair } = texts().result;
        return {
          columns: [{ title: heads.code }, { title: pair.ofFirst }, { title: pair.ofSecond }],
          rows: a.counts.map((count, code) => [code, count, b.counts[code] ?? 0]),
        };
      }}
    >
      {(width) => <CodeShares width={width} counts={a.counts} beside={b.counts} />}
    </ChartFrame>
  );
}
