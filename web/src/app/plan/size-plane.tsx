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

function planePoints(): PlanePoint[] {
  const points: PlanePoint[] = [];
  const add = (name: string, kind: PlanePoint['kind'], bits: number, sqnrDb: number | null | undefined, size: number) => {
    if (sqnrDb == null || sqnrDb < LEAST_DB) return;
    points.push({ name, kind, bitsPerWeight: bits, sqnrDb, lines: [`${bytes(size)}, ${bitsPerWeight(bits)} bits per weight`, `${decibels(sqnrDb)} signal to noise`] });
  };
  const lossless = Math.max(0, ...frontier.value.map((point) => point.bitsPerWeight));
  for (const [name, priced] of prices.value) {
    const prediction = predictions.value.get(name);
    // Float types lie far outside of what a mix is chosen from.
    if (!('price' in priced) || !prediction || priced.price.bitsPerWeight > lossless + 1) continue;
    const chosen = mix.value === null && options.value.type === name;
    add(name, chosen ? 'chosen' : 'type', priced.price.bitsPerWeight, prediction.sqnrDb.value, priced.price.outputBytes);
  }
  for (const { bytes: size, bitsPerWeight: bits, sqnrDb } of frontier.value) add(`best mix for ${bytes(size)}`, 'best', bits, sqnrDb, size);
  if (mix.value) add('your mix', 'chosen', mix.value.bitsPerWeight, mix.value.prediction.sqnrDb.value, mix.value.bytes);
  return points;
}

export function SizePlane(): VNode | null {
  const [known, priced, best, chosen, type] = [predictions.value, prices.value, frontier.value, mix.value, options.value.type];
  const points = useMemo(planePoints, [known, priced, best, chosen, type]);
  if (points.length < 2) return null;
  const choose = (point: PlanePoint) => {
    if (point.kind === 'type') ask({ type: point.name });
    const found = frontier.value.find((one) => point.name === `best mix for ${bytes(one.bytes)}`);
    if (point.kind === 'best' && found) solveFor(found.bytes);
  };
  return (
    <ChartFrame
      title="Size and error"
      note="Dots: file types. Line: the best mixes of the measured types, from the smallest to the largest. Diamond: what is planned. Click one to choose it."
      file="size-error"
      table={() => ({ header: ['name', 'kind', 'bits per weight', 'signal to noise, dB'], rows: points.map(({ name, kind, bitsPerWeight: bits, sqnrDb }) => [name, kind, bits, sqnrDb]) })}
    >
      {(width) => <SizeError width={width} points={points} onChoose={choose} />}
    </ChartFrame>
  );
}
