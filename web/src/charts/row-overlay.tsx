/**
 * Weights of one row before and after: a line for what they were, a dot for what they decode to, a stem where the two
 * differ.
 */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import { precise } from '../text/units';
import { Axes, type Margin } from './axes';
import { Pointing, stepIndex } from './pointing';

const MARGIN: Margin = { top: 32, right: 16, bottom: 46, left: 64 };
const HEIGHT = 300;

export function RowOverlay({
  width,
  first,
  before,
  after,
}: {
  width: number;
  first: number;
  before: ArrayLike<number>;
  after: ArrayLike<number>;
}): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const count = before.length;
  const [low = -1, high = 1] = extent([...Array.from(before), ...Array.from(after)]) as
    [number, number] | [undefined, undefined];
  const x = scaleLinear([first, first + Math.max(1, count - 1)], [4, plotWidth - 4]);
  const y = scaleLinear([Math.min(low, 0), Math.max(high, 0)], [plotHeight, 0]).nice(5);
  const path =
    line<number>(
      (_, index) => x(first + index),
      (value) => y(value),
    )(Array.from(before)) ?? '';
  return (
    <Pointing<number>
      label="Weights before and after"
      pick={(px) => Math.min(count - 1, Math.max(0, Math.round(x.invert(px - MARGIN.left)) - first))}
      step={(from, key) => stepIndex(from, key, count)}
      read={(index) => ({
        x: MARGIN.left + x(first + index),
        y: MARGIN.top + y(after[index] ?? 0),
        head: `column ${first + index}`,
        lines: [
          `before ${precise(before[index] ?? 0)}`,
          `after ${precise(after[index] ?? 0)}`,
          `error ${precise((after[index] ?? 0) - (before[index] ?? 0))}`,
        ],
      })}
    >
      {(current) => (
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            <Axes
              width={plotWidth}
              height={plotHeight}
              x={x
                .ticks(Math.max(2, Math.floor(plotWidth / 70)))
                .map((value) => ({ at: x(value), label: String(value) }))}
              y={y.ticks(5).map((value) => ({ at: y(value), label: precise(value) }))}
              xTitle="column of the row"
              yTitle="weight"
            />
            <path class="series" d={path} stroke="var(--ink-3)" fill="none" />
            {Array.from(after, (value, index) => (
              <g key={index} transform={`translate(${x(first + index)},0)`}>
                <line y1={y(before[index] ?? 0)} y2={y(value)} stroke="var(--accent)" stroke-width={1.5} />
                <circle cy={y(value)} r={count > 150 ? 1.6 : 2.4} fill="var(--accent)" />
              </g>
            ))}
            {current !== null && (
              <line data-passing class="axis" x1={x(first + current)} x2={x(first + current)} y2={plotHeight} />
            )}
          </g>
        </svg>
      )}
    </Pointing>
  );
}
