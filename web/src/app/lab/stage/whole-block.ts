/** A whole stored block of any format: weights as llama.cpp's search stores them, and what comes back. */
import { allocate, answer, sound, throwProblem, withBytes } from '../../../core/module';
import type { Core } from '../../../core/opened-model';
import type { BlockBits, FormatInfo } from '../../../core/types';
import { precise } from '../../../text/units';
import { bitOf, sharesBits, type StoredNumber, storedValue, type Worked } from './block-bits';

export interface WholeBlock {
  layout: BlockBits;
  bytes: number[];
  decoded: Float32Array;
  /** The half float that every weight is multiplied by. */
  d: number;
}

function convert(
  core: Core,
  from: string,
  to: string,
  source: Uint8Array,
  weights: number,
  bytes: number,
  importance = 0,
) {
  const { module } = core;
  const converter = sound(new module.Converter(from, to, 'llama.cpp', core.kernel));
  const target = allocate(module, bytes);
  try {
    throwProblem(withBytes(module, source, (at) => converter.run(at, target, weights, 0, weights, importance, 0, 0)));
    return module.HEAPU8.slice(target, target + bytes);
  } finally {
    module._free(target);
    converter.delete();
  }
}

const bytesOf = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const floatsIn = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);

/** `weights` and `importance` fill one block. Throws Problem. */
export function storeWhole(
  core: Core,
  format: FormatInfo,
  weights: readonly number[],
  importance: readonly number[],
): WholeBlock {
  const { name, blockBytes, blockLength, importance: wants } = format;
  const store = (importanceAt: number) =>
    convert(core, 'f32', name, bytesOf(weights), blockLength, blockBytes, importanceAt);
  const bytes = wants === 'ignored' ? store(0) : withBytes(core.module, bytesOf(importance), store);
  const decoded = floatsIn(convert(core, name, 'f32', bytes, blockLength, 4 * blockLength));
  const layout = answer(core.module.blockBits(name));
  const digits = layout.bits
    .filter(([, part]) => part === (layout.points ? 'shared scale' : 'scale'))
    .sort((a, b) => a[3] - b[3])
    .reduce((sum, [bit], at) => sum + bitOf([...bytes], bit) * 2 ** at, 0);
  const [d = 0] = floatsIn(convert(core, 'f16', 'f32', new Uint8Array([digits & 255, digits >> 8]), 1, 4));
  return { layout, bytes: [...bytes], decoded, d };
}

/** A weight from the stored numbers: in the order in which decoders multiply, each step in single precision. */
export function workedWhole(
  { layout, bytes, d, decoded }: WholeBlock,
  numbers: readonly StoredNumber[],
  weight: number,
): Worked {
  const read = (part: StoredNumber['part'], index: number): number => {
    const number = numbers.find((one) => one.part === part && one.index === index);
    return number ? storedValue(layout, number, bytes) : NaN;
  };
  const { fround } = Math;
  const { points } = layout;
  if (!points) {
    const code = numbers.find(({ part, index }) => part === 'code' && index === weight)!;
    const level = sharesBits(code)
      ? Math.round((decoded[weight] ?? 0) / (d || 1))
      : (layout.levels.find(([one]) => one === storedValue(layout, code, bytes))?.[1] ?? NaN);
    return { text: `${precise(d)} × ${signed(level)}`, value: fround(d * level) };
  }
  const code = read('scale', Math.floor(weight / layout.runLength));
  const factor = points.steps[code] ?? NaN;
  const step = fround(d * factor);
  const position = read('point', Math.floor(weight / points.length));
  const at = points.levelBits * (weight % points.length);
  const magnitude = points.magnitudes[((points.codebook[position] ?? 0) >> at) & (2 ** points.levelBits - 1)] ?? NaN;
  if (points.shiftLength > 0) {
    const shift = read('shift', Math.floor(weight / points.shiftLength)) === 1 ? -points.shift : points.shift;
    return {
      text: `${signed(d)} × ${precise(factor)} × (${precise(magnitude)} ${shift < 0 ? '−' : '+'} ${Math.abs(shift)})`,
      value: fround(step * fround(magnitude + shift)),
    };
  }
  const first = weight - (weight % 8);
  const negative =
    points.evenSigns && weight % 8 === 7
      ? [0, 1, 2, 3, 4, 5, 6].reduce((parity, other) => parity ^ read('sign', first + other), 0)
      : read('sign', weight);
  const value = fround(step * magnitude);
  return {
    text: `${signed(d)} × ${precise(factor)} × ${precise(magnitude)} × ${negative === 1 ? '(−1)' : '1'}`,
    value: negative === 1 ? -value : value,
  };
}

const signed = (value: number): string => (value < 0 ? `(${precise(value)})` : precise(value));
