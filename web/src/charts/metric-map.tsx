/** H of a few columns: how large their inputs are, and which go together. A number in each cell, and its colour. */
import type { VNode } from 'preact';
import { texts } from '../text/texts';
import { fixed, spelled } from '../text/units';
import { type ArrowKey, Pointing } from './pointing';

/** Classes of colour: the middle of the ramp, on which no ink reads well, is left out. */
const CLASSES = 8;
const LEFT = 30;
const TOP = 22;
const MOST_CELL = 52;

interface Cell {
  row: number;
  column: number;
  value: number;
}

/** Two digits, in as little room as there is. */
function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1000 || size < 0.01 ? value.toExponential(0).replace('e+', 'e') : value.toPrecision(2);
  // Where a comma is the decimal sign, its zero is never left out.
  return spelled(text).replace(/^(−?)0\./, '$1.');
}

/** `values`: columns × columns. `first`: the number of the first column. `marked`: the column that is at work. */
export function MetricMap({
  width,
  values,
  columns,
  first,
  marked,
}: {
  width: number;
  values: readonly number[];
  columns: number;
  first: number;
  marked: number | null;
}): VNode {
  const size = Math.min(MOST_CELL, Math.floor((width - LEFT) / columns));
  const height = TOP + size * columns + 2;
  const most = Math.max(...values.map(Math.abs)) || 1;
  const cells = values.map((value, at): Cell => ({ row: Math.floor(at / columns), column: at % columns, value }));
  const step = (from: Cell | null, key: ArrowKey): Cell | null => {
    if (!from || key === 'Home') return cells[0] ?? null;
    if (key === 'End') return cells.at(-1) ?? null;
    const row = from.row + (key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0);
    const column = from.column + (key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0);
    return cells.find((cell) => cell.row === row && cell.column === column) ?? from;
  };
  const at = (x: number, y: number) => {
    const [column, row] = [Math.floor((x - LEFT) / size), Math.floor((y - TOP) / size)];
    return cells.find((cell) => cell.row === row && cell.column === column) ?? null;
  };
  const words = texts().charts.metricMap;
  return (
    <Pointing<Cell>
      label={words.label}
      pick={at}
      step={step}
      read={({ row, column, value }) => ({
        x: LEFT + (column + 0.5) * size,
        y: TOP + (row + 0.5) * size,
        head: row === column ? words.column(first + row) : words.columns(first + row, first + column),
        lines: [
          (row === column ? words.square : words.product)(spelled(value.toPrecision(4))),
          ...(row === column ? [] : [words.correlation(fixed(correlation(values, columns, row, column), 2))]),
        ],
      })}
    >
      {(current) => (
        <svg class="metric-map" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          {Array.from({ length: columns }, (_, column) => (
            <g key={column} class={column === marked ? 'at-work' : ''}>
              <text class="tick" x={LEFT + (column + 0.5) * size} y={TOP - 7} text-anchor="middle">
                {first + column}
              </text>
              <text class="tick" x={LEFT - 7} y={TOP + (column + 0.5) * size} dy="0.32em" text-anchor="end">
                {first + column}
              </text>
            </g>
          ))}
          {cells.map(({ row, column, value }) => {
            const shade = Math.min(CLASSES - 1, Math.floor((Math.abs(value) / most) * CLASSES));
            return (
              <g key={`${row} ${column}`} transform={`translate(${LEFT + column * size},${TOP + row * size})`}>
                <rect class={`metric-cell shade-${shade}`} width={size - 1} height={size - 1} rx={2} />
                <text class={`metric-value shade-${shade}`} x={size / 2} y={size / 2} dy="0.32em" text-anchor="middle">
                  {short(value)}
                </text>
              </g>
            );
          })}
          {marked !== null && (
            <rect
              class="metric-row"
              x={LEFT - 1}
              y={TOP + marked * size - 1}
              width={size * columns + 1}
              height={size + 1}
              rx={3}
            />
          )}
          {current && (
            <rect
              data-passing
              class="cell-halo"
              x={LEFT + current.column * size - 1}
              y={TOP + current.row * size - 1}
              width={size + 1}
              height={size + 1}
              rx={3}
            />
          )}
        </svg>
      )}
    </Pointing>
  );
}

/** Of two columns' inputs, about zero. */
function correlation(values: readonly number[], columns: number, row: number, column: number): number {
  const own = (one: number) => values[one * columns + one]!;
  return values[row * columns + column]! / Math.sqrt(own(row) * own(column) || 1);
}
