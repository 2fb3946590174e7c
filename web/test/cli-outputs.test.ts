import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunReport } from '../src/core';
import { expectSentence, program, startIn, startProgram, type Ended, withoutNotes } from './support/command-line';
import { testData } from './support/real';
import { writeShards } from './support/shards';

/** No output of any command takes the place of an input or of another output, whatever names they go by. */

/** What every test starts from: all kinds of inputs that a command can have. */
let stock: string;
let folder: string;

const nibble = (...words: string[]): Promise<Ended> => startIn(folder, words).ended;

beforeAll(async () => {
  stock = folder = mkdtempSync(join(tmpdir(), 'nibble-stock-'));
  copyFileSync(testData('ts3m-F16.gguf'), join(stock, 'model.gguf'));
  copyFileSync(testData('ts3m-imatrix.gguf'), join(stock, 'matrix.gguf'));
  cpSync(testData('stories260K-hf'), join(stock, 'hf'), { recursive: true });
  writeShards(stock, 'split');
  const made = [
    await nibble('measure', 'model.gguf', '--types', 'q4_0,q6_K,q8_0', '-o', 'measurement.json'),
    await nibble('solve', 'measurement.json', '--bpw', '5', '-o', 'recipe.json'),
    await nibble('quantize', '--imatrix', 'matrix.gguf', '--receipt', 'receipt.json', 'model.gguf', 'old.gguf', 'Q4_0'),
  ];
  expect(made.map(({ code, err }) => ({ code, err: withoutNotes(err) }))).toEqual(
    made.map(() => ({ code: 0, err: '' })),
  );
});
afterAll(() => rmSync(stock, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-'));
  cpSync(stock, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Every name in the folder, with what it is and holds. */
function contents(path = folder): Record<string, string> {
  return Object.fromEntries(
    readdirSync(path).flatMap((name) => {
      const one = join(path, name);
      const stat = lstatSync(one);
      if (stat.isDirectory()) return Object.entries(contents(one)).map(([below, held]) => [`${name}/${below}`, held]);
      if (stat.isSymbolicLink()) return [[name, `link to ${readlinkSync(one)}`]];
      if (!stat.isFile()) return [[name, 'something else']];
      return [[name, createHash('sha256').update(readFileSync(one)).digest('hex')]];
    }),
  );
}

/** The command refuses with a sentence, and nothing has changed. */
async function expectRefused(words: string[], sentence: string | RegExp): Promise<void> {
  const before = contents();
  expectSentence(await nibble(...words), sentence);
  expect(contents()).toEqual(before);
}

/** Commands with an output OUT, and all they read. */
const commands: { name: string; words: string[]; inputs: string[] }[] = [
  {
    name: 'the output of quantize',
    words: ['quantize', '--imatrix', 'matrix.gguf', '--recipe', 'recipe.json', 'model.gguf', 'OUT'],
    inputs: ['matrix.gguf', 'recipe.json', 'model.gguf'],
  },
  {
    name: 'the output of quantize --force',
    words: ['quantize', '--force', '--imatrix', 'matrix.gguf', '--recipe', 'recipe.json', 'model.gguf', 'OUT'],
    inputs: ['matrix.gguf', 'recipe.json'],
  },
  {
    name: 'the receipt of quantize',
    words: [
      ...['quantize', '--force', '--imatrix', 'matrix.gguf', '--recipe', 'recipe.json'],
      ...['--receipt', 'OUT', 'model.gguf', 'out.gguf'],
    ],
    inputs: ['matrix.gguf', 'recipe.json', 'model.gguf'],
  },
  {
    name: 'the output of quantize, from a folder',
    words: ['quantize', 'hf', 'OUT', 'Q4_0'],
    inputs: ['hf/config.json', 'hf/model.safetensors', 'hf/tokenizer.model'],
  },
  {
    name: 'the output of quantize --force, from a folder',
    words: ['quantize', '--force', 'hf', 'OUT', 'Q4_0'],
    inputs: ['hf/config.json', 'hf/tokenizer.model'],
  },
  {
    name: 'the receipt of quantize, from a folder',
    words: ['quantize', '--force', '--receipt', 'OUT', 'hf', 'out.safetensors', 'nf4'],
    inputs: ['hf/config.json', 'hf/model.safetensors', 'hf/tokenizer.model'],
  },
  {
    name: 'the receipt of quantize, from a split model',
    words: ['quantize', '--receipt', 'OUT', 'split-00002-of-00002.gguf', 'out.gguf', 'Q8_0'],
    inputs: ['split-00001-of-00002.gguf', 'split-00002-of-00002.gguf'],
  },
  {
    name: 'the output of measure',
    words: ['measure', '--imatrix', 'matrix.gguf', '--types', 'q4_0', 'model.gguf', '-o', 'OUT'],
    inputs: ['matrix.gguf', 'model.gguf'],
  },
  {
    name: 'the output of solve',
    words: ['solve', 'measurement.json', '--bpw', '5', '-o', 'OUT'],
    inputs: ['measurement.json'],
  },
  {
    name: 'the output of observe',
    words: ['observe', '--imatrix', 'matrix.gguf', 'measurement.json', 'model.gguf', 'Q4_0', '-o', 'OUT'],
    inputs: ['measurement.json', 'model.gguf', 'matrix.gguf'],
  },
  {
    name: 'the output of repeat',
    words: ['repeat', 'receipt.json', 'model.gguf', 'OUT', '--imatrix', 'matrix.gguf'],
    inputs: ['receipt.json', 'model.gguf', 'matrix.gguf'],
  },
  {
    name: 'the output of imatrix',
    words: ['imatrix', '-f', 'recipe.json', 'model.gguf', '-o', 'OUT'],
    inputs: ['recipe.json', 'model.gguf'],
  },
];

/** Names by which one file can be reached, made in the folder where need be. */
const names: ((input: string) => string)[] = [
  (input) => input,
  (input) => `./hf/../${input}`,
  (input) => join(folder, input),
  function softLink(input) {
    symlinkSync(join(folder, input), join(folder, 'soft'));
    return 'soft';
  },
  function linkToLink(input) {
    symlinkSync(input, join(folder, 'first'));
    symlinkSync('first', join(folder, 'second'));
    return 'second';
  },
  function linkToFolder(input) {
    symlinkSync(dirname(join(folder, input)), join(folder, 'door'));
    return join('door', basename(input));
  },
  function hardLink(input) {
    linkSync(join(folder, input), join(folder, 'hard'));
    return 'hard';
  },
];

/** Where a command's first input has been tried by all of them, these show that the rule knows the others as well. */
const otherNames = names.filter(({ name }) => name === 'softLink' || name === 'hardLink');

const withOutput = (words: string[], path: string) => words.map((word) => (word === 'OUT' ? path : word));

describe('no output replaces an input', () => {
  const cases = commands.flatMap(({ name, words, inputs }) => inputs.map((input) => ({ name, words, input })));

  it.each(cases)('$name over $input, by any name', { timeout: 120_000 }, async ({ words, input }) => {
    const first = commands.some((command) => command.words === words && command.inputs[0] === input);
    for (const naming of first ? names : otherNames) {
      await expectRefused(
        withOutput(words, naming(input)),
        /(is|is the same file as) .*, and .* would replace it\. Choose another name/,
      );
    }
  });

  it.each(commands)('$name, when an input lies under its unfinished name', async ({ words, inputs }) => {
    linkSync(join(folder, inputs[0]!), join(folder, 'out.partial'));
    await expectRefused(
      withOutput(words, 'out'),
      /out\.partial is .*, and .* \(out\) has that name until it is complete/,
    );
  });

  it('through a link that lies under its unfinished name', async () => {
    symlinkSync('model.gguf', join(folder, 'out.gguf.partial'));
    await expectRefused(['quantize', 'model.gguf', 'out.gguf', 'Q4_0'], 'out.gguf.partial is a link, and');
  });

  it('not the model that is named like an unfinished output', async () => {
    copyFileSync(join(folder, 'model.gguf'), join(folder, 'm.gguf.partial'));
    symlinkSync('m.gguf', join(folder, 'link.gguf')); // to nothing yet
    for (const output of ['m.gguf', 'link.gguf'])
      await expectRefused(['quantize', '--force', 'm.gguf.partial', output, 'Q4_0'], 'has that name until');
  });

  it('parts of a split model, by the names of parts of the output', async () => {
    await expectRefused(
      ['quantize', '--keep-split', 'split-00001-of-00002.gguf', 'split.gguf', 'Q8_0'],
      'say --force to replace the model',
    );
    linkSync(join(folder, 'split-00002-of-00002.gguf'), join(folder, 'two-00002-of-00002.gguf.partial'));
    await expectRefused(
      ['quantize', '--keep-split', '--force', 'split-00001-of-00002.gguf', 'two.gguf', 'Q8_0'],
      'two-00002-of-00002.gguf.partial is a file of the model',
    );
  });

  it('the files beside a safetensors output count as outputs', async () => {
    for (const name of ['gptq-config.json', 'gptq-quantize_config.json']) {
      linkSync(join(folder, 'hf/config.json'), join(folder, name));
      await expectRefused(['quantize', '--force', 'hf', 'gptq.safetensors', 'gptq-4bit-32g'], 'would replace it');
      rmSync(join(folder, name));
    }
    await expectRefused(
      ['quantize', '--receipt', 'nf4-config.json', 'hf', 'nf4.safetensors', 'nf4'],
      'nf4-config.json: a file beside the output and the receipt would replace each other',
    );
  });
});

describe('no output replaces another', () => {
  it.each([
    ['out.gguf'],
    ['./out.gguf'],
    ['here/out.gguf'],
    ['old.gguf', 'old.gguf'],
    ['hard.gguf', 'old.gguf'],
    ['soft.gguf', 'old.gguf'],
    ['nowhere.gguf'], // a link to where the output will be
    ['out.gguf.partial'],
  ])('the receipt as %s', async (receipt, output = 'out.gguf') => {
    symlinkSync('.', join(folder, 'here'));
    symlinkSync('out.gguf', join(folder, 'nowhere.gguf'));
    symlinkSync('old.gguf', join(folder, 'soft.gguf'));
    linkSync(join(folder, 'old.gguf'), join(folder, 'hard.gguf'));
    await expectRefused(
      ['quantize', '--force', '--receipt', receipt, 'model.gguf', output, 'Q4_0'],
      'the output and the receipt would replace each other. Choose another name',
    );
  });

  it('the receipt as a part of the output', () =>
    expectRefused(
      ['quantize', '--keep-split', '--receipt', 'o-00002-of-00002.gguf', 'split-00001-of-00002.gguf', 'o.gguf', 'Q8_0'],
      'would replace each other',
    ));

  it.each([
    ['quantize', 'model.gguf', 'shown.txt', 'Q4_0'],
    ['quantize', 'model.gguf', '/dev/stdout', 'Q4_0'],
    ['solve', 'measurement.json', '--bpw', '5', '-o', '/dev/stdout'],
  ])('where results are printed: %s %s %s', async (...words) => {
    const shown = ['-c', 'exec "$@" > shown.txt', 'sh', process.execPath, program];
    expectSentence(await startProgram(folder, 'sh', [...shown, ...words]).ended, 'is where results are printed');
    expect(readFileSync(join(folder, 'shown.txt'), 'utf8')).toBe('');
    expect(existsSync(join(folder, 'shown.txt.partial'))).toBe(false);
  });
});

describe('--force', () => {
  it('lets the output replace the model when it is complete, also through a link', async () => {
    symlinkSync('model.gguf', join(folder, 'link.gguf'));
    const made = await nibble('quantize', '--force', '--json', 'model.gguf', 'link.gguf', 'Q4_0');
    expect(made.code).toBe(0);
    expect(readlinkSync(join(folder, 'link.gguf'))).toBe('model.gguf');
    expect(statSync(join(folder, 'model.gguf')).size).toBe((JSON.parse(made.out) as RunReport).outputBytes);
  });

  it('lets the parts of the output replace those of the model', async () => {
    const words = ['quantize', '--force', '--keep-split', 'split-00001-of-00002.gguf', 'split.gguf', 'Q8_0'];
    const { code, err } = await nibble(...words);
    expect({ code, err: withoutNotes(err) }).toEqual({ code: 0, err: '' });
    expect((await nibble('inspect', 'split-00002-of-00002.gguf')).out).toContain('q8_0');
  });
});

describe('what is no ordinary file', () => {
  const pipe = (name: string) => execFileSync('mkfifo', [join(folder, name)]);

  it.each([
    [['quantize', 'pipe', 'out.gguf', 'Q4_0']],
    [['quantize', '--imatrix', 'pipe', 'model.gguf', 'out.gguf', 'Q4_0']],
    [['quantize', '--recipe', 'pipe', 'model.gguf', 'out.gguf']],
    [['inspect', 'pipe']],
    [['compare', 'model.gguf', 'pipe']],
    [['solve', 'pipe', '--bpw', '5']],
    [['verify', 'pipe', 'model.gguf']],
    [['repeat', 'receipt.json', 'pipe', 'out.gguf']],
  ])('a named pipe is not waited for as an input: %j', async (words) => {
    pipe('pipe');
    await expectRefused(words, 'pipe is not a file but a named pipe.');
  });

  it.each(commands)('is not waited for as $name', async ({ words }) => {
    pipe('pipe');
    await expectRefused(withOutput(words, 'pipe'), /pipe is a named pipe, and the .* must be an ordinary file/);
  });

  it.each([
    ['/dev/null', 'a device'],
    ['/dev/stdout', 'a named pipe|a socket'],
    ['hf', 'a folder'],
    ['new/', 'a folder'],
  ])('is no output: %s', async (output, kind) => {
    const what = new RegExp(`is (${kind})(, and the .* must be an ordinary file|; name the .* in it)`);
    await expectRefused(['quantize', 'model.gguf', output, 'Q4_0'], what);
    await expectRefused(['quantize', '--receipt', output, 'model.gguf', 'out.gguf', 'Q4_0'], what);
    await expectRefused(['solve', 'measurement.json', '--bpw', '5', '-o', output], what);
  });

  it('a pipe under the unfinished name is not waited for', async () => {
    pipe('out.gguf.partial');
    await expectRefused(['quantize', 'model.gguf', 'out.gguf', 'Q4_0'], 'out.gguf.partial is a named pipe, and');
  });

  it.each(commands)('is no folder to write to: $name', async ({ words }) => {
    await expectRefused(withOutput(words, 'no/out'), 'no/out could not be written: its folder does not exist.');
  });

  it('is a link in a circle', async () => {
    symlinkSync('round', join(folder, 'round'));
    await expectRefused(['quantize', 'model.gguf', 'round', 'Q4_0'], 'round is a link that leads back to itself');
  });
});

describe('small outputs', () => {
  it('replace an older file of that name whole, through a link too', async () => {
    writeFileSync(join(folder, 'older.json'), 'older');
    symlinkSync('older.json', join(folder, 'link.json'));
    for (const words of commands.filter(({ inputs }) => !inputs.some((input) => input.startsWith('hf'))).slice(2)) {
      writeFileSync(join(folder, 'older.json'), 'older');
      expect(await nibble(...withOutput(words.words, 'link.json'))).toMatchObject({ code: 0 });
      expect(readlinkSync(join(folder, 'link.json'))).toBe('older.json');
      expect(readFileSync(join(folder, 'older.json'), 'utf8')).not.toBe('older');
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('say what a killed run left under their name', async () => {
    writeFileSync(join(folder, 'r.json.partial'), 'half');
    const { code, err } = await nibble('solve', 'measurement.json', '--bpw', '5', '-o', 'r.json');
    expect(code).toBe(0);
    expect(err).toMatch(/r\.json\.partial \(4 bytes\), which an earlier run that was killed left behind, was removed/);
    expect(existsSync(join(folder, 'r.json'))).toBe(true);
  });
});
