import {
  cpSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelInfo, RunReport } from '../src/core';
import { expectSentence, startIn, type Ended } from './support/command-line';
import { testData } from './support/real';
import { writeShards } from './support/shards';

/** Folders and files as they lie on people's disks, through the command line. */

const whole = testData('stories260K-F32.gguf');
const commit = '0123456789abcdef0123456789abcdef01234567';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const nibble = (...words: string[]): Promise<Ended> => startIn(folder, words).ended;
const at = (...names: string[]) => join(folder, ...names);

async function inspect(...words: string[]): Promise<ModelInfo> {
  const { code, out, err } = await nibble('inspect', '--json', ...words);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as ModelInfo;
}

const told = (info: ModelInfo) => JSON.stringify(info);
const valueOf = (info: ModelInfo, key: string) => info.metadata.find((entry) => entry.key === key)?.value;

/** The Hugging Face folder of stories260K under a name, each of these files changed. */
function storiesFolder(name: string, changes: Record<string, (text: string) => string> = {}): string {
  cpSync(testData('stories260K-hf'), at(name), { recursive: true });
  for (const [file, change] of Object.entries(changes))
    writeFileSync(at(name, file), change(readFileSync(at(name, file), 'utf8')));
  return name;
}

/** Gives the tensors of a safetensors file other names. */
function renameTensors(path: string, rename: (name: string) => string): void {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const entries = Object.entries(JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, unknown>);
  const header = JSON.stringify(
    Object.fromEntries(entries.map(([name, entry]) => [name === '__metadata__' ? name : rename(name), entry])),
  );
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  writeFileSync(path, Buffer.concat([start, Buffer.from(header), bytes.subarray(8 + length)]));
}

async function sha256(input: string, type = 'Q8_0'): Promise<string> {
  const { code, out, err } = await nibble('quantize', '--json', input, 'made.gguf', type);
  expect(code, err).toBe(0);
  return (JSON.parse(out) as RunReport).files[0]!.sha256!;
}

describe('a folder', () => {
  it('that holds safetensors and GGUF gives the safetensors model and says so; a named file is another', async () => {
    storiesFolder('m');
    copyFileSync(whole, at('m', 'out.gguf'));
    const info = await inspect('m');
    expect(info.container).toBe('Hugging Face folder');
    expect(told(info)).toContain('The safetensors model was taken, not \\"out.gguf\\", which lies beside it.');
    expect((await inspect('m/out.gguf')).container).toBe('GGUF');
  });

  it('that a download cache made is opened at its root and at a checkout, through links', async () => {
    storiesFolder('original');
    const root = 'models--somebody--Stories-260K';
    const checkout = join(root, 'snapshots', commit);
    for (const name of ['blobs', 'refs', join('snapshots', commit)]) mkdirSync(at(root, name), { recursive: true });
    writeFileSync(at(root, 'refs', 'main'), commit);
    for (const [index, name] of readdirSync(at('original')).entries()) {
      copyFileSync(at('original', name), at(root, 'blobs', `blob${index}`));
      symlinkSync(join('..', '..', 'blobs', `blob${index}`), at(checkout, name));
    }
    for (const path of [root, checkout]) {
      const info = await inspect(path);
      expect(info).toMatchObject({ container: 'Hugging Face folder', name: 'Stories-260K' });
      expect(told(info)).not.toContain(commit);
    }
    renameSync(at('original'), at('Stories-260K'));
    expect(await sha256(root)).toBe(await sha256('Stories-260K'));
  });

  it('is called as its config.json calls it', async () => {
    const config = (text: string) => text.replace('{', '{"_name_or_path": "somebody/Stories",');
    expect((await inspect(storiesFolder(commit, { 'config.json': config }))).name).toBe('Stories');
    expect((await inspect(storiesFolder('plain'))).name).toBe('plain');
  });

  it.each(['base_model.model.', '_orig_mod.', 'module.', ''])(
    'with names that begin with "%s", also without "model.", gives the same file',
    async (start) => {
      const expected = await sha256(storiesFolder('m'));
      for (const bare of [false, true]) {
        renameTensors(at('m', 'model.safetensors'), (name) => start + (bare ? name.replace(/^model\./, '') : name));
        expect(await sha256('m')).toBe(expected);
        rmSync(at('m'), { recursive: true });
        storiesFolder('m');
      }
    },
  );

  it('with an adapter says what that is', async () => {
    storiesFolder('m');
    renameTensors(at('m', 'model.safetensors'), (name) =>
      name.replace('layers.0.self_attn.q_proj.', 'layers.0.self_attn.q_proj.lora_A.'),
    );
    expectSentence(await nibble('inspect', 'm'), 'The files hold an adapter');
  });

  it('of a tied model whose config.json does not say so is tied, with a note', async () => {
    const said = await sha256(storiesFolder('m'));
    rmSync(at('m'), { recursive: true });
    const silent = (text: string) => text.replace(/"tie_word_embeddings": true,\s*/, '');
    storiesFolder('m', { 'config.json': silent });
    expect(told(await inspect('m'))).toContain('tie_word_embeddings');
    expect(await sha256('m')).toBe(said);
  });

  it('with numbers that only Python writes is read, and they stay in the configuration beside an output', async () => {
    const config = (text: string) => text.replace('{', '{"time_step_limit": [0.0, Infinity, -Infinity, NaN],');
    storiesFolder('m', { 'config.json': config });
    expect((await inspect('m')).architecture).toBe('llama');
    expect((await nibble('quantize', 'm', 'q.safetensors', 'nf4')).code).toBe(0);
    const written = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find(
      (name) => /(^|[/-])config\.json$/.test(name) && !name.startsWith('m/'),
    );
    expect(readFileSync(at(written!), 'utf8')).toMatch(/0\.0,\s+Infinity,\s+-Infinity,\s+NaN/);
  });

  it('gives chat templates as the reference converter takes them', async () => {
    storiesFolder('m');
    mkdirSync(at('m', 'additional_chat_templates'));
    writeFileSync(at('m', 'additional_chat_templates', 'tool_use.jinja'), '{{tools}}');
    writeFileSync(at('m', 'chat_template.json'), JSON.stringify({ chat_template: '{{json}}' }));
    const json = await inspect('m');
    expect(valueOf(json, 'tokenizer.chat_template')).toContain('{{json}}');
    expect(valueOf(json, 'tokenizer.chat_template.tool_use')).toBeUndefined();
    writeFileSync(at('m', 'chat_template.jinja'), '{{jinja}}');
    const jinja = await inspect('m');
    expect(valueOf(jinja, 'tokenizer.chat_template')).toContain('{{jinja}}');
    expect(valueOf(jinja, 'tokenizer.chat_template.tool_use')).toContain('{{tools}}');
    mkdirSync(at('q'));
    expect(await nibble('quantize', 'm', 'q/model.safetensors', 'nf4')).toMatchObject({ code: 0 });
    expect(readdirSync(at('q'))).toContain('chat_template.jinja');
  });

  it('whose index names files that are not there says which, and which it has instead', async () => {
    storiesFolder('m');
    writeFileSync(
      at('m', 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' } }),
    );
    expectSentence(
      await nibble('inspect', 'm'),
      /-00001-of-00002\.safetensors" and "model-00002-of-00002\.safetensors" are missing\. It does not name "model\./,
    );
    writeFileSync(at('m', 'model.safetensors.index.json'), '{}');
    expectSentence(await nibble('inspect', 'm'), '"model.safetensors.index.json" has no "weight_map"');
  });
});

describe('the name of a file', () => {
  it('may look like a part: whether the model is split, its header says', async () => {
    copyFileSync(whole, at('m-00001-of-00013.gguf'));
    copyFileSync(whole, at('m.gguf'));
    expect(await sha256('m-00001-of-00013.gguf')).toBe(await sha256('m.gguf'));
  });

  it('of a part that was renamed is held against its header', async () => {
    const [first, second] = writeShards(folder, 'm') as [string, string];
    copyFileSync(second, first);
    expectSentence(
      await nibble('inspect', first),
      'are both part 2 of 2. Choose each part once. The name of ' +
        '"m-00001-of-00002.gguf" says part 1 of 2, its header part 2 of 2',
    );
    renameSync(second, at('second.gguf'));
    expectSentence(await nibble('inspect', 'second.gguf'), 'split into 2 files and part 1 of 2 is missing');
    rmSync(first);
    writeShards(folder, 'm');
    rmSync(first);
    expectSentence(await nibble('inspect', 'm-00002-of-00002.gguf'), 'There is no file m-00001-of-00002.gguf.');
  });

  it('may end in capitals', async () => {
    copyFileSync(whole, at('MODEL.GGUF'));
    expect((await inspect('.')).files.map(({ name }) => name)).toEqual(['MODEL.GGUF']);
    expect((await nibble('quantize', '--keep-split', 'MODEL.GGUF', 'OUT.GGUF', 'Q8_0')).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['MODEL.GGUF', 'OUT-00001-of-00001.gguf']);
    rmSync(at('OUT-00001-of-00001.gguf'));
    const name = storiesFolder('m');
    renameSync(at(name, 'model.safetensors'), at(name, 'MODEL.SafeTensors'));
    expect((await inspect(name)).container).toBe('Hugging Face folder');
  });
});

describe('what lies in place of a model is called what it is', () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 4976698672\n';
  const page = '<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>';

  it.each([
    [pointer, /Git LFS pointer, a text that stands for the file of 4976698672 bytes, .*"git lfs pull"/],
    [page, 'It is a web page'],
    ['', 'It is empty'],
  ])('%j', async (text, sentence) => {
    for (const name of ['m.gguf', 'm.safetensors', 'm.bin', 'm.pt', 'm.npy']) {
      writeFileSync(at(name), text);
      expectSentence(await nibble('quantize', name, 'out.gguf', 'Q4_0'), sentence);
      rmSync(at(name));
    }
    writeFileSync(at('m.imatrix'), text);
    expectSentence(await nibble('plan', '--imatrix', 'm.imatrix', whole), sentence);
    for (const name of ['model.safetensors', 'config.json', 'tokenizer.json', 'tokenizer.model']) {
      storiesFolder('m', { [name]: () => text });
      const ended = await nibble('inspect', 'm');
      expectSentence(ended, sentence);
      expect(ended.err).toContain(`nibble: ${name}: `);
    }
  });

  it('a GGUF file of a later version', async () => {
    const bytes = readFileSync(whole);
    bytes.writeUInt32LE(4, 4);
    writeFileSync(at('m.gguf'), bytes);
    expectSentence(
      await nibble('inspect', 'm.gguf'),
      'GGUF version 4; versions 2 to 3 can be read. A newer Nibble may',
    );
  });

  it('a safetensors file without tensors', async () => {
    writeFileSync(at('m.safetensors'), Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}')]));
    expectSentence(await nibble('inspect', 'm.safetensors'), 'The file holds no tensors');
  });

  it('{} as JSON', async () => {
    writeFileSync(at('x.json'), '{}');
    expectSentence(await nibble('inspect', 'x.json'), 'It is a text in JSON and holds no weights');
    expectSentence(await nibble('quantize', '--recipe', 'x.json', whole, 'out.gguf'), 'x.json: This is not a recipe');
    expectSentence(await nibble('verify', 'x.json', whole), 'x.json is no receipt');
    expectSentence(await nibble('repeat', 'x.json', whole, 'out.gguf'), 'x.json is no receipt');
    expectSentence(await nibble('solve', 'x.json', '--bpw', '4'), 'x.json: ');
    expect(readdirSync(folder)).toEqual(['x.json']);
  });
});
