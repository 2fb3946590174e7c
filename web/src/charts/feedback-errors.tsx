/** How the error of a row's output grows while it is rounded, and falls in the descent: two ways beside each other. */
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { texts } from '../text/texts';
import { decimal, percent } from '../text/units';
import { Axes, layerTicks, type Margin } from './axes';
import { Pointing, stepIndex } from './pointing';
import { inUnit, type TableColumn, titled } from './table';

const MARGIN: Margin = { top: 32, right: 16, bottom: 46, left: 52 };
const HEIGHT = 300;

/** What the chart shows, as a column. */
export function outputErrorColumn(): TableColumn {
  const { title, unit } = texts().charts.feedbackErrors;
  return { title, unit };
}

export interface ErrorPath {
  name: string;
  /** Of the output: after each step. */
  errors: readonly number[];
  /** Steps of rounding; what follows is descent. */
  rounding: number;
  kind: 'plain' | 'feedback';
}

export function FeedbackErrors({
  width,
  paths,
  now,
}: {
  width: number;
  paths: readonly ErrorPath[];
  /** Steps that are done. */
  now: number;
}): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const last = Math.max(1, ...paths.map(({ errors }) => errors.length));
  const x = scaleLinear([0, last], [8, plotWidth - 8]);
  const y = scaleLinear([0, max(paths.flatMap(({ errors }) => errors)) || 1], [plotHeight, 0]).nice(5);
  const after = ({ errors }: ErrorPath, steps: number) =>
    steps === 0 ? 0 : (errors[Math.min(steps, errors.length) - 1] ?? 0);
  const line = (path: ErrorPath, from: number, to: number) => {
    let drawn = '';
    for (let steps = from; steps <= to; ++steps)
      drawn += `${drawn ? 'L' : 'M'}${x(steps).toFixed(1)},${y(after(path, steps)).toFixed(1)}`;
    return drawn;
  };
  const words = texts().charts.feedbackErrors;
  const column = outputErrorColumn();
  const stateOf = (path: ErrorPath, steps: number) =>
    steps > path.errors.length ? words.ended : steps > path.rounding ? words.descent : words.rounding;
  return (
    <Pointing<number>
      label={words.label}
      pick={(px) => Math.min(last, Math.max(0, Math.round(x.invert(px - MARGIN.left))))}
      step={(from, key) => stepIndex(from, key, last + 1)}
      read={(steps) => ({
        x: MARGIN.left + x(steps),
        y: MARGIN.top + y(Math.max(...paths.map((path) => after(path, steps)))),
        head: steps === 0 ? words.before : words.after(steps),
        lines: paths.map((path) => stateOf(path, steps)(path.name, percent(after(path, steps), 1))),
      })}
    >
      {(current) => (
        <svg
          class="feedback-errors"
          width={width}
          height={HEIGHT}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          aria-hidden="true"
        >
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            <Axes
              width={plotWidth}
              height={plotHeight}
              x={layerTicks(0, last, plotWidth).map((steps) => ({ at: x(steps), label: String(steps) }))}
              y={y
                .ticks(5)
                .map((value) => ({ at: y(value), label: decimal(Number(inUnit(value, column.unit).toFixed(2))) }))}
              xTitle={words.x}
              yTitle={titled(column)}
            />
            {paths.map((path) => {
              const done = Math.min(now, path.errors.length);
              return (
                <g key={path.name} class={`error-path ${path.kind}`}>
                  <path class="to-come" d={line(path, done, path.errors.length)} />
                  <path class="series" d={line(path, 0, done)} />
                  {Array.from({ length: done + 1 }, (_, steps) =>
                    path.kind === 'plain' ? (
                      <path
                        key={steps}
                        class="mark"
                        d={`M${x(steps) - 3.5},${y(after(path, steps)) - 3.5}l7,7m0,-7l-7,7`}
                      />
                    ) : (
                      <rect
                        key={steps}
                        class="mark"
                        x={x(steps) - 3.5}
                        y={y(after(path, steps)) - 3.5}
                        width={7}
                        height={7}
                      />
                    ),
                  )}
                </g>
              );
            })}
            <line class="axis" x1={x(paths[0]?.rounding ?? 0)} x2={x(paths[0]?.rounding ?? 0)} y2={plotHeight} />
            <line class="feedback-now" x1={x(now)} x2={x(now)} y2={plotHeight} />
            {current !== null && (
              <line data-passing class="feedback-pointed" x1={x(current)} x2={x(current)} y2={plotHeight} />
            )}
          </g>
        </svg>
      )}
    </Pointing>
  );
}
