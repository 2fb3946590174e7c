import { gguf } from '@huggingface/gguf';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type { Plan, RunReport } from '../src/core';
import { testData } from './support/real';

/** An importance matrix of which one tensor's values cannot be used. */

const program = fileURLToPath(new URL('../dist-cli/nibble.js', import.meta.url));
const model = testData('ts3m-F16.gguf');
const matrix = testData('ts3m-imatrix.gguf');
const damaged = 'blk.1.attn_k.weight';

const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

function nibble(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [program, ...words], { cwd: folder, maxBuffer: 2 ** 26 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    ),
  );
}

/** The matrix with other sums for one tensor. */
async function withSums(name: string, change: (sums: Float32Array) => void): Promise<string> {
  const { tensorInfos, tensorDataOffset } = await gguf(matrix, { allowLocalFile: true });
  const info = tensorInfos.find((tensor) => tensor.name === `${damaged}.in_sum2`)!;
  const bytes = new Uint8Array(readFileSync(matrix));
  const start = Number(tensorDataOffset + info.offset);
  const sums = new Float32Array(bytes.slice(start, start + 4 * Number(info.shape[0])).buffer);
  change(sums);
  bytes.set(new Uint8Array(sums.buffer), start);
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const changes: [string, (sums: Float32Array) => void, string][] = [
  ['zero', (sums) => void sums.fill(0), 'all its values are zero'],
  ['negative', (sums) => void (sums[3] = -1), 'some of its values are negative'],
  ['no number', (sums) => void (sums[3] = NaN), 'some of its values are infinite or no numbers'],
];

function errors(report: RunReport): Map<string, unknown> {
  return new Map(report.tensors.map(({ name, error }) => [name, error]));
}

it.each(changes)('goes without it where the values are %s, and says so', async (name, change, why) => {
  const bad = await withSums(`${name}.gguf`, change);
  const run = async (file: string, ...options: string[]): Promise<RunReport> => {
    const { out } = await nibble('quantize', '--json', '--imatrix', file, ...options, model, 'out.gguf', 'Q4_K_S');
    return JSON.parse(out) as RunReport;
  };
  const report = await run(bad);
  const without = await run(matrix, '--exclude-weights', damaged);
  const whole = await run(matrix);
  expect(report.notes.map(({ text }) => text).join(' ')).toContain(
    'What the importance matrix has for 1 tensor cannot be used, all values of a matrix being zero, or some negative ' +
      `or no numbers: converted without it there, the first being "${damaged}".`,
  );
  expect(errors(report).get(damaged)).toEqual(errors(without).get(damaged));
  expect(errors(report).get(damaged)).not.toEqual(errors(whole).get(damaged));
  for (const [tensor, error] of errors(whole))
    if (tensor !== damaged) expect(errors(report).get(tensor)).toEqual(error);

  const plan = JSON.parse((await nibble('plan', '--json', '--imatrix', bad, model, 'Q4_K_S')).out) as Plan;
  const planned = plan.tensors.find((tensor) => tensor.name === damaged)!;
  expect(planned.importance).toBeNull();
  expect(planned.reason).toContain(`Its entry in the importance matrix cannot be used, ${why}: quantized without it.`);

  const refused = await nibble('quantize', '--imatrix', bad, model, 'out2.gguf', 'IQ2_XXS');
  expect(refused.code).toBe(1);
  expect(refused.err).toContain(`"${damaged}" needs importance for its new type.`);
  expect(refused.err).toContain(why);
});
