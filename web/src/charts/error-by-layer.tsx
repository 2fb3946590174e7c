/** Error over layers, one line per role. */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import type { Role } from '../core/types';
import { texts } from '../text/texts';
import { decimal } from '../text/units';
import { Axes, layerTicks, type Margin } from './axes';
import type { LoosePoint, RoleSeries } from './error-series';
import { type ArrowKey, Pointing } from './pointing';
import { markerPath, ROLE_STYLES } from './roles';
import { inUnit, type TableColumn, titled } from './table';

const MARGIN: Margin = { top: 32, right: 16, bottom: 46, left: 52 };
const HEIGHT = 320;

interface Mark {
  role: Role;
  x: number;
  y: number;
  layer: number;
  value: number;
  names: string[];
  type: string;
}

/**
 * Values on the vertical axis: what they are, in which unit the axis and the table give them, and how they are read
 * out.
 */
export interface ValueFormat extends TableColumn {
  value: (value: number) => string;
}

interface Chosen {
  layer: number | null;
  role: Role | null;
}

export function ErrorByLayer({
  width,
  series,
  values,
  chosen,
  onChoose,
}: {
  width: number;
  series: RoleSeries[];
  values: ValueFormat;
  /** The layer and the role that are looked at; null: all of them. */
  chosen?: Chosen;
  onChoose?: (mark: { role: Role; layer: number }) => void;
}): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const points = series.flatMap((one) => one.points);
  const [first = 0, last = 0] = extent(points, (point) => point.layer) as [number, number] | [undefined, undefined];
  const [low = 0, high = 1] = extent(points, (point) => point.value) as [number, number] | [undefined, undefined];
  const padding = (high - low || Math.abs(high) || 1) * 0.08;
  const x = scaleLinear([first, last === first ? first + 1 : last], [8, plotWidth - 8]);
  const y = scaleLinear([Math.max(0, low - padding), high + padding], [plotHeight, 0]).nice(5);
  const path = line<{ layer: number; value: number }>(
    (point) => x(point.layer),
    (point) => y(point.value),
  );
  const marks: Mark[] = series.flatMap((one) =>
    one.points.map((point) => ({ ...point, role: one.role, x: x(point.layer), y: y(point.value) })),
  );
  const layer = chosen?.layer ?? null;
  const half = Math.min(16, (x(first + 1) - x(first)) / 2);
  // Keyboard: left and right follow a line, up and down go to the neighbouring value in the same layer.
  const step = (from: Mark | null, key: ArrowKey): Mark | null => {
    if (!from || key === 'Home') return marks[0] ?? null;
    if (key === 'End') return marks[marks.length - 1] ?? null;
    const along = key === 'ArrowLeft' || key === 'ArrowRight';
    const line = marks
      .filter((mark) => (along ? mark.role === from.role : mark.layer === from.layer))
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
  const words = texts().charts;
  return (
    <Pointing
      label={words.errorByLayer.label(titled(values))}
      pick={nearest}
      step={step}
      {...(onChoose && { onChoose })}
      read={(mark) => ({
        x: mark.x + MARGIN.left,
        y: mark.y + MARGIN.top,
        head: words.roleInLayer(ROLE_STYLES[mark.role].label, mark.layer),
        lines: [
          values.value(mark.value),
          mark.type,
          mark.names.length === 1 ? (mark.names[0] ?? '') : words.errorByLayer.tensors(mark.names.length),
        ],
      })}
    >
      {(current) => {
        const looked = current?.role ?? chosen?.role ?? null;
        return (
          <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
            <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
              <Axes
                width={plotWidth}
                height={plotHeight}
                x={layerTicks(first, last, plotWidth).map((layer) => ({ at: x(layer), label: String(layer) }))}
                y={y
                  .ticks(5)
                  .map((value) => ({ at: y(value), label: decimal(Number(inUnit(value, values.unit).toFixed(3))) }))}
                xTitle={words.layer}
                yTitle={titled(values)}
              />
              {layer !== null && layer >= first && layer <= last && (
                <rect class="chosen-layer" x={x(layer) - half} width={2 * half} height={plotHeight} />
              )}
              {series.map(({ role, points: run }) => {
                const faded = looked !== null && looked !== role;
                const style = ROLE_STYLES[role];
                return (
                  <g key={role} opacity={faded ? 0.25 : 1}>
                    <path class="series" d={path(run) ?? ''} stroke={style.color} stroke-dasharray={style.dash} />
                    {run.map((point) => (
                      <path
                        key={point.layer}
                        d={markerPath(style.marker, run.length > 60 ? 2 : 3.5)}
                        fill={style.color}
                        transform={`translate(${x(point.layer)},${y(point.value)})`}
                      />
                    ))}
                  </g>
                );
              })}
              {marks
                .filter((mark) => layer !== null && mark.layer === layer && (chosen?.role ?? mark.role) === mark.role)
                .map((mark) => (
                  <circle
                    key={mark.role}
                    class="halo"
                    cx={mark.x}
                    cy={mark.y}
                    r={6}
                    stroke={ROLE_STYLES[mark.role].color}
                  />
                ))}
              {current && (
                <circle
                  data-passing
                  class="halo"
                  cx={current.x}
                  cy={current.y}
                  r={8}
                  stroke={ROLE_STYLES[current.role].color}
                />
              )}
            </g>
          </svg>
        );
      }}
    </Pointing>
  );
}

/**
 * The roles in a chart, each with its line and marker; then the figures that have no layer, in words. With `onRole`
 * each is a button.
 */
export function RoleLegend({
  roles,
  loose,
  values,
  chosen = null,
  onRole,
}: {
  roles: readonly Role[];
  loose: readonly LoosePoint[];
  values: ValueFormat;
  chosen?: Role | null;
  onRole?: (role: Role) => void;
}): VNode {
  const words = texts().charts.errorByLayer;
  return (
    <div class="legends">
      <ul class="legend">
        {roles.map((role) => {
          const style = ROLE_STYLES[role];
          const entry = (
            <>
              <svg width="30" height="12" viewBox="-15 -6 30 12" aria-hidden="true">
                <path class="series" d="M-14,0H14" stroke={style.color} stroke-dasharray={style.dash} />
                <path d={markerPath(style.marker, 3.5)} fill={style.color} />
              </svg>
              <span>{style.label}</span>
            </>
          );
          return (
            <li key={role} title={style.meaning}>
              {onRole ? (
                <button type="button" class="role-choice" aria-pressed={role === chosen} onClick={() => onRole(role)}>
                  {entry}
                </button>
              ) : (
                entry
              )}
            </li>
          );
        })}
      </ul>
      {loose.length > 0 && (
        <p class="small quiet">
          {words.without(
            loose
              .map(({ role, type, value }) => words.loose(ROLE_STYLES[role].label, type, values.value(value)))
              .join('; '),
          )}
        </p>
      )}
    </div>
  );
}
