import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ModelInfo } from '../src/core';
import { startIn } from './support/command-line';
import { conversionCase, writeConversionFolder } from './support/conversion-folder';
import { withModel } from './support/real';

/** Folders whose vocabulary is Unigram, through the command line: a model and its tokenizer become one file. */

const parent = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(parent, { recursive: true }));

type Piece = readonly [text: string, score: number];
const T5_FIRST: Piece[] = [
  ['<pad>', 0],
  ['</s>', 0],
  ['<unk>', 0],
];
const XLM_FIRST: Piece[] = [
  ['<unk>', 0],
  ['<s>', 0],
  ['</s>', 0],
];
/** "▁cat" and "s" are likelier together than "▁cats", "▁do" and "gs" less likely than "▁dogs". */
const WORDS: Piece[] = [
  ['▁', -3],
  ['▁the', -2],
  ['▁cat', -3],
  ['s', -2],
  ['▁cats', -6],
  ['▁dogs', -4],
  ['▁do', -3],
  ['gs', -3],
  ['é', -5],
];
const TEXT = 'the cats  the dogs é';
/** By the numbers of WORDS; runs of spaces are one. */
const FOUND = [1, 2, 3, 1, 5, 0, 8];

const tokenizerJson = JSON.stringify({
  added_tokens: T5_FIRST.map(([content], id) => ({ id, content, special: true })),
  normalizer: null,
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Metaspace', replacement: '▁', add_prefix_space: true }],
  },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
  },
  model: { type: 'Unigram', unk_id: 2, vocab: [...T5_FIRST, ...WORDS] },
});

/** A message of protocol buffers: bytes are a field of their length, whole numbers and floats what they are. */
function message(...fields: [number: number, value: number | bigint | Buffer | Float32Array][]): Buffer {
  const varint = (value: bigint): Buffer =>
    value < 128n
      ? Buffer.of(Number(value))
      : Buffer.concat([Buffer.of(Number(value & 127n) | 128), varint(value >> 7n)]);
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      const tag = (wire: number) => varint(BigInt(number * 8 + wire));
      if (value instanceof Float32Array) return [tag(5), Buffer.from(value.buffer)];
      if (Buffer.isBuffer(value)) return [tag(2), varint(BigInt(value.byteLength)), value];
      return [tag(0), varint(BigInt(value))];
    }),
  );
}

/** A SentencePiece model; the types of its first three pieces, and what it says of their ids. */
function sentencePiece(first: Piece[], types: number[], ids: [number: number, value: number | bigint][]): Buffer {
  const pieces = [...first, ...WORDS].map(([text, score], i): [number, Buffer] => [
    1,
    message([1, Buffer.from(text)], [2, Float32Array.of(score)], [3, types[i] ?? 1]),
  ]);
  return message(...pieces, [2, message([3, 1], ...ids)], [3, message([3, 1], [4, 1])]);
}
const NONE = (1n << 64n) - 1n;
const spiece = sentencePiece(T5_FIRST, [3, 3, 2], [[40, 2], [41, NONE], [42, 1], [43, 0]]); // prettier-ignore
const xlmPieces = sentencePiece(XLM_FIRST, [2, 3, 3], []);

describe.each([
  { name: 't5', file: 'tokenizer.json', content: tokenizerJson, words: 3, before: [], after: [1] },
  { name: 't5', file: 'spiece.model', content: spiece, words: 3, before: [], after: [1] },
  { name: 't5_encoder', file: 'spiece.model', content: spiece, words: 3, before: [], after: [1] },
  { name: 'xlm_roberta', file: 'sentencepiece.bpe.model', content: xlmPieces, words: 4, before: [0], after: [2] },
])('the folder $name with $file', ({ name, file, content, words, before, after }) => {
  it('becomes a file that knows its tokens', async () => {
    const folder = mkdtempSync(join(parent, 'case-'));
    const one = conversionCase(name);
    writeConversionFolder(one, join(folder, 'model'));
    writeFileSync(join(folder, 'model', file), content);
    const run = async (...command: string[]) => {
      const { code, out, err } = await startIn(folder, command).ended;
      expect(code, err).toBe(0);
      return out;
    };
    await run('quantize', 'model', 'out.gguf', 'Q8_0');
    const { tensors, metadata } = JSON.parse(await run('inspect', '--json', 'out.gguf')) as ModelInfo;
    expect(tensors.map((tensor) => tensor.name).sort()).toEqual(one.expected.map(([tensor]) => tensor).sort());
    const said = (key: string) => metadata.find((entry) => entry.key === `tokenizer.ggml.${key}`);
    expect(said('model')!.value).toBe('t5');
    expect(said('eos_token_id')!.value).toBe(String(after[0]));
    expect(said('tokens')!.count).toBe(one.config.vocab_size);
    await withModel(join(folder, 'out.gguf'), async (model) => {
      const { tokens } = model.encode(Buffer.from(TEXT));
      expect(tokens).toEqual([...before, ...FOUND.map((word) => word + words), ...after]);
    });
  });
});
