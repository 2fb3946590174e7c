import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelInfo, Plan } from '../src/core';
import { expectSentence, startIn, type Ended } from './support/command-line';
import { goldenFiles, testData } from './support/real';

/** Layers that are left out, on the command line. */

const model = testData('stories260K-F32.gguf');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-prune-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function nibble(...words: string[]): Promise<Ended> {
  return startIn(folder, words).ended;
}

const golden = goldenFiles.find(
  ({ input, type, options }) => input === 'stories260K-F32.gguf' && type === 'Q4_0' && options[1] === '1,3',
)!;

describe('--prune-layers', () => {
  it('writes what llama-quantize writes, says so, and is repeated from the receipt', async () => {
    const { code, out, err } = await nibble(
      ...['quantize', '--prune-layers', '3,1', '--receipt', 'run.json', model, 'out.gguf', 'Q4_0'],
    );
    expect(code, err).toBe(0);
    expect(out).toContain(golden.sha256);
    expect(err).toContain('2 layers of 5 are left out (1, 3), and those behind move up.');
    const info = JSON.parse((await nibble('inspect', '--json', 'out.gguf')).out) as ModelInfo;
    expect(Math.max(...info.tensors.map(({ layer }) => layer ?? 0))).toBe(2);
    expect(info.metadata.find(({ key }) => key === 'llama.block_count')?.value).toBe('3');
    expect((await nibble('repeat', 'run.json', model, 'again.gguf')).code).toBe(0);
    expect(readFileSync(join(folder, 'again.gguf'))).toEqual(readFileSync(join(folder, 'out.gguf')));
  });

  it('is planned, measured by stats, and asked for by a recipe', async () => {
    const planned = JSON.parse((await nibble('plan', '--json', '--prune-layers', '0,1', model, 'Q8_0')).out) as Plan;
    expect(planned.tensors.filter(({ role }) => role === 'down').map(({ name, layer }) => [name, layer])).toEqual(
      [0, 1, 2].map((layer) => [`blk.${layer}.ffn_down.weight`, layer]),
    );
    const stats = await nibble('stats', '--prune-layers', '0,1,2,3', model, 'Q8_0');
    expect(stats.out).toContain('blk.0.attn_q.weight');
    expect(stats.out).not.toContain('blk.1.');
    const options = { type: 'Q4_0', pruneLayers: [1, 3] };
    writeFileSync(join(folder, 'r.json'), JSON.stringify({ nibbleRecipe: 1, options }));
    expect((await nibble('quantize', '--recipe', 'r.json', model, 'out.gguf')).out).toContain(golden.sha256);
    const other = await nibble('quantize', '--dry-run', '--recipe', 'r.json', '--prune-layers', '4', model, 'out.gguf');
    expect(other.err).toContain('1 layer of 5 is left out (4)');
  });

  it('says what is wrong, and writes nothing', async () => {
    const wrong = await nibble('quantize', '--prune-layers', '1,x', model, 'out.gguf', 'Q4_0');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('Write whole numbers from 0');
    const calibrated = ['--method', 'calibrated', '--prune-layers', '1', model, 'out.gguf', 'Q4_0'];
    expect((await nibble('quantize', ...calibrated)).code).toBe(2);
    expectSentence(
      await nibble('quantize', '--prune-layers', '5', model, 'out.gguf', 'Q4_0'),
      "There is no layer 5 to leave out: the model's are numbered 0 to 4.",
    );
    expectSentence(
      await nibble('quantize', '--prune-layers', '0,1,2,3,4', model, 'out.gguf', 'Q4_0'),
      'All layers would be left out',
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
