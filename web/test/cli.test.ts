import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
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
import { loadCore, type ModelInfo, type Note, type Plan, type RunReport, type Solution } from '../src/core';
import { nodePlatform } from '../src/platform/node';
import {
  expectSentence,
  program,
  startIn,
  startProgram,
  type Ended,
  type Started,
  withoutNotes,
} from './support/command-line';
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

/** The tensors of a model and their types. */
async function typesIn(path: string): Promise<Map<string, string>> {
  const { tensors } = JSON.parse((await nibble('inspect', '--json', path)).out) as ModelInfo;
  return new Map(tensors.map(({ name, type }) => [name, type]));
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
    const pure = await nibble('--pure', '--leave-output-tensor', model, 'out.gguf', 'Q4_K_M', '1');
    expect(pure.code).toBe(0);
    expect(readdirSync(folder)).toEqual(['out.gguf']);
    const types = await typesIn('out.gguf');
    expect(types.get('blk.0.attn_v.weight')).toBe(types.get('blk.0.attn_q.weight')); // without the mix
    expect(types.get('output.weight') ?? 'f32').toBe('f32');
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
    expect(report.tensors.map(({ name }) => name).sort()).toEqual([...(await typesIn(model)).keys()].sort());
    for (const { action, error } of report.tensors) expect(error === null).toBe(action === 'copy');
    expect(report.total!.count).toBe(report.tensors.reduce((sum, { error }) => sum + (error?.count ?? 0), 0));
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
    const types = await typesIn('out.gguf');
    expect(types.get('blk.0.ffn_up.weight')).toBe('q4_0');
    // Rows of 172 weights fill no blocks of 32.
    expect(types.get('blk.0.ffn_down.weight')).toBe('f16');
    await nibble('quantize', '--tensor-type', 'attn_q=q8_0', model, 'out.gguf', 'Q4_0');
    expect((await typesIn('out.gguf')).get('blk.3.attn_q.weight')).toBe('q8_0');
  });

  it('takes rules for types from files, after those of the command line', async () => {
    writeFileSync(join(folder, 'rules.txt'), 'attn_q=q8_0  attn_k=q5_1\n\nffn_up=q5_0\n');
    writeFileSync(join(folder, 'wrong.txt'), 'attn_q=q8_0 nonsense');
    await nibble(
      'quantize',
      '--tensor-type-file',
      'rules.txt',
      '--tensor-type',
      'attn_k=q4_1',
      model,
      'out.gguf',
      'Q4_0',
    );
    const types = await typesIn('out.gguf');
    expect(types.get('blk.3.attn_q.weight')).toBe('q8_0');
    expect(types.get('blk.3.attn_k.weight')).toBe('q4_1');
    expect(types.get('blk.3.ffn_up.weight')).toBe('q5_0');
    const wrong = await nibble('plan', '--tensor-type-file', 'wrong.txt', model);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('wrong.txt holds "nonsense", which is not PATTERN=TYPE.');
    expect((await nibble('plan', '--tensor-type-file', 'none.txt', model)).code).toBe(1);
  });

  it('uses an importance matrix, whole or in part', async () => {
    copyFileSync(testData('ts3m-imatrix.gguf'), join(folder, 'ts3m-imatrix.gguf'));
    const weighted = goldenFiles.find(({ type, options }) => type === 'IQ2_XS' && options[0] === '--imatrix')!;
    const matrix = ['--imatrix', 'ts3m-imatrix.gguf'];
    const whole = await nibble('quantize', ...matrix, testData('ts3m-F16.gguf'), 'out.gguf', 'IQ2_XS');
    expect(whole.out).toContain(`SHA-256 ${weighted.sha256}`);
    expect(whole.out).toContain('weighted by importance');
    expect(whole.err).toContain(
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
    expect([...(await typesIn('one.gguf')).keys()]).toEqual(['blk.0.attn_q.weight', 'blk.1.attn_q.weight']);
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
  afterEach(() => {
    const outputs = readdirSync(folder).filter((name) => /^out|partial$/.test(name));
    expect(outputs).toEqual([]);
  });

  it('no such file', async () =>
    expectSentence(await nibble('quantize', 'none.gguf', 'out.gguf', 'Q4_0'), 'There is no file none.gguf.'));
  it('a folder', async () => expectSentence(await nibble('inspect', folder), 'It holds no model'));
  it('no folder to write to', async () =>
    expectSentence(await nibble('quantize', model, 'no/out.gguf', 'Q4_0'), 'its folder does not exist'));
  it('a folder as output', async () => expectSentence(await nibble('quantize', model, folder, 'Q4_0'), 'is a folder'));

  it('more than the file system takes', async () => {
    const limited = ['-c', 'ulimit -f 100; exec "$@"', 'sh', process.execPath, program];
    const words = ['quantize', model, 'out.gguf', 'Q8_0'];
    expectSentence(
      await startProgram(folder, 'sh', [...limited, ...words]).ended,
      /out\.gguf could not be written: the file system does not take files of this size\. What was done is kept in /,
    );
    const kept = ['out.gguf.partial', 'out.gguf.partial.journal']; // nobody takes it for whole
    expect(readdirSync(folder)).toEqual(kept);
    for (const name of kept) rmSync(join(folder, name));
  });

  // A file system of its own, where one may be mounted; what is left in it is printed.
  const onSmallDisk = 'mount -t tmpfs -o size=100k tmpfs "$0" && { "$@"; code=$?; ls -A "$0"; exit $code; }';
  const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', onSmallDisk, tmpdir(), 'true']).status === 0;
  it.skipIf(!canMount)('a full disk', async () => {
    const small = ['-rm', 'sh', '-c', onSmallDisk, folder, process.execPath, program];
    const words = ['quantize', model, join(folder, 'out.gguf'), 'Q8_0'];
    const { out, ...ended } = await startProgram(folder, 'unshare', [...small, ...words]).ended;
    expectSentence(
      { ...ended, out: '' },
      /out\.gguf could not be written: the disk is full.* What was done is kept in /,
    );
    expect(out).toBe('out.gguf.partial\nout.gguf.partial.journal\n');
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
    rmSync(writeShards(folder, 'm')[1]!);
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
    ['quantize', '--dry-run', '--receipt', 'r.json', 'in.gguf', 'out.gguf', 'Q4_0'],
    ['inspect'],
    [],
  ])('%s %s %s', (...words) => expectUsage(words, /error: /));

  // No file is looked at: none of those named exists.
  it.each([
    ['quantize in.gguf out.gguf Q9_X', 'no file type "Q9_X"'],
    ['plan in.gguf Q9_X', 'no file type "Q9_X"'],
    ['stats in.gguf Q9_X', 'no file type "Q9_X"'],
    ['outliers in.gguf Q9_X', 'no file type "Q9_X"'],
    ['observe m.json in.gguf Q9_X', 'no file type "Q9_X"'],
    ['quantize in.gguf out.gguf exl2', 'EXL2 files cannot be made'],
    ['quantize --output-tensor-type q9 in.gguf out.gguf Q4_0', 'no tensor type "q9"'],
    ['quantize --token-embedding-type q9 in.gguf out.gguf Q4_0', 'no tensor type "q9"'],
    ['quantize --tensor-type a=q9 in.gguf out.gguf Q4_0', 'no tensor type "q9"'],
    ['plan --tensor-type a=q9 in.gguf', 'no tensor type "q9"'],
    ['quantize --tensor-type (=q8_0 in.gguf out.gguf Q4_0', 'not a valid regular expression'],
    ['quantize --recipe r.json --tensor-type (=q8_0 in.gguf out.gguf', 'not a valid regular expression'],
    ['quantize --override-kv a=int:many in.gguf out.gguf Q4_0', 'not a whole number'],
    ['quantize --method magic in.gguf out.gguf Q4_0', 'no method "magic"'],
    ['quantize --method magic in.safetensors out.safetensors nf4', 'no method "magic"'],
    ['quantize --recipe r.json --method magic in.gguf out.gguf', 'no method "magic"'],
    ['measure --method magic in.gguf', 'no method "magic"'],
    ['quantize --compare-method magic in.gguf out.gguf Q4_0', 'no method "magic"'],
    ['stats --compare-method magic in.gguf Q4_0', 'no method "magic"'],
    ['quantize --include-weights a in.gguf out.gguf Q4_0', '--include-weights chooses entries of an importance matrix'],
    ['plan --exclude-weights a in.gguf', '--exclude-weights chooses entries of an importance matrix'],
    ['plan --imatrix i --include-weights a --exclude-weights b in.gguf', 'only one of the two'],
    ['analyze-scale --format q9 in.gguf', "'q9' is invalid. Allowed choices are"],
    ['analyze-scale --format q4_K in.gguf', "'q4_K' is invalid. Allowed choices are"],
    ['measure --types q9_9 in.gguf', 'no tensor type "q9_9"'],
    ['measure --precision much in.gguf', 'must be a number above 0'],
    ['measure --precision 2 in.gguf', 'between 0 and 1'],
    ['solve m.json', 'file size or for bits per weight'],
    ['solve m.json --size 1GB --bpw 4', 'file size or for bits per weight'],
    ['solve m.json --bpw much', 'must be a number above 0'],
    ['solve m.json --bpw 0x4', 'must be a number above 0'],
    ['solve m.json --size 0', 'Write it as bytes'],
    ['solve m.json --bpw 4 --types q4_0,q9', 'no tensor type "q9"'],
    ['solve m.json --bpw 4 --tensor-type a=q9', 'no tensor type "q9"'],
    ['solve m.json --bpw 4 --role-weight nose=2', 'no role "nose"'],
    ['solve m.json --bpw 4 --role-weight down=much', 'Write it as ROLE=FACTOR'],
    ['observe --worst many m.json in.gguf Q4_0', 'whole number, 1 or more'],
    ['observe --worst 1.5 m.json in.gguf Q4_0', 'whole number, 1 or more'],
    ['outliers --threshold 1 in.gguf Q4_0', 'must be a number above 1'],
    ['outliers --basis feeling in.gguf Q4_0', 'Allowed choices are'],
    ['number-formats --bits 3,,4 in.gguf', 'whole numbers from 2 to 8'],
    ['number-formats --block 0x20 in.gguf', 'whole numbers from 0'],
    ['number-formats --levels 1,,2 in.gguf', 'Write numbers with commas'],
    ['number-formats --search luck in.gguf', 'Choose among absmax'],
    ['number-formats --sample 0 in.gguf', 'must be a number of weights'],
    ['compare --workers 1.5 a.gguf b.gguf', 'whole number from 1 to 256'],
  ])('%s', (line, sentence) => expectUsage(line.split(' '), sentence));

  async function expectUsage(words: string[], sentence: string | RegExp): Promise<void> {
    const { code, out, err } = await nibble(...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(sentence);
    expect(err).toMatch(/error: /);
    expect(err).not.toMatch(/Something unexpected|undefined/);
  }

  it('but an unknown type in a recipe is a problem with that file', async () => {
    writeFileSync(join(folder, 'r.json'), JSON.stringify({ nibbleRecipe: 1, options: { type: 'Q9_X' } }));
    expectSentence(
      await nibble('quantize', '--recipe', 'r.json', model, 'out.gguf'),
      'r.json: There is no file type "Q9_X"',
    );
  });

  it('but asking for help is fine', async () => {
    const { code, out } = await nibble('quantize', '--help');
    expect(code).toBe(0);
    expect(out).toContain('--leave-output-tensor');
    expect(out).toContain('OUT.partial');
    expect((await nibble('--help')).out).toContain('2 a command line that means nothing');
  });
});

describe('analyze-scale', () => {
  it('names the formats that the core can analyse, in its help and in its error', async () => {
    const { formats } = await loadCore(nodePlatform);
    const names = formats.filter(({ oneScale }) => oneScale).map(({ name }) => name);
    const help = await nibble('analyze-scale', '--help');
    expect(help.code).toBe(0);
    expect(help.out.replaceAll(/\s+/g, ' ')).toContain(
      `(choices: ${names.map((name) => `"${name}"`).join(', ')}, default: "q4_0")`,
    );
    const wrong = await nibble('analyze-scale', '--format', 'q4_K', model);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain(`'q4_K' is invalid. Allowed choices are ${names.join(', ')}.`);
  });
});

describe('interrupted', () => {
  const stoppedForNow =
    /^Stopped; (nothing was written|what was done is kept in out\.gguf\.partial, and the same command .*)\.\n$/;

  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s it ends with %i, and leaves nothing or what --resume goes on with', async (signal, expected) => {
    execFileSync(process.execPath, [makeLarge, join(folder, 'in.gguf'), '0.1']);
    const child = start(['quantize', '--workers', '1', 'in.gguf', 'out.gguf', 'Q4_K_M']);
    while (!existsSync(join(folder, 'out.gguf.partial'))) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill(signal);
    const { code, err } = await child.ended;
    expect(code).toBe(expected);
    const said = withoutNotes(err);
    if (signal === 'SIGINT') expect(said).toBe('Stopped; nothing was written.\n');
    else expect(said).toMatch(stoppedForNow);
    if (said.includes('nothing was written')) expect(readdirSync(folder)).toEqual(['in.gguf']);
    else expect(readdirSync(folder).sort()).toEqual(['in.gguf', 'out.gguf.partial', 'out.gguf.partial.journal']);
  });

  it('by SIGKILL it leaves the unfinished output, which the next run of that name removes and says so', async () => {
    execFileSync(process.execPath, [makeLarge, join(folder, 'in.gguf'), '0.1']);
    const child = start(['quantize', '--workers', '1', 'in.gguf', 'out.gguf', 'Q4_K_M']);
    while (!existsSync(join(folder, 'out.gguf.partial'))) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill('SIGKILL');
    await child.ended;
    expect(readdirSync(folder)).toContain('out.gguf.partial');
    const dry = await nibble('quantize', '--dry-run', model, 'out.gguf', 'Q4_0');
    expect({ code: dry.code, err: withoutNotes(dry.err) }).toEqual({ code: 0, err: '' });
    expect(readdirSync(folder)).toContain('out.gguf.partial');
    const { code, err } = await nibble('quantize', model, 'out.gguf', 'Q4_0');
    expect(code).toBe(0);
    expect(err).toMatch(
      /^Note: .*out\.gguf\.partial \(.*\), which an earlier run that was killed left behind, was removed/m,
    );
    expect(readdirSync(folder).sort()).toEqual(['in.gguf', 'out.gguf']);
  });

  it('at any time it goes on with --resume, and writes the same bytes', async () => {
    execFileSync(process.execPath, [makeLarge, join(folder, 'in.gguf'), '0.05']);
    const words = ['quantize', '--workers', '2', 'in.gguf'];
    const hashOf = (name: string) =>
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex');
    expect((await nibble(...words, 'whole.gguf', 'Q6_K')).code).toBe(0);
    const kills = process.env['NIBBLE_LONG_TESTS'] === '1' ? 50 : 5;
    let keptRuns = 0;
    for (let kill = 0; kill < kills; kill++) {
      const signal = kill % 2 === 0 ? 'SIGKILL' : 'SIGTERM';
      const child = start([...words, 'out.gguf', 'Q6_K', '--resume']);
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 1000));
      child.kill(signal);
      const { code, err } = await child.ended;
      if (/^Note: The run goes on with [\d.]+ .?B that an earlier one wrote\.$/m.test(err)) keptRuns += 1;
      if (code === 0) {
        expect(hashOf('out.gguf')).toBe(hashOf('whole.gguf'));
        rmSync(join(folder, 'out.gguf'));
      } else if (code === 143) {
        expect(withoutNotes(err)).toMatch(stoppedForNow);
      }
    }
    if (kills > 5) expect(keptRuns).toBeGreaterThan(5);
    const { code, err } = await nibble(...words, 'out.gguf', 'Q6_K', '--resume');
    expect({ code, err: withoutNotes(err) }).toEqual({ code: 0, err: '' });
    expect(hashOf('out.gguf')).toBe(hashOf('whole.gguf'));
    expect(readdirSync(folder).sort()).toEqual(['in.gguf', 'out.gguf', 'whole.gguf']);
    expect((await nibble(...words, 'out.gguf', 'Q6_K', '--resume', '--calibration', 'x')).code).toBe(2);
  }, 240_000);

  it('an output that another run is writing is left to it', async () => {
    execFileSync(process.execPath, [makeLarge, join(folder, 'in.gguf'), '0.3']);
    const child = start(['quantize', '--workers', '1', 'in.gguf', 'out.gguf', 'Q4_K_M']);
    while (!existsSync(join(folder, 'out.gguf.partial'))) await new Promise((resolve) => setTimeout(resolve, 1));
    expectSentence(
      await nibble('quantize', model, 'out.gguf', 'Q4_0'),
      'out.gguf.partial is being written, perhaps by another run',
    );
    expect((await child.ended).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['in.gguf', 'out.gguf']);
  });

  it('while it makes the receipt, it says that the output is there', async () => {
    execFileSync(process.execPath, [makeLarge, join(folder, 'in.gguf'), '0.1']);
    const child = start(['quantize', '--receipt', 'r.json', 'in.gguf', 'out.gguf', 'F16']);
    while (!existsSync(join(folder, 'out.gguf'))) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill('SIGINT');
    const { code, err } = await child.ended;
    expect({ code, err: withoutNotes(err) }).toEqual({
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

describe('rules and metadata that come to nothing', () => {
  const idle = ['--tensor-type', 'fnn_down=q8_0'];
  const sentence = 'The rule "fnn_down=q8_0" matches no tensor.';

  it.each([
    ['quantize', ...idle, model, 'out.gguf', 'Q4_0'],
    ['plan', ...idle, model, 'Q4_0'],
    ['plan', ...idle, model],
    ['measure', ...idle, '--types', 'q4_0', model],
    ['outliers', ...idle, model, 'Q4_0'],
  ])('are said: %s', async (...words) => {
    const { code, out, err } = await nibble(...words);
    expect(code).toBe(0);
    expect(`${out}${err}`).toContain(sentence);
    const used = await nibble(...words.map((word) => (word === idle[1] ? 'ffn_down=q8_0' : word)));
    expect(used.code).toBe(0);
    expect(`${used.out}${used.err}`).not.toContain('matches no tensor');
  });

  it('are said in a recipe, and in JSON', async () => {
    const options = { type: 'Q4_0', tensorTypes: [{ pattern: 'fnn_down', type: 'q8_0' }] };
    writeFileSync(join(folder, 'r.json'), JSON.stringify({ nibbleRecipe: 1, options }));
    expect((await nibble('measure', model, '--types', 'q4_0,q8_0,f16', '-o', 'm.json')).code).toBe(0);
    for (const words of [
      ['quantize', '--recipe', 'r.json', model, 'out.gguf'],
      ['quantize', '--dry-run', '--recipe', 'r.json', model, 'out.gguf'],
      ['stats', ...idle, model, 'Q4_0'],
      ['plan', ...idle, model],
      ['measure', ...idle, '--types', 'q4_0', model],
      ['outliers', ...idle, model, 'Q4_0'],
      ['observe', ...idle, 'm.json', model, 'Q8_0'],
    ]) {
      const { notes } = JSON.parse((await nibble(...words, '--json')).out) as { notes: Note[] };
      expect(JSON.stringify(notes)).toContain('matches no tensor');
    }
    const solved = await nibble('solve', 'm.json', '--bpw', '12', ...idle, '--json');
    expect((JSON.parse(solved.out) as Solution).notes).toEqual([
      { level: 'note', text: expect.stringContaining(sentence) },
    ]);
    expect(solved.err).toContain(sentence);
  });

  it.each([
    ['general.architecture=str:qwen2', 'no "qwen2.block_count"'],
    ['general.alignment=int:48', '48 is not a power of two'],
    ['llama.block_count=int:7', 'there are tensors of is 5, not 7'],
    ['llama.context_length=float:8', 'its value is a whole number, not a number with a fraction'],
    ['tokenizer.ggml.tokens=str:a', 'its value is a list of 512'],
    ['split.count=int:2', 'only the program knows'],
  ])('and an override is refused that no program could load: %s', async (override, why) => {
    for (const command of ['quantize', 'plan']) {
      const words = [command, '--override-kv', override, model, ...(command === 'plan' ? [] : ['out.gguf']), 'Q4_0'];
      expectSentence(await nibble(...words), 'would make a file that no program loads');
      expect((await nibble(...words)).err).toContain(why);
    }
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('inspect, plan and stats', () => {
  it('inspect shows the tensors', async () => {
    const { code, out } = await nibble('inspect', model);
    expect(code).toBe(0);
    expect(out).toContain('stories260K-F32.gguf: GGUF v3 · llama');
    expect(out).toMatch(/blk\.0\.attn_q\.weight +64 × 64 +f32 +16\.4 kB/);
    for (const [name, type] of await typesIn(model)) expect(out).toMatch(new RegExp(`^${name} .* ${type} `, 'm'));
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
      ['quantize', 'odd.gguf', 'F16'],
      ['compare', 'odd.gguf', 'odd.gguf'],
      ['measure', '--types', 'q4_0', 'odd.gguf'],
      ['outliers', 'odd.gguf', 'Q4_0'],
    ]) {
      const { code, out, err } = await nibble(...words);
      expect(code, `${words[0]}: ${err}`).toBe(0);
      if (['inspect', 'plan', 'stats', 'compare', 'measure'].includes(words[0]!)) expect(out).toContain('a?[2J');
      expect(`${out}${err}`).not.toMatch(/[^\P{Cc}\n]/u);
    }
  });

  it('plan shows all types, or one', async () => {
    const all = await nibble('plan', model);
    expect(all.code).toBe(0);
    expect(all.out).toMatch(/^Q4_K_M +282 kB/m);
    const { fileTypes } = await loadCore(nodePlatform);
    for (const { name } of fileTypes) expect(all.out).toMatch(new RegExp(`^${name} `, 'm'));
    const one = await nibble('plan', model, 'Q4_K_M');
    expect(one.out).toMatch(/blk\.0\.ffn_down\.weight .*f32 +→ f16/);
    expect(one.out).toContain('282 kB instead of 1.05 MB');
  });

  it('plan says what running an output takes, and whether it fits', async () => {
    // stories260K: 5 layers, 4 heads of 8 for keys and values; 512 tokens in the vocabulary, 64 and 172 channels.
    const cacheBytes = 5 * 2 * (4 * 8) * 2 * 4096;
    const workingBytes = 512 * Math.max(4 * (512 + 2 * 64), 4 * (3 * 172 + 4 * 64) + 2 * 4096);
    const { out } = await nibble('plan', '--json', '--context', '4000', model);
    expect(JSON.parse(out)).toMatchObject({
      running: { context: 4096, cacheBytes, workingBytes, cacheType: 'f16', memory: null },
    });
    const all = await nibble('plan', '--context', '4000', '--memory', '9MB', model);
    expect(all.out).toMatch(/^F32 +1\.05 MB +32\.00 +9\.45 MB +too large/m);
    expect(all.out).toMatch(/^Q4_K_M +282 kB +\S+ +8\.68 MB +fits/m);
    const one = await nibble('plan', '--memory', '9MB', '--cache-type', 'q8_0', model, 'Q4_K_M');
    expect(one.out).toMatch(/^To run it: \S+ MB: does not fit 9\.00 MB\..* 8.192 tokens \(cache q8_0\)/m);
    const wrong = await nibble('plan', '--context', '1', '--cache-type', 'q4_K', model);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('cannot be stored as "q4_K"')]);
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
