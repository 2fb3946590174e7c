// edit with other tensors, and where a file is, from a shell.
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gguf } from '@huggingface/gguf';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptHeader, replaceHeader, restoreHeader } from '../src/platform/header-in-place';
import { expectSentence, startIn, withoutNotes, type Ended } from './support/command-line';
import { testData } from './support/real';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-tensors-'));
  copyFileSync(testData('ts3m-F16.gguf'), join(folder, 'm.gguf'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const nibble = (...words: string[]): Promise<Ended> => startIn(folder, words).ended;
const bytesOf = (name: string) => readFileSync(join(folder, name));
const read = (name: string) => gguf(join(folder, name), { allowLocalFile: true });

async function done(...words: string[]): Promise<Ended> {
  const ended = await nibble(...words);
  expect({ code: ended.code, err: withoutNotes(ended.err) }).toEqual({ code: 0, err: '' });
  return ended;
}

/** The bytes of a tensor. */
async function tensorOf(name: string, tensor: string): Promise<Buffer> {
  const { tensorInfos, tensorDataOffset } = await read(name);
  const start = Number(tensorDataOffset);
  const infos = tensorInfos.map(({ name: own, offset }) => ({ own, at: start + Number(offset) }));
  const index = infos.findIndex(({ own }) => own === tensor);
  const file = bytesOf(name);
  return file.subarray(infos[index]!.at, infos[index + 1]?.at ?? file.length);
}

describe('edit', () => {
  it('takes tensors of another file, and leaves all others', async () => {
    await done('quantize', 'm.gguf', 'q.gguf', 'Q4_0', '--pure');
    await done('edit', 'q.gguf', 'out.gguf', '--take-from', 'm.gguf', '--take', '^output\\.weight$|^token_embd');
    const taken = (await read('out.gguf')).tensorInfos.map(({ name }) => name);
    expect(new Set(taken)).toEqual(new Set((await read('m.gguf')).tensorInfos.map(({ name }) => name)));
    expect(
      (await tensorOf('out.gguf', 'token_embd.weight')).equals(await tensorOf('m.gguf', 'token_embd.weight')),
    ).toBe(true);
    const own = 'blk.2.ffn_down.weight';
    expect((await tensorOf('out.gguf', own)).equals(await tensorOf('q.gguf', own))).toBe(true);
    expectSentence(
      await nibble('edit', 'q.gguf', 'x.gguf', '--take-from', 'm.gguf', '--take', 'nothing'),
      '"nothing" matches no tensor of the file to take from',
    );
    expectSentence(
      await nibble('edit', 'q.gguf', 'm.gguf', '--take-from', 'm.gguf', '--take', 'token_embd'),
      'm.gguf is a file that tensors are taken from, and the output',
    );
    expect((await nibble('edit', 'q.gguf', 'x.gguf', '--take', 'a')).code).toBe(2);
  });

  it('leaves layers out', async () => {
    await done('edit', 'm.gguf', 'out.gguf', '--prune-layers', '1', '--name', 'Shorter');
    const { metadata, tensorInfos } = await read('out.gguf');
    expect(metadata).toMatchObject({ 'llama.block_count': 3, 'general.name': 'Shorter' });
    expect(tensorInfos.some(({ name }) => name.startsWith('blk.3.'))).toBe(false);
    const moved = 'blk.1.ffn_down.weight';
    expect((await tensorOf('out.gguf', moved)).equals(await tensorOf('m.gguf', 'blk.2.ffn_down.weight'))).toBe(true);
  });
});

describe('edit --in-place', () => {
  it('writes the header alone, whether it is as long or shorter, and again', async () => {
    const before = bytesOf('m.gguf');
    const { tensorDataOffset } = await read('m.gguf');
    const start = Number(tensorDataOffset);
    const weights = before.subarray(start);
    for (const words of [
      ['--set', 'llama.context_length=2048'],
      ['--remove', 'tokenizer.ggml.scores'],
      ['--set', 'my.note=string:into the room that is left', '--name', 'A longer name than before'],
    ]) {
      await done('edit', 'm.gguf', '--in-place', ...words);
      expect(bytesOf('m.gguf').subarray(start).equals(weights)).toBe(true);
      expect(readdirSync(folder)).toEqual(['m.gguf']);
      expect((await nibble('check', 'm.gguf')).out).toContain('nothing is wrong');
    }
    const { metadata } = await read('m.gguf');
    expect(metadata).toMatchObject({ 'llama.context_length': 2048, 'my.note': 'into the room that is left' });
    expect(metadata).not.toHaveProperty(['tokenizer.ggml.scores']);
    expect(String((metadata as Record<string, unknown>)['nibble.room'])).toMatch(/^Room for a longer header/);
  });

  it('refuses what does not fit, and changes nothing', async () => {
    const before = bytesOf('m.gguf');
    expectSentence(
      await nibble('edit', 'm.gguf', '--in-place', '--set', `my.note=string:${'x'.repeat(5000)}`),
      'it does not fit where it is',
    );
    expect((await nibble('edit', 'm.gguf', 'out.gguf', '--in-place', '--name', 'x')).code).toBe(2);
    expect((await nibble('edit', 'm.gguf', '--in-place', '--remove-tensors', 'x')).code).toBe(2);
    await done('split', 'm.gguf', 'p.gguf', '--max-tensors', '20');
    expectSentence(
      await nibble('edit', 'p-00001-of-00002.gguf', '--in-place', '--name', 'x'),
      'is a part of a model in several files',
    );
    expect(bytesOf('m.gguf').equals(before)).toBe(true);
  });

  it('says with --dry-run whether it fits, and writes nothing', async () => {
    const before = bytesOf('m.gguf');
    const { out } = await done('edit', 'm.gguf', '--in-place', '--dry-run', '--name', 'x');
    expect(out).toMatch(/the new header fits into the \d+ bytes of the old one/);
    expect(bytesOf('m.gguf').equals(before)).toBe(true);
  });

  it('puts back at the next call what was cut short', async () => {
    const path = join(folder, 'm.gguf');
    const before = bytesOf('m.gguf');
    // As if power had gone after half of the new header: the old one lies beside.
    expect(() => replaceHeader(path, { byteLength: 4096 } as Uint8Array)).toThrow();
    expect(existsSync(keptHeader(path))).toBe(true);
    const half = Buffer.from(before);
    half.fill(7, 0, 2048);
    writeFileSync(path, half);
    expect((await nibble('inspect', 'm.gguf')).code).toBe(1);
    const { err } = await nibble('edit', 'm.gguf', '--in-place');
    expect(err).toContain('m.gguf has its old header again');
    expect(bytesOf('m.gguf').equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['m.gguf']);
    expect(restoreHeader(path)).toBe(false);
  });

  it('does not put back the header of another file', () => {
    const path = join(folder, 'm.gguf');
    writeFileSync(keptHeader(path), 'something else of somebody, long enough to hold all that is looked for in it');
    expect(() => restoreHeader(path)).toThrow(/is not what an interrupted change left/);
    expect(existsSync(keptHeader(path))).toBe(true);
  });
});
