/** Whether an output fits the memory it is to run in. */
import { computed, signal } from '@preact/signals';
import { type RuntimeMemory, sentenceOf } from '../../core/index';
import { opened } from './opening';

/** Tokens of a conversation or text that are kept in sight. */
export const CONTEXTS = [2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
/** Of what llama.cpp can store keys and values as, the usual ones. */
export const CACHE_TYPES = ['f16', 'q8_0', 'q4_0'];

/** Bytes; null: nobody said. */
export const memoryThere = signal<number | null>(null);
export const contextWanted = signal(8192);
export const cacheType = signal('f16');

/** What running takes beside the weights, or why that cannot be told; null without a model. */
export const running = computed<RuntimeMemory | { problem: string } | null>(() => {
  const model = opened.value?.model;
  if (!model) return null;
  try {
    return model.runtimeMemory(contextWanted.value, cacheType.value);
  } catch (error) {
    return { problem: sentenceOf(error) };
  }
});

/** What an output of so many bytes takes when it runs; null where that cannot be told. */
export function bytesToRun(outputBytes: number): number | null {
  const now = running.value;
  return now === null || 'problem' in now ? null : outputBytes + now.cacheBytes + now.workingBytes;
}

/** The largest output that runs in the memory that was stated, at least 0; null: nobody asked, or it cannot be told. */
export const largestThatFits = computed<number | null>(() => {
  const beside = bytesToRun(0);
  return memoryThere.value === null || beside === null ? null : Math.max(0, memoryThere.value - beside);
});

/** Null: nobody asked, or it cannot be told. */
export function fits(outputBytes: number): boolean | null {
  const largest = largestThatFits.value;
  return largest === null ? null : outputBytes <= largest;
}
