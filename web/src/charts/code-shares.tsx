/** How often each code is used: one bar a code, and a line where all would be used alike. */
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { texts } from '../text/texts';
import { decimal, integer, percent } from '../text/units';
import { Axes, type Margin } from './axes';
import { Pointing, stepIndex } from './pointing';

const MARGIN: Margin = { top: 32, right: 16, bottom: 46, left: 52 };
const HEIGHT = 260;

export function CodeShares({
  width,
  counts,
  beside,
}: {
  width: number;
  counts: readonly number[];
  /** Counts of the same codes elsewhere, drawn as an outline. */
  beside?: readonly number[];
}): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const total = totalOf(counts);
  const shares = beside?.map((count) => count / totalOf(beside)) ?? [];
  const step = plotWidth / counts.length;
  const even = 1 / counts.length;
  const y = scaleLinear([0, Math.max(even, (max(counts) ?? 0) / total, max(shares) ?? 0)], [plotHeight, 0]).nice(4);
  const labelled = counts
    .map((_, code) => code)
    .filter((code) => code % Math.max(1, Math.ceil(counts.length / (plotWidth / 34))) === 0);
  const words = texts().charts.codeShares;
  return (
    <Pointing<number>
      label={words.label}
      pick={(px) => {
        const code = Math.floor((px - MARGIN.left) / step);
        return code >= 0 && code < counts.length ? code : null;
      }}
      step={(from, key) => stepIndex(from, key, counts.length)}
      read={(code) => ({
        x: MARGIN.left + (code + 0.5) * step,
        y: MARGIN.top + y((counts[code] ?? 0) / total),
        head: words.code(code),
        lines: [
          words.weights(integer(counts[code] ?? 0)),
          percent((counts[code] ?? 0) / total, 2),
          ...(beside ? [words.second(integer(beside[code] ?? 0), percent(shares[code] ?? 0, 2))] : []),
        ],
      })}
    >
      {(current) => (
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            <Axes
              width={plotWidth}
              height={plotHeight}
              x={labelled.map((code) => ({ at: (code + 0.5) * step, label: String(code) }))}
              y={y.ticks(4).map((share) => ({ at: y(share), label: decimal(Number((share * 100).toFixed(3))) }))}
              xTitle={words.x}
              yTitle={words.y}
            />
            {counts.map((count, code) => (
              <rect
                key={code}
                class={code === current ? 'bar current' : 'bar'}
                x={code * step + (step > 4 ? 0.5 : 0)}
                width={Math.max(0.5, step - (step > 4 ? 1 : 0))}
                y={y(count / total)}
                height={plotHeight - y(count / total)}
              />
            ))}
            {beside && (
              <path
                class="share-outline"
                d={`M0,${plotHeight}${shares.map((share) => `V${y(share)}h${step}`).join('')}V${plotHeight}`}
              />
            )}
            <line
              class="even-share"
              x2={plotWidth}
              y1={y(even)}
              y2={y(even)}
              stroke="currentColor"
              stroke-dasharray="4 3"
            />
          </g>
        </svg>
      )}
    </Pointing>
  );
}

const totalOf = (counts: readonly number[]): number =>
  Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
