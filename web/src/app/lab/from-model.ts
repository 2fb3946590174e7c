/** Blocks of the open model. */
import { readWeights, type OpenedModel } from '../../core/index';
import type { TensorInfo } from '../../core/types';

export { readWeights };

/** Weights decoded at a time while a whole tensor is searched. */
const RUN_WEIGHTS = 1 << 18;

/** Tensors whose weights the core can decode. */
export function decodableTensors(model: OpenedModel): TensorInfo[] {
  const decodable = new Set(model.core.formats.filter((format) => format.decodable).map((format) => format.name));
  return model.info.tensors.filter((tensor) => decodable.has(tensor.stored) && tensor.weights > 0);
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
