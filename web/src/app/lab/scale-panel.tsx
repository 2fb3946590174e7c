import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { ChartFrame, lazily, Switch } from '../../charts/frame';
import { isClipped, NumberLine } from '../../charts/number-line';
import { drawingScale } from '../../charts/scale';
import { CURVE_MARGIN, ScaleCurve } from '../../charts/scale-curve';
import type { LabPoint } from '../../core/types';
import { ZoomButtons } from './zoom-buttons';
import { percent, precise, WEIGHT_UNITS } from '../../text/units';
import {
  bench,
  choose,
  chosen,
  curves,
  moveTo,
  offset,
  point,
  reported,
  scale,
  settledScale,
  setWeight,
  type Shown,
  sign,
  signed,
  span,
  stepScale,
  storableScales,
} from './bench';
import { STORED_AS } from './block';
import { methodOnShow, mode, stop, swept, trial } from './play';
import { pointed } from './view';

/** Storable scales are drawn while they are this far apart, in pixels, at least. */
const STORABLE_GAP = 5;

/** The curve with its slider. */
export function ScalePanel({ shown }: { shown: Shown }): VNode {
  const { report } = shown;
  const all = curves.value;
  const table = useMemo(
    () =>
      lazily(() => ({
        columns: [
          { title: 'sign' },
          { title: 'from |scale|', unit: WEIGHT_UNITS },
          { title: 'to |scale|', unit: WEIGHT_UNITS },
          { title: 'relative error at from', unit: '%' },
          { title: 'squared error at from', unit: 'squared units of the weights' },
          { title: report.affine ? 'Σ w·(x − offset)·level' : 'Σ w·x·level', unit: WEIGHT_UNITS },
          { title: 'Σ w·level²' },
          { title: 'weight that moves at from' },
          { title: 'code above' },
          { title: 'code below' },
        ],
        rows: all.flatMap((curve) =>
          Array.from({ length: curve.count }, (_, piece) => [
            curve.sign,
            piece === 0 ? null : curve.from(piece),
            curve.to(piece),
            piece === 0 ? null : Math.sqrt(curve.share(piece, curve.from(piece))),
            piece === 0 ? null : curve.share(piece, curve.from(piece)) * curve.squareSum,
            curve.A(piece),
            curve.B(piece),
            piece === 0 ? null : curve.weight(piece) + 1,
            piece === 0 ? null : curve.before(piece),
            piece === 0 ? null : curve.after(piece),
          ]),
        ),
      })),
    [all],
  );
  return (
    <ChartFrame
      title="Error over the scale"
      note={
        <>
          {report.affine &&
            `At the offset ${precise(offset.value)}: a cut through ` +
              `the map; hollow markers belong to other offsets. `}
          Relative error, here and in the figures: √(Σ w (x − y)² / Σ w x²), with w the importance. The height is its
          square: between two kinks no weight changes its code, and that is a parabola, so the curve is drawn from
          these, not from samples (kinks closer than half a pixel are joined). The scale is stored as{' '}
          {STORED_AS[report.storage]}. The column at the right is the error at the scale on show, cut into what each
          weight adds to it.
          {signed.value && ' Negative scales mirror the levels; their branch is dashed while the other is in use.'}
        </>
      }
      file="scale-curve"
      compact
      under={<ScaleSlider />}
      controls={
        <>
          {signed.value && (
            <Switch
              label="Sign of the scale"
              value={sign.value === 1 ? 'positive' : 'negative'}
              onChange={(wanted) => moveTo(Math.abs(scale.value) * (wanted === 'negative' ? -1 : 1))}
              choices={[
                { value: 'positive', label: '+ scale' },
                { value: 'negative', label: '− scale' },
              ]}
            />
          )}
          {!report.affine && <ZoomButtons />}
        </>
      }
      table={table}
    >
      {(width, height) => <CurveAt width={width} height={height} shown={shown} />}
    </ChartFrame>
  );
}

function CurveAt({ width, height, shown }: { width: number; height: number; shown: Shown }): VNode {
  const { report, bench: block } = shown;
  const { low, high } = span.value;
  const storable = useMemo(() => storableScales(Math.floor(width / STORABLE_GAP)), [report, width, low, high]);
  const now = point.value;
  const showing = trial.value;
  const method = methodOnShow();
  return (
    <ScaleCurve
      width={width}
      height={height}
      report={report}
      curves={curves.value}
      weights={block.weights}
      span={span.value}
      offset={offset.value}
      scale={scale.value}
      error={now ? now.error / report.squareSum : 0}
      settled={settledScale.value}
      storable={storable}
      chosen={chosen.value}
      shares={sharesOf(shown, now)}
      trail={
        method && (showing || mode.value === 'method')
          ? method.candidates.slice(0, showing ? showing.index + 1 : undefined)
          : []
      }
      swept={swept.value}
      pointed={pointed.value}
      onPoint={(weight) => {
        pointed.value = weight;
      }}
      onScale={(wanted) => {
        stop();
        moveTo(wanted);
      }}
      onMethod={(one) => {
        stop();
        choose(one);
      }}
    />
  );
}

/** What each weight adds to the squared error, as a share of the squared weights of the block. */
export function sharesOf({ bench: { weights, importance }, report }: Shown, now: LabPoint | null): number[] {
  if (!now || now.decoded.length !== weights.length) return [];
  return weights.map(
    (weight, index) =>
      ((importance?.[index] ?? 1) * (weight - (now.decoded[index] ?? 0)) ** 2) / (report.squareSum || 1),
  );
}

/** Arrow keys go from one storable scale to the next; the pointer goes anywhere and lands on the nearest. */
function ScaleSlider(): VNode {
  const drawn = drawingScale.value;
  const { low, high } = span.value;
  const now = point.value;
  const onKey = (event: KeyboardEvent) => {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (steps === undefined) return;
    event.preventDefault();
    stop();
    stepScale(steps);
  };
  return (
    <input
      class="lab-slider"
      type="range"
      aria-label="Scale"
      aria-valuetext={now ? `scale ${precise(now.scale)}, relative error ${percent(now.relativeError, 3)}` : ''}
      style={{
        marginLeft: `${CURVE_MARGIN.left * drawn - 8}px`,
        width: `calc(100% - ${(CURVE_MARGIN.left + CURVE_MARGIN.right) * drawn - 16}px)`,
      }}
      min={low}
      max={high}
      step="any"
      value={Math.abs(scale.value)}
      onKeyDown={onKey}
      onInput={(event) => {
        stop();
        moveTo(sign.value * event.currentTarget.valueAsNumber);
      }}
    />
  );
}

/** The block at the slider's scale. */
export function LinePanel({ shown, controls }: { shown: Shown; controls: ComponentChildren }): VNode | null {
  const now = point.value;
  const { weights, importance } = bench.value;
  const { levels, affine } = shown.report;
  if (!now || now.codes.length !== weights.length) return null;
  const shares = sharesOf(shown, now);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return (
    <ChartFrame
      title="The weights on the number line"
      compact
      controls={controls}
      note={
        `Each level stands at scale × level${affine ? ' + offset' : ''}. A weight goes sideways to the nearest ` +
        `level, and the coloured length is its error; where there is none it falls straight down. Drag a ` +
        `weight, or use left and right (up and down go to the next weight).`
      }
      file="number-line"
      table={() => ({
        columns: [
          { title: 'weight' },
          { title: 'value', unit: WEIGHT_UNITS },
          { title: 'importance' },
          { title: 'code' },
          { title: 'level' },
          { title: 'decoded', unit: WEIGHT_UNITS },
          { title: 'value − decoded', unit: WEIGHT_UNITS },
          { title: 'share of the squared error', unit: '%' },
          { title: 'clipped' },
        ],
        rows: weights.map((weight, index) => {
          const code = now.codes[index] ?? 0;
          const decoded = now.decoded[index] ?? 0;
          return [
            index + 1,
            weight,
            importance?.[index] ?? 1,
            code,
            levels[code] ?? 0,
            decoded,
            weight - decoded,
            (shares[index] ?? 0) / (total || 1),
            isClipped(weight, decoded, code, levels, now.scale) ? 'clipped' : 'no',
          ];
        }),
      })}
    >
      {(width, height) => (
        <NumberLine
          width={width}
          height={height}
          pointed={pointed.value}
          onPoint={(weight) => {
            pointed.value = weight;
          }}
          weights={weights}
          levels={reported.value?.report.levels ?? levels}
          point={now}
          onChange={(index, value) => {
            stop();
            setWeight(index, value);
          }}
        />
      )}
    </ChartFrame>
  );
}
