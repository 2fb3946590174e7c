import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MeasurementFile, Observation, RecipeFile, RunReport, Solution } from '../src/core';
import { testData } from './support/real';

const program = fileURLToPath(new URL('../dist-cli/nibble.js', import.meta.url));
const model = testData('ts3m-F16.gguf');
const matrix = testData('ts3m-imatrix.gguf');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function nibble(...words: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
  });
  return { code: status, out: stdout, err: stderr };
}

function json<T>(...words: string[]): T {
  const { code, out, err } = nibble(...words, '--json');
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(out) as T;
}

describe('measuring and choosing from the command line', () => {
  it('measures the same with any number of workers and either kernel', () => {
    const options = ['measure', model, '--types', 'q4_0,q4_K,q8_0'];
    const one = nibble(...options, '--workers', '1', '--json').out;
    expect(nibble(...options, '--workers', '3', '--json').out).toBe(one);
    expect(nibble(...options, '--kernel', 'scalar', '--json').out).toBe(one);
    const { tensors } = JSON.parse(one) as MeasurementFile;
    expect(tensors).toHaveLength(29);
    expect(
      tensors.every(
        ({ rows, rowsMeasured }) => rowsMeasured >= Math.min(48, rows) && rowsMeasured <= Math.max(48, rows / 4),
      ),
    ).toBe(true);
  });

  it('measures all rows as a run measures them', () => {
    const { tensors, keptFileBytes } = json<MeasurementFile>(
      'measure',
      model,
      '--types',
      'q4_0',
      '--all-rows',
      '--method',
      'lowest-error',
    );
    const report = json<RunReport>('stats', model, 'Q4_0', '--pure', '--method', 'lowest-error');
    for (const { name, error } of report.tensors) {
      if (!error) continue;
      const measured = tensors.find((tensor) => tensor.name === name)!.types[0]!.squaredError!;
      expect(measured.low).toBe(measured.high);
      expect(measured.value! / (error.rmse ** 2 * error.count)).toBeCloseTo(1, 9);
    }
    const bytes = tensors.reduce((sum, { types }) => sum + 32 * Math.ceil(types[0]!.bytes / 32), keptFileBytes);
    expect(bytes).toBe(report.outputBytes);
  });

  it('solves for sizes without the weights, and quantizes by the recipe to the byte', () => {
    expect(nibble('measure', model, '-o', 'm.json').code).toBe(0);
    for (const bpw of ['3.5', '5']) {
      const solution = json<Solution>('solve', 'm.json', '--bpw', bpw, '-o', 'recipe.json');
      expect(solution.bitsPerWeight).toBeLessThanOrEqual(Number(bpw));
      expect(solution.bitsPerWeight).toBeGreaterThan(Number(bpw) - 0.05);
      expect(solution.gap).toBeLessThan(0.01);
      const recipe = JSON.parse(readFileSync(join(folder, 'recipe.json'), 'utf8')) as RecipeFile;
      expect(recipe).toMatchObject({ nibbleRecipe: 1, bytes: solution.bytes, objective: 'squared' });
      const report = json<RunReport>('quantize', model, 'out.gguf', '--recipe', 'recipe.json');
      expect(report.outputBytes).toBe(solution.bytes);
      const { low, high } = solution.prediction.sqnrDb;
      expect(report.total!.sqnrDb).toBeGreaterThan(low!);
      expect(report.total!.sqnrDb).toBeLessThan(high!);
      for (const { name, to, error } of report.tensors) {
        if (error) expect(solution.tensors.find((tensor) => tensor.name === name)!.type).toBe(to);
      }
    }
  });

  it('weighs by importance when there is a matrix', () => {
    const measurement = nibble(
      'measure',
      model,
      '--imatrix',
      matrix,
      '--types',
      'q2_K,q4_K,q6_K,iq2_xs',
      '-o',
      'weighted.json',
      '--json',
    );
    const { tensors } = JSON.parse(measurement.out) as MeasurementFile;
    const queries = tensors.find(({ name }) => name === 'blk.0.attn_q.weight')!;
    expect(queries.importance).toBe(true);
    expect(queries.types.map(({ type }) => type)).toEqual(['q2_K', 'q4_K', 'q6_K', 'iq2_xs']);
    expect(queries.types[0]!.weightedSquaredError!.value).toBeGreaterThan(0);
    const weighted = json<Solution>('solve', 'weighted.json', '--bpw', '4', '--weighted');
    const plain = json<Solution>('solve', 'weighted.json', '--bpw', '4');
    expect(weighted.objective).toBe('weighted');
    expect(weighted.prediction.weightedSquaredError!.value).toBeLessThanOrEqual(
      plain.prediction.weightedSquaredError!.value!,
    );
    expect(weighted.command).toContain('--imatrix');
  });

  it('observes: each of the worst tensors steps up until its error has halved', () => {
    const { before, after, steps } = json<Observation>('observe', 'm.json', model, 'Q4_0', '--worst', '3');
    expect(steps).toHaveLength(3);
    for (const { tried, errorBefore, errorAfter, halved } of steps) {
      expect(tried[0]).toBe('q4_0');
      expect(halved).toBe(true);
      expect(errorAfter).toBeLessThanOrEqual(errorBefore / 2);
    }
    expect(after.bytes).toBeGreaterThan(before.bytes);
    expect(after.prediction.squaredError.value).toBeLessThan(before.prediction.squaredError.value!);
  });

  it('says what it cannot do, and names the smallest size', () => {
    const small = nibble('solve', 'm.json', '--size', '1kB');
    expect(small.code).toBe(1);
    const least = /smallest file with these types and rules has (\d+) bytes/.exec(small.err)?.[1];
    expect(json<Solution>('solve', 'm.json', '--size', least!).bytes).toBe(Number(least));
    expect(nibble('solve', 'm.json', '--bpw', '4', '--weighted').err).toContain('without an importance matrix');
    expect(nibble('solve', model, '--bpw', '4').err).toContain('not a measurement');
    writeFileSync(join(folder, 'no-recipe.json'), '{}');
    expect(nibble('quantize', model, 'out.gguf', '--recipe', 'no-recipe.json').err).toContain('not a recipe');
    expect(nibble('solve', 'm.json', '--bpw', '4', '--tensor-type', 'attn_v=iq1_s').err).toContain(
      'was not measured as IQ1_S',
    );
  });
});
