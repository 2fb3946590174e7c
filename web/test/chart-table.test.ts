/** Tables of charts: one unit in the head and in the numbers. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scaleLinear } from 'd3-scale';
import { expect, test } from 'vitest';
import { domainOf } from '../src/charts/number-line';
import { relativeTicks } from '../src/charts/scale-curve';
import { inUnit, titled, written } from '../src/charts/table';

test('shares become percent under a head that says so; nothing else changes', () => {
  const table = {
    columns: [{ title: 'role' }, { title: 'relative error', unit: '% of the weights’ RMS' }, { title: 'RMSE' }],
    rows: [
      ['q', 0.0706, 0.0706],
      ['k', null, 1],
    ],
  };
  expect(written(table)).toEqual({
    header: ['role', 'relative error, % of the weights’ RMS', 'RMSE'],
    rows: [
      ['q', 7.06, 0.0706],
      ['k', null, 1],
    ],
  });
  expect(titled({ title: 'size', unit: 'bytes' })).toBe('size, bytes');
  expect(inUnit(0.07, '%')).toBe(7);
});

test('the curve is marked in relative error, where its squares are', () => {
  const y = scaleLinear([0, 0.0064], [274, 0]); // up to 8 %
  const ticks = relativeTicks(y);
  expect(ticks.map(({ label }) => label)).toEqual(['8', '7', '6', '5', '4', '3', '0']);
  for (const { at, label } of ticks) expect(at).toBeCloseTo(274 * (1 - (Number(label) / 8) ** 2), 6);
});

test('the number line holds the weights and what they decode to', () => {
  const weights = [0.1, 0.6];
  const [low, high] = domainOf(weights, [0, 0.6]);
  expect([low, high]).toEqual([-0.06, 0.6 + 0.06]);
  expect(domainOf(weights, [0.1, 0.65])).toEqual([low, high]);
  expect(domainOf(weights, [0.1, 2])).toEqual([low, 2]);
  expect(domainOf(weights, [-3, 0.6])).toEqual([-3, high]);
});

test('no chart imports itself by a circle', () => {
  const folder = fileURLToPath(new URL('../src/charts', import.meta.url));
  const files = readdirSync(folder).map((name) => join(folder, name));
  const imports = new Map(
    files.map((file) => [
      file,
      [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].flatMap(([, name]) => {
        const path = join(dirname(file), name!);
        return files.filter((one) => one === `${path}.ts` || one === `${path}.tsx`);
      }),
    ]),
  );
  expect([...imports.values()].flat().length).toBeGreaterThan(files.length);
  const circle = (file: string, way: readonly string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    for (const next of imports.get(file) ?? []) {
      const found = circle(next, [...way, file]);
      if (found) return found;
    }
    return null;
  };
  expect(files.flatMap((file) => circle(file, []) ?? [])).toEqual([]);
});
