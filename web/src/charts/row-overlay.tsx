/**
 * Weights of one row before and after: a line for what they were, a dot for what they decode to; and under it, on a
 * scale of its own, the difference of each.
 */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import { texts } from '../text/texts';
import { precise, weightUnits } from '../text/units';
import { Axes, type Margin } from './axes';
import { Pointing, stepIndex } from './pointing';

const MARGIN: Margin = { top: 32, right: 16, bottom: 46, left: 64 };
const WEIGHTS = 210;
const ERRORS = 130;
/** Between the two: the title of the lower one. */
const BETWEEN = 40;
const HEIGHT = MARGIN.top + WEIGHTS + BETWEEN + ERRORS + MARGIN.bottom;
/** Half the width of a bar of error, at most. */
const BAR = 4;

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
  const count = before.length;
  const [low = -1, high = 1] = extent([...Array.from(before), ...Array.from(after)]) as
    [number, number] | [undefined, undefined];
  const x = scaleLinear([first, first + Math.max(1, count - 1)], [4, plotWidth - 4]);
  const y = scaleLinear([Math.min(low, 0), Math.max(high, 0)], [WEIGHTS, 0]).nice(4);
  const errors = Array.from(after, (value, index) => value - (before[index] ?? 0));
  const most = Math.max(...errors.map(Math.abs)) || 1;
  const error = scaleLinear([-most, most], [ERRORS, 0]).nice(4);
  const bar = Math.max(0.5, Math.min(BAR, (0.7 * (x(first + 1) - x(first))) / 2));
  const path =
    line<number>(
      (_, index) => x(first + index),
      (value) => y(value),
    )(Array.from(before)) ?? '';
  const words = texts().charts.rowOverlay;
  return (
    <Pointing<number>
      label={words.label}
      pick={(px) => Math.min(count - 1, Math.max(0, Math.round(x.invert(px - MARGIN.left)) - first))}
      step={(from, key) => stepIndex(from, key, count)}
      read={(index) => ({
        x: MARGIN.left + x(first + index),
        y: MARGIN.top + y(after[index] ?? 0),
        head: words.column(first + index),
        lines: [
          words.before(precise(before[index] ?? 0)),
          words.after(precise(after[index] ?? 0)),
          words.error(precise((after[index] ?? 0) - (before[index] ?? 0))),
        ],
      })}
    >
      {(current) => (
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            <Axes
              width={plotWidth}
              height={WEIGHTS}
              x={[]}
              y={y.ticks(4).map((value) => ({ at: y(value), label: precise(value) }))}
              xTitle=""
              yTitle={words.y(weightUnits())}
            />
            <path class="series" d={path} stroke="var(--ink-3)" fill="none" />
            {Array.from(after, (value, index) => (
              <circle
                key={index}
                cx={x(first + index)}
                cy={y(value)}
                r={count > 150 ? 1.6 : 2.4}
                fill="var(--accent)"
              />
            ))}
            <g transform={`translate(0,${WEIGHTS + BETWEEN})`}>
              <Axes
                width={plotWidth}
                height={ERRORS}
                x={x
                  .ticks(Math.max(2, Math.floor(plotWidth / 70)))
                  .map((value) => ({ at: x(value), label: String(value) }))}
                y={error.ticks(3).map((value) => ({ at: error(value), label: precise(value) }))}
                xTitle={words.x}
                yTitle={words.yError(weightUnits())}
              />
              {errors.map((value, index) => (
                <rect
                  key={index}
                  class={index === current ? 'row-error current' : 'row-error'}
                  x={x(first + index) - bar}
                  width={2 * bar}
                  y={Math.min(error(0), error(value))}
                  height={Math.abs(error(value) - error(0))}
                />
              ))}
            </g>
            {current !== null && (
              <line
                data-passing
                class="axis"
                x1={x(first + current)}
                x2={x(first + current)}
                y2={HEIGHT - MARGIN.top - MARGIN.bottom}
              />
            )}
          </g>
        </svg>
      )}
    </Pointing>
  );
}
