/** The block as it is stored: bytes, bits, and the weights they are. */
import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { type BitGroup, BitMap } from '../../../charts/bit-map';
import { ChartFrame } from '../../../charts/frame';
import type { BlockBits, StoredRun } from '../../../core/types';
import { plural, precise } from '../../../text/units';
import { bench, lists, setBench, type Shown, storedRun } from '../bench';
import { formatOf, wholeFormats } from '../block';
import { superNumbersOf } from '../from-model';
import { core } from '../../engine';
import { takenNow } from '../taken';
import { pointed, storedAs } from '../view';
import { BitLegend } from './bit-legend';
import {
  bitOf,
  formulaOf,
  isOfRun,
  KINDS,
  numbersOf,
  partName,
  type StoredNumber,
  storedValue,
  worked,
  writtenAs,
} from './block-bits';
import { WholeBits } from './whole-bits';

const short = (value: number): string => precise(Number(value.toPrecision(4)));

export function BitsPanel({ shown, controls }: { shown: Shown; controls: ComponentChildren }): VNode {
  const others = wholeFormats(core.value?.formats ?? []);
  const format = others.find(({ name }) => name === storedAs.value);
  const both = (
    <>
      {controls}
      <select
        class="select bits-format"
        aria-label="Stored as"
        value={format?.name ?? ''}
        onChange={({ currentTarget }) => (storedAs.value = currentTarget.value)}
      >
        <option value="">as the bench has it</option>
        {others.map(({ name }) => (
          <option key={name} value={name}>
            {name.toUpperCase()}, a whole block
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
  const { weights } = block;
  const first = run.run * layout.runLength;
  const runs = layout.blockLength / layout.runLength;
  const name = (number: StoredNumber): string => {
    if (number.part === 'code') return `code of weight ${number.index - first + 1}`;
    const called = partName(layout, number.part);
    if (number.part === 'shared scale' || number.part === 'shared minimum') return `${called}, shared by the block`;
    return runs > 1 ? `${called} of run ${number.index + 1} of ${runs}` : called;
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
      head: own ? `${name(number)}: ${short(value)}` : otherName(layout, number, first),
      lines: own
        ? [
            writtenAs(layout, number, run.bytes),
            `in ${placesOf(number)}`,
            ...(weight === null
              ? []
              : [`weight ${precise(weights[weight] ?? 0)} comes back as ${precise(run.decoded[weight] ?? 0)}`]),
          ]
        : ['not on the bench'],
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
      title="The block as it is stored"
      note={
        `The ${layout.blockBytes} bytes of a block of ${layout.format.toUpperCase()}, ` +
        `${layout.blockLength} weights, in the order of the file; in each byte the most significant bit is at the ` +
        `left, and bits that are set are filled. Point at a weight or at bits, or go through the numbers with the ` +
        `arrow keys.` +
        (runs > 1 ? ` The block holds ${runs} runs; what belongs to others than run ${run.run + 1} is faint.` : '')
      }
      compact
      controls={controls}
      file="stored-block"
      legend={
        <BitLegend layout={layout} kinds={kinds}>
          <li class="bit-formula">
            weight = {formulaOf(layout)}
            {sum && (
              <>
                {' · '}weight {at + 1} = <strong>{sum.text}</strong> = <strong>{precise(sum.value)}</strong> (was{' '}
                {precise(weights[at] ?? 0)})
              </>
            )}
          </li>
        </BitLegend>
      }
      table={() => ({
        columns: [
          { title: 'number' },
          { title: 'value' },
          { title: 'as stored' },
          { title: 'bits' },
          { title: 'byte and bit of each, the most significant first' },
        ],
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
        <div class="bits-scroll" style={{ height: `${height}px` }} tabIndex={0} role="region" aria-label="Bits">
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
  if (part !== 'code') return `${partName(layout, part)} of run ${index + 1}`;
  const run = Math.floor(index / layout.runLength);
  return run * layout.runLength === first
    ? `code ${(index % layout.runLength) + 1}, of no weight here`
    : `a code of run ${run + 1}`;
}

/** The bytes a number lies in. */
function placesOf({ bits }: StoredNumber): string {
  const bytes = [...new Set(bits.map(({ bit }) => bit >> 3))].sort((a, b) => a - b);
  return bytes.length === 1 ? `byte ${bytes[0]}` : `bytes ${bytes.slice(0, -1).join(', ')} and ${bytes.at(-1)}`;
}

function NoBits({ why, shown, controls }: { why: string; shown: Shown; controls: ComponentChildren }): VNode {
  const { format, weights } = bench.value;
  const module = core.value?.module;
  const numbers =
    module && shown.bench.superNumbers === null && weights.length <= formatOf(bench.value, lists.value).runLength
      ? superNumbersOf(module, formatOf(bench.value, lists.value), weights)
      : null;
  return (
    <section class="chart compact" aria-labelledby="no-bits">
      <div class="chart-line">
        <h3 id="no-bits">The block as it is stored</h3>
        <div class="chart-controls">{controls}</div>
      </div>
      <p class="notice">{why}</p>
      <div class="lab-choices">
        {format === '' && (
          <button type="button" class="button" onClick={() => setBench({ format: 'q4_0' }, true)}>
            Store it as Q4_0
          </button>
        )}
        {numbers && (
          <button type="button" class="button" onClick={() => setBench({ superNumbers: numbers }, true)}>
            Take what llama.cpp gives a super-block of these {plural(weights.length, 'weight')} over and over
          </button>
        )}
      </div>
    </section>
  );
}
