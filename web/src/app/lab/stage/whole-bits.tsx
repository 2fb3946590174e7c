/** The weights on the bench as a whole block of a format that has no curve: codebooks, two or three values. */
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { type BitGroup, BitMap } from '../../../charts/bit-map';
import { ChartFrame } from '../../../charts/frame';
import type { TableColumn } from '../../../charts/table';
import { readWeights, sentenceOf } from '../../../core/index';
import type { FormatInfo } from '../../../core/types';
import { coreLang, language, texts } from '../../../text/texts';
import { precise } from '../../../text/units';
import { bench, lists } from '../bench';
import { takenNow } from '../taken';
import { Told } from '../terms';
import { pointed } from '../view';
import { wholeCore } from '../../engine';
import { opened } from '../../state/opening';
import { BitLegend } from './bit-legend';
import {
  KINDS,
  numbersOf,
  partName,
  placesOf,
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
        ? { weights: read.weights, from: texts().lab.bits.fromModel(first, first + length - 1, taken!.tensor) }
        : {
            weights: Array.from({ length }, (_, at) => weights[at % weights.length] ?? 0),
            from: weights.length === length ? texts().lab.bits.fromBench : texts().lab.bits.fromBenchRepeated,
          },
    [key, read, weights, length, language()],
  );
}

export function WholeBits({ format, controls }: { format: FormatInfo; controls: ComponentChildren }): VNode | null {
  const { weights, from } = useWeights(format.blockLength);
  const { importance } = bench.value;
  const loaded = wholeCore.value;
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
  if (typeof stored === 'string')
    return (
      <p class="notice" {...coreLang(stored)}>
        {stored}
      </p>
    );
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
  const words = texts().lab.bits;
  const { layout, bytes, decoded } = stored;
  const numbers = useMemo(() => numbersOf(layout), [layout.format]);
  const { groups, ofWeight, cells } = useMemo(() => drawn(stored, numbers, weights), [stored, weights, language()]);
  const at = Math.min(pointed.value ?? 0, weights.length - 1);
  const sum = workedWhole(stored, numbers, at);
  const [lost, whole] = weights.reduce(
    ([error, all], value, index) => [error + (value - (decoded[index] ?? 0)) ** 2, all + value * value],
    [0, 0],
  );
  const kinds = [...new Set(numbers.map(({ part }) => part))];
  return (
    <ChartFrame
      title={words.title}
      note={
        <>
          <Told text={words.noteWhole(layout.blockBytes, layout.format.toUpperCase(), layout.blockLength, from)} />
          {layout.points?.evenSigns && ` ${words.parity}`}
        </>
      }
      compact
      controls={controls}
      file={`stored-block-${layout.format}`}
      legend={
        <BitLegend
          layout={layout}
          kinds={kinds}
          weight={at}
          was={weights[at] ?? 0}
          sum={sum}
          relativeError={whole > 0 ? Math.sqrt(lost / whole) : 0}
        />
      }
      table={() => ({
        columns: columns(),
        rows: numbers.map((number) => [
          nameOf(stored, number),
          valueOf(stored, number),
          sharesBits(number) ? texts().lab.bits.digit : writtenAs(layout, number, bytes),
          number.bits.map(({ bit }) => `${bit >> 3}.${bit & 7}`).join(' '),
        ]),
      })}
    >
      {(width, height) => (
        <div class="bits-scroll" style={{ height: `${height}px` }} tabIndex={0} role="region" aria-label={words.region}>
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

function columns(): TableColumn[] {
  const { number, value, stored, places } = texts().lab.bits;
  return [{ title: number }, { title: value }, { title: stored }, { title: places }];
}

function valueOf(stored: WholeBlock, number: StoredNumber): number {
  const { layout, bytes, d, decoded } = stored;
  if (number.part === 'shared scale' || (number.part === 'scale' && !layout.points)) return d;
  if (sharesBits(number)) return Math.round((decoded[number.index] ?? 0) / (d || 1)) + 1;
  return storedValue(layout, number, bytes);
}

function nameOf({ layout }: WholeBlock, number: StoredNumber): string {
  const words = texts().lab.bits;
  const called = partName(layout, number.part);
  const weights = weightsOf(layout, number);
  if (weights.length === layout.blockLength) return words.shared(called);
  if (number.part === 'code' || number.part === 'sign') return words.ofWeight(called, number.index + 1);
  return words.ofWeights(called, weights[0]! + 1, weights.at(-1)! + 1);
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
  const words = texts().lab.bits;
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
    return {
      kind: KINDS[number.part],
      bits: number.bits.map(({ bit }) => bit),
      own: true,
      weight: isOfOne ? number.index : null,
      head:
        some.length > 1
          ? words.digits(some.length, some.map((one) => valueOf(stored, one)).join(' '))
          : words.reading(nameOf(stored, number), short(value)),
      lines: [
        some.length > 1
          ? words.digitsOf(some.map(({ index }) => index + 1).join(', '))
          : writtenAs(layout, number, bytes),
        ...(number.part === 'point' ? [words.levels(levelsOf(stored, value))] : []),
        ...(number.part === 'scale' && layout.points ? [words.step(precise(layout.points.steps[value] ?? 0))] : []),
        placesOf(number),
        ...(isOfOne ? [words.comesBack(precise(weights[number.index] ?? 0), precise(decoded[number.index] ?? 0))] : []),
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
      head: words.weight(index + 1, precise(weight)),
      lines: [words.comesBackAs(precise(decoded[index] ?? 0), workedWhole(stored, numbers, index).text)],
    },
  }));
  return { groups, ofWeight, cells };
}
