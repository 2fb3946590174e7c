/** The size/error plane of the open model. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { ChartFrame } from '../../charts/frame';
import { type Machine, type PlanePoint, SizeError } from '../../charts/size-error';
import { core } from '../engine';
import { bytesToRun, contextWanted, fits, largestThatFits, memoryThere } from '../state/fitting';
import { predictions } from '../state/measuring';
import {
  divergenceWords,
  type MeasuredAnswer,
  measured,
  measuredAnswer,
  measuredAnswerOf,
} from '../state/measured-answers';
import { frontier, mix, solveFor } from '../state/mixing';
import { opened } from '../state/opening';
import { ask, options, prices } from '../state/planning';
import { bitsPerWeight, bytes, decibels, integer } from '../../text/units';
import type { ChartTable } from '../../charts/table';
import { language, texts } from '../../text/texts';
import type { Aim } from './suggest';
import { suggestions } from './suggested';

/** What a run has achieved, measured over all weights; it takes the place of what is planned. */
interface Achieved {
  name: string;
  bytes: number;
  bitsPerWeight: number;
  sqnrDb: number | null; // null: no error at all
}

/** A point, and its mean divergence in nats where answers were measured. */
type MeasuredPoint = PlanePoint & { divergence: number | null };

/** What the suggestions say of a type, in a word. */
function tagOf(type: string): string | null {
  const aim = Object.entries(suggestions.value ?? {}).find(([, one]) => one.type === type)?.[0];
  return aim === undefined ? null : texts().plan.planeTags[aim as Aim];
}

/** File types whose tensors stay floats. */
function floatTypes(): ReadonlySet<string> {
  const { fileTypes = [], formats = [] } = core.value ?? {};
  const quantized = new Set(formats.filter((format) => format.quantized).map(({ name }) => name.toLowerCase()));
  return new Set(fileTypes.filter((type) => !quantized.has(type.defaultType.toLowerCase())).map(({ name }) => name));
}

function planePoints(achieved: Achieved | null): MeasuredPoint[] {
  const t = texts().plan;
  const points: MeasuredPoint[] = [];
  const add = (
    name: string,
    kind: PlanePoint['kind'],
    { bytes: size, bitsPerWeight: bits, sqnrDb }: Omit<Achieved, 'name'>,
    answer: MeasuredAnswer | null = null,
    rest: Partial<Pick<PlanePoint, 'beyond' | 'tag'>> = {},
  ) => {
    const [needed, fit] = [achieved ? null : bytesToRun(size), achieved ? null : fits(size)];
    points.push({
      name,
      kind,
      bytes: size,
      bitsPerWeight: bits,
      sqnrDb,
      beyond: false,
      tag: null,
      ...rest,
      divergence: answer?.report.divergence.value ?? null,
      lines: [
        t.sizeAndBits(bytes(size), bitsPerWeight(bits)),
        sqnrDb === null ? t.noWeightChanges : t.signalToNoise(decibels(sqnrDb)),
        ...(needed === null ? [] : [t.toRun(bytes(needed))]),
        ...(fit === null ? [] : [(fit ? t.fitsThere : t.fitsNotThere)(bytes(memoryThere.value!))]),
        ...(answer ? [t.answersMeasured(divergenceWords(answer))] : []),
      ],
    });
  };
  const floats = floatTypes();
  for (const [name, priced] of prices.value) {
    const prediction = predictions.value.get(name);
    // What cannot be made has no place, though some of its tensors were measured.
    if (!('price' in priced) || priced.price.needsImportance || !prediction) continue;
    const { outputBytes, bitsPerWeight: bits } = priced.price;
    const chosen = achieved === null && mix.value === null && options.value.type === name;
    add(
      name,
      chosen ? 'chosen' : 'type',
      { bytes: outputBytes, bitsPerWeight: bits, sqnrDb: prediction.sqnrDb.value },
      measuredAnswerOf(name),
      { beyond: floats.has(name), tag: achieved ? null : tagOf(name) },
    );
  }
  for (const point of frontier.value) add(t.bestMixFor(bytes(point.bytes)), 'best', point);
  if (achieved) add(achieved.name, 'chosen', achieved);
  else if (mix.value) {
    const { bitsPerWeight: bits, prediction, bytes: size } = mix.value;
    const figures = { bytes: size, bitsPerWeight: bits, sqnrDb: prediction.sqnrDb.value };
    add(t.yourMix, 'chosen', figures, measuredAnswer(options.value));
  }
  return points;
}

/** Where the memory that was stated ends, for files. */
function machineNow(): Machine | null {
  const largest = largestThatFits.value;
  if (largest === null) return null;
  const { fitsThere, fitsWith } = texts().plan;
  const memory = bytes(memoryThere.value!);
  return { bytes: largest, labels: [fitsWith(memory, integer(contextWanted.value)), fitsThere(memory)] };
}

function usePoints(achieved: Achieved | null): MeasuredPoint[] {
  const follows = [
    predictions.value,
    prices.value,
    frontier.value,
    mix.value,
    options.value.type,
    measured.value,
    suggestions.value,
    largestThatFits.value,
    core.value,
    language(),
  ];
  return useMemo(() => planePoints(achieved), [...follows, achieved]);
}

function tableOf(achieved: Achieved | null): ChartTable {
  const t = texts().plan;
  const points = planePoints(achieved);
  return {
    columns: [
      { title: t.name },
      { title: t.kind },
      { title: t.size, unit: texts().common.bitsPerWeight },
      { title: t.signalToNoiseColumn, unit: 'dB' },
      { title: t.divergenceColumn, unit: 'nats' },
      { title: t.fileSize, unit: texts().units.bytes },
    ],
    rows: points.map(({ name, kind, bytes: size, bitsPerWeight: bits, sqnrDb, divergence }) => [
      name,
      t.kinds[kind],
      bits,
      sqnrDb,
      divergence,
      size,
    ]),
  };
}

function choose(point: PlanePoint): void {
  const found = point.kind === 'best' && frontier.peek().find((one) => one.bytes === point.bytes);
  if (found) solveFor(found.bytes);
  else if (point.kind === 'type') ask({ type: point.name });
}

/** Beside the suggestions: what can be had, and what of it the machine holds. */
export function SizePlane(): VNode {
  const points = usePoints(null);
  const machine = machineNow();
  if (points.length < 2)
    return (
      <div class="plane-room">
        <p class="quiet">{opened.value === null ? texts().plan.planeEmpty : texts().plan.planeWaiting}</p>
      </div>
    );
  return (
    <ChartFrame
      compact
      title={texts().plan.plane}
      note={texts().plan.planeNote}
      file="size-error"
      legend={<Legend machine={machine} />}
      table={() => tableOf(null)}
    >
      {(width, height) => (
        <SizeError width={width} height={height} points={points} machine={machine} onChoose={choose} />
      )}
    </ChartFrame>
  );
}

function Legend({ machine }: { machine: Machine | null }): VNode {
  const t = texts().plan.legend;
  return (
    <ul class="legend plane-legend" aria-hidden="true">
      <li>
        <svg viewBox="-6 -6 12 12">
          <circle class="plane-point" r="3.5" />
        </svg>
        {t.type}
      </li>
      <li>
        <svg viewBox="-8 -8 16 16">
          <circle class="plane-ring" r="6" />
        </svg>
        {t.suggested}
      </li>
      <li>
        <svg viewBox="-7 -7 14 14">
          <path class="plane-point chosen" d="M0,-6.5L6,0L0,6.5L-6,0Z" />
        </svg>
        {t.planned}
      </li>
      <li>
        <svg viewBox="-10 -6 20 12">
          <path class="series frontier" d="M-9,3L9,-3" />
        </svg>
        {t.mixes}
      </li>
      {machine && (
        <li>
          <svg viewBox="-6 -6 12 12">
            <circle class="plane-point out" r="3.5" />
          </svg>
          {t.fitsNot}
        </li>
      )}
    </ul>
  );
}

/** Where a result lies among what there was to choose. */
export function ResultPlane({ achieved }: { achieved: Achieved }): VNode | null {
  const points = usePoints(achieved);
  if (points.length < 2) return null;
  return (
    <ChartFrame
      title={texts().plan.planeOfResult}
      note={texts().plan.planeOfResultNote}
      file="size-error-result"
      table={() => tableOf(achieved)}
    >
      {(width) => <SizeError width={width} points={points} onChoose={choose} />}
    </ChartFrame>
  );
}
