/**
 * A block on the number line its scale makes: every weight goes sideways by its error and falls onto the nearest level.
 */
import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { texts } from '../text/texts';
import { precise } from '../text/units';
import type { LabPoint } from '../core/types';
import { Axes, type Margin } from './axes';
import { pointIn } from './scale';

const MARGIN: Margin = { top: 18, right: 56, bottom: 38, left: 52 };
/** One row for each weight while there are so few; more weights share the rows. */
const MOST_ROWS = 12;
/** Pixels of a row: as many as there is room for, fewer rows before fewer pixels. */
const ROW = { least: 8, named: 14, most: 26 };
const TEETH = 32; // pixels for the level names under the last row
/** Levels closer than this, in pixels, stand on the line only where a weight lies on them. */
const TEETH_APART = 4;
const DOT = 5;

interface LineProps {
  width: number;
  height: number;
  weights: readonly number[];
  levels: readonly number[];
  point: LabPoint;
  pointed: number | null;
  onPoint: (weight: number | null) => void;
  onChange: (index: number, value: number) => void;
}

type Domain = readonly [number, number];

export function NumberLine({ width, height, weights, levels, point, pointed, onPoint, onChange }: LineProps): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const room = Math.max(64, height - MARGIN.top - MARGIN.bottom - TEETH - 10);
  const rows = Math.max(1, Math.min(MOST_ROWS, weights.length, Math.floor(room / ROW.least)));
  const row = Math.min(ROW.most, room / rows);
  const line = rows * row + 10;
  const plotHeight = line + TEETH;
  const [active, setActive] = useState(0);
  // While a weight is dragged the axis stands still.
  const [held, setHeld] = useState<{ index: number; domain: Domain } | null>(null);
  const group = useRef<SVGGElement>(null);
  const domain = held?.domain ?? domainOf(weights, point.decoded);
  const x = scaleLinear(domain, [0, plotWidth]);
  const step = niceStep((domain[1] - domain[0]) / plotWidth);
  const round = (value: number) => Number((Math.round(value / step) * step).toPrecision(12));
  const few = weights.length <= rows && row >= ROW.named;
  const focused = Math.min(active, weights.length - 1);
  const rowOf = (index: number) => (index % rows) * row + row / 2;
  const clippedAt = (index: number) =>
    isClipped(weights[index] ?? 0, point.decoded[index] ?? 0, point.codes[index] ?? 0, levels, point.scale);
  const focus = (index: number) => {
    setActive(index);
    group.current?.querySelector<SVGGElement>(`[data-weight="${index}"]`)?.focus();
  };
  const valueAt = (event: PointerEvent) => {
    const drawing = group.current?.ownerSVGElement;
    const px = (drawing ? pointIn(drawing, event).x : 0) - MARGIN.left;
    return round(x.invert(Math.min(plotWidth, Math.max(0, px))));
  };
  // The handles of many weights are drawn again only where they change; they act through this.
  const act = useRef<HandleActions>(null as unknown as HandleActions);
  act.current = {
    focused(index) {
      setActive(index);
      onPoint(index);
    },
    point: onPoint,
    key(event, index) {
      const steps = { ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
      const row = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (steps === undefined && row === undefined) return;
      event.preventDefault();
      if (steps !== undefined) onChange(index, round((weights[index] ?? 0) + steps * step * (event.shiftKey ? 10 : 1)));
      else focus(Math.min(weights.length - 1, Math.max(0, index + (row ?? 0))));
    },
    grip(index) {
      focus(index);
      setHeld({ index, domain });
    },
    drag(event, index) {
      if (held?.index === index) onChange(index, valueAt(event));
    },
    release: () => setHeld(null),
  };
  const words = texts().charts.numberLine;
  const drawn = useRef<{ view: HandleView; node: VNode }[]>([]);
  const handle = (view: HandleView): VNode => {
    const before = drawn.current[view.index];
    if (before && sameView(before.view, view)) return before.node;
    const node = <Handle key={view.index} {...view} act={act} />;
    drawn.current[view.index] = { view, node };
    return node;
  };
  return (
    <svg
      class="number-line"
      width={width}
      height={plotHeight + MARGIN.top + MARGIN.bottom}
      viewBox={`0 0 ${width} ${plotHeight + MARGIN.top + MARGIN.bottom}`}
      role="group"
      aria-label={words.label}
    >
      <g transform={`translate(${MARGIN.left},${MARGIN.top})`} ref={group}>
        <Axes
          width={plotWidth}
          height={plotHeight}
          x={x.ticks(Math.max(2, Math.floor(plotWidth / 90))).map((value) => ({ at: x(value), label: precise(value) }))}
          y={[]}
          xTitle={words.x}
          yTitle={few ? words.rows : ''}
        />
        <Teeth levels={levels} point={point} domain={domain} x={x} line={line} />
        <line class="ground" x1={0} x2={plotWidth} y1={line} y2={line} />
        <Errors weights={weights} point={point} x={x} rowOf={rowOf} line={line} clippedAt={clippedAt} />
        {few &&
          weights.map((weight, index) => {
            const decoded = point.decoded[index] ?? 0;
            const [from, to] = [x(weight), x(decoded)];
            const end = Math.max(from, to) > plotWidth - 110;
            return (
              <g key={index}>
                <text class="row-name" x={-8} y={rowOf(index)} dy="0.32em" text-anchor="end">
                  {index + 1}
                </text>
                <text
                  class="row-value"
                  x={end ? Math.min(from, to) - 10 : Math.max(from, to) + 10}
                  y={rowOf(index)}
                  dy="0.32em"
                  text-anchor={end ? 'end' : 'start'}
                >
                  {clippedAt(index)
                    ? words.clipped(precise(weight), precise(decoded))
                    : `${precise(weight)} → ${precise(decoded)}`}
                </text>
              </g>
            );
          })}
        {weights.map((weight, index) => {
          const decoded = point.decoded[index] ?? 0;
          // Only one handle can be read at a time; the others need not change with the scale.
          const reading =
            index === focused
              ? (clippedAt(index) ? words.readingClipped : words.reading)(
                  precise(weight),
                  precise(decoded),
                  precise(Math.abs(weight - decoded)),
                )
              : null;
          return handle({
            pointed: index === pointed,
            label: words.weight(index + 1),
            index,
            weight,
            at: x(weight),
            row: rowOf(index),
            low: Math.min(domain[0], weight),
            high: Math.max(domain[1], weight),
            size: few ? DOT : DOT - 1.5,
            tabbable: index === focused,
            reading,
          });
        })}
      </g>
    </svg>
  );
}

interface HandleActions {
  point: (index: number | null) => void;
  focused: (index: number) => void;
  key: (event: KeyboardEvent, index: number) => void;
  grip: (index: number) => void;
  drag: (event: PointerEvent, index: number) => void;
  release: () => void;
}

interface HandleView {
  label: string;
  pointed: boolean;
  index: number;
  weight: number;
  at: number;
  row: number;
  low: number;
  high: number;
  size: number;
  tabbable: boolean;
  reading: string | null;
}

function sameView(a: HandleView, b: HandleView): boolean {
  return (
    a.pointed === b.pointed &&
    a.label === b.label &&
    a.weight === b.weight &&
    a.at === b.at &&
    a.row === b.row &&
    a.low === b.low &&
    a.high === b.high &&
    a.size === b.size &&
    a.tabbable === b.tabbable &&
    a.reading === b.reading
  );
}

/** A weight that can be dragged. SVG knows the attribute `tabindex` in this spelling only. */
function Handle({
  label,
  pointed,
  index,
  weight,
  at,
  row,
  low,
  high,
  size,
  tabbable,
  reading,
  act,
}: HandleView & { act: { readonly current: HandleActions } }): VNode {
  return (
    <g
      data-weight={index}
      class={pointed ? 'pointed' : ''}
      role="slider"
      tabindex={tabbable ? 0 : -1}
      aria-label={label}
      aria-valuenow={weight}
      aria-valuemin={low}
      aria-valuemax={high}
      aria-valuetext={reading ?? precise(weight)}
      onFocus={() => act.current.focused(index)}
      onPointerEnter={() => act.current.point(index)}
      onPointerLeave={() => act.current.point(null)}
      onKeyDown={(event) => act.current.key(event, index)}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        act.current.grip(index);
      }}
      onPointerMove={(event) => act.current.drag(event, index)}
      onPointerUp={() => act.current.release()}
      onPointerCancel={() => act.current.release()}
    >
      <circle class="grip" cx={at} cy={row} r={11} />
      <circle class="dot" cx={at} cy={row} r={size} />
    </g>
  );
}

type Along = (value: number) => number;

/** How every weight falls onto its level: one path for each kind of stroke. */
function Errors({
  weights,
  point,
  x,
  rowOf,
  line,
  clippedAt,
}: {
  weights: readonly number[];
  point: LabPoint;
  x: Along;
  rowOf: (index: number) => number;
  line: number;
  clippedAt: (index: number) => boolean;
}): VNode {
  const paths = { falls: '', stems: '', clippedStems: '', clipMarks: '' };
  weights.forEach((weight, index) => {
    const decoded = point.decoded[index] ?? 0;
    const [from, to, y] = [x(weight).toFixed(1), x(decoded).toFixed(1), rowOf(index)];
    paths.falls += `M${to},${y}V${line}`;
    if (!clippedAt(index)) {
      paths.stems += `M${from},${y}H${to}`;
      return;
    }
    paths.clippedStems += `M${from},${y}H${to}`;
    const side = weight > decoded ? 1 : -1;
    paths.clipMarks += `M${(Number(to) + side * 3).toFixed(1)},${y - 5}l${side * 7},5l${side * -7},5Z`;
  });
  return (
    <>
      <path class="fall" d={paths.falls} />
      <path class="stem" d={paths.stems} />
      <path class="stem clipped" d={paths.clippedStems} />
      <path class="clip-mark" d={paths.clipMarks} />
    </>
  );
}

/** The levels in view, those in use stronger; names where there is room. */
function Teeth({
  levels,
  point: { scale, offset, codes },
  domain: [low, high],
  x,
  line,
}: {
  levels: readonly number[];
  point: LabPoint;
  domain: Domain;
  x: Along;
  line: number;
}): VNode {
  const used = new Set(codes);
  const paths = { lines: '', usedLines: '', teeth: '', usedTeeth: '' };
  const visible = levels
    .map((level, code) => ({
      level,
      at: x(level * scale + offset),
      value: level * scale + offset,
      used: used.has(code),
    }))
    .filter(({ value }) => value >= low && value <= high)
    .sort((a, b) => a.at - b.at);
  let beforeAt = -Infinity;
  const drawn = visible.filter(({ at, used: inUse }) => {
    const stands = inUse || at - beforeAt >= TEETH_APART;
    if (stands) beforeAt = at;
    return stands;
  });
  // Teeth that stand close are slimmer, so that each is one.
  const apart = drawn.slice(1).reduce((least, { at }, index) => Math.min(least, at - drawn[index]!.at), Infinity);
  const half = Math.max(0.8, Math.min(4, 0.42 * apart));
  for (const { at, used: inUse } of drawn) {
    const stroke = `M${at.toFixed(1)},-6V${line}`;
    const foot = `M${(at - half).toFixed(1)},${line + 8}L${at.toFixed(1)},${line}l${half.toFixed(1)},8Z`;
    if (inUse) {
      paths.usedLines += stroke;
      paths.usedTeeth += foot;
    } else {
      paths.lines += stroke;
      paths.teeth += foot;
    }
  }
  const names = namesOf(drawn);
  return (
    <g class="teeth">
      <path class="tooth-line" d={paths.lines} />
      <path class="tooth-line used" d={paths.usedLines} />
      <path class="tooth" d={paths.teeth} />
      <path class="tooth used" d={paths.usedTeeth} />
      {names.map((one) => (
        <text
          key={one.name}
          class={one.used ? 'tooth-name used' : 'tooth-name'}
          x={one.at}
          y={line + 22}
          text-anchor="middle"
        >
          {one.name}
        </text>
      ))}
      <text class="tooth-title" x={-8} y={line + 22} text-anchor="end">
        {texts().charts.numberLine.level}
      </text>
    </g>
  );
}

/** Names that have room: of levels in use first, then of others in the gaps that are left. */
function namesOf(teeth: readonly { level: number; at: number; used: boolean }[]) {
  const taken: { from: number; to: number }[] = [];
  return [...teeth.filter(({ used }) => used), ...teeth.filter(({ used }) => !used)].flatMap(({ level, at, used }) => {
    const name = precise(level);
    const half = name.length * 3.8;
    const [from, to] = [at - half, at + half + 6];
    if (from <= 0 || taken.some((other) => from < other.to && to > other.from)) return [];
    taken.push({ from, to });
    return [{ at, name, used }];
  });
}

/**
 * Holds every weight and zero, with some air: the levels move over it, the weights stay. Only where a weight decodes to
 * something farther out does it grow as far as that.
 */
export function domainOf(weights: readonly number[], decoded: readonly number[]): Domain {
  const low = Math.min(0, ...weights);
  const high = Math.max(0, ...weights);
  const air = (high - low || 1) * 0.1;
  return [Math.min(low - air, ...decoded), Math.max(high + air, ...decoded)];
}

/** Beyond the outermost level by more than half its distance to the next. */
export function isClipped(
  weight: number,
  decoded: number,
  code: number,
  levels: readonly number[],
  scale: number,
): boolean {
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
