import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelInfo, Note, Plan } from '../src/core';
import { ODD_FOLDERS, writeOddFolder } from './support/odd-folders';
import { tinyGguf } from './support/tiny-gguf';

/** What is known of a model reaches the commands that act on it. */

const program = fileURLToPath(new URL('../dist-cli/nibble.js', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-notes-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function nibble(...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...words], { cwd: folder });
  return new Promise((resolve) => {
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

const starts = { warning: 'Warning: ', note: 'Note: ' };
const noTokenizer = ODD_FOLDERS.find(({ name }) => name === 'no tokenizer')!;

/** Warnings come before notes. */
function expectOrder(notes: readonly Note[]): void {
  const levels = notes.map(({ level }) => level);
  expect(levels).toEqual([...levels].sort().reverse());
}

describe.each(ODD_FOLDERS)('$name', (odd) => {
  beforeEach(() => writeOddFolder(odd, join(folder, 'model')));

  it('is told by inspect and quantize, and --strict refuses it where the output would be of no use', async () => {
    const { notes } = JSON.parse((await nibble('inspect', '--json', 'model')).out) as ModelInfo;
    expect(notes).toContainEqual({ level: odd.level, text: expect.stringContaining(odd.says) as string });
    expectOrder(notes);

    const done = await nibble('quantize', 'model', 'out.gguf', 'Q8_0');
    expect(done.code, done.err).toBe(0);
    const lines = done.err.split('\n').filter((line) => line.startsWith(starts[odd.level]));
    expect(lines.join('\n')).toContain(odd.says);
    expect(done.out).not.toContain(odd.says);
    rmSync(join(folder, 'out.gguf'));

    const strict = await nibble('quantize', '--strict', 'model', 'out.gguf', 'Q8_0');
    expect(strict.code).toBe(odd.level === 'warning' ? 1 : 0);
    expect(strict.err).toContain(odd.says);
    expect(existsSync(join(folder, 'out.gguf'))).toBe(odd.level === 'note');
    if (odd.level === 'warning') {
      expect(strict.err).toMatch(
        /^nibble: The output would not load, or be of no use, and --strict refuses that\. .*\n$/,
      );
      expect(readdirSync(folder)).toEqual(['model']);
    }
  });
});

describe('every command', () => {
  const commands = [
    ['inspect', 'model'],
    ['plan', 'model'],
    ['plan', 'model', 'Q8_0'],
    ['quantize', '--dry-run', 'model', 'out.gguf', 'Q8_0'],
    ['quantize', 'model', 'out.gguf', 'Q8_0'],
    ['stats', 'model', 'Q8_0'],
    ['measure', 'model', '--types', 'q8_0'],
    ['outliers', 'model', 'Q8_0'],
    ['analyze-scale', 'model', '--sample', '1k'],
    ['number-formats', 'model', '--sample', '1k', '--bits', '4', '--block', '32'],
  ];

  it.each(commands.map((words) => ({ words })))('tells on stderr, or as JSON: $words', async ({ words }) => {
    writeOddFolder(noTokenizer, join(folder, 'model'));
    const told = await nibble(...words);
    expect(told.code, told.err).toBe(0);
    expect(told.err).toMatch(/^Warning: The folder has no tokenizer: .*llama\.cpp does not run such files\.\n/);
    expect(told.out).not.toContain('has no tokenizer');
    const { notes } = JSON.parse((await nibble(words[0]!, '--json', ...words.slice(1))).out) as { notes: Note[] };
    expect(notes[0]).toEqual({ level: 'warning', text: expect.stringContaining('has no tokenizer') as string });
    expectOrder(notes);
  });

  it('observe and repeat too, and compare of both models', async () => {
    writeOddFolder(noTokenizer, join(folder, 'model'));
    await nibble('measure', 'model', '--types', 'q8_0,q4_0', '-o', 'm.json');
    const observed = await nibble('observe', 'm.json', 'model', 'Q4_0');
    expect(observed.err).toMatch(/^Warning: The folder has no tokenizer/);
    const compared = await nibble('compare', 'model', 'model');
    expect(compared.err.match(/^Warning: model: The folder has no tokenizer/gm)).toHaveLength(2);
    const { notes } = JSON.parse((await nibble('compare', '--json', 'model', 'model')).out) as {
      notes: { a: Note[]; b: Note[] };
    };
    expect([notes.a[0]!.level, notes.b[0]!.level]).toEqual(['warning', 'warning']);
    await nibble('quantize', '--receipt', 'run.json', 'model', 'out.gguf', 'Q8_0');
    expect((await nibble('repeat', 'run.json', 'model', 'again.gguf')).err).toMatch(/^Warning: The folder has no/);
  });

  it.each(commands.slice(1, 6).map((words) => ({ words })))('refuses with --strict: $words', async ({ words }) => {
    writeOddFolder(noTokenizer, join(folder, 'model'));
    const { code, out, err } = await nibble(...words, '--strict');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^nibble: .*The folder has no tokenizer.*\n$/);
    expect(readdirSync(folder)).toEqual(['model']);
  });

  it('warns of nothing in a folder that is whole', async () => {
    writeOddFolder({ change: () => {} }, join(folder, 'model'));
    expect((await nibble('quantize', '--strict', 'model', 'out.gguf', 'Q8_0')).err).not.toContain('Warning');
  });
});

describe('weights given as a file', () => {
  it('are opened with the configuration and the tokenizer beside them', async () => {
    writeOddFolder({ change: () => {} }, join(folder, 'stories'));
    const { code, err } = await nibble('quantize', '--strict', 'stories/model.safetensors', 'file.gguf', 'Q8_0');
    expect(code, err).toBe(0);
    const info = JSON.parse((await nibble('inspect', '--json', 'stories/model.safetensors')).out) as ModelInfo;
    expect(info).toMatchObject({ container: 'Hugging Face folder', architecture: 'llama', name: 'stories', notes: [] });
    await nibble('quantize', 'stories', 'folder.gguf', 'Q8_0');
    const hash = async (path: string) =>
      /SHA-256 (\w+)/.exec((await nibble('quantize', path, 'x.gguf', 'Q8_0')).out)![1];
    expect(await hash('stories/model.safetensors')).toBe(await hash('stories'));
  });

  it('take the chat templates below the folder too, and its name, and are verified alone', async () => {
    const name = join('models--somebody--Stories', 'snapshots', '0123456789abcdef0123456789abcdef01234567');
    writeOddFolder({ change: (files) => void files.set('chat_template.jinja', '{{messages}}') }, join(folder, name));
    mkdirSync(join(folder, name, 'additional_chat_templates'));
    writeFileSync(join(folder, name, 'additional_chat_templates', 'tool_use.jinja'), '{{tools}}');
    const weights = join(name, 'model.safetensors');
    const info = JSON.parse((await nibble('inspect', '--json', weights)).out) as ModelInfo;
    expect(info.name).toBe('Stories');
    expect(info.metadata.find(({ key }) => key === 'tokenizer.chat_template.tool_use')?.value).toBe('{{tools}}');
    const packed = await nibble('plan', '--json', weights, 'nf4');
    expect((JSON.parse(packed.out) as Plan).notes.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^1 chat template with a name of its own: "additional_chat_templates\/tool_use\.jinja"/),
    );
    await nibble('quantize', '--receipt', 'run.json', weights, 'out.gguf', 'Q8_0');
    copyFileSync(join(folder, 'out.gguf'), join(folder, name, 'out.safetensors'));
    const { code, out } = await nibble('verify', 'run.json', join(name, 'out.safetensors'));
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^out\.safetensors: the output, Q8_0/) as string,
    });
  });

  it('never cost a file beside them', async () => {
    writeOddFolder({ change: () => {} }, folder);
    const { code, err } = await nibble('quantize', 'model.safetensors', 'config.json', 'Q8_0');
    expect(code).toBe(1);
    expect(err).toContain('config.json');
  });

  it('are a network nobody knows when they lie alone', async () => {
    writeOddFolder(
      ODD_FOLDERS.find(({ name }) => name === 'no config.json')!,
      folder,
    );
    const { err } = await nibble('plan', 'model.safetensors', 'Q8_0');
    expect(err).toMatch(/^Warning: Without a config\.json nothing says .* choose the whole folder\./);
  });
});

describe('a GGUF file that no program loads', () => {
  const tensor = { name: 'token_embd.weight', shape: [32, 2], values: new Float32Array(64) };
  it.each([
    [{}, 'does not name its architecture'],
    [{ 'general.architecture': { string: 'unknown' } }, 'says that its architecture is unknown'],
    [{ 'general.architecture': { string: 'llama' } }, 'tokenizer.ggml.model is missing'],
  ])('is warned of: %o', async (metadata, sentence) => {
    writeFileSync(join(folder, 'odd.gguf'), tinyGguf(metadata, [tensor]));
    const { code, err } = await nibble('quantize', 'odd.gguf', 'out.gguf', 'F16');
    expect(code).toBe(0);
    expect(err).toMatch(new RegExp(`^Warning: .*${sentence.replaceAll('.', '\\.')}`, 'm'));
    expect((await nibble('quantize', '--strict', 'odd.gguf', 'out.gguf', 'F16')).code).toBe(1);
  });

  it('unless an override mends it', async () => {
    writeFileSync(
      join(folder, 'odd.gguf'),
      tinyGguf({ 'tokenizer.ggml.model': { string: 'llama' }, 'llama.block_count': { u32: 1 } }, [tensor]),
    );
    const words = ['--strict', '--override-kv', 'general.architecture=str:llama', 'odd.gguf', 'out.gguf', 'F16'];
    expect(await nibble('quantize', ...words)).toMatchObject({ code: 0, err: '' });
  });
});

it('asks of safetensors outputs what their loaders need', async () => {
  writeOddFolder(noTokenizer, join(folder, 'model'));
  const packed = await nibble('quantize', '--strict', 'model', 'out.safetensors', 'nf4');
  expect(packed.code, packed.err).toBe(0);
  expect(packed.err).not.toContain('tokenizer: neither');
  rmSync(join(folder, 'model', 'config.json'));
  const bare = await nibble('quantize', '--strict', 'model', 'bare.safetensors', 'nf4');
  expect(bare.code).toBe(1);
  expect(bare.err).toContain('There is no config.json beside the model.');
});
