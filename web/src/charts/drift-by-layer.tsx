/** How far two models' residual streams are apart, layer by layer. */
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import { texts } from '../text/texts';
import { decimal, percent } from '../text/units';
import { Axes, layerTicks, type Margin } from './axes';
import { type ArrowKey, Pointing } from './pointing';
import { inUnit, type TableColumn, titled } from './table';

const MARGIN: Margin = { top: 32, right: 16, bottom: 46, left: 52 };
const HEIGHT = 260;

/** What the chart shows, as a column. */
export function driftColumn(): TableColumn {
  const { title, unit } = texts().charts.drift;
  return { title, unit };
}

interface Point {
  layer: number;
  apart: number;
}

/** `streams`: after each layer, the share of the first stream's length. */
export function DriftByLayer({ width, streams }: { width: number; streams: readonly number[] }): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const points = streams.map((apart, layer): Point => ({ layer, apart }));
  const last = Math.max(1, points.length - 1);
  const x = scaleLinear([0, last], [8, plotWidth - 8]);
  const y = scaleLinear([0, max(streams) || 1], [plotHeight, 0]).nice(5);
  const words = texts().charts.drift;
  const drift = driftColumn();
  const path = line<Point>(
    ({ layer }) => x(layer),
    ({ apart }) => y(apart),
  );
  const step = (from: Point | null, key: ArrowKey): Point | null => {
    if (!from || key === 'Home') return points[0] ?? null;
    if (key === 'End') return points.at(-1) ?? null;
    return points[from.layer + (key === 'ArrowRight' || key === 'ArrowUp' ? 1 : -1)] ?? from;
  };
  const nearest = (px: number): Point | null => points[Math.round(x.invert(px - MARGIN.left))] ?? null;
  return (
    <Pointing
      label={words.label(titled(drift))}
      pick={nearest}
      step={step}
      read={({ layer, apart }) => ({
        x: x(layer) + MARGIN.left,
        y: y(apart) + MARGIN.top,
        head: words.after(layer),
        lines: [words.apart(percent(apart, 2))],
      })}
    >
      {(current) => (
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            <Axes
              width={plotWidth}
              height={plotHeight}
              x={layerTicks(0, last, plotWidth).map((layer) => ({ at: x(layer), label: String(layer) }))}
              y={y
                .ticks(5)
                .map((value) => ({ at: y(value), label: decimal(Number(inUnit(value, drift.unit).toFixed(3))) }))}
              xTitle={words.x}
              yTitle={titled(drift)}
            />
            <path class="series" d={path(points) ?? ''} stroke="var(--accent)" />
            {points.map(({ layer, apart }) => (
              <circle key={layer} cx={x(layer)} cy={y(apart)} r={points.length > 60 ? 1.5 : 3} fill="var(--accent)" />
            ))}
            {current && (
              <circle
                data-passing
                class="halo"
                cx={x(current.layer)}
                cy={y(current.apart)}
                r={8}
                stroke="var(--accent)"
              />
            )}
          </g>
        </svg>
      )}
    </Pointing>
  );
}
