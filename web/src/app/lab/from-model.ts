/** Blocks of the open model: single ones, and which of many stand out. */
import { readWeights, type OpenedModel } from '../../core/index';
import { answer, withBytes } from '../../core/module';
import type { LabRequest, SuperBlockNumbers, TensorInfo } from '../../core/types';
import type { NibbleModule } from '../../wasm/nibble';
import { labWorker } from './away';
import type { Bench, LabFormat } from './block';
import { type BlockFigures, runsOf } from './block-figures';

/** Weights decoded at a time while a whole tensor is searched. */
const RUN_WEIGHTS = 1 << 18;

/** Tensors whose weights the core can decode. */
export function decodableTensors(model: OpenedModel): TensorInfo[] {
  const decodable = new Set(model.core.formats.filter((format) => format.decodable).map((format) => format.name));
  return model.info.tensors.filter((tensor) => decodable.has(tensor.stored) && tensor.weights > 0);
}

/**
 * Block number `block` of a tensor as the bench takes it; a sub-block of a K-quant comes with its super-block's
 * numbers.
 */
export async function readBlock(
  model: OpenedModel,
  tensor: TensorInfo,
  format: LabFormat,
  block: number,
): Promise<Pick<Bench, 'weights' | 'superNumbers'>> {
  const first = block * format.runLength;
  const weights = [...(await readWeights(model, tensor, first, format.runLength))];
  const row = tensor.shape[0] ?? tensor.weights;
  // Rows that no super-block fits into are not stored in a K-quant.
  const { superBlock } = format;
  if (superBlock === null || row % superBlock !== 0) return { weights, superNumbers: null };
  const whole = await readWeights(model, tensor, first - (first % superBlock), superBlock);
  return { weights, superNumbers: numbersOf(model.core.module, format.name, whole) };
}

/** Null for a super-block of zeros, which has no scale to take multiples of. */
function numbersOf(module: NibbleModule, format: string, whole: Float32Array): SuperBlockNumbers | null {
  const numbers = withBytes(module, new Uint8Array(whole.slice().buffer), (pointer) =>
    answer(module.superBlockNumbers(format, pointer)),
  );
  return numbers.superScale === 0 ? null : numbers;
}

/**
 * What llama.cpp's search gives a super-block that these weights fill, over and over; null for formats without
 * super-blocks.
 */
export function superNumbersOf(
  module: NibbleModule,
  { name, superBlock }: LabFormat,
  weights: readonly number[],
): SuperBlockNumbers | null {
  if (superBlock === null) return null;
  const whole = Float32Array.from({ length: superBlock }, (_, index) => weights[index % weights.length] ?? 0);
  return numbersOf(module, name, whole);
}

/**
 * Measures the whole blocks of a tensor, a run at a time, in the Lab's worker. Null when told to stop. Throws with a
 * sentence.
 */
export async function measureBlocks(
  model: OpenedModel,
  tensor: TensorInfo,
  request: LabRequest,
  methods: readonly string[],
  most: number,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<BlockFigures | null> {
  const length = request.weights.length;
  const total = Math.floor(tensor.weights / length);
  const runs = runsOf(total, most);
  const count = runs.reduce((sum, run) => sum + run.count, 0);
  const figures = [
    new Float32Array(count),
    new Float32Array(count),
    ...methods.map(() => new Float32Array(count)),
  ] as const;
  const blocks = new Uint32Array(count);
  const worker = await labWorker();
  let at = 0;
  for (const [number, run] of runs.entries()) {
    if (signal.aborted) return null;
    onShare(number / runs.length);
    const weights = (await readWeights(model, tensor, run.first * length, run.count * length)).slice();
    const found = await worker.blockFigures(request, methods, weights as Float32Array<ArrayBuffer>);
    found.forEach((values, which) => figures[which]?.set(values, at));
    for (let index = 0; index < run.count; index += 1) blocks[at + index] = run.first + index;
    at += run.count;
  }
  const [ranges, peaks, ...errors] = figures;
  return signal.aborted
    ? null
    : { blocks, total, ranges, peaks, errors: new Map(methods.map((method, index) => [method, errors[index]!])) };
}

/** The position of the weight of largest magnitude. Reads the whole tensor, a run at a time; stops when told to. */
export async function findLargest(
  model: OpenedModel,
  tensor: TensorInfo,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<number | null> {
  let largest = -1;
  let position = 0;
  const block = model.core.formats.find((one) => one.name === tensor.stored)?.blockLength ?? 1;
  const run = Math.max(block, Math.floor(RUN_WEIGHTS / block) * block);
  for (let first = 0; first < tensor.weights; first += run) {
    if (signal.aborted) return null;
    onShare(first / tensor.weights);
    const weights = await readWeights(model, tensor, first, Math.min(run, tensor.weights - first));
    weights.forEach((weight, index) => {
      if (Math.abs(weight) > largest) [largest, position] = [Math.abs(weight), first + index];
    });
  }
  return signal.aborted ? null : position;
}
