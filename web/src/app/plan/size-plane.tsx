/** The size/error plane of the open model. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { ChartFrame } from '../../charts/frame';
import { type PlanePoint, SizeError } from '../../charts/size-error';
import { predictions } from '../state/measuring';
import {
  divergenceWords,
  type MeasuredAnswer,
  measured,
  measuredAnswer,
  measuredAnswerOf,
} from '../state/measured-answers';
import { frontier, mix, solveFor } from '../state/mixing';
import { ask, options, prices } from '../state/planning';
import { bitsPerWeight, bytes, decibels } from '../../text/units';

/** Types with more error than signal squeeze everything else into a corner. */
const LEAST_DB = 1;

/** What a run has achieved, measured over all weights; it takes the place of what is planned. */
interface Achieved {
  name: string;
  bytes: number;
  bitsPerWeight: number;
  sqnrDb: number | null; // null: no error at all, which has no place on the plane
}

/** A point, and its mean divergence in nats where answers were measured. */
type MeasuredPoint = PlanePoint & { divergence: number | null };

function planePoints(achieved: Achieved | null): MeasuredPoint[] {
  const points: MeasuredPoint[] = [];
  const add = (
    name: string,
    kind: PlanePoint['kind'],
    bits: number,
    sqnrDb: number | null | undefined,
    size: number,
    answer: MeasuredAnswer | null = null,
  ) => {
    if (sqnrDb == null || sqnrDb < LEAST_DB) return;
    points.push({
      name,
      kind,
      bitsPerWeight: bits,
      sqnrDb,
      divergence: answer?.report.divergence.value ?? null,
      lines: [
        `${bytes(size)}, ${bitsPerWeight(bits)} bits per weight`,
        `${decibels(sqnrDb)} signal to noise`,
        ...(answer ? [`answers, measured: ${divergenceWords(answer)} apart`] : []),
      ],
    });
  };
  const lossless = Math.max(0, ...frontier.value.map((point) => point.bitsPerWeight));
  for (const [name, priced] of prices.value) {
    const prediction = predictions.value.get(name);
    // Float types lie far outside of what a mix is chosen from.
    if (!('price' in priced) || !prediction || priced.price.bitsPerWeight > lossless + 1) continue;
    const chosen = achieved === null && mix.value === null && options.value.type === name;
    add(
      name,
      chosen ? 'chosen' : 'type',
      priced.price.bitsPerWeight,
      prediction.sqnrDb.value,
      priced.price.outputBytes,
      measuredAnswerOf(name),
    );
  }
  for (const { bytes: size, bitsPerWeight: bits, sqnrDb } of frontier.value)
    add(`best mix for ${bytes(size)}`, 'best', bits, sqnrDb, size);
  if (achieved) add(achieved.name, 'chosen', achieved.bitsPerWeight, achieved.sqnrDb, achieved.bytes);
  else if (mix.value) {
    const { bitsPerWeight: bits, prediction, bytes: size } = mix.value;
    add('your mix', 'chosen', bits, prediction.sqnrDb.value, size, measuredAnswer(options.value));
  }
  return points;
}

export function SizePlane({ achieved = null }: { achieved?: Achieved | null }): VNode | null {
  const [known, priced, best, chosen, type] = [
    predictions.value,
    prices.value,
    frontier.value,
    mix.value,
    options.value.type,
  ];
  const answers = measured.value;
  const points = useMemo(() => planePoints(achieved), [known, priced, best, chosen, type, achieved, answers]);
  if (points.length < 2) return null;
  const choose = (point: PlanePoint) => {
    if (point.kind === 'type') ask({ type: point.name });
    const found = frontier.value.find((one) => point.name === `best mix for ${bytes(one.bytes)}`);
    if (point.kind === 'best' && found) solveFor(found.bytes);
  };
  return (
    <ChartFrame
      title={achieved ? 'Where this result lies' : 'Size and error'}
      note={
        `Dots: file types. Line: the best mixes of the measured types, from the smallest to the largest. Both ` +
        `are predicted from the sample, with llama.cpp’s scale search. Diamond: ` +
        `${achieved ? 'this result, over all its weights' : 'what is planned'}. Click one to choose it.`
      }
      file={achieved ? 'size-error-result' : 'size-error'}
      table={() => ({
        columns: [
          { title: 'name' },
          { title: 'kind' },
          { title: 'size', unit: 'bits per weight' },
          { title: 'signal to noise', unit: 'dB' },
          { title: 'mean divergence of answers, measured', unit: 'nats' },
        ],
        rows: points.map(({ name, kind, bitsPerWeight: bits, sqnrDb, divergence }) => [
          name,
          kind,
          bits,
          sqnrDb,
          divergence,
        ]),
      })}
    >
      {(width) => <SizeError width={width} points={points} onChoose={choose} />}
    </ChartFrame>
  );
}
