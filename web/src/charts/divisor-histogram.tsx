/** Blocks by the divisor of their best scale, and where the mean and a method's table lie. */
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import type { ScaleAnalysisReport } from '../core/types';
import { texts } from '../text/texts';
import { decimal, fixed, integer, percent, round } from '../text/units';
import { Axes, type Margin } from './axes';
import { Pointing, stepIndex } from './pointing';

const MARGIN: Margin = { top: 44, right: 16, bottom: 46, left: 52 };
const HEIGHT = 300;

export function DivisorHistogram({ width, report }: { width: number; report: ScaleAnalysisReport }): VNode {
  const { histogram, step, meanDivisor } = report;
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const low = (histogram[0]?.from ?? 0) - step;
  const last = histogram[histogram.length - 1];
  const high = (last ? last.from + step : 1) + step;
  const x = scaleLinear([low, high], [0, plotWidth]);
  const total = Math.max(1, report.blocks);
  const y = scaleLinear(
    [0, max(histogram, ({ longSide, shortSide }) => longSide + shortSide) ?? 1],
    [plotHeight, 0],
  ).nice();
  const bar = x(low + step) - x(low);
  const gap = bar > 4 ? 1 : 0;
  const words = texts().charts.divisors;
  return (
    <Pointing<number>
      label={words.label}
      pick={(px) => {
        const at = x.invert(px - MARGIN.left);
        const index = histogram.findIndex(({ from }) => at >= from && at < from + step);
        return index < 0 ? null : index;
      }}
      step={(from, key) => stepIndex(from, key, histogram.length)}
      read={(index) => {
        const bucket = histogram[index];
        if (!bucket) return { x: 0, y: 0, head: '', lines: [] };
        const count = bucket.longSide + bucket.shortSide;
        return {
          x: MARGIN.left + x(bucket.from + step / 2),
          y: MARGIN.top + Math.min(y(count), plotHeight - 30),
          head: words.divisor(divisorRange(bucket, step)),
          lines: [
            words.blocks(count, percent(count / total)),
            ...(bucket.shortSide > 0 ? [words.shortSide(integer(bucket.shortSide))] : []),
          ],
        };
      }}
    >
      {(current) => (
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            <Axes
              width={plotWidth}
              height={plotHeight}
              x={x
                .ticks(Math.max(3, Math.floor(plotWidth / 70)))
                .map((value) => ({ at: x(value), label: decimal(Number(value.toFixed(3))) }))}
              y={y.ticks(4).map((value) => ({ at: y(value), label: round(value) }))}
              xTitle={words.x}
              yTitle=""
            />
            <text class="axis-title" x={0} y={-30} text-anchor="start">
              {words.y(decimal(Number(step.toFixed(4))))}
            </text>
            {histogram.map((bucket, index) => {
              const top = y(bucket.longSide + bucket.shortSide);
              const middle = y(bucket.shortSide);
              return (
                <g key={bucket.from}>
                  <rect
                    class={index === current ? 'bar current' : 'bar'}
                    x={x(bucket.from)}
                    width={Math.max(0.5, bar - gap)}
                    y={top}
                    height={middle - top}
                  />
                  {bucket.shortSide > 0 && (
                    <rect
                      class="bar short-side"
                      x={x(bucket.from)}
                      width={Math.max(0.5, bar - gap)}
                      y={middle}
                      height={plotHeight - middle}
                    />
                  )}
                </g>
              );
            })}
            {meanDivisor !== null && (
              <g class="marker">
                <line x1={x(meanDivisor)} x2={x(meanDivisor)} y1={-8} y2={plotHeight} />
                <text x={x(meanDivisor) + 5} y={-6}>
                  {words.mean(fixed(meanDivisor, 3))}
                </text>
              </g>
            )}
          </g>
        </svg>
      )}
    </Pointing>
  );
}

export function divisorRange({ from, to }: { from: number; to: number | null }, step: number): string {
  const words = texts().charts.divisors;
  const text = (value: number) => fixed(value, step < 0.1 ? 3 : step < 1 ? 1 : 0);
  return to === null ? words.orMore(text(from)) : words.fromTo(text(from), text(to));
}
