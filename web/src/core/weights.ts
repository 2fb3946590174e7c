import { openWith } from './derived-source';
import { allocate, sound, throwProblem, withBytes } from './module';
import type { OpenedModel } from './opened-model';
import { Problem } from './problem';
import type { TensorInfo } from './types';

/**
 * `count` weights of a tensor of `model.info` from weight `first` on, decoded, as the GGUF file the model stands for
 * has them. Reads only the bytes that hold them. Throws Problem.
 */
export async function readWeights(
  model: OpenedModel,
  tensor: TensorInfo,
  first: number,
  count: number,
): Promise<Float32Array> {
  const { core } = model;
  await core.whole;
  const block = core.formats.find(({ name }) => name === tensor.stored)?.blockLength;
  if (block === undefined) throw new Problem(`${tensor.name} cannot be read.`);
  const start = Math.floor(first / block) * block;
  const end = Math.min(tensor.weights, first + count);
  const values = new Float32Array(Math.ceil((end - start) / block) * block);
  const number = model.info.tensors.indexOf(tensor);
  const converter = sound(new core.module.Converter(tensor.stored, 'f32', 'llama.cpp', core.kernel), tensor.name);
  try {
    for (let at = start; at < end;) {
      const place = model.place(number, at, end - at);
      const handle = model.sources[place.file]!;
      const source = openWith(core.module, (one) => core.platform.openSource(one))(handle);
      const bytes = await source.read(place.offset, place.bytes, new Uint8Array(place.bytes));
      const whole = Math.ceil(place.weights / block) * block; // blocks
      const target = allocate(core.module, whole * 4);
      try {
        const decode = (source: number) =>
          converter.run(source, target, whole, at, tensor.shape[0] ?? whole, 0, 0, tensor.add);
        throwProblem(withBytes(core.module, bytes.subarray(0, place.bytes), decode), tensor.name);
        values.set(new Float32Array(core.module.HEAPU8.slice(target, target + whole * 4).buffer), at - start);
      } finally {
        core.module._free(target);
      }
      at += place.weights;
    }
  } finally {
    converter.delete();
  }
  return values.subarray(first - start, end - start);
}
