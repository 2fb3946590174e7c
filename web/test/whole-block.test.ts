/** Whole stored blocks of formats without a curve: what is shown of every weight decodes as the core decodes it. */
import { beforeAll, expect, test } from 'vitest';
import { wholeFormats } from '../src/app/lab/block';
import { numbersOf, sharesBits, weightsOf, writtenAs } from '../src/app/lab/stage/block-bits';
import { storeWhole, workedWhole } from '../src/app/lab/stage/whole-block';
import { type Core, loadCore } from '../src/core';
import { nodePlatform } from '../src/platform/node';

let core: Core;
beforeAll(async () => {
  core = await loadCore(nodePlatform);
});

const wave = (count: number) =>
  Array.from({ length: count }, (_, index) => Math.fround(Math.sin(index * index * 1.7) * 0.7 + 0.05));

test('every format that the bench has no curve for: stored, and each weight computed from its numbers', () => {
  const formats = wholeFormats(core.formats);
  expect(formats.map(({ name }) => name).sort()).toEqual(
    ['iq1_m', 'iq1_s', 'iq2_s', 'iq2_xs', 'iq2_xxs', 'iq3_s', 'iq3_xxs', 'q1_0', 'q2_0', 'tq1_0', 'tq2_0'].sort(),
  );
  for (const format of formats) {
    const weights = wave(format.blockLength);
    const stored = storeWhole(core, format, weights, Array<number>(format.blockLength).fill(1));
    expect(stored.bytes).toHaveLength(format.blockBytes);
    const numbers = numbersOf(stored.layout);
    let lost = 0;
    stored.decoded.forEach((decoded, weight) => {
      const { value, text } = workedWhole(stored, numbers, weight);
      expect(value, `${format.name}, weight ${weight}: ${text}`).toBe(decoded);
      lost += (decoded - weights[weight]!) ** 2;
    });
    expect(lost).toBeLessThan(weights.reduce((sum, weight) => sum + weight * weight, 0));
    // Every weight has numbers of its own, and every bit a number.
    const reached = new Set(numbers.flatMap((number) => weightsOf(stored.layout, number)));
    expect(reached.size).toBe(format.blockLength);
    const bits = new Set(numbers.flatMap((number) => number.bits.map(({ bit }) => bit)));
    expect(bits.size).toBe(8 * format.blockBytes);
    expect(numbers.some(sharesBits)).toBe(format.name === 'tq1_0');
  }
});

test('an even number of signs: the eighth belongs to the seven that are stored', () => {
  const format = core.formats.find(({ name }) => name === 'iq2_xxs')!;
  const { layout, bytes } = storeWhole(core, format, wave(256), Array<number>(256).fill(1));
  const numbers = numbersOf(layout);
  expect(numbers.filter(({ part }) => part === 'sign')).toHaveLength(7 * 32);
  const third = numbers.find(({ part, index }) => part === 'sign' && index === 10)!;
  expect(weightsOf(layout, third)).toEqual([10, 15]);
  expect(writtenAs(layout, third, bytes)).toMatch(/^1 bit [01]$/);
  const point = numbers.find(({ part, index }) => part === 'point' && index === 2)!;
  expect(weightsOf(layout, point)).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
  expect(writtenAs(layout, point, bytes)).toMatch(/^8 bits [01]{8}$/);
});
