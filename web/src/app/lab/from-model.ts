/** Blocks of the open model: reads only the bytes that hold them, and decodes them with the core. */
import type { OpenedModel } from '../../core/index';
import { allocate, withBytes } from '../../core/module';
import { Problem } from '../../core/problem';
import type { TensorInfo } from '../../core/types';

/** Weights decoded at a time while a whole tensor is searched. */
const RUN_WEIGHTS = 1 << 18;

/** Tensors whose weights the core can decode. */
export function decodableTensors(model: OpenedModel): TensorInfo[] {
  const decodable = new Set(model.core.formats.filter((format) => format.decodable).map((format) => format.name));
  return model.info.tensors.filter((tensor) => decodable.has(tensor.type) && tensor.weights > 0);
}

/** `count` weights from `first` on. Throws Problem. */
export async function readWeights(model: OpenedModel, tensor: TensorInfo, first: number, count: number): Promise<Float32Array> {
  const { core } = model;
  const format = core.formats.find((one) => one.name === tensor.type);
  const handle = model.sources[tensor.file];
  if (!format || !handle) throw new Problem(`${tensor.name} cannot be read.`);
  const block = format.blockLength;
  const start = Math.floor(first / block);
  const end = Math.ceil(Math.min(tensor.weights, first + count) / block);
  const length = (end - start) * format.blockBytes;
  const bytes = await core.platform.openSource(handle).read(tensor.offset + start * format.blockBytes, length, new Uint8Array(length));
  const weights = (end - start) * block;
  const converter = new core.module.Converter(tensor.type, 'f32', 'llama.cpp', core.kernel);
  try {
    const target = allocate(core.module, weights * 4);
    try {
      const problem =
        converter.problem() || withBytes(core.module, bytes.subarray(0, length), (source) => converter.run(source, target, weights, start * block, tensor.shape[0] ?? weights, 0));
      if (problem) throw new Problem(`${tensor.name}: ${problem}`);
      const decoded = new Float32Array(core.module.HEAPU8.slice(target, target + weights * 4).buffer);
      return decoded.subarray(first - start * block, Math.min(tensor.weights, first + count) - start * block);
    } finally {
      core.module._free(target);
    }
  } finally {
    converter.delete();
  }
}

/** The place of the weight of largest magnitude. Reads the whole tensor, a run at a time; stops when told to. */
export async function findLargest(model: OpenedModel, tensor: TensorInfo, signal: AbortSignal, onShare: (share: number) => void): Promise<number | null> {
  let largest = -1;
  let place = 0;
  const block = model.core.formats.find((one) => one.name === tensor.type)?.blockLength ?? 1;
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
