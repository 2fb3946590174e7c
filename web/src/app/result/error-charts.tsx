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
import { type Focus, focusName, type GroupError, isEverything } from '../../charts/focus';
import { ChartFrame, Switch } from '../../charts/frame';
import { integer, percent, plural, precise } from '../../text/units';
import { DEFINITIONS } from '../../text/glossary';

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

/** All lines stay, for comparison; what is looked at stands out. */
export function LayerChart({
  rows,
  fileType,
  focus,
  onFocus,
}: {
  rows: readonly TensorError[];
  fileType: string;
  focus: Focus;
  onFocus: (change: Partial<Focus>) => void;
}): VNode | null {
  const [metric, setMetric] = useState<ErrorMetric>('relative');
  const { series, loose } = useMemo(() => layerSeries(rows, metric), [rows, metric]);
  const values = METRICS[metric];
  if (series.length === 0) return null;
  return (
    <ChartFrame
      title="Error by layer"
      note={
        <>
          One line for each role. Choose a point, or a role below, and all views of the result show that part.{' '}
          {values.definition}
        </>
      }
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
      legend={
        <RoleLegend
          roles={series.map((one) => one.role)}
          loose={loose}
          values={values}
          chosen={focus.role}
          onRole={(role) => onFocus({ role: focus.role === role ? null : role })}
        />
      }
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
      {(width) => (
        <ErrorByLayer
          width={width}
          series={series}
          values={values}
          chosen={focus}
          onChoose={({ role, layer }) => {
            const same = focus.role === role && focus.layer === layer;
            onFocus(same ? { role: null, layer: null } : { role, layer });
          }}
        />
      )}
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

export function HistogramChart({
  rows,
  error,
  focus,
  fileType,
}: {
  /** The tensors that are looked at, and their error. */
  rows: readonly TensorError[];
  error: GroupError;
  focus: Focus;
  fileType: string;
}): VNode {
  const [scale, setScale] = useState<Scale>('fine');
  const fine = fineBuckets(error);
  const buckets = scale === 'coarse' ? coarseBuckets(error) : scale === 'signed' ? signedBuckets(error) : fine.buckets;
  const words = scale === 'signed' ? SIGNED : SIZES;
  const halves = rows.some(({ from }) => from === 'f16' || from === 'bf16');
  const one = rows.length === 1;
  const marks = [
    ['median', error.median],
    ['95 %', error.p95],
    ['99.9 %', error.p999],
    ['largest', error.maxError],
  ] as const;
  return (
    <ChartFrame
      title="How large the errors are"
      note={
        <>
          <Looked rows={rows} focus={focus} />: {integer(error.count)} weights by{' '}
          {scale === 'signed' ? 'y − x, x before and y after; the marks are of its size' : '|x − y|'}
          {scale !== 'coarse' && fine.zero > 0 ? `; ${integer(fine.zero)} without any error are not drawn` : ''}
          {scale === 'coarse'
            ? ', in the 0.0002 wide buckets of quantize-stats (the last of its 150, paler, is open)'
            : ''}
          . {scale === 'fine' && `${heightDefinition(words)} `}
          {scale === 'fine' && halves && `${HALF_FLOATS} `}
          {error.median === null && 'Quantiles are known of single tensors, and of all together. '}
        </>
      }
      file={`error-histogram-${one ? rows[0]!.name : fileType}`}
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
            markers={marks.flatMap(([name, value]) =>
              value === null ? [] : [{ label: `${name} ${precise(value)}`, value }],
            )}
          />
        )
      }
    </ChartFrame>
  );
}

/** What a chart is about, in words. */
export function Looked({ rows, focus }: { rows: readonly TensorError[]; focus: Focus }): VNode {
  if (isEverything(focus)) return <>All converted tensors</>;
  if (rows.length === 1) return <span class="mono">{rows[0]!.name}</span>;
  return (
    <>
      {focusName(focus)} ({plural(rows.length, 'tensor')})
    </>
  );
}
