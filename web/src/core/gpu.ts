import type { FromGpuWorker, LookForGpu } from './protocol';
import type { Core } from './opened-model';
import { Problem } from './problem';
import type { FoundGpu } from './types';

/**
 * The GPU that passes over texts can use: checked against the processor and measured, in a worker. Null: there is none.
 * Throws Problem when there is one that cannot be used.
 */
export async function lookForGpu(core: Core): Promise<FoundGpu | null> {
  if (!globalThis.navigator?.gpu) return null;
  await core.whole;
  const { platform, kernel, compiled } = core;
  const port = platform.startJobWorker();
  try {
    return await new Promise<FoundGpu | null>((resolve, reject) => {
      port.onFailure((error) => reject(new Problem(error.message)));
      port.onMessage((message) => {
        const answer = message as FromGpuWorker;
        if (answer.kind === 'gpu') resolve(answer.found);
        else reject(new Problem(`The GPU is not used. ${answer.sentence}`));
      });
      port.post({ kind: 'look-for-gpu', kernel, compiled } satisfies LookForGpu);
    });
  } finally {
    port.terminate();
  }
}
