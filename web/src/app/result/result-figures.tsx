/** The output in figures, or the error of the part that is looked at. */
import type { VNode } from 'preact';
import { type Focus, focusName, type GroupError, isEverything } from '../../charts/focus';
import { Figures } from '../parts/figures';
import type { Result } from '../state/results';
import { bitsPerWeight, decibels, integer, percent, precise } from '../../text/units';
import { DEFINITIONS } from '../../text/glossary';
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
  const size = {
    label: 'bits per weight',
    value: bitsPerWeight(report.bitsPerWeight),
    detail: `${percent(report.outputBytes / report.inputBytes)} of the size`,
    definition: DEFINITIONS.bits,
  };
  const whole = isEverything(focus);
  if (!error) return <Figures label="The output" figures={[size]} />;
  const notFinite = error.nans + error.infinities;
  return (
    <Figures
      label={whole ? 'The output and its error' : `The error of ${focusName(focus)}`}
      figures={[
        ...(whole ? [size] : []),
        {
          label: 'signal to noise',
          value: decibels(error.sqnrDb),
          detail: `${percent(error.rmsWeight > 0 ? error.rmse / error.rmsWeight : 0, 2)} relative`,
          definition: `${DEFINITIONS.sqnr} ${DEFINITIONS.relative}`,
        },
        {
          label: 'RMSE',
          value: precise(error.rmse),
          detail: `weights have an RMS of ${precise(error.rmsWeight)}`,
          definition: DEFINITIONS.rmse,
        },
        ...(report.reference === null || !whole
          ? []
          : [
              {
                label: `RMSE over ${report.reference.method}’s`,
                value: ratioText(errorRatio(error, report.reference.total)),
                detail: `${report.reference.method}: ${precise(report.reference.total.rmse)}`,
                definition: DEFINITIONS.ratio,
              },
            ]),
        ...(error.weightedRmse === null
          ? []
          : [
              {
                label: 'weighted RMSE',
                value: precise(error.weightedRmse),
                detail: 'weighted by importance',
                definition: DEFINITIONS.weighted,
              },
            ]),
        { label: 'largest error', value: precise(error.maxError), definition: DEFINITIONS.max },
        ...(error.median === null || error.p95 === null
          ? []
          : [
              { label: 'median error', value: precise(error.median), definition: DEFINITIONS.median },
              { label: '95 % below', value: precise(error.p95), definition: DEFINITIONS.p95 },
            ]),
        { label: 'bias', value: precise(error.bias), definition: DEFINITIONS.bias },
        {
          label: 'clipped',
          value: percent(error.clipped / Math.max(1, error.count), 2),
          detail: `${integer(error.clipped)} weights`,
          definition: DEFINITIONS.clipped,
        },
        {
          label: 'zeros',
          value: percent(error.zeros / Math.max(1, error.count), 2),
          detail: `${integer(error.zeros)} weights`,
          definition: DEFINITIONS.zeros,
        },
        {
          label: 'NaN or infinite',
          value: notFinite === 0 ? 'none' : integer(notFinite),
          definition: DEFINITIONS.notFinite,
        },
      ]}
    />
  );
}
