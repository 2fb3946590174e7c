/** Error over bits per weight: every way to spend bits, the frontier, and llama.cpp's types by name. */
import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { NumberFamily, NumberFormatPoint } from '../core/types';
import { blockText, pointName } from '../text/number-formats';
import { texts } from '../text/texts';
import { decimal, fixed, percent } from '../text/units';
import { Axes, type Margin, type Tick } from './axes';
import type { Segment } from './boxes';
import { placeNames } from './place-labels';
import { Pointing, stepIndex } from './pointing';
import { type Marker, markerPath } from './roles';

const MARGIN: Margin = { top: 28, right: 20, bottom: 46, left: 56 };
const HEIGHT = 460;
/** How near the pointer must come, in pixels. */
const REACH = 24;

/** Kinds of numbers by hue and shape; hues are those of the tensor roles. */
export const FAMILY_STYLES: Record<string, { color: string; marker: Marker }> = {
  symmetric: { color: 'var(--role-q)', marker: 'square' },
  'fixed-zero': { color: 'var(--role-q)', marker: 'diamond' },
  'signed-scale': { color: 'var(--role-k)', marker: 'triangle' },
  'half-zero': { color: 'var(--role-k)', marker: 'bar' },
  'zero-point': { color: 'var(--role-v)', marker: 'square' },
  offset: { color: 'var(--role-v)', marker: 'diamond' },
  float: { color: 'var(--role-up)', marker: 'circle' },
  dynamic: { color: 'var(--role-gate)', marker: 'cross' },
  normal: { color: 'var(--role-down)', marker: 'triangle' },
  quantile: { color: 'var(--role-token_embd)', marker: 'ring' },
  optimal: { color: 'var(--role-o)', marker: 'diamond' },
  own: { color: 'var(--ink)', marker: 'cross' },
  gguf: { color: 'var(--ink)', marker: 'ring' },
};
const sizeOf = ({ family, frontier }: NumberFormatPoint) => (family === 'gguf' ? 5 : frontier ? 4 : 2.6);
const styleOf = (family: string) => FAMILY_STYLES[family] ?? { color: 'var(--ink-2)', marker: 'circle' as Marker };

/** `points` by bits per weight. */
export function FormatPlane({
  width,
  points,
  families,
}: {
  width: number;
  points: readonly NumberFormatPoint[];
  families: readonly NumberFamily[];
}): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const seen = points.filter(({ relativeError }) => relativeError > 0);
  const [least = 1e-3, most = 1] = extent(seen, ({ relativeError }) => relativeError) as
    [number, number] | [undefined, undefined];
  const [fewest = 1, widest = 9] = extent(points, ({ bitsPerWeight }) => bitsPerWeight) as
    [number, number] | [undefined, undefined];
  const x = scaleLinear([Math.floor(fewest), Math.ceil(widest + 0.01)], [0, plotWidth]);
  const y = scaleLog([least / 1.15, most * 1.15], [plotHeight, 0]);
  const left = (point: NumberFormatPoint) => x(point.bitsPerWeight);
  const top = (point: NumberFormatPoint) => y(Math.max(point.relativeError, least / 1.15));
  const drawing = useMemo(() => {
    const frontier = points.filter((point) => point.frontier);
    const types = points.filter(({ family }) => family === 'gguf');
    const steps = frontier.flatMap((point, index): Segment[] => {
      const before = frontier[index - 1];
      if (!before) return [];
      const [x1, y1, x2, y2] = [left(before), top(before), left(point), top(point)];
      return [
        { x1, y1, x2, y2: y1 },
        { x1: x2, y1, x2, y2 },
      ];
    });
    const marksOf = (some: readonly NumberFormatPoint[]) =>
      some.map((point) => ({ x: left(point), y: top(point), size: sizeOf(point) }));
    const names = placeNames(
      types.map((point) => ({ x: left(point), y: top(point), text: point.detail.toUpperCase() })),
      { left: 0, right: plotWidth, top: -4, bottom: plotHeight },
      steps,
      marksOf(points.filter((point) => sizeOf(point) >= 4)),
      marksOf(points.filter((point) => sizeOf(point) < 4)),
    );
    return (
      <>
        <path
          class="frontier"
          d={frontier
            .map((point, index) => `${index === 0 ? 'M' : 'H'}${left(point)}${index === 0 ? ',' : 'V'}${top(point)}`)
            .join('')}
        />
        {points.map((point) => {
          const { color, marker } = styleOf(point.family);
          return (
            <path
              key={`${point.family} ${point.detail} ${point.bits} ${point.block} ${point.search}`}
              class={
                point.frontier || point.family === 'gguf' || point.family === 'own'
                  ? 'format-mark'
                  : 'format-mark behind'
              }
              d={markerPath(marker, sizeOf(point))}
              transform={`translate(${left(point)},${top(point)})`}
              style={{ fill: color }}
            />
          );
        })}
        {names.map(({ leader }, index) => leader && <line key={index} class="leader" {...leader} />)}
        {names.map(({ text, textX, textY }) => (
          <text key={text} class="format-name" x={textX} y={textY} dy="0.35em">
            {text}
          </text>
        ))}
      </>
    );
  }, [points, width]);
  const words = texts().charts.formatPlane;
  return (
    <Pointing<number>
      label={words.label}
      pick={(px, py) => {
        let nearest: number | null = null;
        let best = REACH;
        for (const [index, point] of points.entries()) {
          const far =
            Math.hypot(left(point) + MARGIN.left - px, top(point) + MARGIN.top - py) -
            (point.frontier || point.family === 'gguf' ? 4 : 0);
          if (far < best) [best, nearest] = [far, index];
        }
        return nearest;
      }}
      // Up and down step along the frontier, left and right through everything.
      step={(from, key) => {
        if (from === null || (key !== 'ArrowUp' && key !== 'ArrowDown')) return stepIndex(from, key, points.length);
        const onFrontier = points.flatMap((point, index) => (point.frontier ? [index] : []));
        return (
          (key === 'ArrowDown'
            ? onFrontier.find((index) => index > from)
            : onFrontier.findLast((index) => index < from)) ?? from
        );
      }}
      read={(index) => {
        const point = points[index];
        if (!point) return { x: 0, y: 0, head: '', lines: [] };
        return {
          x: MARGIN.left + left(point),
          y: MARGIN.top + top(point),
          head: pointName(point, families),
          lines: [
            words.figures(fixed(point.bitsPerWeight, 3), percent(point.relativeError, 3)),
            words.how(blockText(point.block), point.search),
            ...(point.frontier ? [words.frontier] : []),
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
              x={x
                .ticks(Math.min(10, Math.floor(plotWidth / 40)))
                .map((value) => ({ at: x(value), label: decimal(value) }))}
              y={errorTicks(least / 1.15, most * 1.15, y)}
              xTitle={words.x}
              yTitle={words.y}
            />
            {drawing}
            {current !== null && points[current] && (
              <circle class="format-halo" cx={left(points[current])} cy={top(points[current])} r={8} />
            )}
          </g>
        </svg>
      )}
    </Pointing>
  );
}

/** 1, 2 and 5 times powers of ten. */
function errorTicks(low: number, high: number, y: (value: number) => number): Tick[] {
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const digit of [1, 2, 5]) {
      const value = digit * 10 ** power;
      if (value >= low && value <= high)
        ticks.push({ at: y(value), label: percent(value, value < 0.001 ? 2 : value < 0.01 ? 1 : 0) });
    }
  }
  return ticks;
}
