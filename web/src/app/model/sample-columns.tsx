/** What a sample says of the weights: columns of the list of tensors, and a chart of one of them. */
import type { VNode } from 'preact';
import { ChartFrame } from '../../charts/frame';
import { WeightHistogram, weightTable } from '../../charts/weight-histogram';
import { summaryRuns, summaryRunWeights } from '../../core/index';
import type { TensorInfo, TensorSummary } from '../../core/types';
import { texts } from '../../text/texts';
import { integer, precise, weightUnits } from '../../text/units';
import type { Column } from '../parts/data-table';
import { Rich } from '../parts/rich';

export const sampleNote = (): string => texts().model.sampleNote(summaryRuns, integer(summaryRunWeights));

/** The weights of one tensor's sample, as a chart. */
export function SampleChart({ name, summary }: { name: string; summary: TensorSummary }): VNode {
  const t = texts().model;
  const { histogram, rms } = summary;
  return (
    <ChartFrame
      title={t.weightsOf}
      note={
        <Rich
          text={t.weightsNote(integer(summary.weights), precise(rms))}
          parts={{ tensor: <span class="mono">{name}</span> }}
        />
      }
      file={`${name}-weights`}
      table={() => weightTable(histogram, rms)}
    >
      {(width) => <WeightHistogram width={width} counts={histogram} rms={rms} />}
    </ChartFrame>
  );
}

/** `of` gives what is known of a row's tensor; `onPick` shows one as a chart. */
export function sampleColumns(
  of: (row: TensorInfo) => TensorSummary | undefined,
  onPick: (name: string) => void,
): Column<TensorInfo>[] {
  const t = texts().model;
  const number = (title: string, hint: string, value: (summary: TensorSummary) => number): Column<TensorInfo> => ({
    title,
    unit: weightUnits(),
    hint,
    width: 9,
    numeric: true,
    value: (row) => {
      const summary = of(row);
      return summary ? value(summary) : null;
    },
    cell: (row) => {
      const summary = of(row);
      return summary ? precise(value(summary)) : '–';
    },
  });
  return [
    number(t.min, t.minHint, ({ min }) => min),
    number(t.max, t.maxHint, ({ max }) => max),
    number(t.rms, t.rmsHint, ({ rms }) => rms),
    {
      ...number(t.outliers, t.outliersHint, ({ outliers }) => outliers),
      unit: undefined,
      cell: (row) => of(row)?.outliers ?? '–',
    },
    {
      title: t.histogram,
      hint: t.histogramHint,
      width: 10,
      value: (row) => of(row)?.histogram.join(' ') ?? null,
      cell: (row) => {
        const summary = of(row);
        return summary ? (
          <button
            type="button"
            class="bars-button"
            aria-label={t.histogramOf(row.name)}
            onClick={() => onPick(row.name)}
          >
            <Bars counts={summary.histogram} />
          </button>
        ) : (
          <span class="quiet">–</span>
        );
      },
    },
  ];
}

function Bars({ counts }: { counts: readonly number[] }): VNode {
  const most = Math.max(...counts, 1);
  return (
    <svg
      class="sample-bars"
      viewBox={`0 0 ${counts.length} 10`}
      preserveAspectRatio="none"
      role="img"
      aria-label={texts().model.histogramCounts(counts.join(', '))}
    >
      {counts.map((count, index) => (
        <rect key={index} x={index} y={10 - (10 * count) / most} width={0.9} height={(10 * count) / most} />
      ))}
    </svg>
  );
}
