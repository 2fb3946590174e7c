import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { ChartFrame, lazily, Switch } from '../../charts/frame';
import { isClipped, NumberLine } from '../../charts/number-line';
import { CURVE_MARGIN, ScaleCurve } from '../../charts/scale-curve';
import type { LabReport } from '../../core/types';
import { ZoomButtons } from './zoom-buttons';
import { percent, plural, precise, WEIGHT_UNITS } from '../../text/units';
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
import { stop } from './play';

/** Storable scales are drawn while they are this far apart, in pixels, at least. */
const STORABLE_GAP = 5;

/** The curve with its slider. */
export function ScalePanel({ shown }: { shown: Shown }): VNode {
  const { report, bench: block } = shown;
  const now = point.value;
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
      title="Error of the block over its scale"
      note={
        <>
          {report.affine &&
            `At the offset ${precise(offset.value)}: a cut through ` +
              `the map above; hollow markers belong to other offsets. `}
          Relative error, here and in the figures: √(Σ w (x − y)² / Σ w x²), with w the importance. The height is its
          square: between two kinks no weight changes its code, and that is a parabola, so the curve is drawn from
          these, not from samples (kinks closer than half a pixel are joined). The scale is stored as{' '}
          {STORED_AS[report.storage]}.
          {signed.value && ' Negative scales mirror the levels; their branch is dashed while the other is in use.'}
        </>
      }
      file="scale-curve"
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
          <ZoomButtons />
        </>
      }
      table={table}
    >
      {(width) => (
        <>
          <CurveAt width={width} report={report} weights={block.weights} />
          <ScaleSlider />
          {now && (
            <dl class="lab-readout" data-testid="lab-readout">
              <div>
                <dt>scale</dt>
                <dd>{precise(now.scale)}</dd>
              </div>
              {report.affine && (
                <div>
                  <dt>offset</dt>
                  <dd>{precise(now.offset)}</dd>
                </div>
              )}
              <div>
                <dt>{report.affine ? 'divisor, range / scale' : 'divisor, max |x| / scale'}</dt>
                <dd>{now.divisor.toFixed(3)}</dd>
              </div>
              <div>
                <dt>relative error</dt>
                <dd>{percent(now.relativeError, 3)}</dd>
              </div>
              <div>
                <dt>largest error</dt>
                <dd>{precise(now.maxError)}</dd>
              </div>
              <div>
                <dt>clipped</dt>
                <dd>
                  {now.clipped} of {plural(block.weights.length, 'weight')}
                </dd>
              </div>
            </dl>
          )}
        </>
      )}
    </ChartFrame>
  );
}

function CurveAt({ width, report, weights }: { width: number; report: LabReport; weights: readonly number[] }): VNode {
  const { low, high } = span.value;
  const storable = useMemo(() => storableScales(Math.floor(width / STORABLE_GAP)), [report, width, low, high]);
  const now = point.value;
  return (
    <ScaleCurve
      width={width}
      report={report}
      curves={curves.value}
      weights={weights}
      span={span.value}
      offset={offset.value}
      scale={scale.value}
      error={now ? now.error / report.squareSum : 0}
      settled={settledScale.value}
      storable={storable}
      chosen={chosen.value}
      onScale={(wanted) => {
        stop();
        moveTo(wanted);
      }}
      onMethod={(method) => {
        stop();
        choose(method);
      }}
    />
  );
}

/** Arrow keys go from one storable scale to the next; the pointer goes anywhere and lands on the nearest. */
function ScaleSlider(): VNode {
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
        marginLeft: `${CURVE_MARGIN.left - 8}px`,
        width: `calc(100% - ${CURVE_MARGIN.left + CURVE_MARGIN.right - 16}px)`,
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
export function LinePanel({ shown }: { shown: Shown }): VNode | null {
  const now = point.value;
  const { weights, importance } = bench.value;
  const { levels, affine } = shown.report;
  if (!now || now.codes.length !== weights.length) return null;
  return (
    <ChartFrame
      title="The weights on the number line"
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
            isClipped(weight, decoded, code, levels, now.scale) ? 'clipped' : 'no',
          ];
        }),
      })}
    >
      {(width) => (
        <NumberLine
          width={width}
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
