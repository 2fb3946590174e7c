/** Columns of the list of tensors that come from a sample of the weights. */
import type { VNode } from 'preact';
import { summaryRuns, summaryRunWeights } from '../../core/index';
import type { TensorInfo, TensorSummary } from '../../core/types';
import { texts } from '../../text/texts';
import { integer, precise, weightUnits } from '../../text/units';
import type { Column } from '../parts/data-table';

export const sampleNote = (): string => texts().model.sampleNote(summaryRuns, integer(summaryRunWeights));

/** `of` gives what is known of a row's tensor. */
export function sampleColumns(of: (row: TensorInfo) => TensorSummary | undefined): Column<TensorInfo>[] {
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
      cell: (row) => <Bars counts={of(row)?.histogram} />,
    },
  ];
}

function Bars({ counts }: { counts: readonly number[] | undefined }): VNode {
  if (!counts) return <span class="quiet">–</span>;
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
