/** The error of a block as its scale moves: both signs, every kink, every method's choice. */
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { texts } from '../text/texts';
import { decimal, percent, precise, spelled } from '../text/units';
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
import { leaderLine, methodPath, nameWidth, stackMarkers } from './methods';
import { type ArrowKey, Pointing } from './pointing';
import { pointIn } from './scale';

/** The slider under the drawing has the same left and right margin; on the right stands the column of shares. */
export const CURVE_MARGIN: Margin = { top: 34, right: 56, bottom: 42, left: 52 };
const MARGIN = CURVE_MARGIN;
const LEAST_HEIGHT = 140;
/** From the plot to the column, and its width. */
const SHARES_AT = 16;
const SHARES_WIDE = 22;
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
  height: number;
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
  /** What each weight adds to that error. */
  shares: readonly number[];
  /** The candidates that a method has tried by now. */
  trail: LabMethod['candidates'];
  /** The |scales| that a sweep has gone over. */
  swept: Span | null;
  pointed: number | null;
  onPoint: (weight: number | null) => void;
  onScale: (scale: number) => void;
  onMethod: (method: LabMethod) => void;
}

export function ScaleCurve({
  width,
  height: given,
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
  shares,
  trail,
  swept,
  pointed,
  onPoint,
  onScale,
  onMethod,
}: CurveProps): VNode {
  const whole = Math.max(LEAST_HEIGHT, given);
  const plotWidth = Math.max(80, width - MARGIN.left - MARGIN.right);
  const plotHeight = whole - MARGIN.top - MARGIN.bottom;
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
    () => placeMarkers(report, curves, { low, high }, x, height, { width: plotWidth, height: plotHeight }),
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
  const words = texts().charts.scaleCurve;
  return (
    <Pointing<Kink>
      label={words.label}
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
            height={whole}
            viewBox={`0 0 ${width} ${whole}`}
            role="group"
            aria-label={words.choices}
            onClick={(event) => {
              const px = pointIn(event.currentTarget, event).x - MARGIN.left;
              if (px >= 0 && px <= plotWidth) onScale(sign * x.invert(px));
            }}
          >
            <clipPath id="scale-curve-plot">
              <rect x={0} y={-1} width={plotWidth} height={plotHeight + 2} />
            </clipPath>
            {swept && (
              <clipPath id="scale-curve-swept">
                <rect
                  x={x(Math.max(low, swept.low))}
                  y={-1}
                  width={Math.max(0, x(Math.min(high, swept.high)) - x(Math.max(low, swept.low)))}
                  height={plotHeight + 2}
                />
              </clipPath>
            )}
            <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
              <g aria-hidden="true">
                <Axes
                  width={plotWidth}
                  height={plotHeight}
                  x={x.ticks(Math.max(2, Math.floor(plotWidth / 100))).map((value) => ({
                    at: x(value),
                    label: spelled(x.tickFormat(Math.max(2, Math.floor(plotWidth / 100)))(value)),
                  }))}
                  y={relativeTicks(y)}
                  xTitle={sign < 0 ? words.xNegative : words.x}
                  yTitle={words.y}
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
                        class={
                          branch.sign !== sign
                            ? 'series branch other'
                            : swept
                              ? 'series branch coming'
                              : 'series branch'
                        }
                        d={branch.path}
                      />
                    ))}
                  {swept &&
                    paths
                      .filter((branch) => branch.sign === sign)
                      .map((branch) => (
                        <path
                          key="swept"
                          class="series branch gone-over"
                          clip-path="url(#scale-curve-swept)"
                          d={branch.path}
                        />
                      ))}
                  {kinks.map((one) => (
                    <circle key={one.scale} class="kink" cx={x(one.scale)} cy={y(one.error)} r={2} />
                  ))}
                </g>
                {trail.length > 0 && (
                  <g class="trail">
                    {trail.map(([candidate], index) =>
                      Math.abs(candidate) >= low && Math.abs(candidate) <= high ? (
                        <circle
                          key={index}
                          class={index === trail.length - 1 ? 'last' : ''}
                          cx={x(Math.abs(candidate))}
                          cy={height(shareAt(curves, candidate))}
                          r={3}
                        />
                      ) : null,
                    )}
                  </g>
                )}
                {at >= low && at <= high && (
                  <g class="now" transform={`translate(${x(at)},0)`}>
                    <line y1={0} y2={plotHeight} />
                    {y(error) < 0 ? <path class="above" d="M0,-7L6,4H-6Z" /> : <circle cy={y(error)} r={5} />}
                  </g>
                )}
              </g>
              <Shares
                shares={shares}
                at={plotWidth + SHARES_AT}
                y={y}
                height={plotHeight}
                pointed={pointed}
                onPoint={onPoint}
              />
              {markers.map((placed) => {
                const { method, left, top, side } = placed;
                return (
                  <g
                    key={method.name}
                    class={[
                      'method-marker',
                      method.name === chosen ? 'chosen' : '',
                      method.scale < 0 === sign < 0 && method.offset === offset ? '' : 'elsewhere',
                    ].join(' ')}
                    role="button"
                    tabindex={0}
                    aria-label={words.method(method.name, precise(method.scale), percent(method.relativeError, 2))}
                    aria-pressed={method.name === chosen}
                    transform={`translate(${left},${top})`}
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
                    <line {...leaderLine(placed, 6)} />
                    <rect
                      x={side === 'left' ? -8 - nameWidth(method.name) : -8}
                      y={-8}
                      width={16 + (side ? nameWidth(method.name) : 0)}
                      height={16}
                    />
                    <path d={methodPath(method.name, 5)} />
                    {side && (
                      <text
                        class="method-name"
                        x={side === 'right' ? 9 : -9}
                        dy="0.33em"
                        text-anchor={side === 'right' ? 'start' : 'end'}
                      >
                        {method.name}
                      </text>
                    )}
                  </g>
                );
              })}
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
  const words = texts().charts.scaleCurve;
  return {
    x: MARGIN.left + x(kink.scale),
    y: MARGIN.top + y(kink.error),
    head: words.kink(precise(sign * kink.scale), percent(Math.sqrt(kink.error), 2)),
    lines: [
      ...shown.map(({ weight, below, above }) =>
        words.moves(weight + 1, precise(weights[weight] ?? 0), [below, above], [level(below), level(above)]),
      ),
      ...(kink.moves.length > shown.length ? [words.more(kink.moves.length - shown.length)] : []),
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
    ticks.push({ at, label: decimal(Number((value * 100).toPrecision(6))) });
  }
  // Zero is the ground; what would touch it goes.
  const ground = { at: y(0), label: '0' };
  return [...ticks.filter(({ at, label }) => label !== '0' && ground.at - at >= TICK_APART), ground];
}

/** Pixels between places at which the curve is looked at, and half the height of a name. */
const LOOK = 3;
const NAME_HALF = 7;

/** Every method's choice above its point of the curve, its name clear of the curve. */
function placeMarkers(
  report: LabReport,
  curves: readonly Curve[],
  span: Span,
  x: (scale: number) => number,
  y: (error: number) => number,
  plot: { width: number; height: number },
) {
  const heights = curves.map((curve) =>
    Array.from({ length: Math.ceil(plot.width / LOOK) + 1 }, (_, at) => {
      const scale = span.low + ((span.high - span.low) * Math.min(plot.width, at * LOOK)) / plot.width;
      return y(curve.share(curve.at(scale), scale));
    }),
  );
  const isCrossed = (from: number, to: number, top: number) =>
    heights.some((line) => {
      const part = line.slice(Math.max(0, Math.floor(from / LOOK)), Math.ceil(to / LOOK) + 1);
      return Math.min(...part) < top + NAME_HALF && Math.max(...part) > top - NAME_HALF;
    });
  return stackMarkers(
    report.methods
      .filter(({ scale }) => Math.abs(scale) >= span.low && Math.abs(scale) <= span.high)
      .map((method) => ({ method, px: x(Math.abs(method.scale)), py: y(shareAt(curves, method.scale)) })),
    { right: plot.width, top: 8 - MARGIN.top, bottom: plot.height - 8 },
    isCrossed,
  );
}

/** The error at the scale on show as a column beside the curve, cut into what each weight adds to it. */
function Shares({
  shares,
  at,
  y,
  height,
  pointed,
  onPoint,
}: {
  shares: readonly number[];
  at: number;
  y: (share: number) => number;
  height: number;
  pointed: number | null;
  onPoint: (weight: number | null) => void;
}): VNode {
  let sum = 0;
  const total = shares.reduce((all, share) => all + share, 0);
  const words = texts().charts.scaleCurve;
  return (
    <g class="shares" transform={`translate(${at},0)`} aria-hidden="true" onPointerLeave={() => onPoint(null)}>
      <line class="axis" x1={0} x2={SHARES_WIDE} y1={height} y2={height} />
      {shares.map((share, weight) => {
        const [bottom, top] = [y(sum), y(sum + share)];
        sum += share;
        if (bottom - top < 0.1 || bottom <= 0) return null;
        const [from, tall] = [Math.max(0, top), bottom - Math.max(0, top)];
        return (
          <g
            key={weight}
            class={weight === pointed ? 'share pointed' : weight % 2 === 0 ? 'share' : 'share odd'}
            onPointerEnter={() => onPoint(weight)}
          >
            <title>{words.share(weight + 1, percent(share / (total || 1), 0))}</title>
            <rect x={0} y={from} width={SHARES_WIDE} height={tall} />
            {tall >= 13 && (
              <text x={SHARES_WIDE / 2} y={from + tall / 2} dy="0.33em" text-anchor="middle">
                {weight + 1}
              </text>
            )}
          </g>
        );
      })}
      <text class="tick" x={SHARES_WIDE / 2} y={height + 18} text-anchor="middle">
        {words.weights}
      </text>
    </g>
  );
}

/** The curve's own height at a scale. */
export function shareAt(curves: readonly Curve[], scale: number): number {
  const curve = curves.find((one) => one.sign === (scale < 0 ? -1 : 1));
  return curve ? curve.share(curve.at(Math.abs(scale)), Math.abs(scale)) : 0;
}
