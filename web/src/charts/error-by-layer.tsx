/** Error over layers, one line per role; tensors without a layer stand at the right edge. */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import type { Role } from '../core/types';
import { Axes, layerTicks, type Margin } from './axes';
import type { LoosePoint, RoleSeries } from './error-series';
import { type ArrowKey, Pointing } from './pointing';
import { markerPath, ROLE_STYLES } from './roles';

const MARGIN: Margin = { top: 32, right: 16, bottom: 46, left: 52 };
const HEIGHT = 320;
const LOOSE_WIDTH = 88;

interface Mark {
  role: Role;
  x: number;
  y: number;
  layer: number | null;
  value: number;
  names: string[];
  type: string;
}

/** Values on the vertical axis, with their unit. */
export interface ValueFormat {
  title: string;
  tick: (value: number) => string;
  value: (value: number) => string;
}

export function ErrorByLayer({ width, series, loose, values }: { width: number; series: RoleSeries[]; loose: LoosePoint[]; values: ValueFormat }): VNode {
  const aside = loose.length > 0 ? LOOSE_WIDTH : 0;
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right - aside);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const points = series.flatMap((one) => one.points);
  const [first = 0, last = 0] = extent(points, (point) => point.layer) as [number, number] | [undefined, undefined];
  const [low = 0, high = 1] = extent([...points, ...loose], (point) => point.value) as [number, number] | [undefined, undefined];
  const padding = (high - low || Math.abs(high) || 1) * 0.08;
  const x = scaleLinear([first, last === first ? first + 1 : last], [8, plotWidth - 8]);
  const y = scaleLinear([Math.max(0, low - padding), high + padding], [plotHeight, 0]).nice(5);
  const path = line<{ layer: number; value: number }>((point) => x(point.layer), (point) => y(point.value));
  const marks: Mark[] = [
    ...series.flatMap((one) => one.points.map((point) => ({ ...point, role: one.role, x: x(point.layer), y: y(point.value) }))),
    ...loose.map((point, index) => ({ ...point, layer: null, x: plotWidth + (aside * (index + 1)) / (loose.length + 1) + 8, y: y(point.value) })),
  ];
  // Keyboard: left and right follow a line, up and down go to the neighbouring value in the same layer.
  const step = (from: Mark | null, key: ArrowKey): Mark | null => {
    if (!from || key === 'Home') return marks[0] ?? null;
    if (key === 'End') return marks[marks.length - 1] ?? null;
    const along = key === 'ArrowLeft' || key === 'ArrowRight';
    const line = marks
      .filter((mark) => (along ? mark.role === from.role || mark.layer === null : mark.x === from.x))
      .sort((a, b) => (along ? a.x - b.x : b.value - a.value));
    const at = line.findIndex((mark) => mark.role === from.role && mark.layer === from.layer);
    return line[at + (key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1)] ?? from;
  };
  const nearest = (px: number, py: number): Mark | null => {
    let best: Mark | null = null;
    let bestDistance = 60 ** 2;
    for (const mark of marks) {
      const distance = (mark.x + MARGIN.left - px) ** 2 + (mark.y + MARGIN.top - py) ** 2;
      if (distance < bestDistance) [best, bestDistance] = [mark, distance];
    }
    return best;
  };
  return (
    <Pointing
      label={`${values.title} by layer`}
      pick={nearest}
      step={step}
      read={(mark) => ({
        x: mark.x + MARGIN.left,
        y: mark.y + MARGIN.top,
        head: mark.layer === null ? ROLE_STYLES[mark.role].label : `${ROLE_STYLES[mark.role].label}, layer ${mark.layer}`,
        lines: [values.value(mark.value), mark.type, mark.names.length === 1 ? (mark.names[0] ?? '') : `${mark.names.length} tensors`],
      })}
    >
      {(current) => (
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            <Axes
              width={plotWidth}
              height={plotHeight}
              x={layerTicks(first, last, plotWidth).map((layer) => ({ at: x(layer), label: String(layer) }))}
              y={y.ticks(5).map((value) => ({ at: y(value), label: values.tick(value) }))}
              xTitle="layer"
              yTitle={values.title}
            />
            {aside > 0 && <line class="axis" x1={plotWidth + 12} x2={plotWidth + aside + 8} y1={plotHeight} y2={plotHeight} />}
            {aside > 0 && <text class="tick" x={plotWidth + aside / 2 + 10} y={plotHeight + 18} text-anchor="middle">no layer</text>}
            {series.map(({ role, points: run }) => {
              const faded = current !== null && current.role !== role;
              const style = ROLE_STYLES[role];
              return (
                <g key={role} opacity={faded ? 0.25 : 1}>
                  <path class="series" d={path(run) ?? ''} stroke={style.color} stroke-dasharray={style.dash} />
                  {run.map((point) => (
                    <path key={point.layer} d={markerPath(style.marker, run.length > 60 ? 2 : 3.5)} fill={style.color} transform={`translate(${x(point.layer)},${y(point.value)})`} />
                  ))}
                </g>
              );
            })}
            {marks.filter((mark) => mark.layer === null).map((mark) => (
              <path key={mark.names[0]} d={markerPath(ROLE_STYLES[mark.role].marker, 4.5)} fill={ROLE_STYLES[mark.role].color} transform={`translate(${mark.x},${mark.y})`} />
            ))}
            {current && <circle data-passing class="halo" cx={current.x} cy={current.y} r={8} stroke={ROLE_STYLES[current.role].color} />}
          </g>
        </svg>
      )}
    </Pointing>
  );
}

/** The roles in a chart, each with its line and marker. */
export function RoleLegend({ roles }: { roles: readonly Role[] }): VNode {
  return (
    <ul class="legend">
      {roles.map((role) => {
        const style = ROLE_STYLES[role];
        return (
          <li key={role} title={style.meaning}>
            <svg width="30" height="12" viewBox="-15 -6 30 12" aria-hidden="true">
              <path class="series" d="M-14,0H14" stroke={style.color} stroke-dasharray={style.dash} />
              <path d={markerPath(style.marker, 3.5)} fill={style.color} />
            </svg>
            <span>{style.label}</span>
          </li>
        );
      })}
    </ul>
  );
}
