/** Blocks of the open model: single ones, and which of many stand out. */
import { readWeights, type OpenedModel } from '../../core/index';
import { answer, withBytes } from '../../core/module';
import type { LabRequest, TensorInfo } from '../../core/types';
import { labWorker } from './away';
import type { Bench, LabFormat } from './block';

/** Weights decoded at a time while a whole tensor is searched. */
const RUN_WEIGHTS = 1 << 18;
/** A sample is so many runs of so many neighbouring blocks, spread evenly. */
const SAMPLE_RUNS = 64;
const SAMPLE_RUN_BLOCKS = 128;
export const SAMPLE_BLOCKS = SAMPLE_RUNS * SAMPLE_RUN_BLOCKS;
const SUPER_BLOCK = 256;

/** Tensors whose weights the core can decode. */
export function decodableTensors(model: OpenedModel): TensorInfo[] {
  const decodable = new Set(model.core.formats.filter((format) => format.decodable).map((format) => format.name));
  return model.info.tensors.filter((tensor) => decodable.has(tensor.stored) && tensor.weights > 0);
}

/** Block number `block` of a tensor as the bench takes it; a sub-block of a K-quant comes with its super-block's numbers. */
export async function readBlock(model: OpenedModel, tensor: TensorInfo, format: LabFormat, block: number): Promise<Pick<Bench, 'weights' | 'superNumbers'>> {
  const first = block * format.blockLength;
  const weights = [...(await readWeights(model, tensor, first, format.blockLength))];
  const row = tensor.shape[0] ?? tensor.weights;
  // Rows that no super-block fits into are not stored in a K-quant.
  if (!format.subBlock || row % SUPER_BLOCK !== 0) return { weights, superNumbers: null };
  const whole = await readWeights(model, tensor, first - (first % SUPER_BLOCK), SUPER_BLOCK);
  const { module } = model.core;
  const numbers = withBytes(module, new Uint8Array(whole.slice().buffer), (pointer) => answer<{ superScale: number; superMinimum: number | null }>(module.superBlockNumbers(format.name, pointer)));
  // A super-block of zeros has no scale to take multiples of.
  return { weights, superNumbers: numbers.superScale === 0 ? null : numbers };
}

/** Blocks of a tensor with the relative error one method leaves, and max|x| over their root mean square. */
export interface BlockErrors {
  blocks: number[];
  errors: number[];
  peaks: number[];
  /** Of how many blocks these are a sample; as many as there are when it is all. */
  total: number;
}

/** Measures the whole blocks of a tensor, or a sample of SAMPLE_BLOCKS of them. Null when told to stop. Throws with a sentence. */
export async function measureBlocks(
  model: OpenedModel,
  tensor: TensorInfo,
  request: LabRequest,
  method: string,
  all: boolean,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<BlockErrors | null> {
  const length = request.weights.length;
  const total = Math.floor(tensor.weights / length);
  const sampled = !all && total > SAMPLE_BLOCKS;
  const runBlocks = sampled ? SAMPLE_RUN_BLOCKS : Math.max(1, Math.min(1024, total));
  const runs = sampled ? SAMPLE_RUNS : Math.ceil(total / runBlocks);
  const found: BlockErrors = { blocks: [], errors: [], peaks: [], total };
  const worker = await labWorker();
  for (let run = 0; run < runs; run += 1) {
    if (signal.aborted) return null;
    onShare(run / runs);
    const first = sampled ? Math.floor((run * (total - runBlocks)) / (runs - 1)) : run * runBlocks;
    const count = Math.min(runBlocks, total - first);
    const weights = (await readWeights(model, tensor, first * length, count * length)).slice();
    const [errors, peaks] = await worker.blockErrors(request, method, weights as Float32Array<ArrayBuffer>);
    for (let index = 0; index < count; index += 1) found.blocks.push(first + index);
    found.errors.push(...errors);
    found.peaks.push(...peaks);
  }
  return signal.aborted ? null : found;
}

export type BlockPick = 'worst' | 'median' | 'outlier';

/** The index of the block with the largest error, with the one in the middle, or with the weight that stands out most. Blocks of zeros have neither. */
export function pickOf({ errors, peaks }: BlockErrors, pick: BlockPick): number | null {
  const figures = pick === 'outlier' ? peaks : errors;
  const order = [...figures.keys()].filter((index) => (peaks[index] ?? 0) > 0).sort((a, b) => (figures[a] ?? 0) - (figures[b] ?? 0) || a - b);
  const place = pick === 'median' ? Math.floor((order.length - 1) / 2) : order.length - 1;
  return order[place] ?? null;
}

/** The place of the weight of largest magnitude. Reads the whole tensor, a run at a time; stops when told to. */
export async function findLargest(model: OpenedModel, tensor: TensorInfo, signal: AbortSignal, onShare: (share: number) => void): Promise<number | null> {
  let largest = -1;
  let place = 0;
  const block = model.core.formats.find((one) => one.name === tensor.stored)?.blockLength ?? 1;
  const run = Math.max(block, Math.floor(RUN_WEIGHTS / block) * block);
  for (let first = 0; first < tensor.weights; first += run) {
    if (signal.aborted) return null;
    onShare(first / tensor.weights);
    const weights = await readWeights(model, tensor, first, Math.min(run, tensor.weights - first));
    weights.forEach((weight, index) => {
      if (Math.abs(weight) > largest) [largest, place] = [Math.abs(weight), first + index];
    });
  }
  return signal.aborted ? null : place;
}
