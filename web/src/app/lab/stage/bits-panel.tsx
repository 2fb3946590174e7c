/** The block as it is stored: bytes, bits, and the weights they are. */
import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { type BitGroup, BitMap } from '../../../charts/bit-map';
import { ChartFrame } from '../../../charts/frame';
import type { TableColumn } from '../../../charts/table';
import type { BlockBits, StoredRun } from '../../../core/types';
import { coreLang, texts } from '../../../text/texts';
import { precise } from '../../../text/units';
import { bench, lists, setBench, type Shown, storedRun } from '../bench';
import { formatOf, wholeFormats } from '../block';
import { superNumbersOf } from '../from-model';
import { wholeCore } from '../../engine';
import { takenNow } from '../taken';
import { Told } from '../terms';
import { pointed, storedAs } from '../view';
import { BitLegend } from './bit-legend';
import {
  bitOf,
  isOfRun,
  KINDS,
  numbersOf,
  partName,
  placesOf,
  type StoredNumber,
  storedValue,
  worked,
  writtenAs,
} from './block-bits';
import { WholeBits } from './whole-bits';

const short = (value: number): string => precise(Number(value.toPrecision(4)));

export function BitsPanel({ shown, controls }: { shown: Shown; controls: ComponentChildren }): VNode {
  const others = wholeFormats(wholeCore.value?.formats ?? []);
  const format = others.find(({ name }) => name === storedAs.value);
  const words = texts().lab.bits;
  const both = (
    <>
      {controls}
      <select
        class="select bits-format"
        aria-label={words.storedAs}
        value={format?.name ?? ''}
        onChange={({ currentTarget }) => (storedAs.value = currentTarget.value)}
      >
        <option value="">{words.asBench}</option>
        {others.map(({ name }) => (
          <option key={name} value={name}>
            {words.wholeBlock(name.toUpperCase())}
          </option>
        ))}
      </select>
    </>
  );
  return format ? <WholeBits format={format} controls={both} /> : <BenchBits shown={shown} controls={both} />;
}

function BenchBits({ shown, controls }: { shown: Shown; controls: ComponentChildren }): VNode {
  const stored = storedRun(takenNow()?.block ?? 0);
  if ('error' in stored) return <NoBits why={stored.error} controls={controls} shown={shown} />;
  return <Bits shown={shown} controls={controls} layout={stored.layout} run={stored.run} />;
}

function Bits({
  shown: { bench: block },
  controls,
  layout,
  run,
}: {
  shown: Shown;
  controls: ComponentChildren;
  layout: BlockBits;
  run: StoredRun;
}): VNode {
  const numbers = useMemo(() => numbersOf(layout), [layout]);
  const words = texts().lab.bits;
  const { weights } = block;
  const first = run.run * layout.runLength;
  const runs = layout.blockLength / layout.runLength;
  const name = (number: StoredNumber): string => {
    if (number.part === 'code') return words.codeOf(number.index - first + 1);
    const called = partName(layout, number.part);
    if (number.part === 'shared scale' || number.part === 'shared minimum') return words.shared(called);
    return runs > 1 ? words.ofRunOf(called, number.index + 1, runs) : called;
  };
  const groups: BitGroup[] = numbers.map((number) => {
    const own = isOfRun(layout, number, run.run, weights.length);
    const value = valueOf(layout, number, run);
    const weight = own && number.part === 'code' ? number.index - first : null;
    return {
      kind: KINDS[number.part],
      bits: number.bits.map(({ bit }) => bit),
      own,
      weight,
      head: own ? words.reading(name(number), short(value)) : otherName(layout, number, first),
      lines: own
        ? [
            writtenAs(layout, number, run.bytes),
            placesOf(number),
            ...(weight === null
              ? []
              : [words.comesBack(precise(weights[weight] ?? 0), precise(run.decoded[weight] ?? 0))]),
          ]
        : [words.notHere],
    };
  });
  const ofWeight = weights.map((_, weight) =>
    numbers.flatMap((number, index) =>
      isOfRun(layout, number, run.run, weights.length) && (number.part !== 'code' || number.index === first + weight)
        ? [index]
        : [],
    ),
  );
  // The weight's own code comes first: pointing at the weight points at it.
  for (const all of ofWeight)
    all.sort((a, b) => Number(numbers[b]!.part === 'code') - Number(numbers[a]!.part === 'code'));
  const at = Math.min(pointed.value ?? 0, weights.length - 1);
  const sum = worked(layout, numbers, run, at);
  const kinds = [...new Set(numbers.map(({ part }) => part))];
  return (
    <ChartFrame
      title={words.title}
      note={
        <>
          <Told text={words.note(layout.blockBytes, layout.format.toUpperCase(), layout.blockLength)} />
          {runs > 1 && ` ${words.noteRuns(runs, run.run + 1)}`}
        </>
      }
      compact
      controls={controls}
      file="stored-block"
      legend={<BitLegend layout={layout} kinds={kinds} weight={at} was={weights[at] ?? 0} sum={sum} />}
      table={() => ({
        columns: columns(),
        rows: numbers
          .filter((number) => isOfRun(layout, number, run.run, weights.length))
          .map((number) => [
            name(number),
            valueOf(layout, number, run),
            writtenAs(layout, number, run.bytes),
            number.bits.map(({ bit }) => bitOf(run.bytes, bit)).join(''),
            number.bits.map(({ bit }) => `${bit >> 3}.${bit & 7}`).join(' '),
          ]),
      })}
    >
      {(width, height) => (
        <div class="bits-scroll" style={{ height: `${height}px` }} tabIndex={0} role="region" aria-label={words.region}>
          <BitMap
            width={width - 14}
            bytes={run.bytes}
            groups={groups}
            ofWeight={ofWeight}
            weights={weights.map((weight, index) => {
              const code = numbers.find((one) => one.part === 'code' && one.index === first + index);
              return { value: short(weight), code: code ? String(storedValue(layout, code, run.bytes)) : '' };
            })}
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
  const { number, value, stored, bits, places } = texts().lab.bits;
  return [{ title: number }, { title: value }, { title: stored }, { title: bits }, { title: places }];
}

/** What a number is: floats by their value, others by the integer. */
function valueOf(layout: BlockBits, number: StoredNumber, run: StoredRun): number {
  switch (number.part) {
    case 'shared scale':
      return run.sharedScale;
    case 'shared minimum':
      return run.sharedMinimum;
    case 'scale':
      return layout.kind.startsWith('super-block') ? storedValue(layout, number, run.bytes) : run.step;
    case 'minimum':
      return layout.kind.startsWith('super-block') ? storedValue(layout, number, run.bytes) : run.offset;
    default:
      return storedValue(layout, number, run.bytes);
  }
}

function otherName(layout: BlockBits, { part, index }: StoredNumber, first: number): string {
  const words = texts().lab.bits;
  if (part !== 'code') return words.ofRun(partName(layout, part), index + 1);
  const run = Math.floor(index / layout.runLength);
  return run * layout.runLength === first ? words.noWeight((index % layout.runLength) + 1) : words.codeOfRun(run + 1);
}

function NoBits({ why, shown, controls }: { why: string; shown: Shown; controls: ComponentChildren }): VNode {
  const { format, weights } = bench.value;
  const words = texts().lab.bits;
  const module = wholeCore.value?.module;
  const numbers =
    module && shown.bench.superNumbers === null && weights.length <= formatOf(bench.value, lists.value).runLength
      ? superNumbersOf(module, formatOf(bench.value, lists.value), weights)
      : null;
  return (
    <section class="chart compact" aria-labelledby="no-bits">
      <div class="chart-line">
        <h3 id="no-bits">{words.title}</h3>
        <div class="chart-controls">{controls}</div>
      </div>
      <p class="notice" {...coreLang(why)}>
        {why}
      </p>
      <div class="lab-choices">
        {format === '' && (
          <button type="button" class="button" onClick={() => setBench({ format: 'q4_0' }, true)}>
            {words.store('Q4_0')}
          </button>
        )}
        {numbers && (
          <button type="button" class="button" onClick={() => setBench({ superNumbers: numbers }, true)}>
            {words.takeSuperBlock(weights.length)}
          </button>
        )}
      </div>
    </section>
  );
}
