/** Whether the GPU computes what a model answers. Nothing where there is none. */
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { gpu, lookOnce, useGpu } from '../state/gpu';
import { OPERATIONS_A_SECOND } from '../state/pass-cost';
import { coreLang, texts } from '../../text/texts';
import { decimal } from '../../text/units';
import { quiet, Rich } from './rich';

export function GpuChoice(): VNode | null {
  useEffect(lookOnce, []);
  const found = gpu.value;
  if (found === null) return null;
  if (typeof found === 'string') {
    return (
      <span class="small quiet" {...coreLang(found)}>
        {found}
      </span>
    );
  }
  const [ofGpu, ofWorker] = [found.operationsASecond, OPERATIONS_A_SECOND].map(gigaflops);
  return (
    <label class="small">
      <input
        type="checkbox"
        checked={useGpu.value}
        onChange={({ currentTarget }) => (useGpu.value = currentTarget.checked)}
      />{' '}
      <Rich text={texts().parts.useGpu(found.adapter, ofGpu!, ofWorker!)} parts={{ quiet }} />
    </label>
  );
}

const gigaflops = (operations: number) => decimal(Number((operations / 1e9).toPrecision(2)));
