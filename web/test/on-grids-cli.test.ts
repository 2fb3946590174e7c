import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MeasurementFile, RunReport } from '../src/core';
import { startIn, type Ended } from './support/command-line';
import { onQ40 } from './support/on-q4_0';
import { tinyGguf, tinyTensor } from './support/tiny-gguf';

/** Weights that lie on a type's grid already: found while measuring, and kept as they are by what is offered. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-grids-'));
  const layers = [0, 1].flatMap((layer) => [
    onQ40(`blk.${layer}.ffn_up.weight`, layer),
    onQ40(`blk.${layer}.ffn_down.weight`, layer + 5),
  ]);
  const metadata = { 'general.architecture': { string: 'llama' }, 'llama.block_count': { u32: 2 } };
  const gate = tinyTensor('blk.0.ffn_gate.weight', [256, 64]);
  writeFileSync(join(folder, 'trained.gguf'), tinyGguf(metadata, [...layers, gate]));
  const plain = layers.map(({ name, shape }) => tinyTensor(name, shape));
  writeFileSync(join(folder, 'plain.gguf'), tinyGguf(metadata, plain));
});
afterAll(() => rmSync(folder, { recursive: true }));

function nibble(...words: string[]): Promise<Ended> {
  return startIn(folder, words).ended;
}

describe('weights of a model that was trained for Q4_0', () => {
  it('are found by measure, which says what keeps them', async () => {
    const { onGrids } = JSON.parse((await nibble('measure', 'trained.gguf', '--json')).out) as MeasurementFile;
    expect(onGrids).toEqual([
      {
        type: 'q4_0',
        method: 'exact',
        tensors: ['blk.0.ffn_down.weight', 'blk.0.ffn_up.weight', 'blk.1.ffn_down.weight', 'blk.1.ffn_up.weight'],
        kept: expect.any(Number) as number,
        blocks: onGrids[0]?.kept,
        tensorTypes: ['down', 'up'].map((end) => ({
          pattern: `^blk\\.[0-9]+\\.ffn_${end}\\.weight$`,
          type: 'q4_0',
        })),
      },
    ]);
    const { out } = await nibble('measure', 'trained.gguf', '--types', 'q8_0');
    expect(out).toContain(
      '4 tensors already lie on Q4_0’s grid: type Q4_0 with method exact keeps them exactly in all ',
    );
    expect(out).toContain("--method exact --tensor-type '^blk\\.[0-9]+\\.ffn_down\\.weight$=q4_0' --tensor-type ");
  });

  it('are kept to the bit by it', async () => {
    const rules = ['down', 'up'].flatMap((end) => ['--tensor-type', `^blk\\.[0-9]+\\.ffn_${end}\\.weight$=q4_0`]);
    const words = ['quantize', '--json', '--method', 'exact', ...rules, 'trained.gguf', 'out.gguf', 'Q8_0'];
    const report = JSON.parse((await nibble(...words)).out) as RunReport;
    for (const { name, to, error } of report.tensors) {
      expect([name, to, error!.rmse === 0]).toEqual([
        name,
        ...(name.includes('gate') ? ['q8_0', false] : ['q4_0', true]),
      ]);
    }
  });

  it('and others are not', async () => {
    const { out } = await nibble('measure', 'plain.gguf', '--types', 'q4_0');
    expect(out).not.toContain('grid');
    const { onGrids } = JSON.parse((await nibble('measure', 'plain.gguf', '--json')).out) as MeasurementFile;
    expect(onGrids).toEqual([]);
  });
});
