/** What the weights of the open model's tensors are like, found out when somebody looks at the list of tensors. */
import { effect, signal } from '@preact/signals';
import { Stopped, summarize, type TensorSummary } from '../../core/index';
import { tellProblem } from './notices';
import { opened } from './opening';
import { workers } from './workers';
import { texts } from '../../text/texts';

/** By the tensor's number in ModelInfo; grows while a sample is read. */
export const summaries = signal<ReadonlyMap<number, TensorSummary>>(new Map());

const secondsBetweenUpdates = 0.25;
let running: AbortController | null = null;

// Another model, another list.
effect(() => {
  void opened.value;
  running?.abort();
  running = null;
  summaries.value = new Map();
});

/** Starts looking, unless that was done. */
export async function lookAtTensors(): Promise<void> {
  const model = opened.value?.model;
  if (!model || running) return;
  const mine = new AbortController();
  running = mine;
  const found = new Map<number, TensorSummary>();
  let updated = performance.now();
  try {
    await summarize(
      model,
      (tensor, summary) => {
        found.set(tensor, summary);
        if (running !== mine || performance.now() - updated < secondsBetweenUpdates * 1000) return;
        updated = performance.now();
        summaries.value = new Map(found);
      },
      { workers: Math.min(2, workers.value), signal: mine.signal },
    );
    if (running === mine) summaries.value = found;
  } catch (error) {
    if (running === mine && !(error instanceof Stopped)) tellProblem(texts().state.notSampled, error);
  }
}
