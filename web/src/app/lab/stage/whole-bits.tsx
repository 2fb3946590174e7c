/** The weights on the bench as a whole block of a format that has no curve: codebooks, two or three values. */
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { type BitGroup, BitMap } from '../../../charts/bit-map';
import { ChartFrame } from '../../../charts/frame';
import { readWeights, sentenceOf } from '../../../core/index';
import type { FormatInfo } from '../../../core/types';
import { percent, plural, precise } from '../../../text/units';
import { bench, lists } from '../bench';
import { takenNow } from '../taken';
import { pointed } from '../view';
import { core } from '../../engine';
import { opened } from '../../state/opening';
import { BitLegend } from './bit-legend';
import {
  formulaOf,
  KINDS,
  numbersOf,
  partName,
  sharesBits,
  type StoredNumber,
  storedValue,
  weightsOf,
  writtenAs,
} from './block-bits';
import { storeWhole, type WholeBlock, workedWhole } from './whole-block';

const short = (value: number): string => precise(Number(value.toPrecision(4)));

/** The weights of a whole block: those of the model around the run on the bench, or the bench's over and over. */
function useWeights(length: number): { weights: number[]; from: string } {
  const { weights } = bench.value;
  const taken = takenNow();
  const model = opened.value?.model ?? null;
  const tensor = taken && model?.info.tensors.find(({ name }) => name === taken.tensor);
  const fits = tensor && (tensor.shape[0] ?? 0) % length === 0;
  const run = taken ? (lists.value.formats.find(({ name }) => name === taken.format)?.runLength ?? 1) : 1;
  const first = taken ? Math.floor((taken.block * run) / length) * length : 0;
  const key = fits ? `${taken!.tensor} ${first} ${length}` : '';
  const [read, setRead] = useState<{ key: string; weights: number[] } | null>(null);
  useEffect(() => {
    if (key === '' || !model || !tensor) return undefined;
    let current = true;
    readWeights(model, tensor, first, length).then(
      (found) => current && setRead({ key, weights: [...found] }),
      () => {}, // then those on the bench are stored
    );
    return () => {
      current = false;
    };
  }, [key, model]);
  return useMemo(
    () =>
      key !== '' && read?.key === key
        ? { weights: read.weights, from: `weights ${first} to ${first + length - 1} of ${taken!.tensor}` }
        : {
            weights: Array.from({ length }, (_, at) => weights[at % weights.length] ?? 0),
            from: weights.length === length ? 'those on the bench' : 'those on the bench over and over',
          },
    [key, read, weights, length],
  );
}

export function WholeBits({ format, controls }: { format: FormatInfo; controls: ComponentChildren }): VNode | null {
  const { weights, from } = useWeights(format.blockLength);
  const { importance } = bench.value;
  const loaded = core.value;
  const stored = useMemo(() => {
    if (!loaded) return null;
    const counts = weights.map((_, at) => importance?.[at % importance.length] ?? 1);
    try {
      return storeWhole(loaded, format, weights, counts);
    } catch (error) {
      return sentenceOf(error);
    }
  }, [loaded, format, weights, importance]);
  if (stored === null) return null;
  if (typeof stored === 'string') return <p class="notice">{stored}</p>;
  return <Shown stored={stored} weights={weights} from={from} controls={controls} />;
}

function Shown({
  stored,
  weights,
  from,
  controls,
}: {
  stored: WholeBlock;
  weights: readonly number[];
  from: string;
  controls: ComponentChildren;
}): VNode {
  const { layout, bytes, decoded } = stored;
  const numbers = useMemo(() => numbersOf(layout), [layout.format]);
  const { groups, ofWeight, cells } = useMemo(() => drawn(stored, numbers, weights), [stored, weights]);
  const at = Math.min(pointed.value ?? 0, weights.length - 1);
  const sum = workedWhole(stored, numbers, at);
  const [lost, whole] = weights.reduce(
    ([error, all], value, index) => [error + (value - (decoded[index] ?? 0)) ** 2, all + value * value],
    [0, 0],
  );
  const kinds = [...new Set(numbers.map(({ part }) => part))];
  const parity = layout.points?.evenSigns
    ? ' The sign of every eighth weight is the parity of the seven before it, and has no bit.'
    : '';
  return (
    <ChartFrame
      title="The block as it is stored"
      note={
        `The ${layout.blockBytes} bytes of a block of ${layout.format.toUpperCase()}, ${layout.blockLength} weights ` +
        `(${from}), as llama.cpp’s search stores them. In each byte the most significant bit is at the left, and ` +
        `bits that are set are filled. Point at a weight or at bits, or go through the numbers with the arrow keys. ` +
        `Where the cells of weights have no room for numbers, they are darker the larger the weight, in one colour ` +
        `above zero and another below.${parity}`
      }
      compact
      controls={controls}
      file={`stored-block-${layout.format}`}
      legend={
        <BitLegend layout={layout} kinds={kinds}>
          <li>relative error {percent(whole > 0 ? Math.sqrt(lost / whole) : 0, 2)}</li>
          <li class="bit-formula">
            weight = {formulaOf(layout)} · weight {at + 1} = <strong>{sum.text}</strong> ={' '}
            <strong>{precise(sum.value)}</strong> (was {precise(weights[at] ?? 0)})
          </li>
        </BitLegend>
      }
      table={() => ({
        columns: [
          { title: 'number' },
          { title: 'value' },
          { title: 'as stored' },
          { title: 'byte and bit of each, the most significant first' },
        ],
        rows: numbers.map((number) => [
          nameOf(stored, number),
          valueOf(stored, number),
          sharesBits(number) ? 'a digit of base 3' : writtenAs(layout, number, bytes),
          number.bits.map(({ bit }) => `${bit >> 3}.${bit & 7}`).join(' '),
        ]),
      })}
    >
      {(width, height) => (
        <div class="bits-scroll" style={{ height: `${height}px` }} tabIndex={0} role="region" aria-label="Bits">
          <BitMap
            width={width - 14}
            bytes={bytes}
            groups={groups}
            ofWeight={ofWeight}
            weights={cells}
            pointed={pointed.value}
            onPoint={(weight) => {
              pointed.value = weight;
            }}
          />
        </div>
      )}
    </ChartFrame>
  );
}

function valueOf(stored: WholeBlock, number: StoredNumber): number {
  const { layout, bytes, d, decoded } = stored;
  if (number.part === 'shared scale' || (number.part === 'scale' && !layout.points)) return d;
  if (sharesBits(number)) return Math.round((decoded[number.index] ?? 0) / (d || 1)) + 1;
  return storedValue(layout, number, bytes);
}

function nameOf({ layout }: WholeBlock, number: StoredNumber): string {
  const called = partName(layout, number.part);
  const weights = weightsOf(layout, number);
  if (weights.length === layout.blockLength) return `${called}, shared by the block`;
  if (number.part === 'code' || number.part === 'sign') return `${called} of weight ${number.index + 1}`;
  return `${called} of weights ${weights[0]! + 1} to ${weights.at(-1)! + 1}`;
}

/** A point as its levels: "8 25 8 8 43 8 8 8". */
function levelsOf({ layout: { points } }: WholeBlock, position: number): string {
  const { codebook, length, levelBits, magnitudes } = points!;
  const packed = codebook[position] ?? 0;
  return Array.from({ length }, (_, at) =>
    precise(magnitudes[(packed >> (levelBits * at)) & (2 ** levelBits - 1)] ?? 0),
  ).join(' ');
}

/** What the drawing shows: bits by number, where several lie in one byte together; and each weight's numbers. */
function drawn(stored: WholeBlock, numbers: readonly StoredNumber[], weights: readonly number[]) {
  const { layout, bytes, decoded } = stored;
  const together = new Map<string, StoredNumber[]>();
  for (const number of numbers) {
    const key = sharesBits(number) ? `byte ${number.bits[0]!.bit >> 3}` : `${number.part} ${number.index}`;
    together.set(key, [...(together.get(key) ?? []), number]);
  }
  const all = [...together.values()];
  const groups: BitGroup[] = all.map((some) => {
    const [number] = some as [StoredNumber];
    const value = valueOf(stored, number);
    const isOfOne = some.length === 1 && (number.part === 'code' || number.part === 'sign');
    const places = [...new Set(number.bits.map(({ bit }) => bit >> 3))].sort((a, b) => a - b);
    return {
      kind: KINDS[number.part],
      bits: number.bits.map(({ bit }) => bit),
      own: true,
      weight: isOfOne ? number.index : null,
      head:
        some.length > 1
          ? `${plural(some.length, 'digit')} of base 3: ${some.map((one) => valueOf(stored, one)).join(' ')}`
          : `${nameOf(stored, number)}: ${short(value)}`,
      lines: [
        some.length > 1
          ? `of weights ${some.map(({ index }) => index + 1).join(', ')}`
          : writtenAs(layout, number, bytes),
        ...(number.part === 'point' ? [`levels ${levelsOf(stored, value)}`] : []),
        ...(number.part === 'scale' && layout.points ? [`step ${precise(layout.points.steps[value] ?? 0)}`] : []),
        `in byte ${places.join(', ')}`,
        ...(isOfOne
          ? [`weight ${precise(weights[number.index] ?? 0)} comes back as ${precise(decoded[number.index] ?? 0)}`]
          : []),
      ],
    };
  });
  const ofWeight: number[][] = weights.map(() => []);
  // A weight's own numbers come first, which fewest others share: pointing at it points at them.
  const order = all
    .map((some, index) => ({ index, weights: some.flatMap((number) => weightsOf(layout, number)) }))
    .sort((a, b) => a.weights.length - b.weights.length);
  for (const { index, weights: own } of order) for (const weight of own) ofWeight[weight]?.push(index);
  const most = decoded.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const cells = weights.map((weight, index) => ({
    value: short(weight),
    code: short(decoded[index] ?? 0),
    shade: (decoded[index] ?? 0) / most,
    reading: {
      head: `weight ${index + 1}: ${precise(weight)}`,
      lines: [`comes back as ${precise(decoded[index] ?? 0)} = ${workedWhole(stored, numbers, index).text}`],
    },
  }));
  return { groups, ofWeight, cells };
}
