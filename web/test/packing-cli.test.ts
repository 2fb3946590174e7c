import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
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
import type { Plan, RunReport } from '../src/core';
import { testData } from './support/real';
import { writeSafetensors } from './support/safetensors';

/** Safetensors outputs from the shell: the folder that is left, what is guarded, and what is said. */

const program = fileURLToPath(new URL('../dist-cli/nibble.js', import.meta.url));
const model = testData('stories260K-hf');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibble-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function nibble(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [program, ...words], { cwd: folder }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    ),
  );
}

function json(name: string): Record<string, Record<string, unknown>> {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, Record<string, unknown>>;
}

describe('a folder for loaders', () => {
  beforeEach(() => mkdirSync(join(folder, 'q')));

  it('loads as it is: configuration, tokenizer and generation files lie beside model.safetensors', async () => {
    expect(await nibble('quantize', model, 'q/model.safetensors', 'nf4')).toMatchObject({ code: 0 });
    expect(readdirSync(join(folder, 'q')).sort()).toEqual(readdirSync(model).sort());
    for (const name of ['generation_config.json', 'tokenizer.json', 'tokenizer.model', 'tokenizer_config.json'])
      expect(readFileSync(join(folder, 'q', name)).equals(readFileSync(join(model, name)))).toBe(true);
    const { quantization_config, ...own } = json('q/config.json');
    expect(own).toEqual(JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')));
    expect(quantization_config).toMatchObject({ quant_method: 'bitsandbytes', llm_int8_skip_modules: null });
    // The same again replaces what it left, also in another layout.
    expect(await nibble('quantize', model, 'q/model.safetensors', 'nf4')).toMatchObject({ code: 0 });
    expect(await nibble('quantize', model, 'q/model.safetensors', 'gptq-4bit-32g')).toMatchObject({ code: 0 });
    expect(json('q/quantize_config.json')).toEqual(json('q/config.json').quantization_config);
    const other = await nibble('quantize', model, 'q/model.safetensors', 'nf4');
    expect(other.err).toMatch(/q\/quantize_config\.json, which a run of another layout left .*, was removed/);
    expect(readdirSync(join(folder, 'q')).sort()).toEqual(readdirSync(model).sort());
    expect(await nibble('quantize', model, 'q/model.safetensors', 'gptq-4bit-32g')).toMatchObject({ code: 0 });
    expect(json('q/config.json').quantization_config!.modules_in_block_to_quantize).toEqual([
      Array.from({ length: 5 }, (_, layer) =>
        ['k', 'o', 'q', 'v'].map((part) => `model.layers.${layer}.self_attn.${part}_proj`),
      ).flat(),
    ]);
  });

  it('is opened as quantized already, by its cause', async () => {
    await nibble('quantize', model, 'q/model.safetensors', 'nf4');
    for (const type of ['nf4', 'gptq-4bit-32g']) {
      const { code, err } = await nibble('quantize', 'q', 'again.safetensors', type);
      expect(err).toContain('The layers of this model are quantized already (bitsandbytes): config.json says so.');
      expect(code).toBe(1);
    }
    expect(readdirSync(folder)).toEqual(['q']);
  });

  it.each(['config.json', 'tokenizer.json', 'quantize_config.json'])(
    'never replaces a %s that is there and is not ours',
    async (name) => {
      const path = join(folder, 'q', name);
      writeFileSync(path, '{"quantization_config": {"quant_method": "gptq"}}');
      const { code, err } = await nibble('quantize', model, 'q/model.safetensors', 'gptq-4bit-32g');
      expect(err).toContain(`q/${name} is there already`);
      expect(code).toBe(1);
      expect(readFileSync(path, 'utf8')).toContain('"gptq"}}');
      expect(readdirSync(join(folder, 'q'))).toEqual([name]);
    },
  );

  it('is not made over the input', async () => {
    const copy = join(folder, 'in');
    mkdirSync(copy);
    for (const name of readdirSync(model)) copyFileSync(join(model, name), join(copy, name));
    const before = readFileSync(join(copy, 'config.json'));
    const { code, err } = await nibble('quantize', 'in', 'in/model.safetensors', 'nf4');
    expect(err).toContain('would replace it');
    expect(code).toBe(1);
    // With --force the weights may be replaced, and still no file beside them that is the model's.
    expect((await nibble('quantize', '--force', 'in', 'in/model.safetensors', 'nf4')).err).toContain(
      'would replace it',
    );
    expect(readFileSync(join(copy, 'config.json')).equals(before)).toBe(true);
    expect((await nibble('quantize', 'in', 'in/out.safetensors', 'nf4')).code).toBe(0);
    expect(existsSync(join(copy, 'out-config.json'))).toBe(true);
  });

  it('of another name keeps that name in front of what lies beside it', async () => {
    await nibble('quantize', model, 'small.safetensors', 'gptq-4bit-128g');
    // No width of this model is a multiple of 128.
    expect(readdirSync(folder)).toEqual(['q']);
    await nibble('quantize', model, 'small.safetensors', 'gptq-4bit-64g');
    expect(readdirSync(folder)).toContain('small-quantize_config.json');
    expect(readdirSync(folder)).toContain('small-tokenizer.json');
  });

  it('is verified and repeated by its receipt', async () => {
    await nibble('quantize', '--receipt', 'run.json', model, 'q/model.safetensors', 'int8');
    mkdirSync(join(folder, 'r'));
    expect(await nibble('repeat', 'run.json', model, 'r/model.safetensors')).toMatchObject({ code: 0 });
    for (const name of readdirSync(join(folder, 'q')))
      expect(readFileSync(join(folder, 'r', name)).equals(readFileSync(join(folder, 'q', name)))).toBe(true);
  });
});

describe('weights too small for scales in half precision', () => {
  const rows = 64;
  const columns = 128;
  beforeEach(() =>
    writeSafetensors(
      join(folder, 'small.safetensors'),
      ['tiny.weight', 'usual.weight'].map((name, index) => ({
        name,
        shape: [rows, columns],
        values: Float32Array.from(
          { length: rows * columns },
          (_, i) => Math.sin(i * 12.9898) * (index === 0 ? 1e-7 : 0.1),
        ),
      })),
    ),
  );

  it('are the program’s finding, not a rule of the person’s', async () => {
    const plan = JSON.parse((await nibble('plan', '--json', 'small.safetensors', 'Q4_0')).out) as Plan;
    const tiny = plan.tensors.find(({ name }) => name === 'tiny.weight')!;
    expect(tiny).toMatchObject({ action: 'copy', to: 'f32' });
    expect(tiny.reason).toMatch(/^By a sample its weights are so small/);
    const words = await nibble('plan', 'small.safetensors', 'Q4_0');
    expect(words.out).not.toContain('The rule');
    const run = await nibble('quantize', '--json', 'small.safetensors', 'out.gguf', 'Q4_0');
    const report = JSON.parse(run.out) as RunReport;
    expect(report.options).toEqual({ type: 'Q4_0' });
    expect(report.tensors.map(({ name, to }) => [name, to])).toEqual([
      ['tiny.weight', 'f32'],
      ['usual.weight', 'q4_0'],
    ]);
    // A rule of the person's decides.
    const asked = await nibble('plan', '--json', '--tensor-type', 'tiny=q8_0', 'small.safetensors', 'Q4_0');
    expect((JSON.parse(asked.out) as Plan).tensors[0]).toMatchObject({
      to: 'q8_0',
      reason: 'The rule "tiny" asks for it.',
    });
  });

  it.each(['nf4', 'nf4-nested', 'fp4', 'fp4-nested', 'int8'])(
    'are stored well by %s, whose scales are floats',
    async (type) => {
      const { code, err, out } = await nibble('quantize', '--json', 'small.safetensors', 'out.safetensors', type);
      expect({ code, err }).toMatchObject({ code: 0 });
      const errors = (JSON.parse(out) as RunReport).tensors.filter(({ error }) => error);
      expect(errors).toHaveLength(2);
      for (const { error } of errors) expect(error!.sqnrDb).toBeGreaterThan(15);
    },
  );

  it('stay as they are in the GPTQ layout', async () => {
    const { out } = await nibble('quantize', '--json', 'small.safetensors', 'out.safetensors', 'gptq-4bit-128g');
    const report = JSON.parse(out) as RunReport;
    expect(report.tensors.find(({ name }) => name === 'tiny.weight')).toMatchObject({ action: 'copy' });
    expect(report.notes.map(({ text }) => text).join(' ')).toContain(
      '1 layer cannot be stored as gptq-4bit-128g: "tiny"',
    );
  });
});
