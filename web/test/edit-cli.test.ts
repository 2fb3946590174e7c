// edit, split and merge, from a shell. Parts are compared with those that a program of these few lines cuts.
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gguf } from '@huggingface/gguf';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectSentence, startIn, withoutNotes, type Ended } from './support/command-line';
import { testData } from './support/real';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-edit-'));
  copyFileSync(testData('ts3m-F16.gguf'), join(folder, 'm.gguf'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const nibble = (...words: string[]): Promise<Ended> => startIn(folder, words).ended;
const bytesOf = (name: string) => readFileSync(join(folder, name));

async function done(...words: string[]): Promise<string> {
  const { code, out, err } = await nibble(...words);
  expect({ code, err: withoutNotes(err) }).toEqual({ code: 0, err: '' });
  return out;
}

/** A GGUF file in pieces: its entries and tensors as they lie there. */
interface Pieces {
  entries: { key: string; bytes: Buffer }[];
  tensors: { info: Buffer; data: Buffer }[];
}

const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const padded = (bytes: number) => Math.ceil(bytes / 32) * 32;
const zeros = (bytes: number) => Buffer.alloc(padded(bytes) - bytes);

function piecesOf(file: Buffer): Pieces {
  let at = 8;
  const number = (bytes: 4 | 8) => {
    const value = bytes === 4 ? file.readUInt32LE(at) : Number(file.readBigUInt64LE(at));
    at += bytes;
    return value;
  };
  const text = () => {
    const length = number(8);
    return file.subarray(at, (at += length)).toString();
  };
  const sizes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
  const skip = (type: number, count = 1): void => {
    if (type === 9) skip(number(4), number(8));
    else if (type === 8) for (let i = 0; i < count; i++) text();
    else at += sizes[type]! * count;
  };
  const tensorCount = number(8);
  const entryCount = number(8);
  const entries = Array.from({ length: entryCount }, () => {
    const start = at;
    const key = text();
    skip(number(4));
    return { key, bytes: file.subarray(start, at) };
  });
  const infos = Array.from({ length: tensorCount }, () => {
    const start = at;
    text();
    const dimensions = number(4);
    at += 8 * dimensions + 4;
    const info = file.subarray(start, at);
    return { info, offset: number(8) };
  });
  const data = padded(at);
  const ends = [...infos.slice(1).map(({ offset }) => offset), file.length - data];
  return {
    entries,
    // The padding of a tensor goes along with it.
    tensors: infos.map(({ info, offset }, index) => ({
      info,
      data: file.subarray(data + offset, data + ends[index]!),
    })),
  };
}

const entry = (key: string, type: number, value: Buffer) => ({
  key,
  bytes: Buffer.concat([u64(key.length), Buffer.from(key), u32(type), value]),
});
const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer);

function fileOf({ entries, tensors }: Pieces): Buffer {
  let offset = 0;
  const infos = tensors.map(({ info, data }) => {
    const one = Buffer.concat([info, u64(offset)]);
    offset += data.length;
    return one;
  });
  const counts = [u64(tensors.length), u64(entries.length)];
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), ...counts, ...entries.map(({ bytes }) => bytes), ...infos]);
  return Buffer.concat([head, zeros(head.length), ...tensors.map(({ data }) => data)]);
}

/** The parts as gguf-split writes them: each part's number, the tensors of all, and last how many parts there are. */
function partsOf({ entries, tensors }: Pieces, cut: (index: number, bytes: number) => boolean, bare = false): Buffer[] {
  const parts: Pieces['tensors'][] = bare ? [[], []] : [[]];
  let bytes = 0;
  for (const [index, tensor] of tensors.entries()) {
    if (cut(index, bytes + tensor.data.length)) {
      parts.push([]);
      bytes = 0;
    }
    bytes += tensor.data.length;
    parts.at(-1)!.push(tensor);
  }
  return parts.map((part, number) =>
    fileOf({
      entries: [
        ...(number === 0 ? entries : []),
        entry('split.no', 2, u16(number)),
        entry('split.tensors.count', 5, u32(tensors.length)),
        entry('split.count', 2, u16(parts.length)),
      ],
      tensors: part,
    }),
  );
}

const nameOf = (number: number, count: number) =>
  `p-${String(number).padStart(5, '0')}-of-${String(count).padStart(5, '0')}.gguf`;

describe('parts', () => {
  it.each([
    ['--max-tensors 7', ['--max-tensors', '7'], (index: number) => index > 0 && index % 7 === 0],
    ['--max-size 2MB', ['--max-size', '2MB'], (_: number, bytes: number) => bytes > 2e6],
    [
      '--no-tensor-first',
      ['--max-tensors', '20', '--no-tensor-first'],
      (index: number) => index > 0 && index % 20 === 0,
    ],
    ['by default', [], () => false],
  ] as const)('are cut as gguf-split cuts them, and joined again: %s', async (name, words, cut) => {
    const whole = piecesOf(bytesOf('m.gguf'));
    const expected = partsOf(whole, cut, name === '--no-tensor-first');
    await done('split', ...words, 'm.gguf', 'p.gguf');
    const names = expected.map((_, index) => nameOf(index + 1, expected.length));
    expect(readdirSync(folder).sort()).toEqual(['m.gguf', ...names]);
    for (const [index, part] of expected.entries()) expect(bytesOf(names[index]!).equals(part)).toBe(true);

    await done('merge', names.at(-1)!, 'again.gguf');
    const first = piecesOf(expected[0]!).entries.filter(({ key }) => key !== 'split.count');
    const joined = fileOf({ entries: [...first, entry('split.count', 2, u16(0))], tensors: whole.tensors });
    expect(bytesOf('again.gguf').equals(joined)).toBe(true);
  });

  it('are refused where a tensor does not fit, and both limits at once', async () => {
    const { code, err } = await nibble('split', '--max-size', '100kB', 'm.gguf', 'p');
    expect(code).toBe(1);
    expect(withoutNotes(err)).toMatch(/alone has 262144 bytes, more than a part may have/);
    expect((await nibble('split', '--max-size', '1GB', '--max-tensors', '3', 'm.gguf', 'p')).code).toBe(2);
    expect(readdirSync(folder)).toEqual(['m.gguf']);
  });
});

describe('edit', () => {
  it('changes entries and leaves all other bytes', async () => {
    writeFileSync(
      join(folder, 'chat.jinja'),
      "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}\n{% endfor %}",
    );
    const { code, out, err } = await nibble(
      ...['edit', 'm.gguf', 'out.gguf', '--name', 'Anew', '--set', 'llama.context_length=1024'],
      ...['--set', 'my.list=[i32]:-1,2', '--rename', 'general.file_type=old.type', '--chat-template', 'chat.jinja'],
    );
    expect(code).toBe(0);
    expect(out).toContain('No weight changed.');
    expect(err).toContain('<|user|>What is a nibble?\n<|assistant|>Half a byte.');
    const { metadata } = await gguf(join(folder, 'out.gguf'), { allowLocalFile: true });
    expect(metadata).toMatchObject({ 'general.name': 'Anew', 'llama.context_length': 1024, 'my.list': [-1, 2] });
    expect(String((metadata as Record<string, unknown>)['tokenizer.chat_template'])).toContain(
      '{% for m in messages %}',
    );
    expect(metadata).not.toHaveProperty('general.file_type');
    const [before, after] = [piecesOf(bytesOf('m.gguf')), piecesOf(bytesOf('out.gguf'))];
    expect(Buffer.concat(after.tensors.flatMap(({ info, data }) => [info, data]))).toSatisfy((bytes: Buffer) =>
      bytes.equals(Buffer.concat(before.tensors.flatMap(({ info, data }) => [info, data]))),
    );
    const kept = before.entries.filter(({ key }) => !/general\.name|context_length|file_type|chat_template/.test(key));
    for (const { key, bytes } of kept)
      expect(after.entries.find((one) => one.key === key)!.bytes.equals(bytes)).toBe(true);
  });

  it('says what cannot be, and writes nothing', async () => {
    writeFileSync(join(folder, 'bad.jinja'), '{% for %}');
    writeFileSync(join(folder, 'deaf.jinja'), 'Hello.');
    const refused = async (sentence: string | RegExp, ...words: string[]) =>
      expectSentence(await nibble('edit', 'm.gguf', 'out.gguf', ...words), sentence);
    await refused('Nothing is to be changed.');
    await refused('The value of "llama.context_length" is no u32: "many".', '--set', 'llama.context_length=many');
    await refused('Without "llama.block_count" no program loads the file', '--remove', 'llama.block_count');
    await refused('The pattern "vision" matches no tensor', '--remove-tensors', 'vision');
    await refused(/bad\.jinja is no chat template that can be used/, '--chat-template', 'bad.jinja');
    await refused(/it leaves out what is said: "What is a nibble\?"/, '--chat-template', 'deaf.jinja');
    expect(existsSync(join(folder, 'out.gguf'))).toBe(false);
    expectSentence(await nibble('edit', 'm.gguf', 'm.gguf', '--name', 'x'), 'm.gguf is the model, and the output');
    expectSentence(
      await nibble('edit', 'm.gguf', 'deaf.jinja', '--chat-template', 'deaf.jinja'),
      /deaf\.jinja is no chat template|deaf\.jinja is the chat template, and the output/,
    );
  });
});
