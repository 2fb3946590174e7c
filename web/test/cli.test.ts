import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelInfo, Plan, RunReport } from '../src/core';
import { expectSentence, program, startIn, startProgram, type Ended, type Started } from './support/command-line';
import { goldenFiles, testData } from './support/real';
import { writeShards } from './support/shards';
import { tinyGguf } from './support/tiny-gguf';

const makeLarge = fileURLToPath(new URL('../../scripts/make-large-gguf', import.meta.url));
const model = testData('stories260K-F32.gguf');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function nibble(...words: string[]): Promise<Ended> {
  return start(words).ended;
}

function start(words: string[]): Started {
  return startIn(folder, words);
}

describe('quantize', () => {
  const golden = goldenFiles.find(
    ({ input, type, options }) => input === 'stories260K-F32.gguf' && type === 'Q4_K_M' && options.length === 0,
  )!;

  it('writes the file, says so and ends with 0', async () => {
    const { code, out } = await nibble('quantize', model, 'out.gguf', 'q4_k_m');
    expect(code).toBe(0);
    expect(out).toContain(`SHA-256 ${golden.sha256}`);
    expect(out).toContain('bits per weight');
    expect(readdirSync(folder)).toEqual(['out.gguf']);
  });

  it("takes llama-quantize's command line as it is", async () => {
    expect((await nibble('--pure', model, 'out.gguf', 'Q8_0', '2')).code).toBe(0);
    expect(readdirSync(folder)).toEqual(['out.gguf']);
  });

  it('names the output when nobody does', async () => {
    copyFileSync(model, join(folder, 'in.gguf'));
    expect((await nibble(join(folder, 'in.gguf'), '2')).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['ggml-model-Q4_0.gguf', 'in.gguf']);
  });

  it('prints the whole report as JSON', async () => {
    const { code, out } = await nibble(
      'quantize',
      '--json',
      '--workers',
      '3',
      '--kernel',
      'scalar',
      model,
      'out.gguf',
      'Q4_K_M',
    );
    const report = JSON.parse(out) as RunReport;
    expect(code).toBe(0);
    expect(report).toMatchObject({
      fileType: 'Q4_K_M',
      kernel: 'scalar',
      workers: 3,
      files: [{ name: 'out.gguf', sha256: golden.sha256 }],
    });
  });

  it('with --dry-run writes nothing and tells the exact size', async () => {
    const { code, out } = await nibble('quantize', '--dry-run', '--json', model, 'out.gguf', 'Q4_K_M');
    expect(code).toBe(0);
    expect((JSON.parse(out) as Plan).outputBytes).toBe(golden.bytes);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('sets metadata and types as asked', async () => {
    const words = [
      '--override-kv',
      'general.name=str:A=B:C',
      '--override-kv',
      'x.y=int:7',
      '--tensor-type',
      'ffn_down=q8_0',
    ];
    expect((await nibble('quantize', ...words, model, 'out.gguf', 'Q4_0')).code).toBe(0);
    const info = JSON.parse((await nibble('inspect', '--json', 'out.gguf')).out) as ModelInfo;
    expect(info.name).toBe('A=B:C');
    expect(info.metadata.find(({ key }) => key === 'x.y')).toMatchObject({ type: 'u32', value: '7' });
  });

  it('uses an importance matrix, whole or in part', async () => {
    copyFileSync(testData('ts3m-imatrix.gguf'), join(folder, 'ts3m-imatrix.gguf'));
    const weighted = goldenFiles.find(({ type, options }) => type === 'IQ2_XS' && options[0] === '--imatrix')!;
    const matrix = ['--imatrix', 'ts3m-imatrix.gguf'];
    const whole = await nibble('quantize', ...matrix, testData('ts3m-F16.gguf'), 'out.gguf', 'IQ2_XS');
    expect(whole.out).toContain(`SHA-256 ${weighted.sha256}`);
    expect(whole.out).toContain('weighted by importance');
    expect(whole.out).toContain(
      'Note: 1 tensor without an entry in the importance matrix will be converted without it',
    );
    const part = JSON.parse(
      (
        await nibble(
          'plan',
          '--json',
          ...matrix,
          '--exclude-weights',
          'attn',
          '--exclude-weights',
          'ffn_up',
          testData('ts3m-F16.gguf'),
          'Q4_K_M',
        )
      ).out,
    ) as Plan;
    const withEntry = part.tensors.filter(({ importance }) => importance !== null).map(({ name }) => name);
    expect(withEntry.length).toBeGreaterThan(0);
    for (const name of withEntry) expect(name).toMatch(/ffn_(down|gate)/);
    expect((await nibble('plan', ...matrix, testData('ts3m-F16.gguf'))).out).not.toContain('needs --imatrix');
    expect((await nibble('stats', '--json', ...matrix, testData('ts3m-F16.gguf'), 'Q4_0')).out).toMatch(
      /"weightedRmse": 0\./,
    );
    expectSentence(await nibble('quantize', ...matrix, model, 'out.gguf', 'Q4_0'), 'does not fit this model');
    expectSentence(
      await nibble('quantize', '--imatrix', 'none.dat', model, 'out.gguf', 'Q4_0'),
      'There is no file none.dat.',
    );
  });

  it('reads all shards when one is named, and writes one file or shards', async () => {
    const shards = writeShards(folder, 'm');
    const plain = await nibble('quantize', '--json', shards[1]!, 'one.gguf', 'Q8_0');
    expect((JSON.parse(plain.out) as RunReport).files.map(({ name }) => name)).toEqual(['one.gguf']);
    const split = await nibble('quantize', '--json', '--keep-split', shards[0]!, 'two.gguf', 'Q8_0');
    expect((JSON.parse(split.out) as RunReport).files.map(({ name }) => name)).toEqual([
      'two-00001-of-00002.gguf',
      'two-00002-of-00002.gguf',
    ]);
    const again = JSON.parse((await nibble('inspect', '--json', 'two-00002-of-00002.gguf')).out) as ModelInfo;
    expect(again.tensors.map(({ name, type, file }) => [name, type, file])).toEqual([
      ['blk.0.attn_q.weight', 'q8_0', 0],
      ['blk.1.attn_q.weight', 'q8_0', 1],
    ]);
  });

  it('refuses a quantized input unless told to, naming the option', async () => {
    expect((await nibble('quantize', model, 'q8.gguf', 'Q8_0')).code).toBe(0);
    expectSentence(await nibble('quantize', 'q8.gguf', 'q4.gguf', 'Q4_0'), /--allow-requantize/);
    expect((await nibble('quantize', '--allow-requantize', 'q8.gguf', 'q4.gguf', 'Q4_0')).code).toBe(0);
  });
});

describe('a problem is one sentence, exit code 1 and no half file', () => {
  it('no such file', async () =>
    expectSentence(await nibble('quantize', 'none.gguf', 'out.gguf', 'Q4_0'), 'There is no file none.gguf.'));
  it('a folder', async () => expectSentence(await nibble('inspect', folder), 'It holds no model'));
  it('an unknown type', async () => expectSentence(await nibble('quantize', model, 'out.gguf', 'Q9_X'), 'Q9_X'));
  it('an unknown tensor type', async () =>
    expectSentence(await nibble('quantize', '--output-tensor-type', 'q9', model, 'out.gguf', 'Q4_0'), 'q9'));
  it('an unknown method', async () =>
    expectSentence(await nibble('quantize', '--method', 'magic', model, 'out.gguf', 'Q4_0'), 'magic'));
  it('no folder to write to', async () =>
    expectSentence(await nibble('quantize', model, 'no/out.gguf', 'Q4_0'), 'its folder does not exist'));
  it('a folder as output', async () => expectSentence(await nibble('quantize', model, folder, 'Q4_0'), 'is a folder'));

  it('more than the file system takes', async () => {
    const limited = ['-c', 'ulimit -f 100; exec "$@"', 'sh', process.execPath, program];
    const words = ['quantize', model, 'out.gguf', 'Q8_0'];
    expectSentence(
      await startProgram(folder, 'sh', [...limited, ...words]).ended,
      'out.gguf could not be written: the file system does not take files of this size.',
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  // A file system of its own, where one may be mounted; what is left in it would be printed.
  const onSmallDisk = 'mount -t tmpfs -o size=100k tmpfs "$0" && { "$@"; code=$?; ls -A "$0"; exit $code; }';
  const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', onSmallDisk, tmpdir(), 'true']).status === 0;
  it.skipIf(!canMount)('a full disk', async () => {
    const small = ['-rm', 'sh', '-c', onSmallDisk, folder, process.execPath, program];
    expectSentence(
      await startProgram(folder, 'unshare', [...small, 'quantize', model, join(folder, 'out.gguf'), 'Q8_0']).ended,
      'out.gguf could not be written: the disk is full',
    );
  });

  const whole = readFileSync(model);
  it.each([0, 1, 4, 8, 23, 24, 100, 9_000, 12_345, 100_000, whole.byteLength - 1])(
    'a file cut at byte %i',
    async (bytes) => {
      writeFileSync(join(folder, 'cut.gguf'), whole.subarray(0, bytes));
      expectSentence(await nibble('quantize', 'cut.gguf', 'out.gguf', 'Q4_0'), 'cut.gguf');
      expect(readdirSync(folder)).toEqual(['cut.gguf']);
    },
  );

  it('a matrix that is none', async () => {
    writeFileSync(join(folder, 'none.imatrix'), 'nothing of importance');
    expectSentence(await nibble('quantize', '--imatrix', 'none.imatrix', model, 'out.gguf', 'Q4_K_M'), 'none.imatrix');
  });

  it('a type that needs a matrix', async () => {
    execFileSync(process.execPath, [makeLarge, join(folder, 'in.gguf'), '0.001']);
    expectSentence(await nibble('quantize', 'in.gguf', 'out.gguf', 'IQ2_XXS'), 'importance matrix');
    expect(readdirSync(folder)).toEqual(['in.gguf']);
  });

  it('a part of a split model is missing', async () => {
    copyFileSync(model, join(folder, 'm-00001-of-00002.gguf'));
    expectSentence(await nibble('inspect', 'm-00001-of-00002.gguf'), 'There is no file m-00002-of-00002.gguf.');
  });
});

describe('a command line that means nothing ends with 2', () => {
  it.each([
    ['quantize', 'in.gguf'],
    ['quantize', 'a', 'b', 'c', 'd', 'e'],
    ['quantize', '--no-such-option', 'in.gguf', 'out.gguf', 'Q4_0'],
    ['quantize', '--workers', '0', 'in.gguf', 'out.gguf', 'Q4_0'],
    ['quantize', 'in.gguf', 'out.gguf', 'Q4_0', 'many'],
    ['quantize', '--kernel', 'magic', 'in.gguf', 'out.gguf', 'Q4_0'],
    ['quantize', '--override-kv', 'nonsense', 'in.gguf', 'out.gguf', 'Q4_0'],
    ['quantize', '--tensor-type', 'nonsense', 'in.gguf', 'out.gguf', 'Q4_0'],
    ['inspect'],
    [],
  ])('%s %s %s', async (...words) => {
    const { code, out, err } = await nibble(...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/error: /);
  });

  it('but asking for help is fine', async () => {
    const { code, out } = await nibble('quantize', '--help');
    expect(code).toBe(0);
    expect(out).toContain('--leave-output-tensor');
  });
});

describe('interrupted', () => {
  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s it ends with %i and leaves nothing', async (signal, expected) => {
    execFileSync(process.execPath, [makeLarge, join(folder, 'in.gguf'), '0.1']);
    const child = start(['quantize', '--workers', '1', 'in.gguf', 'out.gguf', 'Q4_K_M']);
    while (!existsSync(join(folder, 'out.gguf.partial'))) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill(signal);
    const { code, err } = await child.ended;
    expect({ code, err }).toEqual({ code: expected, err: 'Stopped; nothing was written.\n' });
    expect(readdirSync(folder)).toEqual(['in.gguf']);
  });

  it('by SIGKILL it leaves the unfinished output, which the next run of that name removes and says so', async () => {
    execFileSync(process.execPath, [makeLarge, join(folder, 'in.gguf'), '0.1']);
    const child = start(['quantize', '--workers', '1', 'in.gguf', 'out.gguf', 'Q4_K_M']);
    while (!existsSync(join(folder, 'out.gguf.partial'))) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill('SIGKILL');
    await child.ended;
    expect(readdirSync(folder).sort()).toEqual(['in.gguf', 'out.gguf.partial']);
    const dry = await nibble('quantize', '--dry-run', model, 'out.gguf', 'Q4_0');
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(folder)).toContain('out.gguf.partial');
    const { code, err } = await nibble('quantize', model, 'out.gguf', 'Q4_0');
    expect(code).toBe(0);
    expect(err).toMatch(
      /^Note: .*out\.gguf\.partial \(.*\), which an earlier run that was killed left behind, was removed\.\n$/,
    );
    expect(readdirSync(folder).sort()).toEqual(['in.gguf', 'out.gguf']);
  });

  it('while it makes the receipt, it says that the output is there', async () => {
    execFileSync(process.execPath, [makeLarge, join(folder, 'in.gguf'), '0.3']);
    const child = start(['quantize', '--receipt', 'r.json', 'in.gguf', 'out.gguf', 'F16']);
    while (!existsSync(join(folder, 'out.gguf'))) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill('SIGINT');
    const { code, err } = await child.ended;
    expect({ code, err }).toEqual({
      code: 130,
      err: 'Stopped; the output is complete, but there is no receipt of it.\n',
    });
    expect(readdirSync(folder).sort()).toEqual(['in.gguf', 'out.gguf']);
  });

  it('a model that changes while it is read gives no output', async () => {
    execFileSync(process.execPath, [makeLarge, join(folder, 'in.gguf'), '0.1']);
    const child = start(['quantize', '--workers', '1', 'in.gguf', 'out.gguf', 'Q4_K_M']);
    while (!existsSync(join(folder, 'out.gguf.partial'))) await new Promise((resolve) => setTimeout(resolve, 1));
    appendFileSync(join(folder, 'in.gguf'), 'more');
    expectSentence(await child.ended, /in\.gguf was changed on disk while it was being read: it had \d+ bytes/);
    expect(readdirSync(folder)).toEqual(['in.gguf']);
  });
});

describe('inspect, plan and stats', () => {
  it('inspect shows the tensors', async () => {
    const { code, out } = await nibble('inspect', model);
    expect(code).toBe(0);
    expect(out).toContain('stories260K-F32.gguf: GGUF v3 · llama');
    expect(out).toMatch(/blk\.0\.attn_q\.weight +64 × 64 +f32 +16\.4 kB/);
  });

  it('lets no name steer the terminal', async () => {
    const odd = tinyGguf({ 'general.name': { string: '\x1b[31mred\u009b' } }, [
      { name: 'a\x1b[2J.weight', shape: [32, 2], values: new Float32Array(64) },
    ]);
    writeFileSync(join(folder, 'odd.gguf'), odd);
    for (const words of [
      ['inspect', 'odd.gguf'],
      ['plan', 'odd.gguf', 'F16'],
      ['stats', 'odd.gguf', 'F16'],
    ]) {
      const { code, out } = await nibble(...words);
      expect(code).toBe(0);
      expect(out).toContain('a?[2J');
      expect(out).not.toMatch(/[^\P{Cc}\n]/u);
    }
  });

  it('plan shows all types, or one', async () => {
    const all = await nibble('plan', model);
    expect(all.code).toBe(0);
    expect(all.out).toMatch(/^Q4_K_M +282 kB/m);
    const one = await nibble('plan', model, 'Q4_K_M');
    expect(one.out).toMatch(/blk\.0\.ffn_down\.weight .*f32 +→ f16/);
    expect(one.out).toContain('282 kB instead of 1.05 MB');
  });

  it('stats prints the lines of quantize-stats, and a total', async () => {
    const { code, out } = await nibble('stats', model, 'Q8_0');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines)
      expect(line).toMatch(/^\S+ *: rmse \d\.\d{8}, maxerr \d\.\d{8}, 95pct<\d\.\d{4}, median<\d\.\d{4}$/);
    expect(lines[0]).toMatch(/^q8_0::/);
    expect(lines.at(-1)).toMatch(/^Q8_0 /);
    expect(readdirSync(folder)).toEqual([]);
  });
});
