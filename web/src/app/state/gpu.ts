/** The GPU, as far as it can compute what models answer. */
import { signal } from '@preact/signals';
import { type FoundGpu, type ProductEngine, sentenceOf } from '../../core/index';
import { findGpu } from '../engine';
import { texts } from '../../text/texts';

/** What there is; or why what there is cannot be used. Null: nothing, or nobody looked yet. */
export const gpu = signal<FoundGpu | string | null>(null);
/** Off until a person asks for it: what the processor computes is the same to the last bit on every computer. */
export const useGpu = signal(false);

let looked = false;

/** Looks once; takes a second at most, in a worker. */
export function lookOnce(): void {
  if (looked) return;
  looked = true;
  findGpu().then(
    (found) => (gpu.value = found),
    (error: unknown) => (gpu.value = sentenceOf(error)),
  );
}

/** The GPU that is to be used, if one is. */
export function chosenGpu(): FoundGpu | null {
  return useGpu.value && gpu.value !== null && typeof gpu.value !== 'string' ? gpu.value : null;
}

/** Who computed, for people. */
export function engineWords({ name, problem }: ProductEngine): string {
  const by = texts().state.computedBy(name);
  return problem === null ? by : `${by} ${problem}`;
}
