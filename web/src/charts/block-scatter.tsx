/** Every block of a tensor: how wide its weights spread, and what one or two methods leave of it. */
import { scaleLinear, scaleLog } from 'd3-scale';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { language, texts } from '../text/texts';
import { decimal, integer, percent, precise } from '../text/units';
import { Axes, type Margin, type Tick } from './axes';
import { lazily } from './frame';
import { type ArrowKey, Pointing } from './pointing';

const MARGIN: Margin = { top: 32, right: 16, bottom: 46, left: 52 };
const HEIGHT = 340;
/** Of the blocks whose dots fall together, in squares of so many pixels, one is drawn. */
const DOT_APART = 2;
const REACH = 24; // pixels from the pointer to a dot
/** Ranges that differ more than this are drawn on a logarithmic axis. */
const WIDE = 20;

export interface ScatterProps {
  width: number;
  /** The numbers of the blocks. */
  blocks: Uint32Array;
  ranges: Float32Array;
  rangeName: string;
  /** The relative errors that the first method leaves, and perhaps a second one. */
  series: readonly { name: string; errors: Float32Array }[];
  /** The block that is open, if it is among these. */
  open: number | null;
  onOpen: (block: number) => void;
}

/** A dot's marker and a cross's, around the origin. */
export const SCATTER_MARKS = ['M-2,0a2,2 0 1,0 4,0a2,2 0 1,0 -4,0Z', 'M-2.2,-2.2L2.2,2.2M-2.2,2.2L2.2,-2.2'] as const;

export function BlockScatter({ width, blocks, ranges, rangeName, series, open, onOpen }: ScatterProps): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const drawing = useMemo(
    () =>
      draw(
        ranges,
        series.map(({ errors }) => errors),
        plotWidth,
        plotHeight,
      ),
    [ranges, series, plotWidth, plotHeight, language()],
  );
  const { x, y, shown } = drawing;
  const order = useMemo(() => orders(shown, ranges, series[0]?.errors ?? ranges), [shown, ranges, series]);
  const left = (index: number) => x(ranges[index] ?? 0);
  const tops = (index: number) => series.map(({ errors }) => y(errors[index] ?? 0));
  const opened = open === null ? -1 : blocks.indexOf(open);
  const words = texts().charts.blockScatter;
  return (
    <Pointing<number>
      label={words.label}
      pick={(px, py) => nearest(shown, px - MARGIN.left, py - MARGIN.top, left, tops)}
      step={(from, key) => order().next(from, key)}
      read={(index) => ({
        x: MARGIN.left + left(index),
        y: MARGIN.top + (tops(index)[0] ?? 0),
        head: words.block(integer(blocks[index] ?? 0), rangeName, precise(ranges[index] ?? 0)),
        lines: series.map(({ name, errors }) => words.error(name, percent(errors[index] ?? 0, 2))),
      })}
      onChoose={(index) => onOpen(blocks[index] ?? 0)}
    >
      {(current) => (
        <svg class="block-scatter" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            <Axes
              width={plotWidth}
              height={plotHeight}
              x={drawing.ticks}
              y={drawing.errorTicks}
              xTitle={drawing.wide ? words.xLogarithmic(rangeName) : words.x(rangeName)}
              yTitle={words.y}
            />
            {drawing.paths.map((path, which) => (
              <path key={which} class={which === 0 ? 'block-dots' : 'block-crosses'} d={path} />
            ))}
            {[opened, current ?? -1].map((index, which) =>
              index >= 0 && (ranges[index] ?? 0) > 0 ? (
                <g
                  key={which}
                  class={which === 0 ? 'block-open' : 'block-halo'}
                  transform={`translate(${left(index)},0)`}
                  {...(which === 1 && { 'data-passing': true })}
                >
                  <line y1={Math.min(...tops(index))} y2={Math.max(...tops(index))} />
                  {tops(index).map((top, series) => (
                    <circle key={series} cy={top} r={which === 0 ? 5 : 7} />
                  ))}
                </g>
              ) : null,
            )}
          </g>
        </svg>
      )}
    </Pointing>
  );
}

/** The axes, the blocks that are drawn (those of zeros have no range), and one path for each method. */
function draw(ranges: Float32Array, errors: readonly Float32Array[], plotWidth: number, plotHeight: number) {
  let [low, high, most, worst] = [Infinity, 0, 0, -1];
  ranges.forEach((range, index) => {
    if (!(range > 0)) return;
    low = Math.min(low, range);
    high = Math.max(high, range);
    for (const of of errors) most = Math.max(most, of[index] ?? 0);
    if (worst < 0 || (errors[0]?.[index] ?? 0) > (errors[0]?.[worst] ?? 0)) worst = index;
  });
  if (high === 0) [low, high] = [0.5, 1];
  const wide = high > low * WIDE;
  const x = wide
    ? scaleLog([low / 1.1, high * 1.1], [0, plotWidth])
    : scaleLinear([low - (high - low || high) * 0.05, high + (high - low || high) * 0.05], [0, plotWidth]);
  const y = scaleLinear([0, most * 1.06 || 0.01], [plotHeight, 0]);
  const taken = new Set<number>();
  const columns = Math.ceil(plotWidth / DOT_APART) + 1;
  const cells = columns * (Math.ceil(plotHeight / DOT_APART) + 1);
  const shown: number[] = [];
  const paths = errors.map(() => '');
  const add = (index: number) => {
    const range = ranges[index] ?? 0;
    if (!(range > 0)) return;
    const px = x(range);
    let fresh = false;
    errors.forEach((of, which) => {
      const py = y(of[index] ?? 0);
      const cell = which * cells + Math.round(py / DOT_APART) * columns + Math.round(px / DOT_APART);
      if (taken.has(cell)) return;
      taken.add(cell);
      fresh = true;
      const [left, top] = [px.toFixed(1), py.toFixed(1)];
      paths[which] += which === 0 ? `M${left},${top}h0` : `M${left},${top}m-2.2,-2.2l4.4,4.4m0,-4.4l-4.4,4.4`;
    });
    if (fresh) shown.push(index);
  };
  if (worst >= 0) add(worst);
  for (let index = 0; index < ranges.length; index += 1) if (index !== worst) add(index);
  const few = Math.max(2, Math.floor(plotWidth / 90));
  const ticks: Tick[] = (wide ? roundValues(low / 1.1, high * 1.1, plotWidth) : x.ticks(few)).map((value) => ({
    at: x(value),
    label: precise(value),
  }));
  const errorTicks: Tick[] = y
    .ticks(6)
    .map((value) => ({ at: y(value), label: decimal(Number((value * 100).toPrecision(6))) }));
  return { x: (range: number) => x(range), y: (error: number) => y(error), wide, shown, paths, ticks, errorTicks };
}

/** Round values between two: a few times each power of ten where there is room. */
function roundValues(low: number, high: number, plotWidth: number): number[] {
  const decade = plotWidth / Math.log10(high / low);
  const digits = decade > 400 ? [1, 2, 3, 5, 7] : decade > 180 ? [1, 2, 5] : [1];
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const digit of digits) {
      const value = Number(`${digit}e${power}`);
      if (value >= low && value <= high) values.push(value);
    }
  }
  return values;
}

/** The drawn block with a dot nearest to a place. */
function nearest(
  shown: readonly number[],
  px: number,
  py: number,
  left: (index: number) => number,
  tops: (index: number) => number[],
): number | null {
  let found: number | null = null;
  let best = REACH;
  for (const index of shown) {
    const across = Math.abs(left(index) - px);
    if (across >= best) continue;
    for (const top of tops(index)) {
      const far = Math.hypot(across, top - py);
      if (far < best) [best, found] = [far, index];
    }
  }
  return found;
}

/**
 * The neighbours of a block by range and by error, found when they are first asked for. The first block is the one with
 * the largest error.
 */
function orders(shown: readonly number[], ranges: Float32Array, errors: Float32Array) {
  return lazily(() => {
    const ranked = (values: Float32Array) => {
      const order = [...shown].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
      return { order, place: new Map(order.map((index, place) => [index, place])) };
    };
    const [byRange, byError] = [ranked(ranges), ranked(errors)];
    return {
      next(from: number | null, key: ArrowKey): number | null {
        if (from === null) return byError.order[byError.order.length - 1] ?? null;
        if (key === 'Home') return byRange.order[0] ?? null;
        if (key === 'End') return byRange.order[byRange.order.length - 1] ?? null;
        const { order, place } = key === 'ArrowLeft' || key === 'ArrowRight' ? byRange : byError;
        const next = (place.get(from) ?? 0) + (key === 'ArrowRight' || key === 'ArrowUp' ? 1 : -1);
        return order[next] ?? from;
      },
    };
  });
}
