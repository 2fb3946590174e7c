import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { ErrorByLayer, RoleLegend, type ValueFormat } from '../../charts/error-by-layer';
import { ErrorHistogram, heightDefinition, histogramTable, type HistogramWords } from '../../charts/error-histogram';
import {
  coarseBuckets,
  type ErrorMetric,
  fineBuckets,
  layerSeries,
  signedBuckets,
  type TensorError,
} from '../../charts/error-series';
import { ChartFrame, Switch } from '../../charts/frame';
import type { ErrorReport } from '../../core/index';
import { integer, percent, plural, precise } from '../../text/units';
import { DEFINITIONS } from './definitions';

const METRICS: Record<ErrorMetric, ValueFormat & { choice: string; definition: string }> = {
  relative: {
    choice: 'relative error',
    title: 'relative error',
    unit: '% of the weights’ RMS',
    value: (value) => `${percent(value, 2)} relative error`,
    definition: DEFINITIONS.relative,
  },
  sqnr: {
    choice: 'signal to noise',
    title: 'signal to noise',
    unit: 'dB',
    value: (value) => `${value.toFixed(2)} dB signal to noise`,
    definition: DEFINITIONS.sqnr,
  },
};

interface ChartsProps {
  rows: readonly TensorError[];
  total: ErrorReport;
  fileType: string;
  /** Name of the tensor whose histogram is shown; null: all together. */
  picked: string | null;
  onPick: (name: string | null) => void;
}

export function LayerChart({ rows, fileType }: { rows: readonly TensorError[]; fileType: string }): VNode | null {
  const [metric, setMetric] = useState<ErrorMetric>('relative');
  const { series, loose } = useMemo(() => layerSeries(rows, metric), [rows, metric]);
  const values = METRICS[metric];
  if (series.length === 0) return null;
  return (
    <ChartFrame
      title="Error by layer"
      note={<>One line for each role. {values.definition}</>}
      file={`error-by-layer-${fileType}`}
      controls={
        <Switch
          label="Measure"
          value={metric}
          onChange={setMetric}
          choices={[
            { value: 'relative', label: METRICS.relative.choice },
            { value: 'sqnr', label: METRICS.sqnr.choice },
          ]}
        />
      }
      legend={<RoleLegend roles={series.map((one) => one.role)} loose={loose} values={values} />}
      table={() => ({
        columns: [{ title: 'role' }, { title: 'layer' }, values, { title: 'type' }, { title: 'tensors' }],
        rows: [
          ...series.flatMap((one) =>
            one.points.map((point) => [one.role, point.layer, point.value, point.type, point.names.join(' ')]),
          ),
          ...loose.map((point) => [point.role, null, point.value, point.type, point.names.join(' ')]),
        ],
      })}
    >
      {(width) => <ErrorByLayer width={width} series={series} values={values} />}
    </ChartFrame>
  );
}

type Scale = 'coarse' | 'fine' | 'signed';

const SIZES: HistogramWords = {
  label: 'Histogram of the absolute error',
  value: 'error',
  xTitle: 'absolute error of a weight',
  one: 'weight',
  many: 'weights',
};
const HALF_FLOATS =
  'Single bars that stand out among small errors are in the weights: stored in 16 bits, they differ by whole steps.';
const SIGNED: HistogramWords = {
  ...SIZES,
  label: 'Histogram of the error with its sign',
  xTitle: 'decoded minus original',
};

export function HistogramChart({ rows, total, fileType, picked, onPick }: ChartsProps): VNode {
  const [scale, setScale] = useState<Scale>('fine');
  const row = picked === null ? undefined : rows.find((one) => one.name === picked);
  const error = row?.error ?? total;
  const fine = fineBuckets(error);
  const buckets = scale === 'coarse' ? coarseBuckets(error) : scale === 'signed' ? signedBuckets(error) : fine.buckets;
  const words = scale === 'signed' ? SIGNED : SIZES;
  const halves = (row ? [row] : rows).some(({ from }) => from === 'f16' || from === 'bf16');
  return (
    <ChartFrame
      title="How large the errors are"
      note={
        <>
          {row ? <span class="mono">{row.name}</span> : 'All converted tensors'}: {integer(error.count)} weights by{' '}
          {scale === 'signed' ? 'y − x, x before and y after; the marks are of its size' : '|x − y|'}
          {scale !== 'coarse' && fine.zero > 0 ? `; ${integer(fine.zero)} without any error are not drawn` : ''}
          {scale === 'coarse'
            ? ', in the 0.0002 wide buckets of quantize-stats (the last of its 150, paler, is open)'
            : ''}
          . {scale === 'fine' && `${heightDefinition(words)} `}
          {scale === 'fine' && halves && `${HALF_FLOATS} `}
          {row && (
            <button type="button" class="link-button" onClick={() => onPick(null)}>
              Show all tensors
            </button>
          )}
        </>
      }
      file={`error-histogram-${row?.name ?? fileType}`}
      controls={
        <Switch
          label="Buckets"
          value={scale}
          onChange={setScale}
          choices={[
            { value: 'fine', label: 'logarithmic' },
            { value: 'signed', label: 'both signs' },
            { value: 'coarse', label: '0.0002 each' },
          ]}
        />
      }
      table={() => histogramTable(buckets, scale === 'fine', words, error.count)}
    >
      {(width) =>
        buckets.length === 0 ? (
          <p class="quiet">No weight of these has an error ({plural(error.count, 'weight')}).</p>
        ) : (
          <ErrorHistogram
            width={width}
            buckets={buckets}
            total={error.count}
            logarithmic={scale === 'fine'}
            words={words}
            markers={[
              { label: `median ${precise(error.median)}`, value: error.median },
              { label: `95 % ${precise(error.p95)}`, value: error.p95 },
              { label: `99.9 % ${precise(error.p999)}`, value: error.p999 },
              { label: `largest ${precise(error.maxError)}`, value: error.maxError },
            ]}
          />
        )
      }
    </ChartFrame>
  );
}
