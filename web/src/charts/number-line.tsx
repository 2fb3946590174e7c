/** A block on the number line its scale makes: every weight goes sideways by its error and falls onto the nearest level. */
import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { precise } from '../text/units';
import type { LabPoint } from '../core/types';
import { Axes, type Margin } from './axes';

const MARGIN: Margin = { top: 34, right: 16, bottom: 46, left: 52 };
/** One row for each weight while there are so few; more weights share the rows. */
const MOST_ROWS = 12;
const ROW = 22;
const TEETH = 44; // pixels for the level names under the last row
const DOT = 5;

interface LineProps {
  width: number;
  weights: readonly number[];
  levels: readonly number[];
  point: LabPoint;
  onChange: (index: number, value: number) => void;
}

type Domain = readonly [number, number];

export function NumberLine({ width, weights, levels, point, onChange }: LineProps): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const rows = Math.min(MOST_ROWS, weights.length);
  const line = rows * ROW + 14;
  const plotHeight = line + TEETH;
  const [active, setActive] = useState(0);
  // While a weight is dragged the axis stands still.
  const [held, setHeld] = useState<{ index: number; domain: Domain } | null>(null);
  const group = useRef<SVGGElement>(null);
  const domain = held?.domain ?? domainOf(weights, levels, point);
  const x = scaleLinear(domain, [0, plotWidth]);
  const step = niceStep((domain[1] - domain[0]) / plotWidth);
  const round = (value: number) => Number((Math.round(value / step) * step).toPrecision(12));
  const used = new Set(point.codes);
  const teeth = teethOf(levels, point, domain, x);
  const few = weights.length <= MOST_ROWS;
  const focused = Math.min(active, weights.length - 1);
  const focus = (index: number) => {
    setActive(index);
    group.current?.querySelector<SVGGElement>(`[data-weight="${index}"]`)?.focus();
  };
  const onKey = (event: KeyboardEvent, index: number) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
    const row = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (steps === undefined && row === undefined) return;
    event.preventDefault();
    if (steps !== undefined) onChange(index, round((weights[index] ?? 0) + steps * step * (event.shiftKey ? 10 : 1)));
    else focus(Math.min(weights.length - 1, Math.max(0, index + (row ?? 0))));
  };
  const valueAt = (event: PointerEvent) => {
    const box = group.current?.ownerSVGElement?.getBoundingClientRect();
    const px = Math.min(plotWidth, Math.max(0, event.clientX - (box?.left ?? 0) - MARGIN.left));
    return round(x.invert(px));
  };
  return (
    <svg class="number-line" width={width} height={plotHeight + MARGIN.top + MARGIN.bottom} viewBox={`0 0 ${width} ${plotHeight + MARGIN.top + MARGIN.bottom}`} role="group" aria-label="Weights on the number line">
      <g transform={`translate(${MARGIN.left},${MARGIN.top})`} ref={group}>
        <Axes width={plotWidth} height={plotHeight} x={x.ticks(Math.max(2, Math.floor(plotWidth / 90))).map((value) => ({ at: x(value), label: precise(value) }))} y={[]} xTitle="value, units of the weights" yTitle={few ? 'weight' : ''} />
        {teeth.map((tooth) => (
          <g key={tooth.code} class={used.has(tooth.code) ? 'tooth used' : 'tooth'} transform={`translate(${tooth.at},0)`}>
            <line y1={-6} y2={line} />
            <path d={`M-4,${line + 8}L0,${line}L4,${line + 8}Z`} />
            {tooth.label !== null && <text y={line + 23} text-anchor="middle">{tooth.label}</text>}
          </g>
        ))}
        <text class="tooth-title" x={-8} y={line + 23} text-anchor="end">level</text>
        <line class="ground" x1={0} x2={plotWidth} y1={line} y2={line} />
        {weights.map((weight, index) => {
          const decoded = point.decoded[index] ?? 0;
          const [from, to] = [x(weight), x(decoded)];
          const y = (index % rows) * ROW + 8;
          const clipped = isClipped(weight, decoded, point.codes[index] ?? 0, levels, point.scale);
          const end = Math.max(from, to) > plotWidth - 110;
          return (
            <g key={index} class={`weight${clipped ? ' clipped' : ''}${index === focused ? ' active' : ''}`}>
              <path class="fall" d={`M${to},${y}V${line}`} />
              <path class="stem" d={`M${from},${y}H${to}`} />
              {clipped && <path class="clip-mark" d={weight > decoded ? `M${to + 3},${y - 5}l7,5l-7,5Z` : `M${to - 3},${y - 5}l-7,5l7,5Z`} />}
              {few && <text class="row-name" x={-8} y={y} dy="0.32em" text-anchor="end">{index + 1}</text>}
              {few && (
                <text class="row-value" x={end ? Math.min(from, to) - 10 : Math.max(from, to) + 10} y={y} dy="0.32em" text-anchor={end ? 'end' : 'start'}>
                  {precise(weight)} → {precise(decoded)}{clipped ? ', clipped' : ''}
                </text>
              )}
              <g
                data-weight={index}
                role="slider"
                tabIndex={index === focused ? 0 : -1}
                aria-label={`Weight ${index + 1}`}
                aria-valuenow={weight}
                aria-valuemin={Math.min(domain[0], weight)}
                aria-valuemax={Math.max(domain[1], weight)}
                aria-valuetext={`${precise(weight)}, decodes to ${precise(decoded)}, error ${precise(Math.abs(weight - decoded))}${clipped ? ', clipped' : ''}`}
                onFocus={() => setActive(index)}
                onKeyDown={(event) => onKey(event, index)}
                onPointerDown={(event) => {
                  event.preventDefault();
                  event.currentTarget.setPointerCapture(event.pointerId);
                  focus(index);
                  setHeld({ index, domain });
                }}
                onPointerMove={(event) => {
                  if (held?.index === index) onChange(index, valueAt(event));
                }}
                onPointerUp={() => setHeld(null)}
                onPointerCancel={() => setHeld(null)}
              >
                <circle class="grip" cx={from} cy={y} r={11} />
                <circle class="dot" cx={from} cy={y} r={few ? DOT : DOT - 1.5} />
              </g>
            </g>
          );
        })}
      </g>
    </svg>
  );
}

/** Holds every weight, and the levels as far as weights of that size reach. */
function domainOf(weights: readonly number[], levels: readonly number[], { scale, offset }: LabPoint): Domain {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
  const ends = [scale * (levels[0] ?? 0) + offset, scale * (levels[levels.length - 1] ?? 0) + offset];
  const low = Math.min(...weights, Math.max(Math.min(...ends), -1.25 * largest));
  const high = Math.max(...weights, Math.min(Math.max(...ends), 1.25 * largest));
  const air = (high - low || largest) * 0.03;
  return [low - air, high + air];
}

function teethOf(levels: readonly number[], { scale, offset }: LabPoint, [low, high]: Domain, x: (value: number) => number) {
  let room = -Infinity;
  return levels
    .map((level, code) => ({ code, level, value: level * scale + offset }))
    .filter(({ value }) => value >= low && value <= high)
    .sort((a, b) => a.value - b.value)
    .map(({ code, level, value }) => {
      const at = x(value);
      const name = precise(level);
      const half = name.length * 3.4;
      const label = at - half > room ? name : null;
      if (label !== null) room = at + half + 6;
      return { code, at, label };
    });
}

/** Beyond the outermost level by more than half its distance to the next. */
export function isClipped(weight: number, decoded: number, code: number, levels: readonly number[], scale: number): boolean {
  const last = levels.length - 1;
  if (code !== 0 && code !== last) return false;
  const [end, next] = code === 0 ? [levels[0] ?? 0, levels[1] ?? 0] : [levels[last] ?? 0, levels[last - 1] ?? 0];
  const outwards = Math.sign((end - next) * scale);
  return (weight - decoded) * outwards > Math.abs(((end - next) * scale) / 2) * (1 + 1e-6);
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least * 0.999) ?? power * 10;
}
