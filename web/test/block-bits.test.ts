/** What the Lab shows of a stored block: the numbers read from its bits, in the format's formula, decode as it does. */
import { beforeAll, expect, test } from 'vitest';
import { makeLab } from '../src/app/lab/lab-core';
import {
  bitOf,
  formulaOf,
  isOfRun,
  numbersOf,
  partName,
  storedValue,
  worked,
  writtenAs,
} from '../src/app/lab/stage/block-bits';
import { loadCore } from '../src/core';
import { answer } from '../src/core/module';
import type { FormatInfo, LabRequest } from '../src/core/types';
import { nodePlatform } from '../src/platform/node';
import type { NibbleModule } from '../src/wasm/nibble';

let module: NibbleModule;
let formats: readonly FormatInfo[];
beforeAll(async () => {
  const core = await loadCore(nodePlatform);
  module = core.module;
  formats = core.formats;
});

const wave = (count: number) =>
  Array.from({ length: count }, (_, index) => Math.fround(Math.sin(index * index * 1.7) * 0.7 + 0.2));

test('every format the Lab has: each weight of each run, computed from the numbers that are shown', () => {
  let compared = 0;
  for (const { name, grammar } of formats) {
    if (!grammar?.searchable) continue;
    const layout = answer(module.blockBits(name));
    const numbers = numbersOf(layout);
    const request: LabRequest = { weights: wave(layout.runLength), format: name };
    if (grammar.superBlock) Object.assign(request, { superScale: 2 ** -7, superMinimum: 2 ** -6 });
    const lab = makeLab(module, request);
    for (const method of answer(lab.report()).methods)
      for (let run = 0; run < layout.blockLength / layout.runLength; run += 1) {
        const stored = answer(lab.storedRun(method.scale, method.offset, run));
        stored.decoded.forEach((decoded, weight) => {
          const sum = worked(layout, numbers, stored, weight);
          expect(sum?.value, `${name}, run ${run}, weight ${weight}: ${sum?.text}`).toBe(Math.fround(decoded));
          compared += 1;
        });
      }
    lab.delete();
  }
  expect(compared).toBeGreaterThan(13 * 6 * 32);
});

test('numbers have the names, bits and formula of their format', () => {
  const layout = answer(module.blockBits('q4_K'));
  const numbers = numbersOf(layout);
  expect(formulaOf(layout)).toBe('d × scale × code − dmin × minimum');
  expect(formulaOf(answer(module.blockBits('q4_0')))).toBe('d × (code − 8)');
  expect(formulaOf(answer(module.blockBits('q5_1')))).toBe('d × code + m');
  expect(formulaOf(answer(module.blockBits('iq4_xs')))).toBe('d × scale × level[code]');
  expect(formulaOf(answer(module.blockBits('mxfp4')))).toBe('d × level[code]');
  // The fifth scale: four bits in byte 12 (low half), two at the top of byte 4.
  const fifth = numbers.find(({ part, index }) => part === 'scale' && index === 4)!;
  expect(fifth.bits.map(({ bit }) => [bit >> 3, bit & 7])).toEqual([
    [4, 7],
    [4, 6],
    [12, 3],
    [12, 2],
    [12, 1],
    [12, 0],
  ]);
  const bytes = Array<number>(144).fill(0);
  bytes[4] = 0x80;
  bytes[12] = 0x05;
  expect(storedValue(layout, fifth, bytes)).toBe(37);
  expect(writtenAs(layout, fifth, bytes)).toBe('6 bits 100101');
  expect(bitOf(bytes, 39)).toBe(1);
  expect(partName(layout, 'shared minimum')).toBe('dmin');
  expect(isOfRun(layout, fifth, 4, 32)).toBe(true);
  expect(isOfRun(layout, fifth, 0, 32)).toBe(false);
  const half = numbersOf(answer(module.blockBits('q8_0'))).find(({ part }) => part === 'scale')!;
  expect(writtenAs(answer(module.blockBits('q8_0')), half, [0x66, 0x2e])).toBe('half float 0x2e66');
});
