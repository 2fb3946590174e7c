/**
 * The size/error plane: what each file type weighs and costs, the best mixes for every size, the one that is chosen,
 * and how large a file the machine holds.
 */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import { texts } from '../text/texts';
import { byteUnit, decimal } from '../text/units';
import { Axes, type Margin, type Tick } from './axes';
import { overlap, segmentsOf } from './boxes';
import { blockOf, boxOf, type Mark, placeNearby } from './nearby-names';
import { Pointing, stepIndex } from './pointing';
import { markerPath } from './roles';

const MARGIN: Margin = { top: 28, right: 14, bottom: 42, left: 62 };
const LEAST_HEIGHT = 180;
/** What changes no weight lies over the decibels, in a row of its own. */
const ROW = 20;
/** Less signal to noise, in dB, is drawn at the lower edge. */
const LEAST_DB = 1;
/** The part of the width beyond the break, for what is not quantized. */
const BEYOND = 0.16;
/** How near the pointer must come, in pixels. */
const REACH = 40;
/** Least distance of two ticks of sizes, in pixels. */
const TICK_APART = 44;

export interface PlanePoint {
  name: string;
  kind: 'type' | 'best' | 'chosen';
  bytes: number; // of the file
  bitsPerWeight: number;
  sqnrDb: number | null; // null: no weight changes
  /** So much larger than what is quantized that it lies beyond the break. */
  beyond: boolean;
  /** What is said of it in a word or two; null: nothing. */
  tag: string | null;
  lines: string[];
}

/** The largest file that runs in a memory, in bytes, and what is written at its line: the first that has room. */
export interface Machine {
  bytes: number;
  labels: readonly string[];
}

interface Drawn extends Mark {
  point: PlanePoint;
  outOfReach: boolean;
}

const order = (a: PlanePoint, b: PlanePoint) => a.bytes - b.bytes || (a.sqnrDb ?? Infinity) - (b.sqnrDb ?? Infinity);

/** Where sizes and decibels lie in a drawing of this size. */
export function planeScales(points: readonly PlanePoint[], width: number, height: number) {
  const near = points.filter(({ beyond }) => !beyond);
  const [low = 0, high = 1] = extent(near.length > 0 ? near : points, ({ bytes }) => bytes);
  const farthest = Math.max(...points.map(({ bytes }) => bytes), high);
  const pad = Math.max((high - low) * 0.05, high * 0.01);
  const isBroken = near.length > 0 && farthest > high + pad;
  const edge = isBroken ? width * (1 - BEYOND) : width;
  const [from, to] = [Math.max(0, low - pad), high + pad];
  const x = isBroken
    ? scaleLinear([from, to, farthest * 1.05], [0, edge, width]).clamp(true)
    : scaleLinear([from, to], [0, width]).clamp(true);
  const losses = points.flatMap(({ sqnrDb }) => (sqnrDb === null ? [] : [Math.max(LEAST_DB, sqnrDb)]));
  const [least = 0, most = 50] = extent(losses);
  const top = points.some(({ sqnrDb }) => sqnrDb === null) ? ROW : 0;
  const y = scaleLinear([least, most], [height, top]).nice();
  const heightOf = (sqnrDb: number | null) => (sqnrDb === null ? ROW / 4 : y(Math.max(LEAST_DB, sqnrDb)));
  return { x, y, heightOf, edge, isBroken, from, to, top };
}

/** Sizes in one unit, and those beyond the break as far as they are apart. */
function sizeTicks(points: readonly PlanePoint[], scales: ReturnType<typeof planeScales>): [Tick[], string] {
  const { x, from, to, edge } = scales;
  const { unit, size } = byteUnit(to);
  const ticks = scaleLinear([from / size, to / size], [0, edge])
    .ticks(Math.max(2, Math.floor(edge / 80)))
    .map((tick) => ({ at: x(tick * size), label: decimal(tick) }));
  const beyond = points.filter((point) => point.beyond).map(({ bytes }) => bytes);
  for (const bytes of [...new Set(beyond)].sort((a, b) => b - a))
    if (ticks.every(({ at }) => Math.abs(at - x(bytes)) > TICK_APART))
      ticks.push({ at: x(bytes), label: decimal(Number((bytes / size).toPrecision(3))) });
  return [ticks, unit];
}

export function SizeError({
  width,
  height = 340,
  points,
  machine = null,
  onChoose,
}: {
  width: number;
  height?: number;
  points: readonly PlanePoint[];
  machine?: Machine | null;
  onChoose?: (point: PlanePoint) => void;
}): VNode {
  const tall = Math.max(LEAST_HEIGHT, height);
  const inner = {
    width: Math.max(80, width - MARGIN.left - MARGIN.right),
    height: tall - MARGIN.top - MARGIN.bottom,
  };
  const scales = planeScales(points, inner.width, inner.height);
  const inOrder = [...points].sort(order);
  const words = texts().charts.sizeError;
  const drawn = inOrder.map<Drawn>((point) => ({
    point,
    name: point.tag === null ? point.name : words.tagged(point.name, point.tag),
    short: point.name,
    x: scales.x(point.bytes),
    y: scales.heightOf(point.sqnrDb),
    radius: point.kind === 'chosen' ? 7 : point.tag !== null ? 6 : point.kind === 'best' ? 2 : 4,
    wanted: point.kind === 'chosen' || point.tag !== null,
    outOfReach: machine !== null && point.bytes > machine.bytes,
  }));
  const best = drawn.filter(({ point }) => point.kind === 'best');
  const marks = drawn.filter(({ point }) => point.kind !== 'best').sort((a, b) => rank(a) - rank(b));
  const limit = machine && limitOf(machine, scales, inner, marks);
  const names = placeNearby(
    marks,
    { left: 0, top: -2, right: inner.width + MARGIN.right, bottom: inner.height },
    limit?.label ? [limit.label.box] : [],
    [...segmentsOf(best), ...(limit ? segmentsOf([0, inner.height].map((y) => ({ x: limit.at, y }))) : [])],
  );
  const [sizes, unit] = sizeTicks(points, scales);
  const draw = line<Drawn>(
    ({ x }) => x,
    ({ y }) => y,
  );
  const at = ({ x, y }: Drawn) => ({ x: MARGIN.left + x, y: MARGIN.top + y });
  const drawnOf = (point: PlanePoint) => drawn[inOrder.indexOf(point)];
  const nearest = (px: number, py: number): PlanePoint | null => {
    const distance = (one: Drawn) => Math.hypot(at(one).x - px, at(one).y - py);
    // Where a file type and a mix are as near, the type is meant.
    const found = [...marks, ...best].reduce<Drawn | null>(
      (nearer, one) => (nearer === null || distance(one) < distance(nearer) ? one : nearer),
      null,
    );
    return found && distance(found) < REACH ? found.point : null;
  };
  return (
    <Pointing<PlanePoint>
      label={words.label}
      pick={nearest}
      step={(from, key) => {
        const index = from === null ? -1 : inOrder.indexOf(from);
        const next = stepIndex(index === -1 ? null : index, key, inOrder.length);
        return next === null ? null : (inOrder[next] ?? null);
      }}
      read={(point) => {
        const one = drawnOf(point);
        return { ...(one ? at(one) : { x: 0, y: 0 }), head: one?.name ?? point.name, lines: point.lines };
      }}
      {...(onChoose && { onChoose })}
    >
      {(current) => (
        <svg width={width} height={tall} viewBox={`0 0 ${width} ${tall}`} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            {limit && limit.at < inner.width && (
              <rect class="plane-out" x={limit.at} y={0} width={inner.width - limit.at} height={inner.height} />
            )}
            <Axes
              width={inner.width}
              height={inner.height}
              x={sizes}
              y={[
                ...scales.y
                  .ticks(Math.max(2, Math.floor(inner.height / 50)))
                  .map((tick) => ({ at: scales.y(tick), label: decimal(tick) })),
                ...(scales.top > 0 ? [{ at: ROW / 4, label: words.noError }] : []),
              ]}
              xTitle={words.x(unit)}
              yTitle={words.y}
            />
            {scales.isBroken && (
              <path class="plane-break" d={`M${scales.edge - 5},${inner.height + 5}l6,-10m4,0l-6,10`} />
            )}
            {best.length > 1 && <path class="series frontier" d={draw(best) ?? ''} />}
            {limit && (
              <g class="plane-limit">
                {limit.at < inner.width && <line x1={limit.at} x2={limit.at} y1={0} y2={inner.height} />}
                {limit.label && (
                  <text x={limit.label.x} y={limit.label.y} dy="0.32em" text-anchor={limit.label.anchor}>
                    {limit.label.text}
                  </text>
                )}
              </g>
            )}
            {[...best, ...[...marks].reverse()].map(({ point, outOfReach, x, y }) => (
              <g key={`${point.kind}${point.name}`} transform={`translate(${x},${y})`}>
                {point.tag !== null && <circle class="plane-ring" r={7} />}
                <path
                  class={`plane-point ${point.kind}${outOfReach ? ' out' : ''}`}
                  d={markerPath(
                    point.kind === 'chosen' ? 'diamond' : 'circle',
                    point.kind === 'chosen' ? 5.5 : point.kind === 'best' ? 2 : 3.5,
                  )}
                />
              </g>
            ))}
            {names.map(({ mark, text, x, y, anchor }) => (
              <text
                key={`${mark.point.kind}${mark.name}`}
                class={`plane-label ${mark.point.kind}${mark.outOfReach ? ' out' : ''}`}
                x={x}
                y={y}
                dy="0.32em"
                text-anchor={anchor}
              >
                {text}
              </text>
            ))}
            {current && drawnOf(current) && (
              <circle data-passing class="plane-halo" cx={drawnOf(current)!.x} cy={drawnOf(current)!.y} r={9} />
            )}
          </g>
        </svg>
      )}
    </Pointing>
  );
}

/** Who is named first where there is no room for all. */
const rank = ({ point: { kind, tag }, outOfReach }: Drawn) =>
  kind === 'chosen' ? 0 : tag !== null ? 1 : outOfReach ? 3 : 2;

/** The line of the machine, and its label, beside it and as high as there is room for it between the marks. */
function limitOf(
  { bytes, labels }: Machine,
  { x, from, top }: ReturnType<typeof planeScales>,
  { width, height }: { width: number; height: number },
  marks: readonly Mark[],
) {
  const at = bytes < from ? 0 : bytes > x.domain().at(-1)! ? width : x(bytes);
  const blocks = marks.map(blockOf);
  const places = labels.flatMap((text) =>
    Array.from({ length: Math.floor((height - top) / 8) - 1 }, (_, row) => top + 8 * (row + 1)).flatMap((y) =>
      (['end', 'start'] as const).map((anchor) => {
        const left = anchor === 'end' ? at - 6 : at + 6;
        return { text, x: left, y, anchor, box: boxOf(text, left, y, anchor) };
      }),
    ),
  );
  const label = places.find(
    ({ box }) => box.left >= 0 && box.right <= width && !blocks.some((block) => overlap(box, block)),
  );
  return { at, label: label ?? null };
}
