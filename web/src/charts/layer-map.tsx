/** Layer × role map of the error: one cell per tensor (or group of experts), empty until its tensor is finished. */
import { extent } from 'd3-array';
import { scaleQuantize } from 'd3-scale';
import type { VNode } from 'preact';
import type { Role } from '../core/types';
import { texts } from '../text/texts';
import { layerTicks } from './axes';
import { type ArrowKey, Pointing } from './pointing';
import { ROLE_STYLES } from './roles';

const STEPS = 9;
const LABEL_WIDTH = 84;
const TOP = 4;
const BOTTOM = 40;
const ROW = 22;

export interface Cell {
  role: Role;
  layer: number;
  value: number | null; // null: not finished
  lines: string[];
}

export const rampColor = (step: number): string => `var(--ramp-${step})`;

/** `cells` in any order; every layer from 0 to the last has a column. */
export function LayerMap({
  width,
  cells,
  roles,
  layers,
  value,
  title,
  onChoose,
  chosen,
}: {
  width: number;
  cells: readonly Cell[];
  roles: readonly Role[];
  layers: number;
  value: (value: number) => string;
  title: string;
  onChoose?: (cell: Cell) => void;
  /** Marked until another is chosen. */
  chosen?: { role: Role; layer: number } | null;
}): VNode {
  const column = Math.min(44, (width - LABEL_WIDTH) / Math.max(1, layers));
  const [low = 0, high = 1] = extent(cells.flatMap((cell) => (cell.value === null ? [] : [cell.value]))) as
    [number, number] | [undefined, undefined];
  const step = scaleQuantize(
    [low, high === low ? low + Math.max(1e-9, Math.abs(low)) : high],
    Array.from({ length: STEPS }, (_, index) => index),
  );
  const height = TOP + roles.length * ROW + BOTTOM;
  const gap = column > 8 ? 1 : 0;
  const left = (cell: Cell) => LABEL_WIDTH + cell.layer * column;
  const top = (cell: Cell) => TOP + roles.indexOf(cell.role) * ROW;
  const move = (from: Cell | null, key: ArrowKey): Cell | null => {
    if (!from || key === 'Home') return cells[0] ?? null;
    if (key === 'End') return cells[cells.length - 1] ?? null;
    const role = roles.indexOf(from.role) + (key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0);
    const layer = from.layer + (key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0);
    return cells.find((cell) => cell.layer === layer && roles.indexOf(cell.role) === role) ?? from;
  };
  const words = texts().charts;
  return (
    <Pointing<Cell>
      label={title}
      pick={(x, y) =>
        cells.find((cell) => x >= left(cell) && x < left(cell) + column && y >= top(cell) && y < top(cell) + ROW) ??
        null
      }
      step={move}
      {...(onChoose && { onChoose })}
      read={(cell) => ({
        x: left(cell) + column / 2,
        y: top(cell) + ROW / 2,
        head: words.roleInLayer(ROLE_STYLES[cell.role].label, cell.layer),
        lines: [cell.value === null ? words.layerMap.notFinished : value(cell.value), ...cell.lines],
      })}
    >
      {(current) => (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          {roles.map((role, index) => (
            <text
              key={role}
              class="tick"
              x={LABEL_WIDTH - 10}
              y={TOP + index * ROW + ROW / 2}
              dy="0.32em"
              text-anchor="end"
            >
              {ROLE_STYLES[role].label}
            </text>
          ))}
          {cells.map((cell) => (
            <rect
              key={`${cell.role}${cell.layer}`}
              class={cell.value === null ? 'cell pending' : 'cell'}
              x={left(cell)}
              y={top(cell)}
              width={Math.max(1, column - gap)}
              height={ROW - 1}
              rx={column > 10 ? 2 : 0}
              fill={cell.value === null ? undefined : rampColor(step(cell.value))}
            />
          ))}
          {chosen && roles.includes(chosen.role) && (
            <rect
              class="cell-halo"
              x={LABEL_WIDTH + chosen.layer * column - 1}
              y={TOP + roles.indexOf(chosen.role) * ROW - 1}
              width={column + 1}
              height={ROW + 1}
              rx={2}
            />
          )}
          {current && (
            <rect
              data-passing
              class="cell-halo"
              x={left(current) - 1}
              y={top(current) - 1}
              width={column + 1}
              height={ROW + 1}
              rx={2}
            />
          )}
          {layerTicks(0, Math.max(0, layers - 1), column * layers).map((layer) => (
            <text
              key={layer}
              class="tick"
              x={LABEL_WIDTH + (layer + 0.5) * column}
              y={TOP + roles.length * ROW + 16}
              text-anchor="middle"
            >
              {layer}
            </text>
          ))}
          <text class="axis-title" x={LABEL_WIDTH + column * layers} y={height - 4} text-anchor="end">
            {words.layer}
          </text>
        </svg>
      )}
    </Pointing>
  );
}

/** The ramp with the values at its ends. */
export function RampLegend({ low, high, meaning }: { low: string; high: string; meaning: string }): VNode {
  return (
    <div class="ramp-legend">
      <span>{low}</span>
      <svg width="162" height="10" viewBox="0 0 162 10" preserveAspectRatio="none" aria-hidden="true">
        {Array.from({ length: STEPS }, (_, index) => (
          <rect key={index} x={index * 18} width={18} height={10} fill={rampColor(index)} />
        ))}
      </svg>
      <span>{high}</span>
      <span class="quiet">{meaning}</span>
    </div>
  );
}
