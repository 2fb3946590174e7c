import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { ChartFrame, lazily, Switch } from '../../charts/frame';
import { isClipped, NumberLine } from '../../charts/number-line';
import { drawingScale } from '../../charts/scale';
import { CURVE_MARGIN, ScaleCurve } from '../../charts/scale-curve';
import type { TableColumn } from '../../charts/table';
import type { LabPoint } from '../../core/types';
import { ZoomButtons } from './zoom-buttons';
import { texts } from '../../text/texts';
import { percent, precise, weightUnits } from '../../text/units';
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
import { methodOnShow, mode, stop, swept, trial } from './play';
import { Told } from './terms';
import { pointed } from './view';

/** Storable scales are drawn while they are this far apart, in pixels, at least. */
const STORABLE_GAP = 5;

function curveColumns(affine: boolean): TableColumn[] {
  const { curve, heads: all } = texts().lab;
  const { heads } = curve;
  const unit = weightUnits();
  return [
    { title: heads.sign },
    { title: heads.from, unit },
    { title: heads.to, unit },
    { title: heads.relative, unit: '%' },
    { title: heads.squared, unit: all.squaredUnits },
    { title: affine ? heads.productsOffset : heads.products, unit },
    { title: heads.squares },
    { title: heads.moves },
    { title: heads.above },
    { title: heads.below },
  ];
}

/** The curve with its slider. */
export function ScalePanel({ shown }: { shown: Shown }): VNode {
  const { report } = shown;
  const all = curves.value;
  const table = useMemo(
    () =>
      lazily(() => ({
        columns: curveColumns(report.affine),
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
  const { curve: words, storedAs } = texts().lab;
  return (
    <ChartFrame
      title={words.title}
      note={
        <>
          {report.affine && `${words.cut(precise(offset.value))} `}
          <Told text={words.note(storedAs[report.storage])} />
          {signed.value && ` ${words.negative}`}
        </>
      }
      file="scale-curve"
      compact
      under={<ScaleSlider />}
      controls={
        <>
          {signed.value && (
            <Switch
              label={words.sign}
              value={sign.value === 1 ? 'positive' : 'negative'}
              onChange={(wanted) => moveTo(Math.abs(scale.value) * (wanted === 'negative' ? -1 : 1))}
              choices={[
                { value: 'positive', label: words.positiveScale },
                { value: 'negative', label: words.negativeScale },
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
      aria-label={texts().lab.curve.scale}
      aria-valuetext={now ? texts().lab.curve.reading(precise(now.scale), percent(now.relativeError, 3)) : ''}
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

function lineColumns(): TableColumn[] {
  const { heads, line: words } = texts().lab;
  const unit = weightUnits();
  return [
    { title: heads.weight },
    { title: heads.value, unit },
    { title: heads.importance },
    { title: heads.code },
    { title: heads.level },
    { title: heads.decoded, unit },
    { title: words.difference, unit },
    { title: words.share, unit: '%' },
    { title: words.clipped },
  ];
}

/** The block at the slider's scale. */
export function LinePanel({ shown, controls }: { shown: Shown; controls: ComponentChildren }): VNode | null {
  const now = point.value;
  const { weights, importance } = bench.value;
  const { levels, affine } = shown.report;
  if (!now || now.codes.length !== weights.length) return null;
  const shares = sharesOf(shown, now);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const words = texts().lab.line;
  return (
    <ChartFrame
      title={words.title}
      compact
      controls={controls}
      note={<Told text={affine ? words.noteOffset : words.note} />}
      file="number-line"
      table={() => ({
        columns: lineColumns(),
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
            isClipped(weight, decoded, code, levels, now.scale)
              ? texts().lab.line.clipped
              : texts().lab.line.notClipped,
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
