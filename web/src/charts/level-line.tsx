/** A list of levels over the weights they stand for: every level can be dragged, or moved with the arrow keys. */
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { LevelFigures } from '../core/types';
import { texts } from '../text/texts';
import { percent, precise } from '../text/units';
import { Axes, type Margin } from './axes';
import { pointIn } from './scale';

const MARGIN: Margin = { top: 30, right: 18, bottom: 46, left: 18 };
const PLOT = 170;
const TEETH = 46;

export function LevelLine({
  width,
  levels,
  histogram,
  figures,
  onChange,
}: {
  width: number;
  levels: readonly number[]; // ascending
  /** Counts of weights divided by their block's largest magnitude, in equal buckets from -1 to 1. */
  histogram: readonly number[];
  figures: LevelFigures | null;
  onChange: (index: number, value: number) => void;
}): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const [active, setActive] = useState(0);
  // While a level is dragged the axis stands still.
  const [held, setHeld] = useState<{ index: number; end: number } | null>(null);
  const group = useRef<SVGGElement>(null);
  const end = held?.end ?? Math.max(...levels.map(Math.abs), 1e-30);
  const x = scaleLinear([-1.06, 1.06], [0, plotWidth]);
  const at = (level: number) => x(Math.max(-1.05, Math.min(1.05, level / end)));
  const most = max(histogram) ?? 1;
  const bar = x(2 / histogram.length) - x(0);
  const shares = figures?.levels ?? [];
  const mostShare = max(shares, ({ share }) => share) ?? 1;
  const focused = Math.min(active, levels.length - 1);
  const focus = (index: number) => {
    setActive(index);
    group.current?.querySelector<SVGGElement>(`[data-level="${index}"]`)?.focus();
  };
  const tidy = (value: number) => Number(value.toPrecision(4));
  const move = (index: number, value: number) => {
    // A level stays between its neighbours, so that the list keeps its order.
    const gap = end / 2000;
    const low = index > 0 ? levels[index - 1]! + gap : -Infinity;
    const high = index < levels.length - 1 ? levels[index + 1]! - gap : Infinity;
    if (low <= high) onChange(index, tidy(Math.min(high, Math.max(low, value))));
  };
  const onKey = (event: KeyboardEvent, index: number) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
    const next = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (steps === undefined && next === undefined) return;
    event.preventDefault();
    if (steps !== undefined) move(index, (levels[index] ?? 0) + (steps * (event.shiftKey ? 10 : 1) * end) / 200);
    else focus(Math.min(levels.length - 1, Math.max(0, index + (next ?? 0))));
  };
  const valueAt = (event: PointerEvent) => {
    const drawing = group.current?.ownerSVGElement;
    return x.invert((drawing ? pointIn(drawing, event).x : 0) - MARGIN.left) * end;
  };
  // Teeth and grips that stand close are slimmer, so that each is one.
  const apart = levels.slice(1).reduce((least, level, index) => Math.min(least, at(level) - at(levels[index]!)), 40);
  const [tooth, grip] = [Math.max(0.8, Math.min(5, 0.42 * apart)), Math.max(2, Math.min(8, apart / 2))];
  let room = -Infinity;
  const words = texts().charts.levelLine;
  return (
    <svg
      class="level-line"
      width={width}
      height={PLOT + TEETH + MARGIN.top + MARGIN.bottom}
      viewBox={`0 0 ${width} ${PLOT + TEETH + MARGIN.top + MARGIN.bottom}`}
      role="group"
      aria-label={words.label}
    >
      <g transform={`translate(${MARGIN.left},${MARGIN.top})`} ref={group}>
        <Axes
          width={plotWidth}
          height={PLOT + TEETH}
          x={x.ticks(Math.max(3, Math.floor(plotWidth / 90))).map((value) => ({ at: x(value), label: precise(value) }))}
          y={[]}
          xTitle={words.x}
          yTitle=""
        />
        <text class="axis-title" x={0} y={-14} text-anchor="start">
          {words.y}
        </text>
        {histogram.map(
          (count, index) =>
            count > 0 && (
              <rect
                key={index}
                class="bar under"
                x={x(-1 + (2 * index) / histogram.length)}
                width={bar}
                y={PLOT * (1 - count / most)}
                height={(PLOT * count) / most}
              />
            ),
        )}
        <line class="ground" x1={0} x2={plotWidth} y1={PLOT} y2={PLOT} />
        {levels.map((level, index) => {
          const share = shares[index]?.share ?? 0;
          const place = at(level);
          const name = precise(level);
          const half = name.length * 3.4;
          const named = place - half > room;
          if (named) room = place + half + 5;
          return (
            <g
              key={index}
              data-level={index}
              class={index === focused ? 'level active' : 'level'}
              role="slider"
              tabIndex={index === focused ? 0 : -1}
              aria-label={words.level(index + 1, levels.length)}
              aria-valuenow={level}
              aria-valuemin={-end}
              aria-valuemax={end}
              aria-valuetext={words.value(name, percent(share))}
              onFocus={() => setActive(index)}
              onKeyDown={(event) => onKey(event, index)}
              onPointerDown={(event) => {
                event.preventDefault();
                event.currentTarget.setPointerCapture(event.pointerId);
                focus(index);
                setHeld({ index, end });
              }}
              onPointerMove={(event) => {
                if (held?.index === index) move(index, valueAt(event));
              }}
              onPointerUp={() => setHeld(null)}
              onPointerCancel={() => setHeld(null)}
            >
              <line class="stem" x1={place} x2={place} y1={PLOT} y2={PLOT - (PLOT * share) / mostShare} />
              <rect class="grip" x={place - grip} width={2 * grip} y={PLOT - 12} height={34} rx={Math.min(4, grip)} />
              <path
                class="tooth-mark"
                d={`M${place - tooth},${PLOT + 12}L${place},${PLOT}L${place + tooth},${PLOT + 12}Z`}
              />
              {named && (
                <text x={place} y={PLOT + 30} text-anchor="middle">
                  {name}
                </text>
              )}
            </g>
          );
        })}
      </g>
    </svg>
  );
}
