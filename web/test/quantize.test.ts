import { gguf } from '@huggingface/gguf';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DiscardSink, loadCore, openModel, run, type Kernel, type PlanOptions, type RunReport } from '../src/core';
import { OrderedFiles } from '../src/core/ordered-files';
import { nodePlatform } from '../src/platform/node';
import { DiskDestination } from '../src/platform/node-destination';
import { MemoryDestination } from '../src/worker/stores';
import { goldenFiles, testData, withModel } from './support/real';

const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const stories = testData('stories260K-F32.gguf');
const ts3m = testData('ts3m-F16.gguf');

const imatrix = testData('ts3m-imatrix.gguf');

async function quantize(
  path: string,
  options: PlanOptions,
  workers: number,
  given: { kernel?: Kernel; imatrix?: string } = {},
): Promise<RunReport> {
  return withModel(
    path,
    (model) => run(model, options, new OrderedFiles(new DiskDestination(() => join(folder, 'out.gguf'))), { workers }),
    given,
  );
}

/** The part of a report that must not depend on how it was computed. */
function result({ files, tensors, total }: RunReport): unknown {
  return { files, total, errors: tensors.map(({ error }) => error) };
}

/** llama-quantize's options as ours. */
function optionsOf(type: string, given: string[]): PlanOptions {
  const [name, value] = given;
  if (name === undefined || name === '--imatrix') return { type };
  if (name === '--pure') return { type, pure: true };
  if (name === '--leave-output-tensor') return { type, leaveOutputTensor: true };
  if (name === '--output-tensor-type') return { type, outputTensorType: value! };
  if (name === '--prune-layers') return { type, pruneLayers: value!.split(',').map(Number) };
  if (name === '--tensor-type') {
    const [pattern, wanted] = value!.split('=');
    return { type, tensorTypes: [{ pattern: pattern!, type: wanted! }] };
  }
  throw new Error(`Unknown option ${name}`);
}

const core = await loadCore(nodePlatform);

describe('the whole file', () => {
  const files = { 'stories260K-F32.gguf': stories, 'ts3m-F16.gguf': ts3m };
  const entries = goldenFiles.flatMap((golden) => {
    const path = files[golden.input as keyof typeof files];
    if (!path || golden.sha256 === null) return [];
    const given = golden.options[0] === '--imatrix' ? { imatrix } : {};
    return [{ ...golden, path, chosen: optionsOf(golden.type, golden.options), given }];
  });

  it.each(entries)(
    'is the one llama-quantize writes: $input $type $options',
    async ({ path, chosen, given, sha256, bytes }) => {
      const report = await quantize(path, chosen, 2, given);
      expect(report.files[0]).toMatchObject({ bytes, sha256 });
      expect(statSync(join(folder, 'out.gguf')).size).toBe(bytes);
    },
  );
});

describe('without an importance matrix', () => {
  const needy = core.fileTypes.filter(({ needsImportance }) => needsImportance);

  it.each(needy)('$name is refused, and the sentence says why', async ({ name }) => {
    expect(
      goldenFiles.find(
        ({ input, type, options }) => input === 'ts3m-F16.gguf' && type === name && options.length === 0,
      ),
    ).toMatchObject({ sha256: null });
    await expect(quantize(ts3m, { type: name }, 1)).rejects.toThrow(/importance matrix/);
  });
});

describe('with an importance matrix', () => {
  it('gives the same bytes and weighted figures for any workers and kernel', async () => {
    const options = { type: 'IQ3_XXS', jobBytes: 65536 };
    const alone = await quantize(ts3m, options, 1, { imatrix });
    expect(alone.total!.weightedRmse).toBeGreaterThan(0);
    expect(result(await quantize(ts3m, options, 3, { imatrix, kernel: 'scalar' }))).toEqual(result(alone));
  });

  it('is as without one when it is not to be used, or no entry is left', async () => {
    const { files } = await quantize(ts3m, { type: 'Q4_K_M' }, 2);
    expect(await quantize(ts3m, { type: 'Q4_K_M', useImportance: false }, 2, { imatrix })).toMatchObject({ files });
    expect(await quantize(ts3m, { type: 'Q4_K_M', excludeWeights: ['blk.'] }, 2, { imatrix })).toMatchObject({ files });
  });

  it('belongs to a run from its start, whatever is planned meanwhile', async () => {
    const golden = goldenFiles.find(({ type, options }) => type === 'Q4_K_M' && options[0] === '--imatrix')!;
    const running = withModel(
      ts3m,
      (model) => {
        const report = run(model, { type: 'Q4_K_M' }, new OrderedFiles(new MemoryDestination()), { workers: 2 });
        model.plan({ type: 'Q8_0', includeWeights: ['attn'] });
        return report;
      },
      { imatrix },
    );
    expect((await running).files[0]!.sha256).toBe(golden.sha256);
  });
});

describe('a method compared with', () => {
  const discarding = (options: PlanOptions, reference?: string) =>
    withModel(ts3m, (model) =>
      run(model, options, new DiscardSink(), { workers: 2, ...(reference !== undefined && { reference }) }),
    );

  it('has the figures of a run of its own, and changes nothing else', async () => {
    const type = 'Q4_K_M'; // its Q6_K tensors have the method as well, F32 ones are copied
    const [own, both, other] = await Promise.all([
      discarding({ type, method: 'lowest-error' }),
      discarding({ type, method: 'lowest-error' }, 'llama.cpp'),
      discarding({ type }),
    ]);
    expect(result(both)).toEqual(result(own));
    expect(own.reference).toBeNull();
    expect(both.reference).toEqual({ method: 'llama.cpp', total: other.total });
    expect(both.tensors.map(({ reference }) => reference)).toEqual(other.tensors.map(({ error }) => error));
    expect(both.total!.rmse).toBeLessThan(other.total!.rmse);
  });

  it('is llama.cpp where a type has no other, as in a plan', async () => {
    const { tensors, reference } = await discarding({ type: 'Q4_K_S' }, 'exact');
    expect(reference!.method).toBe('exact');
    for (const { to, error, reference: other } of tensors) if (to === 'q4_K') expect(other).toEqual(error);
  });

  it('must exist', async () => {
    await expect(discarding({ type: 'Q4_0' }, 'best')).rejects.toThrow('There is no method "best"');
  });
});

describe.each(['Q4_0', 'Q8_0', 'Q5_1', 'Q4_K_M', 'BF16'])('%s', (type) => {
  // Jobs of a few rows, so that small models have many.
  const options = { type, jobBytes: 4096 };

  it('gives the same file and figures with 1 and with 4 workers, with SIMD and without', async () => {
    const alone = await quantize(stories, options, 1);
    expect(alone.tensors.length).toBeGreaterThan(0);
    expect(result(await quantize(stories, options, 4))).toEqual(result(alone));
    expect(result(await quantize(stories, { type }, 2))).toMatchObject({ files: alone.files });
    const scalar = await quantize(stories, options, 2, { kernel: 'scalar' });
    expect(result(scalar)).toEqual(result(alone));
    expect([alone.kernel, scalar.kernel]).toEqual(['simd', 'scalar']);
  });

  it('gives a header that another reader understands', async () => {
    const report = await quantize(stories, options, 2);
    const { metadata, tensorInfos } = await gguf(join(folder, 'out.gguf'), { allowLocalFile: true });
    expect(metadata).toMatchObject({ 'general.architecture': 'llama', 'general.quantization_version': 2 });
    expect(tensorInfos.map(({ name, shape }) => ({ name, shape: shape.map(Number) }))).toEqual(
      report.tensors.map(({ name, shape }) => ({ name, shape })),
    );
  });
});

it('reads a file from the browser the same way', async () => {
  const bytes = await import('node:fs/promises').then(({ readFile }) => readFile(stories));
  const model = await openModel(core, [
    { kind: 'blob', name: 'stories.gguf', bytes: bytes.byteLength, blob: new Blob([bytes]) },
  ]);
  const report = await run(model, { type: 'Q4_0' }, new OrderedFiles(new MemoryDestination()), { workers: 2 });
  model.close();
  expect(report.files[0]!.sha256).toBe((await quantize(stories, { type: 'Q4_0' }, 2)).files[0]!.sha256);
});
