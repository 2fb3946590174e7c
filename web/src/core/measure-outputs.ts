import { toJson } from '../wasm/json';
import type { OutputsMeasured } from './calibration-protocol';
import type { StatisticsFile, StatisticsWindow } from './calibration-file';
import { areEnough, expectFiles, passes } from './calibration-rounding';
import { openWith } from './derived-source';
import type { OpenedModel, PreparedSample } from './opened-model';
import { type PassControls, progressSince } from './pass';
import { PassWorkers } from './pass-workers';
import type { ByteSource } from './source';
import type { OutputChangeRequest } from './types';

/** Sums over the rows of a tensor, as far as they are known. */
interface OutputSums {
  output: number;
  errors: Map<string, number>;
}

/** Rows of a sample that meet one input. */
interface SampledRows {
  name: string;
  types: readonly string[];
  rowLength: number;
  from: string;
  rows: number;
  bytes: Uint8Array<ArrayBuffer>;
  /** How much of the tensor's outputs they stand for: its rows for each of them, and the share of tokens they met. */
  weight: number;
}

/**
 * Adds to a measurement what each type changes of the outputs of each tensor for the text that statistics were made
 * from, with the codes that calibration by them chooses: of the rows of its sample that are read first. Throws Stopped,
 * or Problem, also when the statistics are of another model.
 */
export async function measureOutputs(
  model: OpenedModel,
  { plan, measurement, jobs }: Pick<PreparedSample, 'plan' | 'measurement' | 'jobs'>,
  statistics: StatisticsFile,
  controls: PassControls = {},
): Promise<void> {
  expectFiles(model, statistics);
  await model.core.whole;
  const start = performance.now();
  const { core } = model;
  const { windows, level, tokens: allTokens, text } = statistics.head;
  const sources = model.sources.map(openWith(core.module, (source) => core.platform.openSource(source)));
  const sums = new Map<string, OutputSums>();
  const workers = PassWorkers.withoutTexts(model, controls);
  const sampleOf = (window: StatisticsWindow): Promise<SampledRows[]> =>
    Promise.all(
      window.tensors.flatMap(({ name }) => {
        const tensor = plan.tensors.findIndex((one) => one.name === name);
        return tensor < 0 ? [] : [sampled(tensor, window)];
      }),
    );
  const sampled = async (tensor: number, { expert, tokens }: StatisticsWindow): Promise<SampledRows> => {
    const { name, types, shape, from, rows, pilotRows } = plan.tensors[tensor]!;
    const all = jobs(tensor, 0, pilotRows, Number.MAX_SAFE_INTEGER).filter(({ matrix }) => matrix === (expert ?? 0));
    const ranges = all.flatMap((job) => job.ranges);
    const share = expert === null ? 1 : tokens / Math.max(1, allTokens);
    return {
      name,
      types,
      rowLength: shape[0]!,
      from,
      rows: ranges.reduce((sum, range) => sum + range.rows, 0),
      bytes: await read(sources, ranges),
      weight: (share * rows) / pilotRows,
    };
  };
  try {
    for (const [number, window] of windows.entries()) {
      const samples = (await sampleOf(window)).filter(({ rows }) => rows > 0);
      if (samples.length > 0 && window.heldBackTokens > 0) {
        const { inputs, heldBack } = await statistics.read(number);
        const request: OutputChangeRequest = {
          columns: window.columns,
          feedback: level === 'layers',
          passes,
          calibrates: areEnough(window, window.columns),
          kernel: core.kernel,
        };
        await workers.askEach({ kind: 'start-outputs', request: toJson(request), inputs, heldBack });
        // Types one after the other: a worker prepares each once.
        const types = [...new Set(samples.flatMap((sample) => sample.types))];
        const tasks: { type: string | null; sample: SampledRows }[] = [
          ...samples.map((sample) => ({ type: null, sample })),
          ...types.flatMap((type) =>
            samples.filter((sample) => sample.types.includes(type)).map((sample) => ({ type, sample })),
          ),
        ];
        await workers.inOrder<(typeof tasks)[number], OutputsMeasured>(
          tasks,
          ({ type, sample: { from, rowLength, rows, bytes } }) => ({
            kind: 'measure-outputs',
            type,
            form: toJson({ type: from, rowLength, headRows: 0, add: 0 }),
            bytes,
            rows,
            firstColumn: window.firstColumn,
          }),
          ({ sum }, { type, sample }) => {
            const own = sums.get(sample.name) ?? { output: 0, errors: new Map<string, number>() };
            sums.set(sample.name, own);
            if (type === null) own.output += sample.weight * sum;
            else own.errors.set(type, (own.errors.get(type) ?? 0) + sample.weight * sum);
          },
        );
      }
      controls.onProgress?.(progressSince(start, (number + 1) / windows.length));
    }
  } finally {
    workers.stop();
  }
  measurement.addOutputs({
    text: text.name,
    tokens: allTokens,
    tensors: [...sums].map(([name, { output, errors }]) => ({
      name,
      squaredOutput: output,
      errors: Object.fromEntries([...errors].map(([type, error]) => [type, Number.isNaN(error) ? null : error])),
    })),
  });
}

async function read(
  sources: readonly ByteSource[],
  ranges: readonly { file: number; offset: number; bytes: number }[],
): Promise<Uint8Array<ArrayBuffer>> {
  const joined = new Uint8Array(ranges.reduce((sum, { bytes }) => sum + bytes, 0));
  let at = 0;
  for (const { file, offset, bytes } of ranges) {
    const piece = await sources[file]!.read(offset, bytes, new Uint8Array(bytes));
    joined.set(piece.subarray(0, bytes), at);
    at += bytes;
  }
  return joined;
}
