import { damping, type Calibration } from './calibration';
import type { Core, PreparedRun } from './opened-model';
import type { FormatInfo, PlannedTensor } from './types';

/**
 * Whether the text that calibrates a tensor says what its columns count where another search has to: its type has none
 * but llama.cpp's (IQ2, IQ3), and no importance matrix says it.
 */
export function isWeighedByText({ method, importance }: PlannedTensor, format: FormatInfo | undefined): boolean {
  return method === 'calibrated' && importance === null && hasNoSearch(format);
}

/** Types that are written by llama.cpp's search where lowest-error is asked for. Groups of layouts are not listed. */
const hasNoSearch = (format: FormatInfo | undefined) =>
  format !== undefined && !format.methods.includes('lowest-error');

/** The diagonal of a mean of a aᵀ, with the share of its mean that is added to it. */
export function dampedDiagonal(products: Float32Array, columns: number): Float32Array<ArrayBuffer> {
  const diagonal = Float32Array.from({ length: columns }, (_, i) => products[i * columns + i]!);
  const mean = diagonal.reduce((sum, value) => sum + value, 0) / columns;
  return diagonal.map((value) => (mean > 0 ? value + damping * mean : 1));
}

/** The run as with an importance matrix of the text, for the tensors that the text weighs. */
export function withTextImportance(prepared: PreparedRun, { importance: rows }: Calibration): PreparedRun {
  const place = { valuesOffset: 0, countsOffset: null, countsBytes: 0, unusable: [] };
  const tensors = prepared.plan.tensors.map((tensor, number) => {
    const own = rows.get(number);
    return own ? { ...tensor, importance: { ...place, valuesBytes: own.byteLength } } : tensor;
  });
  return {
    ...prepared,
    plan: { ...prepared.plan, tensors },
    importanceOf: async (number) => rows.get(number) ?? prepared.importanceOf(number),
  };
}

/** The run as the method lowest-error writes the same types. */
export function withoutCalibrating(prepared: PreparedRun, { formats }: Core): PreparedRun {
  const plain = (tensor: PlannedTensor) => {
    if (tensor.method !== 'calibrated') return tensor;
    const format = formats.find(({ name }) => name === tensor.to);
    return { ...tensor, method: hasNoSearch(format) ? 'llama.cpp' : 'lowest-error' };
  };
  const { plan } = prepared;
  const network = plan.network && { network: plan.network.map(plain) };
  return { ...prepared, plan: { ...plan, tensors: plan.tensors.map(plain), ...network } };
}
