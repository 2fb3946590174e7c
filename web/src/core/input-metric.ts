import { toJson } from '../wasm/json';
import { openWith } from './derived-source';
import type { OpenedModel } from './opened-model';
import { longestTile, type PassControls, progressSince, sizeOf } from './pass';
import { PassWorkers, unscored } from './pass-workers';
import { Problem } from './problem';
import type { PassPlan, PassStep, Text } from './types';
import type { SumsDone } from './calibration-protocol';

/** H of a few columns of what a matrix is multiplied with: the mean product of each two, row by row. */
export interface InputMetric {
  values: number[];
  tokens: number;
}

/** The steps of a pass over `texts`, with those that see what matrices meet. Throws Problem when it cannot be run. */
export function observingPass(model: OpenedModel, texts: readonly Text[]): PassPlan {
  return model.passPlan({ ...sizeOf(texts), observe: true, logits: false });
}

/** Tensors (numbers in ModelInfo.tensors) whose input such a pass sees, of all tokens alike. */
export function observedTensors({ steps }: PassPlan): number[] {
  return steps.flatMap(({ part, observed }) => (part === 'dense' ? (observed ?? []) : []));
}

/**
 * Lets a model read texts as far as a tensor, and looks at `columns` columns of its input from `first` on. Throws
 * Stopped or Problem.
 */
export async function inputMetric(
  model: OpenedModel,
  texts: readonly Text[],
  { tensor, first, columns }: { tensor: number; first: number; columns: number },
  controls: PassControls = {},
): Promise<InputMetric> {
  await model.core.whole;
  const pass = observingPass(model, texts);
  const inStep = ({ part, observed, firstColumn = 0, columns: all = 0 }: PassStep) =>
    part === 'dense' && observed?.includes(tensor) && firstColumn <= first && first + columns <= firstColumn + all;
  const last = pass.steps.findIndex(inStep);
  if (last < 0)
    throw new Problem(
      `No step of the network reads a text through these columns of ${model.info.tensors[tensor]!.name}.`,
    );
  const { core } = model;
  const sources = model.sources.map(openWith(core.module, (source) => core.platform.openSource(source)));
  const count = Math.max(1, Math.min(controls.workers ?? core.platform.parallelism, texts.length));
  const shares = Array.from({ length: count }, (_, worker) =>
    unscored(texts.filter((_text, number) => number % count === worker)),
  );
  const workers = new PassWorkers(core, [pass], shares, longestTile(pass.steps), controls);
  const start = performance.now();
  try {
    for (const [number, { tiles, ...step }] of pass.steps.slice(0, last + 1).entries()) {
      workers.begin({ network: 0, step: toJson(step) });
      if (number === last) break;
      for (const [file, offset, bytes, firstRow, rows] of tiles ?? []) {
        const read = await workers.orFailure(sources[file]!.read(offset, bytes, new Uint8Array(bytes)));
        await workers.giveTile(0, read.subarray(0, bytes), firstRow, rows);
      }
      await workers.giveEnd({ kind: 'end-step', network: 0 });
      controls.onProgress?.(progressSince(start, (number + 1) / (last + 1)));
    }
    const firstColumn = first - (pass.steps[last]!.firstColumn ?? 0);
    const values = new Array<number>(columns * columns).fill(0);
    let tokens = 0;
    for (const [worker, own] of shares.entries()) {
      const found = await workers.ask<SumsDone>(worker, {
        kind: 'get-sums',
        network: 0,
        sums: 'inputs',
        firstText: 0,
        texts: own.length,
        firstColumn,
        columns,
      });
      found.sums.forEach((sum, at) => (values[at]! += sum));
      tokens += found.tokens;
    }
    return { values: values.map((sum) => sum / Math.max(1, tokens)), tokens };
  } finally {
    workers.stop();
  }
}
