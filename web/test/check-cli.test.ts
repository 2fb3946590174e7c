// check, from a shell: what it finds in files that were broken on purpose, and nothing in others.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startIn, type Ended } from './support/command-line';
import { testData } from './support/real';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-check-'));
  copyFileSync(testData('ts3m-F16.gguf'), join(folder, 'm.gguf'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const nibble = (...words: string[]): Promise<Ended> => startIn(folder, words).ended;

interface Report {
  path: string;
  tensors: number;
  weights: number;
  findings: { level: string; file: string; subject: string; text: string; llamaCpp: string }[];
}

async function checked(code: number, ...paths: string[]): Promise<Report[]> {
  const ended = await nibble('check', '--json', ...paths);
  expect({ code: ended.code, err: ended.err }).toEqual({ code, err: '' });
  return JSON.parse(ended.out) as Report[];
}

/** The model with a change made to its bytes. */
function spoiled(name: string, change: (bytes: Buffer) => Buffer | void): string {
  const bytes = readFileSync(join(folder, 'm.gguf'));
  writeFileSync(join(folder, name), change(bytes) ?? bytes);
  return name;
}

/** Writes over the only place where `from` stands, with as many letters. */
function renamed(bytes: Buffer, from: string, to: string): void {
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  expect(to.length).toBe(from.length);
  bytes.write(to, at);
}

describe('check', () => {
  it('finds nothing in sound files: whole, in parts, safetensors', async () => {
    const { code, out } = await nibble('check', 'm.gguf');
    expect(code).toBe(0);
    expect(out).toMatch(/^m\.gguf: nothing is wrong \(3\s279\s104 weights of 38 tensors read\)\.\n$/u);
    expect((await nibble('split', 'm.gguf', 'p.gguf', '--max-tensors', '20')).code).toBe(0);
    expect((await nibble('quantize', 'm.gguf', 'q.gguf', 'Q4_K_M')).code).toBe(0);
    const reports = await checked(0, 'p-00001-of-00002.gguf', 'q.gguf', testData('stories260K-hf'));
    expect(reports.map(({ tensors }) => tensors > 0)).toEqual([true, true, true]);
    expect(reports[0]!.weights).toBe(reports[1]!.weights);
  });

  it('finds weights that are no numbers, and scales', async () => {
    spoiled('nan.gguf', (bytes) => {
      bytes.writeUInt16LE(0x7e00, bytes.length - 2); // the last weight: NaN
      bytes.writeUInt16LE(0xfc00, bytes.length - 6);
    });
    const [report] = await checked(1, 'nan.gguf');
    expect(report!.findings).toHaveLength(1);
    expect(report!.findings[0]).toMatchObject({ level: 'error', file: 'nan.gguf' });
    expect(report!.findings[0]!.text).toMatch(/1 weight is no number \(NaN\) and 1 is infinite, the first in row/);
    expect(report!.findings[0]!.llamaCpp).toContain('--check-tensors');
  });

  it('finds what is wrong with a header, and says what llama.cpp would say', async () => {
    spoiled('twice.gguf', (bytes) => renamed(bytes, 'blk.1.attn_k.weight', 'blk.0.attn_k.weight'));
    spoiled('cut.gguf', (bytes) => bytes.subarray(0, bytes.length - 4096));
    spoiled('more.gguf', (bytes) => Buffer.concat([bytes, Buffer.from('more')]));
    spoiled('type.gguf', (bytes) => renamed(bytes, 'general.file_type', 'general.file_typ_'));
    const [twice, cut, more, type] = await checked(1, 'twice.gguf', 'cut.gguf', 'more.gguf', 'type.gguf');
    expect(twice!.findings[0]).toMatchObject({ subject: 'blk.0.attn_k.weight' });
    expect(twice!.findings[0]!.llamaCpp).toContain("duplicate tensor name 'blk.0.attn_k.weight'");
    expect(twice!.weights).toBeGreaterThan(0); // the others are read all the same
    expect(cut!.findings.map(({ llamaCpp }) => llamaCpp).join()).toContain('not within the file bounds');
    expect(more!.findings).toMatchObject([{ level: 'warning', text: expect.stringContaining('4 bytes behind') }]);
    expect(type!.findings).toEqual([]); // an entry nobody knows is no mistake
  });

  it('finds what contradicts the metadata', async () => {
    spoiled('kind.gguf', (bytes) => {
      const key = 'llama.rope.freq_base';
      bytes.writeUInt32LE(4, bytes.indexOf(key) + key.length); // u32
    });
    const edits = [
      ['tokens.gguf', ['--set', 'tokenizer.ggml.tokens=[string]:a,b']],
      ['lacks.gguf', ['--remove-tensors', '^blk\\.0\\.attn_q\\.weight$']],
    ] as const;
    for (const [name, words] of edits) expect((await nibble('edit', 'm.gguf', name, ...words)).code).toBe(0);
    const [kind, tokens, lacks] = await checked(1, 'kind.gguf', ...edits.map(([name]) => name));
    expect(kind!.findings[0]!.llamaCpp).toContain('llama.rope.freq_base has wrong type u32 but expected type f32');
    expect(tokens!.findings.map(({ subject }) => subject)).toContain('token_embd.weight');
    expect(lacks!.findings).toMatchObject([{ subject: 'blk.0.attn_q.weight' }]);
  });

  it('tells of parts that are missing and of files that are no models, as findings', async () => {
    expect((await nibble('split', 'm.gguf', 'p.gguf', '--max-tensors', '20')).code).toBe(0);
    rmSync(join(folder, 'p-00002-of-00002.gguf'));
    writeFileSync(join(folder, 'x.gguf'), 'no model');
    const { code, out } = await nibble('check', 'p-00001-of-00002.gguf', 'x.gguf');
    expect(code).toBe(1);
    expect(out).toMatch(/p-00001-of-00002\.gguf: 1 finding .*\n {2}error: .*00002-of-00002/);
    expect(out).toMatch(/x\.gguf: 1 finding .*\n {2}error: /);
  });
});
