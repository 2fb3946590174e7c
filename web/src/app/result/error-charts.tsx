import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { ErrorByLayer, RoleLegend, type ValueFormat } from '../../charts/error-by-layer';
import { ErrorHistogram, heightDefinition, histogramTable, type HistogramWords } from '../../charts/error-histogram';
import {
  coarseBuckets,
  type ErrorMetric,
  COARSE_WIDTH,
  fineBuckets,
  layerSeries,
  type LoosePoint,
  type RoleSeries,
  signedBuckets,
  type TensorError,
} from '../../charts/error-series';
import { type Focus, focusName, type GroupError, isEverything } from '../../charts/focus';
import { ChartFrame, Switch } from '../../charts/frame';
import type { ChartTable } from '../../charts/table';
import { texts } from '../../text/texts';
import { decimal, fixed, integer, percent, precise } from '../../text/units';
import { Rich } from '../parts/rich';

function metricsOf(): Record<ErrorMetric, ValueFormat & { choice: string; definition: string }> {
  const { layers: words } = texts().result;
  const { definitions } = texts();
  return {
    relative: {
      choice: words.relative,
      title: words.relative,
      unit: words.relativeUnit,
      value: (value) => words.relativeValue(percent(value, 2)),
      definition: definitions.relative,
    },
    sqnr: {
      choice: words.sqnr,
      title: words.sqnr,
      unit: 'dB',
      value: (value) => words.sqnrValue(fixed(value, 2, 'dB')),
      definition: definitions.sqnr,
    },
  };
}

/** Figures of each role in each layer as a table. */
export function seriesTable(
  values: ValueFormat,
  series: readonly RoleSeries[],
  loose: readonly LoosePoint[],
): ChartTable {
  const { heads } = texts().result;
  return {
    columns: [{ title: heads.role }, { title: heads.layer }, values, { title: heads.type }, { title: heads.tensors }],
    rows: [
      ...series.flatMap(({ role, points }) =>
        points.map(({ layer, value, type, names }) => [role, layer, value, type, names.join(' ')]),
      ),
      ...loose.map(({ role, value, type, names }) => [role, null, value, type, names.join(' ')]),
    ],
  };
}

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
  const words = texts().result.layers;
  const metrics = metricsOf();
  const values = metrics[metric];
  if (series.length === 0) return null;
  return (
    <ChartFrame
      title={words.title}
      note={words.note(values.definition)}
      file={`error-by-layer-${fileType}`}
      controls={
        <Switch
          label={words.measure}
          value={metric}
          onChange={setMetric}
          choices={[
            { value: 'relative', label: metrics.relative.choice },
            { value: 'sqnr', label: metrics.sqnr.choice },
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
      table={() => seriesTable(metricsOf()[metric], series, loose)}
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

function histogramWords(signed: boolean): HistogramWords {
  const { label, labelSigned, value, x, xSigned, one, many } = texts().result.histogram;
  return { label: signed ? labelSigned : label, value, xTitle: signed ? xSigned : x, one, many };
}

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
  const said = texts().result.histogram;
  const words = histogramWords(scale === 'signed');
  const halves = rows.some(({ from }) => from === 'f16' || from === 'bf16');
  const one = rows.length === 1;
  const marks = [
    [said.marks.median, error.median],
    [said.marks.p95, error.p95],
    [said.marks.p999, error.p999],
    [said.marks.max, error.maxError],
  ] as const;
  const note = {
    fine: fine.zero > 0 ? said.noteFineZero : said.noteFine,
    signed: fine.zero > 0 ? said.noteSignedZero : said.noteSigned,
    coarse: said.noteCoarse,
  }[scale];
  return (
    <ChartFrame
      title={said.title}
      note={
        <>
          <Rich
            text={note(integer(error.count), scale === 'coarse' ? decimal(COARSE_WIDTH) : integer(fine.zero))}
            parts={{ looked: <Looked rows={rows} focus={focus} /> }}
          />{' '}
          {scale === 'fine' && `${heightDefinition(words)} `}
          {scale === 'fine' && halves && `${said.halfFloats} `}
          {error.median === null && `${said.quantiles} `}
        </>
      }
      file={`error-histogram-${one ? rows[0]!.name : fileType}`}
      controls={
        <Switch
          label={said.buckets}
          value={scale}
          onChange={setScale}
          choices={[
            { value: 'fine', label: said.fine },
            { value: 'signed', label: said.signed },
            { value: 'coarse', label: said.coarse(decimal(COARSE_WIDTH)) },
          ]}
        />
      }
      table={() => histogramTable(buckets, scale === 'fine', histogramWords(scale === 'signed'), error.count)}
    >
      {(width) =>
        buckets.length === 0 ? (
          <p class="quiet">{said.none(error.count)}</p>
        ) : (
          <ErrorHistogram
            width={width}
            buckets={buckets}
            total={error.count}
            logarithmic={scale === 'fine'}
            words={words}
            markers={marks.flatMap(([label, value]) =>
              value === null ? [] : [{ label: label(precise(value)), value }],
            )}
          />
        )
      }
    </ChartFrame>
  );
}

/** What a chart is about, in words. */
export function Looked({ rows, focus }: { rows: readonly TensorError[]; focus: Focus }): VNode {
  const words = texts().result.histogram;
  if (isEverything(focus)) return <>{words.all}</>;
  if (rows.length === 1) return <span class="mono">{rows[0]!.name}</span>;
  return <>{words.part(focusName(focus), rows.length)}</>;
}
