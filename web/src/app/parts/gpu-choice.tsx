/** Whether the GPU computes what a model answers. Nothing where there is none. */
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { gpu, lookOnce, useGpu } from '../state/gpu';
import { OPERATIONS_A_SECOND } from '../state/pass-cost';

export function GpuChoice(): VNode | null {
  useEffect(lookOnce, []);
  const found = gpu.value;
  if (found === null) return null;
  if (typeof found === 'string') return <span class="small quiet">{found}</span>;
  return (
    <label class="small">
      <input
        type="checkbox"
        checked={useGpu.value}
        onChange={({ currentTarget }) => (useGpu.value = currentTarget.checked)}
      />{' '}
      Use the GPU{' '}
      <span class="quiet">
        ({found.adapter}): measured {gigaflops(found.operationsASecond)} GFLOP/s, where a worker of the processor has
        about {gigaflops(OPERATIONS_A_SECOND)}. The last digits of figures are then this GPU’s own.
      </span>
    </label>
  );
}

const gigaflops = (operations: number) => Number((operations / 1e9).toPrecision(2));
