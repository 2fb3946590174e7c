/** How the weights of a sample are spread around zero, in steps of their root mean square. */
import { max, sum } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { texts } from '../text/texts';
import { decimal, integer, percent, precise, round, weightUnits } from '../text/units';
import { Axes, type Margin } from './axes';
import { Pointing, stepIndex } from './pointing';
import type { ChartTable } from './table';

const MARGIN: Margin = { top: 32, right: 16, bottom: 46, left: 52 };
const HEIGHT = 260;
/** Root mean squares to either side that the buckets reach. */
const REACH = 4;

const edgesOf = (index: number, buckets: number): [from: number, to: number] => [
  -REACH + (2 * REACH * index) / buckets,
  -REACH + (2 * REACH * (index + 1)) / buckets,
];

/** At least 1. */
const totalOf = (counts: readonly number[]): number => sum(counts) || 1;

/** `counts`: in equal steps from −4 to 4 root mean squares; what lies beyond is in the outermost ones. */
export function WeightHistogram({
  width,
  counts,
  rms,
}: {
  width: number;
  counts: readonly number[];
  rms: number;
}): VNode {
  const words = texts().charts.weightHistogram;
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const total = totalOf(counts);
  const x = scaleLinear([-REACH, REACH], [0, plotWidth]);
  const y = scaleLinear([0, max(counts) || 1], [plotHeight, 0]).nice(4);
  return (
    <Pointing<number>
      label={words.label}
      pick={(px) => {
        const index = Math.floor(((px - MARGIN.left) / plotWidth) * counts.length);
        return index >= 0 && index < counts.length ? index : null;
      }}
      step={(from, key) => stepIndex(from, key, counts.length)}
      read={(index) => {
        const [from, to] = edgesOf(index, counts.length);
        const count = counts[index] ?? 0;
        return {
          x: MARGIN.left + x((from + to) / 2),
          y: MARGIN.top + Math.min(y(count), plotHeight - 30),
          head: words.bucket(precise(Number(from.toFixed(3))), precise(Number(to.toFixed(3)))),
          lines: [
            words.values(precise(from * rms), precise(to * rms)),
            words.count(integer(count), percent(count / total)),
          ],
        };
      }}
    >
      {(current) => (
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            <Axes
              width={plotWidth}
              height={plotHeight}
              x={x.ticks(8).map((value) => ({ at: x(value), label: decimal(value) }))}
              y={y.ticks(4).map((value) => ({ at: y(value), label: round(value) }))}
              xTitle={words.x}
              yTitle={words.y}
            />
            {counts.map((count, index) => {
              const [from, to] = edgesOf(index, counts.length);
              return (
                <rect
                  key={index}
                  class={index === current ? 'bar current' : 'bar'}
                  x={x(from)}
                  width={Math.max(0.5, x(to) - x(from) - 1)}
                  y={y(count)}
                  height={plotHeight - y(count)}
                />
              );
            })}
          </g>
        </svg>
      )}
    </Pointing>
  );
}

/** The same as a table; the outermost buckets hold what lies beyond, too. */
export function weightTable(counts: readonly number[], rms: number): ChartTable {
  const words = texts().charts.weightHistogram;
  const last = counts.length - 1;
  const total = totalOf(counts);
  return {
    columns: [
      { title: words.from, unit: weightUnits() },
      { title: words.to, unit: weightUnits() },
      { title: words.weights },
      { title: words.share, unit: '%' },
    ],
    rows: counts.map((count, index) => {
      const [from, to] = edgesOf(index, counts.length);
      return [
        index === 0 ? null : Number((from * rms).toPrecision(6)),
        index === last ? null : Number((to * rms).toPrecision(6)),
        count,
        count / total,
      ];
    }),
  };
}
