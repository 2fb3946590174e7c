/** Bars over categories, one or two for each: horizontal, so that names have room. */
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { Pointing, stepIndex } from './pointing';

const ROW = 26;
const LEFT = 96;
const RIGHT = 32;
const TOP = 6;
const BOTTOM = 46;

export interface BarRow {
  label: string;
  color: string;
  /** The bar; and a paler one behind it, for what was before. */
  value: number;
  before?: number;
  lines: string[];
}

export function Bars({
  width,
  rows,
  label,
  title,
  tick,
  chosen = null,
  onChoose,
}: {
  width: number;
  rows: readonly BarRow[];
  label: string;
  title: string;
  tick: (value: number) => string;
  /** The bar that is looked at, by its place; null: all. */
  chosen?: number | null;
  onChoose?: (index: number) => void;
}): VNode {
  const plotWidth = Math.max(80, width - LEFT - RIGHT);
  const height = TOP + rows.length * ROW + BOTTOM;
  const x = scaleLinear([0, max(rows, (row) => Math.max(row.value, row.before ?? 0)) || 1], [0, plotWidth]).nice(4);
  return (
    <Pointing<number>
      label={label}
      pick={(_, py) => {
        const index = Math.floor((py - TOP) / ROW);
        return index >= 0 && index < rows.length ? index : null;
      }}
      step={(from, key) => stepIndex(from, key, rows.length)}
      {...(onChoose && { onChoose })}
      read={(index) => {
        const row = rows[index];
        return {
          x: LEFT + x(row?.value ?? 0),
          y: TOP + (index + 0.5) * ROW,
          head: row?.label ?? '',
          lines: row?.lines ?? [],
        };
      }}
    >
      {(current) => (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <g transform={`translate(${LEFT},${TOP})`}>
            <g class="axes">
              {x.ticks(Math.max(2, Math.min(6, Math.floor(plotWidth / 80)))).map((value) => (
                <g key={value} transform={`translate(${x(value)},0)`}>
                  <line class="rule" y2={rows.length * ROW} />
                  <text class="tick" y={rows.length * ROW + 18} text-anchor="middle">
                    {tick(value)}
                  </text>
                </g>
              ))}
              <text class="axis-title" x={plotWidth} y={rows.length * ROW + 38} text-anchor="end">
                {title}
              </text>
            </g>
            {rows.map((row, index) => (
              <g key={row.label} opacity={(current ?? chosen ?? index) === index ? 1 : 0.5}>
                <text class="tick" x={-8} y={(index + 0.5) * ROW} dy="0.32em" text-anchor="end">
                  {row.label}
                </text>
                {row.before !== undefined && (
                  <rect
                    x={0}
                    y={index * ROW + 4}
                    width={x(row.before)}
                    height={ROW - 8}
                    fill={row.color}
                    fill-opacity={0.28}
                  />
                )}
                <rect
                  x={0}
                  y={index * ROW + (row.before === undefined ? 4 : 8)}
                  width={Math.max(0.5, x(row.value))}
                  height={ROW - (row.before === undefined ? 8 : 16)}
                  fill={row.color}
                />
              </g>
            ))}
            <line class="axis" y2={rows.length * ROW} />
          </g>
        </svg>
      )}
    </Pointing>
  );
}
