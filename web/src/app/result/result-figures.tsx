/** The output in figures, or the error of the part that is looked at. */
import type { VNode } from 'preact';
import { type Focus, focusName, type GroupError, isEverything } from '../../charts/focus';
import { Figures } from '../parts/figures';
import type { Result } from '../state/results';
import { bitsPerWeight, decibels, integer, percent, precise } from '../../text/units';
import { texts } from '../../text/texts';
import { errorRatio, ratioText } from './error-table';

export function ResultFigures({
  shown,
  error,
  focus,
}: {
  shown: Result;
  /** Of what is looked at; null: nothing has an error. */
  error: GroupError | null;
  focus: Focus;
}): VNode {
  const { report } = shown;
  const words = texts().result.figures;
  const { definitions } = texts();
  const size = {
    label: words.bits,
    value: bitsPerWeight(report.bitsPerWeight),
    detail: words.ofSize(percent(report.outputBytes / report.inputBytes)),
    definition: definitions.bits,
  };
  const whole = isEverything(focus);
  if (!error) return <Figures label={words.output} figures={[size]} />;
  const notFinite = error.nans + error.infinities;
  return (
    <Figures
      label={whole ? words.outputAndError : words.errorOf(focusName(focus))}
      figures={[
        ...(whole ? [size] : []),
        {
          label: words.sqnr,
          value: decibels(error.sqnrDb),
          detail: words.relative(percent(error.rmsWeight > 0 ? error.rmse / error.rmsWeight : 0, 2)),
          definition: `${definitions.sqnr} ${definitions.relative}`,
        },
        {
          label: words.rmse,
          value: precise(error.rmse),
          detail: words.rmsWeight(precise(error.rmsWeight)),
          definition: definitions.rmse,
        },
        ...(report.reference === null || !whole
          ? []
          : [
              {
                label: words.over(report.reference.method),
                value: ratioText(errorRatio(error, report.reference.total)),
                detail: words.reference(report.reference.method, precise(report.reference.total.rmse)),
                definition: definitions.ratio,
              },
            ]),
        ...(error.weightedRmse === null
          ? []
          : [
              {
                label: words.weighted,
                value: precise(error.weightedRmse),
                detail: words.byImportance,
                definition: definitions.weighted,
              },
            ]),
        { label: words.largest, value: precise(error.maxError), definition: definitions.max },
        ...(error.median === null || error.p95 === null
          ? []
          : [
              { label: words.median, value: precise(error.median), definition: definitions.median },
              { label: words.p95, value: precise(error.p95), definition: definitions.p95 },
            ]),
        { label: words.bias, value: precise(error.bias), definition: definitions.bias },
        {
          label: words.clipped,
          value: percent(error.clipped / Math.max(1, error.count), 2),
          detail: words.weights(integer(error.clipped)),
          definition: definitions.clipped,
        },
        {
          label: words.zeros,
          value: percent(error.zeros / Math.max(1, error.count), 2),
          detail: words.weights(integer(error.zeros)),
          definition: definitions.zeros,
        },
        {
          label: words.notFinite,
          value: notFinite === 0 ? words.none : integer(notFinite),
          definition: definitions.notFinite,
        },
      ]}
    />
  );
}
