import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Comparison, Receipt, RunReport } from '../src/core';
import { testData } from './support/real';
import { tinyGguf } from './support/tiny-gguf';

const program = fileURLToPath(new URL('../dist-cli/nibble.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const stories = testData('stories260K-F32.gguf');
const ts3m = testData('ts3m-F16.gguf');
const matrix = testData('ts3m-imatrix.gguf');

function nibble(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], { cwd: folder, maxBuffer: 2 ** 26 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('compare', () => {
  it('finds between a file and its original the error that quantizing found', async () => {
    const { out: quantized } = await nibble('quantize', '--json', stories, 'q4.gguf', 'Q4_0');
    const report = JSON.parse(quantized) as RunReport;
    const { code, out } = await nibble('compare', '--json', stories, 'q4.gguf');
    expect(code).toBe(0);
    const comparison = JSON.parse(out) as Comparison;
    for (const { name, error } of report.tensors) {
      const compared = comparison.tensors.find((tensor) => tensor.a?.name === name)!;
      expect(compared.match).toBe('same');
      if (error === null) expect(compared.error).toMatchObject({ maxError: 0 });
      else {
        expect(compared.error!.rmse).toBeCloseTo(error.rmse, 12);
        expect(compared.error).toMatchObject({
          maxError: error.maxError,
          codes: error.codes,
          p95: error.p95,
          linearHistogram: error.linearHistogram,
        });
        expect(compared.error!.blocks?.worst.map(({ block }) => block)).toEqual(
          error.blocks?.worst.map(({ block }) => block),
        );
      }
    }
  });

  it('says what is renamed, reshaped and missing', async () => {
    const { out } = await nibble('quantize', '--json', '--tensor-type', 'attn_q=q8_0', stories, 'q5.gguf', 'Q5_0');
    expect(out).toContain('q8_0');
    const first = readFileSync(join(folder, 'q5.gguf'));
    // The same length, so that nothing else moves.
    const name = Buffer.from('blk.1.ffn_up.weight');
    first.write('blk.1.ffn_UP.weight', first.indexOf(name), 'latin1');
    writeFileSync(join(folder, 'renamed.gguf'), first);
    const { code, out: text } = await nibble('compare', '--workers', '3', 'q5.gguf', 'renamed.gguf');
    expect(code).toBe(0);
    expect(text).toMatch(/blk\.1\.ffn_up\.weight = blk\.1\.ffn_UP\.weight .*the same values/);
    expect(text).toContain('1 renamed');
    const other = await nibble('compare', stories, ts3m);
    expect(other.code).toBe(0);
    expect(other.out).toMatch(/blk\.0\.attn_q\.weight .*The shapes differ: 64 × 64 and 256 × 256\./);
    expect(other.out).toMatch(/only in the first/);
  });

  it('gives the same figures with any number of workers', async () => {
    await nibble('quantize', ts3m, 'k.gguf', 'Q4_K_M');
    const [one, four] = await Promise.all(
      ['1', '4'].map(
        async (workers) =>
          JSON.parse((await nibble('compare', '--json', '--workers', workers, ts3m, 'k.gguf')).out) as Comparison,
      ),
    );
    expect({ ...one, seconds: 0 }).toEqual({ ...four, seconds: 0 });
    expect(one!.b.bitsPerWeight).toBeLessThan(5.2);
  });

  it('reads a model that is no model with one sentence', async () => {
    writeFileSync(join(folder, 'none.gguf'), 'nothing');
    const { code, err } = await nibble('compare', stories, 'none.gguf');
    expect(code).toBe(1);
    expect(err).toMatch(/^nibble: none\.gguf: .*\n$/);
  });
});

describe('a receipt', () => {
  it('tells what was done, verifies the file and repeats the run to the same bytes', async () => {
    expect(
      (
        await nibble(
          'quantize',
          '--receipt',
          'r.json',
          '--imatrix',
          matrix,
          '--method',
          'lowest-error',
          ts3m,
          'made.gguf',
          'Q2_K',
        )
      ).code,
    ).toBe(0);
    const receipt = JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8')) as Receipt;
    expect(receipt).toMatchObject({
      method: 'lowest-error',
      fileType: 'Q2_K',
      inputs: [{ name: 'ts3m-F16.gguf', sha256: sha256(ts3m) }],
      importance: { sha256: sha256(matrix), path: matrix },
      outputs: [{ name: '', sha256: sha256(join(folder, 'made.gguf')) }],
    });
    expect(receipt.total!.rmse).toBeGreaterThan(0);
    expect((await nibble('verify', 'r.json', 'made.gguf')).out).toMatch(
      /made\.gguf: the output, Q2_K with method lowest-error/,
    );
    expect((await nibble('verify', 'r.json', ts3m)).out).toMatch(/the model that was read/);
    const again = await nibble('repeat', 'r.json', ts3m, 'again.gguf', '--imatrix', matrix, '--workers', '1');
    expect(again.out).toContain('The same bytes');
    expect(sha256(join(folder, 'again.gguf'))).toBe(receipt.outputs[0]!.sha256);
  });

  it('is hard to fool', async () => {
    await nibble('quantize', '--receipt', 's.json', stories, 's.gguf', 'Q8_0');
    const changed = readFileSync(join(folder, 's.gguf'));
    changed[changed.length - 1]! ^= 1;
    writeFileSync(join(folder, 'changed.gguf'), changed);
    expect(await nibble('verify', 's.json', 'changed.gguf')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^nibble: changed\.gguf is not the file of this receipt/),
    });
    expect(await nibble('repeat', 's.json', ts3m, 'x.gguf')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/none of these files is that/),
    });
    const receipt = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8')) as Receipt;
    receipt.outputs[0]!.sha256 = '0'.repeat(64);
    writeFileSync(join(folder, 'forged.json'), JSON.stringify(receipt));
    expect(await nibble('repeat', 'forged.json', stories, 'y.gguf')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/gave other bytes/),
    });
    expect(readdirSync(folder)).not.toContain('y.gguf');
    writeFileSync(join(folder, 'newer.json'), JSON.stringify({ ...receipt, options: { type: 'Q9_Z' } }));
    expect(await nibble('repeat', 'newer.json', stories, 'y.gguf')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^nibble: newer\.json cannot be repeated: .*Q9_Z/),
    });
    writeFileSync(join(folder, 'tiny.gguf'), tinyGguf({}, []));
    expect(await nibble('verify', 'tiny.gguf', 's.gguf')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is no receipt/),
    });
    expect(await nibble('repeat', 'r.json', ts3m, 'z.gguf')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/Give it with --imatrix/),
    });
  });
});
