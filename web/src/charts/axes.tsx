/** Axes: ticks with faint rules, the units in words. */
import type { VNode } from 'preact';

export interface Margin {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export interface Tick {
  at: number; // pixels from the plot's left or top
  label: string;
}

/** Both axes of a plot of `width` × `height` pixels inside the margins. */
export function Axes({
  width,
  height,
  x,
  y,
  xTitle,
  yTitle,
}: {
  width: number;
  height: number;
  x: readonly Tick[];
  y: readonly Tick[];
  xTitle: string;
  yTitle: string;
}): VNode {
  return (
    <g class="axes">
      {y.map(({ at, label }) => (
        <g key={`y${label}`} transform={`translate(0,${at})`}>
          <line class="rule" x1={0} x2={width} />
          <text class="tick" x={-8} dy="0.32em" text-anchor="end">
            {label}
          </text>
        </g>
      ))}
      <line class="axis" x1={0} x2={width} y1={height} y2={height} />
      {x.map(({ at, label }) => (
        <g key={`x${label}`} transform={`translate(${at},${height})`}>
          <line class="axis" y2={4} />
          <text class="tick" y={18} text-anchor="middle">
            {label}
          </text>
        </g>
      ))}
      <text class="axis-title" x={width} y={height + 34} text-anchor="end">
        {xTitle}
      </text>
      <text class="axis-title" x={0} y={-12} text-anchor="start">
        {yTitle}
      </text>
    </g>
  );
}

/** Whole-number ticks for layers: few enough to fit, the first and the last always among them. */
export function layerTicks(first: number, last: number, width: number): number[] {
  const fitting = Math.max(2, Math.floor(width / 34));
  const step = [1, 2, 4, 5, 8, 10, 20, 50, 100].find((size) => (last - first) / size < fitting) ?? 200;
  const ticks: number[] = [];
  for (let layer = first; layer < last; layer += step) ticks.push(layer);
  if (ticks.length > 1 && last - (ticks[ticks.length - 1] ?? 0) < step / 2) ticks.pop();
  return [...ticks, last];
}
