/** A comparison of the open model with another file: one at a time. */
import { effect, signal } from '@preact/signals';
import { compare as compareModels, type ComparedTensor, type Comparison, Pause, Stopped } from '../../core/index';
import { type Model, openFiles } from '../engine';
import { tellProblem } from './notices';
import { opened } from './opening';
import { workers } from './workers';
import { texts } from '../../text/texts';

export interface Comparing {
  /** Names of the two models. */
  first: string;
  second: string;
  /** Those of the second. */
  files: readonly File[];
  stop: AbortController;
  pause: Pause;
  share: number;
  /** Tensors that are done. */
  tensors: readonly ComparedTensor[];
  done: Comparison | null;
}

export const comparing = signal<Comparing | null>(null);

const SECONDS_BETWEEN_LISTS = 0.4;

/** Measures the weights of other files against those of the open model. */
export async function compareWith(files: readonly File[]): Promise<void> {
  const open = opened.value;
  if (!open || files.length === 0) return;
  comparing.value?.stop.abort();
  const stop = new AbortController();
  const tensors: ComparedTensor[] = [];
  let drawn = 0;
  let other: Model | null = null;
  const mine: Comparing = {
    first: open.title,
    second: files.map((file) => file.name).join(', '),
    files,
    stop,
    pause: new Pause(),
    share: 0,
    tensors: [],
    done: null,
  };
  const show = (change: Partial<Comparing>) => {
    if (!stop.signal.aborted) comparing.value = { ...(comparing.value ?? mine), ...change };
  };
  comparing.value = mine;
  try {
    other = await openFiles(files);
    const done = await compareModels(open.model, other, {
      workers: workers.value,
      signal: stop.signal,
      pause: mine.pause,
      onTensor: (tensor) => tensors.push(tensor),
      onProgress: ({ share }) => {
        const now = performance.now() / 1000;
        if (now - drawn < SECONDS_BETWEEN_LISTS) return;
        drawn = now;
        show({ share, tensors: tensors.slice() });
      },
    });
    show({ share: 1, tensors: done.tensors, done });
  } catch (error) {
    if (comparing.value?.stop === stop) comparing.value = null;
    if (!(error instanceof Stopped)) tellProblem(texts().state.notCompared(mine.second), error);
  } finally {
    other?.close();
  }
}

/** A comparison belongs to the model that was open. */
export function endComparisonsOfReplacedModels(): void {
  effect(() => {
    void opened.value;
    comparing.peek()?.stop.abort();
    comparing.value = null;
  });
}
