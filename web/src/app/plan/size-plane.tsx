/** The size/error plane of the open model. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { ChartFrame } from '../../charts/frame';
import { type PlanePoint, SizeError } from '../../charts/size-error';
import { predictions } from '../state/measuring';
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

function planePoints(achieved: Achieved | null): PlanePoint[] {
  const points: PlanePoint[] = [];
  const add = (
    name: string,
    kind: PlanePoint['kind'],
    bits: number,
    sqnrDb: number | null | undefined,
    size: number,
  ) => {
    if (sqnrDb == null || sqnrDb < LEAST_DB) return;
    points.push({
      name,
      kind,
      bitsPerWeight: bits,
      sqnrDb,
      lines: [`${bytes(size)}, ${bitsPerWeight(bits)} bits per weight`, `${decibels(sqnrDb)} signal to noise`],
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
    );
  }
  for (const { bytes: size, bitsPerWeight: bits, sqnrDb } of frontier.value)
    add(`best mix for ${bytes(size)}`, 'best', bits, sqnrDb, size);
  if (achieved) add(achieved.name, 'chosen', achieved.bitsPerWeight, achieved.sqnrDb, achieved.bytes);
  else if (mix.value)
    add('your mix', 'chosen', mix.value.bitsPerWeight, mix.value.prediction.sqnrDb.value, mix.value.bytes);
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
  const points = useMemo(() => planePoints(achieved), [known, priced, best, chosen, type, achieved]);
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
        ],
        rows: points.map(({ name, kind, bitsPerWeight: bits, sqnrDb }) => [name, kind, bits, sqnrDb]),
      })}
    >
      {(width) => <SizeError width={width} points={points} onChoose={choose} />}
    </ChartFrame>
  );
}
