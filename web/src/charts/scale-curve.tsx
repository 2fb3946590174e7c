/** The error of a block as its scale moves: both signs, every kink, every method's choice. */
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { percent, precise } from '../text/units';
import type { LabMethod, LabReport } from '../core/types';
import { Axes, type Margin, type Tick } from './axes';
import {
  type Curve,
  curvePath,
  errorCeiling,
  type Kink,
  kinkAt,
  kinksIn,
  kinksOf,
  lineOf,
  nearestKink,
  type Sign,
  type Span,
} from './curve-geometry';
import { methodPath, stackMarkers } from './methods';
import { type ArrowKey, Pointing } from './pointing';

/** The slider under the drawing has the same left and right margin. */
export const CURVE_MARGIN: Margin = { top: 40, right: 16, bottom: 46, left: 52 };
const MARGIN = CURVE_MARGIN;
const HEIGHT = 360;
/** Kinks get a mark of their own while they are so many at most. */
const MARKED_KINKS = 120;
/** Pixels between two ticks of the error, at least. */
const TICK_APART = 18;
const REACH = 28; // pixels from the pointer to a kink
/**
 * Where kinks are closer than this, in pixels, the curve between them is drawn straight from one of its points to
 * another.
 */
const FINEST = 0.5;

interface CurveProps {
  width: number;
  report: LabReport;
  /** One, or both signs. */
  curves: readonly Curve[];
  weights: readonly number[];
  span: Span;
  /** The offset that the curve is cut at. */
  offset: number;
  /** The signed scale of the slider, and the block's squared error there as a share of its squared weights. */
  scale: number;
  error: number;
  /** |scale| where the largest weight reaches the end of the levels; left of it the curve may leave the plot. */
  settled: number;
  /** Scales that can be stored, when there is room to show them. */
  storable: readonly number[];
  chosen: string | null;
  onScale: (scale: number) => void;
  onMethod: (method: LabMethod) => void;
}

export function ScaleCurve({
  width,
  report,
  curves,
  weights,
  span,
  offset,
  scale,
  error,
  settled,
  storable,
  chosen,
  onScale,
  onMethod,
}: CurveProps): VNode {
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const sign: Sign = scale < 0 ? -1 : 1;
  const { low, high } = span;
  const drawing = useMemo(() => {
    const branches = curves.map((curve) => ({
      sign: curve.sign,
      line: lineOf(curve, { low, high }, ((high - low) / plotWidth) * FINEST),
    }));
    const y = scaleLinear(
      [
        0,
        errorCeiling(
          branches.map((branch) => branch.line),
          settled * 0.9,
        ),
      ],
      [plotHeight, 0],
    );
    const x = scaleLinear([low, high], [0, plotWidth]);
    return { x, y, paths: branches.map((branch) => ({ sign: branch.sign, path: curvePath(branch.line, x, y) })) };
  }, [curves, low, high, settled, plotWidth, plotHeight]);
  const { x, y, paths } = drawing;
  const curve = curves.find((one) => one.sign === sign);
  const kinks = useMemo(() => (curve ? kinksOf(curve, { low, high }, MARKED_KINKS) : []), [curve, low, high]);
  const height = (share: number) => Math.max(0, y(share));
  const at = Math.abs(scale);
  const markers = useMemo(
    () => placeMarkers(report, curves, { low, high }, x, height),
    [report, curves, low, high, x, y],
  );
  const step = (from: Kink | null, key: ArrowKey): Kink | null => {
    if (!curve) return null;
    const { first, last } = kinksIn(curve, { low, high });
    if (first > last) return null;
    if (!from || key === 'Home') return kinkAt(curve, last);
    if (key === 'End') return kinkAt(curve, first);
    const next = key === 'ArrowRight' || key === 'ArrowDown' ? from.first - 1 : from.last + 1;
    return next < first || next > last ? from : kinkAt(curve, next);
  };
  return (
    <Pointing<Kink>
      label="Error over the scale, kink by kink"
      pick={(px) => {
        const kink = curve ? nearestKink(curve, { low, high }, x.invert(px - MARGIN.left)) : null;
        return kink && Math.abs(x(kink.scale) - (px - MARGIN.left)) < REACH ? kink : null;
      }}
      step={step}
      read={(kink) => readKink(kink, report, weights, sign, x, height)}
    >
      {(kink) => {
        return (
          <svg
            class="scale-curve"
            width={width}
            height={HEIGHT}
            viewBox={`0 0 ${width} ${HEIGHT}`}
            role="group"
            aria-label="Every method’s choice on the curve"
            onClick={(event) => {
              const px = event.clientX - event.currentTarget.getBoundingClientRect().left - MARGIN.left;
              if (px >= 0 && px <= plotWidth) onScale(sign * x.invert(px));
            }}
          >
            <clipPath id="scale-curve-plot">
              <rect x={0} y={-1} width={plotWidth} height={plotHeight + 2} />
            </clipPath>
            <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
              <g aria-hidden="true">
                <Axes
                  width={plotWidth}
                  height={plotHeight}
                  x={x.ticks(Math.max(2, Math.floor(plotWidth / 100))).map((value) => ({
                    at: x(value),
                    label: x.tickFormat(Math.max(2, Math.floor(plotWidth / 100)))(value),
                  }))}
                  y={relativeTicks(y)}
                  xTitle={sign < 0 ? 'size of the negative scale, units of the weights' : 'scale, units of the weights'}
                  yTitle="relative error, %"
                />
                {storable.length > 0 && (
                  <path
                    class="storable"
                    d={storable.map((stored) => `M${x(stored).toFixed(2)},${plotHeight}v-5`).join('')}
                  />
                )}
                <g clip-path="url(#scale-curve-plot)">
                  {[...paths]
                    .sort((branch) => (branch.sign === sign ? 1 : -1))
                    .map((branch) => (
                      <path
                        key={branch.sign}
                        class={branch.sign === sign ? 'series branch' : 'series branch other'}
                        d={branch.path}
                      />
                    ))}
                  {kinks.map((one) => (
                    <circle key={one.scale} class="kink" cx={x(one.scale)} cy={y(one.error)} r={2} />
                  ))}
                </g>
                {at >= low && at <= high && (
                  <g class="now" transform={`translate(${x(at)},0)`}>
                    <line y1={0} y2={plotHeight} />
                    {y(error) < 0 ? <path class="above" d="M0,-7L6,4H-6Z" /> : <circle cy={y(error)} r={5} />}
                  </g>
                )}
              </g>
              {markers.map(({ method, px, py, top }) => (
                <g
                  key={method.name}
                  class={[
                    'method-marker',
                    method.name === chosen ? 'chosen' : '',
                    method.scale < 0 === sign < 0 && method.offset === offset ? '' : 'elsewhere',
                  ].join(' ')}
                  role="button"
                  tabindex={0}
                  aria-label={
                    `${method.name}: scale ${precise(method.scale)}, ` +
                    `relative error ${percent(method.relativeError, 2)}`
                  }
                  aria-pressed={method.name === chosen}
                  transform={`translate(${px},${top})`}
                  onClick={(event) => {
                    event.stopPropagation();
                    onMethod(method);
                  }}
                  onKeyDown={(event) => {
                    if (event.key !== 'Enter' && event.key !== ' ') return;
                    event.preventDefault();
                    onMethod(method);
                  }}
                >
                  <title>
                    {`${method.name}: scale ${precise(method.scale)}, ` +
                      `relative error ${percent(method.relativeError, 2)}`}
                  </title>
                  <line y1={6} y2={Math.max(6, py - top)} />
                  <rect x={-8} y={-8} width={16} height={16} />
                  <path d={methodPath(method.name, 5)} />
                </g>
              ))}
              {kink && <circle data-passing class="halo" cx={x(kink.scale)} cy={height(kink.error)} r={7} />}
            </g>
          </svg>
        );
      }}
    </Pointing>
  );
}

function readKink(
  kink: Kink,
  report: LabReport,
  weights: readonly number[],
  sign: Sign,
  x: (scale: number) => number,
  y: (error: number) => number,
) {
  const level = (code: number) => precise(report.levels[code] ?? 0);
  const shown = kink.moves.slice(0, 6);
  return {
    x: MARGIN.left + x(kink.scale),
    y: MARGIN.top + y(kink.error),
    head: `scale ${precise(sign * kink.scale)}, relative error ${percent(Math.sqrt(kink.error), 2)}`,
    lines: [
      ...shown.map(
        ({ weight, below, above }) =>
          `weight ${weight + 1} (${precise(weights[weight] ?? 0)}) moves from ` +
          `code ${below} to ${above}, level ${level(below)} to ${level(above)}`,
      ),
      ...(kink.moves.length > shown.length ? [`and ${kink.moves.length - shown.length} more`] : []),
    ],
  };
}

/**
 * Relative errors, the figures of the table, on an axis whose height is the squared error: wide apart at the top, none
 * where they would touch.
 */
export function relativeTicks(y: ScaleLinear<number, number>): Tick[] {
  const [bottom = 0, top = 1] = y.domain();
  const ticks: Tick[] = [];
  for (const value of scaleLinear([Math.sqrt(bottom), Math.sqrt(top)], [0, 1])
    .ticks(8)
    .reverse()) {
    const at = y(value ** 2);
    const below = ticks[ticks.length - 1];
    if (below && at - below.at < TICK_APART) continue;
    ticks.push({ at, label: String(Number((value * 100).toPrecision(6))) });
  }
  // Zero is the ground; what would touch it goes.
  const ground = { at: y(0), label: '0' };
  return [...ticks.filter(({ at, label }) => label !== '0' && ground.at - at >= TICK_APART), ground];
}

/** Every method's choice above its point of the curve. */
function placeMarkers(
  report: LabReport,
  curves: readonly Curve[],
  span: Span,
  x: (scale: number) => number,
  y: (error: number) => number,
) {
  return stackMarkers(
    report.methods
      .filter(({ scale }) => Math.abs(scale) >= span.low && Math.abs(scale) <= span.high)
      .map((method) => ({ method, px: x(Math.abs(method.scale)), py: y(shareAt(curves, method.scale)) })),
  );
}

/** The curve's own height at a scale. */
export function shareAt(curves: readonly Curve[], scale: number): number {
  const curve = curves.find((one) => one.sign === (scale < 0 ? -1 : 1));
  return curve ? curve.share(curve.at(Math.abs(scale)), Math.abs(scale)) : 0;
}
