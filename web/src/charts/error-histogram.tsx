/**
 * How many weights have how much error, on a logarithmic axis, so that the rare large errors stay visible. Where errors
 * are on a logarithmic axis too, buckets are of different width, and the height is a density: a smooth distribution
 * looks smooth.
 */
import { max, min } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import type { VNode } from 'preact';
import { texts } from '../text/texts';
import { integer, precise, round, spelled, weightUnits } from '../text/units';
import { Axes, type Margin, type Tick } from './axes';
import type { Bucket } from './error-series';
import { Pointing, stepIndex } from './pointing';
import { type ChartTable, titled } from './table';

const SIDES = { right: 16, bottom: 46, left: 52 };
const PLOT_HEIGHT = 210;
/** Above the plot: the title, and a row for each label that has no room beside the others. */
const TITLE_HEIGHT = 30;
const LABEL_HEIGHT = 15;
/** Width of a character of a label, about. */
const LABEL_CHARACTER = 6.6;

/** What is counted, and by what. */
export interface HistogramWords {
  label: string;
  value: string;
  xTitle: string;
  one: string;
  many: string;
}

/** How many there would be in a whole doubling of the error, if they were as dense as in this bucket. */
export function perDoubling({ from, to, count }: Bucket): number {
  return count / Math.log2(to / from);
}

const densityName = ({ many, value }: HistogramWords) => texts().charts.errorHistogram.density(many, value);

/** What the height of a bar on a logarithmic axis is. */
export function heightDefinition(words: HistogramWords): string {
  return texts().charts.errorHistogram.height(densityName(words));
}

/** The buckets as numbers, with their heights where those are not the counts. */
export function histogramTable(
  buckets: readonly Bucket[],
  logarithmic: boolean,
  words: HistogramWords,
  total: number,
): ChartTable {
  const { from, to, shareOfAll } = texts().charts.errorHistogram;
  const edge = (title: string) => ({ title, unit: weightUnits() });
  return {
    columns: [
      edge(from),
      edge(to),
      { title: words.many },
      { title: shareOfAll(words.many), unit: '%' },
      ...(logarithmic ? [{ title: densityName(words) }] : []),
    ],
    rows: buckets.map((bucket) => [
      bucket.from,
      bucket.open ? null : bucket.to,
      bucket.count,
      bucket.count / total,
      ...(logarithmic ? [Number(perDoubling(bucket).toPrecision(6))] : []),
    ]),
  };
}

export interface Marker {
  label: string;
  value: number;
}

export function ErrorHistogram({
  width,
  buckets,
  markers,
  logarithmic,
  total,
  words,
}: {
  width: number;
  buckets: readonly Bucket[];
  markers: readonly Marker[];
  /** Whether the errors are on a logarithmic axis, and the heights densities. */
  logarithmic: boolean;
  total: number;
  words: HistogramWords;
}): VNode {
  const plotWidth = Math.max(80, width - SIDES.left - SIDES.right);
  const plotHeight = PLOT_HEIGHT;
  const low = buckets[0]?.from ?? 0;
  const lastBucket = buckets[buckets.length - 1];
  const high = lastBucket ? (Number.isFinite(lastBucket.to) ? lastBucket.to : lastBucket.from * 2) : 1;
  const x = logarithmic ? scaleLog([low || 1e-9, high], [0, plotWidth]) : scaleLinear([low, high], [0, plotWidth]);
  const heightOf = (bucket: Bucket) => (logarithmic ? perDoubling(bucket) : bucket.count);
  const least = (min(buckets, (bucket) => heightOf({ ...bucket, count: 1 })) ?? 1) * 0.7;
  const y = scaleLog([least, Math.max(10 * least, max(buckets, heightOf) ?? 1)], [plotHeight, 0]);
  const left = (bucket: Bucket) => x(bucket.from);
  const right = (bucket: Bucket) => (Number.isFinite(bucket.to) ? x(bucket.to) : plotWidth);
  const bars = buckets.map((bucket) => {
    const from = left(bucket);
    const gap = right(bucket) - from > 4 ? 1 : 0;
    return {
      from,
      width: Math.max(0.5, right(bucket) - from - gap),
      top: bucket.count > 0 ? y(heightOf(bucket)) : plotHeight,
    };
  });
  const placed = placeLabels(
    markers.flatMap((marker) =>
      marker.value > low && marker.value <= high ? [{ label: marker.label, at: x(marker.value) }] : [],
    ),
    plotWidth,
  );
  const labelRows = placed.reduce((most, { row }) => Math.max(most, row + 1), 2);
  const margin: Margin = { ...SIDES, top: TITLE_HEIGHT + LABEL_HEIGHT * labelRows };
  const height = margin.top + plotHeight + margin.bottom;
  const said = texts().charts.errorHistogram;
  return (
    <Pointing<number>
      label={words.label}
      pick={(px) => {
        const at = px - margin.left;
        const index = buckets.findIndex((bucket) => at >= left(bucket) && at < right(bucket));
        return index < 0 ? null : index;
      }}
      step={(from, key) => stepIndex(from, key, buckets.length)}
      read={(index) => {
        const bucket = buckets[index];
        const bar = bars[index];
        if (!bucket || !bar) return { x: 0, y: 0, head: '', lines: [] };
        return {
          x: margin.left + bar.from + bar.width / 2,
          y: margin.top + Math.min(bar.top, plotHeight - 20),
          head: bucket.open
            ? said.orMore(words.value, precise(bucket.from))
            : said.fromTo(words.value, precise(bucket.from), precise(bucket.to)),
          lines: [
            said.count(
              integer(bucket.count),
              bucket.count === 1 ? words.one : words.many,
              spelled(((bucket.count / total) * 100).toPrecision(3), '%'),
            ),
            ...(logarithmic ? [said.perDoubling(integer(perDoubling(bucket)), densityName(words))] : []),
          ],
        };
      }}
    >
      {(current) => (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <g transform={`translate(${margin.left},${margin.top})`}>
            <Axes
              width={plotWidth}
              height={plotHeight}
              x={errorTicks(x, logarithmic, plotWidth)}
              y={powersOfTen(least, y.domain()[1] ?? 10).map((value) => ({ at: y(value), label: round(value) }))}
              xTitle={titled({ title: words.xTitle, unit: weightUnits() })}
              yTitle=""
            />
            <text class="axis-title" x={0} y={-10 - LABEL_HEIGHT * labelRows} text-anchor="start">
              {logarithmic ? said.y(densityName(words)) : said.ySteps(words.many, precise(stepOf(buckets)))}
            </text>
            {bars.map((bar, index) => (
              <rect
                key={index}
                class={`bar${index === current ? ' current' : ''}${buckets[index]?.open ? ' open' : ''}`}
                x={bar.from}
                width={bar.width}
                y={bar.top}
                height={plotHeight - bar.top}
              />
            ))}
            <g class="marker">
              {placed.map(({ label, at, row }) => (
                <line key={label} x1={at} x2={at} y1={-4 - LABEL_HEIGHT * row} y2={plotHeight} />
              ))}
              {placed.map(({ label, at, row, end }) => (
                <text
                  key={label}
                  x={end ? at - 5 : at + 5}
                  y={-4 - LABEL_HEIGHT * row}
                  text-anchor={end ? 'end' : 'start'}
                >
                  {label}
                </text>
              ))}
            </g>
          </g>
        </svg>
      )}
    </Pointing>
  );
}

/**
 * Labels beside their lines: on the left while there is room and another follows, else on the right, one row up where
 * they would touch.
 */
function placeLabels(labels: readonly { label: string; at: number }[], width: number) {
  const taken: number[] = [];
  return labels.map(({ label, at }, index) => {
    const length = 12 + label.length * LABEL_CHARACTER;
    const end = at + length > width || (index < labels.length - 1 && at > length);
    const from = end ? at - length : at;
    let row = 0;
    while ((taken[row] ?? -Infinity) > from) row += 1;
    taken[row] = from + length;
    return { label, at, row, end };
  });
}

function stepOf([first]: readonly Bucket[]): number {
  return first ? first.to - first.from : 0;
}

function powersOfTen(least: number, limit: number): number[] {
  const powers: number[] = [];
  for (let power = 1; power <= limit; power *= 10) if (power >= least) powers.push(power);
  return powers.length > 6 ? powers.filter((_, index) => index % 2 === 0) : powers;
}

function errorTicks(
  x: ReturnType<typeof scaleLinear<number>> | ReturnType<typeof scaleLog<number>>,
  logarithmic: boolean,
  width: number,
): Tick[] {
  const [low = 0, high = 1] = x.domain();
  if (!logarithmic)
    return x.ticks(Math.max(3, Math.floor(width / 90))).map((value) => ({ at: x(value), label: precise(value) }));
  const ticks: Tick[] = [];
  const decades = Math.log10(high / low);
  const every = Math.max(1, Math.ceil(decades / (width / 56)));
  for (let power = Math.ceil(Math.log10(low)); power <= Math.floor(Math.log10(high)); power += every) {
    ticks.push({ at: x(10 ** power), label: `10${superscript(power)}` });
  }
  return ticks;
}

function superscript(power: number): string {
  return String(power)
    .replaceAll('-', '⁻')
    .replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? digit);
}
