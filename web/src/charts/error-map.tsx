/** The error of a block over its scale and its offset, with every method's choice marked. */
import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { LabMethod, LabReport } from '../core/types';
import { texts } from '../text/texts';
import { percent, precise, spelled } from '../text/units';
import { Axes, type Margin } from './axes';
import type { Span } from './curve-geometry';
import { rampColor } from './layer-map';
import { pointIn } from './scale';
import { leaderLine, methodPath, stackMarkers } from './methods';

const MARGIN: Margin = { top: 28, right: 16, bottom: 42, left: 64 };
const LEAST_HEIGHT = 140;
const STEPS = 9;
/** Pixels of a cell, and of one where there are many weights: the map follows a weight that is dragged. */
const CELL = 6;
const LARGE_CELL = 11;
const MANY_WEIGHTS = 64;

const MOVES: Readonly<Record<string, { along: number; up: number }>> = {
  ArrowRight: { along: 1, up: 0 },
  ArrowLeft: { along: -1, up: 0 },
  ArrowUp: { along: 0, up: 1 },
  ArrowDown: { along: 0, up: -1 },
};

/** Relative errors at the middles of the cells; rows by rising offset. */
export interface ErrorCells {
  columns: number;
  rows: number;
  errors: Float32Array;
}

/** The plot of a map of this height. */
const plotHeightOf = (height: number): number => Math.max(LEAST_HEIGHT, height) - MARGIN.top - MARGIN.bottom;

/** How many cells a map of this size has. */
export function cellsOf(width: number, height: number, count: number): { columns: number; rows: number } {
  const cell = count > MANY_WEIGHTS ? LARGE_CELL : CELL;
  return {
    columns: Math.max(10, Math.round((width - MARGIN.left - MARGIN.right) / cell)),
    rows: Math.max(5, Math.round(plotHeightOf(height) / cell)),
  };
}

interface MapProps {
  width: number;
  height: number;
  report: LabReport;
  cells: ErrorCells;
  scales: Span;
  offsets: Span;
  scale: number;
  offset: number;
  /** At the point on show. */
  relativeError: number;
  chosen: string | null;
  onPlace: (scale: number, offset: number) => void;
  onStep: (scales: number, offsets: number) => void;
  onMethod: (method: LabMethod) => void;
}

export function ErrorMap({
  width,
  height,
  report,
  cells,
  scales,
  offsets,
  scale,
  offset,
  relativeError,
  chosen,
  onPlace,
  onStep,
  onMethod,
}: MapProps): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = plotHeightOf(height);
  const whole = Math.max(LEAST_HEIGHT, height);
  const x = scaleLinear([scales.low, scales.high], [0, plotWidth]);
  const y = scaleLinear([offsets.low, offsets.high], [plotHeight, 0]);
  const ground = useMemo(
    () => (
      <>
        <rect class="map-ground" width={plotWidth} height={plotHeight} fill={rampColor(0)} />
        {shadesOf(cells, plotWidth, plotHeight).map((d, step) => (
          <path key={step} d={d} fill={rampColor(step)} />
        ))}
      </>
    ),
    [cells, plotWidth, plotHeight],
  );
  const [held, setHeld] = useState(false);
  const place = (event: PointerEvent) => {
    const drawing = (event.currentTarget as SVGElement).ownerSVGElement;
    const at = drawing ? pointIn(drawing, event) : { x: 0, y: 0 };
    const within = (value: number, most: number) => Math.min(most, Math.max(0, value));
    onPlace(x.invert(within(at.x - MARGIN.left, plotWidth)), y.invert(within(at.y - MARGIN.top, plotHeight)));
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (!move) return;
    const { along, up } = move;
    event.preventDefault();
    if (event.shiftKey) onStep(along, up);
    else
      onPlace(
        scale + (along * (scales.high - scales.low)) / cells.columns,
        offset + (up * (offsets.high - offsets.low)) / cells.rows,
      );
  };
  const inside = (at: number, { low, high }: Span) => at >= low && at <= high;
  const visible = report.methods
    .filter((method) => inside(method.scale, scales) && inside(method.offset, offsets))
    .map((method) => ({ method, px: x(method.scale), py: y(method.offset) }));
  const words = texts().charts.errorMap;
  const ticks = Math.max(2, Math.floor(plotWidth / 100));
  return (
    <svg
      class="error-map"
      width={width}
      height={whole}
      viewBox={`0 0 ${width} ${whole}`}
      role="group"
      aria-label={words.label}
    >
      <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
        <Axes
          width={plotWidth}
          height={plotHeight}
          x={x.ticks(ticks).map((value) => ({ at: x(value), label: spelled(x.tickFormat(ticks)(value)) }))}
          y={y.ticks(6).map((value) => ({ at: y(value), label: spelled(y.tickFormat(6)(value)) }))}
          xTitle={words.x}
          yTitle={words.y}
        />
        <g
          class="map-cells"
          role="application"
          tabindex={0}
          aria-roledescription={words.kind}
          aria-label={words.place(precise(scale), precise(offset), percent(relativeError, 2))}
          onKeyDown={onKey}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setHeld(true);
            place(event);
          }}
          onPointerMove={(event) => {
            if (held) place(event);
          }}
          onPointerUp={() => setHeld(false)}
          onPointerCancel={() => setHeld(false)}
        >
          {ground}
        </g>
        {inside(scale, scales) && inside(offset, offsets) && (
          <g class="map-now" transform={`translate(${x(scale)},${y(offset)})`}>
            <path class="under" d="M-12,0H-5M5,0H12M0,-12V-5M0,5V12" />
            <path d="M-12,0H-5M5,0H12M0,-12V-5M0,5V12" />
          </g>
        )}
        {stackMarkers(visible, { right: plotWidth, top: 8, bottom: plotHeight - 8 }).map((placed) => {
          const { method, left, top, side } = placed;
          return (
            <g
              key={method.name}
              class={`map-marker${method.name === chosen ? ' chosen' : ''}`}
              role="button"
              tabindex={0}
              aria-label={markerName(method)}
              aria-pressed={method.name === chosen}
              transform={`translate(${left},${top})`}
              onClick={() => onMethod(method)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' && event.key !== ' ') return;
                event.preventDefault();
                onMethod(method);
              }}
            >
              <line {...leaderLine(placed, 7)} />
              <circle r={10} />
              <path d={methodPath(method.name, 6)} />
              {side && (
                <text
                  class="method-name"
                  x={side === 'right' ? 10 : -10}
                  dy="0.33em"
                  text-anchor={side === 'right' ? 'start' : 'end'}
                >
                  {method.name}
                </text>
              )}
            </g>
          );
        })}
      </g>
    </svg>
  );
}

function markerName({ name, scale, offset, relativeError }: LabMethod): string {
  return texts().charts.errorMap.method(name, precise(scale), precise(offset), percent(relativeError, 2));
}

/**
 * The range of errors in a map, and which of the ramp's steps an error has: even steps of its logarithm, the lowest
 * darkest.
 */
export function rampOf({ errors }: ErrorCells): { low: number; high: number; step: (error: number) => number } {
  let low = Infinity;
  let high = 0;
  for (const error of errors) {
    if (error < low) low = error;
    if (error > high) high = error;
  }
  const floor = Math.max(low, high * 1e-4, 1e-12);
  const width = Math.log(Math.max(high, floor * 1.0001) / floor);
  return {
    low,
    high,
    step: (error) =>
      STEPS -
      1 -
      Math.min(STEPS - 1, Math.max(0, Math.floor((Math.log(Math.max(error, floor) / floor) / width) * STEPS))),
  };
}

/** One path for each step of the ramp: runs of cells in a row. */
function shadesOf(cells: ErrorCells, width: number, height: number): string[] {
  const { columns, rows, errors } = cells;
  const { step } = rampOf(cells);
  const [cellWidth, cellHeight] = [width / columns, height / rows];
  const paths = Array.from({ length: STEPS }, () => '');
  for (let row = 0; row < rows; row += 1) {
    const top = (height - (row + 1) * cellHeight).toFixed(2);
    for (let column = 0; column < columns;) {
      const shade = step(errors[row * columns + column] ?? 0);
      const first = column;
      while (column < columns && step(errors[row * columns + column] ?? 0) === shade) column += 1;
      // A hair wider and higher than it is, so that no seam shows between neighbours.
      paths[shade] +=
        `M${(first * cellWidth).toFixed(2)},${top}h${((column - first) * cellWidth + 0.4).toFixed(2)}` +
        `v${(cellHeight + 0.4).toFixed(2)}H${(first * cellWidth).toFixed(2)}Z`;
    }
  }
  return paths;
}
