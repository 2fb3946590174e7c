import { texts } from './texts';

/** What was found to lie on a type's grid already, and how it stays so: OnGrid of the wasm types. */
export function onGridSentence(found: {
  type: string;
  method: string;
  tensors: readonly string[];
  kept: number;
  blocks: number;
}): string {
  const { type, method, tensors, kept, blocks } = found;
  return texts().onGrid.sentence(tensors.length, type.toUpperCase(), method, blocks, kept / blocks);
}
