/**
 * The size/error plane: what each file type weighs and costs, the best mixes for every size, and the one that is
 * chosen.
 */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import { Axes, type Margin } from './axes';
import { Pointing, stepIndex } from './pointing';
import { markerPath } from './roles';

const MARGIN: Margin = { top: 32, right: 20, bottom: 46, left: 52 };
const HEIGHT = 340;
/** Labels of points closer than this would lie on each other. */
const LABEL_APART = 15;

export interface PlanePoint {
  name: string;
  kind: 'type' | 'best' | 'chosen';
  bitsPerWeight: number;
  sqnrDb: number;
  lines: string[];
}

interface Label {
  point: PlanePoint;
  x: number;
  y: number;
}

/** Names for as many points as fit without lying on each other, the chosen one first. */
export function placedLabels(
  points: readonly PlanePoint[],
  x: (point: PlanePoint) => number,
  y: (point: PlanePoint) => number,
): Label[] {
  const labels: Label[] = [];
  const width = (name: string) => 7 * name.length + 6;
  for (const point of [...points].sort((a, b) => Number(b.kind === 'chosen') - Number(a.kind === 'chosen'))) {
    if (point.kind === 'best') continue;
    const at = { point, x: x(point) + 8, y: y(point) + (point.kind === 'chosen' ? -10 : 10) };
    const free = labels.every(
      (other) =>
        Math.abs(other.y - at.y) > LABEL_APART ||
        at.x > other.x + width(other.point.name) ||
        at.x + width(point.name) < other.x,
    );
    if (free) labels.push(at);
  }
  return labels;
}

export function SizeError({
  width,
  points,
  onChoose,
}: {
  width: number;
  points: readonly PlanePoint[];
  onChoose?: (point: PlanePoint) => void;
}): VNode {
  const inner = {
    width: Math.max(80, width - MARGIN.left - MARGIN.right),
    height: HEIGHT - MARGIN.top - MARGIN.bottom,
  };
  const [lowX = 0, highX = 1] = extent(points, (point) => point.bitsPerWeight);
  const [lowY = 0, highY = 1] = extent(points, (point) => point.sqnrDb);
  const xScale = scaleLinear([lowX, highX], [0, inner.width]).nice();
  const yScale = scaleLinear([lowY, highY], [inner.height, 0]).nice();
  const x = (point: PlanePoint) => xScale(point.bitsPerWeight);
  const y = (point: PlanePoint) => yScale(point.sqnrDb);
  const order = [...points].sort((a, b) => a.bitsPerWeight - b.bitsPerWeight || a.sqnrDb - b.sqnrDb);
  const best = order.filter((point) => point.kind === 'best');
  const draw = line<PlanePoint>(x, y);
  const nearest = (px: number, py: number): PlanePoint | null => {
    const distance = (point: PlanePoint) => Math.hypot(MARGIN.left + x(point) - px, MARGIN.top + y(point) - py);
    const found = order.reduce<PlanePoint | null>(
      (nearer, point) => (nearer === null || distance(point) < distance(nearer) ? point : nearer),
      null,
    );
    return found && distance(found) < 40 ? found : null;
  };
  return (
    <Pointing<PlanePoint>
      label="Size and error of file types and of the best mixes"
      pick={nearest}
      step={(from, key) => {
        const next = stepIndex(from === null ? null : order.indexOf(from), key, order.length);
        return next === null ? null : (order[next] ?? null);
      }}
      read={(point) => ({ x: MARGIN.left + x(point), y: MARGIN.top + y(point), head: point.name, lines: point.lines })}
      {...(onChoose && { onChoose })}
    >
      {(current) => (
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            <Axes
              width={inner.width}
              height={inner.height}
              x={xScale
                .ticks(Math.max(2, Math.floor(inner.width / 70)))
                .map((tick) => ({ at: xScale(tick), label: String(tick) }))}
              y={yScale.ticks(6).map((tick) => ({ at: yScale(tick), label: String(tick) }))}
              xTitle="size, bits per weight"
              yTitle="signal to noise, dB (more is better)"
            />
            {best.length > 1 && <path class="series frontier" d={draw(best) ?? ''} />}
            {order.map((point) => (
              <path
                key={`${point.kind}${point.name}`}
                class={`plane-point ${point.kind}`}
                transform={`translate(${x(point)},${y(point)})`}
                d={markerPath(
                  point.kind === 'chosen' ? 'diamond' : 'circle',
                  point.kind === 'chosen' ? 6 : point.kind === 'best' ? 2 : 3.5,
                )}
              />
            ))}
            {placedLabels(order, x, y).map((label) => (
              <text
                key={label.point.name}
                class={`plane-label ${label.point.kind}`}
                x={label.x}
                y={label.y}
                dy="0.32em"
                text-anchor={label.x + 60 > inner.width ? 'end' : 'start'}
                dx={label.x + 60 > inner.width ? -16 : 0}
              >
                {label.point.name}
              </text>
            ))}
            {current && <circle data-passing class="plane-halo" cx={x(current)} cy={y(current)} r={9} />}
          </g>
        </svg>
      )}
    </Pointing>
  );
}
