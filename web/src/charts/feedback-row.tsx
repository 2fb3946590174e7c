/** A short row of weights while it is rounded: what each was, what is wanted of it by now, and what is stored. */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { texts } from '../text/texts';
import { precise, spelled, weightUnits } from '../text/units';
import { Axes, type Margin } from './axes';
import { Pointing, stepIndex } from './pointing';

const MARGIN: Margin = { top: 32, right: 12, bottom: 46, left: 52 };
const HEIGHT = 300;

export interface FeedbackColumn {
  weight: number;
  plain: number | null; // stored by plain rounding; null: not yet
  wanted: number; // by now
  stored: number | null; // with feedback; null: not yet
}

export function FeedbackRow({
  width,
  columns,
  first,
  stored,
  marked,
}: {
  width: number;
  columns: readonly FeedbackColumn[];
  first: number;
  /** Everything a weight can be stored as. */
  stored: readonly number[];
  marked: number | null;
}): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const band = plotWidth / columns.length;
  const values = columns.flatMap(({ weight, plain, wanted, stored: own }) => [
    weight,
    wanted,
    plain ?? weight,
    own ?? weight,
  ]);
  const [low = -1, high = 1] = extent([...values, 0]) as [number, number];
  const y = scaleLinear([low, high], [plotHeight, 0]).nice(5);
  const [bottom, top] = y.domain() as [number, number];
  const x = (index: number) => (index + 0.5) * band;
  const words = texts().charts.feedbackRow;
  return (
    <Pointing<number>
      label={words.label}
      pick={(px) => Math.min(columns.length - 1, Math.max(0, Math.floor((px - MARGIN.left) / band)))}
      step={(from, key) => stepIndex(from, key, columns.length)}
      read={(index) => {
        const { weight, plain, wanted, stored: own } = columns[index]!;
        return {
          x: MARGIN.left + x(index),
          y: MARGIN.top + y(wanted),
          head: words.column(first + index),
          lines: [
            words.weight(precise(weight)),
            words.wanted(precise(wanted)),
            own === null ? words.notYet : words.stored(precise(own)),
            ...(plain === null ? [] : [words.plain(precise(plain))]),
          ],
        };
      }}
    >
      {(current) => (
        <svg class="feedback-row" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            {marked !== null && (
              <rect class="feedback-marked" x={marked * band} width={band} height={plotHeight} rx={3} />
            )}
            <Axes
              width={plotWidth}
              height={plotHeight}
              x={columns.map((_, index) => ({ at: x(index), label: String(first + index) }))}
              y={y.ticks(5).map((value) => ({ at: y(value), label: spelled(y.tickFormat(5)(value)) }))}
              xTitle={words.x}
              yTitle={words.y(weightUnits())}
            />
            {stored
              .filter((value) => value >= bottom && value <= top)
              .map((value) => (
                <line key={value} class="feedback-level" x2={plotWidth} y1={y(value)} y2={y(value)} />
              ))}
            {columns.map(({ weight, plain, wanted, stored: own }, index) => (
              <g key={index} transform={`translate(${x(index)},0)`}>
                {Math.abs(y(wanted) - y(weight)) > 1 && <line class="feedback-handed" y1={y(weight)} y2={y(wanted)} />}
                <circle class="feedback-weight" cy={y(weight)} r={4.5} />
                {Math.abs(y(wanted) - y(weight)) > 1 && (
                  <path class="feedback-wanted" d={`M0,${y(wanted) - 5}l5,5l-5,5l-5,-5Z`} />
                )}
                {plain !== null && <path class="feedback-plain" d={`M-13,${y(plain) - 4}l8,8m0,-8l-8,8`} />}
                {own !== null && <rect class="feedback-stored" x={5} y={y(own) - 4} width={8} height={8} />}
              </g>
            ))}
            {current !== null && (
              <rect data-passing class="cell-halo" x={current * band + 1} width={band - 2} height={plotHeight} rx={3} />
            )}
          </g>
        </svg>
      )}
    </Pointing>
  );
}
