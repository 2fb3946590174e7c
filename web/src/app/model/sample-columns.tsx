/** Columns of the list of tensors that come from a sample of the weights. */
import type { VNode } from 'preact';
import { summaryRuns, summaryRunWeights } from '../../core/index';
import type { TensorInfo, TensorSummary } from '../../core/types';
import { integer, precise, WEIGHT_UNITS } from '../../text/units';
import type { Column } from '../parts/data-table';

export const SAMPLE_NOTE =
  `Minimum, maximum, rms, outliers and histogram come from a sample: ${summaryRuns} stretches of ` +
  `${integer(summaryRunWeights)} weights in the middles of equal parts of ` +
  `a tensor, or all of a smaller one. Rare extremes may lie outside of it.`;

/** `of` gives what is known of a row's tensor. */
export function sampleColumns(of: (row: TensorInfo) => TensorSummary | undefined): Column<TensorInfo>[] {
  const number = (title: string, hint: string, value: (summary: TensorSummary) => number): Column<TensorInfo> => ({
    title,
    unit: WEIGHT_UNITS,
    hint: `${hint}, in the sample`,
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
    number('min', 'The smallest weight', ({ min }) => min),
    number('max', 'The largest weight', ({ max }) => max),
    number('rms', 'Root of the mean of the squared weights', ({ rms }) => rms),
    {
      ...number('outliers', 'Weights with a magnitude of more than 6 rms', ({ outliers }) => outliers),
      unit: undefined,
      cell: (row) => of(row)?.outliers ?? '–',
    },
    {
      title: 'histogram',
      hint: 'Weights of the sample from -4 rms to 4 rms; what lies beyond is in the outermost bars',
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
      aria-label={`Counts from -4 to 4 rms: ${counts.join(', ')}`}
    >
      {counts.map((count, index) => (
        <rect key={index} x={index} y={10 - (10 * count) / most} width={0.9} height={(10 * count) / most} />
      ))}
    </svg>
  );
}
