import type { VNode } from 'preact';
import { useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { cellsOf, ErrorMap, rampOf } from '../../charts/error-map';
import type { Span } from '../../charts/curve-geometry';
import { ChartFrame, lazily } from '../../charts/frame';
import { RampLegend } from '../../charts/layer-map';
import type { TableColumn } from '../../charts/table';
import { texts } from '../../text/texts';
import { percent, precise, weightUnits } from '../../text/units';
import {
  choose,
  chosen,
  errorMap,
  moveTo,
  offset,
  offsetSpan,
  point,
  scale,
  type Shown,
  span,
  stepOffset,
  stepScale,
} from './bench';
import { stop } from './play';
import { Told } from './terms';
import { ZoomButtons } from './zoom-buttons';

/** Cells of the table and CSV. */
const TABLE = { columns: 24, rows: 16 };

/** The middle of a cell. */
const middle = ({ low, high }: Span, index: number, count: number): number =>
  low + ((high - low) * (index + 0.5)) / count;

function columns(): TableColumn[] {
  const { heads } = texts().lab;
  return [
    { title: heads.scale, unit: weightUnits() },
    { title: heads.offset, unit: weightUnits() },
    { title: heads.relativeError, unit: '%' },
  ];
}

/** Blocks with a scale and an offset: the error over both. */
export function MapPanel({ shown }: { shown: Shown }): VNode {
  const { report } = shown;
  const scales = span.value;
  const offsets = offsetSpan.value;
  const table = useMemo(
    () =>
      lazily(() => ({
        columns: columns(),
        rows: [...errorMap(TABLE.columns, TABLE.rows)].map((error, index) => [
          middle(scales, index % TABLE.columns, TABLE.columns),
          middle(offsets, Math.floor(index / TABLE.columns), TABLE.rows),
          error,
        ]),
      })),
    [shown, scales.low, scales.high, offsets.low, offsets.high],
  );
  const [ramp, setRamp] = useState<Span>({ low: 0, high: 0 });
  const { map: words, storedAs } = texts().lab;
  return (
    <ChartFrame
      title={words.title}
      note={
        <Told
          text={(report.offsetAtMostZero ? words.noteAtMostZero : words.note)(
            storedAs[report.storage],
            storedAs[report.offsetStorage],
          )}
        />
      }
      file="error-map"
      compact
      controls={<ZoomButtons />}
      table={table}
      under={
        <div class="map-foot">
          <RampLegend low={percent(ramp.high, 1)} high={percent(ramp.low, 2)} meaning={words.meaning} />
          <OffsetSlider />
        </div>
      }
    >
      {(width, height) => <MapAt width={width} height={height} shown={shown} onRamp={setRamp} />}
    </ChartFrame>
  );
}

function MapAt({
  width,
  height,
  shown,
  onRamp,
}: {
  width: number;
  height: number;
  shown: Shown;
  /** The errors at the ends of the colours. */
  onRamp: (ramp: Span) => void;
}): VNode {
  const scales = span.value;
  const offsets = offsetSpan.value;
  const cells = useMemo(() => {
    const size = cellsOf(width, height, shown.bench.weights.length);
    return { ...size, errors: errorMap(size.columns, size.rows) };
  }, [shown, width, height, scales.low, scales.high, offsets.low, offsets.high]);
  const { low, high } = useMemo(() => rampOf(cells), [cells]);
  useLayoutEffect(() => onRamp({ low, high }), [low, high]);
  const now = point.value;
  return (
    <ErrorMap
      width={width}
      height={height}
      report={shown.report}
      cells={cells}
      scales={scales}
      offsets={offsets}
      scale={scale.value}
      offset={offset.value}
      relativeError={now?.relativeError ?? 0}
      chosen={chosen.value}
      onPlace={(wantedScale, wantedOffset) => {
        stop();
        moveTo(Math.max(0, wantedScale), shown.report.offsetAtMostZero ? Math.min(0, wantedOffset) : wantedOffset);
      }}
      onStep={(scaleSteps, offsetSteps) => {
        stop();
        if (scaleSteps !== 0) stepScale(scaleSteps);
        if (offsetSteps !== 0) stepOffset(offsetSteps);
      }}
      onMethod={(method) => {
        stop();
        choose(method);
      }}
    />
  );
}

function OffsetSlider(): VNode {
  const offsets = offsetSpan.value;
  const now = point.value;
  const words = texts().lab.map;
  return (
    <label class="lab-offset">
      <span class="option-label">{words.offset}</span>
      <input
        class="lab-slider"
        type="range"
        aria-label={words.offset}
        aria-valuetext={now ? words.reading(precise(now.offset), percent(now.relativeError, 3)) : ''}
        min={offsets.low}
        max={offsets.high}
        step="any"
        value={offset.value}
        onKeyDown={(event) => {
          const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[
            event.key
          ];
          if (steps === undefined) return;
          event.preventDefault();
          stop();
          stepOffset(steps);
        }}
        onInput={(event) => {
          stop();
          moveTo(scale.value, event.currentTarget.valueAsNumber);
        }}
      />
      <output class="lab-offset-value">{precise(offset.value)}</output>
    </label>
  );
}
