import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  analyzeScale,
  answersByToken,
  checkFiles,
  chooseFiles,
  compare,
  compareNumberFormats,
  cutText,
  DiscardSink,
  filesBeside,
  importanceStatistics,
  LevelTrials,
  loadCore,
  measure,
  Measurement,
  mergeImportance,
  openModel,
  partNames,
  planPass,
  run,
  type Core,
  type FormatInfo,
  type LabRequest,
  type OpenedModel,
  type SourceHandle,
  type StepOrder,
} from '../src/core';
import { fromJson, toJson } from '../src/wasm/json';
import { answer, throwProblem, withBytes } from '../src/core/module';
import { readPiece } from '../src/core/study';
import { nodePlatform } from '../src/platform/node';
import { conversionCase, writeConversionFolder } from './support/conversion-folder';
import { testData } from './support/real';
import { deviations, namesIn, readTypeShapes, type TypeShapes } from './support/type-shapes';

/**
 * The types of what the core is asked and answers (web/src/wasm/nibble.d.ts), held against the core itself: each call
 * is made at least once, and what it answers is compared with its type, field by field, in both directions.
 */

const folder = mkdtempSync(join(tmpdir(), 'nibble-boundary-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What each call answered. */
const answers = new Map<string, unknown[]>();
let shapes: TypeShapes;

const note = (call: string, value: unknown) => {
  const isError = typeof value === 'object' && value !== null && 'error' in value && typeof value.error === 'string';
  if (!isError) answers.set(call, [...(answers.get(call) ?? []), value]);
};

/** From now on notes what the calls answer. */
function listen(core: Core): void {
  for (const call of shapes.answers.keys()) {
    const [name, method] = call.split('.') as [keyof Core['module'], string?];
    const owner = (method ? (core.module[name] as { prototype: object }).prototype : core.module) as unknown as Record<
      string,
      (...given: unknown[]) => string
    >;
    const original = owner[method ?? name]!;
    owner[method ?? name] = function (...given) {
      const json = original.apply(this, given);
      note(call, JSON.parse(json));
      return json;
    };
  }
}

function handle(path: string): SourceHandle {
  const blob = new Blob([readFileSync(path)]);
  return { kind: 'blob', name: path.slice(path.lastIndexOf('/') + 1), bytes: blob.size, blob };
}

const matrix = handle(testData('ts3m-imatrix.gguf'));
const ts3m = handle(testData('ts3m-F16.gguf'));

beforeAll(async () => {
  shapes = readTypeShapes();
  const core = await loadCore(nodePlatform);
  listen(core);
  const { module } = core;
  for (const list of [
    module.formats(),
    module.fileTypes(),
    module.packings(),
    module.fileKinds(),
    module.levelPresets(),
  ])
    fromJson<unknown>(list);
  const model = await openModel(core, [ts3m], { file: matrix, path: matrix.name });
  await planAndRun(model);
  await measureAndChoose(model);
  await analyse(model);
  await answerTexts(model);
  for (const format of core.formats) labOf(core, format);
  answer(module.feedbackReport(toJson({ weights: [0.3, -0.6], metric: [1, 0.5, 0.5, 1], levels: [-1, 0, 1] })));
  await openFolders(core);
  await mergeImportance(core, [matrix, matrix], 512);
  await importanceStatistics(core, matrix);
  const taken = { files: [ts3m], patterns: ['^token_embd'] };
  (await openModel(core, [ts3m], undefined, undefined, 'model', taken)).close();
  await checkFiles(core, [ts3m], undefined, { workers: 1 });
  answer(module.weightFinding(toJson({ file: 'f', tensor: 't', shape: [4], nan: 1, infinite: 0, first: 2 })));
  model.close();
}, 120_000);

async function planAndRun(model: OpenedModel): Promise<void> {
  const options = { type: 'Q4_K_M', tensorTypes: [{ pattern: 'ffn_up', type: 'iq4_nl' }] };
  model.price(options);
  model.assignment(options);
  model.plan({ type: 'COPY', keepSplit: true, pruneLayers: [0], noMtp: true });
  await run(model, options, new DiscardSink(), { workers: 1, reference: 'lowest-error' });
  model.place(0, 0, 256);
  model.pair(model);
  await compare(model, model, { workers: 1 });
}

async function measureAndChoose(model: OpenedModel): Promise<void> {
  const measured = await measure(model, { type: 'Q4_K_M' }, { types: ['q4_K', 'q6_K', 'q8_0'] }, { workers: 1 });
  measured.json();
  const start = model.assignment({ type: 'Q4_K', pure: true });
  measured.predict(start);
  measured.mix(start);
  const { smallestBytes, largestBytes } = measured.limits();
  measured.choices('blk.0.ffn_up.weight');
  measured.solve({ bytes: (smallestBytes + largestBytes) / 2, fixed: [{ pattern: 'no such tensor', type: 'q8_0' }] });
  measured.observe({ start, worst: 3 });
  const outputs = { name: 'blk.0.ffn_up.weight', squaredOutput: 1, errors: { q4_K: 0.1 } };
  measured.addOutputs({ text: 'text.txt', tokens: 2, tensors: [outputs] });
  const file = fromJson(measured.json());
  measured.delete();
  // As if weights lay on every grid.
  for (const grid of file.tensors[0]!.grids) grid.kept = grid.blocks;
  const onGrids = Measurement.read(model.core, toJson(file));
  onGrids.json();
  onGrids.delete();
}

async function analyse(model: OpenedModel): Promise<void> {
  const { core } = model;
  await analyzeScale(model, { tensors: 'blk.0.attn_[kv]', weights: 4096 }, { workers: 1 });
  const few = { tensors: 'blk.0.attn_k', weights: 4096, bits: [4], blocks: [32], searches: ['absmax' as const] };
  await compareNumberFormats(model, few, { workers: 1 });
  const trials = await LevelTrials.open(model, 'blk.0.attn_k.weight');
  trials.measure({ levels: [-1, 0, 1], block: 32, search: 'absmax' });
  trials.optimal(4, 32);
  trials.histogram(32);
  trials.close();
  const [piece] = model.weightSample(1, 256).jobs;
  const study = new core.module.Study('summary', toJson({}));
  const noNumbers = new Uint8Array(piece!.bytes).fill(0xff);
  for (const bytes of [await readPiece(core, model.sources, piece!), noNumbers]) {
    throwProblem(withBytes(core.module, bytes, (pointer) => study.run(pointer, toJson(piece!))));
    const start = study.resultPointer() >>> 0;
    const text = core.module.HEAPU8.slice(start, start + study.resultBytes());
    note('SummaryReply', JSON.parse(new TextDecoder().decode(text)));
  }
  study.delete();
}

async function answerTexts(model: OpenedModel): Promise<void> {
  const { core } = model;
  const texts = cutText(model.encode(readFileSync(testData('tinystories.txt'))), 16, 2);
  await answersByToken([model, model], texts, { workers: 1 }, 2);
  model.runtimeMemory(512, 'f16', true);
  model.chatTemplate();
  // Workers ask for products; here the first one's question is asked.
  const [plan] = planPass([model], texts);
  const sequences = texts.map(({ tokens, firstScored }) => ({ tokens: [...tokens], firstScored }));
  const pass = new core.module.Pass(toJson({ kernel: core.kernel, networks: [plan!], sequences }));
  throwProblem(pass.problem());
  for (const { tiles, ...step } of plan!.steps) {
    throwProblem(pass.begin(0, toJson<StepOrder>(step)));
    for (const [file, offset, bytes, firstRow, rows] of tiles ?? []) {
      const read = await core.platform.openSource(model.sources[file]!).read(offset, bytes, new Uint8Array(bytes));
      throwProblem(withBytes(core.module, read, (pointer) => pass.beginTile(0, pointer, firstRow, rows)));
      if (answer(pass.order(0)).panels > 0) return pass.delete();
      throwProblem(pass.endTile(0));
    }
    throwProblem(pass.end(0));
  }
}

/** Some block of a format. */
function labOf({ module }: Core, { name, blockLength, grammar }: FormatInfo): void {
  if (!grammar?.searchable) return;
  const weights = Array.from({ length: blockLength }, (_, index) => Math.sin(index * index));
  const request: LabRequest = { format: name, weights: weights.slice(0, grammar.runLength) };
  if (grammar.superBlock) {
    const bytes = new Uint8Array(Float32Array.from(weights).buffer);
    const { superScale, superMinimum } = answer(
      withBytes(module, bytes, (pointer) => module.superBlockNumbers(name, pointer)),
    );
    request.superScale = superScale;
    if (superMinimum !== null) request.superMinimum = superMinimum;
  }
  const lab = new module.Lab(toJson(request));
  throwProblem(lab.problem());
  const [method] = answer(lab.report()).methods;
  answer(lab.point(method!.scale, method!.offset));
  answer(lab.storedRun(method!.scale, method!.offset, 0));
  for (const format of [name, 'iq2_xxs']) answer(module.blockBits(format));
  answer(lab.methods());
  lab.delete();
}

async function openFolders(core: Core): Promise<void> {
  const path = testData('stories260K-hf');
  const names = readdirSync(path);
  const { files } = chooseFiles(
    core,
    names.map((name) => ({ path: name })),
    path,
  );
  filesBeside(core, 'model.safetensors', names);
  await partNames(core, ts3m);
  const template = new Blob(['{{ messages }}']);
  const model = await openModel(core, [
    ...files.map(({ file }) => handle(join(path, file.path))),
    { kind: 'blob', name: 'chat_template.jinja', bytes: template.size, blob: template },
  ]);
  model.plan({ type: 'nf4' });
  model.plan({ type: 'Q4_K' }); // its rows are too short
  model.chatTemplate();
  model.close();

  const reverted = await openModel(core, [ts3m], undefined, undefined, 'folder');
  reverted.plan({ type: 'F16', shardBytes: 1e6 });
  reverted.close();

  const derived = join(folder, 'gpt2');
  writeConversionFolder(conversionCase('gpt2'), derived);
  const parts = ['model.safetensors', 'config.json'].map((name) => handle(join(derived, name)));
  const made = await openModel(core, parts);
  const isDerived = ({ file }: { file: number }) => made.sources[file]!.kind === 'derived';
  const piece = made.weightSample(1, 256).jobs.find(({ ranges }) => ranges.some(isDerived));
  await readPiece(core, made.sources, piece!);
  made.close();
}

describe('the core', () => {
  it('answers what its types say', () => {
    const found: string[] = [];
    for (const [call, values] of answers) {
      const shape = shapes.answers.get(call) ?? shapes.shapeOf(call);
      for (const value of values) found.push(...deviations(value, shape, call, new Set()));
    }
    expect([...new Set(found)]).toEqual([]);
  });

  it('is asked everything that it answers', () => {
    expect([...shapes.answers.keys()].filter((call) => !answers.has(call))).toEqual([]);
  });

  it('fills every field of its answers with something, somewhere', () => {
    const seen = new Set<string>();
    const expected = new Set<string>();
    for (const [call, values] of answers) {
      const shape = shapes.answers.get(call) ?? shapes.shapeOf(call);
      for (const value of values) deviations(value, shape, call, seen);
      for (const [name, fields] of namesIn(shape).objects) for (const field of fields) expected.add(`${name}.${field}`);
    }
    expect([...expected].filter((field) => !seen.has(field))).toEqual([]);
  });

  it('knows every name in what it is asked', () => {
    const sources = readdirSync(testData('../../src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(cpp|h)$/.test(name))
      .map((name) => readFileSync(testData(`../../src/${name}`), 'utf8'))
      .join('');
    const unknown: string[] = [];
    for (const [call, shape] of shapes.requests) {
      const { objects, texts } = namesIn(shape);
      for (const name of [...[...objects.values()].flat(), ...texts])
        if (!sources.includes(`"${name}"`)) unknown.push(`${call}: ${name}`);
    }
    expect(unknown).toEqual([]);
  });

  it('is spoken to in all types of web/src/wasm/types', () => {
    const spoken = new Set<string>();
    for (const shape of [...shapes.answers.values(), shapes.shapeOf('SummaryReply'), ...shapes.requests.values()])
      for (const name of namesIn(shape).objects.keys()) spoken.add(name);
    const unspoken = shapes.names.filter((name) => {
      const own = namesIn(shapes.shapeOf(name));
      return own.objects.size > 0 && ![...own.objects.keys()].every((object) => spoken.has(object));
    });
    expect(unspoken).toEqual([]);
  });
});
