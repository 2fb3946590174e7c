import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { cellsOf, ErrorMap, rampOf } from '../../charts/error-map';
import type { Span } from '../../charts/curve-geometry';
import { ChartFrame, lazily } from '../../charts/frame';
import { RampLegend } from '../../charts/layer-map';
import { percent, precise, WEIGHT_UNITS } from '../../text/units';
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
import { STORED_AS } from './block';
import { stop } from './play';
import { ZoomButtons } from './zoom-buttons';

/** Pixels that legend and slider under the map take. */
const LEGEND = 32;
/** Cells of the table and CSV. */
const TABLE = { columns: 24, rows: 16 };

/** The middle of a cell. */
const middle = ({ low, high }: Span, index: number, count: number): number =>
  low + ((high - low) * (index + 0.5)) / count;

/** Blocks with a scale and an offset: the error over both. */
export function MapPanel({ shown }: { shown: Shown }): VNode {
  const { report } = shown;
  const scales = span.value;
  const offsets = offsetSpan.value;
  const table = useMemo(
    () =>
      lazily(() => ({
        columns: [
          { title: 'scale', unit: WEIGHT_UNITS },
          { title: 'offset', unit: WEIGHT_UNITS },
          { title: 'relative error', unit: '%' },
        ],
        rows: [...errorMap(TABLE.columns, TABLE.rows)].map((error, index) => [
          middle(scales, index % TABLE.columns, TABLE.columns),
          middle(offsets, Math.floor(index / TABLE.columns), TABLE.rows),
          error,
        ]),
      })),
    [shown, scales.low, scales.high, offsets.low, offsets.high],
  );
  return (
    <ChartFrame
      title="Error over scale and offset"
      note={
        <>
          Every cell is the relative error at its middle, computed by the core, in even steps of its logarithm. The
          scale is stored as {STORED_AS[report.storage]}, the offset as {STORED_AS[report.offsetStorage]}
          {report.offsetAtMostZero && ', and never above zero'}. Click or drag on the map; arrow keys move by one cell,
          with Shift by one storable number.
        </>
      }
      file="error-map"
      compact
      controls={<ZoomButtons />}
      table={table}
    >
      {(width, height) => <MapAt width={width} height={height} shown={shown} />}
    </ChartFrame>
  );
}

function MapAt({ width, height, shown }: { width: number; height: number; shown: Shown }): VNode {
  const scales = span.value;
  const offsets = offsetSpan.value;
  const cells = useMemo(() => {
    const size = cellsOf(width, height - LEGEND, shown.bench.weights.length);
    return { ...size, errors: errorMap(size.columns, size.rows) };
  }, [shown, width, height, scales.low, scales.high, offsets.low, offsets.high]);
  const { low, high } = useMemo(() => rampOf(cells), [cells]);
  const now = point.value;
  return (
    <>
      <ErrorMap
        width={width}
        height={height - LEGEND}
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
      <div class="map-foot">
        <RampLegend low={percent(high, 1)} high={percent(low, 2)} meaning="relative error" />
        <OffsetSlider />
      </div>
    </>
  );
}

function OffsetSlider(): VNode {
  const offsets = offsetSpan.value;
  const now = point.value;
  return (
    <label class="lab-offset">
      <span class="option-label">Offset</span>
      <input
        class="lab-slider"
        type="range"
        aria-label="Offset"
        aria-valuetext={now ? `offset ${precise(now.offset)}, relative error ${percent(now.relativeError, 3)}` : ''}
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
